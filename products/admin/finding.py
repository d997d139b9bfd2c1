"""Finding rows as staff look for them: a few words, or the beginning of a key."""

from typing import Any

from django.db.models import Count, IntegerField, Model, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from products.models import Variant
from products.models.naming import sku_key, sort_key


def find_named(rows: QuerySet[Any], term: str, *, key: str = "slug") -> QuerySet[Any]:
    """Rows whose name holds every word, whatever accents and case, or whose key begins with the term."""
    if not (term := _storable(term)):
        return rows
    return rows.filter(_named(term) | Q(**{f"{key}__istartswith": term}))


def find_products(rows: QuerySet[Any], term: str) -> QuerySet[Any]:
    """Products by name, by the beginning of their slug or of a variant's SKU, or by external id."""
    if not (term := _storable(term)):
        return rows
    # by id and not by EXISTS, which PostgreSQL would try product by product
    by_sku = Variant.objects.order_by().filter(sku_key__startswith=sku_key(term)).values("product")
    keys = Q(slug__istartswith=term) | Q(external_id=term) | Q(pk__in=by_sku)
    return rows.filter(_named(term) | keys)


def find_variants(rows: QuerySet[Any], term: str) -> QuerySet[Any]:
    """Variants by the beginning of their SKU, by barcode or external id, or by their product's name or their own."""
    if not (term := _storable(term)):
        return rows
    keys = Q(sku_key__startswith=sku_key(term)) | Q(barcode=term) | Q(external_id=term)
    return rows.filter(keys | _named(term) | _named(term, "product__name_key"))


def count_of(model: type[Model], reference: str) -> Coalesce:
    """How many rows refer to each row by that foreign key, counted row by row: a list shows but a page of them."""
    rows = model._default_manager.filter(**{reference: OuterRef("pk")}).order_by().values(reference)
    return Coalesce(Subquery(rows.annotate(number=Count("pk")).values("number")), Value(0), output_field=IntegerField())


def _storable(term: str) -> str:
    """The term without NUL, which PostgreSQL cannot even compare."""
    return term.replace("\x00", "").strip()


def _named(term: str, key: str = "name_key") -> Q:
    return Q(*(Q(**{f"{key}__contains": sort_key(word)}) for word in term.split()))
