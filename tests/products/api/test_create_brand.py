"""POST /brands/"""

import re
from typing import Any

import pytest

from products.models import Brand
from tests.answers import faults
from tests.factories.products import BrandFactory
from tests.threads import at_once

URL = "/api/v1/brands/"


def create(client: Any, **body: Any) -> dict[str, Any]:
    response = client.post(URL, body)
    assert response.status_code == 201, response.content
    return dict(response.json())


@pytest.mark.parametrize("form", [URL, URL.rstrip("/")])
def test_a_name_is_enough(editor, form) -> None:
    response = editor.post(form, {"name": " Acme Tools "})
    shown = response.json()
    assert response["Location"] == "http://testserver/api/v1/brands/acme-tools/"
    assert shown == editor.get(response["Location"]).json()
    assert shown.keys() == {"id", "slug", "name", "created_at", "updated_at"}
    assert (shown["name"], shown["slug"]) == ("Acme Tools", "acme-tools")


@pytest.mark.parametrize(("name", "slug"), [("3M", "3m"), ("501", "brand-501"), ("!!", r"brand-\w+"), ("Łódź", "lodz")])
def test_a_slug_is_derived_from_the_name(editor, name, slug) -> None:
    assert re.fullmatch(slug, create(editor, name=name)["slug"])


def test_the_same_name_gets_a_number_and_the_same_slug_is_refused(editor) -> None:
    BrandFactory(slug="acme")
    assert create(editor, name="Acme")["slug"] == "acme-2"
    assert faults(editor.post(URL, {"name": "Acme", "slug": "acme"}), "duplicate") == {"/slug": "duplicate"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"/name": "required"}),
        ({"name": None}, {"/name": "null"}),
        ({"name": 5}, {"/name": "invalid"}),
        ({"name": ["A"]}, {"/name": "invalid"}),
        ({"name": "x" * 301}, {"/name": "max_length"}),
        ({"name": "A", "slug": None}, {"/slug": "null"}),
        ({"name": "A", "slug": "12"}, {"/slug": "invalid_slug"}),
        (
            {"name": "", "slug": 1, "id": 1, "x": 2},
            {"/name": "blank", "/slug": "invalid", "/id": "read_only", "/x": "unknown_field"},
        ),
        ("A", {"": "invalid"}),
    ],
)
def test_what_is_wrong_is_named(editor, body, expected) -> None:
    assert faults(editor.post(URL, body)) == expected
    assert not Brand.objects.exists()


def test_creating_costs_the_same_among_one_and_among_fifty(editor, django_assert_num_queries) -> None:
    create(editor, name="Warm up")
    for count in (1, 50):
        BrandFactory.create_batch(count)
        with django_assert_num_queries(7):
            create(editor, name=f"N{count}")


@pytest.mark.django_db(transaction=True)
def test_thirty_of_one_name_at_once_get_thirty_slugs(editor) -> None:
    answers = at_once(30, lambda _: editor.post(URL, {"name": "Acme"}))
    assert {answer.status_code for answer in answers} == {201}
    assert {answer.json()["slug"] for answer in answers} == {"acme", *(f"acme-{number}" for number in range(2, 31))}
