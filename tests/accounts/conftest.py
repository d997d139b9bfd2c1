"""A fixed cast: Anna, who signs in, and what she needs for it."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services.tokens import TokenPair, create_token
from tests.factories.accounts import PASSWORD, UserFactory


@pytest.fixture
def anna(db: None) -> User:
    return UserFactory(username="anna", email="anna@example.org")


@pytest.fixture
def pair(anna: User) -> TokenPair:
    return create_token(username="anna", password=PASSWORD)


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
