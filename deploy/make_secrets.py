"""Makes the secrets of a composed catalog on its first start, and keeps them: `make_secrets.py [FOLDER]`.

The folder is a volume that only this stack's containers mount. It then holds
- env: SECRET_KEY, JWT_SIGNING_KEY and DATABASE_URL, as the settings read them where the environment gives none
- postgres_password: for the database server; POSTGRES_PASSWORD in the environment decides it where it is set
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from urllib.parse import quote

READABLE_BY_OWNER = 0o400
READABLE_BY_ALL = 0o444  # the database server runs as a user of its own


def main(folder: Path) -> None:
    password = os.environ.get("POSTGRES_PASSWORD") or kept(folder / "postgres_password") or secrets.token_urlsafe(32)
    write(folder / "postgres_password", password, READABLE_BY_ALL)
    settings = dict(line.split("=", 1) for line in kept(folder / "env").splitlines())
    for name in ("SECRET_KEY", "JWT_SIGNING_KEY"):
        settings.setdefault(name, secrets.token_urlsafe(48))
    settings["DATABASE_URL"] = f"postgres://catalog:{quote(password, safe='')}@database:5432/catalog"
    write(folder / "env", "".join(f"{name}={value}\n" for name, value in settings.items()), READABLE_BY_OWNER)


def kept(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def write(path: Path, text: str, mode: int) -> None:
    """All or nothing: whoever is cut off here must not leave half a secret."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        os.fchmod(file.fileno(), mode)
        file.write(text)
    draft.replace(path)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "/var/lib/catalog"))
