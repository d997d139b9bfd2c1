"""The engine of every import: takes records batch by batch and says what became of each.

The command feeds it from a file; whoever else has records may do the same.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby, islice
from typing import Any

from django.db import transaction
from rest_framework.exceptions import ValidationError
from rest_framework.serializers import Serializer

from catalog_project.api.exceptions import faults_of
from catalog_project.api.serializers import unknown_value
from catalog_project.errors import Fault
from catalog_project.jobs.positions import START, Position
from products.exchange.claims import Claims, claims_of, named
from products.exchange.csv_rows import group_rows, read_csv
from products.exchange.definitions import AttributeWriter, ProductTypeWriter
from products.exchange.mapping import SourceMapping
from products.exchange.matching import find_matches
from products.exchange.reading import Source, SourceError, numbered_lines, read_ndjson
from products.exchange.records import Record
from products.exchange.references import MAX_WORDS, NameReferences, SlugReferences
from products.exchange.shapes import ProductRecordSerializer
from products.exchange.taxonomy import BrandWriter, CategoryWriter, TaxonomyWriter
from products.exchange.upsert import ProductWriter
from products.models import Brand, Category, ProductType
from products.schemas.attributes import AttributeWriteSerializer, ProductTypeWriteSerializer
from products.schemas.taxonomy import BrandWriteSerializer, CategoryWriteSerializer
from products.services.actor import Actor

PRODUCT = "product"
WRITERS: dict[str, tuple[type[TaxonomyWriter], type[Serializer[Any]]]] = {
    "attribute": (AttributeWriter, AttributeWriteSerializer),
    "product_type": (ProductTypeWriter, ProductTypeWriteSerializer),
    "brand": (BrandWriter, BrandWriteSerializer),
    "category": (CategoryWriter, CategoryWriteSerializer),
}
KINDS = (PRODUCT, *WRITERS)


class Importer:
    """Writes records in the write shape, or in whatever shape `mapping` reads.

    `create_missing` creates the brands and categories that records name and the catalog lacks. `kinds` are those that
    may be written: a record of another one fails for want of the right.
    """

    def __init__(
        self,
        *,
        by: Actor | None,
        mapping: SourceMapping | None = None,
        create_missing: bool = False,
        kinds: Collection[str] = KINDS,
    ) -> None:
        self.mapping, self.kinds = mapping, kinds
        remember = NameReferences if mapping else SlugReferences
        self._references = remember(by=by, create_missing=create_missing)
        self._products = ProductWriter(by=by, references=self._references, is_foreign=mapping is not None)
        self._writers = {kind: writer(by=by, references=self._references) for kind, (writer, _) in WRITERS.items()}
        context = {"references": self._references}
        # One serializer serves all records: making one costs more than using it.
        self._serializers: dict[str, Serializer[Any]] = {
            PRODUCT: ProductRecordSerializer(context=context),
            **{kind: serializer(context=context) for kind, (_, serializer) in WRITERS.items()},
        }

    def land(self, batch: Sequence[Record]) -> Sequence[Record]:
        """Write a batch; each record leaves with its outcome, failed ones with their faults.

        Each record is written entirely or not at all. Raises what is no record's fault, such as a lost database.
        """
        self._references.look_again()
        readable = [(self.kind(record), record) for record in batch if record.outcome is None]
        for kind, group in groupby(readable, key=lambda pair: pair[0]):
            self._land(kind, [record for _, record in group])
        return batch

    def _land(self, kind: str, records: Sequence[Record]) -> None:
        for record in records:
            record.is_product = kind == PRODUCT
            if kind not in KINDS:
                record.fail(faults_of({"kind": [unknown_value(kind, KINDS, "The kind")]}))
            elif kind not in self.kinds:
                record.fail([Fault("permission_denied", f"You may not write a record of the kind {kind}.", "/kind")])
        if kind == PRODUCT and kind in self.kinds:
            self._products.write(self._validate(kind, records))
        elif kind in self.kinds:
            self._land_one_by_one(kind, records)

    def _land_one_by_one(self, kind: str, records: Sequence[Record]) -> None:
        """What a line names may stand in the line before: a category's parent. Those of a batch share a transaction."""
        with transaction.atomic():
            for record in records:
                self._references.look_again()
                for valid in self._validate(kind, [record]):
                    self._writers[kind].write(valid)
        self._references.forget()

    def claims(self, documents: Sequence[tuple[Record, Any]]) -> Iterator[Claims]:
        """What products lay claim to, as far as the catalog tells now."""
        self._references.look_again()
        self._remember([document for _, document in documents])
        for record, document in documents:
            record.values = named(document, self._references)
        matches = find_matches([record for record, _ in documents])
        return (claims_of(record.values, matches, self._references) for record, _ in documents)

    def kind(self, record: Record) -> str:
        """What a record is to write."""
        if self.mapping or not isinstance(record.source, dict):
            return PRODUCT
        return str(record.source.get("kind", PRODUCT))

    def _validate(self, kind: str, records: Sequence[Record]) -> list[Record]:
        documents = [self.document(record) for record in records]
        self._remember(documents)
        for record, document in zip(records, documents, strict=True):
            try:
                record.values = self._serializers[kind].run_validation(document)
            except ValidationError as error:
                record.fail(faults_of(error.detail))
            else:
                if kind == PRODUCT and (fault := _unmatchable(record.values)):
                    record.fail([fault])
        return [record for record in records if record.outcome is None]

    def document(self, record: Record) -> Any:
        """A record in the write shape; nothing has looked into it yet."""
        if self.mapping:
            return self.mapping.document(record.source)
        if isinstance(record.source, dict) and "kind" in record.source:
            return {name: value for name, value in record.source.items() if name != "kind"}
        return record.source

    def _remember(self, documents: Sequence[Any]) -> None:
        """Look up what all of them name at once."""
        found = [document for document in documents if isinstance(document, dict)]
        self._references.find(Brand, _texts(document.get("brand") for document in found))
        self._references.find(ProductType, _texts(document.get("product_type") for document in found))
        lists = (document.get("categories") for document in found)
        self._references.find(Category, _texts(word for words in lists if isinstance(words, list) for word in words))


def read_records(source: Source, mapping: SourceMapping | None, start: Position = START) -> Iterator[Record]:
    """The records of a file that is at its start, from `start` on.

    Raises SourceError for CSV without a mapping, or without the columns that it needs.
    """
    try:
        yield from _read_csv(source, mapping, start) if _is_csv(source, mapping) else read_ndjson(source.stream, start)
    except SourceError as error:
        raise SourceError(f"{source.name}: {error}") from error


def count_records(source: Source, mapping: SourceMapping | None) -> int:
    """How many records `read_records` would give. Raises SourceError as it does."""
    if _is_csv(source, mapping):
        return sum(1 for _ in read_records(source, mapping))
    return sum(1 for line, _ in numbered_lines(source.stream) if line is None or line.strip())


def _is_csv(source: Source, mapping: SourceMapping | None) -> bool:
    return mapping.format == "csv" if mapping and mapping.format else source.is_csv


def _read_csv(source: Source, mapping: SourceMapping | None, start: Position) -> Iterator[Record]:
    if mapping is None:
        raise SourceError("CSV needs a mapping: give --mapping.")
    rows = read_csv(source.stream, delimiter=mapping.delimiter, start=start)
    return group_rows(rows, by=mapping.group, starts=mapping.starts) if mapping.group else rows


def _texts(words: Any) -> set[str]:
    return set(islice((word for word in words if isinstance(word, str)), MAX_WORDS))


def _unmatchable(values: dict[str, Any]) -> Fault | None:
    """The fault of a record that could never be found again: running the import twice would create it twice."""
    for index, variant in enumerate(values.get("variants", ())):
        if not variant.get("sku") and not variant.get("external_id"):
            return Fault("required", "Give a variant's SKU or its external_id.", f"/variants/{index}/sku")
    if values.get("external_id") or values.get("variants") or values.get("slug"):
        return None
    reason = "Give an external_id, a variant or a slug: by one of them the product is found again."
    return Fault("required", reason, "")
