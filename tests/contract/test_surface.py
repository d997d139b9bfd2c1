"""What the served catalog shows of itself: headers, log lines, metrics."""

import json
import socket
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from catalog_project.security import ALWAYS, DATA_POLICY, PAGE_POLICY
from tests.live import Live, Manager, employ_manager, serve

MARK = "marked-secret"
REFUSED_BY_THE_SERVER = {
    "no-colon": b"GET / HTTP/1.1\r\nHost: localhost\r\nCookie marked-secret\r\n\r\n",
    "folded": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: 1\r\n marked-secret\r\n\r\n",
    "line": b"GET marked-secret HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "version": b"GET /?token=marked-secret HTTP/9.9\r\nHost: localhost\r\n\r\n",
    "method": b"marked-secret / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "expect": b"GET / HTTP/1.1\r\nHost: localhost\r\nExpect: marked-secret\r\n\r\n",
}

pytestmark = pytest.mark.xdist_group("contract")


@pytest.fixture(scope="module")
def talkative(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A catalog that logs all there is to log, in one process: each keeps metrics of its own."""
    with serve(tmp_path_factory.mktemp("surface"), LOG_LEVEL="DEBUG", WEB_CONCURRENCY="1") as live:
        yield live


@pytest.fixture
def connection(talkative: Live) -> Iterator[HTTPConnection]:
    opened = HTTPConnection(urlsplit(talkative.url).netloc, timeout=10)
    yield opened
    opened.close()


def converse(live: Live, sent: bytes) -> bytes:
    address = urlsplit(live.url)
    with socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=10) as opened:
        opened.sendall(sent)
        return b"".join(iter(lambda: opened.recv(65536), b""))


def ask(connection: HTTPConnection, method: str, path: str, body: str | None = None, **headers: str) -> int:
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    response.read()
    return response.status


def test_no_secret_gets_into_the_log(talkative: Live, connection: HTTPConnection) -> None:
    employ_manager(talkative)
    credentials = json.dumps({"username": "manager", "password": MARK})
    ask(connection, "POST", "/api/v1/auth/token/", credentials, Content_Type="application/json")
    ask(connection, "POST", "/api/v1/auth/token/", f'{{"password": "{MARK}', Content_Type="application/json")
    ask(connection, "POST", "/api/v1/auth/token/refresh/", f'{{"refresh": "{MARK}"}}', Content_Type="application/json")
    token = Manager(talkative, "manager", "correct horse battery staple").token()
    secrets = {"Authorization": f"Bearer {token}", "Idempotency_Key": MARK, "Cookie": f"sessionid={MARK}"}
    made = ask(connection, "POST", "/api/v1/brands/", '{"name": "Acme"}', Content_Type="application/json", **secrets)
    assert made == 201
    ask(connection, "GET", "/api/v1/auth/me/", Authorization=f"Bearer {MARK}")
    ask(connection, "GET", "/api/v1/auth/me/", Authorization=f"Api-Key {MARK}.{MARK}")
    ask(connection, "GET", f"/api/v1/products/?token={MARK}")
    ask(connection, "POST", f"/admin/login/?next={MARK}", f"password={MARK}", Cookie=f"csrftoken={MARK}")
    for sent in REFUSED_BY_THE_SERVER.values():
        converse(talkative, sent)
    log = talkative.log.read_text()
    assert "/api/v1/auth/me/" in log
    assert [line for line in log.splitlines() if MARK in line or token in line] == []


@pytest.mark.parametrize(
    "intruder", ["%0a", "%0d%0a", "%1b[31m", "%00", "%e2%80%a8", "%c2%85", "%22,%22level%22:%22ERROR"]
)
def test_no_path_forges_a_line_of_the_log(talkative: Live, connection: HTTPConnection, intruder: str) -> None:
    ask(connection, "GET", f'/api/v1/a{intruder}{{"time":1}}', X_Request_ID=intruder, User_Agent=intruder)
    text = talkative.log.read_text()
    lines = text.removesuffix("\n").split("\n")
    assert all(line.isprintable() for line in lines)
    assert all(isinstance(json.loads(line)["time"], str) for line in lines)


def test_what_callers_invent_adds_no_series_to_the_metrics(talkative: Live, connection: HTTPConnection) -> None:
    def invent(number: int) -> None:
        ask(connection, f"BREW{chr(65 + number % 26)}", f"/api/v1/invented-{number}/?x={number}")
        ask(connection, "GET", f"/invented-{number}", X_Request_ID=f"invented-{number}", Accept=f"text/x{number}")
        ask(connection, "GET", f"/api/v1/products/invented-{number}/")

    def series() -> set[str]:
        text = (
            converse(talkative, b"GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n").partition(b"\r\n\r\n")[2].decode()
        )
        return {line.rpartition(" ")[0] for line in text.splitlines() if not line.startswith("#")}

    for number in range(2):
        invent(number)
        before = series()  # twice: it counts what it is asked itself
    for number in range(2, 336):
        invent(number)
    assert series() - before == set()


@pytest.mark.parametrize(
    ("sent", "policy"),
    [
        (b"GET /api/v1/products/ HTTP/1.1", DATA_POLICY),
        (b"GET /api/v1/products/ HTTP/1.1\r\nX-Request-ID: again", DATA_POLICY),  # it comes from memory now
        (b"HEAD /api/v1/products/ HTTP/1.1", DATA_POLICY),
        (b"GET /api/v1/nowhere/ HTTP/1.1", DATA_POLICY),
        (b"OPTIONS /api/v1/products/ HTTP/1.1\r\nOrigin: http://a\r\nAccess-Control-Request-Method: GET", PAGE_POLICY),
        (b"GET /api/schema/ HTTP/1.1", DATA_POLICY),
        (b"GET / HTTP/1.1", DATA_POLICY),
        (b"GET /livez HTTP/1.1", DATA_POLICY),
        (b"GET /metrics HTTP/1.1", DATA_POLICY),
        (b"GET /nowhere HTTP/1.1", PAGE_POLICY),
        (b"GET /admin HTTP/1.1", PAGE_POLICY),
        (b"GET /problems/ HTTP/1.1\r\nAccept: text/html", PAGE_POLICY),
        (b"POST /admin/login/ HTTP/1.1\r\nContent-Length: 0", PAGE_POLICY),
        (b"GET / HTTP/9.9", DATA_POLICY),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1", DATA_POLICY),
    ],
)
def test_every_answer_carries_the_security_headers(talkative: Live, sent: bytes, policy: str) -> None:
    answer = converse(talkative, sent + b"\r\nHost: localhost\r\nConnection: close\r\n\r\n").partition(b"\r\n\r\n")[0]
    lines = answer.decode().split("\r\n")[1:]
    assert [f"{name}: {value}" for name, value in ALWAYS.items() if f"{name}: {value}" not in lines] == []
    assert f"Content-Security-Policy: {policy}" in lines
