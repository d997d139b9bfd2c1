"""Writing the category tree: create, edit, move, delete.

The tree has one writer at a time, so that two moves, each fine alone, cannot close a cycle together.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, TextField, Value
from django.db.models.functions import Concat, Substr

from catalog_project.errors import Conflict, Fault, Missing
from catalog_project.turns import take_turn
from products.listings.documents import Document, category_reference
from products.listings.names import show_renamed, wait_for
from products.listings.vocabulary import name_all, name_words
from products.listings.words import category_token
from products.models import Category, Product, ProductCategory
from products.models.deleting import delete_rows
from products.models.inserting import insert_rows
from products.services.actor import Actor
from products.services.changes.recording import created, deleted, record, updated
from products.services.expected import require_version
from products.services.row_edits import RowEdit, write_rows
from products.services.slugs import given_or_free_slugs
from products.services.staging import assign

TREE_LOCK = 0x63617465676F7279  # "category", as a number for `take_turn`


def create_category(*, by: Actor | None, values: Mapping[str, Any]) -> Category:
    """Create a category from `name` and, if given, `slug`, `parent` (a Category), `description` and `position`.

    Raises IntegrityError when the slug is taken or the path grows too long, Missing when the parent is gone.
    """
    return create_categories(by=by, batch=[values])[0]


@transaction.atomic
def create_categories(*, by: Actor | None, batch: Sequence[Mapping[str, Any]]) -> list[Category]:
    """Create many categories, none the parent of another, with a number of statements that does not depend on how many.

    Raises as `create_category` does.
    """
    lock_tree()
    parents = _parents(batch)
    slugs = given_or_free_slugs(Category, batch, kind="category")
    categories = []
    for values, slug in zip(batch, slugs, strict=True):
        parent = parents[values["parent"].pk] if values.get("parent") else None
        categories.append(Category(**{**values, "slug": slug, "parent": parent, "path": path_below(parent, slug)}))
    insert_rows(categories)
    name_all({category_token(category.pk): category.name for category in categories})
    record([created(category) for category in categories], by=by)
    return categories


@transaction.atomic
def update_category(
    *, by: Actor | None, category: Category, values: Mapping[str, Any], if_version: int | None = None
) -> Category:
    """Change a category's own fields; a new slug is carried into the paths of its subtree. Raises Missing, Stale."""
    lock_tree()
    category = _reread(category)
    require_version(category, if_version)
    shown = _subtree_as_shown(category)
    changed = assign(category, values)
    if not changed:
        return category
    if "slug" in changed:
        _carry_path(category, path_below(category.parent, category.slug))
    category.save_next_version({*changed, "name_key", "path"})
    if "name" in changed:
        name_words(category_token(category.pk), category.name)
    _show_again(category, shown)
    record([updated(category, changed)], by=by)
    return category


def write_categories(*, by: Actor | None, edits: Sequence[RowEdit[Category]]) -> None:
    """Write edits that leave slugs and parents as they are, in the transaction that has the tree's turn.

    A statement for each new name that products show, a few for all others together.
    """
    edits = write_rows(edits)
    _show_new_names([edit for edit in edits if "name" in edit.fields])
    record([updated(edit.row, edit.fields) for edit in edits], by=by)


@transaction.atomic
def move_category(
    *, by: Actor | None, category: Category, values: Mapping[str, Any], if_version: int | None = None
) -> Category:
    """Put a category with its subtree below `parent` (a Category, or None for a root) and at `position`.

    What is left out stays. Raises Conflict `category_cycle` when the parent stands inside the subtree, Missing, Stale.
    """
    lock_tree()
    category = _reread(category)
    require_version(category, if_version)
    if values.get("parent"):
        values = {**values, "parent": _reread(values["parent"])}
    shown = _subtree_as_shown(category)
    changed = assign(category, values)
    if "parent" in changed:
        _refuse_cycle(category)
        _carry_path(category, path_below(category.parent, category.slug))
    if changed:
        category.save_next_version({*changed, "path"})
        _show_again(category, shown)
    record([updated(category, changed)], by=by)
    return category


@transaction.atomic
def delete_category(*, by: Actor | None, category: Category, if_version: int | None = None) -> None:
    """Remove a category. Raises ProtectedError while it has children or products, Missing, Stale."""
    lock_tree()
    category = _reread(category)
    require_version(category, if_version)
    delete_categories(by=by, categories=[category])


def delete_categories(*, by: Actor | None, categories: Sequence[Category]) -> None:
    """Remove categories, none below another, in the transaction that has the tree's turn.

    Raises ProtectedError while any has children or products.
    """
    entries = [deleted(category) for category in categories]
    name_all({category_token(category.pk): "" for category in categories})
    delete_rows(categories)
    record(entries, by=by)


def lock_tree() -> None:
    """Wait until no other transaction writes to the tree."""
    take_turn(TREE_LOCK)


def path_below(parent: Category | None, slug: str) -> str:
    """The path of a slug below a parent, or of a root."""
    return f"{parent.path}/{slug}" if parent else slug


def _parents(batch: Sequence[Mapping[str, Any]]) -> dict[int, Category]:
    """The parents that new categories name, as they are now. Raises Missing for any gone."""
    wanted = {values["parent"].pk for values in batch if values.get("parent")}
    found: dict[int, Category] = Category.objects.in_bulk(wanted) if wanted else {}
    if len(found) < len(wanted):
        raise Missing("The category is gone.")
    return found


def _reread(category: Category) -> Category:
    found: Category | None = Category.objects.select_related("parent").filter(pk=category.pk).first()
    if found is None:
        raise Missing("The category is gone.")
    return found


def _refuse_cycle(category: Category) -> None:
    parent = category.parent
    if parent and f"{parent.path}/".startswith(f"{category.path}/"):
        fault = Fault("category_cycle", "This category stands inside the one that is moved.", "/parent")
        raise Conflict("A category cannot stand below itself.", code="category_cycle", faults=[fault])


def _carry_path(category: Category, path: str) -> None:
    """Rewrite the subtree's paths in one statement; the category's own is saved by the caller."""
    rest = Substr("path", len(category.path) + 1, output_field=TextField())
    Category.objects.below(category.path).update(path=Concat(Value(path), rest, output_field=TextField()))
    category.path = path


def _show_new_names(edits: Sequence[RowEdit[Category]]) -> None:
    name_all({category_token(edit.row.pk): edit.row.name for edit in edits})
    ids = [edit.row.pk for edit in edits]
    if not ids:
        return
    wait_for(_products_in(ids))
    shown = set(ProductCategory.objects.filter(category__in=ids).values_list("category", flat=True).distinct())
    for edit in edits:
        if edit.row.pk in shown:
            show_renamed(_products_in([edit.row.pk]), category_reference(edit.before()), category_reference(edit.row))


def _subtree_as_shown(category: Category) -> dict[int, Document]:
    return {row.pk: category_reference(row) for row in Category.objects.within(category.path)}


def _show_again(category: Category, shown: dict[int, Document]) -> None:
    """Show new names and paths of a subtree in the documents of its products."""
    now = _subtree_as_shown(category)
    changed = [pk for pk in now if now[pk] != shown[pk]]
    if not changed:
        return
    wait_for(_products_in(changed))
    for pk in ProductCategory.objects.filter(category__in=changed).values_list("category", flat=True).distinct():
        show_renamed(_products_in([pk]), shown[pk], now[pk])


def _products_in(categories: Sequence[int]) -> QuerySet[Product]:
    links = ProductCategory.objects.filter(product=OuterRef("pk"), category__in=categories)
    found: QuerySet[Product] = Product.objects.filter(Exists(links))
    return found
