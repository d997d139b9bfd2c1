"""JSON Schemas as hints about attributes: choices, ranges and units that data alone does not tell."""

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from products.exchange.codes import attribute_code
from products.exchange.reading import SourceError
from products.exchange.units import described_unit


@dataclass(frozen=True)
class Hint:
    """What a schema says of one property: choices in their order, range, unit and title."""

    choices: tuple[str, ...] = ()
    min: float | None = None
    max: float | None = None
    unit: str = ""
    title: str = ""


Hints = Mapping[str, Mapping[str, Hint]]
NO_HINT = Hint()


def load_hints(name: str) -> Hints:
    """The hints of a file of schemas by kind and attribute code. Raises SourceError naming the file."""
    try:
        data = Path(name).read_bytes()
        schemas = json.loads(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)
    except OSError as error:
        raise SourceError(f"{name}: {error.strerror or error}.") from error
    except (ValueError, EOFError) as error:
        raise SourceError(f"{name}: it is not JSON.") from error
    if not isinstance(schemas, dict):
        raise SourceError(f"{name}: it holds no JSON Schemas by product type.")
    return hints_of(schemas)


def hints_of(schemas: Mapping[str, Any]) -> Hints:
    """The hints of schemas that are given by the name of the kind they describe."""
    return {attribute_code(kind): dict(_hints(schema, ())) for kind, schema in schemas.items()}


def _hints(schema: Any, above: tuple[str, ...]) -> Iterator[tuple[str, Hint]]:
    properties = schema.get("properties") if isinstance(schema, dict) else None
    for name, below in properties.items() if isinstance(properties, dict) else ():
        if isinstance(below, dict) and "properties" in below:
            yield from _hints(below, (*above, name))
        elif isinstance(below, dict):
            yield attribute_code("_".join((*above, name))), _hint(below)


def _hint(schema: Mapping[str, Any]) -> Hint:
    items = schema.get("items")
    choices = schema.get("enum", items.get("enum") if isinstance(items, dict) else None)
    return Hint(
        choices=tuple(choice for choice in choices or () if isinstance(choice, str) and choice.strip()),
        min=_number(schema.get("minimum")),
        max=_number(schema.get("maximum")),
        unit=_unit(schema),
        title=schema["title"] if isinstance(schema.get("title"), str) else "",
    )


def _unit(schema: Mapping[str, Any]) -> str:
    given = schema.get("unit")
    return given if isinstance(given, str) else described_unit(str(schema.get("description") or ""))


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
