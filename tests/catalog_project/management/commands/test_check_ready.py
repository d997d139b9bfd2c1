import pytest
from django.core.management import CommandError, call_command

from catalog_project import health
from catalog_project.management.commands import check_ready


@pytest.mark.django_db
def test_a_ready_catalog_is_told_part_by_part(capsys) -> None:
    call_command("check_ready")
    assert capsys.readouterr().out.splitlines() == ["database: ok", "migrations: ok", "cache: ok"]


@pytest.mark.django_db
def test_a_lost_cache_is_told_and_stops_nothing(monkeypatch, capsys) -> None:
    monkeypatch.setattr(check_ready, "cache_answers", lambda: False)
    call_command("check_ready")
    assert "cache: degraded" in capsys.readouterr().out


@pytest.mark.django_db
def test_missing_migrations_fail_and_are_named(monkeypatch, capsys) -> None:
    monkeypatch.setattr(health, "migrations_applied", lambda: False)
    with pytest.raises(CommandError, match="not ready: migrations") as failure:
        call_command("check_ready")
    assert failure.value.returncode == 1
    assert "database: ok\nmigrations: not ready\n" in capsys.readouterr().out


def test_a_lost_database_fails(monkeypatch) -> None:
    monkeypatch.setattr(health, "database_answers", lambda: False)
    with pytest.raises(CommandError, match="not ready: database, migrations"):
        call_command("check_ready")
