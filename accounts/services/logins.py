"""Guessing passwords is slow: what failed is counted in the database, whichever door it came through.

Three limits hold within their period, counted back from each attempt: on the failures of an account from an address
(RATE_LIMIT_LOGIN_ACCOUNT), of an address (RATE_LIMIT_LOGIN_ADDRESS) and, at EVERYWHERE times the first, of an account
from wherever. The last one slows down who guesses from many addresses. It does not hold for addresses from which the
account has signed in before, so nobody can lock its owner out from afar.

An account that does not exist is treated as one that does.
"""

import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import KnownAddress, LoginFailure, User
from catalog_project.errors import Limited
from catalog_project.observability.metrics import count_limited
from catalog_project.settings.env import Rate
from catalog_project.turns import take_turn

logger = logging.getLogger(__name__)

EVERYWHERE = 3
# Of each user, those used last.
MOST_ADDRESSES = 20
# Rows that have no say any more go with every so many new ones, so that nothing needs to sweep.
SWEEP_EVERY = 100


class Attempt(NamedTuple):
    """Whose password is tried, and from where: as keyed hashes."""

    account: bytes
    address: bytes


@contextmanager
def attempt(*, username: str, address: str) -> Iterator[None]:
    """Stands around the trying of a password, which must raise where it is wrong.

    Until the end it counts as a failure, so that of many at once no more are tried than may fail. What ends well
    clears the account's failures from this address. Raises Limited, before anything is tried, where there were too
    many. Must not stand in a transaction: one that is rolled back would take the failure with it.
    """
    if not _periods():
        yield
        return
    name = User.normalize_username(username)
    of = Attempt(_digest("account", name.casefold()), _digest("address", address))
    pk = _reserve(of, name)
    if pk % SWEEP_EVERY == 0:
        _sweep()
    yield
    LoginFailure.objects.filter(account=of.account, address=of.address).delete()
    _remember(name, of.address)


@transaction.atomic
def _reserve(of: Attempt, name: str) -> int:
    # Always in this order: nobody who has an account's turn waits for that of an address.
    for digest in (of.address, of.account):
        take_turn(int.from_bytes(digest[:8], signed=True))
    now = timezone.now()
    ends = [(_end_of_limit(failures, rate, now), rate) for failures, rate in _limits(of, name)]
    if reached := [(end, rate) for end, rate in ends if end]:
        count_limited("login")
        logger.warning("too many failed sign-ins", extra={"account": of.account.hex(), "address": of.address.hex()})
        end, rate = max(reached)
        wait = max(1, math.ceil((end - now).total_seconds()))
        raise Limited(wait, kind="login", rate=rate, detail="There were too many failed sign-ins.")
    failure: LoginFailure = LoginFailure.objects.create(account=of.account, address=of.address, created_at=now)
    return failure.pk


def _limits(of: Attempt, name: str) -> Iterator[tuple[QuerySet[LoginFailure], Rate]]:
    by_account, by_address = settings.RATE_LIMIT_LOGIN_ACCOUNT, settings.RATE_LIMIT_LOGIN_ADDRESS
    failures = LoginFailure.objects.all()
    if by_address:
        yield failures.filter(address=of.address), by_address
    if by_account:
        yield failures.filter(account=of.account, address=of.address), by_account
        if not KnownAddress.objects.filter(user__username=name, address=of.address).exists():
            yield failures.filter(account=of.account), Rate(EVERYWHERE * by_account.most, by_account.seconds)


def _end_of_limit(failures: QuerySet[LoginFailure], rate: Rate, now: datetime) -> datetime | None:
    """When the next one may come; None where it may come now."""
    period = timedelta(seconds=rate.seconds)
    times = failures.filter(created_at__gt=now - period).order_by("-created_at").values_list("created_at", flat=True)
    found = times[rate.most - 1 : rate.most].first()
    return found + period if found else None


def _remember(name: str, address: bytes) -> None:
    known = KnownAddress.objects.filter(user__username=name)
    if known.filter(address=address).update():
        return
    # Another sign-in may have been first, or the user deleted meanwhile.
    with suppress(IntegrityError, User.DoesNotExist), transaction.atomic():
        User.objects.get(username=name).known_addresses.create(address=address)
    kept = known.order_by("-updated_at", "-pk").values_list("pk", flat=True)[:MOST_ADDRESSES]
    known.exclude(pk__in=list(kept)).delete()


def _sweep() -> None:
    longest = timedelta(seconds=max(_periods()))
    LoginFailure.objects.filter(created_at__lte=timezone.now() - longest).delete()


def _periods() -> list[int]:
    limits: tuple[Rate | None, ...] = (settings.RATE_LIMIT_LOGIN_ACCOUNT, settings.RATE_LIMIT_LOGIN_ADDRESS)
    return [limit.seconds for limit in limits if limit]


def _digest(kind: str, text: str) -> bytes:
    return salted_hmac(f"accounts.logins.{kind}", text, algorithm="sha256").digest()[:16]
