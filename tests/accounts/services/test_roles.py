import pytest
from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission

from accounts.services.roles import sync_roles
from tests.factories.accounts import role_named

pytestmark = pytest.mark.django_db

MODELS = ["brand", "category", "price", "product", "productcategory", "variant"]
DEFINITIONS = ["attribute", "attributeoption", "producttype", "producttypeattribute"]


@pytest.mark.parametrize(
    ("role", "verbs", "of_definitions"),
    [
        ("catalog_viewer", ["view"], ["view"]),
        ("catalog_editor", ["view", "add", "change"], ["view"]),
        ("catalog_manager", ["view", "add", "change", "delete"], ["view", "add", "change", "delete"]),
    ],
)
def test_a_role_may_do_exactly_this(role: str, verbs: list[str], of_definitions: list[str]) -> None:
    rights = role_named(role).permissions.values_list("content_type__app_label", "codename")
    expected = [f"{verb}_{model}" for verb in verbs for model in MODELS]
    expected += [f"{verb}_{model}" for verb in of_definitions for model in DEFINITIONS]
    expected.append("view_change")
    of_jobs = [("jobs", "view_job"), ("jobs", "change_job")] if role == "catalog_manager" else []
    assert sorted(rights) == sorted([*(("products", codename) for codename in expected), *of_jobs])


def test_the_migrations_make_permissions_as_django_does() -> None:
    role_named("catalog_manager")
    made = set(Permission.objects.filter(content_type__app_label="products").values_list("codename", "name"))
    Permission.objects.all().delete()
    create_permissions(apps.get_app_config("products"), verbosity=0)
    assert made <= set(Permission.objects.values_list("codename", "name"))


def test_doing_it_again_changes_nothing() -> None:
    sync_roles(apps)
    before = (Group.objects.count(), Permission.objects.count())
    sync_roles(apps)
    assert (Group.objects.count(), Permission.objects.count()) == before


def test_what_an_operator_added_to_a_role_stays() -> None:
    viewer = role_named("catalog_viewer")
    viewer.permissions.add(Permission.objects.get(codename="view_user"))
    sync_roles(apps)
    assert viewer.permissions.filter(codename="view_user").exists()


def test_a_model_of_a_later_migration_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.services.roles.ROLES", {"catalog_viewer": {"gizmo": ("view",)}})
    sync_roles(apps)
    assert not Permission.objects.filter(codename="view_gizmo").exists()
