"""Of many at once exactly as many pass as may, whichever worker they meet."""

from collections.abc import Iterator

import pytest

from tests.live import Live, serve
from tests.races.calling import Caller
from tests.threads import at_once

MOST, PERIOD = 20, "1h"
MANY = 5 * MOST


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A catalog of two workers with limits of its own."""
    settings = {f"RATE_LIMIT_{kind}": f"{MOST}/{PERIOD}" for kind in ("READ", "WRITE", "SEARCH", "LOGIN_ADDRESS")}
    with serve(tmp_path_factory.mktemp("limits"), RATE_LIMIT_LOGIN_ACCOUNT="10/1h", **settings) as live:
        yield live


@pytest.mark.redis
@pytest.mark.parametrize(
    ("method", "path", "body", "passed"),
    [
        ("GET", "products/", None, 200),
        ("GET", "products/?search=x", None, 200),
        ("POST", "auth/logout/", {"refresh": "nonsense"}, 401),
    ],
)
def test_of_five_times_as_many_at_once_exactly_as_many_pass(
    limited: Live, method: str, path: str, body: object, passed: int
) -> None:
    anyone = Caller(limited.url, token="")

    def send(_: int) -> int:
        return anyone.send(method, path, body, Authorization="").status

    statuses = at_once(MANY, send)
    assert (statuses.count(passed), statuses.count(429)) == (MOST, MANY - MOST)


def test_no_more_passwords_are_tried_than_may_fail(limited: Live) -> None:
    anyone = Caller(limited.url, token="")

    def guess(username: str) -> int:
        body = {"username": username, "password": "a guess"}
        return anyone.send("POST", "auth/token/", body, Authorization="").status

    of_one_account = at_once(MANY, lambda _: guess("anna"))
    assert (of_one_account.count(401), of_one_account.count(429)) == (10, MANY - 10)
    of_many = at_once(MANY, lambda number: guess(f"anna{number}"))
    assert (of_many.count(401), of_many.count(429)) == (MOST - 10, MANY - (MOST - 10))
