"""`Prefer`"""

import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from catalog_project.api.preferences import prefers


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("respond-async", True),
        ("Respond-Async", True),
        ("return=minimal, respond-async ; x=1", True),
        ('respond-async=""', True),
        ('foo="a, b", respond-async', True),
        ("", False),
        ("respond-asynchronously", False),
        ("respond-async=no", False),
        ("foo; respond-async", False),
        ('foo="respond-async, respond-async"', False),
        ('foo="a\\", respond-async"', False),
    ],
)
def test_a_preference_counts_where_it_stands_by_itself(header: str, expected: bool) -> None:
    request = Request(APIRequestFactory().post("/", HTTP_PREFER=header))
    assert prefers(request, "respond-async") is expected


def test_nothing_is_preferred_where_nothing_is_said() -> None:
    assert not prefers(Request(APIRequestFactory().post("/")), "respond-async")
