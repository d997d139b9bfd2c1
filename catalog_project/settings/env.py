"""Typed readers of the environment: each names the variable when its value is missing, malformed or weak.

Values are never repeated in a message: a secret that does not parse is still a secret.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parents[2]
LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]", "testserver"}
MIN_SECRET_LENGTH = 32
MIN_SECRET_VARIETY = 8
PLACEHOLDER = re.compile(r"django-insecure|change.?me|replace.?me|^secret|^password|example", re.IGNORECASE)
BOOLEANS = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}

_env = environ.Env()


class Rate(NamedTuple):
    """So many in so many seconds."""

    most: int
    seconds: int


def read_dotenv() -> None:
    """Read `.env` beside manage.py where there is one; the real environment wins over it."""
    path = BASE_DIR / ".env"
    if path.is_file():
        environ.Env.read_env(path, overwrite=False)


def text(name: str, default: str) -> str:
    """The variable as text."""
    return str(_env.str(name, default=default)).strip()


def words(name: str, default: Sequence[str] = ()) -> list[str]:
    """A comma-separated variable as a list; blanks are dropped."""
    raw = text(name, ",".join(default))
    return [word.strip() for word in raw.split(",") if word.strip()]


def flag(name: str, *, default: bool) -> bool:
    """A yes-or-no variable; anything but a known spelling is refused rather than taken for no."""
    raw = text(name, "true" if default else "false").lower()
    if raw not in BOOLEANS:
        raise ImproperlyConfigured(f"{name} must be true or false.")
    return BOOLEANS[raw]


def number(name: str, default: int, *, least: int = 0, most: int = 1_000_000_000) -> int:
    """A whole number within bounds."""
    raw = text(name, str(default))
    if not re.fullmatch(r"\d{1,13}", raw) or not least <= int(raw) <= most:
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} to {most}.")
    return int(raw)


def folder(name: str, default: Path) -> Path:
    """A directory, which need not be there yet; one that is not absolute is below the project's own."""
    return BASE_DIR / text(name, str(default))


def rate(name: str, default: str) -> Rate | None:
    """How many in which period, such as `10/15m`; None for `off`. A period is at most 30 days."""
    raw = text(name, default).lower()
    if raw == "off":
        return None
    found = re.fullmatch(r"([1-9]\d{0,8})/([1-9]\d{0,4})?([smhd])", raw)
    seconds = int(found[2] or 1) * UNITS[found[3]] if found else 0
    if found is None or seconds > 30 * UNITS["d"]:
        raise ImproperlyConfigured(f"{name} must be a number and a period (s, m, h, d), such as 10/15m, or off.")
    return Rate(int(found[1]), seconds)


def secret(name: str) -> str:
    """A required secret that is long, varied and no placeholder."""
    value = str(_env.str(name, default=""))
    if not value:
        raise ImproperlyConfigured(f"{name} is missing: set it to at least {MIN_SECRET_LENGTH} random characters.")
    if len(value) < MIN_SECRET_LENGTH:
        raise ImproperlyConfigured(f"{name} is too short: it needs at least {MIN_SECRET_LENGTH} random characters.")
    if len(set(value)) < MIN_SECRET_VARIETY or PLACEHOLDER.search(value):
        raise ImproperlyConfigured(f"{name} is weak: set it to at least {MIN_SECRET_LENGTH} random characters.")
    return value


def hosts(*, debug: bool) -> list[str]:
    """ALLOWED_HOSTS; a wildcard is refused, and so is DEBUG for anything but this machine."""
    names = words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
    if any("*" in name for name in names):
        raise ImproperlyConfigured("ALLOWED_HOSTS must name its hosts: a wildcard lets anyone forge links.")
    if debug and not set(names) <= LOCAL_HOSTS:
        raise ImproperlyConfigured("DEBUG must be false where ALLOWED_HOSTS names more than this machine.")
    return names


def origins(name: str) -> list[str]:
    """A list of origins, each a scheme and a host, as browsers send them."""
    found = words(name)
    for origin in found:
        if not re.fullmatch(r"https?://[^/\s*]+", origin):
            raise ImproperlyConfigured(f"{name} must list origins such as https://shop.example.org, without a path.")
    return found


def database(*, threads: int, patience: int) -> dict[str, Any]:
    """DATABASE_URL as Django's settings: SQLite (default) or PostgreSQL with psycopg's pool."""
    url = text("DATABASE_URL", f"sqlite:///{BASE_DIR / 'catalog.sqlite3'}")
    scheme = url.partition(":")[0]
    if scheme == "sqlite":
        return _sqlite(url)
    if scheme in {"postgres", "postgresql"}:
        return _postgresql(url, threads=threads, patience=patience)
    raise ImproperlyConfigured("DATABASE_URL must start with postgres:// or sqlite:///.")


def _sqlite(url: str) -> dict[str, Any]:
    config: dict[str, Any] = dict(environ.Env.db_url_config(url))
    config["OPTIONS"] = {
        # A transaction that will write takes its lock at once: an upgrade half way fails without waiting.
        "transaction_mode": "IMMEDIATE",
        # Readers go on while one writer writes.
        "init_command": "PRAGMA journal_mode=WAL;",
        # Seconds a writer waits for its turn.
        "timeout": 20,
    }
    return config


def _postgresql(url: str, *, threads: int, patience: int) -> dict[str, Any]:
    config: dict[str, Any] = dict(environ.Env.db_url_config(url))
    options = config.setdefault("OPTIONS", {})
    if "pool" in options:
        raise ImproperlyConfigured("DATABASE_URL must not hold a pool parameter: DB_POOL_MAX sizes the pool.")
    if "isolation_level" in options:
        raise ImproperlyConfigured("DATABASE_URL must not hold an isolation_level: locks are taken for READ COMMITTED.")
    config["ENGINE"] = "catalog_project.postgresql"
    config["CONN_MAX_AGE"] = 0
    config["CONN_HEALTH_CHECKS"] = False  # the engine has one of its own
    options.setdefault("connect_timeout", 3)
    # A server that vanished without a word is found within a minute; Linux by itself begins to ask after two hours.
    options.update({"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3} | options)
    options["pool"] = {
        "min_size": 1,
        "max_size": number("DB_POOL_MAX", threads, least=threads, most=500),
        "timeout": patience,
        # Each lost connection would be tried again after 1, 2, 4, 8 … seconds, and count as one meanwhile: nobody could
        # ask for another. Given up at once, it is made again when somebody needs it.
        "reconnect_timeout": 0,
    }
    return config


def redis_url() -> str | None:
    """REDIS_URL, or None for local memory."""
    url = text("REDIS_URL", "")
    if not url:
        return None
    if urlsplit(url).scheme not in {"redis", "rediss", "unix"}:
        raise ImproperlyConfigured("REDIS_URL must start with redis://, rediss:// or unix://.")
    return url


def currency(name: str, default: str) -> str:
    """An ISO 4217 code; that the catalog knows it is checked with the prices."""
    code = text(name, default)
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise ImproperlyConfigured(f"{name} must be a currency code of three capital letters, such as USD.")
    return code
