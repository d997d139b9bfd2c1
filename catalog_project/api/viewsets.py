"""The shape of a resource: list, detail, create, merge patch and delete, with one read and one write serializer."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django.db.models import Model, QuerySet
from django.http import Http404
from rest_framework import status
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from catalog_project.api.pagination import Keyset, KeysetPagination
from catalog_project.api.parsers import MergePatchParser, StrictJSONParser
from catalog_project.api.query import ListQuery, Query
from catalog_project.api.remembering import remembered
from catalog_project.api.serializers import StrictSerializer
from catalog_project.api.views import StrictView
from catalog_project.reading.cache import ReadCache

MAX_ID_DIGITS = 18  # as many as always fit into 64 bits
Parsers = list[BaseParser]  # inside a viewset, `list` is its act


class ResourceViewSet(StrictView, GenericViewSet[Any]):
    """Base of the resources. A subclass names its parts and says what a write does.

    `noun` gives the operationIds (`list_brands`, `get_brand`); `keysets` maps an ordering to a field without nulls.
    """

    pagination_class = KeysetPagination
    lookup_url_kwarg = "ref"
    lookup_value_regex = "[^/]+"

    noun: ClassVar[str]
    slug_field: ClassVar[str] = "slug"
    plural: ClassVar[str]
    permission_model: ClassVar[type[Model]]
    permission_verb: str | None = None  # set by acts, whose method does not tell what right they need
    read_serializer: ClassVar[type[BaseSerializer[Any]]]
    write_serializer: ClassVar[type[BaseSerializer[Any]]]
    trimmed_serializer: ClassVar[type[BaseSerializer[Any]] | None] = (
        None  # what reads show where `fields` and `omit` are
    )
    patch_serializer: ClassVar[type[BaseSerializer[Any]] | None] = None
    list_query: ClassVar[type[ListQuery]] = ListQuery
    detail_query: ClassVar[type[Query]] = Query
    cache: ClassVar[ReadCache] = ReadCache("answers")
    keysets: ClassVar[Mapping[str, str]] = {"name": "name_key", "created_at": "created_at"}

    # --- What a subclass says -------------------------------------------------------------------------------

    def perform_update(self, target: Any, data: dict[str, Any]) -> Model:
        """Apply a validated merge patch and return the result."""
        raise NotImplementedError

    def perform_destroy(self, target: Any) -> None:
        """Delete."""
        raise NotImplementedError

    def present(self, target: Any) -> dict[str, Any]:
        """One representation."""
        return dict(self.read_serializer(target).data)

    # --- Requests -------------------------------------------------------------------------------------------

    @remembered
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One page."""
        page = self.paginate_queryset(self.listed())
        return self.get_paginated_response([self.present(row) for row in page or ()])

    @remembered
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One resource."""
        return Response(self.present(self.get_object()))

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A merge patch (RFC 7396)."""
        data = self.validated(self.patch_serializer or self.write_serializer, partial=True)
        return Response(self.present(self.perform_update(self.get_object(), data)))

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Its end."""
        self.perform_destroy(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    # --- Parts ----------------------------------------------------------------------------------------------

    def validated(self, serializer_class: type[BaseSerializer[Any]], *, partial: bool = False) -> dict[str, Any]:
        """The request's body, validated by a write serializer."""
        serializer = serializer_class(data=self.request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def refuse_body(self) -> None:
        """Check that the body is empty, or an empty object: an act that takes nothing names what it was given."""
        self.validated(StrictSerializer)

    def listed(self) -> Any:
        """The rows of the list, for its paginator to take a page of."""
        return self.narrow(self.get_queryset())

    def get_object(self) -> Any:
        """What `{ref}` names: an id when it is all digits, a slug otherwise."""
        return find(self.get_queryset(), self.kwargs["ref"], slug_field=self.slug_field)

    def get_query_class(self) -> type[Query]:
        """Lists have parameters, details may, writes have none."""
        if self.action == "list":
            return self.list_query
        return self.detail_query if self.action == "retrieve" else Query

    def get_parsers(self) -> Parsers:
        """Merge patches may say so in their media type."""
        parsers: Parsers = [StrictJSONParser()]
        return [*parsers, MergePatchParser()] if self.action_map.get("patch") else parsers

    def keyset(self) -> Keyset:
        """The ordering of the list at hand."""
        ordering = cast(ListQuery, self.query).ordering
        return Keyset(self.keysets[ordering.removeprefix("-")], descending=ordering.startswith("-"))

    @property
    def scope(self) -> str:
        """Who is reading, as far as it decides what a list holds."""
        return "all"

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that the list's parameters leave."""
        return rows


class CreatableViewSet(ResourceViewSet):
    """A resource that its list can be asked to add to."""

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A new resource."""
        made = self.perform_create(self.validated(self.write_serializer))
        location = request.build_absolute_uri(self.address_of(made))
        return Response(self.present(made), status.HTTP_201_CREATED, headers={"Location": location})

    def perform_create(self, data: dict[str, Any]) -> Model:
        """Create from validated data and return what was made."""
        raise NotImplementedError

    def address_of(self, target: Any) -> str:
        """The canonical path of a resource: the list's path and its slug."""
        return f"{self.request.path}{target.slug}/"


def find(queryset: QuerySet[Any], ref: str, *, slug_field: str = "slug") -> Any:
    """The row that an id or slug names. Raises Http404 when there is none in the queryset."""
    value = read_ref(ref)
    row = queryset.filter(**{slug_field if isinstance(value, str) else "pk": value}).first()
    if row is None:
        raise Http404
    return row


def read_ref(ref: str) -> int | str:
    """The id, when it is all digits, or the slug. Raises Http404 for what neither can be."""
    is_id = ref.isascii() and ref.isdigit()
    if "\x00" in ref or (is_id and len(ref) > MAX_ID_DIGITS):  # neither can be asked of PostgreSQL
        raise Http404
    return int(ref) if is_id else ref
