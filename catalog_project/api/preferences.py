"""`Prefer` (RFC 7240): how a client would like to be served, if it can be."""

import re

from rest_framework.request import Request

HEADER, APPLIED = "Prefer", "Preference-Applied"
RESPOND_ASYNC = "respond-async"
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


def prefers(request: Request, name: str) -> bool:
    """Whether a preference that takes no value was given; its parameters, and all other preferences, do not count."""
    bare = QUOTED.sub("", request.headers.get(HEADER, ""))
    return any(_name(preference) == name for preference in bare.split(","))


def _name(preference: str) -> str:
    """The name of one without a value, in lower case; an empty value is as good as none."""
    name, _, value = preference.partition(";")[0].partition("=")
    return "" if value.strip() else name.strip().lower()
