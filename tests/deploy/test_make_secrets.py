"""The secrets of a composed catalog: made once, kept, and readable by those alone who need them."""

import stat
from pathlib import Path

import pytest

from deploy import make_secrets


@pytest.fixture(autouse=True)
def _no_password_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POSTGRES_PASSWORD", raising=False)


def settings_in(folder: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in (folder / "env").read_text().splitlines())


def test_the_first_start_makes_every_secret(tmp_path: Path) -> None:
    make_secrets.main(tmp_path)

    made = settings_in(tmp_path)
    password = (tmp_path / "postgres_password").read_text()
    assert made["DATABASE_URL"] == f"postgres://catalog:{password}@database:5432/catalog"
    assert len({made["SECRET_KEY"], made["JWT_SIGNING_KEY"], password}) == 3
    assert all(len(secret) >= 32 for secret in (made["SECRET_KEY"], made["JWT_SIGNING_KEY"], password))


def test_a_second_start_keeps_them(tmp_path: Path) -> None:
    make_secrets.main(tmp_path)
    first = settings_in(tmp_path)

    make_secrets.main(tmp_path)

    assert settings_in(tmp_path) == first


def test_the_password_of_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_secrets.main(tmp_path)
    before = settings_in(tmp_path)
    monkeypatch.setenv("POSTGRES_PASSWORD", "p@ss/word")

    make_secrets.main(tmp_path)

    after = settings_in(tmp_path)
    assert (tmp_path / "postgres_password").read_text() == "p@ss/word"
    assert after["DATABASE_URL"] == "postgres://catalog:p%40ss%2Fword@database:5432/catalog"
    assert after["SECRET_KEY"] == before["SECRET_KEY"]


def test_only_the_owner_reads_the_keys(tmp_path: Path) -> None:
    make_secrets.main(tmp_path)

    assert stat.S_IMODE((tmp_path / "env").stat().st_mode) == 0o400
    assert stat.S_IMODE((tmp_path / "postgres_password").stat().st_mode) == 0o444
