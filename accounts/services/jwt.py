"""Tokens as they travel: signed, with a type, an issuer and an audience, and the sign-in that they belong to."""

from dataclasses import dataclass
from uuid import UUID

from rest_framework_simplejwt import tokens
from rest_framework_simplejwt.exceptions import TokenError

from catalog_project.errors import DomainError

# What simplejwt and PyJWT let through where a token is garbage: a header nested a thousand levels deep, an infinite
# time, a list in the place of a text.
GARBAGE = (TokenError, ArithmeticError, AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError)


class CredentialsRefused(DomainError):
    """The password or token is not, or no longer, valid. Why it is not stays with us."""

    code = "authentication_failed"


@dataclass(frozen=True)
class Claims:
    """What a token says: its own id and the TokenFamily it belongs to."""

    jti: UUID
    family: UUID


class AccessToken(tokens.AccessToken):
    """Opens the API for ACCESS_TOKEN_LIFETIME."""


class RefreshToken(tokens.RefreshToken):
    """Buys the next pair of tokens, once, within REFRESH_TOKEN_LIFETIME."""


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
