from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import TokenFamily, User
from accounts.services import tokens
from accounts.services.jwt import Claims, CredentialsRefused, RefreshToken, read_token, write_token
from accounts.services.tokens import TokenPair, create_token, logout, read_access_token, refresh_token
from tests.accounts.conftest import REFUSED_SIGN_INS
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def refused(pair: TokenPair) -> bool:
    for use in (lambda: read_access_token(pair.access), lambda: refresh_token(refresh=pair.refresh)):
        with pytest.raises(CredentialsRefused):
            use()
    return True


# --- Signing in


def test_signing_in_gives_a_pair_for_the_same_sign_in(anna: User, pair: TokenPair) -> None:
    assert read_access_token(pair.access).user == anna
    assert read_token(RefreshToken, pair.refresh).family == TokenFamily.objects.get().pk


def test_signing_in_is_noted_for_staff_to_see(anna: User, pair: TokenPair) -> None:
    assert User.objects.get().last_login


def test_a_username_in_another_unicode_form_is_the_same(db: None) -> None:
    UserFactory(username="zoë")
    assert create_token(username="zoe\u0308", password=PASSWORD)


@pytest.mark.parametrize(("username", "password"), REFUSED_SIGN_INS)
def test_whatever_is_wrong_costs_one_run_of_the_hasher(
    cast: None, username: str, password: str, runs: list[str]
) -> None:
    with pytest.raises(CredentialsRefused, match="No active user has this username and password"):
        create_token(username=username, password=password)
    assert len(runs) == 1


@pytest.mark.parametrize("change", [{"password": "!"}, {"is_active": False}])
def test_who_changes_while_signing_in_is_refused(anna: User, change: dict[str, Any], monkeypatch: Any) -> None:
    def authenticate(**_: str) -> User:
        User.objects.filter(pk=anna.pk).update(**change)
        return anna

    monkeypatch.setattr(tokens, "authenticate", authenticate)
    with pytest.raises(CredentialsRefused):
        create_token(username="anna", password=PASSWORD)
    assert not TokenFamily.objects.exists()


def test_signing_in_clears_away_ones_own_dead_sign_ins(anna: User) -> None:
    ended, expired, alive = [create_token(username="anna", password=PASSWORD) for _ in range(3)]
    TokenFamily.objects.filter(pk=family_of(ended)).update(security_stamp=family_of(ended))
    TokenFamily.objects.filter(pk=family_of(expired)).update(expires_at=timezone.now())
    latest = create_token(username="anna", password=PASSWORD)
    assert set(TokenFamily.objects.values_list("pk", flat=True)) == {family_of(alive), family_of(latest)}


def test_signing_in_leaves_the_sign_ins_of_others_alone(anna: User, pair: TokenPair) -> None:
    TokenFamily.objects.update(expires_at=timezone.now())
    UserFactory(username="bert")
    create_token(username="bert", password=PASSWORD)
    assert TokenFamily.objects.filter(user=anna).exists()


def family_of(pair: TokenPair) -> Any:
    return read_token(RefreshToken, pair.refresh).family


# --- Refreshing


def test_refreshing_gives_the_next_pair_and_keeps_the_access_token(anna: User, pair: TokenPair) -> None:
    following = refresh_token(refresh=pair.refresh)
    assert following.refresh != pair.refresh
    assert read_access_token(following.access) == read_access_token(pair.access)
    assert refresh_token(refresh=following.refresh)


def test_refreshing_prolongs_the_sign_in(anna: User, pair: TokenPair) -> None:
    TokenFamily.objects.update(expires_at=timezone.now() + timedelta(minutes=1))
    refresh_token(refresh=pair.refresh)
    left = TokenFamily.objects.get().expires_at - timezone.now()
    assert settings.REFRESH_TOKEN_LIFETIME - timedelta(minutes=1) < left <= settings.REFRESH_TOKEN_LIFETIME


def test_a_second_use_ends_the_sign_in_with_the_tokens_of_the_first(pair: TokenPair, caplog: Any) -> None:
    following = refresh_token(refresh=pair.refresh)
    with pytest.raises(CredentialsRefused, match="used before"):
        refresh_token(refresh=pair.refresh)
    assert refused(pair)
    assert refused(following)
    assert [record.message for record in caplog.records] == ["refresh token used twice, sign-in ended"]


def test_a_second_use_leaves_other_sign_ins_of_the_user_alone(anna: User, pair: TokenPair) -> None:
    elsewhere = create_token(username="anna", password=PASSWORD)
    refresh_token(refresh=pair.refresh)
    with pytest.raises(CredentialsRefused):
        refresh_token(refresh=pair.refresh)
    assert read_access_token(elsewhere.access)


def test_a_refresh_token_of_no_sign_in_is_refused(db: None) -> None:
    stranger = Claims(jti=UserFactory().security_stamp, family=UserFactory().security_stamp)
    with pytest.raises(CredentialsRefused, match="has ended"):
        refresh_token(refresh=write_token(RefreshToken, stranger))


# --- Signing out


def test_signing_out_ends_refresh_and_access_tokens(pair: TokenPair) -> None:
    logout(refresh=pair.refresh)
    assert refused(pair)


def test_signing_out_again_changes_nothing(pair: TokenPair) -> None:
    logout(refresh=pair.refresh)
    logout(refresh=pair.refresh)
    assert refused(pair)


def test_a_used_refresh_token_still_signs_out(pair: TokenPair) -> None:
    following = refresh_token(refresh=pair.refresh)
    logout(refresh=pair.refresh)
    assert refused(following)


def test_an_access_token_does_not_sign_out(pair: TokenPair) -> None:
    with pytest.raises(CredentialsRefused):
        logout(refresh=pair.access)
    assert read_access_token(pair.access)


# --- What ends every token


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "!"}])
def test_a_changed_user_has_no_token_left_ever_after(anna: User, pair: TokenPair, change: dict[str, Any]) -> None:
    User.objects.update(**change)
    assert refused(pair)
    User.objects.update(is_active=True)
    assert refused(pair)


def test_a_deleted_user_has_no_token_left(anna: User, pair: TokenPair) -> None:
    anna.delete()
    assert refused(pair)


def test_an_expired_sign_in_has_no_token_left(pair: TokenPair) -> None:
    TokenFamily.objects.update(expires_at=timezone.now())
    assert refused(pair)


def test_an_access_token_is_checked_in_one_query(pair: TokenPair, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert read_access_token(pair.access).user.username == "anna"
