import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import APIKey, User
from accounts.services.api_keys import read_api_key
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def robot(db: None) -> User:
    return UserFactory(username="robot", role="catalog_editor")


@pytest.fixture
def run(capsys: Any) -> Any:
    """Runs the command and returns what it printed."""

    def run(*arguments: str) -> str:
        call_command("create_api_key", "robot", "--name", "stock", *arguments)
        return str(capsys.readouterr().out)

    return run


def test_it_prints_the_key_alone(run: Any) -> None:
    key = read_api_key(run("--scope", "products.change_variant", "--scope", "products.view_product").strip())
    assert (key.user.username, key.name, key.expires_at) == ("robot", "stock", None)
    assert key.scopes == ["products.change_variant", "products.view_product"]


def test_it_prints_all_of_it_as_json(run: Any) -> None:
    shown = json.loads(run("--expires-in", "30", "--json"))
    key = read_api_key(shown["key"])
    assert shown.keys() == {"id", "name", "prefix", "scopes", "expires_at", "key"}
    assert (shown["id"], shown["prefix"], shown["scopes"]) == (key.pk, key.prefix, [])
    assert timedelta(days=29) < key.expires_at - timezone.now() <= timedelta(days=30)
    assert json.loads(run("--json"))["expires_at"] is None


def test_what_is_wrong_is_named(run: Any) -> None:
    with pytest.raises(CommandError) as caught:
        run("--scope", "products.change_varant", "--scope", "products.delete_brand")
    first, second = str(caught.value).splitlines()
    assert first == "scopes/0: There is no such right. Did you mean products.change_variant?"
    assert second.startswith("scopes/1: The key's owner does not have this right.")


def test_nobody_gets_no_key() -> None:
    with pytest.raises(CommandError, match="There is no user nobody"):
        call_command("create_api_key", "nobody", "--name", "stock")


def test_whoever_is_deactivated_gets_none(run: Any) -> None:
    User.objects.update(is_active=False)
    with pytest.raises(CommandError, match="deactivated"):
        run()
    assert not APIKey.objects.exists()


@pytest.mark.parametrize("days", ["0", "-1", "1.5", "x", "", "36501", "9" * 5000, "٣"])
def test_days_are_a_number_within_bounds(run: Any, days: str) -> None:
    with pytest.raises(CommandError, match="must be a whole number from 1 to 36500"):
        run(f"--expires-in={days}")
