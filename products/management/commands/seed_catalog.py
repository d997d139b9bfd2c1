"""`manage.py seed_catalog --products N --seed S`: a demo catalog."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from catalog_project.processes import worth_starting
from products.exchange.seed_workers import seed_catalog
from products.exchange.seeding import SeedingError
from products.management.workers import add_workers, can_have_workers, number

FAILED = 2


class Command(BaseCommand):
    """Adds the products of a seed to whatever the catalog holds; those that are there stay as they are."""

    help = "Add a demo catalog that looks like a shop; the same seed always gives the same products."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many, which, and by how many processes."""
        parser.add_argument("--products", type=_count, default=200, metavar="N", help="how many products (200)")
        parser.add_argument("--seed", type=_count, default=1, metavar="S", help="which products (1)")
        add_workers(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Add what is missing, batch by batch."""
        products, seed = options["products"], options["seed"]
        workers = _allowed_workers(options.get("workers"), products)
        added = 0
        try:
            with tqdm(total=products, unit=" products", disable=not sys.stderr.isatty()) as bar:
                for batch in seed_catalog(products=products, seed=seed, workers=workers):
                    added += batch.added
                    bar.update(batch.products)
        except SeedingError as error:
            raise CommandError(_stopped(added, str(error)), returncode=FAILED) from error
        self.stdout.write(f"Added {added} products of seed {seed}.{_rest(products - added)}")


def _allowed_workers(wanted: int | None, products: int) -> int:
    return (wanted or worth_starting(products)) if can_have_workers() else 1


def _stopped(added: int, reason: str) -> str:
    if not added:
        return f"Nothing was added: {reason}"
    return f"Stopped after {added} products, which stay: {reason} The same command adds the rest."


def _rest(present: int) -> str:
    return f" {present} were there already." if present else ""


def _count(text: str) -> int:
    return number(text, 100_000_000)
