"""The keys that seal publications: the private half in a file of the server's, the public halves in the database.

Without a setting an embedded database has its key beside it, made when it is first needed. Whoever can read that file
can seal in the company's name. When it is lost, another is made to publish again, and old seals stay good.
"""

import os
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.engine import URL, make_url
from sqlmodel import Session, col, select

from api.config import Config
from api.errors import SealKeyMissing
from exports.evidence_format import key_id
from workflow.sealing import House, Signer, seal
from workflow.tables import Seal, SealKey

SUFFIX: Final = ".seal-key"
#: Why there is nothing to seal with, as a word of `SealKeyMissing`.
UNSET, LOST, UNREADABLE, RETIRED = "unset", "lost", "unreadable", "retired"


def place_of(config: Config, url: URL | None = None) -> Path | None:
    """Where the private key lies: where the setting says, else beside an embedded database; None for no place."""
    if config.seal_key:
        return Path(config.seal_key)
    address = url or make_url(config.database_url)
    if address.get_backend_name() != "sqlite" or address.database in (None, "", ":memory:"):
        return None
    return Path(f"{Path(str(address.database)).resolve()}{SUFFIX}")


def signer_of(session: Session, config: Config, at: datetime) -> Signer:
    """Whoever seals now. An embedded database that never had a key gets one; raises `SealKeyMissing` otherwise."""
    place = place_of(config, session.get_bind().engine.url)
    if place is None:
        raise SealKeyMissing(reason=UNSET, place="CHARTE_SEAL_KEY")
    if not place.exists():
        if not makes_its_own(session, config, place):
            raise SealKeyMissing(reason=LOST, place=str(place))
        _write(place, Ed25519PrivateKey.generate())
    private = _read(place)
    signer = _signer(private)
    row = session.get(SealKey, signer.key_id)
    if row is None:
        session.add(SealKey(id=signer.key_id, public_key=signer.public_key, from_at=at))
        session.flush()
    elif row.until_at is not None:
        raise SealKeyMissing(reason=RETIRED, place=str(place))
    return signer


def makes_its_own(session: Session, config: Config, place: Path) -> bool:
    """Whether the first publication makes the key: nobody named one, and no database ever had one there."""
    return not (config.seal_key or place.exists() or session.exec(select(SealKey.id).limit(1)).first())


def held_signer(session: Session, config: Config) -> Signer:
    """The key in its file, to seal what is only handed out: nothing is made or stored. Raises `SealKeyMissing`."""
    place = place_of(config, session.get_bind().engine.url)
    if place is None or not place.exists():
        raise SealKeyMissing(reason=LOST if place else UNSET, place=str(place or "CHARTE_SEAL_KEY"))
    return _signer(_read(place))


def seal_published(
    session: Session, config: Config, version_id: str, *, at: datetime, person_id: str | None = None
) -> Seal:
    """Seals what has just been published, in the same transaction: what cannot be sealed is not published."""
    house = House(config.organisation, config.time_zone)
    return seal(session, version_id, signer_of(session, config, at), house, at=at, person_id=person_id)


def new_key(session: Session, config: Config, at: datetime) -> SealKey:
    """Makes a key and lets it take the place of those before it, whose seals stay good. Raises `SealKeyMissing`."""
    place = place_of(config, session.get_bind().engine.url)
    if place is None:
        raise SealKeyMissing(reason=UNSET, place="CHARTE_SEAL_KEY")
    for former in session.exec(select(SealKey).where(col(SealKey.until_at).is_(None))):
        former.until_at = at
    private = Ed25519PrivateKey.generate()
    signer = _signer(private)
    row = SealKey(id=signer.key_id, public_key=signer.public_key, from_at=at)
    session.add(row)
    session.flush()
    _write(place, private)
    return row


def keys(session: Session) -> list[SealKey]:
    """Every key that has been in use, oldest first."""
    return list(session.exec(select(SealKey).order_by(col(SealKey.from_at), SealKey.id)))


def _signer(private: Ed25519PrivateKey) -> Signer:
    public = private.public_key().public_bytes_raw()
    return Signer(key_id(public), public.hex(), private.sign)


def _read(place: Path) -> Ed25519PrivateKey:
    try:
        private = serialization.load_pem_private_key(place.read_bytes(), password=None)
    except (OSError, ValueError, TypeError):
        private = None
    if not isinstance(private, Ed25519PrivateKey):
        raise SealKeyMissing(reason=UNREADABLE, place=str(place))
    return private


def _write(place: Path, private: Ed25519PrivateKey) -> None:
    """Whole or not at all, and for nobody else to read."""
    data = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    beside = place.with_name(f".{place.name}-{os.getpid()}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(place)
    except OSError:
        raise SealKeyMissing(reason=UNREADABLE, place=str(place)) from None
    finally:
        beside.unlink(missing_ok=True)
