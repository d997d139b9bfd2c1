"""Locks base.in, dev.in and bench.in into a .txt each, or tells whether they are in step (`--check`).

Each .txt carries the digest of the sources it was made from. The check compares digests alone, so it needs no
network, and a newer release of some package upstream never makes it fail.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SOURCES = {
    "base.txt": ["base.in"],
    "dev.txt": ["base.in", "dev.in"],
    "bench.txt": ["base.in", "dev.in", "bench.in"],
}
STAMP = "# sources: sha256:"
OLDEST_PYTHON = "3.11"


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        return check()
    for locked in SOURCES:
        lock(locked, upgrade="--upgrade" in arguments)
    return 0


def check() -> int:
    stale = [locked for locked in SOURCES if not in_step(locked)]
    for locked in stale:
        print(f"requirements/{locked} is older than {' or '.join(SOURCES[locked])}: run `make lock`", file=sys.stderr)
    return 1 if stale else 0


def in_step(locked: str) -> bool:
    first_line = (HERE / locked).read_text().partition("\n")[0]
    return first_line == STAMP + digest(SOURCES[locked])


def lock(locked: str, *, upgrade: bool) -> None:
    options = ["--universal", "--generate-hashes", "--python-version", OLDEST_PYTHON]
    # a lock file names packages, never the index or the folder that one machine took them from
    options += ["--no-emit-index-url", "--no-emit-find-links", "--custom-compile-command", "make lock"]
    options += ["--upgrade"] if upgrade else []
    compile_command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", *options]
    subprocess.run([*compile_command, SOURCES[locked][-1], "--output-file", locked], cwd=HERE, check=True)
    path = HERE / locked
    path.write_text(f"{STAMP}{digest(SOURCES[locked])}\n{path.read_text()}")


def digest(sources: list[str]) -> str:
    """The digest of what the sources ask for; rewording a reason does not change it."""
    wanted = [line for source in sources for line in requirement_lines(HERE / source)]
    return hashlib.sha256("\n".join(wanted).encode()).hexdigest()


def requirement_lines(source: Path) -> list[str]:
    lines = (line.partition("#")[0].strip() for line in source.read_text().splitlines())
    return [line for line in lines if line]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
