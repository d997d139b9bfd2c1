"""The catalog's resources below the API's prefix."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from products.api import problems  # noqa: F401 - registers the catalog's problem codes
from products.api.attributes import AttributeViewSet, ProductTypeViewSet
from products.api.brands import BrandViewSet
from products.api.categories import CategoryViewSet
from products.api.products import ProductViewSet
from products.api.variants import ProductVariantViewSet, VariantViewSet

router = SimpleRouter()
router.register("products", ProductViewSet, basename="product")
router.register("variants", VariantViewSet, basename="variant")
router.register("categories", CategoryViewSet, basename="category")
router.register("brands", BrandViewSet, basename="brand")
router.register("attributes", AttributeViewSet, basename="attribute")
router.register("product-types", ProductTypeViewSet, basename="product-type")

urlpatterns = [
    *router.urls,
    path(
        "products/<str:ref>/variants/",
        ProductVariantViewSet.as_view({"get": "list", "post": "create"}),
        name="product-variants",
    ),
]
