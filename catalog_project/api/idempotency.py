"""`Idempotency-Key`: a POST that is sent again is answered again, and done once.

After draft-ietf-httpapi-idempotency-key-header; a key may also stand without the quotes of a Structured Field string.
"""

import re
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import HttpResponse
from django.utils.encoding import escape_uri_path
from django.utils.http import parse_header_parameters
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from catalog_project.errors import DomainError
from catalog_project.idempotency.models import Record
from catalog_project.idempotency.records import Slot, claim, keep

if TYPE_CHECKING:
    from catalog_project.api.views import StrictView

HEADER = "Idempotency-Key"
META = "HTTP_IDEMPOTENCY_KEY"
REPLAYED = "Idempotent-Replayed"
KEY = re.compile(r"[!-~]{1,255}")
QUOTED = re.compile(r'"((?:[^"\\]|\\["\\])*)"')  # RFC 8941, section 3.3.3
# Headers that every answer gets anew.
OWN = frozenset({"x-request-id", "ratelimit", "ratelimit-policy"})


def guard(view: Any) -> None:
    """Make a view answer its request once. DRF looks the handler up after this, as it binds those of viewsets."""
    view.post = partial(answer_once, view, view.post)


def answer_once(
    view: "StrictView", handler: Callable[..., Response], request: Request, *args: Any, **kwargs: Any
) -> HttpResponse:
    """What `handler` answers, or what it answered when this request came before.

    Rights are tested by now, so a kept answer goes to nobody who may not ask any more. The answer is kept in the
    transaction of its effect, rendered as it will be sent; unless it is a success, both are rolled back and the key
    stays free. Raises DomainError `invalid_idempotency_key` and what `claim` raises.
    """
    key = read_key(request.META[META])
    if view.is_dry_run:
        return handler(request, *args, **kwargs)
    if not request.user.is_authenticated:
        raise NotAuthenticated
    slot = Slot(request.user.pk, str(request.method), escape_uri_path(request.path), key)
    # Before the transaction: a body may come slowly.
    request_hash = hash_request(request, view.body_digest())
    with transaction.atomic():
        record = claim(slot, request_hash)
        if record is not None:
            return replay(record)
        response = view.finalize_response(request, handler(request, *args, **kwargs), *args, **kwargs)
        _keep_success(slot, request_hash, response.render())
        return response


def read_key(header: str) -> str:
    """The key in the header's value, bare or quoted. Raises DomainError `invalid_idempotency_key`."""
    key = header.strip(" \t")
    if quoted := QUOTED.fullmatch(key):
        key = re.sub(r"\\(.)", r"\1", quoted[1])
    elif key.startswith('"'):
        key = ""
    if not KEY.fullmatch(key):
        detail = f"{HEADER} must be 1 to 255 visible ASCII characters, bare or as a quoted string."
        raise DomainError(detail, code="invalid_idempotency_key")
    return key


def hash_request(request: Request, body_digest: bytes) -> str:
    """What tells a repeated request from another one under its key: query string, media type and body."""
    media_type, _ = parse_header_parameters(request.content_type)
    head = f"{request.META.get('QUERY_STRING', '')}\n{media_type}\n"
    return sha256(head.encode() + body_digest).hexdigest()


def _keep_success(slot: Slot, request_hash: str, response: HttpResponse) -> None:
    if not 200 <= response.status_code < 300:
        transaction.set_rollback(True)
        return
    headers = {name: value for name, value in response.items() if name.lower() not in OWN}
    keep(slot, request_hash, status=response.status_code, headers=headers, body=response.content)


def replay(record: Record) -> HttpResponse:
    """The answer that was kept."""
    response = HttpResponse(record.body, status=record.status)
    response.headers.pop("Content-Type", None)  # an answer without a body has none
    for name, value in {**record.headers, REPLAYED: "true"}.items():
        response[name] = value
    return response
