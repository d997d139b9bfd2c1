"""Forms of variants: one on its own, and many below their product."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms

from products.admin.fields import AttributesField, ExternalIdField, PricesField, QuantityField, prices_of
from products.admin.formsets import RowsFormSet
from products.admin.refusals import Refusals
from products.admin.typed_forms import TypedForm
from products.models import ProductTypeAttribute, Variant, naming
from products.models.category import MAX_POSITION
from products.models.naming import sku_key
from products.services.retyping import retype_product
from products.services.variants import add_variant, delete_variant, set_stock, update_variant

VALUES = ("sku", "name", "barcode", "attributes", "weight_g", "position", "external_id", "prices", "stock")


class VariantForm(TypedForm):
    """A variant with its prices and stock."""

    level = ProductTypeAttribute.Level.VARIANT

    sku = forms.CharField(label="SKU", max_length=naming.SKU_LENGTH)
    name = forms.CharField(max_length=naming.NAME_LENGTH, required=False)
    # Shown again beside what is typed: what counts as an edit is what staff changed, not what was sold meanwhile.
    stock = QuantityField(show_hidden_initial=True, help_text="Empty: not tracked.")
    prices = PricesField()
    barcode = forms.CharField(max_length=64, required=False)
    weight_g = QuantityField(label="Weight in grams")
    external_id = ExternalIdField(label="External id")
    position = forms.IntegerField(
        min_value=0, max_value=MAX_POSITION, required=False, help_text="The lowest comes first."
    )
    attributes = AttributesField(required=False, help_text="A JSON object.")

    class Meta:
        # the same as above, for those who may only look
        labels: ClassVar = {"sku": "SKU", "weight_g": "Weight in grams", "external_id": "External id"}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk:
            self.initial["prices"] = prices_of(self.instance.prices.all())
        else:
            self.initial.pop("position", None)

    def changed_values(self) -> dict[str, Any]:
        """What has been edited, `prices` as a merge patch; an emptied position stays what it was."""
        values = {name: value for name, value in super().changed_values().items() if name in VALUES}
        if "prices" in values:
            gone = self.initial.get("prices", {}).keys() - values["prices"].keys()
            values["prices"] |= dict.fromkeys(gone)
        if values.get("position", 0) is None:
            del values["position"]
        return values


class NewVariantForm(VariantForm):
    """A variant that is not entered below its product and so has to name it."""

    def changed_values(self) -> dict[str, Any]:
        """The values, and the product."""
        return {**super().changed_values(), "product": self.cleaned_data["product"]}


def write_variant(*, by: Any, variant_id: int, values: dict[str, Any], if_version: int | None = None) -> None:
    """Change a variant; its stock through the act that no edit gets in the way of. Raises Stale."""
    own = {name: value for name, value in values.items() if name != "stock"}
    if own:
        update_variant(by=by, variant_id=variant_id, values=own, if_version=if_version)  # type: ignore[arg-type]
    if "stock" in values:
        set_stock(by=by, variant_id=variant_id, stock=values["stock"])


class VariantFormSet(RowsFormSet):
    """A product's variants."""

    pointer = "variants"

    def clean(self) -> None:
        """Refuse the same SKU twice, and show what the services refused."""
        self.refuse_twice("sku", sku_key)
        self.refuse_twice("external_id", str)
        super().clean()

    def added(self) -> list[tuple[int, Any]]:
        """Forms of new variants, with their numbers."""
        return [(index, form) for index, form in self.edited() if form.instance.pk is None]

    def write(self, *, by: Any, product_id: int, refusals: Refusals) -> None:
        """Delete, change and add as the forms say.

        Deleting goes first, so that its SKU can move to a new variant, unless nothing would be left in between.
        """
        deleted = self._deleted()
        replaces_all = len(deleted) == self.initial_form_count()
        if not replaces_all:
            self._delete(deleted, by=by, refusals=refusals)
        for index, form in self.edited():
            with refusals.below(f"/variants/{index}"):
                self._write_one(form, by=by, product_id=product_id)
        if replaces_all and not refusals.faults:
            self._delete(deleted, by=by, refusals=refusals)

    def write_retyped(self, *, by: Any, product_id: int, values: Any, refusals: Refusals) -> None:
        """Write a product that gets another type: with its variants at once, since the type asks it of all of them."""
        self._delete(self._deleted(), by=by, refusals=refusals)
        kept: list[tuple[int, Any]] = [
            (index, form) for index, form in enumerate(self.initial_forms) if not self.is_deleted(form)
        ]
        patches = [(f"/variants/{index}", form.instance.pk, form.changed_values()) for index, form in kept]
        with refusals.below(""):
            retype_product(by=by, product_id=product_id, values=values, variants=patches)
            self.changed_objects += [(form.instance, form.changed_data) for _, form in kept if form.has_changed()]
        if refusals.faults:
            return
        for index, form in self.added():
            with refusals.below(f"/variants/{index}"):
                self._write_one(form, by=by, product_id=product_id)

    def numbers(self, product_id: int) -> list[int]:
        """The numbers of the forms of the product's variants, in the order that these have once they are written."""
        written = [*(form.instance for form in self.initial_forms), *self.new_objects]
        places = [*range(self.initial_form_count()), *(index for index, _ in self.added())]
        number_of = {variant.pk: place for variant, place in zip(written, places, strict=True)}
        present = Variant.objects.filter(product=product_id).values_list("pk", flat=True)
        return [number_of.get(pk, len(self.forms)) for pk in present]

    def _deleted(self) -> list[Variant]:
        return [form.instance for form in self.initial_forms if self.is_deleted(form)]

    def _write_one(self, form: Any, *, by: Any, product_id: int) -> None:
        values = form.changed_values()
        if form.instance.pk is None:
            self.new_objects.append(add_variant(by=by, product_id=product_id, values=values))
        elif values:
            write_variant(by=by, variant_id=form.instance.pk, values=values)
            self.changed_objects.append((form.instance, form.changed_data))

    def _delete(self, variants: Iterable[Any], *, by: Any, refusals: Refusals) -> None:
        for variant in variants:
            with refusals.below("/variants"):
                delete_variant(by=by, variant_id=variant.pk)
                self.deleted_objects.append(variant)
