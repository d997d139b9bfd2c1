from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import APIKey
from accounts.services.api_keys import create_api_key
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(db: None) -> str:
    owner = UserFactory(username="anna")
    return create_api_key(by=None, owner=owner, name="robot", scopes=[]).text


@pytest.mark.parametrize("with_secret", [False, True])
def test_the_key_ends_and_it_says_which_one_it_was(key: str, capsys: Any, with_secret: bool) -> None:
    prefix = key.split(".", maxsplit=1)[0]
    call_command("revoke_api_key", key if with_secret else prefix)
    assert capsys.readouterr().out == f"robot ({prefix}): revoked. It was anna's.\n"
    assert not APIKey.objects.exists()


def test_a_key_that_there_is_not_is_told_without_its_secret(key: str) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("revoke_api_key", "cat_0000000000000000.secret")
    assert str(caught.value) == "There is no API key cat_0000000000000000."
    assert APIKey.objects.exists()
