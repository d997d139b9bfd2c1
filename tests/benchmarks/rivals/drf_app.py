"""The rival of habit: a ModelViewSet with nested ModelSerializers and page numbers, related rows prefetched.

It reads the service's tables through the service's models and shows the same product body. Page numbers count every
list, asked or not: that is how DRF's pages work.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import include, path
from rest_framework import serializers, viewsets
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import SAFE_METHODS, BasePermission, DjangoModelPermissions
from rest_framework.routers import DefaultRouter
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.views import TokenObtainPairView

from products.models import Brand, Category, Price, Product, ProductCategory, ProductType, Variant
from products.models.currency import format_money


class BrandSerializer(serializers.ModelSerializer[Brand]):
    """A product's brand."""

    class Meta:
        model = Brand
        fields = ["slug", "name"]


class ProductTypeSerializer(serializers.ModelSerializer[ProductType]):
    """A product's type."""

    class Meta:
        model = ProductType
        fields = ["code", "name"]


class CategorySerializer(serializers.ModelSerializer[ProductCategory]):
    """One of a product's categories, through its link."""

    slug = serializers.CharField(source="category.slug")
    name = serializers.CharField(source="category.name")
    path = serializers.CharField(source="category.path")

    class Meta:
        model = ProductCategory
        fields = ["slug", "name", "path"]


class VariantSerializer(serializers.ModelSerializer[Variant]):
    """A variant with its prices by currency."""

    prices = serializers.SerializerMethodField()
    in_stock = serializers.BooleanField()

    class Meta:
        model = Variant
        fields = [
            "id", "sku", "external_id", "name", "barcode", "attributes", "weight_g", "prices", "stock", "in_stock",
            "position", "version", "created_at", "updated_at",
        ]  # fmt: skip

    def get_prices(self, variant: Variant) -> dict[str, Any]:
        """Amounts as strings, by currency."""
        return {
            price.currency: {
                "amount": format_money(price.amount, price.currency),
                "compare_at": None if price.compare_at is None else format_money(price.compare_at, price.currency),
            }
            for price in variant.prices.all()
        }


class ProductSerializer(serializers.ModelSerializer[Product]):
    """A product as the service shows it."""

    product_type = ProductTypeSerializer(read_only=True)
    brand = BrandSerializer(read_only=True)
    categories = CategorySerializer(source="category_links", many=True, read_only=True)
    variants = VariantSerializer(many=True, read_only=True)
    price_range = serializers.SerializerMethodField()
    in_stock = serializers.SerializerMethodField()

    class Meta:
        model = Product
        fields = [
            "id", "slug", "name", "description", "status", "published_from", "published_until", "external_id",
            "product_type", "brand", "categories", "attributes", "variants", "price_range", "in_stock", "version",
            "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields: ClassVar = ["status", "version", "created_at", "updated_at"]

    def get_price_range(self, product: Product) -> dict[str, Any]:
        """The lowest and highest amount in each currency."""
        amounts: dict[str, list[Any]] = {}
        for price in _prices(product):
            amounts.setdefault(price.currency, []).append(price.amount)
        return {
            currency: {"min": format_money(min(found), currency), "max": format_money(max(found), currency)}
            for currency, found in amounts.items()
        }

    def get_in_stock(self, product: Product) -> bool:
        """Whether any variant can be had."""
        return any(variant.in_stock for variant in product.variants.all())


class ProductViewSet(viewsets.ModelViewSet[Product]):
    """Products, newest first. Anyone reads them; who writes needs a token and the model's permission."""

    serializer_class = ProductSerializer
    links = ProductCategory.objects.select_related("category").order_by("position")

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Reads do without."""
        return [] if self.request.method in SAFE_METHODS else [JWTAuthentication()]

    def get_permissions(self) -> list[BasePermission]:
        """Reads do without."""
        return [] if self.request.method in SAFE_METHODS else [DjangoModelPermissions()]

    def get_queryset(self) -> QuerySet[Product]:
        """Visible products that meet the parameters, with all that the serializer shows."""
        found = _filtered(Product.objects.visible(), self.request.query_params)
        related = ("variants__prices", Prefetch("category_links", self.links))
        return found.select_related("brand", "product_type").prefetch_related(*related).order_by("-created_at", "-id")


def _filtered(products: QuerySet[Product], asked: Any) -> QuerySet[Product]:
    if "category" in asked:
        root = get_object_or_404(Category, slug=asked["category"])
        subtree = Q(category=root) | Q(category__path__startswith=f"{root.path}/")
        products = products.filter(Exists(ProductCategory.objects.filter(subtree, product=OuterRef("pk"))))
    if "price__gte" in asked:
        bounds = {"amount__gte": asked["price__gte"], "amount__lte": asked["price__lte"], "currency": "USD"}
        products = products.filter(Exists(Price.objects.filter(**bounds, variant__product=OuterRef("pk"))))
    return products


def _prices(product: Product) -> Iterator[Price]:
    for variant in product.variants.all():
        yield from variant.prices.all()


router = DefaultRouter()
router.register("products", ProductViewSet, basename="product")
urlpatterns = [path("api/v1/", include(router.urls)), path("api/v1/auth/token/", TokenObtainPairView.as_view())]
