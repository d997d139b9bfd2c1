"""The keys of tokens and the one algorithm that they are for: JWT_ALGORITHM, JWT_SIGNING_KEY, JWT_ACCEPTED_KEY."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from django.core.exceptions import ImproperlyConfigured
from jwt import get_algorithm_by_name

from catalog_project.settings import env

SHARED_SECRET = "HS256"  # noqa: S105  # the name of an algorithm
KEY_PAIRS: dict[str, tuple[type[Any], type[Any], str]] = {
    "EdDSA": (Ed25519PrivateKey, Ed25519PublicKey, "an Ed25519 key"),
    "RS256": (RSAPrivateKey, RSAPublicKey, "an RSA key of at least 2048 bits"),
}
MIN_RSA_BITS = 2048
PEM = "-----BEGIN "
# The members of a JWK that its thumbprint is taken of (RFC 7638, section 3.2; RFC 8037, section 2).
IDENTIFYING = {"oct": ("k", "kty"), "OKP": ("crv", "kty", "x"), "RSA": ("e", "kty", "n")}


@dataclass(frozen=True, eq=False)
class Key:
    """A key and the one algorithm that it is for.

    `kid` names it in tokens: its thumbprint. `public` is what anyone may know of it, as a JWK (RFC 7517), None where
    the key that verifies is the key that signs. `signing` is None where only the public half was given.
    """

    kid: str
    algorithm: str
    signing: Any = field(repr=False)
    verifying: Any = field(repr=False)
    public: Mapping[str, str] | None


def read_keys() -> tuple[Key, ...]:
    """The key that signs and, behind it, the one that is accepted beside it, if there is one."""
    algorithm = read_algorithm()
    keys = [read_key("JWT_SIGNING_KEY", algorithm)]
    if keys[0].signing is None:
        raise ImproperlyConfigured("JWT_SIGNING_KEY must be the private key: this is the public one.")
    if env.text("JWT_ACCEPTED_KEY", ""):
        keys.append(read_key("JWT_ACCEPTED_KEY", algorithm))
    if len({key.kid for key in keys}) < len(keys):
        raise ImproperlyConfigured("JWT_ACCEPTED_KEY must differ from JWT_SIGNING_KEY.")
    return tuple(keys)


def read_algorithm() -> str:
    """JWT_ALGORITHM."""
    algorithm, known = env.text("JWT_ALGORITHM", SHARED_SECRET), (SHARED_SECRET, *KEY_PAIRS)
    if algorithm not in known:
        raise ImproperlyConfigured(f"JWT_ALGORITHM must be one of {', '.join(known)}.")
    return algorithm


def read_key(name: str, algorithm: str) -> Key:
    """The key that a variable holds or names. Raises ImproperlyConfigured unless it is one for the algorithm."""
    return _shared_secret(name) if algorithm == SHARED_SECRET else _key_pair(name, algorithm)


def _shared_secret(name: str) -> Key:
    secret = env.secret(name)
    if PEM in secret:
        raise ImproperlyConfigured(f"{name} holds a key pair: set JWT_ALGORITHM to what it is for.")
    kid = _thumbprint({"kty": "oct", "k": _base64url(secret.encode())})
    return Key(kid, SHARED_SECRET, signing=secret, verifying=secret, public=None)


def _key_pair(name: str, algorithm: str) -> Key:
    private, public, what = KEY_PAIRS[algorithm]
    key = _load(_pem(name))
    if not isinstance(key, private | public) or getattr(key, "key_size", MIN_RSA_BITS) < MIN_RSA_BITS:
        raise ImproperlyConfigured(
            f"{name} must be {what} in PEM without a passphrase, or the path of a file with one: "
            f"JWT_ALGORITHM is {algorithm}."
        )
    signing, verifying = (key, key.public_key()) if isinstance(key, private) else (None, key)
    whole: dict[str, str] = get_algorithm_by_name(algorithm).to_jwk(verifying, as_dict=True)
    jwk = {member: whole[member] for member in IDENTIFYING[whole["kty"]]}
    kid = _thumbprint(jwk)
    return Key(kid, algorithm, signing, verifying, public=jwk | {"use": "sig", "alg": algorithm, "kid": kid})


def _pem(name: str) -> bytes:
    """What the variable holds, its line breaks perhaps written as `\\n`, or what the file holds that it names."""
    given = env.text(name, "")
    if given.startswith(PEM):
        return given.replace("\\n", "\n").encode()
    try:
        return Path(given).read_bytes()
    except (OSError, ValueError):
        return b""


def _load(pem: bytes) -> Any:
    """The private or public key in a PEM text; None when there is none that can be read."""
    try:
        return load_pem_public_key(pem) if b" PUBLIC KEY-----" in pem else load_pem_private_key(pem, password=None)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        return None


def _thumbprint(jwk: Mapping[str, str]) -> str:
    """The JWK's SHA-256 thumbprint (RFC 7638).

    That of a shared secret tells no more about it than any token does, which can be tried against guesses as well.
    """
    members = json.dumps(dict(jwk), sort_keys=True, separators=(",", ":"))
    return _base64url(hashlib.sha256(members.encode()).digest())


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")
