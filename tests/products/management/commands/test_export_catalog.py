"""`manage.py export_catalog`."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from products.management.commands import export_catalog
from tests.factories.products import BrandFactory, ProductFactory

pytestmark = pytest.mark.django_db


def names(content: bytes) -> list[str]:
    return [json.loads(line)["name"] for line in content.splitlines()]


@pytest.fixture(autouse=True)
def _catalog(db: None) -> None:
    ProductFactory(name="Cup", brand=BrandFactory(name="Acme"))


def test_a_file_holds_the_whole_catalog(tmp_path: Path) -> None:
    call_command("export_catalog", str(tmp_path / "a.ndjson"))
    assert names((tmp_path / "a.ndjson").read_bytes()) == ["Acme", "Cup"]
    assert [path.name for path in tmp_path.iterdir()] == ["a.ndjson"]


def test_a_name_in_gz_packs_it_and_the_same_catalog_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.gz", "b.gz"):
        call_command("export_catalog", str(tmp_path / name))
    assert names(gzip.decompress((tmp_path / "a.gz").read_bytes())) == ["Acme", "Cup"]
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()


def test_a_dash_writes_standard_output(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    call_command("export_catalog", "-")
    assert names(capsysbinary.readouterr().out) == ["Acme", "Cup"]


def test_an_export_that_breaks_off_leaves_the_old_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off() -> Iterator[bytes]:
        yield b"{}\n"
        raise OperationalError("server closed the connection\nDETAIL: secret")

    (tmp_path / "a.ndjson").write_text("old")
    monkeypatch.setattr(export_catalog, "export_lines", break_off)
    with pytest.raises(CommandError, match=r"the database failed: server closed the connection$"):
        call_command("export_catalog", str(tmp_path / "a.ndjson"))
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.ndjson": "old"}


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"none/a\.ndjson: No such file or directory\."):
        call_command("export_catalog", str(tmp_path / "none" / "a.ndjson"))


def test_the_file_has_the_rights_that_new_files_have(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    call_command("export_catalog", str(tmp_path / "a.ndjson"))
    assert (tmp_path / "a.ndjson").stat().st_mode == (tmp_path / "other").stat().st_mode
