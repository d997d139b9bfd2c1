"""Names, slugs and SKUs: their limits, their rules and the keys they sort and compare by."""

import unicodedata

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower, Upper
from django.db.models.lookups import Exact

NAME_LENGTH = 300
DESCRIPTION_LENGTH = 100_000
SLUG_LENGTH = 200
SKU_LENGTH = 64
CODE_LENGTH = 64
EXTERNAL_ID_LENGTH = 200
# A b-tree row of PostgreSQL holds 2,704 bytes and a code point takes at most 4.
SORT_KEY_LENGTH = 640

SLUG_PATTERN = r"^[-a-zA-Z0-9_]*[a-zA-Z][-a-zA-Z0-9_]*$"
validate_slug = RegexValidator(
    SLUG_PATTERN,
    "A slug consists of letters a-z, digits, hyphens and underscores and holds at least one letter.",
    code="invalid_slug",
)


def sort_key(name: str) -> str:
    """A key that sorts a name alike on every database: NFKD, accents removed, case-folded."""
    if name.isascii():
        return name.lower()[:SORT_KEY_LENGTH]
    decomposed = unicodedata.normalize("NFKD", name)
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return bare.casefold()[:SORT_KEY_LENGTH]


def sku_key(sku: str) -> str:
    """A key under which two SKUs that differ only in case, or in how Unicode composes them, are the same."""
    return unicodedata.normalize("NFC", sku.casefold())


def not_blank(field: str, *, name: str) -> models.CheckConstraint:
    """The constraint that a text is not empty."""
    return models.CheckConstraint(
        condition=~models.Q(**{field: ""}),
        name=name,
        violation_error_code="blank",
        violation_error_message=f"The {field} must not be empty.",
    )


def slug_has_letter(*, name: str) -> models.CheckConstraint:
    """The constraint that a slug holds a letter, so that it is never taken for an id (`{ref}` is an id or a slug)."""
    return models.CheckConstraint(
        condition=~Exact(Lower("slug"), Upper("slug")),
        name=name,
        violation_error_code="invalid_slug",
        violation_error_message="A slug holds at least one letter.",
    )


def code_matches(pattern: str, validator: RegexValidator, *, name: str) -> models.CheckConstraint:
    """The constraint that a code has the form that the field's validator demands."""
    return models.CheckConstraint(
        condition=models.Q(code__regex=pattern),
        name=name,
        violation_error_code=validator.code,
        violation_error_message=validator.message,
    )


def unique(field: str, *, name: str, what: str) -> models.UniqueConstraint:
    """The constraint that no two rows share a value; nulls do not count."""
    return models.UniqueConstraint(
        fields=[field],
        name=name,
        violation_error_code="duplicate",
        violation_error_message=f"{what} already exists.",
    )
