"""Which rights an import takes."""

import pytest
from django.contrib.auth.models import Permission

from products.exchange.importing import KINDS
from products.exchange.rights import WRITES, kinds_open_to, may_import
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def test_each_kind_names_what_it_writes() -> None:
    assert WRITES.keys() == set(KINDS)


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("catalog_viewer", set()),
        ("catalog_editor", {"product", "brand", "category"}),
        ("catalog_manager", set(KINDS)),
    ],
)
def test_roles_open_kinds(role: str, expected: set[str]) -> None:
    user = UserFactory(role=role)
    assert kinds_open_to(user) == expected
    assert may_import(user, create_missing=True) == bool(expected)


def test_to_create_what_is_missing_takes_the_right_to_add_it() -> None:
    codes = ["add_product", "change_product", "add_variant", "change_variant"]
    user = UserFactory()
    user.user_permissions.set(Permission.objects.filter(codename__in=codes))
    assert may_import(user)
    assert not may_import(user, create_missing=True)
