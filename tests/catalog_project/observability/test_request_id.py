import re

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from catalog_project.observability.request_id import RequestIDMiddleware, current_request_id


def serve(offered: str | None = None) -> tuple[HttpRequest, HttpResponse]:
    request = RequestFactory(headers={} if offered is None else {"X-Request-ID": offered}).get("/")
    middleware = RequestIDMiddleware(lambda _: HttpResponse(current_request_id()))
    return request, middleware(request)


@pytest.mark.parametrize("offered", ["a", "A-z_0.9", "x" * 128])
def test_a_well_formed_id_of_the_client_is_kept(offered: str) -> None:
    _, response = serve(offered)
    assert response["X-Request-ID"] == offered


@pytest.mark.parametrize("offered", ["", "x" * 129, "a b", "a,b", 'a"b', "a\n", "é", "a\r\nSet-Cookie: b"])
def test_any_other_id_is_replaced(offered: str) -> None:
    _, response = serve(offered)
    assert re.fullmatch(r"[0-9a-f]{32}", response["X-Request-ID"])


def test_every_request_without_an_id_gets_its_own() -> None:
    assert serve()[1]["X-Request-ID"] != serve()[1]["X-Request-ID"]


def test_the_id_is_known_on_the_request_and_while_it_is_served() -> None:
    request, response = serve("mine")
    assert request.request_id == "mine"
    assert response.content == b"mine"


def test_outside_of_a_request_there_is_no_id() -> None:
    serve("mine")
    assert current_request_id() == ""


def test_the_id_is_forgotten_even_when_serving_breaks_off() -> None:
    def break_off(_: HttpRequest) -> HttpResponse:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        RequestIDMiddleware(break_off)(RequestFactory().get("/"))
    assert current_request_id() == ""


def test_an_error_answer_carries_the_id_too(client) -> None:
    response = client.get("/api/v1/nothing-here/", headers={"X-Request-ID": "mine"})
    assert response.status_code == 404
    assert response["X-Request-ID"] == "mine"


def test_a_refused_host_is_answered_with_the_id_too(client) -> None:
    response = client.get("/api/v1/products/", headers={"host": "evil.example", "X-Request-ID": "mine"})
    assert response.status_code == 400
    assert response["X-Request-ID"] == "mine"
