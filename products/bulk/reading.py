"""From JSON values to items: what is wrong with each is found before anything is written."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from rest_framework.exceptions import ErrorDetail, ValidationError

from catalog_project.api.serializers import StrictSerializer
from catalog_project.errors import Fault, Invalid
from products.bulk.items import Item, Op, Resource, Values
from products.bulk.references import PromisedReferences
from products.bulk.shapes import SHAPES, BulkItemSerializer, as_ref, permissions_for, unsupported
from products.models import Brand, Category
from products.services.slugs import derive_slug

May = Callable[[str], bool]
SLUGGED: dict[str, type[Any]] = {Resource.BRAND: Brand, Resource.CATEGORY: Category}
# By what an upsert without `ref` finds the row that it means.
MATCHED_BY: dict[str, tuple[str, ...]] = {
    Resource.PRODUCT: ("external_id", "variants", "slug"),
    Resource.VARIANT: ("external_id", "sku"),
    Resource.BRAND: ("slug",),
    Resource.CATEGORY: ("slug",),
}


class ItemReader:
    """Validates the items of one call in their order; `may` tells whether the caller has a right."""

    def __init__(self, may: May) -> None:
        self._may = may
        self._rights: dict[str, bool] = {}
        self._references = PromisedReferences()
        self._envelope = BulkItemSerializer()
        # One serializer serves all items: making one costs more than using it.
        self._serializers: dict[tuple[str, str], StrictSerializer] = {}

    def read(self, sources: Sequence[Any], *, first: int = 0) -> list[Item]:
        """The items; what is wrong with one, or not allowed, is its failure. `first` is the index of the first."""
        self._references.look_up([data for source in sources if isinstance(data := _data(source), dict)])
        return [self._read(Item(index), source) for index, source in enumerate(sources, start=first)]

    def _read(self, item: Item, source: Any) -> Item:
        try:
            given = self._validated(item, source)
            self._refuse_without_right(item, source)
            if item.is_open:
                self._take_data(item, given)
        except ValidationError as error:
            item.refuse(error, below="")
        return item

    def _validated(self, item: Item, source: Any) -> Values:
        """The item without its data looked into."""
        given: Values = self._envelope.run_validation(source)
        item.op, item.resource = given["op"], given["resource"]
        item.ref, item.version = given.get("ref"), given.get("version")
        if (item.op, item.resource) not in SHAPES:
            raise unsupported(item.op, item.resource)
        if item.ref is not None and item.resource != Resource.VARIANT:
            item.ref = as_ref(item.ref)
        return given

    def _refuse_without_right(self, item: Item, source: Any) -> None:
        lacking = [right for right in permissions_for(item.op, item.resource, _data(source)) if not self._has(right)]
        if lacking:
            item.refuse_at("permission_denied", f"You lack the right {', '.join(lacking)}.")

    def _has(self, right: str) -> bool:
        if right not in self._rights:
            self._rights[right] = self._may(right)
        return self._rights[right]

    def _take_data(self, item: Item, given: Values) -> None:
        errors: dict[str, Any] = dict(_misplaced(item))
        try:
            item.values = self._serializer(item).run_validation(given.get("data", {}))
        except ValidationError as error:
            errors["data"] = error.detail
        if errors:
            raise ValidationError(errors)
        if item.op == Op.UPSERT and item.ref is None and not any(map(item.values.get, MATCHED_BY[item.resource])):
            names = " or ".join(MATCHED_BY[item.resource])
            item.refuse(Invalid([Fault("required", f"Give ref, or {names} in the data, to match by.", "")]))
        self._promise(item)

    def _serializer(self, item: Item) -> StrictSerializer:
        key = item.op, item.resource
        if key not in self._serializers:
            shape, is_patch = SHAPES[key]
            self._serializers[key] = shape(partial=is_patch, context={"references": self._references})
        return self._serializers[key]

    def _promise(self, item: Item) -> None:
        model = SLUGGED.get(item.resource)
        if model and "slug" in item.values:
            self._references.promise(model, item.values["slug"])
        elif model and item.op == Op.CREATE:
            self._references.promise(model, derive_slug(item.values["name"], kind=item.resource))


def _misplaced(item: Item) -> Iterator[tuple[str, list[ErrorDetail]]]:
    """What of ref and version is there without need, or is lacking."""
    if item.op == Op.CREATE:
        if item.ref is not None:
            yield "ref", [ErrorDetail("What is created has no ref yet.", "unknown_field")]
        if item.version is not None:
            yield "version", [ErrorDetail("What is created has no version yet.", "unknown_field")]
    elif item.op != Op.UPSERT and item.ref is None:
        yield "ref", [ErrorDetail("This field is required.", "required")]


def _data(source: Any) -> Any:
    return source.get("data") if isinstance(source, dict) else None
