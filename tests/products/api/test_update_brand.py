"""PATCH /brands/{ref}/"""

from typing import Any

import pytest

from products.models import Brand
from tests.answers import faults, names, problem
from tests.factories.products import BrandFactory

URL = "/api/v1/brands/"


@pytest.fixture
def acme(db) -> Brand:
    return BrandFactory(slug="acme", name="Acme")


def patch(client: Any, **body: Any) -> dict[str, Any]:
    response = client.patch(f"{URL}acme/", body)
    assert response.status_code == 200, response.content
    return dict(response.json())


@pytest.mark.parametrize("body", [{"name": "Zeta"}, {"slug": "zeta"}, {"name": "Zeta", "slug": "zeta"}])
def test_what_is_left_out_stays(editor, acme, body) -> None:
    before = editor.get(f"{URL}acme/").json()
    after = patch(editor, **body)
    assert after == before | body | {"updated_at": after["updated_at"]}
    assert after["updated_at"] > before["updated_at"]


def test_a_new_name_sorts_by_itself(editor, acme) -> None:
    BrandFactory(name="M")
    patch(editor, name="Zeta")
    assert names(editor.get(URL, {"ordering": "name"})) == ["M", "Zeta"]


@pytest.mark.parametrize("body", [{}, {"name": "Acme"}, {"name": " Acme ", "slug": "acme"}])
@pytest.mark.parametrize("form", ["acme", "acme/"])
def test_a_write_that_changes_nothing_moves_nothing(editor, acme, body, form) -> None:
    shown = editor.get(f"{URL}acme/").json()
    assert editor.patch(f"{URL}{form}", body).json() == shown


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"name": None}, {"/name": "null"}),
        ({"slug": ""}, {"/slug": "blank"}),
        ({"created_at": "now", "name": 1}, {"/created_at": "read_only", "/name": "invalid"}),
        ({"nme": "A"}, {"/nme": "unknown_field"}),
    ],
)
def test_what_is_wrong_is_named(editor, acme, body, expected) -> None:
    assert faults(editor.patch(f"{URL}acme/", body)) == expected


def test_a_taken_slug_is_refused(editor, acme) -> None:
    BrandFactory(slug="zeta")
    assert faults(editor.patch(f"{URL}acme/", {"slug": "zeta"}), "duplicate") == {"/slug": "duplicate"}


def test_what_is_not_there_is_404(editor) -> None:
    problem(editor.patch(f"{URL}nope/", {"name": "A"}), "not_found")
