"""The Redis cache as a convenience: whatever goes wrong with Redis is a miss, never an error.

Django's own backend raises when Redis is down, which turns a lost cache into a lost service.
"""

import logging
from collections.abc import Callable
from functools import cache, partial
from typing import Any, TypeVar

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as NoAnswer

from catalog_project.breaker import Breaker, BreakerOpen
from catalog_project.observability.metrics import REDIS_BREAKERS_OPEN

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

# A server that answers, if only with an error, is there: it costs nobody any time. One that refuses us our connection
# for want of the right password is not.
AWAY = (NoConnection, NoAnswer, OSError)


class BytesSerializer:
    """Stores bytes as they are, and takes nothing that it reads for more than bytes."""

    def dumps(self, value: bytes) -> bytes:
        """What is stored."""
        return value

    def loads(self, stored: bytes) -> bytes:
        """What was stored."""
        return stored


@cache
def breaker_of(url: str) -> Breaker:  # noqa: ARG001  # one for each
    """The breaker before this process' calls to a Redis server."""

    def tell(is_open: bool) -> None:
        REDIS_BREAKERS_OPEN.set(is_open)
        logger.warning("Redis is left alone for a while" if is_open else "Redis answers again")

    return Breaker(AWAY, tell=tell)


def forgiving(breaker: Breaker, fallback: Result, ask: Callable[[], Result]) -> Result:
    """What `ask` gets from Redis, or the fallback where Redis failed or is left alone."""
    try:
        return breaker.call(ask)
    except BreakerOpen:
        return fallback
    except (RedisError, OSError) as error:
        logger.warning("cache unavailable", extra={"error": type(error).__name__})
        return fallback


class ForgivingRedisCache(RedisCache):
    """Django's RedisCache whose failures read as misses and whose failed writes are dropped."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._breaker = breaker_of(server)

    def add(self, *args: Any, **kwargs: Any) -> bool:
        """Store where absent; False when Redis failed, as if another had been first."""
        return self._forgive(super().add, False, *args, **kwargs)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """The stored value, or the default when it is missing or Redis failed."""
        return self._forgive(super().get, default, key, default, version)

    def set(self, *args: Any, **kwargs: Any) -> None:
        """Store, if Redis lets us."""
        self._forgive(super().set, None, *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        """Extend a lifetime; False when there was nothing or Redis failed."""
        return self._forgive(super().touch, False, *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        """Remove; False when there was nothing or Redis failed."""
        return self._forgive(super().delete, False, *args, **kwargs)

    def get_many(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        """The stored values that could be read."""
        return self._forgive(super().get_many, {}, *args, **kwargs)

    def set_many(self, *args: Any, **kwargs: Any) -> list[Any]:
        """Store several, if Redis lets us; never names a failed key."""
        return self._forgive(super().set_many, [], *args, **kwargs)

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        """Remove several, if Redis lets us."""
        self._forgive(super().delete_many, None, *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        """Whether the key is there and Redis says so."""
        return self._forgive(super().has_key, False, *args, **kwargs)

    def ping(self) -> None:
        """Ask the server for a sign of life. Raises RedisError when there is none: health checks want to know."""
        self._cache.get_client().ping()

    def _forgive(self, call: Callable[..., Result], fallback: Result, *args: Any, **kwargs: Any) -> Result:
        return forgiving(self._breaker, fallback, partial(call, *args, **kwargs))
