"""Products in the admin."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Count, Max, Min, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.forms import Media
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalog_project.errors import DomainError, Fault
from products.admin.base import CatalogAdmin, counted, list_url, refused
from products.admin.category_choice import CategorySelect, full_names, product_reference
from products.admin.filters import BrandFilter, CategoryFilter, StockFilter, TypeFilter, VisibilityFilter
from products.admin.finding import find_products
from products.admin.opened import opened_by
from products.admin.product_forms import NewProductForm, ProductForm, create_from_forms, update_from_forms
from products.admin.read_only import ReadOnlyAttributes, shown_fieldset, without_attributes
from products.admin.refusals import sentence_of
from products.admin.states import badge, publicity, state_of
from products.admin.typed_fields import is_active
from products.admin.typed_forms import redrawn_message, typed_fieldset, typing_of, with_inputs
from products.admin.variant_forms import VariantForm
from products.admin.variants import VariantInline
from products.models import Price, Product, ProductCategory, Variant
from products.models.currency import format_money
from products.services.products import archive_product, delete_product, publish_product

# A form with more variants would be too long to work with and to send: they are edited on their own then.
MAX_INLINE_VARIANTS = 100
MAX_INLINE_INPUTS = 4_000
INPUTS_OF_VARIANT = 15  # at most, beside its attributes; further prices come on top
MAX_REASONS = 20
OWN = ("name", "slug", "product_type", "brand", "primary_category", "further_categories", "description")
WINDOW = ("Publication", {"fields": (("published_from", "published_until"),), "description": "Times are UTC."})
MORE = ("attributes", "external_id")
ABOUT = ("About this entry", {"fields": ("version", "created_at", "updated_at"), "classes": ("collapse",)})


@admin.register(Product)
class ProductAdmin(ReadOnlyAttributes, CatalogAdmin):
    """Products with their variants."""

    form = ProductForm
    inlines = (VariantInline,)
    autocomplete_fields = ("brand", "product_type")
    readonly_fields = ("publicity", "variants_elsewhere", "attributes_shown", "version", "created_at", "updated_at")
    list_display = ("name", "state", "brand", "category", "price", "stock", "updated")
    list_filter = ("status", VisibilityFilter, CategoryFilter, BrandFilter, TypeFilter, StockFilter)
    list_select_related = ("brand",)
    ordering = ("-updated_at", "-id")
    search_fields = ("name_key",)  # shows the search box; get_search_results says what is searched
    search_help_text = "By name, external id, or the beginning of the slug or a SKU"
    actions = ("publish", "archive", "delete_selected")

    # ------------------------------------------------------------------ the list

    @property
    def media(self) -> Media:
        """Django's scripts and those of the filters."""
        return (
            super().media
            + CategorySelect(product_reference(), self.admin_site).media
            + Media(js=["products/admin/filters.js"])
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        """Products with what the list shows of their variants and categories."""
        return with_columns(super().get_queryset(request))

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Products by their keys or names."""
        return find_products(queryset, search_term), False

    @admin.display(description="status", ordering="status")
    def state(self, product: Product) -> SafeString:
        """Status and window together."""
        return badge(product)

    @admin.display(description="category", ordering="primary_name")
    def category(self, product: Any) -> str | None:
        """The primary category."""
        name: str | None = product.primary_name
        return name

    @admin.display(description=f"price ({settings.DEFAULT_CURRENCY})", ordering="lowest")
    def price(self, product: Any) -> str | None:
        """The price, or the lowest and the highest."""
        if product.lowest is None:
            return None
        bounds = [format_money(amount, settings.DEFAULT_CURRENCY) for amount in (product.lowest, product.highest)]
        return " – ".join(dict.fromkeys(bounds))

    @admin.display(description="stock", ordering="total_stock")
    def stock(self, product: Any) -> str:
        """Units of all variants that are tracked."""
        if not product.variant_count:
            return "no variants"
        if not product.tracked_count:
            return "untracked"
        return f"{product.total_stock:,}"

    # ------------------------------------------------------------------ the form

    @admin.display(description="state")
    def publicity(self, product: Product) -> SafeString:
        """Whether everybody can see it, and where."""
        return publicity(product)

    @admin.display(description="primary category")
    def primary_category(self, product: Product) -> str:
        """For those who may not change it."""
        return ", ".join(_placed(product)[:1]) or "-"

    @admin.display(description="further categories")
    def further_categories(self, product: Product) -> str:
        """For those who may not change them."""
        return ", ".join(_placed(product)[1:]) or "-"

    @admin.display(description="variants")
    def variants_elsewhere(self, product: Any) -> SafeString:
        """The way to the variants where they are too many for this page."""
        text = f"{product.variant_count:,} variants, edited in a list of their own"
        return format_html('<a href="{}">{}</a>', list_url(Variant, product=product.pk), text)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new product is given a status; later it is shown, and changed by publishing and archiving."""
        may_edit = self.may_edit(request, obj)
        typed = typed_fieldset(typing_of(request, obj), ProductForm.level) if may_edit else shown_fieldset()
        more = ("More", {"fields": MORE if may_edit else without_attributes(MORE)})
        if obj is None:
            return ((None, {"fields": (*OWN[:2], "status", *OWN[2:])}), typed, WINDOW, more)
        variants = () if self.get_inlines(request, obj) else ("variants_elsewhere",)
        return ((None, {"fields": ("publicity", *OWN, *variants)}), typed, WINDOW, more, ABOUT)

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        """The variants, unless they are too many; what a form holds of them is read in any case."""
        if obj is None or "variants-TOTAL_FORMS" in request.POST:
            return self.inlines
        inputs = INPUTS_OF_VARIANT + len(typing_of(request, obj).names(VariantForm.level))
        return self.inlines if obj.variant_count <= min(MAX_INLINE_VARIANTS, MAX_INLINE_INPUTS // inputs) else ()

    def get_form(self, request: HttpRequest, obj: Product | None = None, change: bool = False, **options: Any) -> Any:
        """The form with the inputs of the type; faults of variants are left to theirs, where they are on the page."""
        kind = with_inputs(ProductForm if obj else NewProductForm, typing_of(request, obj), is_active=is_active(obj))
        form = super().get_form(request, obj, change=change, **{"form": kind, **options})
        if self.get_inline_instances(request, obj):
            form.faults = [fault for fault in refused(request) if not is_about_variants(fault)]
        return form

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **options: Any) -> HttpResponse:
        """Django's page; one that has come back for another type says so."""
        typing = typing_of(request, context["original"])
        if typing.is_other:
            self.message_user(request, redrawn_message(typing), messages.WARNING)
        return super().render_change_form(request, context, *args, **options)

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        """What the variants' forms are made of, with what has been refused of them."""
        options: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        return {**options, "faults": [fault for fault in refused(request) if is_about_variants(fault)]}

    # ------------------------------------------------------------------ writing

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:
        """Wait for the variants: `save_related` writes all of it."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Write the product with its variants, and publish or archive it when that was asked for."""
        product, variants = form.instance, formsets[0] if formsets else None
        status = product.status
        if change:
            with self.keeping_typed(request, form, formsets):
                update_from_forms(
                    by=request.user,
                    product_id=product.pk,
                    form=form,
                    variants=variants,
                    act=act_of(request),
                    if_version=opened_by(request).version,
                )
        else:
            product.pk = create_from_forms(by=request.user, form=form, variants=variants).pk
        product.refresh_from_db()
        if change and product.status != status:
            form.changed_data.append("status")  # for the history

    def response_change(self, request: HttpRequest, obj: Product) -> HttpResponse:
        """After publishing and archiving stay on the page, where the new state is to be seen."""
        if not act_of(request):
            return super().response_change(request, obj)
        self.message_user(request, f"“{obj}” was saved and is {state_of(obj).name} now.", messages.SUCCESS)
        return HttpResponseRedirect(request.get_full_path())

    @admin.action(permissions=["change"], description="Publish selected products")
    def publish(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        """Publish those that can be, and say of each other one why not."""
        self._act(request, queryset, publish_product, "published", Product.Status.ACTIVE)

    @admin.action(permissions=["change"], description="Archive selected products")
    def archive(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        """Archive them."""
        self._act(request, queryset, archive_product, "archived", Product.Status.ARCHIVED)

    def _act(
        self, request: HttpRequest, queryset: QuerySet[Product], act: Callable[..., Product], done: str, status: str
    ) -> None:
        changed, reasons = 0, []
        for product in queryset:
            try:
                act(by=request.user, product_id=product.pk)
            except DomainError as error:
                reasons.append(f"“{product}” was not {done}: {sentence_of(error)}")
                continue
            if product.status != status:
                changed += 1
                self.log_change(request, product, [{"changed": {"fields": ["status"]}}])
        if rest := reasons[MAX_REASONS:]:
            reasons[MAX_REASONS:] = [f"{counted(len(rest), 'other was', 'others were')} not {done} either."]
        summary = f"{counted(changed, 'product was', 'products were')} {done}."
        self.message_user(request, summary, messages.WARNING if reasons else messages.SUCCESS)
        for reason in reasons:
            self.message_user(request, reason, messages.ERROR)

    def name_to_delete(self, row: Any) -> str:
        """A product, and what goes with it."""
        return f"{row} with {counted(row.variant_count, 'variant', 'variants')}"

    def remove(self, *, by: Any, target: Product) -> None:
        """Delete a product with its variants and prices."""
        delete_product(by=by, product_id=target.pk)


def with_columns(products: QuerySet[Product]) -> QuerySet[Product]:
    """Annotate what a row of the list shows, counted row by row: a page shows but a few of them."""
    own_prices = Price.objects.filter(variant__product=OuterRef("pk"), currency=settings.DEFAULT_CURRENCY)
    prices = own_prices.order_by().values("variant__product")
    variants = Variant.objects.filter(product=OuterRef("pk")).order_by().values("product")
    links = ProductCategory.objects.filter(product=OuterRef("pk")).order_by("position", "pk")
    return products.annotate(
        lowest=Subquery(prices.annotate(found=Min("amount")).values("found")),
        highest=Subquery(prices.annotate(found=Max("amount")).values("found")),
        variant_count=Coalesce(Subquery(variants.annotate(found=Count("pk")).values("found")), Value(0)),
        tracked_count=Coalesce(Subquery(variants.annotate(found=Count("stock")).values("found")), Value(0)),
        total_stock=Subquery(variants.annotate(found=Sum("stock")).values("found")),
        primary_name=Subquery(links.values("category__name")[:1]),
    )


def act_of(request: HttpRequest) -> str:
    """The act that the pressed button asks for beside saving, if any."""
    return next((act for act in ("publish", "archive") if f"_{act}" in request.POST), "")


def is_about_variants(fault: Fault) -> bool:
    """Whether it is shown among the variants."""
    return (fault.pointer or "").startswith("/variants")


def _placed(product: Product) -> list[str]:
    links = ProductCategory.objects.filter(product=product).order_by("position").select_related("category")
    return list(full_names([link.category for link in links]).values())
