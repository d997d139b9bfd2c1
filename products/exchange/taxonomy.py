"""Writes records of what products refer to: each creates one, edits the one it means, or changes nothing."""

from datetime import datetime
from typing import Any

from django.db import DataError, IntegrityError, transaction

from catalog_project.errors import DomainError
from products.exchange.records import Outcome, Record
from products.exchange.references import SlugReferences
from products.exchange.upsert import faults_from
from products.models import Brand, Category
from products.models.naming import sort_key
from products.services.actor import Actor
from products.services.brands import create_brand, update_brand
from products.services.categories import create_category, move_category, update_category

Values = dict[str, Any]


class TaxonomyWriter:
    """Writes one record at a time, each in a savepoint of its own."""

    def __init__(self, *, by: Actor | None, references: SlugReferences) -> None:
        self.by, self._references = by, references

    def write(self, record: Record) -> None:
        """Write a validated record and give it its outcome."""
        try:
            with transaction.atomic():
                record.outcome = self.upsert(self._references.settled(record.values))
        except (DomainError, IntegrityError, DataError) as error:
            record.fail(faults_from(error))

    def upsert(self, values: Values) -> Outcome:
        """Create or edit the row that the values mean."""
        raise NotImplementedError


class BrandWriter(TaxonomyWriter):
    """Writes brands, matched by slug, else by name."""

    def upsert(self, values: Values) -> Outcome:
        """Create or edit a brand."""
        brand = _match(Brand, values, name_key=sort_key(values["name"]))
        if brand is None:
            create_brand(by=self.by, values=values)
            return Outcome.CREATED
        before = brand.updated_at
        return _outcome(update_brand(by=self.by, brand=brand, values=values), before)


class CategoryWriter(TaxonomyWriter):
    """Writes categories, matched by slug, else by name and parent."""

    def upsert(self, values: Values) -> Outcome:
        """Create, edit or move a category."""
        category = _match(Category, values, name_key=sort_key(values["name"]), parent=values.get("parent"))
        if category is None:
            create_category(by=self.by, values=values)
            return Outcome.CREATED
        before = category.updated_at
        if "parent" in values:
            category = move_category(by=self.by, category=category, values={"parent": values["parent"]})
        own = {name: value for name, value in values.items() if name != "parent"}
        return _outcome(update_category(by=self.by, category=category, values=own), before)


def _match(model: type[Any], values: Values, **name: Any) -> Any:
    """The row with the slug given, else the oldest one of the name."""
    rows = model.objects.filter(slug=values["slug"]) if "slug" in values else model.objects.filter(**name)
    return rows.order_by("pk").first()


def _outcome(row: Any, before: datetime) -> Outcome:
    return Outcome.UNCHANGED if row.updated_at == before else Outcome.CHANGED
