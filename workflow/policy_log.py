"""The log of approval policies: one chain for the installation, because a policy belongs to no guideline.

It is chained as the guidelines' logs are. Entries name people by id only.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import text
from sqlmodel import Session, col, select

from guidelines.salvage import DAMAGED, salvaged
from workflow.events import GENESIS, Damage, Fault, canonical
from workflow.evidence import fingerprint
from workflow.policy_tables import PolicyEdition, PolicyEvent, PolicyProof

DOMAIN: Final = b"charte:policy-event:1\n"
#: Any number, the same in every process: PostgreSQL's advisory lock around the end of the chain.
LOCK: Final = 4_843_121


class Kind(StrEnum):
    """What happened, in the past tense."""

    PROPOSED = "policy_proposed"
    CHECKED = "policy_checked"
    AGREED = "policy_agreed"
    REFUSED = "policy_refused"
    WITHDRAWN = "policy_withdrawn"


#: Where an edition stands after an event; a check says it itself.
LEADS_TO: Final[Mapping[str, str]] = {
    Kind.PROPOSED: "checking",
    Kind.AGREED: "in_force",
    Kind.REFUSED: "refused",
    Kind.WITHDRAWN: "withdrawn",
}


def lock(session: Session) -> None:
    """Whoever changes policies waits here for whoever does: SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def record(
    session: Session,
    kind: Kind,
    edition: PolicyEdition,
    *,
    person_id: str | None,
    at: datetime,
    data: Mapping[str, Any],
) -> PolicyEvent:
    """Adds an entry behind the last one; the caller holds the lock. `data` must be plain JSON."""
    last = session.exec(select(PolicyEvent).order_by(col(PolicyEvent.seq).desc()).limit(1)).first()
    event = PolicyEvent(
        seq=last.seq + 1 if last else 1,
        at=at,
        kind=kind,
        person_id=person_id,
        name=edition.name,
        number=edition.number,
        data=canonical(data),
        previous_hash=last.hash if last else GENESIS,
        hash="",
    )
    event.hash = entry_hash(event)
    session.add(event)
    session.flush()
    return event


def history(session: Session, name: str = "") -> Sequence[PolicyEvent]:
    """The log, or what it tells of one policy, oldest first."""
    query = select(PolicyEvent).order_by(col(PolicyEvent.seq))
    return session.exec(query.where(PolicyEvent.name == name) if name else query).all()


def entry_hash(event: PolicyEvent) -> str:
    """SHA-256 over the previous hash and every field of the entry."""
    fields = [
        event.previous_hash,
        str(event.seq),
        event.at.astimezone(UTC).isoformat(),
        event.kind,
        event.person_id or "",
        event.name,
        str(event.number),
        event.data,
    ]
    return hashlib.sha256(DOMAIN + "\n".join(fields).encode()).hexdigest()


def audit_policies(session: Session) -> tuple[list[Fault], int]:
    """What is not as it was written, and how many entries were read: the chain, each edition and each proof used."""
    rows, lost = salvaged(session, PolicyEvent, col(PolicyEvent.seq).is_not(None))
    faults = [Fault(0, Damage.CHANGED, f"an entry cannot be read ({why})") for why in lost.values()]
    told = sorted(rows, key=lambda row: row.seq)
    faults += [*_chain(told), *_editions(session, told)]
    return faults, len(told) + len(lost)


def _chain(told: Iterable[PolicyEvent]) -> Iterator[Fault]:
    previous, expected = GENESIS, 1
    for event in told:
        if event.seq != expected:
            yield Fault(expected, Damage.MISSING, f"the next entry is {event.seq}")
        elif event.previous_hash != previous:
            yield Fault(event.seq, Damage.REORDERED, "does not follow the entry before it")
        if entry_hash(event) != event.hash:
            yield Fault(event.seq, Damage.CHANGED)
        previous, expected = event.hash, event.seq + 1


def _editions(session: Session, told: Sequence[PolicyEvent]) -> Iterator[Fault]:
    rows, lost = salvaged(session, PolicyEdition, col(PolicyEdition.id).is_not(None))
    end = told[-1].seq + 1 if told else 1
    for key, why in lost.items():
        yield _fault(end, f"policy edition {key[0]} cannot be read ({why})")
    left = {(row.name, row.number): row for row in rows}
    told_of: dict[tuple[str, int], list[PolicyEvent]] = {}
    for event in told:
        told_of.setdefault((event.name, event.number), []).append(event)
    newest = {event.name: event.number for event in told if event.kind == Kind.AGREED}
    for key, events in told_of.items():
        row = left.pop(key, None)
        what = f"policy {key[0]}, version {key[1]}"
        if row is None:
            yield _fault(events[-1].seq, f"{what} is missing")
        else:
            yield from _edition(session, row, events, what, newest.get(key[0]))
    for name, number in left:
        yield _fault(end, f"policy {name}, version {number} is told by no event")


def _edition(
    session: Session, row: PolicyEdition, events: Sequence[PolicyEvent], what: str, newest: int | None
) -> Iterator[Fault]:
    """The row is what its events lead to: its words, who proposed it, what was found, who decided."""
    state, checked = "", None
    decided: tuple[Any, ...] = (None, None, "")
    for event in events:
        try:
            data = json.loads(event.data)
        except DAMAGED:
            continue  # the chain tells of it
        if event.kind == Kind.PROPOSED and (event.person_id, event.at, data) != (
            row.proposed_by, row.proposed_at, proposal(row),
        ):  # fmt: skip
            yield _fault(event.seq, f"{what} was proposed otherwise")
        state = LEADS_TO.get(event.kind, data.get("state", state))
        if event.kind == Kind.CHECKED:
            checked = event.at
            proof = session.get(PolicyProof, row.hash)
            if data.get("proof") != (fingerprint(proof) if proof else None):
                yield _fault(event.seq, f"the proof of {what} differs")
            if data.get("found") != row.found:
                yield _fault(event.seq, f"what was found in {what} differs")
        elif event.kind in (Kind.AGREED, Kind.REFUSED, Kind.WITHDRAWN):
            decided = (event.person_id, event.at, data.get("reason", ""))
    if state == "in_force" and row.number != newest:
        state = "superseded"
    stands = (row.state, row.checked_at, (row.decided_by, row.decided_at, row.decided_reason))
    if stands != (state, checked, decided):
        yield _fault(events[-1].seq, f"{what} is {row.state}, and {state} by the log")


def proposal(row: PolicyEdition) -> dict[str, Any]:
    """What the log tells of an edition when it is proposed."""
    body = hashlib.sha256(row.body.encode()).hexdigest()
    return {"policy": row.hash, "body": body, "base": row.base_hash, "reason": row.reason}


def _fault(seq: int, detail: str) -> Fault:
    return Fault(seq, Damage.EVIDENCE, detail)
