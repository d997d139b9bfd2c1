"""`manage.py revoke_api_key PREFIX`"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import APIKey
from accounts.services.api_keys import revoke_api_key


class Command(BaseCommand):
    """End an API key."""

    help = "Revoke an API key: the next request with it is refused. Exit code: 0 done, 1 there is none, 2 wrong usage."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What the command line may say."""
        parser.add_argument("prefix", help="what the key begins with; a whole key is taken too")

    def handle(self, *, prefix: str, **_: Any) -> None:
        """Do it and say whose it was; the secret, where one was given, is not repeated."""
        known = prefix.partition(".")[0]
        key = APIKey.objects.select_related("user").filter(prefix=known).first()
        if key is None:
            raise CommandError(f"There is no API key {known}.")
        revoke_api_key(by=None, key=key)
        self.stdout.write(f"{key}: revoked. It was {key.user.username}'s.")
