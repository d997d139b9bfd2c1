"""Feeding the import engine in tests."""

from typing import Any

from products.exchange.importing import Importer
from products.exchange.mapping import SourceMapping, compile_mapping
from products.exchange.records import Record
from products.listings.rows import load
from products.models import Product


def land(*sources: Any, mapping: dict[str, Any] | None = None, **options: Any) -> list[Record]:
    """The records of some sources, landed in one batch; `mapping` is given as the tables of its TOML."""
    records = [Record(line, source) for line, source in enumerate(sources, start=1)]
    compiled: SourceMapping | None = compile_mapping(mapping) if mapping else None
    Importer(by=None, mapping=compiled, **options).land(records)
    return records


def outcomes(records: list[Record]) -> list[str]:
    """What became of records; those that failed by their faults, as `pointer code`."""
    return [
        ", ".join(f"{fault.pointer} {fault.code}" for fault in record.faults) or str(record.outcome)
        for record in records
    ]


def only_product() -> Product:
    """The one product there is, with all that belongs to it."""
    return load(Product.objects.all())[0]
