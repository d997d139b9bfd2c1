import pytest
from rest_framework.test import APIClient

from accounts.models import APIKey
from tests.accounts.conftest import showing
from tests.factories.accounts import PASSWORD

pytestmark = pytest.mark.django_db


def test_a_key_changes_no_password(robot: str) -> None:
    both = {"current_password": PASSWORD, "new_password": "another horse, another staple"}
    answer = showing(robot).post("/api/v1/auth/password/", both)
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    assert APIKey.objects.get().user.check_password(PASSWORD)


def test_a_key_reads_whose_it_is_and_what_it_extends_to(robot: str) -> None:
    me = showing(robot).get("/api/v1/auth/me/").json()
    assert (me["username"], me["permissions"]) == ("anna", ["products.change_brand", "products.view_product"])


def test_whoever_signed_in_is_let_through(as_anna: APIClient) -> None:
    assert as_anna.get("/api/v1/auth/api-keys/").status_code == 200
