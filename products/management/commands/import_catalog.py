"""`manage.py import_catalog FILE`: products, brands and categories from NDJSON or CSV."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error, reset_queries, transaction
from tqdm import tqdm

from catalog_project.garbage import collecting_seldom
from catalog_project.processes import worth_starting
from products.exchange.import_workers import Landing, Settings
from products.exchange.importing import Importer, read_records
from products.exchange.mapping import load_mapping
from products.exchange.reading import Source, SourceError, open_source
from products.exchange.records import Outcome, Record, Summary, batches
from products.exchange.rejects import write_reject
from products.management.workers import add_workers, can_have_workers

NOTHING_DONE = 2
SHOWN = 10


class Command(BaseCommand):
    """Reads a file through the import engine."""

    help = (
        "Import products, brands and categories from NDJSON, or from any NDJSON or CSV through a mapping. "
        "Exit 0: all landed, 1: some rows failed, 2: nothing done. See docs/imports.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file and what to do with it."""
        parser.add_argument("file", metavar="FILE", help="NDJSON or CSV, may be gzipped; - reads standard input")
        parser.add_argument("--mapping", metavar="M.toml", help="where FILE has each field; the API's shape without it")
        parser.add_argument("--create-missing", action="store_true", help="create unknown brands and categories")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")
        parser.add_argument("--errors", metavar="PATH", help="write failed rows there, with their reasons, as NDJSON")
        add_workers(parser)
        parser.add_argument("--json", action="store_true", help="print the summary as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, then say what became of it."""
        self.summary, self.rows, self.line, self.reasons = Summary(), 0, 0, list[str]()
        self.landing: Landing | None = None
        try:
            self._import(options)
        except SourceError as error:
            raise CommandError(str(error), returncode=NOTHING_DONE) from error
        except (Error, OSError, KeyboardInterrupt) as error:
            raise self._interrupted(error, options) from error
        self._report(options)

    def _import(self, options: dict[str, Any]) -> None:
        mapping = load_mapping(options["mapping"]) if options["mapping"] else None
        importer = Importer(by=None, mapping=mapping, create_missing=options["create_missing"])
        with (
            open_source(options["file"]) as source,
            _error_file(options["errors"], options["file"]) as errors,
            tqdm(total=source.size, unit="B", unit_scale=True, disable=not sys.stderr.isatty()) as bar,
            _dry_run() if options["dry_run"] else nullcontext(),
            collecting_seldom(),
        ):
            for batch in self._landed(importer, source, options):
                self._note(batch, errors)
                bar.update(source.position() - bar.n)
                reset_queries()  # with DEBUG on, Django would keep every statement

    def _landed(self, importer: Importer, source: Source, options: dict[str, Any]) -> Iterator[Sequence[Record]]:
        """Batch by batch, by more processes as soon as they are known to pay."""
        waiting = batches(read_records(source, importer.mapping))
        wanted = (options.get("workers") if can_have_workers() else 1) or 0
        while not wanted or wanted == 1:
            if (batch := next(waiting, None)) is None:
                return
            yield importer.land(batch)
            if not wanted and (workers := worth_starting(self._expected(source))) > 1:
                wanted = workers
        self.landing = Landing(importer)
        settings = Settings(importer.mapping is not None, options["create_missing"])
        yield from self.landing.land(waiting, workers=wanted, settings=settings)

    def _expected(self, source: Source) -> int:
        """How many rows there will be, as far as the part that has been read tells."""
        return self.rows * source.size // source.position() if source.size else self.rows

    def _note(self, batch: Sequence[Record], errors: IO[bytes] | None) -> None:
        for record in batch:
            self.summary.count(record)
            if record.outcome is Outcome.FAILED:
                self._note_failure(record, errors)
        self.rows += len(batch)
        self.line = batch[-1].line if batch else self.line

    def _note_failure(self, record: Record, errors: IO[bytes] | None) -> None:
        if errors:
            write_reject(errors, record)
        if len(self.reasons) < SHOWN:
            faults = (f"{fault.pointer}: {fault.detail}".removeprefix(": ") for fault in record.faults)
            self.reasons.append(f"line {record.line}: {' '.join(faults)}")

    def _report(self, options: dict[str, Any]) -> None:
        counts = asdict(self.summary)
        words = "Dry run: " * options["dry_run"] + ", ".join(f"{count} {name}" for name, count in counts.items())
        self.stdout.write(json.dumps(counts) if options["json"] else words)
        for reason in self.reasons:
            self.stderr.write(reason)
        if not self.rows:
            raise CommandError(f"{options['file']}: there is nothing in it.", returncode=NOTHING_DONE)
        if failed := self.summary.failed:
            place = f": see {options['errors']}." if options["errors"] else "; --errors PATH keeps them all."
            code = NOTHING_DONE if failed == self.rows else 1
            raise CommandError(f"{options['file']}: {failed} of {self.rows} rows failed{place}", returncode=code)

    def _interrupted(self, error: BaseException, options: dict[str, Any]) -> CommandError:
        reason = str(error).partition("\n")[0] or "stopped"
        landed = not options["dry_run"] and (self.rows or (self.landing and self.landing.has_landed))
        advice = (
            "the rows up to there have landed, run it again for the rest." if landed else "nothing has been changed."
        )
        message = f"{options['file']}: {reason} after line {self.line}; {advice}"
        return CommandError(message, returncode=1 if landed else NOTHING_DONE)


@contextmanager
def _error_file(path: str | None, source: str) -> Iterator[IO[bytes] | None]:
    """The file for failed rows, empty at first. Raises SourceError where it cannot be written."""
    if path is None:
        yield None
        return
    if Path(path).exists() and source != "-" and Path(path).samefile(source):
        raise SourceError(f"{path}: failed rows cannot be written over the file that is imported.")
    try:
        Path(path).write_bytes(b"")
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}.") from error
    with Path(path).open("ab") as file:
        yield file


@contextmanager
def _dry_run() -> Iterator[None]:
    """Everything happens, in one transaction, and is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
