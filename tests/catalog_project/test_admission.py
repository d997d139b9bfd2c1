"""Who is let in, who waits, and who is refused."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest

from catalog_project.admission import Admission, Gate, resource_of
from catalog_project.postgresql.patience import LEAST_SECONDS, seconds_left

PATIENCE = 0.3


@pytest.fixture
def gate() -> Gate:
    """Three places, two of them for any one resource, and four that wait, two of them for one."""
    return Gate(places=3, waiting=4, patience=PATIENCE)


@pytest.fixture
def begin() -> Iterator[Callable[..., threading.Thread]]:
    """Runs something beside the test, and waits for it at the end."""
    threads: list[threading.Thread] = []

    def run(call: Callable[..., Any], *arguments: Any) -> threading.Thread:
        thread = threading.Thread(target=call, args=arguments)
        threads.append(thread)
        thread.start()
        return thread

    yield run
    for thread in threads:
        thread.join(5)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def waiting(gate: Gate) -> int:
    return len(gate._queue)


# --- The gate


def test_there_is_room_for_as_many_as_there_are_places(gate: Gate) -> None:
    assert [gate.enter(name) for name in ("products", "products", "brands")] == [True] * 3


def test_a_resource_never_has_the_last_place(gate: Gate) -> None:
    assert gate.enter("products")
    assert gate.enter("products")
    assert not gate.enter("products")
    assert gate.enter("brands")


def test_with_a_single_place_everything_may_have_it() -> None:
    assert Gate(places=1, waiting=1, patience=0).enter("products")


def test_who_waits_longer_than_its_patience_goes(gate: Gate) -> None:
    for name in ("products", "products"):
        gate.enter(name)
    begun = time.monotonic()
    assert not gate.enter("products")
    assert PATIENCE <= time.monotonic() - begun < PATIENCE + 1
    assert waiting(gate) == 0


def test_in_a_queue_that_moves_one_waits_longer(begin) -> None:
    gate = Gate(places=1, waiting=8, patience=0.2)
    gate.enter("a")
    got: list[bool] = []
    waiters = [begin(lambda: got.append(gate.enter("a"))) for _ in range(3)]
    for served in range(1, 4):
        time.sleep(0.15)
        gate.leave("a")
        until(lambda: len(got) == served)  # noqa: B023 - called before the next turn
    assert got == [True] * 3
    assert not any(waiter.is_alive() for waiter in waiters)


def test_behind_what_could_not_be_answered_nobody_waits_longer(begin) -> None:
    gate = Gate(places=2, waiting=8, patience=0.3)
    for name in ("b", "a"):
        gate.enter(name)
    got: list[bool] = []
    begin(lambda: got.append(gate.enter("a")))
    begin(lambda: got.append(gate.enter("a")))
    until(lambda: waiting(gate) == 2)
    gate.leave("a", is_well=False)
    until(lambda: len(got) == 2)
    assert got == [True, False]


def test_who_waits_gets_the_place_that_is_left(gate: Gate, begin) -> None:
    got: list[bool] = []
    for name in ("products", "products"):
        gate.enter(name)
    thread = begin(lambda: got.append(gate.enter("products")))
    until(lambda: waiting(gate) == 1)
    gate.leave("products")
    thread.join(5)
    assert got == [True]


def test_the_first_to_come_is_the_first_to_go_in(gate: Gate, begin) -> None:
    gate = Gate(places=2, waiting=8, patience=5)
    gate.enter("products")
    got: list[int] = []

    def come(number: int) -> None:
        gate.enter("products")
        got.append(number)
        gate.leave("products")

    for number in range(4):
        begin(come, number)
        until(lambda: waiting(gate) == number + 1)  # noqa: B023 - called before the next turn
    gate.leave("products")
    until(lambda: len(got) == 4)
    assert got == [0, 1, 2, 3]


def test_who_may_not_go_in_holds_up_nobody_behind(gate: Gate, begin) -> None:
    gate = Gate(places=3, waiting=8, patience=5)
    for name in ("products", "products", "brands"):
        gate.enter(name)
    got: list[str] = []

    def come(name: str) -> None:
        gate.enter(name)
        got.append(name)

    for index, name in enumerate(("products", "categories")):
        begin(come, name)
        until(lambda: waiting(gate) == index + 1)  # noqa: B023 - as above
    gate.leave("brands")
    until(lambda: got == ["categories"])
    gate.leave("products")
    until(lambda: got == ["categories", "products"])


def test_a_full_queue_refuses_at_once(gate: Gate, begin) -> None:
    gate = Gate(places=1, waiting=2, patience=1)
    gate.enter("a")
    begin(gate.enter, "a")
    until(lambda: waiting(gate) == 1)
    begun = time.monotonic()
    assert not gate.enter("a")  # half of the queue is all that a resource gets
    assert time.monotonic() - begun < 0.5


def test_it_remembers_no_name_that_a_client_made_up(gate: Gate) -> None:
    for number in range(100):
        gate.enter(f"made-up-{number}")
        gate.leave(f"made-up-{number}")
    assert not gate._at_work
    assert not gate._fortunes


def test_of_very_many_at_once_never_more_are_in_than_there_are_places(begin) -> None:
    gate = Gate(places=3, waiting=100, patience=5)
    inside, most, lock = [0], [0], threading.Lock()

    def come() -> None:
        assert gate.enter("a")
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        time.sleep(0.001)
        with lock:
            inside[0] -= 1
        gate.leave("a")

    threads = [begin(come) for _ in range(40)]
    for thread in threads:
        thread.join(5)
    assert (most[0], inside[0], waiting(gate)) == (2, 0, 0)


# --- In front of the application


class BrokenError(Exception):
    """What an application may raise."""


class Closed(Gate):
    """Lets nobody in."""

    def __init__(self) -> None:
        super().__init__(places=1, waiting=1, patience=0)

    def enter(self, resource: str) -> bool:
        return False


def ask(application: Any, path: str, method: str = "GET") -> tuple[str, dict[str, str], bytes]:
    said: list[Any] = []
    environ = {"PATH_INFO": path, "REQUEST_METHOD": method, "HTTP_X_REQUEST_ID": "mine"}
    body = application(environ, lambda status, headers: said.extend((status, dict(headers))))
    return said[0], said[1], b"".join(body)


def served(_environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    return [b"served"]


def test_a_refusal_is_a_problem_document_that_says_when_to_come_again() -> None:
    status, head, body = ask(Admission(served, Closed()), "/api/v1/products/")
    assert status == "503 Service Unavailable"
    assert (head["Retry-After"], head["Cache-Control"], head["X-Request-ID"]) == ("1", "no-store", "mine")
    assert head["Content-Type"] == "application/problem+json"
    problem = orjson.loads(body)
    assert (problem["code"], problem["status"], problem["instance"]) == ("overloaded", 503, "/api/v1/products/")
    assert (problem["request_id"], head["Content-Length"]) == ("mine", str(len(body)))


def test_a_refused_head_has_no_body() -> None:
    assert ask(Admission(served, Closed()), "/api/v1/products/", "HEAD")[2] == b""


@pytest.mark.parametrize("path", ["/livez", "/readyz/", "/health", "/metrics"])
def test_probes_pass_whatever_is_going_on(path: str) -> None:
    assert ask(Admission(served, Closed()), path)[0] == "200 OK"


def test_an_application_that_fails_gives_its_place_back(gate: Gate) -> None:
    def broken(_environ: Any, _start_response: Any) -> list[bytes]:
        raise BrokenError

    for _ in range(5):
        with pytest.raises(BrokenError):
            ask(Admission(broken, gate), "/")
    assert not gate._at_work


@pytest.mark.parametrize(
    ("path", "resource"),
    [
        ("/api/v1/products/", "products"),
        ("/api/v1/products/42/", "products"),
        ("/api/v1/brands", "brands"),
        ("/admin/products/product/", ""),
        ("/", ""),
    ],
)
def test_a_resource_is_the_collection_that_a_path_names(path: str, resource: str) -> None:
    assert resource_of(path) == resource


# --- What a request may wait for


def test_the_wait_for_a_place_counts_as_waiting_for_a_connection(gate: Gate) -> None:
    left: list[float | None] = []

    def note(_environ: Any, start_response: Any) -> list[bytes]:
        left.append(seconds_left())
        start_response("200 OK", [])
        return []

    ask(Admission(note, gate), "/")
    assert left[0] is not None
    assert left[0] == pytest.approx(LEAST_SECONDS)  # which is more than this gate's patience
    assert seconds_left() is None


def test_who_was_refused_leaves_no_limit_to_the_next_of_its_thread() -> None:
    ask(Admission(served, Closed()), "/")
    assert seconds_left() is None


def test_an_answer_of_old_does_not_show_that_all_is_well(gate: Gate) -> None:
    seen: list[bool] = []
    gate.leave = lambda _, *, is_well: seen.append(is_well)  # type: ignore[method-assign]
    for headers in ([], [("X-Served-Stale", "true")]):

        def answer(_environ: Any, start_response: Any, headers: Any = headers) -> list[bytes]:
            start_response("200 OK", headers)
            return []

        ask(Admission(answer, gate), "/")
    assert seen == [True, False]


# --- Turned away before it is parsed

HEAD = b"GET /api/v1/products/?search=x HTTP/1.1\r\nHost: localhost\r\nX-Request-ID: mine-123\r\n\r\n"


@pytest.fixture
def crowded(gate: Gate, begin: Callable[..., threading.Thread]) -> Iterator[Admission]:
    """Behind a gate where two products are at work and two wait."""
    for count in range(4):
        begin(gate.enter, "products")
        until(lambda expected=count + 1: gate.inside == expected)  # type: ignore[misc]
    gate.patience = 5
    yield Admission(lambda *_: [], gate)
    for _ in range(4):
        gate.leave("products")


def test_a_plain_read_that_finds_no_room_is_refused_whole(crowded: Admission) -> None:
    answer = crowded.turned_away(HEAD, given=4)
    assert answer is not None
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert {b"X-Request-ID: mine-123", b"Retry-After: 1", f"Content-Length: {len(body)}".encode()} <= {
        *head.split(b"\r\n")
    }
    assert orjson.loads(body)["code"] == "overloaded"
    assert orjson.loads(body)["instance"] == "/api/v1/products/"


@pytest.mark.parametrize(
    "head",
    [
        HEAD.replace(b"products", b"brands"),
        HEAD.replace(b"/api/v1/products/?search=x", b"/livez"),
        HEAD.replace(b"/api/v1/products/", b"/api/v1/product%73/"),
        HEAD.replace(b"GET", b"POST"),
        HEAD.replace(b"GET", b"HEAD"),
        HEAD.replace(b"Host:", b"Content-Length: 0\r\nHost:"),
        HEAD.replace(b"Host:", b"connection: close\r\nHost:"),
        HEAD.replace(b"HTTP/1.1", b"HTTP/1.0"),
        HEAD.replace(b"/api", b"http://localhost/api"),
        HEAD + HEAD,
        HEAD[:-2],
        b"",
    ],
)
def test_all_else_goes_on_to_a_thread(crowded: Admission, head: bytes) -> None:
    assert crowded.turned_away(head, given=4) is None


def test_those_on_their_way_to_the_gate_count_as_before_it(gate: Gate) -> None:
    admission = Admission(lambda *_: [], gate)
    assert gate.enter("products")
    assert gate.enter("products")
    assert admission.turned_away(HEAD, given=3) is None
    assert admission.turned_away(HEAD, given=4)
