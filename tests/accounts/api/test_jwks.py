from typing import Any

import jwt
import pytest
from django.test import Client

from accounts.services.tokens import create_token
from catalog_project.settings.jwt_keys import Key
from tests.accounts.conftest import bearing, key_of
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.keys import ed25519, private_pem, public_pem, rsa

URL = "/.well-known/jwks.json"


def test_a_shared_secret_has_no_public_key(client: Client) -> None:
    answer = client.get(URL)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/jwk-set+json")
    assert answer.json() == {"keys": []}


@pytest.mark.parametrize(("algorithm", "make"), [("EdDSA", ed25519), ("RS256", rsa)])
def test_others_verify_our_tokens_with_it(db: None, client: Client, settings: Any, algorithm: str, make: Any) -> None:
    settings.JWT_KEYS = (key_of(private_pem(make()), algorithm), key_of(public_pem(make()), algorithm))
    UserFactory(username="anna")
    access = create_token(username="anna", password=PASSWORD).access
    published = jwt.PyJWKSet.from_dict(client.get(URL).json())
    key = published[jwt.get_unverified_header(access)["kid"]]
    assert jwt.decode(access, key, [algorithm], audience="catalog", issuer="catalog")["token_type"] == "access"
    assert bearing(access).get("/api/v1/auth/me/").status_code == 200


def test_both_keys_of_a_rotation_stand_in_it_and_nothing_private_does(client: Client, settings: Any) -> None:
    keys: tuple[Key, ...] = tuple(key_of(private_pem(make()), "EdDSA") for make in (ed25519, ed25519))
    settings.JWT_KEYS = keys
    published = client.get(URL).json()["keys"]
    assert [each["kid"] for each in published] == [key.kid for key in keys]
    assert {name for each in published for name in each} == {"kty", "crv", "x", "use", "alg", "kid"}


def test_whoever_keeps_it_asks_again_in_time(client: Client) -> None:
    assert client.get(URL)["Cache-Control"] == "public, max-age=300"


def test_it_is_only_read(client: Client) -> None:
    assert client.head(URL).status_code == 200
    assert client.post(URL).status_code == 405
