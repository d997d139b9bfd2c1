"""Who may do what: anyone reads, writes need the matching Django model permission."""

from typing import TYPE_CHECKING, Any, ClassVar

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:  # DRF's views import the permission classes of the settings
    from rest_framework.views import APIView

VERBS = {"POST": "add", "PATCH": "change", "DELETE": "delete"}


class ModelPermissions(BasePermission):
    """Reads are open; a write needs `APP.VERB_MODEL` of the view's `permission_model`.

    An act (`@action`) may name the verb it needs in its `permission_verb`; rights come from the database.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Whether the caller may go on; DRF turns False into 401 or 403."""
        if request.method in {"GET", "HEAD", "OPTIONS"}:
            return True
        required = permission_of(view, str(request.method))
        return required is None or request.user.has_perm(required)


class MayView(BasePermission):
    """Everything needs `APP.view_MODEL` of the view's `permission_model`; what else an act needs, the view says."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Whether the caller may go on."""
        options = view.permission_model._meta  # type: ignore[attr-defined]  # every view that has this permission
        return request.user.has_perm(f"{options.app_label}.view_{options.model_name}")


def permission_of(view: Any, method: str) -> str | None:
    """The permission a write on this view needs; None for a method the view does not know (405 comes later)."""
    verb = getattr(view, "permission_verb", None) or VERBS.get(method)
    model = getattr(view, "permission_model", None)
    if verb is None or model is None:
        return None
    return f"{model._meta.app_label}.{verb}_{model._meta.model_name}"


class SignedIn(BasePermission):
    """Any signed-in caller."""

    message: ClassVar[str] = "Sign in first."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Whether there is a signed-in user."""
        return bool(request.user.is_authenticated)
