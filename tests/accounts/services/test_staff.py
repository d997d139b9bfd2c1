import pytest
from django.contrib.auth.models import Group

from accounts.models import User
from accounts.services.staff import create_staff
from accounts.services.tokens import TokenPair, read_access_token
from catalog_project.errors import Conflict, DomainError, Invalid
from tests.factories.accounts import PASSWORD, UserFactory, role_named

pytestmark = pytest.mark.django_db

NEW = "another horse, another staple"


@pytest.fixture(autouse=True)
def _roles(db: None) -> None:
    role_named("catalog_viewer")


def give(username: str = "anna", role: str = "catalog_editor", password: str = NEW, email: str | None = None) -> bool:
    return create_staff(username=username, role=role, password=password, email=email)


def roles(user: User) -> set[str]:
    return set(user.groups.values_list("name", flat=True))


def test_a_new_user_is_staff_with_the_role_and_the_password() -> None:
    assert give(email="anna@EXAMPLE.org") is True
    user = User.objects.get(username="anna", is_staff=True, is_superuser=False, email="anna@example.org")
    assert roles(user) == {"catalog_editor"}
    assert user.check_password(NEW)


def test_an_existing_user_gets_the_role_in_place_of_another(anna: User) -> None:
    anna.groups.add(role_named("catalog_manager"), Group.objects.create(name="shop"))
    assert give() is False
    assert roles(anna) == {"catalog_editor", "shop"}


def test_an_existing_user_gets_the_password_and_must_sign_in_again(anna: User, pair: TokenPair) -> None:
    give()
    anna.refresh_from_db()
    assert anna.check_password(NEW)
    with pytest.raises(DomainError):
        read_access_token(pair.access)


def test_an_existing_user_keeps_the_email_unless_another_is_given(anna: User) -> None:
    give()
    assert User.objects.get().email == "anna@example.org"
    give(email="new@example.org")
    assert User.objects.get().email == "new@example.org"


def test_a_deactivated_user_is_left_alone(anna: User) -> None:
    User.objects.update(is_active=False)
    with pytest.raises(Conflict, match="anna is deactivated"):
        give()
    assert not User.objects.get().is_staff


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"username": "an na"}, "/username"),
        ({"username": ""}, "/username"),
        ({"username": "x" * 151}, "/username"),
        ({"email": "nowhere"}, "/email"),
        ({"password": "123"}, "/password"),
        ({"password": ""}, "/password"),
        ({"password": "annabella", "username": "annabella"}, "/password"),
    ],
)
def test_what_is_not_valid_is_named_and_nothing_is_done(given: dict[str, str], pointer: str) -> None:
    with pytest.raises(Invalid) as caught:
        give(**given)
    assert {fault.pointer for fault in caught.value.faults} == {pointer}
    assert not User.objects.exists()


def test_a_username_in_other_letter_case_is_refused_with_the_reason() -> None:
    UserFactory(username="Anna", password=PASSWORD)
    with pytest.raises(Invalid) as caught:
        give(username="anna")
    assert "other letter case" in caught.value.faults[0].detail
