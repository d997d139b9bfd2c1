"""The category tree in the admin."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from products.admin.base import CatalogAdmin, counted, list_url
from products.admin.category_choice import AUTOCOMPLETE, CategoryAutocompleteView, CategoryField, paths_down_to
from products.admin.fields import DescriptionField, SlugField
from products.admin.finding import find_named
from products.admin.forms import CatalogForm
from products.models import Category, Product, ProductCategory, naming
from products.models.category import MAX_POSITION
from products.services.categories import create_category, delete_category, move_category, update_category


class CategoryForm(CatalogForm):
    """A category and its place."""

    name = forms.CharField(max_length=naming.NAME_LENGTH)
    slug = SlugField()
    parent = CategoryField(Category._meta.get_field("parent"), help_text="Empty for a category at the top.")
    position = forms.IntegerField(
        min_value=0,
        max_value=MAX_POSITION,
        required=False,
        help_text="Among its siblings the lowest comes first; equal ones follow by name.",
    )
    description = DescriptionField()

    def clean_position(self) -> int:
        """Empty stands for 0."""
        return self.cleaned_data["position"] or 0


class CategoryTree(ChangeList):
    """A list whose pages follow the tree: each category below its parent, siblings by position, then by name."""

    def get_results(self, request: HttpRequest) -> None:
        """Django's results, in the order of the tree and with the numbers of products."""
        super().get_results(request)
        ids = in_tree_order(self.queryset)
        if self.multi_page and not (self.show_all and self.can_show_all):
            ids = ids[(self.page_num - 1) * self.list_per_page : self.page_num * self.list_per_page]
        found = with_product_count(Category.objects.all()).in_bulk(ids)
        self.result_list = [found[pk] for pk in ids if pk in found]


@admin.register(Category)
class CategoryAdmin(CatalogAdmin):
    """Categories as a tree."""

    form = CategoryForm
    fields = ("name", "slug", "parent", "position", "description")
    list_display = ("indented_name", "path", "position", "products_link", "updated")
    list_per_page = 200
    sortable_by = ()  # a tree has one order
    ordering = ("path",)
    search_fields = ("name_key",)  # shows the search box; get_search_results says what is searched
    search_help_text = "By name or the beginning of the slug"

    def get_urls(self) -> list[URLPattern]:
        """Django's addresses and that of the autocomplete."""
        view = CategoryAutocompleteView.as_view(admin_site=self.admin_site)
        return [path("autocomplete/", self.admin_site.admin_view(view), name=AUTOCOMPLETE), *super().get_urls()]

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        """The list as a tree."""
        return CategoryTree

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Categories by name or slug."""
        return find_named(queryset, search_term), False

    @admin.display(description="name")
    def indented_name(self, category: Category) -> SafeString:
        """The name, as far to the right as the category is deep."""
        depth = min(category.depth, 9)
        return format_html('<span class="catalog-depth-{}">{}</span>', depth, category.name)

    @admin.display(description="products")
    def products_link(self, category: Any) -> SafeString:
        """How many there are in the subtree, and the way to them."""
        url = list_url(Product, category=category.pk)
        return format_html('<a href="{}">{}</a>', url, f"{category.subtree_product_count:,}")

    def reasons_to_keep(self, rows: Sequence[Any]) -> list[str]:
        """Categories below it, and products in it."""
        ids = [row.pk for row in rows]
        children = Category.objects.filter(parent__in=ids).exclude(pk__in=ids).values_list("parent")
        below = dict(children.annotate(number=Count("pk")))
        inside = dict(ProductCategory.objects.filter(category__in=ids).values_list("category").annotate(Count("pk")))
        return [
            _reason(row, below.get(row.pk, 0), inside.get(row.pk, 0))
            for row in rows
            if row.pk in below or row.pk in inside
        ]

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete from the leaves up."""
        super().delete_queryset(request, queryset.order_by("-path"))

    def create(self, *, by: Any, values: Any) -> Category:
        """Create a category."""
        return create_category(by=by, values=values)

    def update(self, *, by: Any, target: Category, values: Any, if_version: int | None) -> None:
        """Change a category; its place through the act that guards the tree."""
        place = {name: values[name] for name in ("parent", "position") if name in values}
        own = {name: value for name, value in values.items() if name not in place}
        if own:
            update_category(by=by, category=target, values=own, if_version=if_version)
        if place:
            # The first write has made a version of its own, and nobody else can come in between.
            move_category(by=by, category=target, values=place, if_version=None if own else if_version)

    def remove(self, *, by: Any, target: Category) -> None:
        """Delete a category."""
        delete_category(by=by, category=target)


def in_tree_order(categories: QuerySet[Category]) -> list[int]:
    """Their ids in the order of the tree, which the ancestors decide too, whether they are among them or not."""
    rows = Category.objects.order_by().values_list("path", "position", "name_key")
    place = {path: (position, name_key, path) for path, position, name_key in rows}
    wanted = categories.order_by().values_list("pk", "path")
    # one that was moved between the two queries is shown somewhere, not nowhere
    ordered = sorted((tuple(place.get(p, (0, "", p)) for p in paths_down_to(path)), pk) for pk, path in wanted)
    return [pk for _, pk in ordered]


def with_product_count(categories: QuerySet[Category]) -> QuerySet[Category]:
    """Annotate `subtree_product_count`: products in the subtree, each counted once wherever it stands."""
    root, end = OuterRef("path"), Concat(OuterRef("path"), Value("0"))  # "0" follows "/" in code point order
    inside = Q(category__path=root) | Q(category__path__gte=Concat(OuterRef("path"), Value("/")))
    links = ProductCategory.objects.filter(inside, category__path__gte=root, category__path__lt=end).order_by()
    # Count would group by link; as a plain function it takes all of them together
    number = Func(F("product"), function="COUNT", template="COUNT(DISTINCT %(expressions)s)")
    counted = links.annotate(number=number).values("number")
    return categories.annotate(subtree_product_count=Subquery(counted, output_field=IntegerField()))


def _reason(category: Category, below: int, inside: int) -> SafeString:
    return format_html(
        '{}: {} below it, <a href="{}">{} in it</a>',
        category,
        counted(below, "category", "categories"),
        list_url(Product, category=category.pk),
        counted(inside, "product", "products"),
    )
