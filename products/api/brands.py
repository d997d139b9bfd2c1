"""`/brands/`"""

from typing import Any, ClassVar

from django.db.models import QuerySet

from catalog_project.api.viewsets import CreatableViewSet
from products.api.queries import NamedListQuery
from products.models import Brand
from products.schemas.documents import BrandSerializer
from products.schemas.taxonomy import BrandWriteSerializer
from products.search.names import named
from products.services.brands import create_brand, delete_brand, update_brand


class BrandViewSet(CreatableViewSet):
    """Brands."""

    noun, plural = "brand", "brands"
    queryset = Brand.objects.all()
    permission_model = Brand
    read_serializer = BrandSerializer
    write_serializer = BrandWriteSerializer
    list_query = NamedListQuery
    problems: ClassVar = {"create": ["duplicate"], "partial_update": ["duplicate"], "destroy": ["in_use"]}

    def perform_create(self, data: dict[str, Any]) -> Brand:
        """Create."""
        return create_brand(by=self.request.user, values=data)

    def perform_update(self, target: Brand, data: dict[str, Any], *, if_version: int | None) -> Brand:
        """Merge."""
        return update_brand(by=self.request.user, brand=target, values=data, if_version=if_version)

    def perform_destroy(self, target: Brand, *, if_version: int | None) -> None:
        """Delete."""
        delete_brand(by=self.request.user, brand=target, if_version=if_version)

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that the list's parameters leave."""
        return named(rows, self.query.values)
