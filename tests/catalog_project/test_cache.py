import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import caches
from redis.exceptions import RedisError

from catalog_project.cache import ForgivingRedisCache, breaker_of
from tests.catalog_project.observability.test_metrics import value

CALLS: dict[str, tuple[Callable[[ForgivingRedisCache], Any], Any]] = {
    "add": (lambda down: down.add("a", 1), False),
    "get": (lambda down: down.get("a"), None),
    "get with a default": (lambda down: down.get("a", 5), 5),
    "set": (lambda down: down.set("a", 1, timeout=5), None),
    "touch": (lambda down: down.touch("a"), False),
    "delete": (lambda down: down.delete("a"), False),
    "get_many": (lambda down: down.get_many(["a", "b"]), {}),
    "set_many": (lambda down: down.set_many({"a": 1}), []),
    "delete_many": (lambda down: down.delete_many(["a"]), None),
    "has_key": (lambda down: "a" in down, False),
    "get_or_set": (lambda down: down.get_or_set("a", 7), 7),
}


@pytest.fixture
def down() -> ForgivingRedisCache:
    """A cache whose server is not there: nobody listens on port 1. Nothing is known of it yet."""
    breaker_of.cache_clear()
    return ForgivingRedisCache("redis://127.0.0.1:1/0", {"OPTIONS": {"socket_connect_timeout": 0.1}})


@pytest.mark.parametrize("name", CALLS)
def test_without_its_server_everything_is_a_miss(down, name) -> None:
    call, expected = CALLS[name]
    assert call(down) == expected


def test_a_miss_for_want_of_a_server_is_logged_without_its_address(down, caplog) -> None:
    down.get("a")
    [record] = caplog.records
    assert (record.levelno, record.message) == (logging.WARNING, "cache unavailable")
    assert "127.0.0.1" not in str(vars(record))


def test_a_mistake_of_ours_is_no_miss(down) -> None:
    with pytest.raises(TypeError):
        down.get()


def test_whoever_asks_for_a_sign_of_life_hears_the_truth(down) -> None:
    with pytest.raises((RedisError, OSError)):
        down.ping()


def test_a_server_that_is_away_is_left_alone(down, caplog) -> None:
    for _ in range(5):
        down.get("a")
    said = [record.message for record in caplog.records]
    assert said == ["cache unavailable"] * 2 + ["Redis is left alone for a while", "cache unavailable"]
    assert value("catalog_redis_breakers_open") == 1


def test_two_caches_of_one_server_share_their_breaker() -> None:
    assert breaker_of("redis://one") is breaker_of("redis://one") is not breaker_of("redis://two")


@pytest.mark.redis
def test_what_is_of_another_type_is_a_miss_and_no_reason_to_leave_the_server_alone() -> None:
    reads = caches["reads"]
    reads._cache.get_client().rpush(reads.make_key("a"), b"of another type")
    for _ in range(5):
        assert reads.get("a") is None
    reads.set("a", b"x")
    assert reads.get("a") == b"x"


@pytest.mark.redis
def test_with_another_password_everything_is_a_miss() -> None:
    url = settings.REDIS_URL.replace("://", "://nobody:wrong@")
    refused = ForgivingRedisCache(url, {"OPTIONS": settings.REDIS_OPTIONS})
    assert [refused.get("a") for _ in range(5)] == [None] * 5
    assert breaker_of(url).is_open


@pytest.mark.redis
def test_with_its_server_it_is_a_cache_like_any_other() -> None:
    cache = caches["reads"]
    assert isinstance(cache, ForgivingRedisCache)
    cache.set("a", b"1", timeout=60)
    assert cache.add("a", b"2") is False
    assert cache.get("a") == b"1"
    cache.set_many({"b": b"2", "c": b"3"})
    assert cache.get_many(["a", "b", "nope"]) == {"a": b"1", "b": b"2"}
    assert (cache.touch("a", 60), "b" in cache, cache.delete("b"), cache.delete("b")) == (True, True, True, False)
    cache.delete_many(["a", "c"])
    assert cache.get("c") is None
