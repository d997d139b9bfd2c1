from collections.abc import Iterator
from typing import Any

import pytest

from catalog_project.cache import breaker_of
from catalog_project.errors import Limited
from catalog_project.limits import limiter
from catalog_project.limits.limiter import Verdict, take
from catalog_project.limits.windows import Use
from catalog_project.settings.env import Rate
from tests.catalog_project.observability.test_metrics import Rise


@pytest.fixture(autouse=True)
def _limits(settings: Any) -> Iterator[None]:
    settings.RATE_LIMITS = {"read": Rate(2, 60), "write": Rate(1, 60), "search": None}
    limiter._shared.cache_clear()
    breaker_of.cache_clear()
    limiter.local.clear()
    yield
    limiter._shared.cache_clear()
    limiter.local.clear()


@pytest.fixture(params=["", "redis://127.0.0.1:1/0"], ids=["none", "away"])
def without_redis(request: pytest.FixtureRequest, settings: Any) -> None:
    settings.REDIS_URL = request.param


def passes(kind: str, caller: str = "anna") -> bool:
    verdict = take(kind, lambda: caller)
    return verdict is not None and verdict.use.passes


def test_without_redis_each_process_counts_for_itself(without_redis: None) -> None:
    assert [passes("read") for _ in range(6)] == [True, True, False, False, False, False]


def test_each_caller_and_each_kind_has_its_own_limit(without_redis: None) -> None:
    assert [passes("read"), passes("read"), passes("write"), passes("read", "bob")] == [True] * 4
    assert not passes("write")


def test_what_has_no_limit_asks_not_even_who_it_is() -> None:
    assert take("search", lambda: pytest.fail("asked")) is None
    assert take(None, lambda: pytest.fail("asked")) is None


def test_what_is_beyond_a_limit_is_counted_by_its_kind(without_redis: None) -> None:
    rise = Rise("catalog_limited_total", kind="write")
    assert [passes("write") for _ in range(3)] == [True, False, False]
    assert rise() == 2


def test_the_headers_say_what_may_come_and_what_is_left() -> None:
    assert Verdict("read", Rate(600, 60), Use(True, 598, 59.2)).headers == {
        "RateLimit-Policy": '"read";q=600;w=60',
        "RateLimit": '"read";r=598;t=60',
    }


def test_whoever_must_wait_hears_how_long() -> None:
    with pytest.raises(Limited) as refused:
        Verdict("read", Rate(2, 60), Use(False, 0, 0.001)).enforce()
    assert refused.value.retry_after == 1
