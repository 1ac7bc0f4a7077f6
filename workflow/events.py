"""The log of a guideline: append-only, each entry bound to the one before by its hash.

Entries name people by id only, so that a name can be erased without touching the chain. The caller holds the lock on
the guideline's row: two entries can never claim the same place.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from sqlmodel import Session, col, select

from guidelines import jobs
from guidelines.projection import log_digest
from guidelines.salvage import DAMAGED
from guidelines.tables import Version
from workflow.machine import Action
from workflow.tables import Event

DOMAIN: Final = b"charte:event:1\n"
GENESIS: Final = "0" * 64


class Kind(StrEnum):
    """What happened, in the past tense."""

    GUIDELINE_CREATED = "guideline_created"
    DRAFT_STARTED = "draft_started"
    TEXT_IMPORTED = "text_imported"
    META_CHANGED = "meta_changed"
    GUIDELINE_MOVED = "guideline_moved"
    SUGGESTIONS_DECIDED = "suggestions_decided"
    SUBMITTED = "version_submitted"
    #: The same words go on in review under another policy.
    REPINNED = "version_repinned"
    SIGNED_OFF = "signed_off"
    OBJECTED = "objected"
    RETRACTED = "sign_off_retracted"
    OBJECTION_LIFTED = "objection_lifted"
    CLASS_STATED = "class_stated"
    CLASS_AGREED = "class_agreed"
    CLASS_CONTESTED = "class_contested"
    CHANGES_REQUESTED = "changes_requested"
    REOPENED = "version_reopened"
    SCHEDULED = "version_scheduled"
    DATE_HELD = "date_held"
    PUBLISHED = "version_published"
    SEALED = "version_sealed"
    SUPERSEDED = "version_superseded"
    WITHDRAWN = "version_withdrawn"
    ACKNOWLEDGED = "version_acknowledged"


#: What pins a version to a policy and a roster, and tells how far its steps go.
PINNING: Final = (Kind.SUBMITTED, Kind.REPINNED)


DECISIONS: Final = frozenset({Kind.SIGNED_OFF, Kind.OBJECTED, Kind.RETRACTED, Kind.OBJECTION_LIFTED})
STATEMENTS: Final = frozenset({Kind.CLASS_STATED, Kind.CLASS_AGREED, Kind.CLASS_CONTESTED})
BEGINNINGS: Final = frozenset({Kind.GUIDELINE_CREATED, Kind.DRAFT_STARTED})
#: What an event says the version did.
MOVES: Final[Mapping[str, Action]] = {
    Kind.SUBMITTED: Action.SUBMIT,
    Kind.CHANGES_REQUESTED: Action.REQUEST_CHANGES,
    Kind.REOPENED: Action.REOPEN,
    Kind.SCHEDULED: Action.SCHEDULE,
    Kind.DATE_HELD: Action.HOLD,
    Kind.PUBLISHED: Action.PUBLISH,
    Kind.WITHDRAWN: Action.WITHDRAW,
}


class Damage(StrEnum):
    """How a log can differ from what was written."""

    CHANGED = "changed"
    MISSING = "missing"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    EVIDENCE = "evidence_differs"
    ORPHANED = "orphaned"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not fit: the place in the log (0: none) and what is wrong there."""

    seq: int
    damage: Damage
    detail: str = ""

    def __str__(self) -> str:
        place = f"event {self.seq}: " if self.seq else ""
        return f"{place}{self.damage}" + (f" ({self.detail})" if self.detail else "")


def record(
    session: Session,
    guideline_id: str,
    kind: Kind,
    *,
    person_id: str | None,
    version_id: str | None = None,
    at: datetime,
    data: Mapping[str, Any] | None = None,
) -> Event:
    """Adds an entry behind the last one, and puts aside that it is to be told. `data` must be plain JSON."""
    last = session.exec(
        select(Event).where(Event.guideline_id == guideline_id).order_by(col(Event.seq).desc()).limit(1)
    ).first()
    event = Event(
        guideline_id=guideline_id,
        seq=last.seq + 1 if last else 1,
        at=at,
        kind=kind,
        person_id=person_id,
        version_id=version_id,
        data=canonical(data or {}),
        previous_hash=last.hash if last else GENESIS,
        hash="",
    )
    event.hash = entry_hash(event)
    session.add(event)
    session.flush()
    jobs.put(session, "event", f"event:{guideline_id}:{event.seq}", run_at=at, guideline=guideline_id, seq=event.seq)
    return event


def history(session: Session, guideline_id: str) -> Sequence[Event]:
    """The whole log, oldest first."""
    return session.exec(select(Event).where(Event.guideline_id == guideline_id).order_by(col(Event.seq))).all()


def history_until(session: Session, guideline_id: str, seq: int) -> Sequence[Event]:
    """The log up to a place in it, oldest first."""
    query = select(Event).where(Event.guideline_id == guideline_id, col(Event.seq) <= seq)
    return session.exec(query.order_by(col(Event.seq))).all()


def page_of_history(session: Session, guideline_id: str, *, after: int, most: int) -> Sequence[Event]:
    """The entries behind a place in the log, oldest first."""
    query = select(Event).where(Event.guideline_id == guideline_id, col(Event.seq) > after)
    return session.exec(query.order_by(col(Event.seq)).limit(most)).all()


def log_told(session: Session, version: Version) -> dict[str, Any]:
    """What a submit tells of the step log: how far it goes and its digest, going on from the submit before."""
    query = select(Event).where(Event.guideline_id == version.guideline_id, Event.version_id == version.id)
    before = session.exec(query.where(col(Event.kind).in_(PINNING)).order_by(col(Event.seq).desc()).limit(1)).first()
    told: dict[str, Any] = json.loads(before.data) if before else {"revision": 0, "log": ""}
    after, upto = int(told["revision"]), version.revision
    return {"revision": upto, "log": log_digest(session, version.id, after=after, upto=upto, start=told["log"])}


def canonical(value: Mapping[str, Any]) -> str:
    """JSON with sorted keys and no spaces: the same value is the same text."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


def entry_hash(event: Event) -> str:
    """SHA-256 over the previous hash and every field of the entry."""
    fields = [
        event.previous_hash,
        event.guideline_id,
        str(event.seq),
        event.at.astimezone(UTC).isoformat(),
        event.kind,
        event.person_id or "",
        event.version_id or "",
        event.data,
    ]
    return hashlib.sha256(DOMAIN + "\n".join(fields).encode()).hexdigest()


def _holds(event: Event) -> bool:
    try:
        return entry_hash(event) == event.hash
    except DAMAGED:
        return False


def verify(entries: Iterable[Event], *, head: str | None = None) -> list[Fault]:
    """What is wrong with a chain, read in the order of `seq`: entries changed, missing or in another's place.

    An intact beginning of a log is a valid log; only a `head` kept elsewhere tells that its end was cut off.
    """
    faults: list[Fault] = []
    previous, expected = GENESIS, 1
    for event in sorted(entries, key=lambda entry: entry.seq):
        if event.seq != expected:
            faults.append(Fault(expected, Damage.MISSING, f"the next entry is {event.seq}"))
        elif event.previous_hash != previous:
            faults.append(Fault(event.seq, Damage.REORDERED, "does not follow the entry before it"))
        if not _holds(event):
            faults.append(Fault(event.seq, Damage.CHANGED))
        previous, expected = event.hash, event.seq + 1
    if head is not None and previous != head:
        faults.append(Fault(expected, Damage.TRUNCATED))
    return faults
