"""The catalog's resources below the API's prefix."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from products.api import problems  # noqa: F401 - registers the catalog's problem codes
from products.api.attributes import AttributeViewSet, ProductTypeViewSet
from products.api.brands import BrandViewSet
from products.api.bulk import BulkView
from products.api.categories import CategoryViewSet
from products.api.changes import ChangeViewSet, ProductHistoryViewSet
from products.api.imports import ImportView
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
    path("bulk/", BulkView.as_view(), name="bulk"),
    path("imports/", ImportView.as_view(), name="imports"),
    path(
        "products/<str:ref>/variants/",
        ProductVariantViewSet.as_view({"get": "list", "post": "create"}),
        name="product-variants",
    ),
    path("products/<str:ref>/history/", ProductHistoryViewSet.as_view({"get": "list"}), name="product-history"),
    path("changes/", ChangeViewSet.as_view({"get": "list_changes"}), name="changes"),
    path("changes/<str:sequence>/revert/", ChangeViewSet.as_view({"post": "revert_change"}), name="change-revert"),
]
