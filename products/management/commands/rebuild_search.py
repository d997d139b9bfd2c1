"""`manage.py rebuild_search`"""

from argparse import ArgumentParser
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from products.listings.counts import miscounted
from products.listings.rebuild import find_drift, rebuild

SHOWN = 20


class Command(BaseCommand):
    """Writes what lists, search and facets read anew from the catalog's tables, while others read and write."""

    help = "Write the read model anew from the catalog's tables; --check only says where it differs (exit status 1)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--check", action="store_true", help="change nothing, name what differs")
        which.add_argument(
            "--missing", action="store_true", help="only products that are not listed, as after an upgrade"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        if options["check"]:
            self._check()
            return
        done = 0
        for done in rebuild(missing=options["missing"]):
            self.stderr.write(f"{done:,} products", ending="\r" if self.stderr.isatty() else "\n")
        self.stdout.write(f"{done:,} products listed anew.")

    def _check(self) -> None:
        drifts = find_drift()
        shown = list(islice(drifts, SHOWN))
        for drift in shown:
            self.stdout.write(f"product {drift.product_id}: {', '.join(drift.fields)}")
        found = {"products are listed": len(shown) + sum(1 for _ in drifts), "kinds of them are counted": miscounted()}
        if faults := [f"{number:,} {what}" for what, number in found.items() if number]:
            raise CommandError(f"{' and '.join(faults)} otherwise than the tables say. Run rebuild_search.")
        self.stdout.write("Every product is listed as the tables say.")
