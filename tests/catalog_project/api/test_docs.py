"""The index, and the register of problems."""

import re
from unittest import mock

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

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
    assert shown[0].keys() == {"code", "status", "title", "meaning", "remedy", "retry_after"}


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


@pytest.mark.parametrize("address", ["/", "/problems/", "/problems/not_found"])
def test_what_only_shows_asks_for_no_csrf_token(address) -> None:
    assert Client(enforce_csrf_checks=True).put(address).status_code == 405


@pytest.mark.parametrize("address", ["/api/docs/", "/api/redoc/", "/problems/?x=1"])
def test_pages_run_nothing_that_stands_in_their_text_and_take_nothing_from_elsewhere(client, address) -> None:
    response = client.get(address, HTTP_ACCEPT="text/html")
    page = response.content.decode()
    assert not re.findall(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=|https?://", page)
    assert "'unsafe" not in response["Content-Security-Policy"]


def test_a_documents_name_is_not_of_a_callers_making(client, db) -> None:
    response = client.get("/api/schema/?version=%00evil&lang=../x")
    assert response.status_code == 200
    assert "evil" not in response["Content-Disposition"]


def test_the_document_is_made_once_and_is_the_same_for_all(client, db) -> None:
    first = client.get("/api/schema/")
    with mock.patch("catalog_project.api.docs.SchemaGenerator.get_schema", side_effect=AssertionError):
        again = client.get("/api/schema/", HTTP_HOST="localhost")
    assert again.content == first.content
    assert first.json() == SchemaGenerator().get_schema(request=None, public=True)
