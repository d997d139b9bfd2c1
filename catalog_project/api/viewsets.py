"""The shape of a resource: list, detail, create, merge patch and delete, with one read and one write serializer."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django.conf import settings
from django.db.models import Model, QuerySet
from django.http import Http404
from rest_framework import status
from rest_framework.parsers import BaseParser
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from catalog_project.api.conditional import expected_version, names, tag_of
from catalog_project.api.pagination import Keyset, KeysetPagination
from catalog_project.api.parsers import MergePatchParser, StrictJSONParser
from catalog_project.api.query import ListQuery, Query
from catalog_project.api.remembering import Finder, remembered, stand_in
from catalog_project.api.renderers import ORJSONRenderer
from catalog_project.api.serializers import StrictSerializer
from catalog_project.api.views import StrictView
from catalog_project.errors import Stale
from catalog_project.postgresql.connections import is_cut_off
from catalog_project.reading.cache import ReadCache

MAX_ID_DIGITS = 18  # as many as always fit into 64 bits
Parsers = list[BaseParser]  # inside a viewset, `list` is its act


class ResourceViewSet(StrictView, GenericViewSet[Any]):
    """Base of the resources. A subclass names its parts and says what a write does.

    `noun` gives the operationIds (`list_brands`, `get_brand`); `keysets` maps an ordering to a field without nulls.
    What it represents has a `version` and so an ETag, unless it is not `is_versioned`; acts in `guarded` take an
    `If-Match`, and all but the `unconditional` ones must where REQUIRE_IF_MATCH says so.
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
    is_versioned: ClassVar[bool] = True
    guarded: ClassVar[tuple[str, ...]] = ("partial_update", "destroy")
    unconditional: ClassVar[tuple[str, ...]] = ()
    keysets: ClassVar[Mapping[str, str]] = {"name": "name_key", "created_at": "created_at"}

    # --- What a subclass says -------------------------------------------------------------------------------

    def perform_update(self, target: Any, data: dict[str, Any], *, if_version: int | None) -> Model:
        """Apply a validated merge patch and return the result. Raises Stale."""
        raise NotImplementedError

    def perform_destroy(self, target: Any, *, if_version: int | None) -> None:
        """Delete. Raises Stale."""
        raise NotImplementedError

    def present(self, target: Any) -> dict[str, Any]:
        """One representation."""
        return dict(self.read_serializer(target).data)

    def tag_alone(self) -> str | None:
        """The ETag of what a read asks for, where it is had without reading the rest. Raises Http404."""
        return None

    def finder(self) -> Finder | None:
        """How anonymous readers of other details may be served like this request's, if that takes no view."""
        return None

    # --- Requests -------------------------------------------------------------------------------------------

    @remembered
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One page."""
        page = self.paginate_queryset(self.listed())
        return self.get_paginated_response([self.present(row) for row in page or ()])

    @remembered
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One resource."""
        return self.represented(self.get_object())

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A merge patch (RFC 7396)."""
        data = self.validated(self.patch_serializer or self.write_serializer, partial=True)
        target = self.get_object()
        return self.represented(self.perform_update(target, data, if_version=self.expected(target)))

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Its end."""
        target = self.get_object()
        self.perform_destroy(target, if_version=self.expected(target))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def refuse(self, exc: Exception) -> Response:
        """The problem, unless the database is away and an answer of a short while ago stands in for this one."""
        is_read = self.request.method in SAFE_METHODS and is_cut_off(exc)
        return (is_read and stand_in(self.cache, self.request)) or super().refuse(exc)

    # --- Conditions -----------------------------------------------------------------------------------------

    def represented(self, target: Any, status: int = status.HTTP_200_OK, **headers: str) -> Response:
        """The answer that shows one resource, with its ETag."""
        body = ORJSONRenderer().render(self.present(target))
        tag = {"ETag": tag_of(target.version, body)} if self.is_versioned else {}
        return Response(body, status, headers={**tag, **headers})

    def expected(self, target: Any) -> int | None:
        """The version at which a guarded act must find its target, once it is locked; None where any will do."""
        self.target = target
        is_required = settings.REQUIRE_IF_MATCH and self.action not in self.unconditional
        return expected_version(self.request, target.version, is_required=is_required)

    def unchanged(self) -> Response | None:
        """The answer for a caller who has what it asks for, where that shows without reading it."""
        known = self.request.META.get("HTTP_IF_NONE_MATCH")
        tag = self.tag_alone() if known else None
        return _not_modified(tag) if tag and names(known, tag) else None

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """DRF's; a read whose caller has the answer already is told so, without a body."""
        tag = response.get("ETag")
        if tag and request.method in {"GET", "HEAD"} and names(request.META.get("HTTP_IF_NONE_MATCH"), tag):
            response = _not_modified(tag)
        return super().finalize_response(request, response, *args, **kwargs)

    def handle_exception(self, exc: Exception) -> Response:
        """DRF's; a write that came too late learns the ETag of what is there now."""
        response = super().handle_exception(exc)
        if isinstance(exc, Stale) and (found := self.get_queryset().filter(pk=self.target.pk).first()):
            response["ETag"] = self.represented(found)["ETag"]
        return response

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
        return self.represented(made, status.HTTP_201_CREATED, Location=location)

    def perform_create(self, data: dict[str, Any]) -> Model:
        """Create from validated data and return what was made."""
        raise NotImplementedError

    def address_of(self, target: Any) -> str:
        """The canonical path of a resource: the list's path and its slug."""
        return f"{self.request.path}{target.slug}/"


def _not_modified(tag: str) -> Response:
    return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": tag})


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
