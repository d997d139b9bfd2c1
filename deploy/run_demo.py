"""Serves a catalog with demo data on this machine: `make run`.

Makes what is missing (settings with random secrets, tables, demo catalog, staff login, static files), keeps what is
there, and then becomes gunicorn. All in one process, so that the second start takes seconds.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path
from urllib.request import urlopen

import django
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connections

ROOT = Path(__file__).resolve().parents[1]
DOTENV = ROOT / ".env"
LOGIN = ROOT / ".demo-login"
STAFF = "demo"
BOOT_SECONDS = 30


def main() -> None:
    os.chdir(ROOT)
    port = os.environ.get("PORT", "8000")
    refuse_taken(port)
    write_settings()
    prepare_catalog()
    announce_when_ready(f"http://127.0.0.1:{port}")
    command = ["-m", "gunicorn", "--config", "gunicorn.conf.py", "--bind", f"127.0.0.1:{port}"]
    os.execv(sys.executable, [sys.executable, *command, "catalog_project.wsgi:application"])


def refuse_taken(port: str) -> None:
    if not port.isdecimal() or not 0 < int(port) < 65536:
        sys.exit(f"PORT must be a port number, not {port!r}.")
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", int(port))) == 0:
            sys.exit(f"Port {port} is taken: choose another one with `make run PORT=8001`.")


def write_settings() -> None:
    """An existing .env is somebody's own and stays."""
    if DOTENV.exists():
        return
    lines = [
        "# Made by `make run` for this machine; .env.example explains every setting.",
        f"SECRET_KEY={secrets.token_urlsafe(48)}",
        f"JWT_SIGNING_KEY={secrets.token_urlsafe(48)}",
        "ALLOWED_HOSTS=localhost,127.0.0.1",
        "DEBUG=false",
        "BEHIND_TLS=false",
    ]
    write_private(DOTENV, "\n".join(lines) + "\n")


def write_private(path: Path, text: str) -> None:
    """Only its owner may read it, from the first byte on."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def prepare_catalog() -> None:
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "catalog_project.settings"  # read from here on, .env included

    try:
        django.setup()
    except ImproperlyConfigured as error:
        sys.exit(f"catalog: {error}")
    call_command("migrate", verbosity=0)
    call_command("rebuild_search", missing=True, stdout=StringIO(), stderr=StringIO())  # what an older version left
    seed_where_empty()
    create_staff_once()
    collect_static_once()
    connections.close_all()


def seed_where_empty() -> None:
    if not apps.get_model("products", "Product").objects.exists():
        call_command("seed_catalog", products=200, seed=1)


def create_staff_once() -> None:
    if get_user_model().objects.filter(username=STAFF).exists():
        return
    if not LOGIN.exists():
        write_private(LOGIN, secrets.token_urlsafe(12))
    command = [sys.executable, "manage.py", "create_staff", STAFF, "--role", "catalog_manager", "--password-stdin"]
    subprocess.run(command, input=LOGIN.read_text(), text=True, check=True)


def collect_static_once() -> None:
    """Collecting takes seconds, and its outcome depends on the installed packages and our own files alone."""
    made_from = Path(settings.STATIC_ROOT) / ".made-from"
    digest = static_digest()
    if made_from.exists() and made_from.read_text() == digest:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    made_from.write_text(digest)


def static_digest() -> str:
    ours = sorted(path for path in ROOT.glob("*/static/**/*") if path.is_file())
    digest = hashlib.sha256()
    for path in [ROOT / "requirements" / "base.txt", *ours]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def announce_when_ready(url: str) -> None:
    """A second process waits for the server that this one is about to become, and then keeps a worker beside it."""
    server = os.getpid()
    sys.stdout.flush()
    if os.fork():
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the server, and its end is what ends this
    if is_ready(url, server):
        print(announcement(url), flush=True)
        work_beside(server)
    os._exit(0)


def work_beside(server: int) -> None:
    """Run the jobs that the server takes, for as long as it lives."""
    worker = subprocess.Popen([sys.executable, "manage.py", "run_jobs"])
    while os.getppid() == server and worker.poll() is None:
        time.sleep(0.5)
    worker.terminate()
    worker.wait()


def is_ready(url: str, server: int) -> bool:
    deadline = time.monotonic() + BOOT_SECONDS
    while time.monotonic() < deadline and os.getppid() == server:
        try:
            with urlopen(f"{url}/readyz", timeout=1):
                return True
        except OSError:
            time.sleep(0.1)
    return False


def announcement(url: str) -> str:
    password = LOGIN.read_text() if LOGIN.exists() else "(unknown here: .venv/bin/python manage.py changepassword demo)"
    return f"""
  Catalog serves on {url}

    API      {url}/api/v1/products/
    Docs     {url}/api/docs/
    Admin    {url}/{settings.ADMIN_PATH}
    Health   {url}/health

    Staff login   {STAFF} / {password}

  Stop with Ctrl-C.
"""


if __name__ == "__main__":
    main()
