"""The naive model of a bulk call: the same single requests, one after another."""

from typing import Any

from rest_framework.test import APIClient

from products.models import Brand, Category, Product, Variant
from products.models.naming import sku_key

API = "/api/v1"
PLURAL = {"product": "products", "variant": "variants", "brand": "brands", "category": "categories"}
MODELS = {"product": Product, "variant": Variant, "brand": Brand, "category": Category}

NOBODY = 999_999_999


def send(client: APIClient, item: dict[str, Any]) -> tuple[int, str]:
    """What the single request answers: its status, and the code of its problem."""
    row = _meant(item)
    if row is not None and item.get("version", row.version) != row.version:
        return 412, "stale"
    response = _request(client, item, row)
    code = response.json().get("code", "") if response.status_code >= 400 else ""
    return response.status_code, code


def _meant(item: dict[str, Any]) -> Any:
    model: Any = MODELS[item["resource"]]
    if "ref" in item:
        key = item["ref"]
        field = "pk" if isinstance(key, int) else "slug"
        if model is Variant and field == "slug":
            field, key = "sku_key", sku_key(key)
        return model.objects.filter(**{field: key}).first()
    return _matched(model, item["data"]) if item["op"] == "upsert" else None


def _matched(model: Any, data: dict[str, Any]) -> Any:
    if model is Variant:
        by_id = model.objects.filter(external_id=data.get("external_id") or "").first()
        return by_id or model.objects.filter(sku_key=sku_key(data.get("sku", ""))).first()
    if model is Product and data.get("external_id"):
        return model.objects.filter(external_id=data["external_id"]).first()
    return model.objects.filter(slug=data.get("slug", "")).first()


def _request(client: APIClient, item: dict[str, Any], row: Any) -> Any:
    plural, data = PLURAL[item["resource"]], dict(item.get("data", {}))
    ref = row.pk if row else NOBODY if "ref" in item else None
    address = f"{API}/{plural}/{ref}/" if ref else f"{API}/{plural}/"
    if item["op"] == "delete":
        return client.delete(address)
    if item["op"] in {"publish", "archive"}:
        return client.post(f"{address}{item['op']}/")
    if item["op"] == "set_stock":
        return client.post(f"{address}stock/", data)
    product = data.pop("product", None)
    if ref:
        return client.patch(address, data)
    return client.post(address, data) if product is None else _add_variant(client, product, data)


def _add_variant(client: APIClient, product: str, data: dict[str, Any]) -> Any:
    response = client.post(f"{API}/products/{product}/variants/", data)
    return response if response.status_code != 404 else _unknown_product(client)


def _unknown_product(client: APIClient) -> Any:
    """A product that is named in the data is a reference like any other: unknown ones make the data invalid."""
    return client.post(f"{API}/products/", {"name": "x", "brand": "no-such-brand"})


def everything() -> dict[str, Any]:
    """All that a catalog holds, without ids and times."""
    return {
        "products": {product.slug: _product(product) for product in Product.objects.order_by("slug")},
        "brands": {brand.slug: (brand.name, brand.version) for brand in Brand.objects.order_by("slug")},
        "categories": {
            row.slug: (row.name, row.path, row.description, row.position, row.version)
            for row in Category.objects.order_by("slug")
        },
    }


def _product(product: Product) -> dict[str, Any]:
    names = ("name", "status", "external_id", "attributes", "version", "description", "published_from")
    return {
        **{name: getattr(product, name) for name in names},
        "brand": product.brand and product.brand.slug,
        "type": product.product_type and product.product_type.code,
        "categories": [link.category.slug for link in product.category_links.order_by("position")],
        "variants": [_variant(variant) for variant in product.variants.order_by("position", "sku_key")],
    }


def _variant(variant: Variant) -> dict[str, Any]:
    names = ("sku", "external_id", "name", "stock", "version", "position", "weight_g", "attributes")
    prices = variant.prices.order_by("currency").values_list("currency", "amount", "compare_at")
    return {**{name: getattr(variant, name) for name in names}, "prices": list(prices)}
