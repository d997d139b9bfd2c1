"""The vocabulary: which words there are, and which brands, categories and options are named with them."""

from collections.abc import Callable, Iterable

import orjson
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from products.listings.words import brand_token, category_token, fold, option_token
from products.models import AttributeOption, Brand, Category
from products.models.words import SearchWord, Words

NAMED: tuple[tuple[type[Model], str, Callable[[int], str]], ...] = (
    (Brand, "name", brand_token),
    (Category, "name", category_token),
    (AttributeOption, "label", option_token),
)
# Whatever is not there yet, in one statement for any number of words.
LEARN = """
    INSERT INTO products_searchword (word, source, created_at, updated_at)
    SELECT fresh.word, '', %s, %s FROM {fresh}
    WHERE NOT EXISTS (SELECT 1 FROM products_searchword known WHERE known.word = fresh.word AND known.source = '')
"""
FRESH = {
    "postgresql": "unnest(%s::text[]) AS fresh (word)",
    "sqlite": "(SELECT value AS word FROM json_each(%s)) AS fresh",
}


def learn(texts: Iterable[Words]) -> None:
    """Add the words of products to the vocabulary; one statement. Words are never taken out: they do no harm."""
    words = sorted({word for text in texts for word in _worth_knowing(text)})
    if not words:
        return
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    given = words if connection.vendor == "postgresql" else orjson.dumps(words).decode()
    with connection.cursor() as cursor:
        cursor.execute(LEARN.format(fresh=FRESH[connection.vendor]), [now, now, given])


def name_words(source: str, name: str) -> None:
    """Say which words the name of a brand, category or option (`~b12`) has now; an empty name forgets it."""
    wanted = set(fold(name))
    present = set(SearchWord.objects.filter(source=source).exclude(source="").values_list("word", flat=True))
    if gone := present - wanted:
        SearchWord.objects.filter(source=source, word__in=gone).exclude(source="").delete()
    SearchWord.objects.bulk_create(SearchWord(word=word, source=source) for word in sorted(wanted - present))


@transaction.atomic
def name_everything() -> None:
    """Say anew which words the names of all brands, categories and options have."""
    for model, field, token in NAMED:
        for pk, name in model._default_manager.order_by("pk").values_list("pk", field).iterator():
            name_words(token(pk), name)


def _worth_knowing(text: Words) -> Iterable[str]:
    """Names of rows are known by their source. SKUs with digits are as many as variants: they are looked up there."""
    for group in (text.a, text.c, text.d):
        yield from (word for word in group if not word.startswith("~"))
    yield from (word for word in text.b if word.isalpha())
