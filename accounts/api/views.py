"""`/auth/`"""

from typing import Any, ClassVar, cast

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts.api.authentication import CHALLENGE
from accounts.api.permissions import InPerson
from accounts.api.serializers import (
    CredentialsSerializer,
    MeSerializer,
    PasswordChangeSerializer,
    RefreshSerializer,
    TokenPairSerializer,
)
from accounts.models import User
from accounts.services.jwt import CredentialsRefused
from accounts.services.passwords import change_password
from accounts.services.tokens import create_token, logout, refresh_token
from catalog_project.addresses import client_address
from catalog_project.api.permissions import SignedIn
from catalog_project.api.views import StrictView

# How a real one starts.
TOKEN = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.…"  # noqa: S105  # no token
PAIR = OpenApiExample("Tokens", value={"access": TOKEN, "refresh": TOKEN}, response_only=True)
# What the document says of views that API keys do not open.
IN_PERSON: Any = [{"jwt": []}]
REFRESH = OpenApiExample("Refresh token", value={"refresh": TOKEN}, request_only=True)


class AuthView(StrictView):
    """Base of all under `/auth/`: requests and answers hold secrets, so nothing is kept under a key."""

    takes_idempotency_key = False


class CredentialView(AuthView):
    """Base of the views whose credentials stand in the body: an expired token in the header does not matter here."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get_authenticate_header(self, request: Request) -> str:
        """The challenge of a 401."""
        return CHALLENGE

    def handle_exception(self, exc: Exception) -> Response:
        """Turn refused credentials into a 401 with its challenge."""
        if isinstance(exc, CredentialsRefused):
            exc = AuthenticationFailed(exc.detail)
        return super().handle_exception(exc)

    @property
    def default_response_headers(self) -> dict[str, str]:
        """No cache may keep a token (RFC 6749, section 5.1)."""
        return {**super().default_response_headers, "Cache-Control": "no-store"}


class TokenView(CredentialView):
    """Sign in."""

    operation_id = "create_token"
    is_counted_in_limits = False  # but in those on failures

    @extend_schema(
        summary="Sign in",
        description="Wrong password, unknown user and deactivated user are the same 401, after too many the same 429.",
        request=CredentialsSerializer,
        responses=TokenPairSerializer,
        examples=[
            OpenApiExample("Sign in", value={"username": "anna", "password": "correct horse"}, request_only=True),
            PAIR,
        ],
    )
    def post(self, request: Request) -> Response:
        """Username and password for a pair of tokens."""
        pair = create_token(**_validated(CredentialsSerializer, request), address=client_address(request.META))
        return Response(TokenPairSerializer(pair).data)


class RefreshView(CredentialView):
    """Stay signed in."""

    operation_id = "refresh_token"

    @extend_schema(
        summary="Trade a refresh token for the next pair",
        description="A refresh token works once. A second use ends the sign-in with all its tokens, the new ones too.",
        request=RefreshSerializer,
        responses=TokenPairSerializer,
        examples=[REFRESH, PAIR],
    )
    def post(self, request: Request) -> Response:
        """A refresh token for the next pair."""
        pair = refresh_token(**_validated(RefreshSerializer, request))
        return Response(TokenPairSerializer(pair).data)


class LogoutView(CredentialView):
    """Sign out."""

    operation_id = "logout"

    @extend_schema(
        summary="Sign out",
        description="Ends the sign-in and its access tokens at once. Needs no access token; a repeat is no error.",
        request=RefreshSerializer,
        responses={204: None},
        examples=[REFRESH],
    )
    def post(self, request: Request) -> Response:
        """The end of the sign-in that a refresh token belongs to."""
        logout(**_validated(RefreshSerializer, request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class SignedInView(AuthView):
    """Base of the views about the caller."""

    permission_classes = (SignedIn,)
    problems: ClassVar = {"": ["not_authenticated"]}

    @property
    def user(self) -> User:
        """The caller; SignedIn has turned others away."""
        return cast(User, self.request.user)


class MeView(SignedInView):
    """The signed-in user."""

    operation_id = "get_me"

    @extend_schema(
        summary="Who am I, and what may I do",
        responses=MeSerializer,
        examples=[
            OpenApiExample(
                "A viewer",
                value={
                    "id": 7,
                    "username": "anna",
                    "email": "anna@example.org",
                    "is_staff": True,
                    "roles": ["catalog_viewer"],
                    "permissions": ["products.view_brand", "products.view_product"],
                },
                response_only=True,
            )
        ],
    )
    def get(self, request: Request) -> Response:
        """The user with roles and rights."""
        return Response(MeSerializer(self.user).data)


class InPersonView(SignedInView):
    """Base of the views that API keys do not open."""

    permission_classes = (InPerson,)
    problems: ClassVar = {"": ["not_authenticated", "permission_denied"]}


@extend_schema(auth=IN_PERSON)
class PasswordView(InPersonView):
    """One's password."""

    operation_id = "change_password"

    @extend_schema(
        summary="Change one's password",
        description="Ends every sign-in of the user with all tokens, also the one that is used here.",
        request=PasswordChangeSerializer,
        responses={204: None},
        examples=[
            OpenApiExample(
                "New password",
                value={"current_password": "correct horse", "new_password": "battery staple 4711"},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """A new password in place of the current one."""
        passwords = _validated(PasswordChangeSerializer, request)
        change_password(by=self.user, **passwords, address=client_address(request.META))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _validated(serializer_class: type[BaseSerializer[Any]], request: Request) -> dict[str, Any]:
    serializer = serializer_class(data=request.data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
