"""Signing in and out. The database decides what a token is worth, at every use."""

import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import authenticate
from django.db import transaction
from django.utils import timezone

from accounts.models import TokenFamily, User
from accounts.services.jwt import AccessToken, Claims, CredentialsRefused, RefreshToken, read_token, write_token
from accounts.services.logins import attempt

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class TokenPair:
    """What a client gets: `access` for requests, `refresh` for the next pair."""

    access: str
    refresh: str


def create_token(*, username: str, password: str, address: str = "") -> TokenPair:
    """Sign in. Raises CredentialsRefused for a wrong password, an unknown and a deactivated user alike.

    All three cost one run of the password hasher: Django's ModelBackend sees to it. Raises Limited after too many of
    them; `address` is the caller's, see `client_address`.
    """
    with attempt(username=username, address=address):
        user = authenticate(username=User.normalize_username(username), password=password)
        if not isinstance(user, User):
            raise CredentialsRefused("No active user has this username and password.")
        return _start_family(user)


@transaction.atomic
def _start_family(user: User) -> TokenPair:
    is_unchanged = User.objects.filter(pk=user.pk, security_stamp=user.security_stamp, is_active=True)
    if not is_unchanged.update(last_login=timezone.now()):
        # While the hasher ran, the password was changed or the user deactivated or deleted.
        raise CredentialsRefused("No active user has this username and password.")
    # Dead rows of a user go when the next one comes, so that nothing needs to sweep.
    user.token_families.exclude(pk__in=TokenFamily.objects.alive().filter(user=user)).delete()
    claims = Claims(jti=uuid4(), family=uuid4())
    user.token_families.create(
        pk=claims.family, security_stamp=user.security_stamp, refresh_jti=claims.jti, expires_at=_expiry()
    )
    return _issue(claims)


def refresh_token(*, refresh: str) -> TokenPair:
    """Trade a refresh token for the next pair, once. Raises CredentialsRefused when it is not good (any more).

    A second use means that two parties hold the token, and nobody can tell which one is the thief: the family ends,
    with the tokens that the first use gave out (RFC 9700, section 4.14.2).
    """
    used = read_token(RefreshToken, refresh)
    if not TokenFamily.objects.alive().filter(pk=used.family).exists():
        raise CredentialsRefused("This sign-in has ended.")
    following = Claims(jti=uuid4(), family=used.family)
    if not _rotate(used, following):
        _end_reused(used)
        raise CredentialsRefused("This refresh token was used before. The sign-in has ended.")
    return _issue(following)


def _rotate(used: Claims, following: Claims) -> bool:
    """Whether it was us who used the token up. The statement reads nothing but the row that it locks, so that of many
    at once the first one changes the row and the others, when they get it, no longer match it.
    """
    latest = TokenFamily.objects.filter(pk=used.family, refresh_jti=used.jti)
    return bool(latest.update(refresh_jti=following.jti, expires_at=_expiry()))


def _end_reused(used: Claims) -> None:
    ended, _ = TokenFamily.objects.filter(pk=used.family).delete()
    if ended:
        logger.warning("refresh token used twice, sign-in ended", extra={"token_family": str(used.family)})


def logout(*, refresh: str) -> None:
    """End a sign-in by any of its refresh tokens, also one that was used; ending it again changes nothing.

    Raises CredentialsRefused when the token is not ours or has expired.
    """
    TokenFamily.objects.filter(pk=read_token(RefreshToken, refresh).family).delete()


def read_access_token(access: str) -> TokenFamily:
    """The living sign-in behind an access token, with its `user`, in one query. Raises CredentialsRefused."""
    claims = read_token(AccessToken, access)
    family: TokenFamily | None = TokenFamily.objects.alive().select_related("user").filter(pk=claims.family).first()
    if family is None:
        raise CredentialsRefused("This sign-in has ended.")
    return family


def _issue(claims: Claims) -> TokenPair:
    access = Claims(jti=uuid4(), family=claims.family)
    return TokenPair(access=write_token(AccessToken, access), refresh=write_token(RefreshToken, claims))


def _expiry() -> datetime:
    return timezone.now() + settings.REFRESH_TOKEN_LIFETIME
