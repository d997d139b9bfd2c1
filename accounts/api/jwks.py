"""`/.well-known/jwks.json`: the public keys with which others verify our tokens."""

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

CONTENT_TYPE = "application/jwk-set+json"
# Before a key signs it is accepted everywhere: whoever keeps the set this long knows a new key in time.
MAX_AGE_SECONDS = 300


@require_safe
def jwks(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django calls it so
    """The JWK set (RFC 7517, section 5). With HS256 it is empty: who could verify could sign as well."""
    keys = [key.public for key in settings.JWT_KEYS if key.public]
    headers = {"Cache-Control": f"public, max-age={MAX_AGE_SECONDS}"}
    return HttpResponse(orjson.dumps({"keys": keys}), content_type=CONTENT_TYPE, headers=headers)
