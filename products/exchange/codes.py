"""Codes made of foreign names: of attributes and types, and of options."""

import re
from collections.abc import Collection, Iterable
from functools import lru_cache

from anyascii import anyascii

from products.models.naming import CODE_LENGTH

SUFFIX_LENGTH = 4  # for -999


@lru_cache(4_096)  # a file has few keys and names each in every record
def attribute_code(name: str) -> str:
    """The code for an attribute or a type: the name itself where that is one, empty where nothing is left of it.

    What a code cannot hold becomes an underscore, and what begins with no letter gets an `a_` before it.
    """
    code = re.sub("[^A-Za-z0-9-]+", "_", anyascii(name)).strip("_-")
    if code and not code[0].isalpha():
        code = f"a_{code}"
    return code[:CODE_LENGTH].rstrip("_")


def option_code(label: str) -> str:
    """The code for an option: the label itself where that is one, so that values stay what they are."""
    spelled = anyascii(label).replace("+", "plus")
    code = re.sub("[^A-Za-z0-9._-]+", "-", spelled).lstrip("-._").rstrip("-")
    return code[:CODE_LENGTH] or "option"


def distinct(wanted: str, taken: Collection[str]) -> str:
    """A code that is free: the one wanted, or with `-2`, `-3` … behind it."""
    code, number = wanted, 1
    while code in taken:
        number += 1
        code = f"{wanted[: CODE_LENGTH - SUFFIX_LENGTH]}-{number}"
    return code


def option_codes(labels: Iterable[str], present: dict[str, str] | None = None) -> dict[str, str]:
    """Labels by code, in their order, after the options that are there already.

    A label, or code, that is there already comes once.
    """
    options = dict(present or {})
    known = {*options, *options.values()}
    for label in labels:
        if label not in known:
            options[distinct(option_code(label), options)] = label
            known.add(label)
    return options
