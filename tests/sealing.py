"""A key to seal with for tests on PostgreSQL, where Charte makes none of its own; an embedded database gets its own."""

import tempfile
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import Engine

_FOLDER = tempfile.TemporaryDirectory(prefix="charte-keys-", ignore_cleanup_errors=True)


def seal_key(engine: Engine) -> str:
    """The setting for an engine: "" where the key lies beside the database."""
    return "" if engine.dialect.name == "sqlite" else str(_key())


@cache
def _key() -> Path:
    return write_key(Path(_FOLDER.name) / "seal-key")


def write_key(place: Path) -> Path:
    """A new key in a file."""
    private = Ed25519PrivateKey.generate()
    place.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return place
