"""Where log lines go and which ones: all of them as JSON on standard error, from Django and gunicorn alike."""

import logging
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from catalog_project.settings import env

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def log_level() -> str:
    """LOG_LEVEL, in any case of letters."""
    level = env.text("LOG_LEVEL", "INFO").upper()
    if level not in LEVELS:
        raise ImproperlyConfigured(f"LOG_LEVEL must be one of {', '.join(LEVELS)}.")
    return level


def has_trace(record: logging.LogRecord) -> bool:
    """Whether the record tells of an exception."""
    return record.exc_info is not None


# What no line of ours shows need not be found out for each.
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False

# Python's warnings too would stand among the lines as plain text.
logging.captureWarnings(True)

# gunicorn and Django give these handlers of their own; without one, lines go to the root and come out as JSON.
_THROUGH_ROOT: dict[str, Any] = {"handlers": [], "propagate": True}

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"has_trace": {"()": "django.utils.log.CallbackFilter", "callback": has_trace}},
    "formatters": {"json": {"()": "catalog_project.observability.logs.JSONFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"level": log_level(), "handlers": ["stderr"]},
    "loggers": {
        "django": {**_THROUGH_ROOT, "level": "NOTSET"},
        # It tells every 4xx and 5xx once more; the access line has done so. What it has to add is the trace.
        "django.request": {"level": "ERROR", "filters": ["has_trace"]},
        # Any client can send any Host: the access line with its 400 is enough.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # At DEBUG it would log SQL with its values.
        "django.db.backends": {"level": "INFO"},
        # The development server's own access lines.
        "django.server": {**_THROUGH_ROOT, "level": "WARNING"},
        "gunicorn.error": {**_THROUGH_ROOT, "level": "NOTSET"},
        "gunicorn.access": {"handlers": [], "propagate": False},
    },
}
