"""Who is asking. DRF loads this with its first view: it must not import anything that needs one."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import TokenFamily, User
from accounts.services.jwt import CredentialsRefused
from accounts.services.tokens import read_access_token

CHALLENGE = "Bearer"


class JWTAuthentication(BaseAuthentication):
    """`Authorization: Bearer ACCESS_TOKEN` (RFC 6750); `request.auth` is the TokenFamily.

    Other schemes are left to other authenticators.
    """

    def authenticate(self, request: Request) -> tuple[User, TokenFamily] | None:
        """The user behind the token, None without one. Raises AuthenticationFailed (401) for one that is not good."""
        scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
        if scheme.lower() != "bearer":
            return None
        try:
            family = read_access_token(token.strip())
        except CredentialsRefused as error:
            raise AuthenticationFailed(error.detail) from error
        return family.user, family

    def authenticate_header(self, request: Request) -> str:
        """The challenge of a 401; without it DRF would answer 403."""
        return CHALLENGE
