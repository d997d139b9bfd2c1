"""`/products/` and the variants below a product."""

from functools import partial
from typing import Any, ClassVar, cast

import orjson
from django.db.models import Q, QuerySet
from django.utils.functional import cached_property
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from catalog_project.api.conditional import entity_tag, tag_of
from catalog_project.api.exceptions import faults_of
from catalog_project.api.pagination import Keyset, Segment
from catalog_project.api.remembering import Finder, PerishableResponse
from catalog_project.api.viewsets import CreatableViewSet, find, read_ref
from catalog_project.errors import Invalid
from catalog_project.formats import format_time
from catalog_project.reading.cache import Described, ReadCache
from products.api.facets import MAX_AGE_SECONDS, counted_for_anyone
from products.api.pagination import ProductPagination
from products.api.queries import PRICE, RELEVANCE, VIEW_PRODUCT, ProductDetailQuery, ProductListQuery
from products.api.visible import EVERYTHING_VISIBLE, Shown, find_visible, find_visible_state
from products.models import Listing, Product
from products.schemas.documents import ProductSerializer, TrimmedProductSerializer
from products.schemas.products import ProductPatchSerializer, ProductWriteSerializer, attribute_faults
from products.search.facets import Counted, count_facets, count_now
from products.search.products import matching, with_price, without_price
from products.search.text import SEGMENTS, Search, read_search
from products.search.windows import next_window_edge
from products.services.products import (
    archive_product,
    create_product,
    delete_product,
    publish_product,
    update_product,
)


def show_to_anyone(ref: str) -> Described:
    """The document of the product with the id or slug, if anyone may see it now. Raises Http404 otherwise."""
    shown = find_visible(read_ref(ref))
    body = Described(shown.document.encode())
    body.tag = tag_of(shown.version, body)
    return body


class ProductViewSet(CreatableViewSet):
    """Products with their variants and prices."""

    noun, plural = "product", "products"
    pagination_class = ProductPagination
    queryset = Listing.objects.all()
    cache = ReadCache("products", next_window_edge)
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
        "created_at": "created_at",
        "updated_at": "updated_at",
    }
    guarded = (*CreatableViewSet.guarded, "publish_product", "archive_product")
    problems: ClassVar = {
        "create": ["duplicate", "not_publishable"],
        "partial_update": ["duplicate"],
        "publish_product": ["not_publishable"],
        "list": ["not_authenticated", "permission_denied"],
    }

    def get_queryset(self) -> QuerySet[Listing]:
        """What the caller may see."""
        listings = Listing.objects.with_document()
        if self.action != "list":
            listings = listings.with_version()
        found: QuerySet[Listing] = listings if self.scope == "all" else listings.visible()
        return found

    def get_object(self) -> Any:
        """What `{ref}` names."""
        ref = self.kwargs["ref"]
        if self.action in self.guarded:  # the service reads the product itself, under its lock
            return find(self.get_queryset().only("pk"), ref, slug_field=self.slug_field)
        return super().get_object() if self.scope == "all" else find_visible(read_ref(ref))

    def listed(self) -> Any:
        """The rows of the list; where that is all that anyone may see, the paginator has a query for it."""
        return EVERYTHING_VISIBLE if self.scope == "visible" and self.query.is_plain else super().listed()  # type: ignore[attr-defined]

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that the list's parameters leave."""
        if self.search and self.ordering != RELEVANCE:
            rows = rows.filter(self.search.matches())
        return matching(rows, self.query.values)

    @property
    def ordering(self) -> str:
        """The ordering asked for, or the default."""
        return cast(ProductListQuery, self.query).ordering

    def keyset(self) -> Keyset:
        """The ordering of the list at hand; some consist of segments."""
        if self.search and self.ordering == RELEVANCE:
            return _by_relevance(self.search)
        if self.ordering.removeprefix("-") == PRICE:
            return _by_price(self.query.values["currency"], descending=self.ordering.startswith("-"))
        return super().keyset()

    @cached_property
    def search(self) -> Search | None:
        """What is searched for, if anything."""
        text = self.query.values.get("search")
        return None if text is None else read_search(text)

    def get_paginated_response(self, data: Any) -> Response:
        """One page, and the facets asked for."""
        page = super().get_paginated_response(data)
        if "facets" not in self.query.values:
            return page
        response = PerishableResponse(page.data)
        counted = self.facets(cast(ProductListQuery, self.query))
        response.data["facets"] = counted.shown
        if counted.as_of:
            response.data["facets_as_of"] = format_time(counted.as_of)
            response.holds_until = counted.as_of.timestamp() + MAX_AGE_SECONDS
        return response

    def facets(self, query: ProductListQuery) -> Counted:
        """What the list's facets show."""
        listings = self.get_queryset()
        if self.search:
            listings = listings.filter(self.search.matches())
        remember = count_now if self.scope == "all" else counted_for_anyone
        return count_facets(
            listings,
            query.narrowing(),
            query.values["facets"],
            query.filterable,
            remember,
            are_public=self.scope == "visible",
        )

    @property
    def scope(self) -> str:
        """`all` for those who may see drafts, `visible` for everybody else."""
        user = self.request.user
        return "all" if user.is_authenticated and user.has_perm(VIEW_PRODUCT) else "visible"

    def present(self, target: Listing | Shown) -> Any:
        """The stored document as it is, or the fields asked for."""
        if isinstance(self.query, ProductDetailQuery) and self.query.trims:
            return self.query.trim(orjson.loads(target.document))
        return orjson.Fragment(target.document)

    def finder(self) -> Finder | None:
        """Of whole products."""
        is_plain = self.action == "retrieve" and not self.query.values
        return Finder(show_to_anyone, self.cache, self.request.get_host()) if is_plain else None

    def tag_alone(self) -> str | None:
        """The ETag of a whole product, from beside its document."""
        if self.action != "retrieve" or cast(ProductDetailQuery, self.query).trims:
            return None
        ref = self.kwargs["ref"]
        if self.scope == "visible":
            return entity_tag(*find_visible_state(read_ref(ref)))
        return entity_tag(*find(Listing.objects.states(), ref, slug_field=self.slug_field))

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

    def perform_update(self, target: Listing, data: dict[str, Any], *, if_version: int | None) -> Listing:
        """Merge."""
        updated = update_product(by=self.request.user, product_id=target.pk, values=data, if_version=if_version)  # type: ignore[arg-type]
        return self._listing(updated)

    def perform_destroy(self, target: Listing, *, if_version: int | None) -> None:
        """Delete."""
        delete_product(by=self.request.user, product_id=target.pk, if_version=if_version)

    def address_of(self, target: Listing) -> str:
        """The canonical path of a product."""
        return f"{self.request.path}{target.product.slug}/"

    @extend_schema(request=None, summary="Publish a product")
    @action(detail=True, methods=["post"], url_path="publish", permission_verb="change")
    def publish_product(self, request: Request, ref: str) -> Response:
        """Make it active; its publication window stays as it is."""
        self.refuse_body()
        target = self.get_object()
        product = publish_product(by=request.user, product_id=target.pk, if_version=self.expected(target))
        return self.represented(self._listing(product))

    @extend_schema(request=None, summary="Archive a product")
    @action(detail=True, methods=["post"], url_path="archive", permission_verb="change")
    def archive_product(self, request: Request, ref: str) -> Response:
        """Take it out of the catalog; publishing it again undoes that."""
        self.refuse_body()
        target = self.get_object()
        product = archive_product(by=request.user, product_id=target.pk, if_version=self.expected(target))
        return self.represented(self._listing(product))

    def _listing(self, product: Product) -> Listing:
        """As it has just been written; a write that changed nothing has written nothing."""
        return (
            product.listing
            if Product.listing.is_cached(product)
            else Listing.objects.with_document().with_version().get(pk=product.pk)
        )


def _by_relevance(search: Search) -> Keyset:
    """The best of what a search finds first, the newest among equals."""
    segments = tuple(
        Segment("created_at", descending=True, narrow=partial(_of_segment, search, place)) for place in range(SEGMENTS)
    )
    return Keyset(segments=segments, union=partial(_filtered, search.matches()))


def _of_segment(search: Search, place: int, rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(search.segment(place))


def _by_price(currency: str, *, descending: bool) -> Keyset:
    """What has no price comes last in both directions."""
    priced = Segment("lowest_price", descending, partial(with_price, currency), row_id="priced_id")
    return Keyset(segments=(priced, Segment("pk", descending, partial(without_price, currency))))


def _filtered(condition: Q, rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(condition)
