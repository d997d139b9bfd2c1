"""Slugs derived from names."""

import re
import secrets
from collections import Counter
from collections.abc import Iterable
from functools import reduce
from operator import or_

from anyascii import anyascii
from django.db.models import Model, Q
from django.utils.text import slugify

from products.models.naming import SLUG_LENGTH

SUFFIX_LENGTH = 12


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
