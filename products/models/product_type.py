"""Product types: which attributes products of a kind have, on themselves and on their variants."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from django.db import connection, models
from django.db.models import Q

from catalog_project.models import CodeField, DerivedField, TimestampedModel, VersionedModel
from products.models import naming
from products.models.attribute import CODE_PATTERN, Attribute, AttributeOption, validate_code

RULES_LOCK = 0x72756C65  # "rule", as the first number for pg_advisory_xact_lock


class ProductType(VersionedModel):
    """A kind of product. What is of this type takes its attributes and no others."""

    code = CodeField(max_length=naming.CODE_LENGTH, validators=[validate_code])
    name = models.CharField(max_length=naming.NAME_LENGTH)
    name_key = DerivedField(source="name", derive=naming.sort_key)

    class Meta:
        constraints: ClassVar = [
            naming.unique("code", name="product_type_code_unique", what="A product type with this code"),
            naming.code_matches(CODE_PATTERN, validate_code, name="product_type_code_form"),
            naming.not_blank("name", name="product_type_name_not_blank"),
        ]
        indexes: ClassVar = [
            models.Index("name_key", "id", name="product_type_by_name"),  # product-types/?ordering=name
            models.Index("created_at", "id", name="product_type_by_created"),  # product-types/, newest first
        ]

    def __str__(self) -> str:
        return self.name

    def ordered_links(self) -> "list[ProductTypeAttribute]":
        """Its attributes in their order; sorted here so that prefetched ones cost no query."""
        return sorted(self.attribute_links.all(), key=lambda link: (link.position, link.pk))


class ProductTypeAttribute(TimestampedModel):
    """An attribute's place in a product type."""

    class Level(models.TextChoices):
        """Who has the value."""

        PRODUCT = "product"
        VARIANT = "variant"

    class Required(models.TextChoices):
        """When there must be a value."""

        NEVER = "never"
        TO_PUBLISH = "to_publish"
        ALWAYS = "always"

    product_type = models.ForeignKey(ProductType, on_delete=models.CASCADE, related_name="attribute_links")
    attribute = models.ForeignKey(Attribute, on_delete=models.PROTECT, related_name="type_links")
    level = models.CharField(max_length=7, choices=Level, default=Level.PRODUCT)
    required = models.CharField(max_length=10, choices=Required, default=Required.NEVER)
    position = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product_type", "attribute"],
                name="product_type_attribute_unique",
                violation_error_code="duplicate",
                violation_error_message="The product type has this attribute already.",
            ),
            models.CheckConstraint(
                condition=Q(level__in=["product", "variant"]),
                name="product_type_attribute_level_known",
                violation_error_code="invalid_choice",
                violation_error_message="The level must be product or variant.",
            ),
            models.CheckConstraint(
                condition=Q(required__in=["never", "to_publish", "always"]),
                name="product_type_attribute_required_known",
                violation_error_code="invalid_choice",
                violation_error_message="required must be never, to_publish or always.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attribute_id} of {self.product_type_id}"


@dataclass(frozen=True)
class Definition:
    """An attribute as it stands in one product type: all that decides how its values are checked, found and shown.

    `options` are labels by code, in their order; empty for attributes that take none.
    """

    code: str
    name: str
    type: str
    unit: str
    filterable: bool
    searchable: bool
    min: float | None
    max: float | None
    level: str
    required: str
    options: dict[str, str]


def definitions(type_ids: Iterable[int]) -> dict[int, dict[str, Definition]]:
    """The attributes of product types, by the type's id and the attribute's code, in their order. Two queries."""
    types: dict[int, dict[str, Definition]] = {type_id: {} for type_id in type_ids}
    links = ProductTypeAttribute.objects.filter(product_type__in=types).select_related("attribute")
    ordered = list(links.order_by("product_type_id", "position", "pk"))
    labels = option_labels(link.attribute_id for link in ordered if link.attribute.has_options)
    for link in ordered:
        attribute = link.attribute
        types[link.product_type_id][attribute.code] = Definition(
            code=attribute.code,
            name=attribute.name,
            type=attribute.type,
            unit=attribute.unit,
            filterable=attribute.filterable,
            searchable=attribute.searchable,
            min=attribute.min,
            max=attribute.max,
            level=link.level,
            required=link.required,
            options=labels.get(link.attribute_id, {}),
        )
    return types


def option_labels(attribute_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """The labels of attributes' options by attribute id and code, in their order. One query, or none for no ids."""
    labels: dict[int, dict[str, str]] = {attribute_id: {} for attribute_id in attribute_ids}
    if labels:
        rows = AttributeOption.objects.filter(attribute__in=labels).order_by("position", "pk")
        for attribute_id, code, label in rows.values_list("attribute_id", "code", "label"):
            labels[attribute_id][code] = label
    return labels


def lock_rules(type_ids: Iterable[int], *, alone: bool) -> None:
    """Hold product types' rules still until the transaction ends: beside others, or `alone` to change them.

    These are locks of their own and not the types' rows, which are locked before products where names are concerned.
    SQLite has but one writer anyway.
    """
    if connection.vendor == "postgresql":
        lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
        ids = sorted({type_id % 2**31 for type_id in type_ids})
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {lock}(%s, id) FROM unnest(%s::int[]) AS id", [RULES_LOCK, ids])  # noqa: S608 - no input
