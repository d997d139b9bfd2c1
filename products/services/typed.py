"""Typed attributes: whether what an edit sets fits the product's type.

A write is checked in what it sets or removes; in everything when it makes a row or gives it another type. So an edit
of other things never fails because of attributes that were right under older rules.
"""

import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from catalog_project.errors import Fault, Invalid
from catalog_project.suggestions import closest
from products.models import Attribute, Product, ProductTypeAttribute
from products.models.product_type import Definition, definitions, lock_rules
from products.services.staging import ProductEdit, VariantEdit

Level = ProductTypeAttribute.Level
Required = ProductTypeAttribute.Required

MAX_TEXT = 1_000
# A suggestion is a courtesy that takes time to find, and so is a long list of faults: no more, whatever somebody sends.
MAX_SUGGESTIONS = 20
MAX_STRANGERS = 100
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
PLACE_OF = {Level.PRODUCT: "of products, not of variants", Level.VARIANT: "of variants, not of products"}


@dataclass(frozen=True)
class Row:
    """The attributes of a product or variant, and which of them are to be checked: None for every one.

    `is_active` tells whether it can be seen already, so that what publishing demands must not go.
    """

    attributes: Mapping[str, Any]
    codes: Collection[str] | None
    level: str
    pointer: str = ""
    is_active: bool = False

    @property
    def is_checked(self) -> bool:
        """Whether there is anything to check."""
        return self.codes is None or bool(self.codes)


class TypeRules:
    """The attributes of some product types, read once for a call or a batch."""

    def __init__(self, types: Mapping[int, Mapping[str, Definition]]) -> None:
        self._types = types
        self._demanding = {
            type_id: [definition for definition in known.values() if definition.required != Required.NEVER]
            for type_id, known in types.items()
        }
        self._suggestions: dict[tuple[str, Collection[str]], str | None] = {}

    def faults(self, type_id: int, row: Row) -> Iterator[Fault]:
        """What is wrong with a row's attributes, each with its pointer."""
        if not row.is_checked:
            return
        known = self._types.get(type_id, {})
        codes = [code for code in row.attributes if row.codes is None or code in row.codes]
        fitting = {code for code in codes if code in known and known[code].level == row.level}
        for code in islice((code for code in codes if code not in fitting), MAX_STRANGERS):
            yield self._stranger(known, code, row)
        for code in codes:
            if code in fitting:
                yield from self._value_faults(known[code], row.attributes[code], _pointer(row, code))
        yield from self.missing(type_id, row)

    def missing(self, type_id: int, row: Row, *, to_publish: bool = False) -> Iterator[Fault]:
        """The attributes that a row must have and has not; with `to_publish`, that an active one must have."""
        for definition in self._demanding.get(type_id, ()):
            if definition.level != row.level or row.attributes.get(definition.code) not in (None, "", []):
                continue
            if _demands(definition, row) or to_publish:
                yield Fault("required", f"{_named(definition)} is required.", _pointer(row, definition.code))

    def _stranger(self, known: Mapping[str, Definition], code: str, row: Row) -> Fault:
        if code in known:
            sentence = f"{_named(known[code])} is an attribute {PLACE_OF[Level(known[code].level)]}."
            return Fault("unknown_attribute", sentence, _pointer(row, code))
        sentence = f"The product type has no attribute {code[:100]!a}."
        candidates = tuple(other.code for other in known.values() if other.level == row.level)
        return Fault("unknown_attribute", sentence, _pointer(row, code), None, self._closest(code, candidates))

    def _value_faults(self, definition: Definition, value: Any, pointer: str) -> Iterator[Fault]:
        if definition.type == Attribute.Type.OPTIONS and _is_texts(value):
            yield from self._list_faults(definition, value, pointer)
        elif definition.type == Attribute.Type.OPTION and isinstance(value, str):
            yield from self._option_faults(definition, value, pointer)
        elif not FITS[definition.type](value):
            yield Fault("invalid", f"{_named(definition)} must be {FORMS[definition.type]}.", pointer)
        elif definition.type == Attribute.Type.NUMBER:
            yield from _range_faults(definition, value, pointer)
        elif definition.type == Attribute.Type.TEXT and len(value) > MAX_TEXT:
            yield Fault("max_length", f"{_named(definition)} must not exceed {MAX_TEXT} characters.", pointer)

    def _list_faults(self, definition: Definition, values: list[str], pointer: str) -> Iterator[Fault]:
        seen: set[str] = set()
        for index, value in enumerate(values[: len(definition.options) + MAX_STRANGERS]):
            if value in seen:
                yield Fault("duplicate", "This option is named twice.", f"{pointer}/{index}")
            else:
                yield from self._option_faults(definition, value, f"{pointer}/{index}")
            seen.add(value)

    def _option_faults(self, definition: Definition, value: str, pointer: str) -> Iterator[Fault]:
        if value not in definition.options:
            suggestion = self._closest(value, tuple(definition.options))
            sentence = f"{_named(definition)} has no option {value[:100]!a}."
            yield Fault("unknown_value", sentence, pointer, None, suggestion)

    def _closest(self, word: str, known: tuple[str, ...]) -> str | None:
        key = (word[:100], known)
        if key not in self._suggestions and len(self._suggestions) < MAX_SUGGESTIONS:
            self._suggestions[key] = closest(word, known)
        return self._suggestions.get(key)


def rules_for(type_ids: Iterable[int | None]) -> TypeRules:
    """The rules of product types, which then stay as they are until the transaction ends.

    Comes after the locks of products that are there already: who changes rules waits for no product.
    """
    wanted = {type_id for type_id in type_ids if type_id is not None}
    if wanted:
        lock_rules(wanted, alone=False)
    return TypeRules(definitions(wanted) if wanted else {})


def rules_of(products: Iterable[Product], batch: Iterable[Mapping[str, Any]]) -> TypeRules:
    """The rules for edits of locked products, whose `product_type` the values of a batch may change."""
    new = (values["product_type"].pk for values in batch if values.get("product_type"))
    return rules_for([*(product.product_type_id for product in products), *new])


def require_valid(edit: ProductEdit, rules: TypeRules | None = None) -> None:
    """Raise Invalid with every attribute that does not fit the type; without `rules` they are read where needed."""
    product = edit.product
    if product.product_type_id is None:
        return
    rows = [row for row in _rows(edit) if row.is_checked]
    if rows:
        rules = rules or rules_for([product.product_type_id])
        faults = [fault for row in rows for fault in rules.faults(product.product_type_id, row)]
        if faults:
            raise Invalid(faults)


def missing_to_publish(edit: ProductEdit, rules: TypeRules | None = None) -> list[Fault]:
    """The attributes that a product and its variants lack to be active."""
    type_id = edit.product.product_type_id
    if type_id is None:
        return []
    rules = rules or rules_for([type_id])
    rows = [_product_row(edit, everything=True), *_variant_rows(edit, everything=True)]
    return [fault for row in rows for fault in rules.missing(type_id, row, to_publish=True)]


def _rows(edit: ProductEdit) -> list[Row]:
    everything = edit.is_new or "product_type" in edit.fields
    return [_product_row(edit, everything=everything), *_variant_rows(edit, everything=everything)]


def _product_row(edit: ProductEdit, *, everything: bool) -> Row:
    codes = None if everything else edit.codes
    return Row(edit.product.attributes, codes, Level.PRODUCT, is_active=edit.was_active)


def _variant_rows(edit: ProductEdit, *, everything: bool) -> Iterator[Row]:
    edited = {id(staged.variant): staged for staged in edit.variants}
    changed = [staged.variant for staged in edit.variants]
    present = edit.product.variants.all() if everything and not edit.is_new else changed
    for index, variant in enumerate(present):
        staged = edited.get(id(variant)) or VariantEdit(variant, pointer=f"/variants/{index}")
        codes = None if everything else staged.codes
        yield Row(variant.attributes, codes, Level.VARIANT, staged.pointer, edit.was_active)
    for staged in edit.new_variants:
        yield Row(staged.variant.attributes, None, Level.VARIANT, staged.pointer, edit.was_active)


def _demands(definition: Definition, row: Row) -> bool:
    """Whether a row must have an attribute: what publishing needs must not be taken from what is active."""
    if definition.required == Required.TO_PUBLISH:
        return row.is_active and (row.codes is None or definition.code in row.codes)
    return definition.required == Required.ALWAYS


def _range_faults(definition: Definition, value: float, pointer: str) -> Iterator[Fault]:
    least, most = definition.min, definition.max
    if least is not None and value < least:
        yield Fault("min_value", f"{_named(definition)} must be at least {_amount(least, definition.unit)}.", pointer)
    if most is not None and value > most:
        yield Fault("max_value", f"{_named(definition)} must be at most {_amount(most, definition.unit)}.", pointer)


def _amount(number: float, unit: str) -> str:
    return f"{number:.15g} {unit}".rstrip()


def _named(definition: Definition) -> str:
    return f"{definition.name} ({definition.code})"


def _pointer(row: Row, code: str) -> str:
    """Where a code stands in the body, as a JSON Pointer (RFC 6901)."""
    token = code.replace("~", "~0").replace("/", "~1")
    return f"{row.pointer}/attributes/{token}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_date(value: Any) -> bool:
    if not isinstance(value, str) or not DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


FITS: dict[str, Callable[[Any], bool]] = {
    Attribute.Type.TEXT: lambda value: isinstance(value, str),
    Attribute.Type.NUMBER: _is_number,
    Attribute.Type.BOOLEAN: lambda value: isinstance(value, bool),
    Attribute.Type.DATE: _is_date,
    Attribute.Type.OPTION: lambda value: isinstance(value, str),
    Attribute.Type.OPTIONS: _is_texts,
}
FORMS: dict[str, str] = {
    Attribute.Type.TEXT: "a text",
    Attribute.Type.NUMBER: "a JSON number",
    Attribute.Type.BOOLEAN: "true or false",
    Attribute.Type.DATE: "a date such as 2030-01-31",
    Attribute.Type.OPTION: "the code of an option",
    Attribute.Type.OPTIONS: "a list of codes of options",
}
