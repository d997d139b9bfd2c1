"""`/variants/`, and the variants below a product."""

from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from catalog_project.api.viewsets import CreatableViewSet, ResourceViewSet, find
from catalog_project.reading.cache import ReadCache
from products.api.queries import VIEW_PRODUCT, VariantListQuery
from products.models import Product, Variant
from products.schemas.documents import OwnVariantSerializer
from products.schemas.variants import StockSerializer, VariantPatchSerializer, VariantWriteSerializer
from products.search.names import matching_variants
from products.search.windows import next_window_edge
from products.services.variants import add_variant, delete_variant, move_stock, set_stock, update_variant


class _Variants(ResourceViewSet):
    noun, plural = "variant", "variants"
    permission_model = Variant
    read_serializer = OwnVariantSerializer
    write_serializer = VariantWriteSerializer
    patch_serializer = VariantPatchSerializer
    list_query = VariantListQuery
    cache = ReadCache("variants", next_window_edge)

    def get_queryset(self) -> QuerySet[Variant]:
        """Variants of products that the caller may see."""
        rows = Variant.objects.all()
        if self.request.method in SAFE_METHODS:  # a write shows what its service has read, under a lock
            rows = rows.select_related("product").prefetch_related("prices")
        if self.scope == "all":
            return rows
        return rows.filter(Exists(Product.objects.visible().filter(pk=OuterRef("product_id"))))

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that the list's parameters leave."""
        return matching_variants(rows, self.query.values)

    @property
    def scope(self) -> str:
        """`all` for those who may see drafts, `visible` for everybody else."""
        return "all" if self.request.user.has_perm(VIEW_PRODUCT) else "visible"


class VariantViewSet(_Variants):
    """Variants, each on its own URL."""

    lookup_value_regex = "[0-9]+"
    guarded = (*_Variants.guarded, "move_stock")
    unconditional = ("move_stock",)
    problems: ClassVar = {
        "partial_update": ["duplicate"],
        "destroy": ["last_variant"],
        "move_stock": ["insufficient_stock", "stock_not_tracked", "stock_out_of_range"],
    }

    def perform_update(self, target: Variant, data: dict[str, Any], *, if_version: int | None) -> Variant:
        """Merge."""
        return update_variant(by=self.request.user, variant_id=target.pk, values=data, if_version=if_version)  # type: ignore[arg-type]

    def perform_destroy(self, target: Variant, *, if_version: int | None) -> None:
        """Delete."""
        delete_variant(by=self.request.user, variant_id=target.pk, if_version=if_version)

    @extend_schema(request=StockSerializer, summary="Move a variant's stock")
    @action(detail=True, methods=["post"], url_path="stock", permission_verb="change")
    def move_stock(self, request: Request, ref: str) -> Response:
        """Add to it, take from it, or set it."""
        target = self.get_object()
        movement = self.validated(StockSerializer)
        given: Any = {"by": request.user, "variant_id": target.pk, "if_version": self.expected(target)}
        if "delta" in movement:
            return self.represented(move_stock(**given, delta=movement["delta"]))
        return self.represented(set_stock(**given, stock=movement["set"]))


class ProductVariantViewSet(_Variants, CreatableViewSet):
    """The variants of one product."""

    noun, plural = "product_variant", "product_variants"
    problems: ClassVar = {"create": ["duplicate"]}

    def get_queryset(self) -> QuerySet[Variant]:
        """The variants of the product that `{ref}` names; 404 when the caller may not see it."""
        return super().get_queryset().filter(product=self._product())

    def perform_create(self, data: dict[str, Any]) -> Variant:
        """Add one."""
        return add_variant(by=self.request.user, product_id=self._product().pk, values=data)  # type: ignore[arg-type]

    def address_of(self, target: Variant) -> str:
        """A variant's own URL."""
        return reverse("variant-detail", kwargs={"ref": target.pk})

    def _product(self) -> Product:
        products = Product.objects.all() if self.scope == "all" else Product.objects.visible()
        found: Product = find(products, self.kwargs["ref"])
        return found
