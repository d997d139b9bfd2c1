from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

WANTED = {
    "create_token": ("/api/v1/auth/token/", "post", {"200", "400", "401", "406", "413", "414", "415", "500", "503"}),
    "refresh_token": ("/api/v1/auth/token/refresh/", "post", {"200", "400", "401"}),
    "logout": ("/api/v1/auth/logout/", "post", {"204", "400", "401"}),
    "get_me": ("/api/v1/auth/me/", "get", {"200", "400", "401", "406"}),
    "change_password": ("/api/v1/auth/password/", "post", {"204", "400", "401", "403"}),
    "list_api_keys": ("/api/v1/auth/api-keys/", "get", {"200", "400", "401", "403"}),
    "create_api_key": ("/api/v1/auth/api-keys/", "post", {"201", "400", "401", "403", "409", "413", "415"}),
    "delete_api_key": ("/api/v1/auth/api-keys/{ref}/", "delete", {"204", "400", "401", "403", "404"}),
}


@pytest.fixture(scope="module")
def document() -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.mark.parametrize("name", WANTED)
def test_an_operation_has_its_name_summary_and_statuses(document: Any, name: str) -> None:
    path, method, statuses = WANTED[name]
    operation = document["paths"][path][method]
    assert operation["operationId"] == name
    assert operation["summary"]
    assert operation["responses"].keys() >= statuses


def test_what_is_about_oneself_asks_for_a_bearer_token_or_a_key(document: Any) -> None:
    schemes = document["components"]["securitySchemes"]
    assert schemes["jwt"]["scheme"] == "bearer"
    assert (schemes["apiKey"]["in"], schemes["apiKey"]["name"]) == ("header", "Authorization")
    assert document["paths"]["/api/v1/auth/me/"]["get"]["security"] == [{"jwt": []}, {"apiKey": []}]


@pytest.mark.parametrize("name", ["change_password", "list_api_keys", "create_api_key", "delete_api_key"])
def test_what_a_key_does_not_open_asks_for_a_bearer_token(document: Any, name: str) -> None:
    path, method, _ = WANTED[name]
    assert document["paths"][path][method]["security"] == [{"jwt": []}]


def test_signing_in_asks_for_none(document: Any) -> None:
    assert document["paths"]["/api/v1/auth/token/"]["post"].get("security", [{}]) == [{}]


def test_requests_and_answers_carry_examples(document: Any) -> None:
    operation = document["paths"]["/api/v1/auth/token/"]["post"]
    assert operation["requestBody"]["content"]["application/json"]["examples"]
    assert operation["responses"]["200"]["content"]["application/json"]["examples"]
