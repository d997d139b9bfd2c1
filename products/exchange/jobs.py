"""Imports as jobs: the engine of `import_catalog` over an upload."""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import IO, Any, cast

from django.contrib.auth import get_user_model

from catalog_project.jobs.kinds import Batch, Failure, JobRefused, Landed
from catalog_project.jobs.models import Job
from catalog_project.jobs.positions import Position
from products.exchange.importing import Importer, count_records, read_records
from products.exchange.mapping import SourceMapping
from products.exchange.mappings import load_named_mapping
from products.exchange.reading import Source, SourceError, unpacked
from products.exchange.records import Outcome, Record, Summary, batches
from products.exchange.rejects import reject_line
from products.exchange.rights import kinds_open_to, may_import

KIND = "import"
CSV, NDJSON = "csv", "ndjson"
Options = Mapping[str, Any]


class ImportKind:
    """An import, batch by batch with the rights that its owner has then.

    Options: `format` (CSV or NDJSON), `mapping` (a name or None), `create_missing`.
    """

    def __init__(self, job: Job) -> None:
        self._job, self._options = job, job.options
        self._importer: Importer | None = None
        with _refusing():
            self._mapping = _mapping(self._options)

    def count(self, file: IO[bytes]) -> int:
        """How many records there are."""
        with _refusing():
            return count_records(self._source(file), self._mapping)

    def batches(self, file: IO[bytes], start: Position) -> Iterator[Batch]:
        """The records in portions that fit into memory."""
        with _refusing():
            for batch in batches(read_records(self._source(file), self._mapping, start)):
                yield Batch(batch, cast(Position, batch[-1].end))

    def land(self, items: Sequence[Record]) -> Landed:
        """Write a batch through the importer."""
        importer, summary = self._entitled_importer(), Summary()
        for record in importer.land(items):
            summary.count(record)
        failed = [record for record in items if record.outcome is Outcome.FAILED]
        return Landed([Failure(record.line, reject_line(record)) for record in failed], asdict(summary))

    def _entitled_importer(self) -> Importer:
        owner: Any = get_user_model().objects.filter(pk=self._job.owner_id).first()
        create_missing = bool(self._options["create_missing"])
        if owner is None or not may_import(owner, create_missing=create_missing):
            raise JobRefused("Its owner may not import any more.")
        if self._importer is None:
            self._importer = Importer(by=owner, mapping=self._mapping, create_missing=create_missing)
        self._importer.kinds = kinds_open_to(owner)
        return self._importer

    def _source(self, file: IO[bytes]) -> Source:
        stream = unpacked(cast(io.BufferedReader, file))
        return Source("The upload", stream, file, self._job.size, is_csv=self._options["format"] == CSV)


def _mapping(options: Options) -> SourceMapping | None:
    """The mapping that was named; what the upload's media type said stands above what its file says."""
    if options["mapping"] is None:
        return None
    return replace(load_named_mapping(options["mapping"]), format=options["format"])


@contextmanager
def _refusing() -> Iterator[None]:
    """What is wrong with the file as a whole ends the job."""
    try:
        yield
    except SourceError as error:
        raise JobRefused(str(error)) from error
