"""Eight clients that read and write without ever trying twice, and the ledger of what was acknowledged to them.

Four of five requests are reads: of anonymous first pages and details, and of a staff member's list. The rest are
writes, each client's to a product of its own: a patch that sets the next number, and a sale of one piece.
"""

import http.client
import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.faults.stand import Stand

CLIENTS = 8
# So many requests a second of each client: enough to find what a fault does, and no overload.
PACE = 25
PATIENCE_SECONDS = 10
STOCK = 1_000_000
ANONYMOUS, STAFF, PATCH, SALE = "anonymous read", "staff read", "patch", "sale"
MIX = (ANONYMOUS, ANONYMOUS, PATCH, ANONYMOUS, STAFF, ANONYMOUS, STAFF, SALE, ANONYMOUS, STAFF)
WRITES = frozenset({PATCH, SALE})


@dataclass(frozen=True, slots=True)
class Sent:
    """One request: when it was sent (`time.monotonic`), how long it took, and its status or what went wrong.

    `is_unsure` says that a write may have been done all the same: no answer came, or one that says just that.
    """

    at: float
    seconds: float
    kind: str
    outcome: int | str
    is_stale: bool = False
    retry_after: bool = False
    is_unsure: bool = False

    @property
    def is_right(self) -> bool:
        """Whether it was answered as without any fault."""
        return isinstance(self.outcome, int) and self.outcome < 300


@dataclass
class Account:
    """What one client has been told of its product."""

    product: int
    variant: int
    patched: int = 0  # the last number that was acknowledged
    unsure_patches: list[int] = field(default_factory=list)  # those since, whose answer never came
    sold: int = 0
    unsure_sales: int = 0

    def note(self, kind: str, number: int, sent: Sent) -> None:
        """Enter the outcome of a write. An answer that says no means that nothing was written."""
        if sent.outcome == 200:
            self.sold += kind == SALE
            if kind == PATCH:
                self.patched, self.unsure_patches = number, []
        elif sent.is_unsure:
            self.unsure_sales += kind == SALE
            if kind == PATCH:
                self.unsure_patches.append(number)


class Traffic:
    """Clients at work. `sent` is everything that they sent so far; `faults_of_ledger` what was lost or done twice."""

    def __init__(self, stand: Stand, *, paths: list[str] | None = None, mix: Sequence[str] = MIX) -> None:
        self._stand, self._token, self._mix = stand, stand.token(), mix
        self._accounts = [_account(stand, self._token, number) for number in range(CLIENTS)]
        self._reads = paths or _popular(stand)
        self._stop, self._lock = threading.Event(), threading.Lock()
        self.sent: list[Sent] = []

    @contextmanager
    def flowing(self) -> Iterator["Traffic"]:
        """Let them work for as long as this lasts."""
        self._stop.clear()
        threads = [threading.Thread(target=self._work, args=(number,)) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def between(self, begin: float = 0.0, end: float = float("inf")) -> list[Sent]:
        """What was sent in this time."""
        return [sent for sent in list(self.sent) if begin <= sent.at < end]

    def faults_of_ledger(self) -> list[str]:
        """Each acknowledged write that is not there, and each that was applied more often than it was sent."""
        return [fault for account in self._accounts for fault in _differences(self._stand, self._token, account)]

    def _work(self, number: int) -> None:
        client, account = _Client(self._stand, self._token), self._accounts[number]
        begin = time.monotonic() + number / (PACE * CLIENTS)
        for turn in itertools.count():
            time.sleep(max(0.0, begin + turn / PACE - time.monotonic()))
            if self._stop.is_set():
                break
            if begin + turn / PACE < time.monotonic() - 1:  # late by a fault: it catches up with nothing
                begin = time.monotonic() - turn / PACE
            self._send(client, account, self._mix[(turn + number) % len(self._mix)], turn + 1)
        client.close()

    def _send(self, client: "_Client", account: Account, kind: str, turn: int) -> None:
        if kind == PATCH:
            sent = client.send(kind, "PATCH", f"products/{account.product}/", {"attributes": {"n": turn}})
        elif kind == SALE:
            sent = client.send(kind, "POST", f"variants/{account.variant}/stock/", {"delta": -1})
        elif kind == STAFF:
            sent = client.send(kind, "GET", f"products/?status=active&page_size=5&id__in={turn % 500 + 1}")
        else:
            sent = client.send(kind, "GET", self._reads[turn % len(self._reads)])
        account.note(kind, turn, sent)
        with self._lock:
            self.sent.append(sent)


class _Client:
    """A connection that is kept, and made anew for the request after one that broke it."""

    def __init__(self, stand: Stand, token: str) -> None:
        self._port, self._token = stand.port, token
        self._connection: http.client.HTTPConnection | None = None

    def send(self, kind: str, method: str, path: str, body: Any = None) -> Sent:
        headers = {"Content-Type": "application/json"} if body else {}
        if kind != ANONYMOUS:
            headers["Authorization"] = f"Bearer {self._token}"
        begin = time.monotonic()
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_SECONDS)
            self._connection.request(method, f"/api/v1/{path}", json.dumps(body) if body else None, headers)
            answer = self._connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return Sent(begin, time.monotonic() - begin, kind, type(error).__name__, is_unsure=True)
        if answer.getheader("Connection") == "close":
            self.close()
        stale, later = answer.getheader("X-Served-Stale") == "true", answer.getheader("Retry-After") is not None
        unsure = answer.status == 503 and b'"outcome_unknown"' in content
        return Sent(begin, time.monotonic() - begin, kind, answer.status, stale, later, unsure)

    def close(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None


def summary(sent: list[Sent]) -> str:
    """How many requests had which outcome."""
    found = Counter(str(one.outcome) for one in sent)
    return ", ".join(f"{count} x {outcome}" for outcome, count in sorted(found.items())) or "none"


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of them lies; 0 where there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def _account(stand: Stand, token: str, number: int) -> Account:
    body = {
        "name": f"Ledger {number}", "status": "active", "attributes": {"n": 0},
        "variants": [{"sku": f"LEDGER-{number}-{time.time_ns()}", "stock": STOCK}],
    }  # fmt: skip
    status, made = stand.ask("POST", "/api/v1/products/", token=token, body=body)
    assert status == 201, made
    return Account(made["id"], made["variants"][0]["id"])


def _popular(stand: Stand) -> list[str]:
    """Some first pages and details that anonymous readers come back to."""
    _, page = stand.ask("GET", "/api/v1/products/?page_size=8")
    details = [f"products/{row['slug']}/" for row in page["results"]]
    return ["products/", "products/?ordering=name&page_size=5", *details]


def _differences(stand: Stand, token: str, account: Account) -> Iterator[str]:
    _, body = stand.ask("GET", f"/api/v1/products/{account.product}/", token=stand.token())
    number, sold = body["attributes"]["n"], STOCK - body["variants"][0]["stock"]
    if number not in {account.patched, *account.unsure_patches}:
        yield f"product {account.product}: {number} is there, {account.patched} was acknowledged"
    if not account.sold <= sold <= account.sold + account.unsure_sales:
        yield f"variant {account.variant}: {sold} sold, {account.sold} acknowledged, {account.unsure_sales} unsure"
