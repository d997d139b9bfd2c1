"""The cast at work: staff, one person for each role."""

import pytest
from django.test import Client

from tests.products.admin.pages import staff


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
