"""Writing attributes with their options: create, edit, delete.

Attributes and product types have one writer at a time: each of them rests on the other.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.db.models.fields.json import KeyTransform

from catalog_project.errors import Conflict, Fault, Invalid, Missing
from catalog_project.turns import take_turn
from products.listings.names import wait_for
from products.listings.rows import keep, relist
from products.listings.vocabulary import name_all
from products.listings.words import option_token
from products.models import Attribute, AttributeOption, Product, Variant
from products.models.product_type import lock_rules
from products.services.actor import Actor
from products.services.changes.recording import created, deleted, record, updated
from products.services.changes.values import values_of
from products.services.expected import require_version
from products.services.staging import assign

DEFINITIONS_LOCK = 0x617474726962  # "attrib", as a number for `take_turn`
# What products of a type have been written under.
FIXED = ("code", "type")
BOUNDS = ("min", "max")


@transaction.atomic
def create_attribute(*, by: Actor | None, values: Mapping[str, Any]) -> Attribute:
    """Create an attribute; `options` are `{code, label, position}`, in their order where no position is given.

    Raises Invalid for options of what takes none and for a range that is none, IntegrityError when the code is taken.
    """
    fields = {name: value for name, value in values.items() if name != "options"}
    attribute = Attribute(**fields)
    _refuse_misplaced_options(attribute, values.get("options", ()))
    _refuse_no_range(attribute, values)
    attribute.save()
    keep(attribute, "options", ())
    _replace_options(attribute, values.get("options", ()))
    record([created(attribute)], by=by)
    return attribute


@transaction.atomic
def update_attribute(
    *, by: Actor | None, attribute: Attribute, values: Mapping[str, Any], if_version: int | None = None
) -> Attribute:
    """Change an attribute; `options`, where given, are replaced as a whole.

    Raises Missing, Stale, Invalid and IntegrityError as `create_attribute` does, Conflict
    `attribute_in_use` for a new code or type of what a product type uses, and `in_use` for options that products carry.
    """
    lock_definitions()
    attribute = _reread(attribute)
    require_version(attribute, if_version)
    before = values_of(attribute)
    changed = assign(attribute, {name: value for name, value in values.items() if name != "options"})
    products = Product.objects.filter(product_type__in=attribute.type_links.values("product_type"))
    is_listed_otherwise = not changed.keys().isdisjoint({"filterable", "searchable"})
    if is_listed_otherwise:
        # Before the rules' lock, for which writers wait who hold products.
        wait_for(products)
    lock_rules(attribute.type_links.values_list("product_type_id", flat=True), alone=True)
    _refuse_change_in_use(attribute, changed)
    _refuse_misplaced_options(attribute, values.get("options", attribute.options.all()))
    _refuse_no_range(attribute, values)
    has_other_options = "options" in values and _replace_options(attribute, values["options"])
    if changed or has_other_options:
        attribute.save_next_version({*changed, "name_key"})
        names = [*changed, *(["options"] if has_other_options else [])]
        record([updated(attribute, {name: before[name] for name in names})], by=by)
    if is_listed_otherwise:
        relist(products)
    return attribute


@transaction.atomic
def delete_attribute(*, by: Actor | None, attribute: Attribute, if_version: int | None = None) -> None:
    """Remove an attribute with its options. Raises ProtectedError while a product type uses it, Missing, Stale."""
    lock_definitions()
    attribute = _reread(attribute)
    require_version(attribute, if_version)
    entry = deleted(attribute)
    name_all({option_token(option.pk): "" for option in attribute.options.all()})
    attribute.delete()
    record([entry], by=by)


def lock_definitions() -> None:
    """Wait until no other transaction writes attributes or product types."""
    take_turn(DEFINITIONS_LOCK)


def _reread(attribute: Attribute) -> Attribute:
    found: Attribute | None = Attribute.objects.prefetch_related("options").filter(pk=attribute.pk).first()
    if found is None:
        raise Missing("The attribute is gone.")
    return found


def _refuse_change_in_use(attribute: Attribute, changed: Iterable[str]) -> None:
    fixed = [name for name in FIXED if name in changed]
    if fixed and attribute.type_links.exists():
        faults = [Fault("attribute_in_use", "This stays while product types use it.", f"/{name}") for name in fixed]
        raise Conflict("A product type uses this attribute.", code="attribute_in_use", faults=faults)


def _refuse_misplaced_options(attribute: Attribute, options: Iterable[Any]) -> None:
    if not attribute.has_options and any(True for _ in options):
        raise Invalid([Fault("invalid", "Only attributes of the types option and options have options.", "/options")])


def _refuse_no_range(attribute: Attribute, values: Mapping[str, Any]) -> None:
    """What the database refuses too, which cannot say at which of the bounds."""
    bounds = {name: value for name in BOUNDS if (value := getattr(attribute, name)) is not None}
    given = [name for name in bounds if name in values] or list(bounds)
    if bounds and attribute.type != Attribute.Type.NUMBER:
        raise Invalid([Fault("range_of_number", "Only a number has a min and a max.", f"/{name}") for name in given])
    if len(bounds) == len(BOUNDS) and bounds["min"] > bounds["max"]:
        raise Invalid([Fault("range_order", "min must not be greater than max.", f"/{given[-1]}")])


def _replace_options(attribute: Attribute, wanted: Sequence[Mapping[str, Any]]) -> bool:
    """Leave these options and no others; returns whether that changed any."""
    present = {option.code: option for option in attribute.options.all()}
    rows = {values["code"]: {"position": index, **values} for index, values in enumerate(wanted)}
    if gone := present.keys() - rows.keys():
        _refuse_carried(attribute, gone)
        name_all({option_token(present[code].pk): "" for code in gone})
        attribute.options.filter(code__in=gone).delete()
    changed = [option for code, option in present.items() if code in rows and assign(option, rows[code])]
    AttributeOption.objects.bulk_update(changed, ["label", "position"])
    new = [AttributeOption(attribute=attribute, **values) for code, values in rows.items() if code not in present]
    AttributeOption.objects.bulk_create(new)
    name_all({option_token(option.pk): option.label for option in [*changed, *new]})
    keep(attribute, "options", [*(option for code, option in present.items() if code in rows), *new])
    return bool(gone or changed or new)


def _refuse_carried(attribute: Attribute, codes: Iterable[str]) -> None:
    carried = _carried(attribute, Product, "product_type") | _carried(attribute, Variant, "product__product_type")
    faults = [
        Fault("in_use", f"Products carry the option {code!a}.", "/options") for code in sorted(carried & set(codes))
    ]
    if faults:
        raise Conflict("Products carry options that would go.", code="in_use", faults=faults)


def _carried(attribute: Attribute, model: type[Model], type_of: str) -> set[str]:
    """The options that rows of typed products carry."""
    links = attribute.type_links.values("product_type")
    rows = model._default_manager.filter(**{f"{type_of}__in": links}, attributes__has_key=attribute.code)
    values = rows.order_by().values_list(KeyTransform(attribute.code, "attributes"), flat=True).distinct()
    return {code for value in values for code in (value if isinstance(value, list) else [value])}
