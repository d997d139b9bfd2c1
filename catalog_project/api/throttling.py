"""Limits on what one caller sends: an API key, a user or, without either, a client address."""

from collections.abc import Mapping
from typing import Any, cast

from rest_framework.request import Request

from catalog_project.addresses import client_address
from catalog_project.api.remembering import READING
from catalog_project.limits.limiter import Verdict, take

SAFE = frozenset({"GET", "HEAD"})


def count(request: Request, kind: str | None) -> Verdict | None:
    """What the limit of this kind says of a request whose credentials, if any, were looked at; None without one."""
    if reading := request.META.get(READING):
        if reading.verdict and reading.limit == kind:  # it was counted ahead of Django
            return cast(Verdict, reading.verdict)
        reading.limit = kind
    return take(kind, lambda: caller_of(request))


def count_anonymous(environ: Mapping[str, Any], kind: str | None) -> Verdict | None:
    """The same for a request without credentials, ahead of Django."""
    return take(kind, lambda: f"address:{client_address(environ)}")


def kind_of(request: Request) -> str:
    """`search` for a list with the parameter of this name, `read` for other reads, `write` for everything else."""
    if request.method not in SAFE:
        return "write"
    return "search" if request.query_params.get("search") else "read"


def caller_of(request: Request) -> str:
    """Who sent a request. What it was authenticated by may be a caller of its own, and says so as `limited_as`."""
    if not request.user.is_authenticated:
        return f"address:{client_address(request.META)}"
    own: str | None = getattr(request.auth, "limited_as", None)
    return own or f"user:{request.user.pk}"
