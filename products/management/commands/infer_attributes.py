"""`manage.py infer_attributes`: typed attributes for products whose attributes are free."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandError
from django.db import Error, reset_queries

from catalog_project.errors import DomainError
from products.exchange.free_products import Reading, observe_catalog, observe_file
from products.exchange.inference import Inference, Proposal, present_definitions
from products.exchange.json_schemas import load_hints
from products.exchange.mapping import load_mapping
from products.exchange.observing import Observations
from products.exchange.reading import SourceError, open_source
from products.exchange.retyping import Stayed, define, retype

NOTHING_DONE = 2
SHOWN = 10
Options = dict[str, Any]


class Command(BaseCommand):
    """Proposes product types and attributes; with --write it makes them and gives products their types."""

    help = (
        "Propose product types and typed attributes for products without a type, or for the records of FILE. Nothing "
        "is written without --write. Exit 0: all done, 1: some products stay without a type, 2: nothing done. "
        "See docs/imports.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to look at and what to do with what is found."""
        parser.add_argument("file", metavar="FILE", nargs="?", help="a file to look into in place of the catalog")
        parser.add_argument("--mapping", metavar="M.toml", help="where FILE has each field; FILE needs it")
        parser.add_argument("--type-by", metavar="KEY", help="the attribute that tells types apart, not the category")
        parser.add_argument("--schemas", metavar="PATH", help="JSON Schemas by type: choices, ranges and units")
        parser.add_argument("--flatten", action="store_true", help="make one attribute of each part of nested objects")
        parser.add_argument("--output", metavar="PATH", help="write the definitions there, for import_catalog")
        parser.add_argument(
            "--write", action="store_true", help="make the definitions, and type the catalog's products"
        )
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, propose, and write where that is asked for."""
        reading = Reading(options["type_by"], options["flatten"])
        try:
            met = self._observe(reading, options)
            hints = load_hints(options["schemas"]) if options["schemas"] else {}
            inference = Inference(met, hints=hints, present=present_definitions(), may_rename=not options["file"])
            proposal = inference.propose()
            self._put_out(proposal, options["output"])
        except SourceError as error:
            raise CommandError(str(error), returncode=NOTHING_DONE) from error
        report = _report(met, proposal)
        if options["write"]:
            report |= self._write(proposal, reading, options)
        self._tell(report, options)

    def _observe(self, reading: Reading, options: Options) -> Observations:
        if not options["file"]:
            if options["mapping"]:
                raise SourceError("--mapping needs the FILE that it maps.")
            return observe_catalog(reading)
        if not options["mapping"]:
            raise SourceError(f"{options['file']}: give --mapping.")
        with open_source(options["file"]) as source:
            return observe_file(source, load_mapping(options["mapping"]), reading)

    def _put_out(self, proposal: Proposal, path: str | None) -> None:
        if path:
            lines = b"".join(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in proposal.lines)
            try:
                Path(path).write_bytes(lines)
            except OSError as error:
                raise SourceError(f"{path}: {error.strerror}.") from error

    def _write(self, proposal: Proposal, reading: Reading, options: Options) -> Options:
        typed, stayed = 0, list[Stayed]()
        try:
            if refused := define(proposal, by=None):
                reasons = "; ".join(f"{r.source['code']}: {r.faults[0].detail}" for r in refused[:SHOWN])
                raise CommandError(
                    f"No product was typed, definitions were refused: {reasons}", returncode=NOTHING_DONE
                )
            for count, others in () if options["file"] else retype(proposal, reading, by=None):
                typed += count
                stayed += others
                reset_queries()  # with DEBUG on, Django would keep every statement
        except (Error, DomainError) as error:
            reason = str(error).partition("\n")[0]
            message = f"{reason}; {typed} products have been typed, run it again for the rest."
            raise CommandError(message, returncode=1 if typed else NOTHING_DONE) from error
        return {"typed": typed, "untyped": [_untyped(each) for each in stayed]}

    def _tell(self, report: Options, options: Options) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(report))
        else:
            self.stdout.writelines(f"{line}\n" for line in _words(report, is_written=options["write"]))
        if untyped := report.get("untyped"):
            raise CommandError(f"{len(untyped)} products stay without a type.", returncode=1)


def _report(met: Observations, proposal: Proposal) -> Options:
    """What was found and is proposed, in the form of --json."""
    return {
        "products": sum(met.products.values()) + met.without_kind,
        "without_type": met.without_kind,
        "types": [{"products": met.products[line["code"]], **_bare(line)} for line in proposal.types],
        "attributes": [_bare(line) for line in proposal.attributes],
        "left_out": [
            {"type": place.kind, "level": place.level, "key": place.key, "values": met.seen[place].rows, "reason": why}
            for place, why in sorted(proposal.left_out.items())
        ],
    }


def _bare(line: Options) -> Options:
    return {name: value for name, value in line.items() if name != "kind"}


def _untyped(stayed: Stayed) -> Options:
    faults = [{name: value for name, value in asdict(fault).items() if value is not None} for fault in stayed.faults]
    return {"product": stayed.slug, "errors": faults}


def _words(report: Options, *, is_written: bool) -> Iterator[str]:
    known = {attribute["code"]: attribute for attribute in report["attributes"]}
    for kind in report["types"]:
        yield f"{kind['code']} ({kind['name']}): {kind['products']} products"
        for link in kind["attributes"]:
            if attribute := known.get(link["attribute"]):
                yield f"  {link['level']:7} {_described(attribute)}"
    for left in report["left_out"]:
        place = f"{left['key']!r} of {left['type']} ({left['level']}, {left['values']} values)"
        yield f"left out: {place}: {left['reason']}"
    if report["without_type"]:
        yield f"{report['without_type']} products tell no type."
    for untyped in report.get("untyped", ())[:SHOWN]:
        reasons = " ".join(f"{fault['pointer']}: {fault['detail']}".removeprefix(": ") for fault in untyped["errors"])
        yield f"stays without a type: {untyped['product']}: {reasons}"
    counts = f"{len(report['types'])} types, {len(report['attributes'])} attributes"
    yield f"{counts}; {report['typed']} products typed." if is_written else f"{counts} proposed; nothing is written."


def _described(attribute: Options) -> str:
    parts = [attribute["code"], attribute["type"], attribute["unit"]]
    parts += [f"{len(attribute['options'])} options"] if attribute.get("options") else []
    parts += [name for name in ("filterable", "searchable") if attribute[name]]
    return " ".join(filter(None, parts))
