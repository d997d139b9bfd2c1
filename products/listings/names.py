"""Names that many products show: holding them still while they are written down, and changing them everywhere.

A product's document holds the names of its brand and categories. Who gives a product such a name first shares the
row that bears it; who renames has that row alone and then waits for every product that shows it. In this order no
product is ever listed under a name that has just changed.
"""

from collections.abc import Iterable
from typing import Any

import orjson
from django.db import connection
from django.db.models import Model, QuerySet, TextField, Value
from django.db.models.functions import Concat, Left, Replace, StrIndex, Substr

from catalog_project.errors import Conflict
from catalog_project.postgresql.patience import allow
from products.listings.documents import Document
from products.models import ListingDocument, Product

# Everything that bears a name stands before it, and nothing in front of it is a client's own JSON.
END_OF_NAMES = ',"attributes":{'
RENAMING_SECONDS = 60


def share(rows: Iterable[Any]) -> None:
    """Hold rows still until the transaction ends, beside others who do so, and read them anew into the same objects.

    All are of one model. Raises Conflict when one is gone.
    """
    known: dict[int, list[Any]] = {}
    for row in rows:
        known.setdefault(row.pk, []).append(row)
    if not known:
        return
    fresh = {row.pk: row for row in _shared(type(row), sorted(known))}
    if len(fresh) < len(known):
        raise Conflict("Something that this refers to was removed meanwhile.", code="in_use")
    for pk, objects in known.items():
        for each in objects:
            each.__dict__.update(
                {field.attname: getattr(fresh[pk], field.attname) for field in row._meta.concrete_fields}
            )


def wait_for(products: QuerySet[Product]) -> None:
    """Lock all products that show a name, in the order in which everybody does; SQLite has but one writer anyway."""
    if connection.vendor != "postgresql":
        return
    locked = products.select_for_update(of=("self",), no_key=True).order_by("pk").values("pk")
    statement, values = locked.query.sql_with_params()
    allow(RENAMING_SECONDS)
    with connection.cursor() as cursor:
        cursor.execute(f"WITH locked AS ({statement}) SELECT count(*) FROM locked", values)  # noqa: S608 - Django's own SQL


def show_renamed(products: QuerySet[Product], before: Document, after: Document) -> None:
    """Put a new reference in the place of an old one in the documents of products: one statement for all of them.

    `before` and `after` are as documents hold them: `{"slug": "acme", "name": "Acme"}`.
    """
    marker = StrIndex("document", _text(END_OF_NAMES))
    head = Replace(
        Left("document", marker - 1, output_field=TextField()),
        _text(orjson.dumps(before).decode()),
        _text(orjson.dumps(after).decode()),
        output_field=TextField(),
    )
    text = Concat(head, Substr("document", marker, output_field=TextField()), output_field=TextField())
    ListingDocument.objects.filter(listing__in=products.values("pk")).update(document=text)


def _shared(model: type[Model], ids: list[int]) -> Iterable[Model]:
    places = ", ".join(["%s"] * len(ids))
    lock = "FOR SHARE" if connection.vendor == "postgresql" else ""
    return model._default_manager.raw(
        f'SELECT * FROM "{model._meta.db_table}" WHERE id IN ({places}) ORDER BY id {lock}',  # noqa: S608 - no input
        ids,
    )


def _text(value: str) -> Value:
    return Value(value, output_field=TextField())
