"""`docker compose up --build --wait` on a real engine, and nothing else, to a catalog that keeps what it is told."""

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

ROOT = Path(__file__).resolve().parents[2]
GIVEN_BY_THE_RUN = ("DJANGO_", "SECRET_KEY", "JWT_", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS", "DB_POOL")


@cache
def refusal() -> str:
    """Why no stack can be built here; empty where one can."""
    if not shutil.which("docker"):
        return "needs Docker, and there is no docker command here"
    if subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode:
        return "needs Docker's compose plugin"
    if subprocess.run(["docker", "version"], capture_output=True, check=False, timeout=10).returncode:
        return "needs Docker, and no engine answers"
    return ""


pytestmark = [pytest.mark.skipif(bool(refusal()), reason=refusal()), pytest.mark.xdist_group("containers")]


class Reply(NamedTuple):
    status: int
    body: Any


class Stack:
    """One composed catalog: its own project, image and port, and an environment without any secret."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        own = {
            "CATALOG_IMAGE": "catalog-test",
            "PORT": str(self.port),
            "COMPOSE_PROJECT_NAME": f"catalog-test-{self.port}",
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith(GIVEN_BY_THE_RUN)}
        self.environment = kept | own
        self.password = secrets.token_urlsafe(16)

    def compose(self, *arguments: str, given: str = "") -> str:
        # compose would read the .env of whoever runs the tests
        command = [
            "docker",
            "compose",
            "--env-file",
            os.devnull,
            "--file",
            str(ROOT / "docker-compose.yml"),
            *arguments,
        ]
        done = subprocess.run(command, env=self.environment, input=given, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"docker compose {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def inspect(self, service: str) -> dict[str, Any]:
        container = self.compose("ps", "--all", "--quiet", service).strip()
        found = subprocess.run(["docker", "inspect", container], capture_output=True, text=True, check=True)
        return dict(json.loads(found.stdout)[0])

    def call(
        self, method: str, path: str, body: object = None, token: str = "", media_type: str = "application/json"
    ) -> Reply:
        headers = {"Content-Type": media_type, "Accept": "*/*"} | (
            {"Authorization": f"Bearer {token}"} if token else {}
        )
        sent = json.dumps(body).encode() if body is not None else None
        request = Request(f"http://127.0.0.1:{self.port}{path}", data=sent, headers=headers, method=method)
        try:
            with urlopen(request, timeout=10) as response:
                return reply(response.status, response.read())
        except HTTPError as error:
            return reply(error.code, error.read())

    def log_in(self) -> str:
        answered = self.call("POST", "/api/v1/auth/token/", {"username": "anna", "password": self.password})
        assert answered.status == 200, answered
        return str(answered.body["access"])


def reply(status: int, body: bytes) -> Reply:
    return Reply(status, json.loads(body) if body[:1] in {b"{", b"["} else body.decode())


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    stack = Stack()
    try:
        stack.compose("up", "--build", "--wait")
        create_staff = ["python", "manage.py", "create_staff", "anna", "--role", "catalog_manager", "--password-stdin"]
        stack.compose("exec", "-T", "web", *create_staff, given=stack.password)
        yield stack
    finally:
        stack.compose("down", "--volumes", "--remove-orphans", "--timeout", "5")


def write_product(stack: Stack, name: str) -> str:
    written = stack.call("POST", "/api/v1/products/", {"name": name, "variants": [{"sku": name}]}, stack.log_in())
    assert written.status == 201, written
    return f"/api/v1/products/{written.body['slug']}/"


def test_one_command_serves_the_catalog(stack: Stack) -> None:
    assert stack.call("GET", "/api/v1/products/") == (200, {"next": None, "previous": None, "results": []})
    assert stack.call("GET", "/health").body["status"] == "ok"


def test_the_docs_come_with_their_static_files(stack: Stack) -> None:
    assert sheets_of(stack, "/api/docs/") == {200}


def test_the_admin_asks_who_is_there(stack: Stack) -> None:
    assert sheets_of(stack, "/admin/login/") == {200}


def test_it_is_alive_and_ready(stack: Stack) -> None:
    assert stack.call("GET", "/livez") == (200, {"status": "ok"})
    assert stack.call("GET", "/readyz").status == 200


def sheets_of(stack: Stack, path: str) -> set[int]:
    """The statuses of the style sheets of a page, which must be there itself."""
    page = stack.call("GET", path)
    assert page.status == 200
    return {stack.call("GET", sheet).status for sheet in re.findall(r'href="(/static/[^"]+\.css)"', page.body)}


def test_staff_log_in_write_and_read(stack: Stack) -> None:
    path = write_product(stack, "Read back")
    assert stack.call("GET", path, token=stack.log_in()).body["name"] == "Read back"


def test_what_was_written_outlives_a_restart(stack: Stack) -> None:
    path, token = write_product(stack, "Restarted"), stack.log_in()

    stack.compose("restart")
    stack.compose("up", "--wait")

    assert stack.call("GET", path, token=token).body["name"] == "Restarted"


def test_what_was_written_outlives_down_and_up(stack: Stack) -> None:
    path, token = write_product(stack, "Down and up"), stack.log_in()

    stack.compose("down")
    stack.compose("up", "--wait")

    # the token too: the keys are kept beside the data
    assert stack.call("GET", path, token=token).body["name"] == "Down and up"


def test_an_upload_is_worked_on(stack: Stack) -> None:
    token = stack.log_in()
    line = {"name": "Imported", "external_id": "imported", "variants": [{"sku": "Imported"}]}
    sent = stack.call("POST", "/api/v1/imports/", line, token, media_type="application/x-ndjson")
    assert sent.status == 202, sent
    deadline = time.monotonic() + 30
    while (job := stack.call("GET", f"/api/v1/jobs/{sent.body['id']}/", token=token).body)["status"] != "succeeded":
        assert time.monotonic() < deadline, job
        time.sleep(0.2)
    assert job["summary"]["created"] == 1


@pytest.mark.parametrize("service", ["web", "jobs", "migrate", "secrets"])
def test_our_containers_run_without_privileges_on_a_read_only_root(stack: Stack, service: str) -> None:
    container = stack.inspect(service)
    assert container["Config"]["User"] == "catalog"
    assert container["HostConfig"]["ReadonlyRootfs"]
    assert container["HostConfig"]["CapDrop"] == ["ALL"]
    assert container["HostConfig"]["SecurityOpt"] == ["no-new-privileges:true"]
    assert list(container["HostConfig"]["Tmpfs"]) == ["/tmp"]


def test_nothing_can_be_written_beside_what_is_meant_to_be(stack: Stack) -> None:
    in_web = ["exec", "-T", "web", "sh", "-c"]
    stack.compose(*in_web, "touch /tmp/x && ! touch /app/x && ! touch /var/lib/catalog/x && ! touch /opt/venv/x")
    assert "CapEff:\t0000000000000000" in stack.compose(*in_web, "cat /proc/self/status")


@pytest.mark.parametrize("service", ["web", "jobs", "migrate", "database"])
def test_no_secret_stands_in_the_configuration_of_a_container(stack: Stack, service: str) -> None:
    given = dict(line.split("=", 1) for line in stack.inspect(service)["Config"]["Env"] if "=" in line)
    assert not {"SECRET_KEY", "JWT_SIGNING_KEY", "DATABASE_URL", "POSTGRES_PASSWORD"} & set(given)


def test_the_keys_are_closed_to_the_database_server(stack: Stack) -> None:
    as_server = ["exec", "-T", "--user", "postgres", "database", "sh", "-c"]
    stack.compose(*as_server, "test -r /var/lib/catalog/postgres_password && ! test -r /var/lib/catalog/env")
