"""Answers kept under keys: claimed before the effect, written with it, pruned after a day."""

from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass
from hashlib import sha256

from django.db import transaction

from catalog_project.errors import Conflict, DomainError
from catalog_project.idempotency.models import Record
from catalog_project.turns import try_turn

# Rows that one statement of the pruning locks.
BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Slot:
    """What a key belongs to: the same key of somebody else, or at another address, is another key."""

    user_id: int
    method: str
    path: str
    key: str

    @property
    def turn(self) -> int:
        """Its number for `try_turn`."""
        text = "\n".join(("idempotency", *map(str, astuple(self))))
        return int.from_bytes(sha256(text.encode()).digest()[:8], signed=True)


def claim(slot: Slot, request_hash: str) -> Record | None:
    """The answer that this request got before, or None: then the slot is this transaction's to fill.

    To be called at the beginning of the transaction that will hold the effect, and whose rollback gives the slot back.
    PostgreSQL lets nobody wait for a twin that is under way; on SQLite the transaction has waited before it began, so
    that it finds what the twin left. Raises Conflict `idempotency_in_flight`, DomainError `idempotency_key_reused`.
    """
    is_ours = try_turn(slot.turn)
    # After the turn was taken, never in one statement with it: whoever had the turn before has committed by now.
    record: Record | None = Record.objects.filter(**asdict(slot)).first()
    if record and not record.has_expired:
        if record.request_hash != request_hash:
            raise DomainError("This key was used for another request.", code="idempotency_key_reused")
        return record
    if not is_ours:
        raise Conflict("A request under this key is being answered.", code="idempotency_in_flight")
    if record:
        record.delete()
    return None


def keep(slot: Slot, request_hash: str, *, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Fill a slot that this transaction has claimed."""
    Record.objects.create(**asdict(slot), request_hash=request_hash, status=status, headers=dict(headers), body=body)


def prune() -> int:
    """Delete what has expired and return how many records that were. Each batch is a short transaction of its own."""
    total = 0
    while deleted := _prune_batch():
        total += deleted
    return total


@transaction.atomic
def _prune_batch() -> int:
    """Delete the oldest; what a request is replacing, or another pruning deletes, is left to that."""
    oldest = Record.objects.expired().order_by("created_at").select_for_update(skip_locked=True)
    ids = list(oldest.values_list("pk", flat=True)[:BATCH])
    return int(Record.objects.filter(pk__in=ids).delete()[0])
