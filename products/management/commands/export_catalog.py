"""`manage.py export_catalog FILE`: the whole catalog as NDJSON."""

import gzip
import os
import secrets
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error

from products.exchange.exporting import export_lines


class Command(BaseCommand):
    """Writes what `import_catalog` reads."""

    help = "Export brands, categories and products as NDJSON that import_catalog reads back into an identical catalog."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to."""
        parser.add_argument("file", metavar="FILE", help="gzipped when it ends in .gz; - writes standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the lines; FILE appears, or is replaced, when it is complete."""
        name = options["file"]
        try:
            if name == "-":
                sys.stdout.buffer.writelines(export_lines())
            else:
                with _replaced(Path(name)) as file:
                    file.writelines(export_lines())
        except OSError as error:
            raise CommandError(f"{name}: {error.strerror}.") from error
        except Error as error:
            raise CommandError(f"{name}: the database failed: {str(error).partition(chr(10))[0]}") from error


@contextmanager
def _replaced(path: Path) -> Iterator[IO[bytes]]:
    """A file beside the path that takes its place when all went well, so that a crash leaves no half file."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with partial.open("xb") as file:
        try:
            yield from _packed(file) if path.suffix == ".gz" else [file]
            file.flush()
            os.fsync(file.fileno())
            partial.replace(path)
        except BaseException:
            partial.unlink()
            raise


def _packed(file: IO[bytes]) -> Iterator[IO[bytes]]:
    # no name and time inside, so that equal catalogs give equal files
    with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as stream:
        yield stream  # type: ignore[misc]
