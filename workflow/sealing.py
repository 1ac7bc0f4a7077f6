"""The seal of a publication: one signature over the hashes of everything that the version was published on.

What is sealed, the record, follows from rows that never change, and from what was called how at that moment, which the
seal's own row keeps. So the record can be made again at any time, by anybody who has the database, and is the same.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import text
from sqlmodel import Session, SQLModel, col, select

from guidelines import queries as writing
from guidelines.document import canonical, canonical_json, parse
from guidelines.sections import sections
from guidelines.tables import Guideline, Publication
from workflow import events
from workflow import queries as reading
from workflow.errors import NotPublished
from workflow.events import Kind
from workflow.evidence import fields, fingerprint
from workflow.policy import Policy
from workflow.tables import Event, PrintedName, Seal, SealKey, SignOff, TimeStamp
from workflow.tables import Policy as PolicyRow

FORMAT: Final = "charte record 1"
DOMAIN: Final = "charte:seal:1"
MANIFEST: Final = "manifest.json"
SEAL: Final = "seal.json"
#: What of a publication is told as facts; its text is a file of its own.
_FACTS: Final = (
    "version_id", "guideline_id", "kind", "title", "language", "guideline_kind", "audience", "summary", "change_note",
    "document_hash", "meta_hash", "outline_hash", "published_at", "published_by", "effective_on",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Signer:
    """Whoever can seal: a key's id, its public half, and the act of signing."""

    key_id: str
    public_key: str
    sign: Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class House:
    """What the edge calls things: printed in the record as it was at publication."""

    organisation: str
    time_zone: str


def message(digest: str, at: datetime) -> bytes:
    """What the signature is made over."""
    return f"{DOMAIN}\n{at.astimezone(UTC).isoformat()}\n{digest}\n".encode()


def seal(
    session: Session, version_id: str, signer: Signer, house: House, *, at: datetime, person_id: str | None = None
) -> Seal:
    """Seals a published version, in the transaction that publishes it, and tells it: once, whoever asks again.

    The caller holds the lock on the guideline. Raises `NotPublished`.
    """
    if (there := session.get(Seal, version_id)) is not None:
        return there
    publication = _publication(session, version_id)
    printed = _printed(session, publication, house)
    manifest = record_manifest(session, version_id, printed)
    digest = hashlib.sha256(manifest).hexdigest()
    row = Seal(
        version_id=version_id,
        manifest=manifest.decode(),
        manifest_hash=digest,
        printed=canonical_json(printed).decode(),
        key_id=signer.key_id,
        signature=signer.sign(message(digest, at)).hex(),
        at=at,
        person_id=person_id,
    )
    session.add(row)
    session.flush()
    data = {"seal": digest, "key": signer.key_id, "evidence": fingerprint(row)}
    events.record(
        session, publication.guideline_id, Kind.SEALED, person_id=person_id, version_id=version_id, at=at, data=data
    )
    return row


def record_of(session: Session, version_id: str, printed: Mapping[str, Any] | None = None) -> dict[str, bytes]:
    """The files of the record by name, without its manifest and seal. Raises `NotPublished`."""
    publication = _publication(session, version_id)
    if printed is None:
        printed = json.loads(session.get_one(Seal, version_id).printed)
    log = _log(session, publication)
    guideline = session.get_one(Guideline, publication.guideline_id)
    document = parse(json.loads(publication.document))
    told = fields(publication)
    facts = {
        **{name: told[name] for name in _FACTS},
        "number": f"{publication.major}.{publication.minor}",
        "slug": guideline.slug,
        "owner_team": guideline.owner_team,
        "supersedes": json.loads(log[-1].data).get("supersedes"),
        "printed": dict(printed),
    }
    listed = [
        {"id": part.id, "level": part.level, "title": part.title, "hash": part.hash} for part in sections(document)
    ]
    return {
        "document.json": canonical_json(canonical(document)),
        "events.jsonl": b"".join(canonical_json(fields(event)) + b"\n" for event in log),
        "policy.json": _written(fields(_policy_row(session, version_id))),
        "publication.json": _written(facts),
        "sections.json": _written(listed),
        "sign-offs.json": _written(_decisions(session, publication, log)),
    }


def record_manifest(session: Session, version_id: str, printed: Mapping[str, Any] | None = None) -> bytes:
    """The manifest of a record as the rows give it now: its files with their hashes, and the head of the log."""
    files = record_of(session, version_id, printed)
    last = json.loads(files["events.jsonl"].splitlines()[-1])
    listed = [
        {"path": path, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)} for path, data in files.items()
    ]
    head = {"seq": last["seq"], "hash": last["hash"]}
    return _written({"format": FORMAT, "version": version_id, "head": head, "files": listed})


def sealed_record(session: Session, version_id: str) -> dict[str, bytes]:
    """The record with the manifest that was signed and its seal: the same bytes for ever."""
    row = seal_of(session, version_id)
    key = session.get_one(SealKey, row.key_id)
    told = {
        "algorithm": "Ed25519",
        "at": row.at.astimezone(UTC).isoformat(),
        "key": key.id,
        "public_key": key.public_key,
        "signature": row.signature,
    }
    return {**record_of(session, version_id), MANIFEST: row.manifest.encode(), SEAL: _written(told)}


def seal_of(session: Session, version_id: str) -> Seal:
    """Raises `NotPublished` for what is not sealed, with the reason that it was published before there were seals."""
    row = session.get(Seal, version_id)
    if row is None:
        _publication(session, version_id)
        raise NotPublished(version=version_id, reason="unsealed")
    return row


def unsealed(session: Session) -> list[Publication]:
    """Publications without a seal, oldest first: those from before seals, and none else."""
    there = select(Seal.version_id)
    query = select(Publication).where(col(Publication.version_id).not_in(there))
    return list(session.exec(query.order_by(col(Publication.published_at), Publication.version_id)))


def unstamped(session: Session) -> list[Seal]:
    """Seals without a time-stamp, oldest first."""
    there = select(TimeStamp.version_id)
    return list(session.exec(select(Seal).where(col(Seal.version_id).not_in(there)).order_by(col(Seal.at))))


def printed_names(session: Session, version_id: str) -> list[PrintedName]:
    """The names under which a version's decisions were signed, in their order; erased ones are empty."""
    mine = select(SignOff.seq).where(SignOff.version_id == version_id)
    query = select(PrintedName).where(col(PrintedName.sign_off_seq).in_(mine))
    return list(session.exec(query.order_by(col(PrintedName.sign_off_seq))))


def policy_of(session: Session, version_id: str) -> Policy:
    """The policy under which a version was published."""
    row = _publication(session, version_id)
    return reading.policy_of(
        session, session.get_one(Guideline, row.guideline_id), reading.state_of(session, version_id)
    )


def _publication(session: Session, version_id: str) -> Publication:
    row = session.get(Publication, version_id)
    if row is None:
        raise NotPublished(version=version_id, reason="unpublished")
    return row


def _log(session: Session, publication: Publication) -> list[Event]:
    """The guideline's chain up to the event that published the version."""
    query = select(Event.seq).where(
        Event.guideline_id == publication.guideline_id,
        Event.version_id == publication.version_id,
        Event.kind == Kind.PUBLISHED,
    )
    return list(events.history_until(session, publication.guideline_id, session.exec(query).one()))


def _policy_row(session: Session, version_id: str) -> PolicyRow:
    return session.get_one(PolicyRow, reading.state_of(session, version_id).policy_hash or "")


def _decisions(session: Session, publication: Publication, log: list[Event]) -> list[dict[str, Any]]:
    """Every decision up to the publication with all that proves it; what was not kept then is null."""
    told = {}
    for event in log:
        data = json.loads(event.data)
        if event.version_id == publication.version_id and "sign_off" in data:
            told[data["sign_off"]] = event
    names = {row.sign_off_seq for row in printed_names(session, publication.version_id)}
    return [
        {
            "meaning": row.decision,
            "guideline_id": publication.guideline_id,
            "number": f"{publication.major}.{publication.minor}",
            "assets": [],
            "printed_name": "reading/names.json" if row.seq in names else None,
            "event": {name: getattr(told[row.seq], name) for name in ("seq", "hash", "previous_hash")},
            "row": fields(row),
        }
        for row in reading.sign_offs(session, publication.version_id)
        if row.seq in told
    ]


def _printed(session: Session, publication: Publication, house: House) -> dict[str, Any]:
    """What may be called otherwise on another day, and the delegations that decisions name."""
    policy = policy_of(session, publication.version_id)
    return {
        "organisation": house.organisation,
        "time_zone": house.time_zone,
        "teams": writing.team_names(session, publication.language),
        "policy_title": {"fr": policy.title.fr, "en": policy.title.en}[publication.language],
        "delegations": _delegations(session, publication.version_id),
    }


def _delegations(session: Session, version_id: str) -> list[dict[str, Any]]:
    """As they were when the version was published: a delegation can be ended afterwards."""
    named = {row.delegation_id for row in reading.sign_offs(session, version_id)} - {None}
    if not named or (table := SQLModel.metadata.tables.get("delegation")) is None:
        return []
    rows = session.execute(table.select().where(table.c.id.in_(named)).order_by(text("id"))).mappings()
    return [{name: _json(value) for name, value in row.items()} for row in rows]


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value if isinstance(value, str | int | None) else str(value)


def _written(value: Any) -> bytes:
    """JSON to be read by people as well: one form only, keys sorted, a line for each thing."""
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()
