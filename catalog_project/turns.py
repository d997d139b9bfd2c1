"""Taking turns, where a lock on rows cannot say what must not happen together.

A turn is a number of 64 bits (signed) that nobody else uses, and is kept until the transaction ends. SQLite has but
one writer, which every transaction has waited to become: there each turn is free.
"""

from django.db import connection


def take_turn(number: int) -> None:
    """Wait until no other transaction has this turn, and take it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def try_turn(number: int) -> bool:
    """Take this turn unless another transaction has it, without waiting. Whether it was free."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        [is_free] = cursor.fetchone() or [False]
        return bool(is_free)
