"""Tokens as they travel: signed, with a type, an issuer and an audience, and the sign-in that they belong to.

The keys are those of `settings.JWT_KEYS`. Each is for one algorithm, and a token says which one it was signed with by
beginning with that key's header, letter for letter as we write it. So nothing in a header is ever interpreted: no
algorithm, key, address of a key or path is taken from a token (RFC 8725, sections 3.1, 3.5 and 3.10).
"""

import base64
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import jwt
from django.conf import settings
from rest_framework_simplejwt import tokens
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenError

from catalog_project.errors import DomainError
from catalog_project.settings.jwt_keys import Key

# What simplejwt and PyJWT let through where a payload is garbage: nested a thousand levels deep, an infinite time, a
# list in the place of a text.
GARBAGE = (
    jwt.PyJWTError,
    TokenError,
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)
REQUIRED = ("token_type", "exp", "iat", "jti", "family", "iss", "aud")


class CredentialsRefused(DomainError):
    """The password or token is not, or no longer, valid. Why it is not stays with us."""

    code = "authentication_failed"


@dataclass(frozen=True)
class Claims:
    """What a token says: its own id and the TokenFamily it belongs to."""

    jti: UUID
    family: UUID


class KeyRing(TokenBackend):
    """Signs with the first of its keys and verifies with the one that a token's header stands for."""

    def __init__(self, keys: tuple[Key, ...]) -> None:
        claims = settings.SIMPLE_JWT
        super().__init__(keys[0].algorithm, issuer=claims["ISSUER"], audience=claims["AUDIENCE"])
        self._signing = keys[0]
        self._by_header = {header_of(key): key for key in keys}

    def encode(self, payload: dict[str, Any]) -> str:
        """The signed token."""
        whole = {**payload, "iss": self.issuer, "aud": self.audience}
        key = self._signing
        return jwt.encode(whole, key.signing, key.algorithm, headers={"kid": key.kid})

    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:
        """What a token says, its signature, times, issuer and audience checked. Raises one of GARBAGE."""
        key = self._by_header[token.partition(".")[0]]
        return jwt.decode(
            token,
            key.verifying,
            algorithms=[key.algorithm],
            issuer=self.issuer,
            audience=self.audience,
            options={"require": list(REQUIRED), "strict_aud": True},
        )


def header_of(key: Key) -> str:
    """What the tokens of a key begin with."""
    header = {"alg": key.algorithm, "kid": key.kid, "typ": "JWT"}
    return base64.urlsafe_b64encode(json.dumps(header, separators=(",", ":")).encode()).decode().rstrip("=")


def our_keys() -> KeyRing:
    """The ring of JWT_KEYS."""
    return _ring(settings.JWT_KEYS)


@lru_cache(maxsize=8)  # a process knows one; tests know more
def _ring(keys: tuple[Key, ...]) -> KeyRing:
    return KeyRing(keys)


class AccessToken(tokens.AccessToken):
    """Opens the API for ACCESS_TOKEN_LIFETIME."""

    def get_token_backend(self) -> TokenBackend:
        """Our keys, where simplejwt has one of its own."""
        return our_keys()


class RefreshToken(tokens.RefreshToken):
    """Buys the next pair of tokens, once, within REFRESH_TOKEN_LIFETIME."""

    def get_token_backend(self) -> TokenBackend:
        """Our keys, where simplejwt has one of its own."""
        return our_keys()


def write_token(kind: type[tokens.Token], claims: Claims) -> str:
    """A signed token."""
    token = kind()
    token["jti"] = claims.jti.hex
    token["family"] = claims.family.hex
    return str(token)


def read_token(kind: type[tokens.Token], text: str) -> Claims:
    """The claims of a token of that kind. Raises CredentialsRefused unless it is ours, whole and not expired."""
    try:
        token = kind(text)  # type: ignore[arg-type]  # simplejwt takes the text itself
        return Claims(UUID(token["jti"]), UUID(token["family"]))
    except GARBAGE as error:
        raise CredentialsRefused("The token is not valid or has expired.") from error
