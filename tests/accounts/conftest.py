"""A fixed cast: Anna, who signs in, and what she needs for it."""

from typing import Any
from unittest import mock

import pytest
from django.contrib.auth import hashers
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services.api_keys import create_api_key
from accounts.services.tokens import TokenPair, create_token
from catalog_project import settings as production
from catalog_project.settings.jwt_keys import Key, read_key
from tests.factories.accounts import PASSWORD, UserFactory, role_named

# Somebody with a wrong password, nobody, somebody deactivated with the right one, and a robot that has none.
REFUSED_SIGN_INS = [("anna", "wrong"), ("nobody", PASSWORD), ("idle", PASSWORD), ("robot", PASSWORD)]


@pytest.fixture
def cast(production_hashers: None) -> None:
    """Those whom REFUSED_SIGN_INS speak of, their passwords hashed as in production."""
    UserFactory(username="anna", is_staff=True)
    UserFactory(username="idle", is_staff=True, is_active=False)
    User.objects.create_user("robot", is_staff=True)


@pytest.fixture
def production_hashers(db: None, settings: Any) -> None:
    """The hashers of production, which are slow on purpose."""
    settings.PASSWORD_HASHERS = production.PASSWORD_HASHERS


@pytest.fixture
def runs(cast: None, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A line for each time that the first of the hashers is run."""
    hasher, found = hashers.get_hasher(), list[str]()
    for name in ("encode", "verify", "harden_runtime"):
        monkeypatch.setattr(type(hasher), name, _counting(getattr(type(hasher), name), found))
    assert type(hasher) is hashers.Argon2PasswordHasher
    return found


def _counting(genuine: Any, calls: list[str]) -> Any:
    def counted(*args: Any, **options: Any) -> Any:
        calls.append(genuine.__name__)
        return genuine(*args, **options)

    return counted


@pytest.fixture
def anna(db: None) -> User:
    return UserFactory(username="anna", email="anna@example.org")


@pytest.fixture
def pair(anna: User) -> TokenPair:
    return create_token(username="anna", password=PASSWORD)


@pytest.fixture
def editor(anna: User) -> User:
    """Anna, with rights to give to keys."""
    anna.groups.add(role_named("catalog_editor"))
    return anna


@pytest.fixture
def robot(editor: User) -> str:
    """A key of Anna's with which a machine renames brands and sees drafts."""
    return create_api_key(
        by=editor, owner=editor, name="robot", scopes=["products.change_brand", "products.view_product"]
    ).text


@pytest.fixture
def api() -> APIClient:
    return APIClient()


@pytest.fixture
def as_anna(pair: TokenPair) -> APIClient:
    return bearing(pair.access)


def bearing(token: Any) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def showing(key: str) -> APIClient:
    """A machine with an API key."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {key}")
    return client


def key_of(text: str, algorithm: str = "HS256") -> Key:
    """The key in a text, read as the settings read it."""
    with mock.patch.dict("os.environ", JWT_SIGNING_KEY=text):
        return read_key("JWT_SIGNING_KEY", algorithm)
