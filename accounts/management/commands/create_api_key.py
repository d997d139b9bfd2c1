"""`manage.py create_api_key USERNAME --name NAME --scope RIGHT`"""

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.management.explaining import explain
from accounts.models import User
from accounts.services.api_keys import NewKey, create_api_key
from catalog_project.errors import DomainError
from catalog_project.formats import format_time

MAX_DAYS = 36_500


def days(text: str) -> int:
    """A number of days of the command line."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= MAX_DAYS:
        raise ArgumentTypeError(f"must be a whole number from 1 to {MAX_DAYS}")
    return int(text)


class Command(BaseCommand):
    """Make an API key for a user."""

    help = (
        "Make an API key that extends to rights of its owner, and print it: it is not shown again. "
        "Exit code: 0 done, 1 refused, 2 wrong usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What the command line may say."""
        parser.add_argument("username", help="whose key it is")
        parser.add_argument("--name", required=True, help="what it is for")
        parser.add_argument(
            "--scope", action="append", default=[], metavar="RIGHT", help="such as products.change_product; repeatable"
        )
        parser.add_argument("--expires-in", type=days, metavar="DAYS", help="without it the key is good until revoked")
        parser.add_argument("--json", action="store_true", help="print the key and what it is as JSON")

    def handle(self, *, username: str, name: str, scope: list[str], expires_in: int | None, **options: Any) -> None:
        """Do it, and print the key alone, for scripts, or all of it as JSON."""
        owner = User.objects.filter(username=User.normalize_username(username)).first()
        if owner is None:
            raise CommandError(f"There is no user {username}.")
        end = None if expires_in is None else timezone.now() + timedelta(days=expires_in)
        try:
            made = create_api_key(by=None, owner=owner, name=name, scopes=scope, expires_at=end)
        except DomainError as error:
            raise CommandError(explain(error)) from error
        self.stdout.write(json.dumps(_shown(made)) if options["json"] else made.text)


def _shown(made: NewKey) -> dict[str, Any]:
    row = made.row
    return {
        "id": row.pk,
        "name": row.name,
        "prefix": row.prefix,
        "scopes": row.scopes,
        "expires_at": row.expires_at and format_time(row.expires_at),
        "key": made.text,
    }
