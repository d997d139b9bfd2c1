"""Many at once, each on a connection of its own, as in production."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from rest_framework.test import APIClient

from accounts.models import TokenFamily, User
from accounts.services.tokens import TokenPair
from tests.factories.accounts import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 20
# A race that is won once may be lost the next time.
AGAIN = pytest.mark.parametrize("attempt", range(3))


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            barrier.wait(timeout=10)
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def post(path: str, **body: str) -> Callable[[], int]:
    return lambda: APIClient().post(f"/api/v1/auth/{path}/", body).status_code


@AGAIN
def test_of_twenty_uses_of_a_refresh_token_one_succeeds_and_the_sign_in_ends(pair: TokenPair, attempt: int) -> None:
    answers = at_once(*[lambda: APIClient().post("/api/v1/auth/token/refresh/", {"refresh": pair.refresh})] * MANY)
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * (MANY - 1)
    (winner,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert post("token/refresh", refresh=winner["refresh"])() == 401
    assert APIClient().get("/api/v1/auth/me/", HTTP_AUTHORIZATION=f"Bearer {winner['access']}").status_code == 401


@AGAIN
def test_whoever_signs_in_while_being_deactivated_is_left_with_nothing(anna: User, attempt: int) -> None:
    sign_ins = [post("token", username="anna", password=PASSWORD)] * 5
    answers = at_once(*sign_ins, lambda: User.objects.filter(pk=anna.pk).update(is_active=False))
    assert set(answers[:-1]) <= {200, 401}
    assert not TokenFamily.objects.alive().exists()


@AGAIN
@pytest.mark.parametrize("delete", [lambda: User.objects.get().delete(), lambda: User.objects.all().delete()])
def test_signing_in_and_being_deleted_do_not_disturb_each_other(
    anna: User, delete: Callable[[], Any], attempt: int
) -> None:
    sign_ins = [post("token", username="anna", password=PASSWORD)] * 5
    answers = at_once(*sign_ins, delete)
    assert set(answers[:-1]) <= {200, 401}
    assert not TokenFamily.objects.exists()


@AGAIN
def test_of_many_new_passwords_at_once_one_is_set(pair: TokenPair, attempt: int) -> None:
    def change(number: int) -> int:
        bearer = f"Bearer {pair.access}"
        body = {"current_password": PASSWORD, "new_password": f"a new password {number}"}
        return APIClient().post("/api/v1/auth/password/", body, HTTP_AUTHORIZATION=bearer).status_code

    answers = at_once(*[lambda number=number: change(number) for number in range(8)])
    assert answers.count(204) == 1
    assert set(answers) <= {204, 400, 401}


def test_many_sign_ins_of_one_user_at_once_all_succeed(anna: User) -> None:
    assert set(at_once(*[post("token", username="anna", password=PASSWORD)] * MANY)) == {200}
    assert TokenFamily.objects.alive().count() == MANY
