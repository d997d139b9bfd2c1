"""Who is asking. DRF loads this with its first view: it must not import anything that needs one."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import APIKey, TokenFamily, User
from accounts.services.api_keys import read_api_key
from accounts.services.jwt import CredentialsRefused
from accounts.services.tokens import read_access_token

CHALLENGE = "Bearer"
# For those who tried with a key: that keys open this is no news to them.
KEY_CHALLENGE = "Bearer, Api-Key"


class JWTAuthentication(BaseAuthentication):
    """`Authorization: Bearer ACCESS_TOKEN` (RFC 6750); `request.auth` is the TokenFamily.

    Other schemes are left to other authenticators.
    """

    def authenticate(self, request: Request) -> tuple[User, TokenFamily] | None:
        """The user behind the token, None without one. Raises AuthenticationFailed (401) for one that is not good."""
        token = _shown(request, "bearer")
        if token is None:
            return None
        try:
            family = read_access_token(token)
        except CredentialsRefused as error:
            raise AuthenticationFailed(error.detail) from error
        return family.user, family

    def authenticate_header(self, request: Request) -> str:
        """The challenge of a 401; without it DRF would answer 403. DRF asks the first authenticator alone."""
        return CHALLENGE if _shown(request, "api-key") is None else KEY_CHALLENGE


class APIKeyAuthentication(BaseAuthentication):
    """`Authorization: Api-Key PREFIX.SECRET`; `request.auth` is the APIKey, and the user is limited to its scopes."""

    def authenticate(self, request: Request) -> tuple[User, APIKey] | None:
        """The user behind the key, None without one. Raises AuthenticationFailed (401) for one that is not good."""
        text = _shown(request, "api-key")
        if text is None:
            return None
        try:
            key = read_api_key(text)
        except CredentialsRefused as error:
            raise AuthenticationFailed(error.detail) from error
        return key.user, key


def _shown(request: Request, wanted: str) -> str | None:
    """What the request shows under an authentication scheme, None where it uses another one or none."""
    scheme, _, credentials = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
    return credentials.strip() if scheme.lower() == wanted else None
