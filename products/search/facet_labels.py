"""What is shown of counts: values with their labels, the most frequent first, and those selected in any case."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from heapq import nlargest
from typing import Any

from products.models import Brand, Category, ProductType
from products.search.facet_scan import MOST_VALUES

Value = dict[str, Any]
Counts = Mapping[Any, int]


def brand_values(counts: Counts, selected: Collection[Brand]) -> list[Value]:
    """Brands from counts by id: one query."""
    return _rows_by_id(Brand, "slug", counts, selected)


def product_type_values(counts: Counts, selected: Collection[ProductType]) -> list[Value]:
    """Product types from counts by id: one query."""
    return _rows_by_id(ProductType, "code", counts, selected)


def category_values(counts: Counts, selected: Collection[Category]) -> list[Value]:
    """Categories with their subtrees, from counts by the list of a product's own categories: two queries."""
    by_slug = _with_ancestors({_ids(text): count for text, count in counts.items()})
    chosen = {category.slug for category in selected}
    rows = Category.objects.filter(slug__in=_contenders(by_slug, chosen))
    return most_frequent(
        {**_value(slug, name, by_slug[slug], slug in chosen), "path": path}
        for slug, name, path in rows.values_list("slug", "name", "path")
    )


def plain_values(counts: Counts, selected: Collection[Any], labels: Mapping[Any, str]) -> list[Value]:
    """Values that say themselves what they are, unless there are labels for them."""
    known = {**dict.fromkeys(selected, 0), **counts}
    return most_frequent(
        _value(value, labels.get(value) or _text(value), count, value in selected) for value, count in known.items()
    )


def most_frequent(values: Iterable[Value]) -> list[Value]:
    """The first hundred by count, then label, and those selected beyond them; none that counts nothing unless selected.

    Labels are compared by code point, which is the same everywhere.
    """
    counting = (value for value in values if value["count"] or value["selected"])
    ordered = sorted(counting, key=lambda value: (-value["count"], value["label"], str(value["value"])))
    return [value for place, value in enumerate(ordered) if place < MOST_VALUES or value["selected"]]


def _rows_by_id(model: type[Any], key: str, counts: Counts, selected: Collection[Any]) -> list[Value]:
    by_id = Counter({int(row_id): count for row_id, count in counts.items()})
    chosen = {row.pk for row in selected}
    rows = model.objects.filter(pk__in=_contenders(by_id, chosen))
    return most_frequent(
        _value(value, name, by_id[pk], pk in chosen) for pk, value, name in rows.values_list("pk", key, "name")
    )


def _with_ancestors(counts: Mapping[tuple[int, ...], int]) -> Counter[str]:
    """Products by the slug of each category that they lie in: in two of one subtree, a product counts once."""
    known = {category_id for ids in counts for category_id in ids}
    paths = dict(Category.objects.filter(pk__in=known).values_list("pk", "path"))
    by_slug: Counter[str] = Counter()
    for ids, count in counts.items():
        for slug in {slug for category_id in ids for slug in paths.get(category_id, "").split("/")}:
            by_slug[slug] += count
    return by_slug


def _ids(text: str) -> tuple[int, ...]:
    """An array as either database writes it."""
    return tuple(int(number) for number in text.strip("{}[]").split(",") if number)


def _contenders(counts: Mapping[Any, int], chosen: Collection[Any]) -> list[Any]:
    """What may be among the first hundred: only these need their labels looked up."""
    largest = nlargest(MOST_VALUES, counts.values())
    least = largest[-1] if largest else 0
    return sorted({key for key, count in counts.items() if count >= least} | set(chosen))


def _value(value: Any, label: str, count: int, is_selected: bool) -> Value:
    return {"value": value, "label": label, "count": count, "selected": is_selected}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
