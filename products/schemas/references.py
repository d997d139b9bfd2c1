"""Brands, categories and the like named by slug or code in a body or a parameter."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.db.models import Model
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from catalog_project.api.query import ListParameter
from catalog_project.api.serializers import unknown_value
from catalog_project.api.viewsets import find
from products.models import Attribute, Category, ProductType

MAX_CATEGORIES = 100
# A suggestion is a courtesy that takes time to find: for so many unknown slugs, among so many known ones.
MAX_SUGGESTIONS = 3
MAX_CANDIDATES = 5_000


# What has a code in place of a slug.
CODED = (Attribute, ProductType)


class References:
    """Finds rows by slug or code, one query for each call. An import gives a subclass that remembers."""

    def find(self, model: type[Any], slugs: Iterable[str]) -> dict[str, Any]:
        """The rows that exist, by slug."""
        wanted = [slug for slug in slugs if "\x00" not in slug]
        key = key_of(model)
        rows = model.objects.filter(**{f"{key}__in": wanted}) if wanted else ()
        return {getattr(row, key): row for row in rows}

    def refusals(self, model: type[Any], slugs: Sequence[str]) -> dict[str, ErrorDetail]:
        """The errors for slugs that name nothing, by slug."""
        return unknown(model, slugs)


def key_of(model: type[Any]) -> str:
    """The column by which bodies and parameters name rows of a model."""
    return "code" if model in CODED else "slug"


def references_of(field: serializers.Field[Any, Any, Any, Any]) -> References:
    """The finder in the serializer's context, or a plain one."""
    found = field.context.get("references")
    return found if isinstance(found, References) else References()


def unknown(model: type[Model], slugs: Sequence[str]) -> dict[str, ErrorDetail]:
    """The errors for slugs that name nothing, by slug; one query at most."""
    known = list(model._default_manager.values_list(key_of(model), flat=True)[:MAX_CANDIDATES]) if slugs else []
    return {
        slug: unknown_value(slug, known if index < MAX_SUGGESTIONS else (), f"The {model._meta.verbose_name}")
        for index, slug in enumerate(slugs)
    }


@extend_schema_field(OpenApiTypes.STR)
class Reference(serializers.Field[Any, Any, str, Any]):
    """A row by its slug or code."""

    default_error_messages: ClassVar = {"invalid": "This must be a text that names it."}

    def __init__(self, *, model: type[Model], **options: Any) -> None:
        super().__init__(**options)
        self.model = model

    def to_internal_value(self, data: Any) -> Any:
        """The row."""
        if not isinstance(data, str):
            self.fail("invalid")
        references = references_of(self)
        found = references.find(self.model, [data])
        if data not in found:
            raise ValidationError([references.refusals(self.model, [data])[data]])
        return found[data]


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "integer"}]})
class IdOrSlug(Reference):
    """A row by its slug or its id, as a `{ref}` in an address names it."""

    def to_internal_value(self, data: Any) -> Any:
        """The row."""
        ref = str(data) if isinstance(data, int) and not isinstance(data, bool) else data
        if not isinstance(ref, str):
            self.fail("invalid")
        try:
            return find(self.model._default_manager.all(), ref)
        except Http404 as error:
            raise ValidationError([unknown(self.model, [ref])[ref]]) from error


@extend_schema_field({"type": "array", "items": {"type": "string"}, "maxItems": MAX_CATEGORIES, "uniqueItems": True})
class CategoryReferences(serializers.Field[list[Category], Any, list[str], Any]):
    """Categories by their slugs, the primary one first."""

    default_error_messages: ClassVar = {
        "invalid": "This must be a list of slugs of categories.",
        "max_length": "A product stands in at most {limit} categories.",
    }

    def to_internal_value(self, data: Any) -> list[Category]:
        """The categories in their order."""
        if not isinstance(data, list) or not all(isinstance(slug, str) for slug in data):
            self.fail("invalid")
        if len(data) > MAX_CATEGORIES:
            self.fail("max_length", limit=MAX_CATEGORIES)
        references = references_of(self)
        found = references.find(Category, data)
        strangers = references.refusals(Category, [slug for slug in data if slug not in found])
        errors: dict[str, Any] = {}
        for index, slug in enumerate(data):
            if slug in strangers:
                errors[str(index)] = [strangers[slug]]
            elif slug in data[:index]:
                errors[str(index)] = [ErrorDetail("This category is named twice.", "duplicate")]
        if errors:
            raise ValidationError(errors)
        return [found[slug] for slug in data]


class ReferenceParameter(ListParameter):
    """A query parameter that names rows by slug or code, any of which will do; unknown ones are 400."""

    def __init__(self, *, model: type[Model], **options: Any) -> None:
        self.model = model
        super().__init__(child=serializers.CharField(), required=False, **options)

    def to_internal_value(self, data: Any) -> list[Any]:
        """The rows, in the order of the slugs given."""
        slugs = super().to_internal_value(data)
        found = references_of(self).find(self.model, slugs)
        strangers = unknown(self.model, [slug for slug in slugs if slug not in found])
        if strangers:
            raise ValidationError([*strangers.values()])
        return [found[slug] for slug in slugs]
