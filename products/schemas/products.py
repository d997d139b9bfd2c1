"""Write shapes of products."""

from collections.abc import Iterator
from typing import Any, ClassVar

from rest_framework import serializers

from catalog_project.api.serializers import StrictSerializer, TimeField
from catalog_project.errors import Fault
from products.models import Brand, Product, ProductType, ProductTypeAttribute
from products.models.product_type import definitions
from products.schemas import examples
from products.schemas.fields import AttributesField, description_field, external_id_field, name_field, slug_field
from products.schemas.references import CategoryReferences, Reference, References
from products.schemas.variants import MAX_VARIANTS, VariantWriteSerializer
from products.services.typed import Row, TypeRules

READ_ONLY = frozenset({"id", "price_range", "in_stock", "version", "created_at", "updated_at"})


class _ProductFields(StrictSerializer):
    description = description_field()
    slug = slug_field()
    published_from = TimeField(allow_null=True, required=False, help_text="Visible from then on; null: always.")
    published_until = TimeField(allow_null=True, required=False, help_text="Visible before then; null: for ever.")
    product_type = Reference(model=ProductType, allow_null=True, required=False, help_text="Its code.")
    brand = Reference(model=Brand, allow_null=True, required=False)
    categories = CategoryReferences(required=False)
    attributes = AttributesField(required=False)
    external_id = external_id_field()


@examples.write_example(examples.PRODUCT_WRITE)
class ProductWriteSerializer(_ProductFields):
    """A new product with its variants."""

    read_only_names: ClassVar = READ_ONLY

    name = name_field()
    status = serializers.ChoiceField(choices=[Product.Status.DRAFT.value, Product.Status.ACTIVE.value], required=False)
    variants = VariantWriteSerializer(many=True, required=False, max_length=MAX_VARIANTS)  # type: ignore[call-arg]


@examples.write_example(examples.PRODUCT_PATCH)
class ProductPatchSerializer(_ProductFields):
    """A merge patch of a product. Variants have URLs of their own, the status changes by acts."""

    read_only_names: ClassVar = READ_ONLY | {"status", "variants"}

    name = name_field(required=False)


def attribute_faults(body: Any) -> list[Fault]:
    """What in a new product's attributes does not fit the type that its body names, for a body refused anyway.

    One that is right otherwise is checked as it is written, by rules that nobody can change meanwhile.
    """
    code = body.get("product_type") if isinstance(body, dict) else None
    if not isinstance(code, str):
        return []
    types = [found.pk for found in References().find(ProductType, [code]).values()]
    rules = TypeRules(definitions(types))
    return [fault for type_id in types for row in _rows(body) for fault in rules.faults(type_id, row)]


def _rows(body: Any) -> Iterator[Row]:
    """The product and the variants of a body, as far as these are what they should be."""
    variants = body.get("variants")
    yield from _row(body, ProductTypeAttribute.Level.PRODUCT, "")
    for index, variant in enumerate(variants[:MAX_VARIANTS] if isinstance(variants, list) else ()):
        yield from _row(variant, ProductTypeAttribute.Level.VARIANT, f"/variants/{index}")


def _row(values: Any, level: str, pointer: str) -> Iterator[Row]:
    attributes = values.get("attributes", {}) if isinstance(values, dict) else None
    if isinstance(attributes, dict):
        given = {name: value for name, value in attributes.items() if value is not None}
        yield Row(given, None, level, pointer)
