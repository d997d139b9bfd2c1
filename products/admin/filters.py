"""The filters beside the list of products."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.forms import ModelChoiceField, Widget
from django.http import HttpRequest
from django.utils import timezone

from products.admin.category_choice import CategorySelect, product_reference
from products.admin.widgets import RowSelect, is_id
from products.models import Attribute, Brand, Category, Listing, Product, ProductType, ProductTypeAttribute
from products.search.products import matching


class VisibilityFilter(admin.SimpleListFilter):
    """Who can see a product at this moment."""

    title = "visibility"
    parameter_name = "visibility"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choices."""
        return [("visible", "Visible now"), ("scheduled", "Scheduled"), ("expired", "Expired")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The products of the chosen kind."""
        now = timezone.now()
        match self.value():
            case "visible":
                return queryset.filter(pk__in=Product.objects.visible(now))
            case "scheduled":
                return queryset.filter(status=Product.Status.ACTIVE, published_from__gt=now)
            case "expired":
                return queryset.filter(status=Product.Status.ACTIVE, published_until__lte=now)
        return queryset


class StockFilter(admin.SimpleListFilter):
    """Whether a product can be had."""

    title = "stock"
    parameter_name = "in_stock"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The choices."""
        return [("yes", "In stock"), ("no", "Out of stock")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The products that have a variant in stock, or none."""
        if self.value() not in {"yes", "no"}:
            return queryset
        return queryset.filter(pk__in=_found({"in_stock": self.value() == "yes"}))


class ChosenFilter(admin.ListFilter):
    """A row of another table, found by typing a part of its name: a list of all would be as long as the table."""

    template = "admin/products/chosen_filter.html"
    parameter_name: str
    model: type[Model]

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: type[Model], model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.given = params.pop(self.parameter_name, [""])[-1]
        self.chosen = self.model._default_manager.filter(pk=self.given).first() if is_id(self.given) else None

    def has_output(self) -> bool:
        """Always."""
        return True

    def expected_parameters(self) -> list[str | None]:
        """Its one parameter."""
        return [self.parameter_name]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that belong to the chosen one; none when there is no such row."""
        if not self.given:
            return queryset
        return self.belonging(queryset, self.chosen) if self.chosen else queryset.none()

    def belonging(self, queryset: QuerySet[Any], chosen: Any) -> QuerySet[Any]:
        """The products that belong to the chosen row."""
        return queryset.filter(pk__in=_found({self.parameter_name: [chosen]}))

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        """What the template needs: the box, the parameters to keep, and the way back to all."""
        value = [str(self.chosen.pk)] if self.chosen else []
        attrs = {"id": f"filter-{self.parameter_name}", "class": "catalog-filter", "aria-label": str(self.title)}
        dropped = {self.parameter_name, "p", "e"}
        yield {
            "box": self.widget().render(self.parameter_name, value, attrs),
            "kept": {name: text for name, text in changelist.params.items() if name not in dropped},
            "is_set": bool(self.given),
            "all": changelist.get_query_string(remove=self.expected_parameters()),
        }

    @staticmethod
    def widget() -> Widget:
        """The box to type in."""
        raise NotImplementedError


class BrandFilter(ChosenFilter):
    """Products of a brand."""

    title = "brand"
    parameter_name = "brand"
    model = Brand

    @staticmethod
    def widget() -> Widget:
        """An autocomplete of brands."""
        return _row_select(Product._meta.get_field("brand"), Brand)


class TypeFilter(ChosenFilter):
    """Products of a type."""

    title = "product type"
    parameter_name = "product_type"
    model = ProductType

    @staticmethod
    def widget() -> Widget:
        """An autocomplete of product types."""
        return _row_select(Product._meta.get_field("product_type"), ProductType)


class AttributeFilter(ChosenFilter):
    """Product types that use an attribute."""

    title = "attribute"
    parameter_name = "attribute"
    model = Attribute

    def belonging(self, queryset: QuerySet[Any], chosen: Any) -> QuerySet[Any]:
        """The types that use it."""
        return queryset.filter(pk__in=ProductTypeAttribute.objects.filter(attribute=chosen).values("product_type"))

    @staticmethod
    def widget() -> Widget:
        """An autocomplete of attributes."""
        return _row_select(ProductTypeAttribute._meta.get_field("attribute"), Attribute)


class CategoryFilter(ChosenFilter):
    """Products in the subtree of a category."""

    title = "category"
    parameter_name = "category"
    model = Category

    @staticmethod
    def widget() -> Widget:
        """An autocomplete of categories."""
        return CategorySelect(product_reference(), admin.site)


def _found(conditions: dict[str, Any]) -> QuerySet[Any, Any]:
    return matching(Listing.objects.all(), conditions).values("pk")


def _row_select(reference: Any, model: type[Model]) -> RowSelect:
    box = RowSelect(reference, admin.site)
    box.choices = ModelChoiceField(model._default_manager.all()).choices
    return box
