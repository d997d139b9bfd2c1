"""The index, and the register of problems."""

import pytest

from catalog_project.api.problems import PROBLEMS
from tests.answers import problem


def test_the_index_leads_everywhere(client, db, settings) -> None:
    links = client.get("/").json()
    assert links["api"] == "http://testserver/api/v1/products/"
    for name, address in links.items():
        assert client.get(address, follow=True).status_code == 200, name


@pytest.mark.parametrize("address", ["/problems/", "/problems"])
def test_the_register_shows_every_code(client, address) -> None:
    shown = client.get(address).json()["problems"]
    assert [entry["code"] for entry in shown] == sorted(PROBLEMS)
    assert shown[0].keys() == {"code", "status", "title", "meaning", "remedy"}


def test_what_a_problem_calls_its_type_is_explained_there(client, db) -> None:
    body = problem(client.get("/api/v1/products/nope/"), "not_found")
    assert client.get(body["type"]).json()["code"] == "not_found"


@pytest.mark.parametrize("code", ["not_found", "not_publishable", "authentication_failed"])
def test_people_get_a_page(client, code) -> None:
    for address in ("/problems/", f"/problems/{code}", f"/problems/{code}/"):
        response = client.get(address, HTTP_ACCEPT="text/html,application/xhtml+xml")
        assert response["Content-Type"].startswith("text/html")
        assert PROBLEMS[code].remedy.encode() in response.content.replace(b"&#x27;", b"'")


@pytest.mark.parametrize("address", ["/problems/nope", "/problems/never_registered/"])
def test_an_unknown_code_is_a_problem_itself(client, address) -> None:
    problem(client.get(address), "not_found")


@pytest.mark.parametrize(
    "address", ["/", "/problems/", "/problems/not_found", "/api/docs/", "/api/redoc/", "/api/schema/"]
)
def test_pages_are_for_reading(client, address) -> None:
    assert client.head(address).status_code == 200
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert client.generic(method, address).status_code == 405
