"""What counts as a failure, for whom, and for how long."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import KnownAddress, LoginFailure, User
from accounts.services import logins
from accounts.services.logins import EVERYWHERE, MOST_ADDRESSES, SWEEP_EVERY, attempt
from catalog_project.errors import Limited
from catalog_project.settings.env import Rate
from tests.catalog_project.observability.test_metrics import Rise
from tests.factories.accounts import UserFactory
from tests.threads import at_once

HOME, CAFE = "192.0.2.1", "198.51.100.7"


class Wrong(Exception):
    pass


@pytest.fixture(autouse=True)
def _limits(settings: Any) -> None:
    settings.RATE_LIMIT_LOGIN_ACCOUNT = Rate(3, 900)
    settings.RATE_LIMIT_LOGIN_ADDRESS = Rate(5, 900)


@pytest.fixture
def anna(db: None) -> User:
    return UserFactory(username="anna")


def fail(username: str = "anna", address: str = HOME, times: int = 1) -> list[str]:
    """`tried` or `limited` for each time."""
    return [_fail(username, address) for _ in range(times)]


def _fail(username: str, address: str) -> str:
    def be_wrong() -> None:
        raise Wrong

    try:
        with attempt(username=username, address=address):
            be_wrong()
    except Limited:
        return "limited"
    except Wrong:
        return "tried"
    return "let in"


def succeed(username: str = "anna", address: str = HOME) -> None:
    with attempt(username=username, address=address):
        pass


def fail_from_everywhere(username: str = "anna") -> None:
    """Until the account is slowed down."""
    for number in range(EVERYWHERE):
        assert fail(username, f"203.0.113.{number}", 3) == ["tried"] * 3


@pytest.mark.parametrize("username", ["anna", "nobody"])
def test_an_account_may_fail_so_often_from_an_address_whether_it_exists_or_not(anna: User, username: str) -> None:
    assert fail(username, times=5) == ["tried"] * 3 + ["limited"] * 2


def test_another_address_has_its_own_failures(anna: User) -> None:
    fail(times=3)
    assert fail(address=CAFE) == ["tried"]


def test_an_address_may_fail_so_often_whatever_the_accounts(db: None) -> None:
    assert [fail(f"user{number}")[0] for number in range(6)] == ["tried"] * 5 + ["limited"]
    assert fail("user0", CAFE) == ["tried"]


def test_a_success_is_not_counted_and_clears_the_account_at_the_address(anna: User) -> None:
    for _ in range(3):
        fail(times=2)
        succeed()
    assert fail(times=4) == ["tried"] * 3 + ["limited"]


def test_a_success_clears_no_other_account_of_the_address(anna: User) -> None:
    fail("bob", times=3)
    succeed()
    assert fail("bob") == ["limited"]


def test_at_the_limit_nothing_is_tried_not_even_what_is_right(anna: User) -> None:
    fail(times=3)
    with pytest.raises(Limited), attempt(username="anna", address=HOME):
        pytest.fail("tried")


def test_the_spelling_of_a_username_makes_no_other_account(db: None) -> None:
    assert [fail(name)[0] for name in ("anna", "ANNA", "Anna", "\uff41nna")] == ["tried"] * 3 + ["limited"]


def test_one_hears_how_long_to_wait_and_may_come_when_the_first_failure_is_old_enough(anna: User) -> None:
    fail(times=3)
    age(LoginFailure.objects.earliest("pk"), seconds=600)
    with pytest.raises(Limited) as refused, attempt(username="anna", address=HOME):
        pass
    assert 298 <= refused.value.retry_after <= 300
    age(LoginFailure.objects.earliest("pk"), seconds=301)
    assert fail(times=2) == ["tried", "limited"]


def test_whoever_guesses_from_everywhere_is_slowed_down(anna: User) -> None:
    fail_from_everywhere()
    assert fail(address=CAFE) == ["limited"]


def test_an_address_from_which_one_has_signed_in_is_not(anna: User) -> None:
    succeed(address=HOME)
    fail_from_everywhere()
    assert fail(address=HOME, times=4) == ["tried"] * 3 + ["limited"]


def test_an_account_that_does_not_exist_is_slowed_down_alike(db: None) -> None:
    fail_from_everywhere("nobody")
    assert fail("nobody", CAFE) == ["limited"]


def test_it_takes_the_same_queries_for_an_account_that_does_not_exist(
    anna: User, django_assert_num_queries: Any, settings: Any
) -> None:
    from django.db import connection

    is_postgresql = connection.vendor == "postgresql"
    for username in ("anna", "nobody"):
        # a savepoint, two turns, three limits and whether the address is known, the failure
        with django_assert_num_queries(9 if is_postgresql else 7):
            fail(username)


def test_the_addresses_used_last_are_known(anna: User) -> None:
    for number in range(MOST_ADDRESSES + 3):
        succeed(address=f"203.0.113.{number}")
    assert KnownAddress.objects.count() == MOST_ADDRESSES
    fail_from_everywhere()
    assert fail(address="203.0.113.22") == ["tried"]
    assert fail(address="203.0.113.2") == ["limited"]


def test_neither_names_nor_addresses_are_kept(anna: User) -> None:
    fail("pass-word-typed-as-name")
    succeed()
    [failure], [known] = LoginFailure.objects.all(), KnownAddress.objects.all()
    assert {len(bytes(value)) for value in (failure.account, failure.address, known.address)} == {16}
    assert bytes(failure.address) == bytes(known.address)


def test_old_failures_go_as_new_ones_come(anna: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logins, "SWEEP_EVERY", 1)
    fail("bob", CAFE)
    age(LoginFailure.objects.get(), seconds=901)
    fail()
    assert LoginFailure.objects.count() == 1
    assert SWEEP_EVERY > 1


def test_limits_that_are_off_hold_nobody_up(anna: User, settings: Any) -> None:
    settings.RATE_LIMIT_LOGIN_ACCOUNT = settings.RATE_LIMIT_LOGIN_ADDRESS = None
    assert fail(times=20) == ["tried"] * 20
    assert not LoginFailure.objects.exists()


def test_a_limited_attempt_is_counted(anna: User) -> None:
    rise = Rise("catalog_limited_total", kind="login")
    fail(times=4)
    assert rise() == 1


def test_a_user_deleted_meanwhile_leaves_nothing_behind(anna: User) -> None:
    with attempt(username="anna", address=HOME):
        anna.delete()
    assert not KnownAddress.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_no_more_are_tried_than_may_fail() -> None:
    assert at_once(15, lambda _: _fail("anna", HOME)).count("tried") == 3
    assert at_once(15, lambda number: _fail(f"user{number}", CAFE)).count("tried") == 5


def age(failure: LoginFailure, *, seconds: int) -> None:
    """Make it older by so many seconds."""
    earlier = failure.created_at - timedelta(seconds=seconds)
    assert earlier < timezone.now()
    LoginFailure.objects.filter(pk=failure.pk).update(created_at=earlier)
