"""`manage.py seed_catalog --products N --seed S`: a demo catalog."""

import sys
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error, IntegrityError, reset_queries
from tqdm import tqdm

from catalog_project.api.integrity import translate
from catalog_project.errors import DomainError
from catalog_project.garbage import collecting_seldom
from products.exchange.seeding import seed_catalog

NOTHING_DONE = 2


class Command(BaseCommand):
    """Adds the products of a seed to whatever the catalog holds."""

    help = "Add a demo catalog that looks like a shop; the same seed always gives the same products."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many, and which."""
        parser.add_argument("--products", type=_count, default=200, metavar="N", help="how many products (200)")
        parser.add_argument("--seed", type=_count, default=1, metavar="S", help="which products (1)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Add all of them, or none."""
        products, seed = options["products"], options["seed"]
        try:
            with (
                tqdm(total=products, unit=" products", disable=not sys.stderr.isatty()) as bar,
                collecting_seldom(),
            ):
                for done in seed_catalog(products=products, seed=seed):
                    bar.update(done - bar.n)
                    reset_queries()  # with DEBUG on, Django would keep every statement
        except DomainError as error:
            raise CommandError(
                error.faults[0].detail if error.faults else error.detail, returncode=NOTHING_DONE
            ) from error
        except IntegrityError as error:
            raise CommandError(f"Nothing was added: {translate(error).detail}", returncode=NOTHING_DONE) from error
        except Error as error:
            reason = str(error).partition("\n")[0]
            raise CommandError(f"Nothing was added, the database failed: {reason}", returncode=NOTHING_DONE) from error
        self.stdout.write(f"Added {products} products of seed {seed}.")


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 100_000_000:
        raise ArgumentTypeError(f"{text!r} is not a number from 1 to 100,000,000.")
    return int(text)
