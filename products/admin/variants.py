"""Variants in the admin: below their product, and on their own for those who come with a SKU or a barcode."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from products.admin.base import CatalogAdmin, typed_before
from products.admin.finding import find_variants
from products.admin.read_only import ReadOnlyAttributes, price_lines, shown_fieldset, without_attributes
from products.admin.typed_fields import is_active
from products.admin.typed_forms import Typing, redrawn_message, typed_fieldset, typing_of, with_inputs
from products.admin.variant_forms import NewVariantForm, VariantForm, VariantFormSet, write_variant
from products.admin.widgets import is_id
from products.models import Price, Product, Variant
from products.models.currency import format_money
from products.models.product_type import Definition
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
        """What is edited every day, with the attributes of the type, and the rest folded away."""
        self.typing = typing_of(request, obj)
        typed: tuple[Any, ...] = tuple(self.typing.names(VariantForm.level))
        more: Any = MORE
        if typed and not self.may_edit(request, obj):
            typed, more = ("attributes_shown",), without_attributes(MORE)
        elif not self.may_edit(request, obj):
            more = (*without_attributes(MORE), "attributes_shown")
        rest = ("More", {"fields": more, "classes": ("collapse",)})
        return ((None, {"fields": (FIRST, *((typed,) if typed else ()))}), rest)

    def get_formset(self, request: HttpRequest, obj: Product | None = None, **options: Any) -> Any:
        """The forms, with the inputs of the type."""
        form = with_inputs(VariantForm, typing_of(request, obj), is_active=is_active(obj))
        return super().get_formset(request, obj, **{"form": form, **options})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Variant]:
        """Variants with their prices."""
        return super().get_queryset(request).prefetch_related("prices")

    def get_extra(self, request: HttpRequest, obj: Product | None = None, **options: Any) -> int:
        """A new product begins with an empty variant; a stale form with those that were typed into it."""
        if typed := typed_before(request):
            return len(typed.rows.get("variants", ()))
        return 0 if obj else 1

    def definitions_of(self, row: Product | Variant) -> Mapping[str, Definition]:
        """Those of the product's type, read once for all variants."""
        return self.typing.definitions

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
        own = (None, {"fields": ("product_link" if obj else "product", *FIRST)})
        if not self.may_edit(request, obj):
            return (own, shown_fieldset(), ("More", {"fields": without_attributes(MORE)}))
        typed = typed_fieldset(self._typing(request, obj), VariantForm.level)
        return (own, typed, ("More", {"fields": MORE}))

    def get_form(self, request: HttpRequest, obj: Variant | None = None, change: bool = False, **options: Any) -> Any:
        """The form with the inputs of the product's type; that of a new variant asks for the product."""
        typing = self._typing(request, obj)
        kind = with_inputs(
            VariantForm if obj else NewVariantForm, typing, is_active=is_active(obj.product if obj else None)
        )
        return super().get_form(request, obj, change=change, **{**options, "form": kind})

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **options: Any) -> HttpResponse:
        """Django's page; one that has come back for a product of another type says so."""
        typing = self._typing(request, context["original"])
        if typing.is_other:
            self.message_user(request, redrawn_message(typing), messages.WARNING)
        return super().render_change_form(request, context, *args, **options)

    def _typing(self, request: HttpRequest, obj: Variant | None) -> Typing:
        """That of its product, which for a new one may have been chosen."""
        if obj is not None:
            return typing_of(request, obj.product)
        chosen = request.POST.get("product", request.GET.get("product", ""))
        return typing_of(request, Product.objects.filter(pk=chosen).first() if is_id(chosen) else None)

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

    def update(self, *, by: Any, target: Variant, values: Any, if_version: int | None) -> None:
        """Change a variant."""
        write_variant(by=by, variant_id=target.pk, values=values, if_version=if_version)

    def remove(self, *, by: Any, target: Variant) -> None:
        """Delete a variant."""
        delete_variant(by=by, variant_id=target.pk)
