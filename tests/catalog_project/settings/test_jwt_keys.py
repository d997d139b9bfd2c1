import base64
import re
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from django.core.exceptions import ImproperlyConfigured

from catalog_project.settings.jwt_keys import Key, read_keys
from tests.factories.keys import ed25519, private_pem, public_pem, random_secret, rsa

ED25519, OTHER_ED25519, RSA = ed25519(), ed25519(), rsa()
SECRET = random_secret()


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch):
    """Reads the keys of an environment that says nothing but what is given."""

    def read(**given: str) -> tuple[Key, ...]:
        for name in ("JWT_ALGORITHM", "JWT_SIGNING_KEY", "JWT_ACCEPTED_KEY"):
            monkeypatch.delenv(name, raising=False)
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        return read_keys()

    return read


def encrypted(key: Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"passphrase")).decode()


def test_a_secret_signs_with_hs256_and_nothing_of_it_is_public(read) -> None:
    (key,) = read(JWT_SIGNING_KEY=SECRET)
    assert (key.algorithm, key.signing, key.verifying, key.public) == ("HS256", SECRET, SECRET, None)


@pytest.mark.parametrize(("algorithm", "pair"), [("EdDSA", ED25519), ("RS256", RSA)])
def test_a_private_key_signs_what_its_public_one_verifies(read, algorithm: str, pair) -> None:
    (key,) = read(JWT_ALGORITHM=algorithm, JWT_SIGNING_KEY=private_pem(pair))
    token = jwt.encode({"a": 1}, key.signing, key.algorithm)
    verifying = jwt.PyJWK({**key.public})
    assert jwt.decode(token, verifying, [algorithm]) == {"a": 1}
    assert key.public["kid"] == key.kid
    assert not {"d", "p", "q", "k"} & key.public.keys()


def test_the_line_breaks_of_a_key_may_be_escaped(read) -> None:
    escaped = private_pem(ED25519).replace("\n", "\\n")
    assert read(JWT_ALGORITHM="EdDSA", JWT_SIGNING_KEY=escaped)[0].public


def test_a_key_may_stand_in_a_file(read, tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_text(private_pem(ED25519))
    assert read(JWT_ALGORITHM="EdDSA", JWT_SIGNING_KEY=str(file))[0].public


def test_a_key_is_named_by_its_thumbprint(read) -> None:
    # RFC 8037, appendix A
    x = base64.urlsafe_b64decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
    pem = private_pem(Ed25519PrivateKey.from_private_bytes(x))
    (key,) = read(JWT_ALGORITHM="EdDSA", JWT_SIGNING_KEY=pem)
    assert key.kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.mark.parametrize("write", [private_pem, public_pem])
def test_a_second_key_is_accepted_whole_or_as_its_public_half(read, write) -> None:
    pair = {"JWT_SIGNING_KEY": private_pem(ED25519), "JWT_ACCEPTED_KEY": write(OTHER_ED25519)}
    first, second = read(JWT_ALGORITHM="EdDSA", **pair)
    assert first.kid != second.kid
    assert second.public


def test_a_second_secret_is_accepted(read) -> None:
    other = random_secret()
    assert [key.verifying for key in read(JWT_SIGNING_KEY=SECRET, JWT_ACCEPTED_KEY=other)] == [SECRET, other]


REFUSED = [
    ({}, "JWT_SIGNING_KEY is missing"),
    ({"JWT_SIGNING_KEY": "brief"}, "JWT_SIGNING_KEY is too short"),
    ({"JWT_SIGNING_KEY": "ab" * 40}, "JWT_SIGNING_KEY is weak"),
    ({"JWT_SIGNING_KEY": SECRET, "JWT_ACCEPTED_KEY": "brief"}, "JWT_ACCEPTED_KEY is too short"),
    ({"JWT_SIGNING_KEY": SECRET, "JWT_ACCEPTED_KEY": SECRET}, "JWT_ACCEPTED_KEY must differ"),
    ({"JWT_SIGNING_KEY": private_pem(ED25519)}, "JWT_SIGNING_KEY holds a key pair: set JWT_ALGORITHM"),
    ({"JWT_SIGNING_KEY": public_pem(ED25519)}, "JWT_SIGNING_KEY holds a key pair: set JWT_ALGORITHM"),
    *(
        ({"JWT_ALGORITHM": algorithm, "JWT_SIGNING_KEY": SECRET}, "JWT_ALGORITHM must be one of")
        for algorithm in ("none", "HS512", "ES256", "hs256", "HS256,RS256")
    ),
    ({"JWT_ALGORITHM": "EdDSA"}, "JWT_SIGNING_KEY must be an Ed25519 key"),
    ({"JWT_ALGORITHM": "RS256"}, "JWT_SIGNING_KEY must be an RSA key of at least 2048 bits"),
    *(
        ({"JWT_ALGORITHM": "EdDSA", "JWT_SIGNING_KEY": given}, "JWT_SIGNING_KEY must be an Ed25519 key")
        for given in (
            SECRET,
            "/nowhere/key.pem",
            "/",
            "x" * 5000,
            private_pem(RSA),
            public_pem(RSA),
            private_pem(generate_private_key(SECP256R1())),  # type: ignore[arg-type]
            encrypted(ED25519),  # type: ignore[arg-type]
            private_pem(ED25519)[:60],
            "-----BEGIN PRIVATE KEY-----",
        )
    ),
    ({"JWT_ALGORITHM": "RS256", "JWT_SIGNING_KEY": private_pem(rsa(1024))}, "JWT_SIGNING_KEY must be an RSA key"),
    ({"JWT_ALGORITHM": "EdDSA", "JWT_SIGNING_KEY": public_pem(ED25519)}, "JWT_SIGNING_KEY must be the private key"),
    (
        {"JWT_ALGORITHM": "EdDSA", "JWT_SIGNING_KEY": private_pem(ED25519), "JWT_ACCEPTED_KEY": public_pem(ED25519)},
        "JWT_ACCEPTED_KEY must differ",
    ),
    (
        {"JWT_ALGORITHM": "EdDSA", "JWT_SIGNING_KEY": private_pem(ED25519), "JWT_ACCEPTED_KEY": private_pem(RSA)},
        "JWT_ACCEPTED_KEY must be an Ed25519 key",
    ),
]


@pytest.mark.parametrize(("given", "sentence"), REFUSED)
def test_a_key_that_is_weak_or_does_not_fit_is_refused_by_name_and_without_its_value(
    read, given: dict[str, str], sentence: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^{re.escape(sentence)}") as refusal:
        read(**given)
    keys = [value for name, value in given.items() if name != "JWT_ALGORITHM" and len(value) > 1]
    assert not [value for value in keys if value in str(refusal.value)]


def test_a_key_shows_nothing_secret_of_itself(read) -> None:
    assert SECRET not in repr(read(JWT_SIGNING_KEY=SECRET))
