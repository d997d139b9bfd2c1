"""`manage.py seed_catalog --products N --seed S`: a demo catalog."""

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from tqdm import tqdm

from products.exchange.seed_workers import seed_catalog, worth_starting
from products.exchange.seeding import SeedingError

FAILED = 2


class Command(BaseCommand):
    """Adds the products of a seed to whatever the catalog holds; those that are there stay as they are."""

    help = "Add a demo catalog that looks like a shop; the same seed always gives the same products."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many, which, and by how many processes."""
        parser.add_argument("--products", type=_count, default=200, metavar="N", help="how many products (200)")
        parser.add_argument("--seed", type=_count, default=1, metavar="S", help="which products (1)")
        parser.add_argument(
            "--workers", type=_workers, metavar="W", help="how many processes (one a processor where that is faster)"
        )

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
    """SQLite has but one writer."""
    if connection.vendor != "postgresql":
        return 1
    return wanted or worth_starting(products, os.cpu_count() or 1)


def _stopped(added: int, reason: str) -> str:
    if not added:
        return f"Nothing was added: {reason}"
    return f"Stopped after {added} products, which stay: {reason} The same command adds the rest."


def _rest(present: int) -> str:
    return f" {present} were there already." if present else ""


def _count(text: str) -> int:
    return _number(text, 100_000_000)


def _workers(text: str) -> int:
    return _number(text, 64)


def _number(text: str, most: int) -> int:
    if not text.isdecimal() or not 0 < int(text) <= most:
        raise ArgumentTypeError(f"{text!r} is not a number from 1 to {most:,}.")
    return int(text)
