"""The cast at work: staff, one person for each role."""

import pytest
from django.test import Client

from tests.factories.accounts import UserFactory


def staff(role: str) -> Client:
    """A browser in which somebody with a role has signed in."""
    client = Client()
    client.force_login(UserFactory(username=role, role=f"catalog_{role}", is_staff=True))
    return client


@pytest.fixture
def viewer(db: None) -> Client:
    """Somebody who looks."""
    return staff("viewer")


@pytest.fixture
def editor(db: None) -> Client:
    """Somebody who adds and changes."""
    return staff("editor")


@pytest.fixture
def manager(db: None) -> Client:
    """Somebody who deletes as well."""
    return staff("manager")
