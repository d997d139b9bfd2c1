"""Headers of every answer; that they are there is shown by tests/contract/test_surface.py."""

import pytest
from django.http import HttpRequest, HttpResponse

from catalog_project.security import ALWAYS, DATA_POLICY, PAGE_POLICY, POLICY, SecurityHeadersMiddleware


def through(response: HttpResponse) -> HttpResponse:
    return SecurityHeadersMiddleware(lambda _: response)(HttpRequest())


@pytest.mark.parametrize(
    ("content_type", "policy"),
    [("application/json", DATA_POLICY), ("text/html; charset=utf-8", PAGE_POLICY), ("text/plain", DATA_POLICY)],
)
def test_pages_have_a_policy_of_their_own(content_type: str, policy: str) -> None:
    response = through(HttpResponse(content_type=content_type))
    assert {name: response[name] for name in ALWAYS} == ALWAYS
    assert response[POLICY] == policy


def test_what_a_view_has_set_stays() -> None:
    assert through(HttpResponse(headers={POLICY: "default-src 'self'"}))[POLICY] == "default-src 'self'"


@pytest.mark.parametrize("policy", [PAGE_POLICY, DATA_POLICY])
def test_no_policy_lets_scripts_or_styles_stand_in_the_text(policy: str) -> None:
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
