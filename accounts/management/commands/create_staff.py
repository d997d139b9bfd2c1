"""`manage.py create_staff USERNAME --role ROLE`"""

import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.management.explaining import explain
from accounts.services.roles import ROLES
from accounts.services.staff import create_staff
from catalog_project.errors import DomainError


class Command(BaseCommand):
    """Make a staff login, or give an existing user another role and password."""

    help = (
        "Make a user who can sign in to the admin and the API with a role. A user who exists gets the role in place of "
        "another and the new password, which ends older sign-ins. Exit code: 0 done, 1 refused, 2 wrong usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What the command line may say."""
        parser.add_argument("username")
        parser.add_argument("--role", required=True, choices=ROLES, help="what the user may do")
        parser.add_argument("--email", help="an existing user keeps the present one without it")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")

    def handle(self, *, username: str, role: str, email: str | None, password_stdin: bool, **_: Any) -> None:
        """Do it and say what was done, never with which password."""
        password = _read_password() if password_stdin else _ask_password()
        try:
            is_new = create_staff(username=username, role=role, email=email, password=password)
        except DomainError as error:
            raise CommandError(explain(error)) from error
        done = "created" if is_new else "existed; has a new password and must sign in again"
        self.stdout.write(f"{username}: {done}. Role: {role}.")


def _read_password() -> str:
    try:
        return sys.stdin.buffer.read().decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise CommandError("The password on standard input is not text in UTF-8.") from error


def _ask_password() -> str:
    if not sys.stdin.isatty():
        raise CommandError("There is no terminal to ask for the password: give it with --password-stdin.")
    try:
        password, again = getpass("Password: "), getpass("Password again: ")
    except (EOFError, KeyboardInterrupt) as error:
        raise CommandError("Cancelled. Nothing was done.") from error
    if again != password:
        raise CommandError("The two passwords differ. Nothing was done.")
    return password
