"""`make run`: what it makes the first time, keeps the second time, and refuses."""

import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from deploy import run_demo

ROOT = Path(__file__).resolve().parents[2]
SERVED = ("accounts", "catalog_project", "deploy", "products", "requirements", "gunicorn.conf.py", "manage.py")
BOOT_SECONDS = 60
MADE_ONCE = (".env", ".demo-login", "static/.made-from")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(run_demo, "DOTENV", tmp_path / ".env")
    monkeypatch.setattr(run_demo, "LOGIN", tmp_path / ".demo-login")
    return tmp_path


def test_the_first_run_writes_settings_with_secrets_of_its_own(folder: Path) -> None:
    run_demo.write_settings()

    written = dict(line.split("=") for line in (folder / ".env").read_text().splitlines()[1:])
    assert written["SECRET_KEY"] != written["JWT_SIGNING_KEY"]
    assert min(len(written["SECRET_KEY"]), len(written["JWT_SIGNING_KEY"])) >= 32
    assert written["DEBUG"] == written["BEHIND_TLS"] == "false"


def test_only_the_owner_reads_the_settings(folder: Path) -> None:
    run_demo.write_settings()
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600


def test_settings_that_are_there_stay(folder: Path) -> None:
    (folder / ".env").write_text("LOG_LEVEL=DEBUG\n")
    run_demo.write_settings()
    assert (folder / ".env").read_text() == "LOG_LEVEL=DEBUG\n"


@pytest.mark.parametrize("port", ["0", "65536", "web", "-1", ""])
def test_what_is_no_port_is_refused(port: str) -> None:
    with pytest.raises(SystemExit, match="PORT must be a port number"):
        run_demo.refuse_taken(port)


def test_a_taken_port_is_refused_with_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SystemExit, match="make run PORT="):
        run_demo.refuse_taken(str(taken.getsockname()[1]))


def test_static_files_are_collected_again_when_a_package_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_demo, "ROOT", tmp_path)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "base.txt").write_text("one==1")
    before = run_demo.static_digest()

    (tmp_path / "requirements" / "base.txt").write_text("one==2")

    assert run_demo.static_digest() != before


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What git would clone, as far as it serves."""
    folder = tmp_path_factory.mktemp("clone")
    for name in SERVED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    return folder


@contextmanager
def demo(folder: Path) -> Iterator[tuple[str, str]]:
    """The demo under way: its address and the password that it printed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    output = folder / "output"
    command = [sys.executable, "deploy/run_demo.py"]
    with output.open("w") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment(port), stdout=log, stderr=log)
    try:
        yield f"http://127.0.0.1:{port}", printed_password(server, output)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def environment(port: int) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PORT": str(port)}


def printed_password(server: subprocess.Popen[bytes], output: Path) -> str:
    deadline = time.monotonic() + BOOT_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        if found := re.search(r"Staff login   demo / (\S+)", output.read_text()):
            return found[1]
        time.sleep(0.1)
    pytest.fail(f"the demo does not serve:\n{output.read_text()}")


def ask(url: str, body: object = None) -> dict[str, Any]:
    sent = json.dumps(body).encode() if body is not None else None
    with urlopen(Request(url, data=sent, headers={"Content-Type": "application/json"}), timeout=10) as response:
        return dict(json.loads(response.read()))


@pytest.mark.xdist_group("demo")
def test_a_fresh_clone_serves_a_demo_catalog_and_its_staff_can_log_in(clone: Path) -> None:
    with demo(clone) as (url, password):
        assert ask(f"{url}/api/v1/products/?count=exact")["count"] > 0
        assert ask(f"{url}/api/v1/auth/token/", {"username": "demo", "password": password})["access"]


@pytest.mark.xdist_group("demo")
def test_the_second_start_makes_nothing_again(clone: Path) -> None:
    with demo(clone) as (_, first_password):
        made = {name: (clone / name).read_text() for name in MADE_ONCE}
        collected = (clone / "static").stat().st_mtime_ns

    with demo(clone) as (_, second_password):
        assert {name: (clone / name).read_text() for name in MADE_ONCE} == made

    assert second_password == first_password
    assert (clone / "static").stat().st_mtime_ns == collected
