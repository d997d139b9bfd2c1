"""The Redis cache as a convenience: whatever goes wrong with Redis is a miss, never an error.

Django's own backend raises when Redis is down, which turns a lost cache into a lost service.
"""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

Result = TypeVar("Result")


class BytesSerializer:
    """Stores bytes as they are, and takes nothing that it reads for more than bytes."""

    def dumps(self, value: bytes) -> bytes:
        """What is stored."""
        return value

    def loads(self, stored: bytes) -> bytes:
        """What was stored."""
        return stored


class ForgivingRedisCache(RedisCache):
    """Django's RedisCache whose failures read as misses and whose failed writes are dropped."""

    def add(self, *args: Any, **kwargs: Any) -> bool:
        """Store where absent; False when Redis failed, as if another had been first."""
        return _forgive(super().add, False, *args, **kwargs)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """The stored value, or the default when it is missing or Redis failed."""
        return _forgive(super().get, default, key, default, version)

    def set(self, *args: Any, **kwargs: Any) -> None:
        """Store, if Redis lets us."""
        _forgive(super().set, None, *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        """Extend a lifetime; False when there was nothing or Redis failed."""
        return _forgive(super().touch, False, *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        """Remove; False when there was nothing or Redis failed."""
        return _forgive(super().delete, False, *args, **kwargs)

    def get_many(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        """The stored values that could be read."""
        return _forgive(super().get_many, {}, *args, **kwargs)

    def set_many(self, *args: Any, **kwargs: Any) -> list[Any]:
        """Store several, if Redis lets us; never names a failed key."""
        return _forgive(super().set_many, [], *args, **kwargs)

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        """Remove several, if Redis lets us."""
        _forgive(super().delete_many, None, *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        """Whether the key is there and Redis says so."""
        return _forgive(super().has_key, False, *args, **kwargs)

    def ping(self) -> None:
        """Ask the server for a sign of life. Raises RedisError when there is none: health checks want to know."""
        self._cache.get_client().ping()


def _forgive(call: Callable[..., Result], fallback: Result, *args: Any, **kwargs: Any) -> Result:
    try:
        return call(*args, **kwargs)
    except (RedisError, OSError) as error:
        logger.warning("cache unavailable", extra={"error": type(error).__name__})
        return fallback
