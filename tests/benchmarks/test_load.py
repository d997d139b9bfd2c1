"""The client counts what is wrong, and comes to an end."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.benchmarks.load import RECYCLE, WrongAnswerError, drive, exchange, get, request

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Serve = Callable[[bytes], int]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server that answers every request with these bytes and closes; returns its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer_all(answer: bytes) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer_one, args=[client, answer], daemon=True).start()

    def answer_one(client: socket.socket, answer: bytes) -> None:
        with client:
            while client.recv(65536):
                client.sendall(answer)
                if b"Content-Length" not in answer:
                    return

    def start(answer: bytes) -> int:
        threading.Thread(target=answer_all, args=[answer], daemon=True).start()
        return int(listener.getsockname()[1])

    yield start
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def test_so_many_requests_are_sent_and_no_more(serve: Serve) -> None:
    load = drive(serve(OK), [get("/")], connections=4, count=3 * RECYCLE)
    assert (load.answers, load.errors) == (3 * RECYCLE, {})
    assert all(latency > 0 for latency in load.latencies)


def test_it_ends_when_the_time_is_over(serve: Serve) -> None:
    load = drive(serve(OK), [get("/")], connections=2, seconds=0.2)
    assert 0.2 <= load.seconds < 2
    assert load.answers


def test_another_status_is_an_error(serve: Serve) -> None:
    load = drive(serve(OK.replace(b"200", b"503")), [get("/")], connections=2, count=10)
    assert (load.answers, load.errors) == (0, {"status 503": 10})


def test_a_status_that_was_expected_is_none(serve: Serve) -> None:
    load = drive(serve(OK.replace(b"200", b"404")), [get("/", status=404)], connections=2, count=10)
    assert (load.answers, load.errors) == (10, {})


def test_an_answer_that_breaks_off_is_an_error(serve: Serve) -> None:
    load = drive(serve(b"HTTP/1.1 200 OK\r\n"), [get("/")], connections=2, count=4)
    assert (load.answers, load.errors) == (0, {"closed by the server": 4})


def test_one_exchange_gives_its_body_or_says_what_came(serve: Serve) -> None:
    port = serve(OK)
    assert exchange(port, request("POST", "/", token="t", body=b"{}")) == b"ok"
    with pytest.raises(WrongAnswerError, match="answered 200"):
        exchange(port, get("/", status=201))
