"""The query parameters of each list."""

import re
from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.utils.functional import cached_property
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, NotAuthenticated, PermissionDenied, ValidationError

from catalog_project.api.query import (
    BooleanParameter,
    ChoiceParameter,
    IntegerParameter,
    ListParameter,
    ListQuery,
    Query,
)
from catalog_project.api.serializers import MAX_SUGGESTIONS, MoneyField, TimeField
from catalog_project.comma_lists import split
from products.api.attribute_parameters import (
    ATTRIBUTE_PARAMETERS,
    FacetParameter,
    closest_parameter,
    codes_in,
    conditions_of,
    fields_of,
)
from products.models import Brand, Category, Product, ProductType
from products.models.currency import DECIMALS
from products.schemas.documents import PRODUCT_FIELDS
from products.schemas.fields import surplus_decimals
from products.schemas.references import ReferenceParameter
from products.search.facets import ATTRIBUTE, FACETS
from products.search.filterable import Filterable, filterable_attributes

VIEW_PRODUCT = "products.view_product"
RELEVANCE = "relevance"
PRICE = "price"
MAX_SEARCH_LENGTH = 200
NO_ID = 0
COMMAS = r"A comma in one is `\,`."


class IdParameter(IntegerParameter):
    """An id. One with more digits than the database can hold names nothing, as any unknown id."""

    def to_internal_value(self, data: Any) -> int:
        """The id."""
        return NO_ID if re.fullmatch(r"\d{19,}", data, re.ASCII) else super().to_internal_value(data)


class ProductDetailQuery(Query):
    """Which parts of a product to show."""

    not_narrowing: ClassVar = Query.not_narrowing | {"fields", "omit"}

    fields = ListParameter(  # type: ignore[assignment]
        child=ChoiceParameter(choices=PRODUCT_FIELDS), required=False, help_text="Show these fields alone."
    )
    omit = ListParameter(child=ChoiceParameter(choices=PRODUCT_FIELDS), required=False, help_text="Leave these out.")

    @property
    def trims(self) -> bool:
        """Whether a part of the document is asked for."""
        return "fields" in self.values or "omit" in self.values

    def trim(self, document: dict[str, Any]) -> dict[str, Any]:
        """The document with the fields asked for."""
        shown, hidden = self.values.get("fields"), self.values.get("omit", ())
        return {name: value for name, value in document.items() if (not shown or name in shown) and name not in hidden}


class ProductListQuery(ProductDetailQuery, ListQuery):
    """How to find products. `filterable` holds the attributes that the request names, by code."""

    not_narrowing: ClassVar = ProductDetailQuery.not_narrowing | {"facets"}
    further_parameters: ClassVar = (ATTRIBUTE_PARAMETERS,)
    orderings: ClassVar = ("name", "price", "created_at", "updated_at")
    one_way_orderings: ClassVar = (RELEVANCE,)

    search = serializers.CharField(
        required=False,
        max_length=MAX_SEARCH_LENGTH,
        help_text="Words, or their beginnings of three characters or more, each of which must be found: in the name, "
        "SKUs, brand, categories, attributes or description. Slips are forgiven. Best first unless ordered otherwise.",
    )
    category = ReferenceParameter(model=Category, help_text="Slugs; each stands for its whole subtree.")
    brand = ReferenceParameter(model=Brand, help_text="Slugs.")
    product_type = ReferenceParameter(model=ProductType, help_text="Codes.")
    status = ListParameter(
        child=ChoiceParameter(choices=Product.Status.values), required=False, help_text="Needs the right to see drafts."
    )
    sku = ListParameter(child=serializers.CharField(), required=False, help_text=f"Whatever their case. {COMMAS}")
    external_id = ListParameter(child=serializers.CharField(), required=False, help_text=f"To the letter. {COMMAS}")
    id__in = ListParameter(child=IdParameter(min_value=0), required=False, help_text="At most 100.")
    price__gte = MoneyField(required=False, help_text="In `currency`.")
    price__lte = MoneyField(required=False, help_text="In `currency`.")
    currency = ChoiceParameter(choices=sorted(DECIMALS), required=False, help_text="For prices; ISO 4217.")
    in_stock = BooleanParameter(required=False, help_text="Whether any variant is in stock, or none.")
    created_at__gte = TimeField(required=False, help_text="Created then or later.")
    created_at__lt = TimeField(required=False, help_text="Created before then.")
    updated_at__gte = TimeField(required=False, help_text="Changed then or later.")
    updated_at__lt = TimeField(required=False, help_text="Not changed since then.")
    facets = ListParameter(
        child=FacetParameter(),
        required=False,
        help_text="Count products by these: " + ", ".join(f"`{name}`" for name in FACETS) + ", `attr.CODE`.",
    )

    @cached_property
    def filterable(self) -> dict[str, Filterable]:
        """No query unless attributes are named."""
        request = self.context.get("request")
        if request is None:  # for the document
            return {}
        named = request.query_params
        facets = (name for value in named.getlist("facets") for name in split(value))
        return filterable_attributes(codes_in([*named, *facets]))

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """The declared fields, and those of the attributes that the request names."""
        return {**super().get_fields(), **fields_of(self.filterable)}

    def to_internal_value(self, data: Any) -> Any:
        """Read, with the currency filled in and conditions on attributes under `attributes`.

        Raises NotAuthenticated or PermissionDenied for a forbidden `status`.
        """
        if "status" in data:
            self._require_right_to_see_drafts()
        values: dict[str, Any] = {"currency": settings.DEFAULT_CURRENCY, **super().to_internal_value(data)}
        if "attr" in values:
            values["attributes"] = conditions_of(values.pop("attr"), self.filterable)
        return values

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Amounts have no more decimals than the currency, here as in a body; only a search has relevance."""
        amounts = {name: value for name, value in attrs.items() if isinstance(value, Decimal)}
        if surplus := surplus_decimals(amounts, attrs["currency"]):
            raise ValidationError(surplus)
        if attrs.get("ordering") == RELEVANCE and "search" not in attrs:
            raise ValidationError({"ordering": ErrorDetail("Relevance needs a search.", "search_required")})
        return attrs

    @property
    def ordering(self) -> str:
        """The ordering asked for; else the best first where something is searched for."""
        return RELEVANCE if "search" in self.values and "ordering" not in self.values else super().ordering

    @property
    def is_plain(self) -> bool:
        """Whether it is for all there is, ordered by what every product has, and uncounted."""
        narrows = self.narrowing().keys() - {"currency", "ordering"}
        return not narrows and "count" not in self.values and self.ordering.removeprefix("-") != PRICE

    def _closest(self, name: str, index: int) -> str | None:
        if not name.startswith(ATTRIBUTE) or index >= MAX_SUGGESTIONS:
            return super()._closest(name, index)
        return closest_parameter(name)

    def _require_right_to_see_drafts(self) -> None:
        user = self.context["request"].user
        if not user.is_authenticated:
            raise NotAuthenticated
        if not user.has_perm(VIEW_PRODUCT):
            raise PermissionDenied


class CategoryListQuery(ListQuery):
    """How to find categories."""

    orderings: ClassVar = ("path", "name", "created_at")
    default_ordering: ClassVar = "path"

    search = serializers.CharField(required=False, max_length=200, help_text="In the name.")
    parent = ReferenceParameter(  # type: ignore[assignment]
        model=Category, help_text="Slugs of parents; direct children only."
    )
    depth = IntegerParameter(required=False, min_value=0, max_value=1_000, help_text="0 for roots.")


class NamedListQuery(ListQuery):
    """How to find brands, attributes and product types."""

    search = serializers.CharField(required=False, max_length=200, help_text="In the name.")


class VariantListQuery(ListQuery):
    """How to find variants."""

    search = serializers.CharField(required=False, max_length=200, help_text="In the name.")
    sku = ListParameter(child=serializers.CharField(), required=False, help_text=f"Whatever their case. {COMMAS}")
    barcode = ListParameter(child=serializers.CharField(), required=False, help_text=f"To the letter. {COMMAS}")
    product = ListParameter(child=serializers.CharField(), required=False, help_text="Ids or slugs of products.")
