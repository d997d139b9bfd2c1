"""`/attributes/` and `/product-types/`"""

from typing import Any, ClassVar

from django.db.models import Model, Prefetch, QuerySet
from django.http import Http404

from catalog_project.api.viewsets import CreatableViewSet
from products.api.queries import NamedListQuery
from products.models import Attribute, ProductType, ProductTypeAttribute
from products.schemas.attributes import (
    AttributeSerializer,
    AttributeWriteSerializer,
    ProductTypeSerializer,
    ProductTypeWriteSerializer,
)
from products.search.names import named
from products.services.attributes import create_attribute, delete_attribute, update_attribute
from products.services.product_types import create_product_type, delete_product_type, update_product_type


class _Coded(CreatableViewSet):
    """What is known by a code, and has no id to the outside."""

    lookup_url_kwarg = "code"
    list_query = NamedListQuery

    def get_object(self) -> Any:
        """What the code names."""
        code = self.kwargs["code"]
        row = None if "\x00" in code else self.get_queryset().filter(code=code).first()
        if row is None:
            raise Http404
        return row

    def address_of(self, target: Any) -> str:
        """The list's path and the code."""
        return f"{self.request.path}{target.code}/"

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that the list's parameters leave."""
        return named(rows, self.query.values)

    def reread(self, target: Model) -> Any:
        """A row as the database has it now, with all that its document shows."""
        return self.get_queryset().get(pk=target.pk)


class AttributeViewSet(_Coded):
    """Attributes with their options."""

    noun, plural = "attribute", "attributes"
    queryset = Attribute.objects.prefetch_related("options")
    permission_model = Attribute
    read_serializer = AttributeSerializer
    write_serializer = AttributeWriteSerializer
    problems: ClassVar = {
        "create": ["duplicate"],
        "partial_update": ["duplicate", "attribute_in_use", "in_use"],
        "destroy": ["in_use"],
    }

    def perform_create(self, data: dict[str, Any]) -> Attribute:
        """Create."""
        return self.reread(create_attribute(by=self.request.user, values=data))  # type: ignore[no-any-return]

    def perform_update(self, target: Attribute, data: dict[str, Any], *, if_version: int | None) -> Attribute:
        """Merge."""
        return self.reread(update_attribute(by=self.request.user, attribute=target, values=data, if_version=if_version))  # type: ignore[no-any-return]

    def perform_destroy(self, target: Attribute, *, if_version: int | None) -> None:
        """Delete."""
        delete_attribute(by=self.request.user, attribute=target, if_version=if_version)


class ProductTypeViewSet(_Coded):
    """Product types with their attributes."""

    noun, plural = "product_type", "product_types"
    queryset = ProductType.objects.prefetch_related(
        Prefetch("attribute_links", ProductTypeAttribute.objects.select_related("attribute"))
    )
    permission_model = ProductType
    read_serializer = ProductTypeSerializer
    write_serializer = ProductTypeWriteSerializer
    problems: ClassVar = {
        "create": ["duplicate"],
        "partial_update": ["duplicate", "in_use"],
        "destroy": ["in_use"],
    }

    def perform_create(self, data: dict[str, Any]) -> ProductType:
        """Create."""
        return self.reread(create_product_type(by=self.request.user, values=data))  # type: ignore[no-any-return]

    def perform_update(self, target: ProductType, data: dict[str, Any], *, if_version: int | None) -> ProductType:
        """Merge."""
        updated = update_product_type(by=self.request.user, product_type=target, values=data, if_version=if_version)
        return self.reread(updated)  # type: ignore[no-any-return]

    def perform_destroy(self, target: ProductType, *, if_version: int | None) -> None:
        """Delete."""
        delete_product_type(by=self.request.user, product_type=target, if_version=if_version)
