"""Writes what goes together, a kind of work at a time; what the database refuses is tried in halves."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.db.models import Count, ProtectedError

from catalog_project.errors import DomainError
from products.bulk.bench import Bench
from products.bulk.items import Result
from products.bulk.planning import Plan, Work
from products.bulk.refusing import refuse, refuse_hopeless
from products.bulk.settling import Ready, settled_values
from products.bulk.states import changes_between, variant_state
from products.bulk.taxonomy import (
    drop_brands,
    drop_categories,
    edit_brands,
    edit_categories,
    new_brands,
    new_categories,
)
from products.exchange.upsert import portions
from products.listings.documents import Document
from products.models import Product, Variant
from products.services.actor import Actor
from products.services.changes.values import product_values
from products.services.expected import require_version
from products.services.products import (
    create_product,
    create_products,
    delete_products,
    lock_products,
    require_creatable,
)
from products.services.staging import ProductEdit, new_product
from products.services.typed import TypeRules, rules_for, rules_of
from products.services.variants import remove_variants, stage_removal

Write = Callable[[Sequence[Plan], Actor | None], None]
REFUSALS = (DomainError, IntegrityError, DataError, ProtectedError)


def write_wave(wave: Sequence[Plan], *, by: Actor | None) -> None:
    """Write items that go together; each ends with its result or failure."""
    for planned in wave:
        refuse_hopeless(planned)
    for work in Work:
        plans = [planned for planned in wave if planned.work == work and planned.item.is_open]
        if plans:
            _try(plans, by)


def _try(plans: Sequence[Plan], by: Actor | None) -> None:
    """Write items of one kind; where the database refuses them, their halves, down to who is guilty."""
    try:
        with transaction.atomic():
            WRITE[plans[0].work](plans, by)
    except REFUSALS as error:
        if len(plans) == 1:
            refuse(plans[0], error)
            return
        for planned in plans:
            planned.item.forget()
        middle = len(plans) // 2
        _try(plans[:middle], by)
        _try(plans[middle:], by)


def _create_products(plans: Sequence[Plan], by: Actor | None) -> None:
    ready = [(planned, values, new_product(values, slug="")) for planned, values in settled_values(plans)]  # type: ignore[arg-type]
    rules = rules_for(edit.product.product_type_id for _, _, edit in ready)
    fit = [(planned, values, edit) for planned, values, edit in ready if _is_fit(planned, edit, rules)]
    batch: list[Any] = [values for _, values, _ in fit]
    # one by itself is told every key that is taken
    made = [create_product(by=by, values=batch[0])] if len(fit) == 1 else create_products(by=by, batch=batch)
    for (planned, _, edit), product in zip(fit, made, strict=True):
        edit.product.slug = product.slug
        planned.item.result = Result(201, product, changes_between(None, _new_state(edit)), product.version, product.pk)


def _is_fit(planned: Plan, edit: ProductEdit, rules: TypeRules) -> bool:
    try:
        require_creatable(edit, rules)
        planned.refuse_taken()
    except DomainError as error:
        refuse(planned, error)
    return planned.item.is_open


def _new_state(edit: ProductEdit) -> Document:
    state = product_values(edit.product, edit.categories or ())
    if edit.new_variants:
        state["variants"] = [variant_state(new.variant, new.prices) for new in edit.new_variants]
    return state


def _edit_products(plans: Sequence[Plan], by: Actor | None) -> None:
    for products, together in _with_products(settled_values(plans)):
        bench = Bench(products, rules_of(products.values(), (values for _, values in together)))
        for planned, values in together:
            bench.apply(planned, values)
        bench.write(by=by)


def _delete_variants(plans: Sequence[Plan], by: Actor | None) -> None:
    for products, together in _with_products([(planned, {}) for planned in plans]):
        gone = [variant for planned, _ in together for variant in _taken_out(planned, products[planned.product_id])]
        touched = {variant.product_id: products[variant.product_id] for variant in gone}
        if gone:
            remove_variants(by=by, variants=gone, products=list(touched.values()))


def _taken_out(planned: Plan, product: Product) -> Iterator[Variant]:
    """The variant that an item deletes, taken from its product in memory; none where that is refused."""
    variant = planned.variant_of(product)
    assert variant is not None  # noqa: S101 - for the type checker: a deletion means one
    try:
        require_version(variant, planned.item.version)
        stage_removal(product, variant)
    except DomainError as error:
        refuse(planned, error)
    else:
        _gone(planned, variant, variant_state(variant, variant.prices.all()))
        yield variant


def _delete_products(plans: Sequence[Plan], by: Actor | None) -> None:
    for products, together in _with_products([(planned, {}) for planned in plans]):
        gone = []
        for planned, _ in together:
            product = products[planned.product_id]
            try:
                require_version(product, planned.item.version)
            except DomainError as error:
                refuse(planned, error)
            else:
                gone.append(product)
                _gone(planned, product, product_values(product))
        delete_products(by=by, products=gone)


def _gone(planned: Plan, row: Product | Variant, state: Document) -> None:
    planned.item.result = Result(204, row, changes_between(state, None), None, row.pk)


def _with_products(ready: Ready) -> Iterator[tuple[dict[int, Product], Ready]]:
    """Items with their products, locked and loaded: so many at a time as memory should hold."""
    grouped: dict[int, Ready] = {}
    for planned, values in ready:
        grouped.setdefault(planned.product_id, []).append((planned, values))
    owners = Variant.objects.filter(product__in=grouped).values_list("product")
    counts = dict(owners.annotate(Count("pk")).order_by())
    # in the order of their ids, in which everybody locks them
    for portion in portions(sorted(grouped), lambda product_id: counts.get(product_id, 0)):
        yield lock_products(portion), [pair for product_id in portion for pair in grouped[product_id]]


WRITE: dict[Work, Write] = {
    Work.CREATE_BRANDS: new_brands,
    Work.EDIT_BRANDS: edit_brands,
    Work.DELETE_BRANDS: drop_brands,
    Work.CREATE_CATEGORIES: new_categories,
    Work.EDIT_CATEGORIES: edit_categories,
    Work.DELETE_CATEGORIES: drop_categories,
    Work.CREATE_PRODUCTS: _create_products,
    Work.EDIT_PRODUCTS: _edit_products,
    Work.DELETE_VARIANTS: _delete_variants,
    Work.DELETE_PRODUCTS: _delete_products,
}
