from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser

from catalog_project.api.permissions import MayView, ModelPermissions, SignedIn, permission_of
from products.models import Brand


class Holder:
    """Somebody with certain rights."""

    is_authenticated = True

    def __init__(self, *rights: str) -> None:
        self.rights = rights

    def has_perm(self, right: str) -> bool:
        return right in self.rights


def request(method: str, user: object) -> SimpleNamespace:
    return SimpleNamespace(method=method, user=user)


VIEW = SimpleNamespace(permission_model=Brand, permission_verb=None)
ACT = SimpleNamespace(permission_model=Brand, permission_verb="change")


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("view", [VIEW, ACT])
def test_reading_is_open(method, view) -> None:
    assert ModelPermissions().has_permission(request(method, AnonymousUser()), view)


@pytest.mark.parametrize(("method", "verb"), [("POST", "add"), ("PATCH", "change"), ("DELETE", "delete")])
def test_a_write_needs_the_right_of_its_method(method, verb) -> None:
    assert permission_of(VIEW, method) == f"products.{verb}_brand"
    assert ModelPermissions().has_permission(request(method, Holder(f"products.{verb}_brand")), VIEW)
    assert not ModelPermissions().has_permission(request(method, Holder("products.view_brand")), VIEW)


def test_an_act_needs_the_right_that_it_names() -> None:
    assert permission_of(ACT, "POST") == "products.change_brand"
    assert not ModelPermissions().has_permission(request("POST", Holder("products.add_brand")), ACT)


@pytest.mark.parametrize(("view", "method"), [(VIEW, "PUT"), (VIEW, "X"), (SimpleNamespace(), "POST")])
def test_what_is_not_guarded_by_a_model_passes(view, method) -> None:
    assert permission_of(view, method) is None
    assert ModelPermissions().has_permission(request(method, AnonymousUser()), view)


def test_signed_in_is_whoever_is() -> None:
    assert SignedIn().has_permission(request("GET", Holder()), SimpleNamespace())
    assert not SignedIn().has_permission(request("GET", AnonymousUser()), SimpleNamespace())


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_where_even_reading_is_not_open_everything_needs_the_right_to_view(method) -> None:
    assert MayView().has_permission(request(method, Holder("products.view_brand")), VIEW)
    assert not MayView().has_permission(request(method, Holder("products.add_brand")), VIEW)
    assert not MayView().has_permission(request(method, AnonymousUser()), VIEW)
