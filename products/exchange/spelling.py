"""Values of typed attributes as they stand in foreign files: options by their labels, numbers with their units.

A type says what is meant. What does not fit it stays as it is, for the write shape to refuse with its place.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from products.exchange.expressions import as_number, as_text, is_empty
from products.exchange.units import measured
from products.models import Attribute, Product
from products.models.naming import sort_key
from products.models.product_type import Definition, definitions

Values = dict[str, Any]


class Spelling:
    """How the values of one attribute are read; made once and used for many."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition

    def value(self, given: Any) -> Any:
        """The value that is meant; None for what is empty, except an empty text."""
        kind = self._definition.type
        if kind == Attribute.Type.TEXT:
            return given if given == "" or not is_empty(given) else None
        if is_empty(given):
            return None
        if kind == Attribute.Type.NUMBER:
            return self._number(given)
        if kind == Attribute.Type.OPTION:
            return self._option(given)
        return self._options(given) if kind == Attribute.Type.OPTIONS else given

    def _number(self, given: Any) -> Any:
        measure = measured(given)
        return measure[0] if measure and measure[1] == self._definition.unit else as_number(given)

    def _options(self, given: Any) -> Any:
        codes = [self._option(part) for part in (given if isinstance(given, list) else [given])]
        is_flat = all(isinstance(code, str) for code in codes)
        return list(dict.fromkeys(codes)) if is_flat else given

    def _option(self, given: Any) -> Any:
        word = as_text(given)
        if not isinstance(word, str):
            return given
        codes = self._codes
        return codes.get(word) or codes.get(word.strip()) or self._loose.get(sort_key(word.strip()), word)

    @cached_property
    def _codes(self) -> dict[str, str]:
        """Codes by label, and by themselves where no label is the same."""
        options = self._definition.options
        return {code: code for code in options} | {label: code for code, label in reversed(options.items())}

    @cached_property
    def _loose(self) -> dict[str, str]:
        """Codes by the sort keys of their labels, the first of each."""
        return {sort_key(label): code for code, label in reversed(self._definition.options.items())}


class TypedSpellings:
    """The spellings of some product types' attributes: two queries for all of them."""

    def __init__(self, type_ids: Iterable[int | None]) -> None:
        types = definitions({type_id for type_id in type_ids if type_id is not None})
        self._types: Mapping[int, dict[str, Spelling]] = {
            type_id: {code: Spelling(definition) for code, definition in known.items()}
            for type_id, known in types.items()
        }

    def applied(self, values: Values, product: Product | None = None) -> Values:
        """A record's values with the attributes as its type reads them; `product` is the one it means, if any."""
        named = values.get("product_type", product.product_type if product else None)
        known = self._types.get(named.pk) if named else None
        if not known:
            return values
        spelled = _spelled(values, known)
        if "variants" in values:
            spelled["variants"] = [_spelled(variant, known) for variant in values["variants"]]
        return spelled


def _spelled(values: Values, known: Mapping[str, Spelling]) -> Values:
    if "attributes" not in values:
        return dict(values)
    given = values["attributes"]
    return {**values, "attributes": {c: known[c].value(part) if c in known else part for c, part in given.items()}}
