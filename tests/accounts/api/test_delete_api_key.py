import pytest
from rest_framework.test import APIClient

from accounts.models import APIKey, User
from accounts.services.api_keys import create_api_key
from tests.accounts.conftest import showing
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

URL = "/api/v1/auth/api-keys/{}/"


@pytest.mark.parametrize("by", ["pk", "prefix"])
def test_the_next_request_with_it_is_401(as_anna: APIClient, robot: str, by: str) -> None:
    machine = showing(robot)
    assert machine.get("/api/v1/brands/").status_code == 200
    answer = as_anna.delete(URL.format(getattr(APIKey.objects.get(), by)))
    assert (answer.status_code, answer.content) == (204, b"")
    assert machine.get("/api/v1/brands/").status_code == 401


def test_what_is_gone_is_404(as_anna: APIClient, robot: str) -> None:
    address = URL.format(APIKey.objects.get().pk)
    assert [as_anna.delete(address).status_code for _ in range(2)] == [204, 404]


def test_somebody_elses_does_not_exist(as_anna: APIClient) -> None:
    bert = UserFactory(username="bert")
    his = create_api_key(by=bert, owner=bert, name="his", scopes=[]).row
    assert as_anna.delete(URL.format(his.pk)).status_code == 404
    assert as_anna.delete(URL.format(his.prefix)).status_code == 404
    assert APIKey.objects.exists()


@pytest.mark.parametrize("ref", ["0", "9" * 30, "nonsense", "%00", "-1", "cat_"])
def test_what_names_no_key_is_404(as_anna: APIClient, robot: str, ref: str) -> None:
    assert as_anna.delete(URL.format(ref)).status_code == 404


def test_a_key_revokes_none(robot: str) -> None:
    assert showing(robot).delete(URL.format(APIKey.objects.get().pk)).status_code == 403
    assert APIKey.objects.exists()


@pytest.mark.parametrize("ref", ["1", "nonsense"])
def test_nobody_is_401_whether_it_exists_or_not(api: APIClient, anna: User, ref: str) -> None:
    assert api.delete(URL.format(ref)).status_code == 401


def test_no_other_method_works(as_anna: APIClient, robot: str) -> None:
    address = URL.format(APIKey.objects.get().pk)
    assert [as_anna.get(address).status_code, as_anna.patch(address).status_code] == [405, 405]
