"""`/categories/`"""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from catalog_project.api.viewsets import CreatableViewSet
from products.api.queries import CategoryListQuery
from products.models import Category
from products.schemas.documents import CategorySerializer
from products.schemas.taxonomy import CategoryPatchSerializer, CategoryWriteSerializer, MoveSerializer
from products.search.names import matching_categories
from products.services.categories import create_category, delete_category, move_category, update_category


class CategoryViewSet(CreatableViewSet):
    """The category tree."""

    noun, plural = "category", "categories"
    queryset = Category.objects.select_related("parent")
    permission_model = Category
    read_serializer = CategorySerializer
    write_serializer = CategoryWriteSerializer
    patch_serializer = CategoryPatchSerializer
    list_query = CategoryListQuery
    keysets: ClassVar = {"path": "path", "name": "name_key", "created_at": "created_at"}
    guarded = (*CreatableViewSet.guarded, "move_category")
    problems: ClassVar = {
        "create": ["duplicate"],
        "partial_update": ["duplicate"],
        "destroy": ["in_use"],
        "move_category": ["category_cycle"],
    }

    def perform_create(self, data: dict[str, Any]) -> Category:
        """Create."""
        return create_category(by=self.request.user, values=data)

    def perform_update(self, target: Category, data: dict[str, Any], *, if_version: int | None) -> Category:
        """Merge."""
        return update_category(by=self.request.user, category=target, values=data, if_version=if_version)

    def perform_destroy(self, target: Category, *, if_version: int | None) -> None:
        """Delete."""
        delete_category(by=self.request.user, category=target, if_version=if_version)

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that the list's parameters leave."""
        return matching_categories(rows, self.query.values)

    @extend_schema(request=MoveSerializer, summary="Move a category with its subtree")
    @action(detail=True, methods=["post"], url_path="move", permission_verb="change")
    def move_category(self, request: Request, ref: str) -> Response:
        """Put a category below another parent, or at another position, or both."""
        target = self.get_object()
        values = self.validated(MoveSerializer)
        return self.represented(
            move_category(by=request.user, category=target, values=values, if_version=self.expected(target))
        )
