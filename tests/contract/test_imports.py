"""Uploads through the real server, whatever way the body comes."""

from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import orjson
import pytest

from tests.contract.conftest import Manager

pytestmark = pytest.mark.xdist_group("contract")
LINES = 2_000


@pytest.fixture
def connection(manager: Manager) -> Iterator[HTTPConnection]:
    with closing(connect(manager)) as made:
        yield made


def connect(manager: Manager) -> HTTPConnection:
    return HTTPConnection(urlsplit(manager.live.url).netloc, timeout=60)


def body(prefix: str) -> Iterator[bytes]:
    for number in range(LINES):
        yield orjson.dumps({"name": f"P{number}", "external_id": f"{prefix}{number}"}) + b"\n"


@pytest.mark.parametrize("is_chunked", [True, False], ids=["chunked", "sized"])
def test_an_upload_becomes_a_job_that_a_worker_finishes(
    manager: Manager, connection: HTTPConnection, is_chunked: bool
) -> None:
    prefix = "chunked" if is_chunked else "sized"
    sent = body(prefix) if is_chunked else b"".join(body(prefix))
    headers = {"Authorization": f"Bearer {manager.token()}", "Content-Type": "application/x-ndjson"}
    connection.request("POST", "/api/v1/imports/", sent, headers)
    response = connection.getresponse()
    address = response.headers["Location"]
    assert (response.status, response.read()[:6]) == (202, b'{"id":')
    manager.live.manage("run_jobs", "--until-empty")
    connection.request("GET", urlsplit(address).path, headers=headers)
    job = orjson.loads(connection.getresponse().read())
    assert (job["status"], job["total"], job["summary"]["created"]) == ("succeeded", LINES, LINES)


def test_a_body_that_is_announced_too_large_is_refused_unread(manager: Manager, connection: HTTPConnection) -> None:
    connection.putrequest("POST", "/api/v1/imports/")
    connection.putheader("Authorization", f"Bearer {manager.token()}")
    connection.putheader("Content-Type", "application/x-ndjson")
    connection.putheader("Content-Length", "512000001")
    connection.endheaders(b"{}\n")
    response = connection.getresponse()
    problem = orjson.loads(response.read())
    assert (response.status, problem["code"]) == (413, "payload_too_large")
    assert problem["detail"] == "The body is larger than 512000000 bytes."


def test_a_caller_who_hangs_up_leaves_no_job(manager: Manager, connection: HTTPConnection) -> None:
    headers = {"Authorization": f"Bearer {manager.token()}"}
    connection.request("GET", "/api/v1/jobs/?count=exact&page_size=1", headers=headers)
    before = orjson.loads(connection.getresponse().read())["count"]
    broken = connect(manager)
    broken.putrequest("POST", "/api/v1/imports/")
    for name, value in {**headers, "Content-Type": "application/x-ndjson", "Content-Length": "1000"}.items():
        broken.putheader(name, value)
    broken.endheaders(b'{"name": "Cup", "external_id": "hung up"}\n')
    broken.close()
    connection.request("GET", "/api/v1/jobs/?count=exact&page_size=1", headers=headers)
    assert orjson.loads(connection.getresponse().read())["count"] == before
