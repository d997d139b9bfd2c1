"""Pages of products: as all pages, and with facets."""

from collections.abc import Iterable
from typing import Any

from catalog_project.api.pagination import Cursor, KeysetPagination, Segment
from products.api.visible import EVERYTHING_VISIBLE, visible_page

COUNT = {"type": "integer", "description": "Products."}
SELECTED = {"type": "boolean", "description": "Whether the list is filtered by it."}
VALUES = {
    "type": "array",
    "description": "The most frequent first, at most 100, and those selected.",
    "items": {
        "type": "object",
        "required": ["value", "label", "count", "selected"],
        "properties": {
            "value": {"type": ["string", "boolean"]},
            "label": {"type": "string"},
            "path": {"type": "string", "description": "Of categories."},
            "count": COUNT,
            "selected": SELECTED,
        },
    },
}
PRICE = {
    "type": "object",
    "required": ["currency", "min", "max"],
    "properties": {
        "currency": {"type": "string"},
        "min": {"type": ["string", "null"]},
        "max": {"type": ["string", "null"]},
    },
}
LIMIT = {"type": ["number", "string"]}
END = {"type": ["number", "string", "null"]}
RANGE = {
    "type": "object",
    "description": "Numbers, or dates as text; `min` and `max` are null without values.",
    "required": ["min", "max", "buckets"],
    "properties": {
        "min": END,
        "max": END,
        "buckets": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["gte", "lt", "count"],
                "properties": {"gte": LIMIT, "lt": END, "count": COUNT},
            },
        },
    },
}
FACETS = {
    "type": "object",
    "description": "With `facets`: by which values the list could be narrowed. `attr.CODE` are values or a range.",
    "properties": {
        "brand": VALUES,
        "category": VALUES,
        "product_type": VALUES,
        "in_stock": VALUES,
        "price": PRICE,
    },
    "additionalProperties": {"anyOf": [VALUES, RANGE]},
}
AS_OF = {
    "type": "string",
    "example": "2030-01-31T12:00:00.000000Z",
    "format": "date-time",
    "description": "As of when facets were counted, where that is over more than 100,000 products.",
}
EXAMPLE = {
    "brand": [{"value": "acme", "label": "Acme", "count": 1, "selected": False}],
    "price": {"currency": "USD", "min": "129.99", "max": "129.99"},
}


class ProductPagination(KeysetPagination):
    """Pages of products; those of all that anyone may see are read by queries made once."""

    def window(self, queryset: Any, segment: Segment, start: Cursor | None, most: int) -> Iterable[Any]:
        """The first rows of a segment from the cursor on, in the direction of reading."""
        if queryset is not EVERYTHING_VISIBLE:
            return super().window(queryset, segment, start, most)
        return visible_page(segment, start.position if start else None, most, backwards=self.is_backwards)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The page for the OpenAPI document."""
        page = super().get_paginated_response_schema(schema)
        facets = {"facets": {"allOf": [FACETS], "example": EXAMPLE}, "facets_as_of": AS_OF}
        return {**page, "properties": {**page["properties"], **facets}}
