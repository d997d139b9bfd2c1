"""`/changes/`, and the history of a product: the log of every change, and its undoing."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from catalog_project.api.pagination import Keyset, KeysetPagination
from catalog_project.api.permissions import MayView
from catalog_project.api.query import (
    DEFAULT_PAGE_SIZE,
    MAX_PAGE_SIZE,
    ChoiceParameter,
    IntegerParameter,
    PageQuery,
    Query,
)
from catalog_project.api.serializers import StrictSerializer
from catalog_project.api.views import StrictView
from catalog_project.api.viewsets import find, read_ref
from products.api.queries import IdParameter
from products.models import Change, Product
from products.schemas.changes import ChangePageSerializer, ChangeSerializer
from products.services.changes.feed import Filters, history, number_changes, read_changes
from products.services.changes.reverting import revert_change, undoing


class ChangeQuery(Query):
    """From where on, which changes, and how many."""

    since = IntegerParameter(
        required=False, min_value=0, help_text="Changes behind this sequence: 0 at first, then each `next_since`."
    )
    entity = ChoiceParameter(required=False, choices=Change.Entity.values)
    id = IdParameter(required=False, help_text="Of the entity.")
    actor = serializers.CharField(required=False, help_text="A username, or a user's id.")
    request_id = serializers.CharField(required=False, help_text="What one request changed.")
    page_size = IntegerParameter(
        required=False, min_value=1, max_value=MAX_PAGE_SIZE, help_text=f"Rows a page; {DEFAULT_PAGE_SIZE} by default."
    )


class _Changes(StrictView, GenericViewSet[Any]):
    permission_classes = (MayView,)
    permission_model = Change
    read_serializer = ChangeSerializer


class ChangeViewSet(_Changes):
    """The log as a feed."""

    lookup_url_kwarg = "sequence"
    lookup_value_regex = "[0-9]+"
    problems: ClassVar = {
        "list_changes": ["not_authenticated", "permission_denied", "changes_pruned"],
        "revert_change": ["changed_since", "not_revertible", "duplicate", "in_use", "not_publishable", "last_variant"],
    }

    def get_query_class(self) -> type[Query]:
        """The feed has parameters, the act has none."""
        return ChangeQuery if self.action == "list_changes" else Query

    @extend_schema(responses=ChangePageSerializer, summary="Follow the changes")
    def list_changes(self, request: Request) -> Response:
        """Every change exactly once, in an order that agrees with the versions: go on from `next_since`."""
        wanted = dict(self.query.values)
        since, limit = wanted.pop("since", 0), wanted.pop("page_size", DEFAULT_PAGE_SIZE)
        page = read_changes(since=since, limit=limit, filters=Filters(**wanted))
        return Response({"results": _shown(page.changes), "next_since": page.next_since, "has_more": page.has_more})

    @extend_schema(request=None, summary="Revert a change")
    def revert_change(self, request: Request, sequence: str) -> Response:
        """Undo it as a new change, which is the answer.

        An update is undone where nothing newer touched its fields; a create by a delete; a delete by a create, under
        new ids. Needs the right that the undoing write needs.
        """
        change = _numbered(sequence)
        model, verb = undoing(change)
        if not request.user.has_perm(f"{model._meta.app_label}.{verb}_{model._meta.model_name}"):
            raise PermissionDenied
        serializer = StrictSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        made = revert_change(by=request.user, change=change)
        number_changes()
        made.refresh_from_db(fields=["sequence"])
        return Response(ChangeSerializer(made).data)


class HistoryQuery(PageQuery):
    """Which page."""


class ProductHistoryViewSet(_Changes):
    """What became of a product and its variants."""

    pagination_class = KeysetPagination
    noun, plural = "product_history", "product_history"
    scope = "all"
    problems: ClassVar = {"list": ["not_authenticated", "permission_denied"]}
    serializer_class = ChangeSerializer

    def get_query_class(self) -> type[Query]:
        """Pages."""
        return HistoryQuery

    def keyset(self) -> Keyset:
        """The newest first."""
        return Keyset("pk", descending=True)

    @extend_schema(summary="List a product's history")
    def list(self, request: Request, ref: str) -> Response:
        """The changes of a product and its variants, the newest first."""
        product: Product = find(Product.objects.all(), ref)
        number_changes()
        return self.get_paginated_response(_shown(self.paginate_queryset(history(product.pk)) or ()))


def _numbered(ref: str) -> Change:
    """The change with a sequence. Raises Http404."""
    sequence = read_ref(ref)
    change: Change | None = None if isinstance(sequence, str) else Change.objects.filter(sequence=sequence).first()
    if change is None:
        raise Http404
    return change


def _shown(changes: Iterable[Change]) -> list[dict[str, Any]]:
    serializer = ChangeSerializer()
    return [serializer.to_representation(change) for change in changes]
