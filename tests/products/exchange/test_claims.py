"""What becomes of a file does not depend on where its batches end, nor on who lands them first."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import transaction

from products.exchange import records as batching
from products.exchange.exporting import export_lines
from products.exchange.import_workers import Landing, Settings
from products.exchange.importing import Importer
from products.exchange.mapping import compile_mapping
from products.exchange.records import Outcome, Record, batches
from products.exchange.rejects import reject_line
from tests.products.exchange import unruly
from tests.products.exchange.team import Team

pytestmark = pytest.mark.django_db

Told = tuple[list[str], list[bytes], list[bytes]]
SEEDS = range(4)
LINES, PRODUCTS = 60, 12


def one_by_one(importer: Importer, records: Sequence[Record]) -> None:
    for record in records:
        importer.land([record])


def told(land: Any, sources: Sequence[Any], **options: Any) -> Told:
    """What a landing said and left behind; it is taken back."""
    records = [Record(line, source, size=1) for line, source in enumerate(sources, start=1)]
    importer = Importer(by=None, **options)
    with transaction.atomic():
        land(importer, records)
        catalog = sorted(export_lines())
        transaction.set_rollback(True)
    failed = [reject_line(record) for record in records if record.outcome is Outcome.FAILED]
    return [str(record.outcome) for record in records], failed, catalog


def options_of(seed: int) -> tuple[list[Any], dict[str, Any]]:
    if seed % 3 == 0:
        sources = unruly.mapped(seed, LINES, products=PRODUCTS)
        return sources, {"mapping": compile_mapping(unruly.MAPPING), "create_missing": True}
    return unruly.lines(seed, LINES, products=PRODUCTS), {"create_missing": seed % 3 == 1}


@pytest.mark.parametrize("seed", SEEDS)
def test_batches_may_end_anywhere(seed: int) -> None:
    sources, options = options_of(seed)

    def at_once(importer: Importer, records: Sequence[Record]) -> None:
        importer.land(records)

    assert told(at_once, sources, **options) == told(one_by_one, sources, **options)


@pytest.mark.parametrize("seed", SEEDS)
def test_several_may_land_them(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "BATCH_RECORDS", 7)
    sources, options = options_of(seed)
    settings = Settings("mapping" in options, options["create_missing"])

    def by_many(importer: Importer, records: Sequence[Record]) -> None:
        team = Team(monkeypatch, seed)
        landed = Landing(importer).land(batches(records), workers=3, settings=settings)
        assert [record.line for batch in landed for record in batch] == [record.line for record in records]
        assert seed or team.most_busy > 1

    assert told(by_many, sources, **options) == told(one_by_one, sources, **options)
