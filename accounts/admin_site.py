"""The admin's own door: the same limits on failed sign-ins as at the API's."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from accounts.services.logins import attempt
from catalog_project.addresses import client_address
from catalog_project.errors import Limited


class LoginForm(AdminAuthenticationForm):
    """Django's form; where there were too many failures nothing is tried, and `limited` says so."""

    limited: Limited | None = None

    def clean(self) -> dict[str, Any]:
        """Try username and password, if both were given."""
        if not {"username", "password"} <= self.cleaned_data.keys():
            return super().clean()
        environ = self.request.META if self.request else {}
        try:
            with attempt(username=self.cleaned_data["username"], address=client_address(environ)):
                return self._tried()
        except Limited as error:
            self.limited = error
            raise ValidationError(f"{error.detail} Please try again later.", code=error.code) from error

    def _tried(self) -> dict[str, Any]:
        values = super().clean()
        if self.get_user() is None:
            raise self.get_invalid_login_error()
        return values


class AdminSite(admin.AdminSite):
    """Django's admin with that form."""

    login_form = LoginForm

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Django's page, with 429 and `Retry-After` after too many failures."""
        response = super().login(request, extra_context)
        form = (getattr(response, "context_data", None) or {}).get("form")
        limited = getattr(form, "limited", None)
        if limited:
            response.status_code = 429
            response["Retry-After"] = str(limited.retry_after)
        return response
