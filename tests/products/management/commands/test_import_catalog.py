"""`manage.py import_catalog`."""

import gzip
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from products.exchange.importing import Importer
from products.management.commands import import_catalog
from products.management.workers import can_have_workers
from products.models import Brand, Product
from tests.factories.products import BrandFactory, ProductFactory
from tests.products.exchange.team import Team

CUP = {"name": "Cup", "external_id": "7", "variants": [{"sku": "A1"}]}
BAD = {"name": "Mug", "external_id": "8", "brand": "acme"}
Written = Callable[..., str]

pytestmark = pytest.mark.django_db


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Writes values as the lines of a file and gives its name."""

    def write(*values: Any, name: str = "products.ndjson") -> str:
        path = tmp_path / name
        path.write_text("".join(f"{json.dumps(value)}\n" for value in values))
        return str(path)

    return write


def run(file: str, **options: Any) -> dict[str, int]:
    """What the command prints as JSON; raises CommandError where it does not exit 0."""
    output = io.StringIO()
    call_command("import_catalog", file, json=True, stdout=output, stderr=io.StringIO(), **options)
    return dict(json.loads(output.getvalue()))


def refusal(file: str, code: int, **options: Any) -> str:
    with pytest.raises(CommandError) as error:
        run(file, **options)
    assert error.value.returncode == code
    return str(error.value)


def test_all_landed_is_exit_0_with_the_counts(written: Written) -> None:
    file = written(CUP, {"kind": "brand", "name": "Acme"})
    assert run(file) == {"created": 1, "changed": 0, "unchanged": 0, "failed": 0}
    assert run(file) == {"created": 0, "changed": 0, "unchanged": 1, "failed": 0}
    assert run(written({**CUP, "name": "Mug"})) == {"created": 0, "changed": 1, "unchanged": 0, "failed": 0}


def test_without_json_the_counts_are_words(written: Written, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_catalog", written(CUP))
    assert capsys.readouterr() == ("1 created, 0 changed, 0 unchanged, 0 failed\n", "")


def test_a_dry_run_says_that_it_is_one(written: Written, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_catalog", written(CUP), dry_run=True)
    assert capsys.readouterr().out == "Dry run: 1 created, 0 changed, 0 unchanged, 0 failed\n"


def test_some_failed_is_exit_1_and_the_good_ones_land(written: Written, tmp_path: Path) -> None:
    errors = tmp_path / "errors.ndjson"
    file = written(CUP, BAD, name="a.ndjson")
    assert refusal(file, 1, errors=str(errors)) == f"{file}: 1 of 2 rows failed: see {errors}."
    [line] = map(json.loads, errors.read_text().splitlines())
    assert (line["line"], line["record"], line["errors"][0]["pointer"]) == (2, BAD, "/brand")
    assert Product.objects.get().name == "Cup"


def test_the_first_reasons_are_said_with_their_lines(written: Written, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match=r"13 of 14 rows failed; --errors PATH keeps them all"):
        call_command("import_catalog", written(CUP, [1], *[BAD] * 12))
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 10
    assert said[0].startswith("line 2: Invalid data.")
    assert said[1] == "line 3: /brand: The brand 'acme' is not known."


def test_the_error_file_can_be_mended_and_imported(written: Written, tmp_path: Path) -> None:
    errors = tmp_path / "errors.ndjson"
    refusal(written(CUP, BAD), 1, errors=str(errors))
    errors.write_text(errors.read_text().replace('"acme"', "null"))
    assert run(str(errors)) == {"created": 1, "changed": 0, "unchanged": 0, "failed": 0}


def test_the_error_file_is_empty_when_nothing_failed(written: Written, tmp_path: Path) -> None:
    errors = tmp_path / "errors.ndjson"
    errors.write_text("old")
    run(written(CUP), errors=str(errors))
    assert not errors.read_text()


def test_a_failed_brand_counts_as_failed(written: Written) -> None:
    assert "1 of 2 rows" in refusal(written({"kind": "brand", "name": ""}, CUP), 1)


@pytest.mark.parametrize("values", [[BAD], [[1], BAD]])
def test_nothing_landed_is_exit_2(written: Written, values: list[Any]) -> None:
    assert "rows failed" in refusal(written(*values), 2)


def test_an_empty_file_is_exit_2(written: Written) -> None:
    assert refusal(written(), 2).endswith("products.ndjson: there is nothing in it.")


def test_a_missing_file_is_exit_2(tmp_path: Path) -> None:
    assert refusal(str(tmp_path / "none.ndjson"), 2).endswith("none.ndjson: No such file or directory.")


def test_a_faulty_mapping_is_exit_2_and_nothing_is_read(written: Written, tmp_path: Path) -> None:
    mapping = tmp_path / "shop.toml"
    mapping.write_text('[product]\nexternal_id = "id"\nnmae = "title"')
    assert refusal(written(CUP), 2, mapping=str(mapping)) == f"{mapping}: product.nmae: not known here; is it name?"
    assert not Product.objects.exists()


def test_csv_without_a_mapping_is_exit_2(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("sku\nA1\n")
    assert "needs a mapping" in refusal(str(tmp_path / "a.csv"), 2)


def test_an_error_file_that_cannot_be_written_is_exit_2(written: Written, tmp_path: Path) -> None:
    errors = tmp_path / "none" / "errors.ndjson"
    assert refusal(written(CUP), 2, errors=str(errors)) == f"{errors}: No such file or directory."
    assert not Product.objects.exists()


def test_the_error_file_cannot_be_the_file_that_is_read(written: Written) -> None:
    file = written(CUP)
    assert "cannot be written over" in refusal(file, 2, errors=file)
    assert run(file)["created"] == 1


def test_a_mapping_reads_other_shapes(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("SKU;Title;Maker;Price\nA1;Cup;ACME;1.50\nA2;Mug;Acme;2\n")
    (tmp_path / "shop.toml").write_text(
        '[source]\ndelimiter = ";"\n[product]\nname = "Title"\nbrand = "Maker"\n'
        '[variants]\nsku = "SKU"\nprices.USD = "Price"\n'
    )
    options = {"mapping": str(tmp_path / "shop.toml"), "create_missing": True}
    assert run(str(tmp_path / "a.csv"), **options)["created"] == 2
    assert run(str(tmp_path / "a.csv"), **options)["unchanged"] == 2
    assert Brand.objects.get().name == "ACME"


def test_rows_of_a_group_that_failed_can_be_imported_from_the_error_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("handle,title,sku\ncup,,A1\ncup,,A2\nmug,Mug,B1\n")
    (tmp_path / "shop.toml").write_text(
        '[source]\ngroup = "handle"\n[product]\nname = "title"\n[variants]\neach = { row = "rows" }\nsku = "row.sku"\n'
    )
    options = {"mapping": str(tmp_path / "shop.toml")}
    errors = tmp_path / "errors.ndjson"
    refusal(str(tmp_path / "a.csv"), 1, errors=str(errors), **options)
    errors.write_text(errors.read_text().replace('"title":""', '"title":"Cup"', 1))
    assert run(str(errors), **options)["created"] == 1
    assert Product.objects.get(name="Cup").variants.count() == 2


def test_a_dry_run_counts_and_changes_nothing(written: Written) -> None:
    ProductFactory(external_id="7", variants=1, variants__sku="A1")
    again = {**CUP, "external_id": "9", "variants": [{"sku": "A9"}], "brand": "acme"}
    file = written(CUP, again, again, name="dry.ndjson")
    assert run(file, dry_run=True, create_missing=True) == {"created": 1, "changed": 1, "unchanged": 1, "failed": 0}
    assert Product.objects.get().name != "Cup"
    assert not Brand.objects.exists()
    assert run(file, create_missing=True) == {"created": 1, "changed": 1, "unchanged": 1, "failed": 0}


def test_a_dry_run_fails_as_the_run_would(written: Written) -> None:
    assert "1 of 2 rows" in refusal(written(CUP, BAD), 1, dry_run=True)
    assert not Product.objects.exists()


def test_gzip_and_standard_input_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = gzip.compress(json.dumps(CUP).encode())
    (tmp_path / "a.gz").write_bytes(packed)
    assert run(str(tmp_path / "a.gz"))["created"] == 1
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(packed)))
    assert run("-")["unchanged"] == 1


def test_an_archive_that_breaks_off_lands_what_could_be_read(tmp_path: Path) -> None:
    lines = [json.dumps({"name": f"P{n}", "external_id": f"{n}", "description": "x" * n}) for n in range(2_000)]
    (tmp_path / "a.gz").write_bytes(gzip.compress("\n".join(lines).encode())[:-300])
    assert "a.gz: 1 of " in refusal(str(tmp_path / "a.gz"), 1)
    assert Product.objects.count() > 100


def test_a_database_that_is_lost_is_said_with_the_line_reached(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(*args: Any) -> None:
        raise OperationalError("server closed the connection\nDETAIL: secret")

    monkeypatch.setattr(Importer, "land", lose)
    message = refusal(written(CUP), 2)
    assert message.endswith("server closed the connection after line 0; nothing has been changed.")


def test_a_run_that_is_stopped_says_how_far_it_came(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    land = Importer.land

    def land_once(self: Importer, batch: Any) -> Any:
        if Product.objects.exists():
            raise KeyboardInterrupt
        return land(self, batch)

    monkeypatch.setattr(Importer, "land", land_once)
    monkeypatch.setattr("products.exchange.records.BATCH_RECORDS", 2)
    values = [{"name": f"P{n}", "external_id": f"{n}"} for n in range(5)]
    message = refusal(written(*values), 1)
    assert message.endswith("stopped after line 2; the rows up to there have landed, run it again for the rest.")
    assert Product.objects.count() == 2


def test_progress_is_drawn_on_a_terminal_alone(
    written: Written, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(written(CUP))
    assert not capsys.readouterr().err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    run(written(CUP))
    assert "100%" in capsys.readouterr().err


@pytest.fixture
def team(monkeypatch: pytest.MonkeyPatch) -> Team:
    """Workers, of which two are worth starting for 6 lines and more; a batch is 2 lines."""
    monkeypatch.setattr("products.exchange.records.BATCH_RECORDS", 2)
    monkeypatch.setattr(import_catalog, "can_have_workers", lambda: True)
    monkeypatch.setattr(import_catalog, "worth_starting", lambda lines: 2 if lines >= 6 else 1)
    return Team(monkeypatch, 1)


@pytest.mark.parametrize(("lines", "hands"), [(5, 0), (6, 2)])
def test_workers_are_started_where_they_pay(written: Written, team: Team, lines: int, hands: int) -> None:
    values = [{"name": f"P{n}", "external_id": f"{n}"} for n in range(lines)]
    assert run(written(*values))["created"] == lines
    assert len(team.hands) == hands


def test_standard_input_tells_how_much_there_is_only_when_it_has_been_read(
    written: Written, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = [{"name": f"P{n}", "external_id": f"{n}"} for n in range(9)]
    content = Path(written(*values)).read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert run("-")["created"] == 9
    assert sum(hand.landed for hand in team.hands) == 3


@pytest.mark.parametrize(("workers", "hands"), [(1, 0), (3, 3)])
def test_how_many_workers_there_are_may_be_said(written: Written, team: Team, workers: int, hands: int) -> None:
    assert run(written(CUP), workers=workers)["created"] == 1
    assert len(team.hands) == hands


def test_workers_need_not_be_waited_for_where_nothing_can_be_read(tmp_path: Path, team: Team) -> None:
    (tmp_path / "a.ndjson").write_text("{\n" * 99 + json.dumps(CUP) + "\n" + "{\n" * 99)
    assert "198 of 199 rows failed" in refusal(str(tmp_path / "a.ndjson"), 1, workers=2)
    assert Product.objects.get().name == "Cup"


def test_a_dry_run_has_no_workers(written: Written, team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_catalog, "can_have_workers", can_have_workers)
    assert run(written(*[CUP] * 9), dry_run=True, workers=3)["unchanged"] == 8
    assert not team.hands


def test_rows_that_landed_behind_those_that_were_lost_are_not_nothing(written: Written, team: Team) -> None:
    team.lost = {1}
    values = [{"name": f"P{n}", "external_id": f"{n}"} for n in range(9)]
    message = refusal(written(*values), 1, workers=2)
    assert "A worker process ended before its time after line 0; the rows up to there have landed" in message
    assert Product.objects.count() == 2


def test_a_database_that_workers_have_lost_is_said(
    written: Written, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(*args: Any) -> None:
        raise OperationalError("server closed the connection\nDETAIL: secret")

    monkeypatch.setattr(Importer, "land", lose)
    message = refusal(written(CUP), 1, workers=2)  # a part of the batch may have landed before
    assert "server closed the connection after line 0; the rows up to there have landed, run it again" in message
    assert "secret" not in message


def test_unknown_brands_may_be_created(written: Written) -> None:
    assert run(written(BAD), create_missing=True)["created"] == 1
    assert Product.objects.get().brand == Brand.objects.get(slug="acme")


def test_a_known_brand_is_used(written: Written) -> None:
    BrandFactory(slug="acme")
    assert run(written(BAD))["created"] == 1
