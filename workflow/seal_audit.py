"""The audit of seals: signed by the key they name, over what the rows still say, and none missing."""

import hashlib
import json
from collections.abc import Iterator

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlmodel import Session, col, func, select

from guidelines.tables import Publication
from workflow.evidence import name_hash
from workflow.sealing import message, record_manifest
from workflow.tables import PrintedName, Seal, SealKey, SignOff


def fits(public: bytes, signed: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature is the key's over these bytes."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def seal_faults(session: Session, guideline_id: str) -> Iterator[tuple[str, str]]:
    """(version, what is wrong with its seal) of every publication of a guideline."""
    first = session.exec(select(func.min(SealKey.from_at))).one()
    query = select(Publication).where(Publication.guideline_id == guideline_id)
    for publication in session.exec(query.order_by(col(Publication.published_at))).all():
        version_id = publication.version_id
        row = session.get(Seal, version_id)
        if row is not None:
            yield from ((version_id, what) for what in _faults(session, row))
        elif first is not None and publication.published_at >= first:
            # Before the first key nothing could be sealed.
            yield version_id, f"version {version_id} is not sealed"


def name_faults(session: Session, version_id: str) -> Iterator[str]:
    """Printed names that are not those under which the decisions were made; erased ones are no fault."""
    query = select(SignOff, PrintedName).join(PrintedName, col(PrintedName.sign_off_seq) == col(SignOff.seq))
    for row, printed in session.exec(query.where(SignOff.version_id == version_id)):
        if printed.salt and name_hash(printed.salt, printed.name) != row.name_hash:
            yield f"sign_off {row.seq} was made under another name"


def _faults(session: Session, row: Seal) -> Iterator[str]:
    key = session.get(SealKey, row.key_id)
    signed, signature = message(row.manifest_hash, row.at), bytes.fromhex(row.signature)
    if key is None or not fits(bytes.fromhex(key.public_key), signed, signature):
        yield f"the seal of version {row.version_id} does not fit its key"
    if hashlib.sha256(row.manifest.encode()).hexdigest() != row.manifest_hash:
        yield f"the manifest of version {row.version_id} is not the one sealed"
    now = record_manifest(session, row.version_id, json.loads(row.printed)).decode()
    if now != row.manifest:
        told, found = (
            {line["path"]: line["sha256"] for line in json.loads(text)["files"]} for text in (row.manifest, now)
        )
        differ = sorted(path for path in told.keys() | found.keys() if told.get(path) != found.get(path))
        yield f"of version {row.version_id} something else was sealed: {', '.join(differ) or 'the end of the log'}"
