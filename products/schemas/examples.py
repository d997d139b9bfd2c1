"""The example catalog that the documentation shows."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer


def read_example(value: dict[str, Any]) -> Any:
    """Show a document as the example of a read shape."""
    return extend_schema_serializer(examples=[OpenApiExample("Example", value=value, response_only=True)])


def write_example(value: dict[str, Any]) -> Any:
    """Show a body as the example of a write shape."""
    return extend_schema_serializer(examples=[OpenApiExample("Example", value=value, request_only=True)])


TIMES = {"created_at": "2030-01-31T12:00:00.000000Z", "updated_at": "2030-01-31T12:00:00.000000Z"}

BRAND_WRITE: dict[str, Any] = {"name": "Acme"}
BRAND: dict[str, Any] = {"id": 1, "slug": "acme", "name": "Acme", **TIMES}

CATEGORY_WRITE: dict[str, Any] = {"name": "Backpacks", "parent": "bags"}
CATEGORY: dict[str, Any] = {
    "id": 2,
    "slug": "backpacks",
    "name": "Backpacks",
    "parent": "bags",
    "path": "bags/backpacks",
    "description": "",
    "position": 0,
    **TIMES,
}

VARIANT_WRITE: dict[str, Any] = {
    "sku": "TB-RED",
    "attributes": {"color": "red"},
    "weight_g": 900,
    "stock": 15,
    "prices": {"USD": {"amount": "129.99"}},
}
VARIANT: dict[str, Any] = {
    "id": 77,
    "sku": "TB-RED",
    "external_id": None,
    "name": "",
    "barcode": "",
    "attributes": {"color": "red"},
    "weight_g": 900,
    "prices": {"USD": {"amount": "129.99", "compare_at": None}},
    "stock": 15,
    "in_stock": True,
    "position": 0,
    "version": 1,
    **TIMES,
}
OWN_VARIANT = {**VARIANT, "product": {"id": 42, "slug": "trail-backpack", "name": "Trail Backpack"}}

ATTRIBUTE_WRITE: dict[str, Any] = {
    "code": "material",
    "name": "Material",
    "type": "option",
    "filterable": True,
    "options": [{"code": "nylon", "label": "Nylon"}, {"code": "cotton", "label": "Cotton"}],
}
ATTRIBUTE: dict[str, Any] = {
    "code": "material",
    "name": "Material",
    "type": "option",
    "unit": "",
    "filterable": True,
    "searchable": False,
    "min": None,
    "max": None,
    "options": [
        {"code": "nylon", "label": "Nylon", "position": 0},
        {"code": "cotton", "label": "Cotton", "position": 1},
    ],
}
PRODUCT_TYPE_WRITE: dict[str, Any] = {
    "code": "bag",
    "name": "Bag",
    "attributes": [{"attribute": "material", "required": "to_publish"}, {"attribute": "color", "level": "variant"}],
}
PRODUCT_TYPE: dict[str, Any] = {
    "code": "bag",
    "name": "Bag",
    "attributes": [
        {"attribute": "material", "level": "product", "required": "to_publish"},
        {"attribute": "color", "level": "variant", "required": "never"},
    ],
}

PRODUCT_WRITE: dict[str, Any] = {
    "name": "Trail Backpack",
    "status": "active",
    "product_type": "bag",
    "brand": "acme",
    "categories": ["backpacks"],
    "attributes": {"material": "nylon"},
    "variants": [VARIANT_WRITE],
}
PRODUCT: dict[str, Any] = {
    "id": 42,
    "slug": "trail-backpack",
    "name": "Trail Backpack",
    "description": "",
    "status": "active",
    "published_from": None,
    "published_until": None,
    "external_id": None,
    "product_type": {"code": "bag", "name": "Bag"},
    "brand": {"slug": "acme", "name": "Acme"},
    "categories": [{"slug": "backpacks", "name": "Backpacks", "path": "bags/backpacks"}],
    "attributes": {"material": "nylon"},
    "variants": [VARIANT],
    "price_range": {"USD": {"min": "129.99", "max": "129.99"}},
    "in_stock": True,
    "version": 1,
    **TIMES,
}
PRODUCT_PATCH: dict[str, Any] = {"name": "Trail Backpack 2", "brand": None, "attributes": {"material": "cotton"}}
VARIANT_PATCH: dict[str, Any] = {"prices": {"USD": {"compare_at": "149.99"}, "EUR": None}}

CHANGE: dict[str, Any] = {
    "sequence": 1042,
    "time": "2030-01-31T12:00:00.000000Z",
    "request_id": "3f0c9a52b7d54c1e",
    "actor": {"id": 7, "username": "anna"},
    "entity": "variant",
    "id": 77,
    "action": "update",
    "version": 2,
    "changes": {
        "prices": {
            "before": {"USD": {"amount": "129.99", "compare_at": None}},
            "after": {"USD": {"amount": "119.99", "compare_at": "129.99"}},
        }
    },
    "message": "",
}
CHANGE_PAGE: dict[str, Any] = {"results": [CHANGE], "next_since": 1042, "has_more": False}
