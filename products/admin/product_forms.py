"""The form of a product, and how it is written together with those of its variants."""

from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from django.db import IntegrityError

from catalog_project.errors import DomainError, Fault
from products.admin.category_choice import CategoriesField, CategoryField, product_reference
from products.admin.fields import AttributesField, DescriptionField, ExternalIdField, SlugField
from products.admin.refusals import Refusals, Refused, faults_of
from products.admin.typed_forms import TypedForm
from products.admin.variant_forms import VariantFormSet
from products.models import Product, ProductTypeAttribute, naming
from products.services.expected import require_version
from products.services.products import archive_product, create_product, lock_product, publish_product, update_product
from products.services.writing import share_names

PRIMARY_MISSING = "Choose the primary category first, or leave the further ones empty."
TYPE_HELP = (
    "It decides which attributes there are. Choosing another one shows its inputs here and below: "
    "nothing is saved by that, and what you have typed is kept."
)
CHOICES = ("primary_category", "further_categories")


class ProductForm(TypedForm):
    """A product's own values."""

    level = ProductTypeAttribute.Level.PRODUCT
    field_of_code: ClassVar = {"window_order": "published_until"}
    field_of_name: ClassVar = {"categories": "primary_category"}

    name = forms.CharField(max_length=naming.NAME_LENGTH)
    slug = SlugField()
    description = DescriptionField()
    primary_category = CategoryField(product_reference())
    further_categories = CategoriesField(product_reference())
    attributes = AttributesField(required=False, help_text="A JSON object.")
    external_id = ExternalIdField(label="External id", help_text="The key that another system knows it by.")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        placed = [link.category_id for link in self.instance.ordered_links()] if self.instance.pk else []
        self.initial["primary_category"] = placed[0] if placed else None
        self.initial["further_categories"] = placed[1:]
        if "product_type" in self.fields:
            self.fields["product_type"].help_text = TYPE_HELP

    def clean(self) -> dict[str, Any]:
        """Nothing further without a primary category."""
        super().clean()
        if self.cleaned_data.get("further_categories") and self.cleaned_data.get("primary_category", 0) is None:
            self.add_error("primary_category", forms.ValidationError(PRIMARY_MISSING, "required"))
        return self.cleaned_data

    def changed_values(self) -> dict[str, Any]:
        """What has been edited, the categories as one list."""
        values = super().changed_values()
        if any(name in values for name in CHOICES):
            values["categories"] = self._categories()
        return {name: value for name, value in values.items() if name not in CHOICES}

    def _categories(self) -> list[Any]:
        primary, further = (self.cleaned_data[name] for name in CHOICES)
        return [primary, *(category for category in further if category != primary)] if primary else []


class NewProductForm(ProductForm):
    """A product to be; its status changes by acts from then on."""

    status = forms.ChoiceField(
        choices=[(status.value, status.label) for status in (Product.Status.DRAFT, Product.Status.ACTIVE)],
        help_text="An active product is public, within its window. It needs a variant.",
    )


def create_from_forms(*, by: Any, form: ProductForm, variants: VariantFormSet | None) -> Product:
    """Create a product with its variants. Raises Refused."""
    added = variants.added() if variants else []
    values = {**form.changed_values(), "variants": [row.changed_values() for _, row in added]}
    try:
        return create_product(by=by, values=values)  # type: ignore[arg-type]
    except (DomainError, IntegrityError) as error:
        numbers = [index for index, _ in added]
        raise Refused(_renumbered(fault, numbers) for fault in faults_of(error)) from error


def update_from_forms(
    *, by: Any, product_id: int, form: ProductForm, variants: VariantFormSet | None, act: str, if_version: int | None
) -> None:
    """Write a product and its variants, then `publish` or `archive` it if `act` says so. Raises Refused, Stale.

    Every edit of a variant is one of its product: the product's version stands for all of them.
    """
    refusals = Refusals()
    values: Any = form.changed_values()
    share_names([values])
    # One lock ahead of all: two forms of one product wait for each other instead of deadlocking on its variants.
    require_version(lock_product(product_id), if_version)
    if act == "archive":
        archive_product(by=by, product_id=product_id)
    if variants is not None and "product_type" in values:
        variants.write_retyped(by=by, product_id=product_id, values=values, refusals=refusals)
    else:
        with refusals.below(""):
            update_product(by=by, product_id=product_id, values=values)
        if variants is not None:
            variants.write(by=by, product_id=product_id, refusals=refusals)
    if act == "publish" and not refusals.faults:
        with refusals.below(""):
            publish_product(by=by, product_id=product_id)
        if variants is not None:
            refusals.faults = [_renumbered(fault, variants.numbers(product_id)) for fault in refusals.faults]
    refusals.raise_any()


def _renumbered(fault: Fault, numbers: list[int]) -> Fault:
    """A fault of the N-th of the written variants, as one of the form that it came from."""
    parts = (fault.pointer or "").split("/")
    if len(parts) < 3 or parts[1] != "variants" or int(parts[2]) >= len(numbers):
        return fault
    return replace(fault, pointer="/".join(["", "variants", str(numbers[int(parts[2])]), *parts[3:]]))
