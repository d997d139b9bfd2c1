"""Limits as clients meet them. `limits/` counts; tests/races proves it over workers."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from rest_framework.request import Request
from rest_framework.test import APIClient, APIRequestFactory

from accounts.models import User
from accounts.services.api_keys import create_api_key
from accounts.services.tokens import create_token
from catalog_project.api.throttling import caller_of
from catalog_project.limits import limiter
from catalog_project.settings.env import Rate
from tests.factories.accounts import PASSWORD, UserFactory, role_named
from tests.factories.products import BrandFactory

pytestmark = pytest.mark.django_db

URL = "/api/v1/brands/"


@pytest.fixture(autouse=True)
def limits(settings: Any) -> Iterator[dict[str, Rate | None]]:
    """Nobody is limited, unless a test says so; each process counts for itself."""
    settings.REDIS_URL = ""
    limiter._shared.cache_clear()
    settings.RATE_LIMITS = dict.fromkeys(("read", "write", "search"))
    yield settings.RATE_LIMITS
    limiter._shared.cache_clear()


@pytest.fixture
def anyone() -> APIClient:
    return APIClient()


def signed_in(username: str) -> APIClient:
    UserFactory(username=username).groups.add(role_named("catalog_editor"))
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {create_token(username=username, password=PASSWORD).access}")
    return client


def statuses(client: APIClient, times: int, path: str = URL, **extra: str) -> list[int]:
    return [client.get(path, **extra).status_code for _ in range(times)]


def test_without_a_limit_nothing_is_said_of_one(anyone: APIClient) -> None:
    answer = anyone.get(URL)
    assert answer.status_code == 200
    assert not {"RateLimit", "RateLimit-Policy", "Retry-After"} & set(answer.headers)


def test_each_answer_says_what_is_left(anyone: APIClient, limits: Any) -> None:
    limits["read"] = Rate(2, 60)
    answers = [anyone.get(URL) for _ in range(3)]
    assert [answer["RateLimit"] for answer in answers] == ['"read";r=1;t=60', '"read";r=0;t=60', '"read";r=0;t=60']
    assert {answer["RateLimit-Policy"] for answer in answers} == {'"read";q=2;w=60'}


def test_beyond_it_a_problem_says_when_to_come_again(anyone: APIClient, limits: Any) -> None:
    limits["read"] = Rate(1, 60)
    anyone.get(URL)
    answer = anyone.get(URL)
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (429, "rate_limited", "60")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/problem+json", "no-store")


def test_reads_writes_and_searches_have_their_own(limits: Any) -> None:
    limits |= {"read": Rate(1, 60), "write": Rate(1, 60), "search": Rate(1, 60)}
    anna = signed_in("anna")

    def once() -> list[int]:
        found = [anna.get(URL), anna.get(f"{URL}?search=x"), anna.post(URL, {"name": "Acme"})]
        return [answer.status_code for answer in found]

    assert [once(), once()] == [[200, 200, 201], [429, 429, 429]]


def test_a_user_has_one_wherever_signed_in_and_apart_from_the_address(anyone: APIClient, limits: Any) -> None:
    limits["read"] = Rate(2, 60)
    anna, bob = signed_in("anna"), signed_in("bob")
    again = APIClient()
    again.credentials(HTTP_AUTHORIZATION=f"Bearer {create_token(username='anna', password=PASSWORD).access}")
    assert statuses(anna, 1) + statuses(again, 2) == [200, 200, 429]
    assert statuses(bob, 1) + statuses(anyone, 1) == [200, 200]


def test_what_one_is_authenticated_by_may_have_one_of_its_own(limits: Any) -> None:
    request = Request(APIRequestFactory().get(URL))
    request.user, request.auth = UserFactory(), SimpleNamespace(limited_as="key:7")
    assert caller_of(request) == "key:7"


def test_an_api_key_has_one_of_its_own(limits: Any) -> None:
    limits["read"] = Rate(1, 60)
    anna = signed_in("anna")
    owner = User.objects.get()
    for _ in range(2):
        key = APIClient()
        text = create_api_key(by=owner, owner=owner, name="robot", scopes=[]).text
        key.credentials(HTTP_AUTHORIZATION=f"Api-Key {text}")
        assert statuses(key, 2) == [200, 429]
    assert statuses(anna, 2) == [200, 429]


def test_anonymous_callers_are_told_apart_by_their_addresses(anyone: APIClient, limits: Any) -> None:
    limits["read"] = Rate(1, 60)
    assert statuses(anyone, 2, REMOTE_ADDR="192.0.2.1") == [200, 429]
    assert statuses(anyone, 2, REMOTE_ADDR="192.0.2.2") == [200, 429]


def test_whose_credentials_are_refused_is_counted_by_the_address(anyone: APIClient, limits: Any) -> None:
    limits["read"] = Rate(2, 60)
    assert statuses(anyone, 3, HTTP_AUTHORIZATION="Bearer garbage") == [401, 401, 429]


def test_a_write_without_the_right_is_counted(anyone: APIClient, limits: Any) -> None:
    limits["write"] = Rate(1, 60)
    assert [anyone.post(URL, {}).status_code for _ in range(2)] == [401, 429]


def test_a_read_that_is_refused_by_its_form_says_what_is_left(anyone: APIClient, limits: Any) -> None:
    limits["read"] = Rate(5, 60)
    assert anyone.get(f"{URL}?nope=1")["RateLimit"] == '"read";r=4;t=60'


def test_a_detail_counts_as_well(anyone: APIClient, limits: Any) -> None:
    limits["read"] = Rate(1, 60)
    brand = BrandFactory()
    assert statuses(anyone, 2, f"{URL}{brand.slug}/") == [200, 429]


def test_every_operation_documents_it(anyone: APIClient) -> None:
    document = anyone.get("/api/schema/?format=json").json()
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert operations
    assert all("429" in operation["responses"] for operation in operations)
