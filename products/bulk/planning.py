"""What each item means now, what it must not meet, and which items can go together.

An item holds names and rows while its wave lasts, each in a mode. Items go together where nobody holds the same thing
in another mode; what meets an earlier item waits, and so does what meets an item that waits. So the outcome is that of
the items one after another, while everything of one kind of work is written at once.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from catalog_project.errors import Conflict, Fault, Missing
from products.bulk.directory import Directory, Name, Owner, keys_given, names_of, product_ref
from products.bulk.items import Item, Op, Resource
from products.bulk.matching import match
from products.models import Product, Variant
from products.services.slugs import derive_slug

NUMBERED = re.compile(r"-\d+$")


class Mode(StrEnum):
    """How an item holds something; two may hold it together in the same mode, unless that is ALONE."""

    READ = "read"
    EDIT = "edit"  # a row, set in memory one item after another
    DROP = "drop"  # variants of a product
    GIVE = "give"  # a slug to be derived, or a reference to be let go
    ALONE = "alone"


class Work(StrEnum):
    """The kinds of work; what is of one kind is written together."""

    CREATE_BRANDS = "create brands"
    EDIT_BRANDS = "edit brands"
    DELETE_BRANDS = "delete brands"
    CREATE_CATEGORIES = "create categories"
    EDIT_CATEGORIES = "edit categories"
    DELETE_CATEGORIES = "delete categories"
    CREATE_PRODUCTS = "create products"
    EDIT_PRODUCTS = "edit products"
    DELETE_VARIANTS = "delete variants"
    DELETE_PRODUCTS = "delete products"


CREATE = {
    Resource.PRODUCT: Work.CREATE_PRODUCTS,
    Resource.VARIANT: Work.EDIT_PRODUCTS,
    Resource.BRAND: Work.CREATE_BRANDS,
    Resource.CATEGORY: Work.CREATE_CATEGORIES,
}
EDIT = {
    Resource.PRODUCT: Work.EDIT_PRODUCTS,
    Resource.VARIANT: Work.EDIT_PRODUCTS,
    Resource.BRAND: Work.EDIT_BRANDS,
    Resource.CATEGORY: Work.EDIT_CATEGORIES,
}
DELETE = {
    Resource.PRODUCT: Work.DELETE_PRODUCTS,
    Resource.VARIANT: Work.DELETE_VARIANTS,
    Resource.BRAND: Work.DELETE_BRANDS,
    Resource.CATEGORY: Work.DELETE_CATEGORIES,
}


# Fields that may let something go that could not be deleted before.
LET_GO = {"brand": Resource.BRAND, "categories": Resource.CATEGORY, "parent": Resource.CATEGORY}


@dataclass
class Plan:
    """An item, the row that it means (None: a new one) and the product that this row is part of (0: none yet)."""

    item: Item
    work: Work
    target: Owner | None
    product_id: int = 0
    is_missing: bool = False
    taken: list[Fault] = field(default_factory=list)
    holds: dict[Name, Mode] = field(default_factory=dict)
    gives: list[Name] = field(default_factory=list)

    @property
    def rows(self) -> Name | None:
        """The rows that it sets, all of one product; None where it makes them."""
        if self.product_id:
            return "rows", self.product_id
        return (f"rows of {self.target.resource}", self.target.id) if self.target else None

    @property
    def is_new(self) -> bool:
        """Whether its row is still to be made."""
        return self.target is None

    @property
    def is_alone(self) -> bool:
        """Whether nothing else may mean its row meanwhile: it gets another key, type or parent."""
        return self.target is not None and self.holds.get((self.target.resource, self.target.id)) == Mode.ALONE

    def variant_of(self, product: Product) -> Variant | None:
        """The loaded variant that the item means; None for one that is to be, or for the product itself.

        Raises Missing when it has gone.
        """
        if self.target is None or self.target.resource != Resource.VARIANT:
            return None
        variants: list[Variant] = list(product.variants.all())
        for variant in variants:
            if variant.pk == self.target.id:
                return variant
        raise Missing("The variant is gone.")

    def refuse_taken(self) -> None:
        """Raise the conflict that names every key in its data that another row has, if any."""
        if self.taken:
            raise Conflict("Something with this key exists already.", code="duplicate", faults=self.taken)

    def hold(self, token: Name, mode: Mode) -> None:
        """Hold something, alone where it is held in two modes."""
        self.holds[token] = mode if self.holds.get(token, mode) == mode else Mode.ALONE


def plan(item: Item, directory: Directory) -> Plan:
    """What an item means to do, as things are now."""
    target = match(item, directory)
    owner = directory.meant(product_ref(item)) if target is None else None
    planned = Plan(item, _work(item, target), target, _product_of(target or owner))
    planned.is_missing = _is_missing(item, target, owner)
    planned.taken = list(_taken(planned, directory))
    _hold_names(planned, directory)
    if item.op == Op.DELETE:
        _hold_to_delete(planned)
    elif target is not None:
        _hold_to_edit(planned, directory)
    elif planned.product_id:
        planned.hold(("rows", planned.product_id), Mode.EDIT)
    elif "slug" not in item.values and "name" in item.values:
        slug = derive_slug(item.values["name"], kind=item.resource)
        planned.hold((f"{item.resource}_slug", slug), Mode.GIVE)
    return planned


def next_wave(plans: Sequence[Plan]) -> tuple[list[Plan], list[Item]]:
    """The plans that can go together now, and the items that come later, both in their order."""
    held: dict[Name, Mode] = {}
    given: dict[Name, Name] = {}
    wave: list[Plan] = []
    later: list[Item] = []
    for planned in plans:
        for name in given.keys() & planned.holds.keys():
            # It means rows by a name that they are about to get.
            planned.hold(given[name], Mode.EDIT)
        fits = all(token not in held or held[token] == mode != Mode.ALONE for token, mode in planned.holds.items())
        if fits:
            wave.append(planned)
        else:
            later.append(planned.item)
        for token, mode in planned.holds.items():
            as_held = mode if fits or mode == Mode.READ else Mode.ALONE
            held[token] = as_held if held.get(token, as_held) == as_held else Mode.ALONE
        if planned.rows:
            given |= dict.fromkeys(planned.gives, planned.rows)
    return wave, later


def _work(item: Item, target: Owner | None) -> Work:
    resource = Resource(item.resource)
    if item.op == Op.DELETE:
        return DELETE[resource]
    is_new = item.op == Op.CREATE or (target is None and item.op == Op.UPSERT)
    return CREATE[resource] if is_new else EDIT[resource]


def _product_of(owner: Owner | None) -> int:
    return owner.product_id if owner else 0


def _is_missing(item: Item, target: Owner | None, owner: Owner | None) -> bool:
    if target is not None:
        return False
    if item.ref is not None:
        return True
    return product_ref(item) is not None and owner is None


def _taken(planned: Plan, directory: Directory) -> Iterator[Fault]:
    """The keys in its data that other rows have."""
    for pointer, name in keys_given(planned.item):
        owner = directory.owner(name)
        if owner and not _is_own(planned, owner):
            what = pointer.rpartition("/")[2]
            yield Fault("duplicate", f"A {owner.resource} with this {NAMED.get(what, what)} already exists.", pointer)


NAMED = {"sku": "SKU"}


def _is_own(planned: Plan, owner: Owner) -> bool:
    target = planned.target
    if target is None:
        return False
    if target.resource == Resource.PRODUCT and owner.resource == Resource.VARIANT:
        return owner.product_id == target.id
    return (owner.resource, owner.id) == (target.resource, target.id)


def _hold_names(planned: Plan, directory: Directory) -> None:
    for name in names_of(planned.item):
        planned.hold(name, Mode.READ)
        _hold_owner(planned, directory.owner(name))
        if name[0].endswith("_slug") and directory.owner(name) is None:
            # the one that a derived slug gets where others have it
            planned.hold((name[0], NUMBERED.sub("", name[1])), Mode.READ)
    if planned.item.op in {Op.CREATE, Op.UPDATE, Op.UPSERT}:
        for _, name in keys_given(planned.item):
            if directory.owner(name) is None:
                planned.hold(name, Mode.ALONE)
                planned.gives.append(name)


def _hold_owner(planned: Plan, owner: Owner | None) -> None:
    if owner:
        planned.hold((owner.resource, owner.id), Mode.READ)
        if owner.product_id and owner.resource != Resource.PRODUCT:
            planned.hold((Resource.PRODUCT, owner.product_id), Mode.READ)


def _hold_to_delete(planned: Plan) -> None:
    target = planned.target
    if target is None:
        return
    planned.hold((target.resource, target.id), Mode.ALONE)
    if target.resource == Resource.VARIANT:
        planned.hold(("rows", target.product_id), Mode.DROP)
    elif target.resource == Resource.PRODUCT:
        planned.hold(("rows", target.id), Mode.ALONE)
        planned.hold(("let go", Resource.BRAND), Mode.GIVE)
        planned.hold(("let go", Resource.CATEGORY), Mode.GIVE)
    else:
        planned.hold(("let go", target.resource), Mode.READ)


def _hold_to_edit(planned: Plan, directory: Directory) -> None:
    item, target, rows = planned.item, planned.target, planned.rows
    assert target is not None  # noqa: S101 - for the type checker: the caller has looked
    assert rows is not None  # noqa: S101 - as above
    planned.hold(rows, Mode.EDIT)
    if item.op not in {Op.UPDATE, Op.UPSERT}:
        return
    if item.values.keys() & {"product_type", "parent"} or _is_renamed(item, target):
        planned.hold((target.resource, target.id), Mode.ALONE)
        planned.hold((f"places of {target.resource}", 0), Mode.EDIT)
    if item.values.get("variants"):
        planned.hold(rows, Mode.ALONE)
        _hold_variants(planned, directory)
    for name, referred in LET_GO.items():
        if name in item.values:
            planned.hold(("let go", referred), Mode.GIVE)


def _hold_variants(planned: Plan, directory: Directory) -> None:
    """The variants inside a product's data may get other keys."""
    for _, name in keys_given(planned.item):
        owner = directory.owner(name)
        if owner and owner.resource == Resource.VARIANT:
            planned.hold((Resource.VARIANT, owner.id), Mode.ALONE)


def _is_renamed(item: Item, target: Owner) -> bool:
    """Whether it gives the row another key than it has."""
    given = {pointer.rpartition("/")[2]: key for pointer, (_, key) in keys_given(item) if pointer.count("/") == 1}
    given |= {name: None for name in ("external_id",) if name in item.values and item.values[name] is None}
    present = {("sku" if name == "sku_key" else name): key for name, key in target.keys.items()}
    return any(present.get(name) != key for name, key in given.items())
