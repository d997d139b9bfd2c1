"""Keys that sign tokens."""

import secrets

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

PairedKey = Ed25519PrivateKey | RSAPrivateKey


def random_secret() -> str:
    return secrets.token_urlsafe(48)


def ed25519() -> PairedKey:
    return Ed25519PrivateKey.generate()


def rsa(bits: int = 2048) -> PairedKey:
    return generate_private_key(65537, bits)


def private_pem(key: PairedKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_pem(key: PairedKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
