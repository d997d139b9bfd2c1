"""Variants in the admin: below their product, and on their own for those who come with a SKU or a barcode."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from products.admin.base import CatalogAdmin
from products.admin.finding import find_variants
from products.admin.read_only import ReadOnlyAttributes, price_lines
from products.admin.variant_forms import NewVariantForm, VariantForm, VariantFormSet, write_variant
from products.models import Price, Product, Variant
from products.models.currency import format_money
from products.services.variants import add_variant, delete_variant

FIRST = ("sku", "name", "stock", "prices")
# flat, since Django unfolds a fieldset for an error in one of its fields, but not in a line of them
MORE = ("barcode", "weight_g", "external_id", "position", "attributes")


class VariantInline(ReadOnlyAttributes, admin.StackedInline):  # type: ignore[type-arg]  # generic in the stubs alone
    """The variants of a product."""

    model = Variant
    form = VariantForm
    formset = VariantFormSet
    readonly_fields = ("attributes_shown",)
    classes = ("catalog-variants",)

    def get_fieldsets(self, request: HttpRequest, obj: Product | None = None) -> Any:
        """What is edited every day, and the rest folded away."""
        rest = ("More", {"fields": MORE, "classes": ("collapse",)})
        return self.readable(request, obj, ((None, {"fields": (FIRST,)}), rest))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Variant]:
        """Variants with their prices."""
        return super().get_queryset(request).prefetch_related("prices")

    def get_extra(self, request: HttpRequest, obj: Product | None = None, **options: Any) -> int:
        """A new product begins with an empty variant."""
        return 0 if obj else 1

    @admin.display(description="prices")
    def prices(self, variant: Variant) -> SafeString:
        """The prices, for those who may not change them."""
        return price_lines(variant.prices.all())


@admin.register(Variant)
class VariantAdmin(ReadOnlyAttributes, CatalogAdmin):
    """Variants of all products."""

    form = VariantForm
    readonly_fields = ("product_link", "attributes_shown")
    autocomplete_fields = ("product",)
    list_display = ("sku", "product_link", "name", "price", "stock", "barcode", "updated")
    ordering = ("sku_key", "id")
    search_fields = ("sku_key",)  # shows the search box; get_search_results says what is searched
    search_help_text = "By the beginning of the SKU, barcode, external id, or name of the product or variant"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Variant]:
        """Variants with their product and their price in the catalog's own currency."""
        prices = Price.objects.filter(variant=OuterRef("pk"), currency=settings.DEFAULT_CURRENCY)
        variants: QuerySet[Variant] = super().get_queryset(request).select_related("product")
        return variants.annotate(amount=Subquery(prices.values("amount")[:1]))

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Variants by their keys or names."""
        return find_variants(queryset, search_term), False

    def get_fieldsets(self, request: HttpRequest, obj: Variant | None = None) -> Any:
        """A new variant names its product, from then on it belongs there."""
        fields = ("product_link" if obj else "product", *FIRST, *MORE)
        return self.readable(request, obj, ((None, {"fields": fields}),))

    def get_form(self, request: HttpRequest, obj: Variant | None = None, change: bool = False, **options: Any) -> Any:
        """The form, which for a new variant asks for the product."""
        return super().get_form(request, obj, change=change, **options, form=VariantForm if obj else NewVariantForm)

    @admin.display(description="product", ordering="product__name_key")
    def product_link(self, variant: Variant) -> SafeString:
        """The way to the product."""
        url = reverse("admin:products_product_change", args=[variant.product_id])
        return format_html('<a href="{}">{}</a>', url, variant.product)

    @admin.display(description=f"price ({settings.DEFAULT_CURRENCY})", ordering="amount")
    def price(self, variant: Any) -> str | None:
        """The price in the catalog's own currency."""
        return None if variant.amount is None else format_money(variant.amount, settings.DEFAULT_CURRENCY)

    @admin.display(description="prices")
    def prices(self, variant: Variant) -> SafeString:
        """All prices, for those who may not change them."""
        return price_lines(variant.prices.all())

    def create(self, *, by: Any, values: Any) -> Variant:
        """Add a variant to its product."""
        product = values.pop("product")
        return add_variant(by=by, product_id=product.pk, values=values)

    def update(self, *, by: Any, target: Variant, values: Any) -> None:
        """Change a variant."""
        write_variant(by=by, variant_id=target.pk, values=values)

    def remove(self, *, by: Any, target: Variant) -> None:
        """Delete a variant."""
        delete_variant(by=by, variant_id=target.pk)
