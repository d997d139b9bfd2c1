"""Taking turns, where a lock on rows cannot say what must not happen together."""

from django.db import connection


def take_turn(number: int) -> None:
    """Wait until no other transaction has this turn, and keep it until this one ends; SQLite has but one writer anyway.

    `number` names the turn: 64 bits that nobody else uses.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
