import pytest
from django.http import Http404
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BrowsableAPIRenderer
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from catalog_project.api.negotiation import PromptNegotiation
from catalog_project.api.parsers import StrictJSONParser
from catalog_project.api.renderers import ORJSONRenderer

ACCEPTS = [
    "*/*",
    "application/json",
    "application/*",
    "text/html",
    "text/html, */*",
    "text/html;q=0.9, application/json",
    "application/json; indent=4",
    "APPLICATION/JSON",
    "",
    ",",
    "nonsense",
    "image/png",
    None,
]


def chosen(negotiation: DefaultContentNegotiation, accept: str | None, forms: list[type], suffix: str | None) -> object:
    """What it chooses: a renderer and a media type, or a refusal."""
    headers = {} if accept is None else {"HTTP_ACCEPT": accept}
    request = Request(APIRequestFactory().get("/", **headers))
    try:
        renderer, media_type = negotiation.select_renderer(request, [form() for form in forms], suffix)
    except (Http404, NotAcceptable) as error:
        return type(error)
    return type(renderer), media_type


@pytest.mark.parametrize("accept", ACCEPTS)
@pytest.mark.parametrize("suffix", [None, "json", "api", "xml"])
@pytest.mark.parametrize("forms", [[ORJSONRenderer], [ORJSONRenderer, BrowsableAPIRenderer]])
def test_it_chooses_what_the_framework_chooses(accept, suffix, forms) -> None:
    expected = chosen(DefaultContentNegotiation(), accept, forms, suffix)
    assert chosen(PromptNegotiation(), accept, forms, suffix) == expected


def test_what_nobody_can_render_is_refused() -> None:
    assert chosen(PromptNegotiation(), "image/png", [ORJSONRenderer], None) is NotAcceptable


@pytest.mark.parametrize("content_type", ["*/*", "application/*", "*"])
def test_a_body_is_of_one_type(content_type: str) -> None:
    request = Request(APIRequestFactory().generic("POST", "/", b"{}", content_type))
    assert PromptNegotiation().select_parser(request, [StrictJSONParser()]) is None


def test_a_body_of_a_known_type_is_read() -> None:
    request = Request(APIRequestFactory().generic("POST", "/", b"{}", "application/json; charset=utf-8"))
    parser = StrictJSONParser()
    assert PromptNegotiation().select_parser(request, [parser]) is parser
