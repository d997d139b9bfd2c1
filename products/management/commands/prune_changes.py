"""`manage.py prune_changes --older-than DAYS`: let the change log forget."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from products.services.changes.feed import prune_changes


class Command(BaseCommand):
    """Removes old changes, in portions, so that nobody waits long."""

    help = "Remove the changes that are older than so many days; the feed then begins behind them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How old."""
        parser.add_argument("--older-than", type=_days, required=True, metavar="DAYS", help="keep so many days")

    def handle(self, *args: Any, **options: Any) -> None:
        """Remove them."""
        removed = prune_changes(before=timezone.now() - timedelta(days=options["older_than"]))
        self.stdout.write(f"Removed {removed} changes.")


def _days(text: str) -> int:
    if not text.isdecimal() or len(text) > 5:
        raise ArgumentTypeError(f"{text!r} is not a number of days from 0 to 99999.")
    return int(text)
