from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.services.tokens import create_token
from catalog_project.api.cache_control import public
from tests.factories.accounts import UserFactory
from tests.factories.products import BrandFactory, ProductFactory

pytestmark = pytest.mark.django_db

PUBLIC = "public, max-age=0, s-maxage=5, stale-while-revalidate=5, stale-if-error=600"


@pytest.fixture
def signed_in() -> dict[str, str]:
    UserFactory(username="anna", password="correct horse", role="catalog_viewer")
    return {"Authorization": f"Bearer {create_token(username='anna', password='correct horse').access}"}


@pytest.mark.parametrize(
    "path", ["products/", "products/trail/", "brands/", "brands/acme/", "categories/", "variants/"]
)
def test_what_anyone_reads_may_be_kept_by_shared_caches(client, path: str) -> None:
    ProductFactory(slug="trail", brand=BrandFactory(slug="acme"))
    answer = client.get(f"/api/v1/{path}")
    assert (answer.status_code, answer["Cache-Control"]) == (200, PUBLIC)
    assert {"accept", "authorization", "origin"} <= set(answer["Vary"].lower().split(", "))
    assert client.head(f"/api/v1/{path}")["Cache-Control"] == PUBLIC


def test_what_somebody_reads_may_not(client, signed_in) -> None:
    assert client.get("/api/v1/products/", headers=signed_in)["Cache-Control"] == "private, no-cache"
    assert client.get("/api/v1/auth/me/", headers=signed_in)["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("headers", [{"Authorization": "Basic eDp5"}, {"Cookie": "sessionid=x"}])
def test_credentials_that_mean_nothing_here_make_it_private_all_the_same(client, headers: dict[str, str]) -> None:
    assert client.get("/api/v1/products/", headers=headers)["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("path", "status"), [("products/none/", 404), ("products/?brnd=a", 400), ("nothing/", 404), ("auth/me/", 401)]
)
def test_no_error_is_kept(client, path: str, status: int) -> None:
    answer = client.get(f"/api/v1/{path}")
    assert (answer.status_code, answer["Cache-Control"]) == (status, "no-store")


def test_a_refused_host_is_not_kept(client) -> None:
    assert client.get("/api/v1/products/", headers={"host": "evil.example"})["Cache-Control"] == "no-store"


def test_tokens_are_not_kept(client) -> None:
    UserFactory(username="anna", password="correct horse")
    body = {"username": "anna", "password": "correct horse"}
    answer = client.post("/api/v1/auth/token/", body, content_type="application/json")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")


def test_the_document_of_the_api_is_private(client) -> None:
    assert client.get("/api/schema/")["Cache-Control"] == "private, no-cache"


def test_outside_of_the_api_nothing_is_said(client) -> None:
    assert "Cache-Control" not in client.get("/")


def test_the_seconds_are_a_setting(client, settings) -> None:
    settings.CACHE_SHARED_SECONDS = 60
    assert "s-maxage=60, stale-while-revalidate=60," in client.get("/api/v1/brands/")["Cache-Control"]


def test_nothing_is_kept_past_the_next_window(client, monkeypatch) -> None:
    now = timezone.now()
    ProductFactory(published_from=now + timedelta(seconds=3.5))
    monkeypatch.setattr(timezone, "now", lambda: now)
    answer = client.get("/api/v1/products/")["Cache-Control"]
    assert answer == "public, max-age=0, s-maxage=3, stale-while-revalidate=0, stale-if-error=0"


@pytest.mark.parametrize(
    ("left", "fresh", "revalidate", "on_error"),
    [(1e12, 5, 5, 600), (float("inf"), 5, 5, 600), (8, 5, 3, 3), (5, 5, 0, 0), (0.9, 0, 0, 0), (-1, 0, 0, 0)],
)
def test_all_of_it_together_ends_with_the_window(left: float, fresh: int, revalidate: int, on_error: int) -> None:
    assert public(left) == (
        f"public, max-age=0, s-maxage={fresh}, stale-while-revalidate={revalidate}, stale-if-error={on_error}"
    )
