"""Who may do what with an account."""

from typing import TYPE_CHECKING, ClassVar

from rest_framework.request import Request

from accounts.models import TokenFamily
from catalog_project.api.permissions import SignedIn

if TYPE_CHECKING:  # DRF's views import the permission classes of the settings
    from rest_framework.views import APIView


class InPerson(SignedIn):
    """Whoever signed in with a password. A key can neither make keys nor change what it could be stopped by."""

    message: ClassVar[str] = "An API key does not extend to this: sign in with username and password."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Whether the request came with an access token."""
        return super().has_permission(request, view) and isinstance(request.auth, TokenFamily)
