"""Commands that several processes may work on."""

from argparse import ArgumentParser, ArgumentTypeError

from django.db import connection


def add_workers(parser: ArgumentParser) -> None:
    """The option that says how many."""
    parser.add_argument(
        "--workers", type=_workers, metavar="W", help="how many processes (one a processor where that is faster)"
    )


def can_have_workers() -> bool:
    """SQLite has but one writer, and nobody else sees into a transaction."""
    return connection.vendor == "postgresql" and not connection.in_atomic_block


def number(text: str, most: int) -> int:
    """A number from 1 on. Raises ArgumentTypeError."""
    if not text.isdecimal() or not 0 < int(text) <= most:
        raise ArgumentTypeError(f"{text!r} is not a number from 1 to {most:,}.")
    return int(text)


def _workers(text: str) -> int:
    return number(text, 64)
