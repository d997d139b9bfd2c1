"""`/auth/api-keys/`"""

from typing import ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers import APIKeySerializer, APIKeyWriteSerializer, NewAPIKeySerializer
from accounts.api.views import IN_PERSON, InPersonView
from accounts.models import APIKey
from accounts.services.api_keys import create_api_key, revoke_api_key
from catalog_project.api.pagination import Keyset, KeysetPagination
from catalog_project.api.query import ListQuery, Query
from catalog_project.api.viewsets import find

ROBOT = {"name": "nightly stock", "scopes": ["products.change_variant"], "expires_at": "2031-01-31T12:00:00.000000Z"}
SHOWN = {
    "id": 3,
    "prefix": "cat_5f0c9a52b7d54c1e",
    **ROBOT,
    "last_used_at": None,
    "created_at": "2030-01-31T12:00:00.000000Z",
}


class APIKeyListQuery(ListQuery):
    """How to find one's keys."""

    orderings: ClassVar = ("created_at",)


class OwnKeysView(InPersonView):
    """Base of the views about one's keys."""

    @property
    def keys(self) -> QuerySet[APIKey]:
        """One's own."""
        found: QuerySet[APIKey] = APIKey.objects.filter(user=self.user)
        return found


@extend_schema(auth=IN_PERSON)
class APIKeysView(OwnKeysView):
    """One's API keys."""

    pagination_class = KeysetPagination
    problems: ClassVar = {"": [*InPersonView.problems[""], "conflict"]}

    @extend_schema(
        operation_id="list_api_keys",
        summary="List API keys",
        description="One's own, the expired ones too, and never a secret.",
        responses=APIKeySerializer(many=True),
        examples=[OpenApiExample("Keys", value=SHOWN, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        """A page of them."""
        pages = self.pagination_class()
        page = pages.paginate_queryset(self.keys, request, self)
        return pages.get_paginated_response([APIKeySerializer(key).data for key in page])

    @extend_schema(
        operation_id="create_api_key",
        summary="Create an API key",
        description="`key` is shown this once: only a hash of it is kept. Null in `expires_at` is good until revoked.",
        request=APIKeyWriteSerializer,
        responses={201: NewAPIKeySerializer},
        examples=[
            OpenApiExample("For a machine", value=ROBOT, request_only=True),
            OpenApiExample("New key", value=SHOWN | {"key": f"{SHOWN['prefix']}.…"}, response_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        """A new one."""
        data = APIKeyWriteSerializer(data=request.data)
        data.is_valid(raise_exception=True)
        made = create_api_key(by=self.user, owner=self.user, **data.validated_data)
        # No cache may keep it.
        headers = {"Location": request.build_absolute_uri(f"{request.path}{made.row.pk}/"), "Cache-Control": "no-store"}
        shown = {**APIKeySerializer(made.row).data, "key": made.text}
        return Response(shown, status.HTTP_201_CREATED, headers=headers)

    def get_query_class(self) -> type[Query]:
        """Reading has parameters, creating has none."""
        return Query if self.request.method == "POST" else APIKeyListQuery

    def keyset(self) -> Keyset:
        """The ordering of the list."""
        ordering: str = self.query.ordering  # type: ignore[attr-defined]
        return Keyset("created_at", descending=ordering.startswith("-"))

    @property
    def scope(self) -> str:
        """Who is reading: everybody has a list of their own."""
        return str(self.user.pk)


@extend_schema(auth=IN_PERSON)
class APIKeyView(OwnKeysView):
    """One of one's API keys."""

    operation_id = "delete_api_key"

    @extend_schema(
        summary="Revoke an API key",
        description="By id or prefix. The next request with it is a 401.",
        responses={204: None},
    )
    def delete(self, request: Request, ref: str) -> Response:
        """Its end."""
        revoke_api_key(by=self.user, key=find(self.keys, ref, slug_field="prefix"))
        return Response(status=status.HTTP_204_NO_CONTENT)
