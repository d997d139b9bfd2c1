"""The vocabulary: which words there are, and which brands, categories and options are named with them."""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice

import orjson
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from products.listings.words import brand_token, category_token, fold, option_token
from products.models import AttributeOption, Brand, Category
from products.models.inserting import BATCH
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
    name_all({source: name})


def name_all(names: Mapping[str, str]) -> None:
    """The same for many, by source: three statements at most, none for none."""
    if not names:
        return
    wanted = {(word, source) for source, name in names.items() for word in fold(name)}
    held = SearchWord.objects.filter(source__in=names).exclude(source="").values_list("word", "source", "pk")
    present = {(word, source): pk for word, source, pk in held}
    if gone := [pk for key, pk in present.items() if key not in wanted]:
        SearchWord.objects.filter(pk__in=gone).delete()
    new = sorted(wanted - present.keys())
    SearchWord.objects.bulk_create([SearchWord(word=word, source=source) for word, source in new], BATCH)


@transaction.atomic
def name_everything() -> None:
    """Say anew which words the names of all brands, categories and options have."""
    for model, field, token in NAMED:
        rows = model._default_manager.order_by("pk").values_list("pk", field)
        names = ((token(pk), name) for pk, name in rows.iterator(BATCH))
        while portion := dict(islice(names, BATCH)):
            name_all(portion)


def _worth_knowing(text: Words) -> Iterable[str]:
    """Names of rows are known by their source. SKUs with digits are as many as variants: they are looked up there."""
    for group in (text.a, text.c, text.d):
        yield from (word for word in group if not word.startswith("~"))
    yield from (word for word in text.b if word.isalpha())
