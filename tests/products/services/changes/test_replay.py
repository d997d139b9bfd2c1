"""Whoever applies the feed from its beginning to nothing holds the catalog in the end."""
# ruff: noqa: ARG005 - steps are called alike

import itertools
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

import hypothesis
import orjson
import pytest
from django.db import IntegrityError, transaction
from django.db.models import Model, ProtectedError
from hypothesis import strategies as st

from catalog_project.errors import DomainError
from products.exchange.importing import Importer
from products.exchange.records import Record
from products.models import Attribute, Brand, Category, Change, Product, ProductType, Variant
from products.services import attributes, brands, categories, product_types, products, variants
from products.services.changes.feed import Filters, read_changes
from products.services.changes.reverting import revert_change
from products.services.changes.values import VALUES, values_of

NAMES = ["A", "B", "C"]
# field of an entity -> what it refers to, by which key
REFERENCES = {
    ("product", "brand"): ("brand", "slug"),
    ("product", "product_type"): ("product_type", "code"),
    ("product", "categories"): ("category", "slug"),
    ("category", "parent"): ("category", "slug"),
}


class Copy:
    """A consumer's copy: fields by entity and id, references held as ids, since a rename is one row of its own."""

    def __init__(self) -> None:
        self.entities: dict[str, dict[int, dict[str, Any]]] = {entity.value: {} for entity, _ in VALUES.values()}

    def apply(self, change: Any) -> None:
        """Take one change over; it must fit what was there."""
        held, fields = self.entities[change.entity], orjson.loads(change.changes)
        present = held.get(change.entity_id, dict.fromkeys(fields))
        for name, values in fields.items():
            assert self.shown(change.entity, name, present[name]) == values["before"], (change, name)
            present[name] = self.referred(change.entity, name, values["after"])
        if change.action == "delete":
            del held[change.entity_id]
        else:
            assert (change.action == "create") == (change.entity_id not in held)
            held[change.entity_id] = present

    def referred(self, entity: str, name: str, value: Any) -> Any:
        """A field as the copy holds it."""
        if (entity, name) not in REFERENCES or value is None:
            return value
        target, key = REFERENCES[entity, name]
        ids = {fields[key]: pk for pk, fields in self.entities[target].items()}
        return [ids[word] for word in value] if isinstance(value, list) else ids[value]

    def shown(self, entity: str, name: str, value: Any) -> Any:
        """A field as the catalog shows it."""
        if (entity, name) not in REFERENCES or value is None:
            return value
        target, key = REFERENCES[entity, name]
        rows = self.entities[target]
        return [rows[pk][key] for pk in value] if isinstance(value, list) else rows[value][key]

    def catalog(self) -> dict[tuple[str, int], dict[str, Any]]:
        """Everything it holds."""
        return {
            (entity, pk): {name: self.shown(entity, name, value) for name, value in fields.items()}
            for entity, rows in self.entities.items()
            for pk, fields in rows.items()
        }


def catalog() -> dict[tuple[str, int], dict[str, Any]]:
    """Everything there is."""
    return {
        (entity.value, row.pk): orjson.loads(orjson.dumps(values_of(row)))
        for model, (entity, _) in VALUES.items()
        for row in model._default_manager.all()
    }


def replayed(page_size: int) -> Copy:
    copy, since, more = Copy(), 0, True
    while more:
        page = read_changes(since=since, limit=page_size, filters=Filters())
        for change in page.changes:
            copy.apply(change)
        since, more = page.next_since, page.has_more
    return copy


def pick(model: type[Model], number: int) -> Any:
    """One of the rows there are. Raises ZeroDivisionError where there are none."""
    rows = list(model._default_manager.order_by("pk"))
    return rows[number % len(rows)]


def new_product(n: int, m: int) -> None:
    chosen = [row for row in Category.objects.order_by("pk") if (n + row.pk) % 2]
    values = {
        "name": NAMES[n % 3],
        "categories": chosen,
        "brand": Brand.objects.order_by("pk").first() if m % 2 else None,
        "attributes": {"n": m, "nothing": None},
        "variants": [{"sku": f"S{n}-{i}", "stock": m, "prices": {"USD": {"amount": Decimal(m)}}} for i in range(n % 3)],
    }
    products.create_product(by=None, values=values)


def edit_product(n: int, m: int) -> None:
    brand = pick(Brand, m) if m % 3 else None
    values = {
        "name": NAMES[m % 3],
        "brand": brand,
        "categories": [pick(Category, m)] if m % 2 else [],
        "attributes": {"n": m, "x": None if m % 2 else 1.5},
    }
    products.update_product(by=None, product_id=pick(Product, n).pk, values=values)


def give_type(n: int, m: int) -> None:
    values = {"product_type": pick(ProductType, m), "attributes": {"n": None, "nothing": None, "x": None}}
    products.update_product(by=None, product_id=pick(Product, n).pk, values=values)


def edit_variant(n: int, m: int) -> None:
    prices = {"USD": {"amount": Decimal(m), "compare_at": None}, "JPY": None if m % 2 else {"amount": Decimal(m)}}
    variants.update_variant(
        by=None, variant_id=pick(Variant, n).pk, values={"name": NAMES[m % 3], "prices": prices, "weight_g": m}
    )


def new_type(n: int, m: int) -> None:
    links = [{"attribute": row} for row in Attribute.objects.order_by("pk")[: m % 3]]
    product_types.create_product_type(by=None, values={"code": f"t{n % 3}", "name": "T", "attributes": links})


def new_attribute(n: int, m: int) -> None:
    options = [{"code": f"o{i}", "label": NAMES[i % 3]} for i in range(m % 3)]
    values = {"code": f"a{n % 4}", "name": "A", "type": "option", "options": options}
    attributes.create_attribute(by=None, values=values)


def import_lines(n: int, m: int) -> None:
    sources = [
        {"name": f"I{n}", "external_id": str(n % 2), "variants": [{"sku": f"I{n % 2}-{m % 2}", "stock": m}]},
        {"kind": "brand", "name": NAMES[n % 3], "slug": "imported"},
        {"name": f"J{m}", "external_id": "j", "brand": "imported", "status": "archived"},
    ]
    Importer(by=None).land([Record(number, source) for number, source in enumerate(sources)])


def undo(n: int, m: int) -> None:
    page = read_changes(since=0, limit=1_000, filters=Filters())
    revert_change(by=None, change=page.changes[-1 - (n + m) % min(len(page.changes), 4)])


STEPS: list[Callable[[int, int], object]] = [
    lambda n, m: brands.create_brand(by=None, values={"name": NAMES[n % 3]}),
    lambda n, m: brands.update_brand(by=None, brand=pick(Brand, n), values={"slug": f"b{m}", "name": NAMES[m % 3]}),
    lambda n, m: brands.delete_brand(by=None, brand=pick(Brand, n)),
    lambda n, m: categories.create_category(
        by=None, values={"name": NAMES[n % 3], "parent": pick(Category, m) if m and Category.objects.exists() else None}
    ),
    lambda n, m: categories.update_category(by=None, category=pick(Category, n), values={"slug": f"c{m}"}),
    lambda n, m: categories.move_category(
        by=None, category=pick(Category, n), values={"parent": pick(Category, m) if m % 2 else None, "position": m}
    ),
    lambda n, m: categories.delete_category(by=None, category=pick(Category, n)),
    new_product,
    new_product,
    edit_product,
    lambda n, m: products.delete_product(by=None, product_id=pick(Product, n).pk),
    lambda n, m: products.publish_product(by=None, product_id=pick(Product, n).pk),
    lambda n, m: products.archive_product(by=None, product_id=pick(Product, n).pk),
    give_type,
    edit_variant,
    lambda n, m: variants.add_variant(by=None, product_id=pick(Product, n).pk, values={"sku": f"V{m}"}),
    lambda n, m: variants.move_stock(by=None, variant_id=pick(Variant, n).pk, delta=m - 4),
    lambda n, m: variants.delete_variant(by=None, variant_id=pick(Variant, n).pk),
    new_attribute,
    lambda n, m: attributes.update_attribute(
        by=None, attribute=pick(Attribute, n), values={"name": NAMES[m % 3], "options": [{"code": "o1", "label": "O"}]}
    ),
    lambda n, m: attributes.delete_attribute(by=None, attribute=pick(Attribute, n)),
    new_type,
    lambda n, m: product_types.update_product_type(
        by=None, product_type=pick(ProductType, n), values={"code": f"u{m % 3}", "attributes": []}
    ),
    lambda n, m: product_types.delete_product_type(by=None, product_type=pick(ProductType, n)),
    import_lines,
    undo,
]
REFUSALS = (DomainError, IntegrityError, ProtectedError, ZeroDivisionError)  # the last one: nothing to choose from
SMALL = st.integers(0, 8)


def run(steps: list[tuple[int, int, int]]) -> None:
    for step, n, m in steps:
        with suppress(*REFUSALS), transaction.atomic():
            STEPS[step](n, m)


@pytest.mark.django_db
@hypothesis.settings(max_examples=40, suppress_health_check=[hypothesis.HealthCheck.too_slow])
@hypothesis.given(st.lists(st.tuples(st.integers(0, len(STEPS) - 1), SMALL, SMALL), max_size=30), st.integers(1, 100))
def test_replaying_the_feed_gives_the_catalog(steps: list[tuple[int, int, int]], page_size: int) -> None:
    with transaction.atomic():
        run(steps)
        assert replayed(page_size).catalog() == catalog()
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_so_it_does_where_every_kind_of_write_has_been() -> None:
    everything = [(step, n, m) for n, m in ((0, 1), (1, 2), (2, 5), (3, 4)) for step in range(len(STEPS))]
    run(everything)
    copy = replayed(7)
    assert copy.catalog() == catalog()
    done = set(Change.objects.values_list("entity", "action"))
    assert done == set(itertools.product(Change.Entity.values, Change.Action.values))
