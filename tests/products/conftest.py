"""The cast: anyone, and one person for each role."""

import pytest
from rest_framework.test import APIClient

from tests.factories.accounts import UserFactory


def signed_in(role: str) -> APIClient:
    """A client of somebody with a role."""
    client = APIClient()
    client.force_authenticate(UserFactory(username=role, role=f"catalog_{role}"))
    return client


@pytest.fixture
def anyone(db: None) -> APIClient:
    """Somebody who has not signed in."""
    return APIClient()


@pytest.fixture
def stranger(db: None) -> APIClient:
    """Somebody who has signed in and has no role."""
    client = APIClient()
    client.force_authenticate(UserFactory(username="stranger"))
    return client


@pytest.fixture
def viewer(db: None) -> APIClient:
    """Somebody who sees everything."""
    return signed_in("viewer")


@pytest.fixture
def editor(db: None) -> APIClient:
    """Somebody who adds and changes."""
    return signed_in("editor")


@pytest.fixture
def manager(db: None) -> APIClient:
    """Somebody who deletes as well."""
    return signed_in("manager")
