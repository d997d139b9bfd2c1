"""Conditional requests (RFC 9110, section 13): entity tags, and what a request makes of them.

A tag is `"VERSION-DIGEST"`. It changes with every byte of the body. A reader is spared the body where the whole tag is
the one it has; a writer is stopped only where the version is another one, since a sale or a renamed brand changes what
is shown without being an edit.
"""

import re
from collections.abc import Iterator
from hashlib import md5
from typing import NamedTuple

from rest_framework.exceptions import APIException, ParseError
from rest_framework.request import Request

# The next tag of a list; elements may be empty.
NEXT = re.compile(r'[ \t,]*(W/)?"([^"\x00-\x20\x7f]*)"(?=[ \t]*(?:,|$))')
VERSION = re.compile(r"([1-9][0-9]{0,17})-")
ANY = "*"
NO_VERSION = 0  # that no row ever has


class PreconditionRequired(APIException):
    """A write that does not say which version it is meant for, where all have to."""

    default_detail = "Say in `If-Match` which version this is meant for."


class Tag(NamedTuple):
    """An entity tag; `opaque` is what stands between the quotes."""

    is_weak: bool
    opaque: str


def entity_tag(version: int, digest: str) -> str:
    """The tag of a body with this digest."""
    return f'"{version}-{digest}"'


def tag_of(version: int, body: bytes) -> str:
    """The tag of a body that shows something in this version."""
    return entity_tag(version, digest_of(body))


def digest_of(body: bytes) -> str:
    """What tells bodies of one version apart: as the database computes it of stored documents."""
    return md5(body, usedforsecurity=False).hexdigest()


def names(header: str | None, tag: str) -> bool:
    """Whether an `If-None-Match` names the tag, weakly compared. What cannot be read names nothing."""
    if not header or not tag:
        return False
    if header == tag or header.strip(" \t") == ANY:
        return True
    return any(each.opaque == tag[1:-1] for each in _tags_in(header) or ())


def expected_version(request: Request, present: int, *, is_required: bool = False) -> int | None:
    """The version at which a write must find what it edits, by its `If-Match`; None where any will do.

    `present` is the version read ahead of the lock. Versions only rise: where no strong tag is of this one, none will
    ever be. Raises ParseError for a header that holds no tags, and PreconditionRequired without one where it must be.
    """
    header = request.META.get("HTTP_IF_MATCH")
    if header is None and is_required:
        raise PreconditionRequired
    if header is None or header.strip(" \t") == ANY:
        return None
    tags = _tags_in(header)
    if not tags:
        raise ParseError('If-Match must hold entity tags such as "3-5f0c1e", or *.')
    return present if present in set(_versions(tags)) else NO_VERSION


def _versions(tags: list[Tag]) -> Iterator[int]:
    """Those of strong tags; a weak one is never the same as another (RFC 9110, section 8.8.3.2)."""
    for tag in tags:
        found = VERSION.match(tag.opaque)
        if found and not tag.is_weak:
            yield int(found[1])


def _tags_in(header: str) -> list[Tag] | None:
    """The tags of a list, or None where it is none."""
    tags, place = [], 0
    while found := NEXT.match(header, place):
        tags.append(Tag(found[1] is not None, found[2]))
        place = found.end()
    return tags if not header[place:].strip(" \t,") else None
