"""Slugs derived from names."""

import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any, TypeVar

from anyascii import anyascii
from django.db import IntegrityError, transaction
from django.db.models import Model, Q
from django.utils.text import slugify

from catalog_project.turns import take_turn
from products.models.naming import SLUG_LENGTH

SUFFIX_LENGTH = 12
# Another writer may take a derived slug between our look and our insert; this often we look again. Who comes first time
# does not wait in line, and of a hundred writers of one name some were overtaken five times.
ATTEMPTS = 20
SLUG_LOCK = 0x736C756773  # "slugs", as a number for `take_turn`

Row = TypeVar("Row", bound=Model)


def derive_slug(name: str, *, kind: str) -> str:
    """A slug for a name, transliterated to ASCII; `KIND-RANDOM` when nothing is left, `KIND-42` for digits alone."""
    slug = slugify(anyascii(name))[: SLUG_LENGTH - SUFFIX_LENGTH].strip("-_")
    if not slug:
        return f"{kind}-{secrets.token_hex(4)}"
    return slug if re.search("[a-z]", slug) else f"{kind}-{slug}"


def free_slugs(model: type[Model], wanted: Iterable[str], *, reserved: Iterable[str] = ()) -> list[str]:
    """For each wanted slug one that is free: itself, or with `-2`, `-3` … behind it. Two queries at most.

    Another writer may still take it first; the unique constraint then says so.
    """
    wanted = list(wanted)
    taken = _taken(model, wanted) | set(reserved)
    return [_claim(slug, taken) for slug in wanted]


def given_or_free_slugs(model: type[Model], batch: Sequence[Mapping[str, Any]], *, kind: str) -> list[str]:
    """A slug for each of some new rows: the one in its values, or a free one derived from its name."""
    given = [values["slug"] for values in batch if values.get("slug")]
    wanted = [derive_slug(values["name"], kind=kind) for values in batch if not values.get("slug")]
    derived = iter(free_slugs(model, wanted, reserved=given) if wanted else ())
    return [values.get("slug") or next(derived) for values in batch]


def create_under_free_slug(create: Callable[[], Row]) -> Row:
    """What `create` makes under a slug it derived, each try in a transaction; again while others take the slug first.

    Repeats wait in line: many writers of one name would otherwise all try the same next number, again and again.
    """
    attempt = 1
    while True:
        try:
            with transaction.atomic():
                if attempt > 1:
                    take_turn(SLUG_LOCK)
                return create()
        except IntegrityError:
            if attempt == ATTEMPTS:
                raise
        attempt += 1


def _taken(model: type[Model], wanted: list[str]) -> set[str]:
    slugs = model._default_manager.values_list("slug", flat=True)
    taken = set(slugs.filter(slug__in=set(wanted)))
    crowded = {slug for slug, times in Counter(wanted).items() if times > 1 or slug in taken}
    if crowded:
        # "." follows "-" in code point order, so this is one range of the slug's index for each.
        numbered = (Q(slug__gte=f"{slug}-", slug__lt=f"{slug}.") for slug in crowded)
        taken |= set(slugs.filter(reduce(or_, numbered)))
    return taken


def _claim(slug: str, taken: set[str]) -> str:
    number = 2
    free = slug
    while free in taken:
        free = f"{slug}-{number}"
        number += 1
    taken.add(free)
    return free
