"""Both kinds of windows keep the same rules; those of Redis also bear whatever stands there."""

import time
from collections.abc import Callable, Iterator

import pytest
import redis
from django.conf import settings

from catalog_project.cache import breaker_of
from catalog_project.limits.windows import LocalWindows, SharedWindows, Use
from catalog_project.settings.env import Rate
from tests.threads import at_once

RATE = Rate(3, 60)
KEY = "catalog-limits:a"

Windows = LocalWindows | SharedWindows


@pytest.fixture(params=["local", pytest.param("shared", marks=pytest.mark.redis)])
def windows(request: pytest.FixtureRequest) -> Windows:
    return LocalWindows() if request.param == "local" else request.getfixturevalue("shared")


@pytest.fixture
def shared() -> Iterator[SharedWindows]:
    windows = SharedWindows(settings.REDIS_URL)
    yield windows
    windows._script.registered_client.close()


@pytest.fixture
def store() -> Iterator[redis.Redis]:
    with redis.Redis.from_url(settings.REDIS_URL) as store:
        yield store


@pytest.fixture(autouse=True)
def _empty_redis() -> None:
    if settings.REDIS_URL:
        with redis.Redis.from_url(settings.REDIS_URL) as store:
            store.delete(KEY, "catalog-limits:b")


def taken(windows: Windows, times: int, key: str = "a", rate: Rate = RATE) -> list[Use]:
    uses = [windows.take(key, rate) for _ in range(times)]
    return [use for use in uses if use]


def test_as_many_pass_as_may_and_each_hears_what_is_left(windows: Windows) -> None:
    assert [use[:2] for use in taken(windows, 5)] == [(True, 2), (True, 1), (True, 0), (False, 0), (False, 0)]


def test_each_hears_when_the_window_ends(windows: Windows) -> None:
    assert all(59 < use.seconds <= 60 for use in taken(windows, 5))


def test_each_key_has_its_own_window(windows: Windows) -> None:
    taken(windows, 3)
    assert taken(windows, 1, "b") == [(True, 2, pytest.approx(60, abs=1))]


def test_when_a_window_has_ended_the_next_one_begins(windows: Windows) -> None:
    rate = Rate(1, 1)
    first, second = taken(windows, 2, rate=rate)
    time.sleep(second.seconds + 0.05)
    assert (first.passes, second.passes, taken(windows, 1, rate=rate)[0].passes) == (True, False, True)


def test_of_five_times_as_many_at_once_exactly_as_many_pass_as_may(windows: Windows) -> None:
    rate = Rate(10, 60)
    uses = at_once(50, lambda _: windows.take("a", rate))
    assert sum(use.passes for use in uses) == 10


def test_windows_in_memory_are_bounded_and_the_oldest_goes() -> None:
    windows = LocalWindows(room=2)
    for key in ("a", "b", "c"):
        windows.take(key, RATE)
    assert [windows.take(key, RATE).left for key in ("c", "b", "a")] == [1, 1, 2]


# --- Redis


GARBAGE: dict[str, Callable[[redis.Redis], object]] = {
    "text": lambda store: store.set(KEY, b"\x00garbage\xff", ex=60),
    "another type": lambda store: store.rpush(KEY, "x"),
    "a number without an end": lambda store: store.set(KEY, 2),
    "a number that ends too late": lambda store: store.set(KEY, 2, ex=600),
    "a negative number": lambda store: store.set(KEY, -5, ex=60),
    "a number beyond all": lambda store: store.set(KEY, "9" * 30, ex=60),
    "no integer": lambda store: store.set(KEY, "1.5", ex=60),
}


@pytest.mark.redis
@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_gives_way_to_a_new_window(store: redis.Redis, shared: SharedWindows, kind: str) -> None:
    GARBAGE[kind](store)
    assert [use.passes for use in taken(shared, 4)] == [True, True, True, False]
    assert 0 < store.pttl(KEY) <= 60_000


@pytest.mark.redis
def test_a_redis_that_has_forgotten_the_script_is_told_again(store: redis.Redis, shared: SharedWindows) -> None:
    taken(shared, 1)
    store.script_flush()
    assert taken(shared, 1)[0].left == 1


def test_a_redis_that_is_away_says_nothing_and_is_left_alone() -> None:
    url = "redis://127.0.0.1:1/9"
    breaker_of.cache_clear()
    assert taken(SharedWindows(url), 5) == []
    assert breaker_of(url).is_open
