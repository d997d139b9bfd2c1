import pytest
from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connection

from catalog_project.postgresql.patience import COMMAND, MIGRATION

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def migrating(monkeypatch) -> list[dict[str, str]]:
    """The timeouts that migrations met."""
    met: list[dict[str, str]] = []
    monkeypatch.setattr(migrate.Command, "handle", lambda *_, **__: met.append(timeouts()))
    return met


def timeouts() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, setting::int / 1000 FROM pg_settings WHERE name = ANY (%s)", [list(COMMAND.settings)]
        )
        return {name: f"{seconds}s" for name, seconds in cursor.fetchall()}


@pytest.mark.postgres
def test_migrations_take_their_time_and_wait_for_no_lock(migrating) -> None:
    call_command("migrate", "--check")
    assert migrating == [MIGRATION.settings]


@pytest.mark.postgres
def test_what_follows_has_the_timeouts_of_a_command_again(migrating) -> None:
    call_command("migrate", "--check")
    assert timeouts() == COMMAND.settings


def test_there_is_nothing_left_to_migrate() -> None:
    call_command("migrate", "--check", verbosity=0)
