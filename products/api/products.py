"""`/products/` and the variants below a product."""

from typing import Any, ClassVar, cast

import orjson
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from catalog_project.api.exceptions import faults_of
from catalog_project.api.viewsets import CreatableViewSet
from catalog_project.errors import Invalid
from products.api.pagination import ProductPagination
from products.api.queries import VIEW_PRODUCT, ProductDetailQuery, ProductListQuery
from products.models import Listing, Product
from products.schemas.documents import ProductSerializer, TrimmedProductSerializer
from products.schemas.products import ProductPatchSerializer, ProductWriteSerializer, attribute_faults
from products.search.facets import Facets, count_facets
from products.search.products import matching, with_lowest_price
from products.services.products import (
    archive_product,
    create_product,
    delete_product,
    publish_product,
    update_product,
)


class ProductViewSet(CreatableViewSet):
    """Products with their variants and prices."""

    noun, plural = "product", "products"
    pagination_class = ProductPagination
    queryset = Listing.objects.all()
    slug_field = "product__slug"
    permission_model = Product
    read_serializer = ProductSerializer
    trimmed_serializer = TrimmedProductSerializer
    write_serializer = ProductWriteSerializer
    patch_serializer = ProductPatchSerializer
    list_query = ProductListQuery
    detail_query = ProductDetailQuery
    keysets: ClassVar = {
        "name": "name_key",
        "price": "lowest_price",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }
    problems: ClassVar = {
        "create": ["duplicate", "not_publishable"],
        "partial_update": ["duplicate"],
        "publish_product": ["not_publishable"],
        "list": ["not_authenticated", "permission_denied"],
    }

    def get_queryset(self) -> QuerySet[Listing]:
        """What the caller may see."""
        listings = Listing.objects.with_document()
        found: QuerySet[Listing] = listings if self.scope == "all" else listings.visible()
        return found

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that the list's parameters leave."""
        conditions = self.query.values
        keyset = self.keyset()
        if keyset.key == "lowest_price":
            rows = with_lowest_price(rows, conditions["currency"], descending=keyset.descending)
        return matching(rows, conditions)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One page, and the facets asked for."""
        response = super().list(request, *args, **kwargs)
        if "facets" in self.query.values:
            response.data["facets"] = self.facets(cast(ProductListQuery, self.query)).shown
        return response

    def facets(self, query: ProductListQuery) -> Facets:
        """What the list's facets show."""
        return count_facets(self.get_queryset(), query.narrowing(), query.values["facets"], query.filterable)

    @property
    def scope(self) -> str:
        """`all` for those who may see drafts, `visible` for everybody else."""
        return "all" if self.request.user.has_perm(VIEW_PRODUCT) else "visible"

    def present(self, target: Listing) -> Any:
        """The stored document as it is, or the fields asked for."""
        if isinstance(self.query, ProductDetailQuery) and self.query.trims:
            return self.query.trim(orjson.loads(target.document))
        return orjson.Fragment(target.document)

    def validated(self, serializer_class: type[BaseSerializer[Any]], *, partial: bool = False) -> dict[str, Any]:
        """The request's body; a new product's faults are named with those of its attributes."""
        try:
            return super().validated(serializer_class, partial=partial)
        except ValidationError as error:
            if self.action != "create":
                raise
            raise Invalid([*faults_of(error.detail), *attribute_faults(self.request.data)]) from error

    def perform_create(self, data: dict[str, Any]) -> Listing:
        """Create."""
        return create_product(by=self.request.user, values=data).listing  # type: ignore[arg-type]

    def perform_update(self, target: Listing, data: dict[str, Any]) -> Listing:
        """Merge."""
        updated = update_product(by=self.request.user, product_id=target.pk, values=data)  # type: ignore[arg-type]
        return self._listing(updated)

    def perform_destroy(self, target: Listing) -> None:
        """Delete."""
        delete_product(by=self.request.user, product_id=target.pk)

    def address_of(self, target: Listing) -> str:
        """The canonical path of a product."""
        return f"{self.request.path}{target.product.slug}/"

    @extend_schema(request=None, summary="Publish a product")
    @action(detail=True, methods=["post"], url_path="publish", permission_verb="change")
    def publish_product(self, request: Request, ref: str) -> Response:
        """Make it active; its publication window stays as it is."""
        self.refuse_body()
        product = publish_product(by=request.user, product_id=self.get_object().pk)
        return Response(self.present(self._listing(product)))

    @extend_schema(request=None, summary="Archive a product")
    @action(detail=True, methods=["post"], url_path="archive", permission_verb="change")
    def archive_product(self, request: Request, ref: str) -> Response:
        """Take it out of the catalog; publishing it again undoes that."""
        self.refuse_body()
        product = archive_product(by=request.user, product_id=self.get_object().pk)
        return Response(self.present(self._listing(product)))

    def _listing(self, product: Product) -> Listing:
        """As it has just been written; a write that changed nothing has written nothing."""
        return (
            product.listing
            if Product.listing.is_cached(product)
            else Listing.objects.with_document().get(pk=product.pk)
        )
