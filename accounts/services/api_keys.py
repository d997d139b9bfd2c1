"""API keys: made, checked at every request, and revoked."""

import hashlib
import logging
import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from django.contrib.auth.models import Permission
from django.db import DatabaseError, InterfaceError, transaction
from django.utils import timezone

from accounts.models import APIKey, User
from accounts.services.faults import faults_of
from accounts.services.jwt import CredentialsRefused
from catalog_project.errors import Conflict, Fault, Invalid
from catalog_project.suggestions import closest

# A key is recognised as one of ours wherever it turns up, in a repository or a log.
KEY = re.compile(r"(cat_[0-9a-f]{16})\.([A-Za-z0-9_-]{43})", re.ASCII)
USE_NOTED_EVERY = timedelta(minutes=1)
# A suggestion takes time to find.
MAX_SUGGESTIONS = 10

logger = logging.getLogger(__name__)
_noting = Lock()


@dataclass(frozen=True)
class NewKey:
    """A key that was just made, and its text, which nobody can tell afterwards."""

    row: APIKey
    text: str = field(repr=False)


@transaction.atomic
def create_api_key(
    *, by: User | None, owner: User, name: str, scopes: Collection[str], expires_at: datetime | None = None
) -> NewKey:
    """Make a key that extends to these rights of its owner; `expires_at` None means until it is revoked.

    Raises Invalid with pointers `/name`, `/expires_at` and `/scopes/N`, and Conflict for a deactivated owner.
    """
    # Deactivation takes the same lock, so that no key slips past it.
    locked = User.objects.select_for_update().filter(pk=owner.pk, is_active=True).first()
    if locked is None:
        raise Conflict("The owner of the key is deactivated.", code="conflict")
    prefix, secret = f"cat_{secrets.token_hex(8)}", secrets.token_urlsafe(32)
    row = APIKey(
        user=locked,
        name=name.strip(),
        prefix=prefix,
        secret_hash=_hash(secret),
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
    )
    faults = [
        *faults_of(row, exclude=["user", "prefix", "secret_hash"]),
        *key_faults(owner=locked, scopes=list(scopes), expires_at=expires_at),
    ]
    if faults:
        raise Invalid(faults)
    row.save()
    return NewKey(row, f"{prefix}.{secret}")


def key_faults(*, owner: User, scopes: Sequence[str], expires_at: datetime | None) -> list[Fault]:
    """What stands against a key: scopes beyond the rights that its owner has now, and an end that has passed."""
    faults = _scope_faults(owner, scopes)
    if expires_at is not None and expires_at <= timezone.now():
        faults.append(Fault("past", "This must be in the future.", "/expires_at"))
    return faults


def _scope_faults(owner: User, scopes: Sequence[str]) -> list[Fault]:
    rights = owner.get_all_permissions()
    beyond = [(place, scope) for place, scope in enumerate(scopes) if scope not in rights]
    known = set(_all_rights()) if beyond else set()
    return [
        Fault(
            "beyond_rights" if scope in known else "unknown_value",
            "The key's owner does not have this right." if scope in known else "There is no such right.",
            f"/scopes/{place}",
            suggestion=closest(scope, rights) if number < MAX_SUGGESTIONS else None,
        )
        for number, (place, scope) in enumerate(beyond)
    ]


def _all_rights() -> list[str]:
    found = Permission.objects.values_list("content_type__app_label", "codename")
    return [f"{app_label}.{codename}" for app_label, codename in found]


def revoke_api_key(*, by: User | None, key: APIKey) -> None:
    """End a key; the next request with it is refused. Ending it again changes nothing."""
    APIKey.objects.filter(pk=key.pk).delete()


def read_api_key(text: str) -> APIKey:
    """The living key behind what a caller showed, in one query, its `user` limited to its scopes.

    Raises CredentialsRefused.
    """
    found = KEY.fullmatch(text)
    key = APIKey.objects.alive().select_related("user").filter(prefix=found[1]).first() if found else None
    if not found or key is None or not secrets.compare_digest(key.secret_hash, _hash(found[2])):
        raise CredentialsRefused("The API key is not valid, has expired or was revoked.")
    known: APIKey = key
    known.user.scopes = frozenset(known.scopes)
    return known


def _hash(secret: str) -> str:
    """What is stored of a secret: plain SHA-256. Slow, salted hashes are for passwords: 256 random bits are in no list
    and beyond any search.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


def note_use(key: APIKey) -> None:
    """Write down that a key was used, at most once a minute; never an error: it is worth no request.

    One thread of a process does so at a time, so that a database that lets writers wait holds up no more than one.
    """
    now = timezone.now()
    if (key.last_used_at and now - key.last_used_at < USE_NOTED_EVERY) or not _noting.acquire(blocking=False):
        return
    try:
        # Of many that saw the same time, one writes.
        APIKey.objects.filter(pk=key.pk, last_used_at=key.last_used_at).update(last_used_at=now)
    except (DatabaseError, InterfaceError) as error:
        logger.warning("the use of an API key was not noted", extra={"api_key": key.pk, "error": type(error).__name__})
    finally:
        _noting.release()
