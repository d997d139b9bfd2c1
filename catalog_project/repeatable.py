"""Answers that may be given more than once: bytes with those of their headers that stay."""

import math
from dataclasses import dataclass, replace

from django.http import HttpResponse

from catalog_project.api.remembering import Reading
from catalog_project.observability.request_id import HEADER
from catalog_project.reading.entries import Entry

Headers = list[tuple[str, str]]
Head = tuple[tuple[str, str], ...]

# Headers that are the same as long as the body is. An answer with any other is not given again.
HEAD = frozenset(
    {
        "access-control-allow-origin",
        "access-control-expose-headers",
        "allow",
        "content-length",
        "content-security-policy",
        "content-type",
        "cross-origin-opener-policy",
        "cross-origin-resource-policy",
        "etag",
        "permissions-policy",
        "referrer-policy",
        "strict-transport-security",
        "vary",
        "x-content-type-options",
        "x-frame-options",
    }
)
# Of a body, which a 304 has none of.
OF_BODY = frozenset({"content-length", "content-type"})
# These are made anew for each answer.
OWN = frozenset({HEADER.lower(), "cache-control", "ratelimit", "ratelimit-policy"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What is given again: bytes, the headers that stay, and how logs and metrics know the request.

    What was learned from a 304 has no headers of the body, and so serves only who needs no body either.
    """

    entry: Entry
    head: Head
    head_of_body: Head
    known_as: Reading
    charset: str

    def with_body(self, entry: Entry, path: str) -> "Answer":
        """The answer at another path to a request that is the same otherwise."""
        head = _with(self.head, "etag", entry.tag)
        head_of_body = _with(self.head_of_body, "content-length", str(len(entry.body)))
        return replace(
            self, entry=entry, head=head, head_of_body=head_of_body, known_as=replace(self.known_as, path=path)
        )


def repeatable(reading: Reading, response: HttpResponse, headers: Headers) -> Answer | None:
    """An answer that was given, to be given again; None where one of its headers or its body speaks against it."""
    entry = reading.entry or Entry(response.content, b"", math.inf)
    head = [(name, value) for name, value in headers if name.lower() not in OWN]
    is_plain = {name.lower() for name, _ in head} <= HEAD
    if not is_plain or (response.content or entry.body) != entry.body:
        return None
    of_body = tuple(pair for pair in head if pair[0].lower() in OF_BODY)
    rest = tuple(pair for pair in head if pair not in of_body)
    return Answer(entry, rest, of_body, reading, response.charset)


def _with(head: Head, name: str, value: str) -> Head:
    return tuple((known, value if known.lower() == name else old) for known, old in head)
