"""Writing the category tree: create, edit, move, delete.

The tree has one writer at a time, so that two moves, each fine alone, cannot close a cycle together.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, TextField, Value
from django.db.models.functions import Concat, Substr

from catalog_project.errors import Conflict, Fault, Missing
from products.listings.documents import Document, category_reference
from products.listings.names import show_renamed, wait_for
from products.listings.vocabulary import name_words
from products.listings.words import category_token
from products.models import Category, Product, ProductCategory
from products.services.actor import Actor
from products.services.slugs import derive_slug, free_slugs
from products.services.staging import assign
from products.services.turns import take_turn

TREE_LOCK = 0x63617465676F7279  # "category", as a number for `take_turn`


@transaction.atomic
def create_category(*, by: Actor | None, values: Mapping[str, Any]) -> Category:
    """Create a category from `name` and, if given, `slug`, `parent` (a Category), `description` and `position`.

    Raises IntegrityError when the slug is taken or the path grows too long, Missing when the parent is gone.
    """
    lock_tree()
    parent = _reread(values["parent"]) if values.get("parent") else None
    slug = values.get("slug") or free_slugs(Category, [derive_slug(values["name"], kind="category")])[0]
    fields = {**values, "slug": slug, "parent": parent, "path": path_below(parent, slug)}
    category: Category = Category.objects.create(**fields)
    name_words(category_token(category.pk), category.name)
    return category


@transaction.atomic
def update_category(*, by: Actor | None, category: Category, values: Mapping[str, Any]) -> Category:
    """Change a category's own fields; a new slug is carried into the paths of its subtree."""
    lock_tree()
    category = _reread(category)
    shown = _subtree_as_shown(category)
    changed = assign(category, values)
    if not changed:
        return category
    if "slug" in changed:
        _carry_path(category, path_below(category.parent, category.slug))
    category.save(update_fields={*changed, "name_key", "path"})
    if "name" in changed:
        name_words(category_token(category.pk), category.name)
    _show_again(category, shown)
    return category


@transaction.atomic
def move_category(*, by: Actor | None, category: Category, values: Mapping[str, Any]) -> Category:
    """Put a category with its subtree below `parent` (a Category, or None for a root) and at `position`.

    What is left out stays. Raises Conflict `category_cycle` when the parent stands inside the subtree.
    """
    lock_tree()
    category = _reread(category)
    if values.get("parent"):
        values = {**values, "parent": _reread(values["parent"])}
    shown = _subtree_as_shown(category)
    changed = assign(category, values)
    if "parent" in changed:
        _refuse_cycle(category)
        _carry_path(category, path_below(category.parent, category.slug))
    if changed:
        category.save(update_fields={*changed, "path"})
        _show_again(category, shown)
    return category


@transaction.atomic
def delete_category(*, by: Actor | None, category: Category) -> None:
    """Remove a category. Raises ProtectedError while it has children or products."""
    lock_tree()
    name_words(category_token(category.pk), "")
    category.delete()


def lock_tree() -> None:
    """Wait until no other transaction writes to the tree."""
    take_turn(TREE_LOCK)


def path_below(parent: Category | None, slug: str) -> str:
    """The path of a slug below a parent, or of a root."""
    return f"{parent.path}/{slug}" if parent else slug


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
