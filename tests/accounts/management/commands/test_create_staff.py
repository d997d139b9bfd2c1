import io
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.core.management import CommandError, call_command

from accounts.management.commands import create_staff as command
from accounts.models import User
from tests.factories.accounts import role_named

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[4]
PASSWORD = "no horse, no staple"


@pytest.fixture(autouse=True)
def _roles(db: None) -> None:
    role_named("catalog_viewer")


@pytest.fixture
def run(monkeypatch: Any, capsys: Any) -> Any:
    """Runs the command with a password on its standard input and returns all it printed."""

    def run(*arguments: str, given: bytes = PASSWORD.encode()) -> str:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        call_command("create_staff", *arguments)
        return "".join(capsys.readouterr())

    return run


@pytest.fixture
def terminal(monkeypatch: Any) -> Any:
    """A terminal on which somebody types passwords, unseen."""

    def answer(*typed: str | type[BaseException]) -> None:
        monkeypatch.setattr(sys, "stdin", type("Terminal", (), {"isatty": lambda _: True})())
        monkeypatch.setattr(command, "getpass", mock.Mock(side_effect=typed))

    return answer


def test_it_says_what_it_made_and_never_the_password(run: Any) -> None:
    said = run("anna", "--role", "catalog_editor", "--email", "anna@example.org", "--password-stdin")
    assert said == "anna: created. Role: catalog_editor.\n"
    assert User.objects.get(email="anna@example.org").check_password(PASSWORD)


def test_it_says_what_it_changed(run: Any) -> None:
    run("anna", "--role", "catalog_editor", "--password-stdin")
    said = run("anna", "--role", "catalog_viewer", "--password-stdin")
    assert said == "anna: existed; has a new password and must sign in again. Role: catalog_viewer.\n"


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_the_end_of_the_line_is_not_part_of_the_password(run: Any, ending: str) -> None:
    run("anna", "--role", "catalog_editor", "--password-stdin", given=f" {PASSWORD} {ending}".encode())
    assert User.objects.get().check_password(f" {PASSWORD} ")


def test_a_terminal_is_asked_twice(terminal: Any) -> None:
    terminal(PASSWORD, PASSWORD)
    call_command("create_staff", "anna", "--role", "catalog_editor")
    assert User.objects.get().check_password(PASSWORD)


def test_two_different_answers_change_nothing(terminal: Any) -> None:
    terminal(PASSWORD, "no house")
    with pytest.raises(CommandError, match="differ"):
        call_command("create_staff", "anna", "--role", "catalog_editor")
    assert not User.objects.exists()


@pytest.mark.parametrize("key", [EOFError, KeyboardInterrupt])
def test_whoever_thinks_better_of_it_changes_nothing(terminal: Any, key: type[BaseException]) -> None:
    terminal(PASSWORD, key)
    with pytest.raises(CommandError, match="Cancelled"):
        call_command("create_staff", "anna", "--role", "catalog_editor")
    assert not User.objects.exists()


def test_without_a_terminal_it_asks_for_standard_input(run: Any) -> None:
    with pytest.raises(CommandError, match="--password-stdin"):
        run("anna", "--role", "catalog_editor")


def test_an_unknown_role_is_answered_with_the_roles(run: Any) -> None:
    with pytest.raises(CommandError, match=r"catalog_viewer.*catalog_editor.*catalog_manager"):
        run("anna", "--role", "boss", "--password-stdin")


def test_every_fault_is_named_with_its_place(run: Any) -> None:
    with pytest.raises(CommandError) as caught:
        run("an na", "--role", "catalog_editor", "--email", "x", "--password-stdin", given=b"123")
    lines = str(caught.value).splitlines()
    assert {line.partition(": ")[0] for line in lines} == {"username", "email", "password"}


def test_a_deactivated_user_is_refused_with_the_reason(run: Any) -> None:
    User.objects.create_user("anna", is_active=False)
    with pytest.raises(CommandError, match="Activate it in the admin first"):
        run("anna", "--role", "catalog_editor", "--password-stdin")


def test_a_password_that_is_no_text_is_refused(run: Any) -> None:
    with pytest.raises(CommandError, match="not text in UTF-8"):
        run("anna", "--role", "catalog_editor", "--password-stdin", given=b"\xff\xfe")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [(["--role", "boss"], 2, "invalid choice: 'boss'"), (["--role", "catalog_viewer"], 1, "no terminal to ask")],
)
def test_the_exit_code_tells_wrong_usage_from_refusal(arguments: list[str], code: int, message: str) -> None:
    line = [sys.executable, "manage.py", "create_staff", "anna", *arguments]
    done = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, message in done.stderr) == (code, True)
    assert "Traceback" not in done.stderr
