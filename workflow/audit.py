"""The audit of a guideline: its chain of events, and every row of evidence held against what the log told of it.

A chain alone cannot tell that its end was cut off or that a row was changed behind it. Here each decision, publication,
confirmation, state, roster, pinned policy and step must be told by an event, and each event must have its rows.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, SQLModel, col, select

from guidelines import projection
from guidelines import queries as writing
from guidelines.tables import Guideline, Publication, StepRecord, Version
from workflow import events, machine
from workflow.events import Damage, Fault, Kind
from workflow.evidence import fingerprint
from workflow.machine import Action, State
from workflow.tables import Acknowledgement, Event, Policy, Roster, SignOff, VersionState

DECISIONS: Final = frozenset({Kind.SIGNED_OFF, Kind.OBJECTED, Kind.RETRACTED, Kind.OBJECTION_LIFTED})
#: What an event says the version did.
MOVES: Final[Mapping[str, Action]] = {
    Kind.SUBMITTED: Action.SUBMIT,
    Kind.CHANGES_REQUESTED: Action.REQUEST_CHANGES,
    Kind.REOPENED: Action.REOPEN,
    Kind.PUBLISHED: Action.PUBLISH,
    Kind.WITHDRAWN: Action.WITHDRAW,
}
BEGINNINGS: Final = frozenset({Kind.GUIDELINE_CREATED, Kind.DRAFT_STARTED})
META: Final = ("title", "kind", "audience", "summary")


@dataclass(frozen=True, slots=True)
class Told:
    """An event with its data read; one whose data is no JSON any more says nothing."""

    seq: int
    at: datetime
    kind: str
    person_id: str | None
    version_id: str
    data: Mapping[str, Any]


def audit(session: Session, guideline_id: str) -> list[Fault]:
    """Everything that is not as it was written, in the order of the log; empty when nothing was altered."""
    log = events.history(session, guideline_id)
    told = [_told(event) for event in log]
    versions = {row.id: row for row in writing.versions(session, guideline_id)}
    faults = [
        *events.verify(log),
        *_guideline(session.get_one(Guideline, guideline_id), told),
        *_unknown(told, versions),
        *_rows(session, told, versions),
        *(
            fault
            for row in versions.values()
            for fault in _version(session, row, [entry for entry in told if entry.version_id == row.id], told)
        ),
    ]
    return sorted(set(faults), key=lambda fault: (fault.seq, fault.damage, fault.detail))


def audit_everything(session: Session) -> dict[str, list[Fault]]:
    """Slug of every guideline with its faults; events of no guideline cannot be, the database sees to that."""
    return {row.slug: audit(session, row.id) for row in session.exec(select(Guideline).order_by(Guideline.slug))}


def _told(event: Event) -> Told:
    try:
        data = json.loads(event.data)
    except json.JSONDecodeError:
        data = {}
    found = data if isinstance(data, dict) else {}
    return Told(event.seq, event.at, event.kind, event.person_id, event.version_id or "", found)


def _guideline(row: Guideline, told: Sequence[Told]) -> Iterator[Fault]:
    first = told[0] if told else None
    if first is None or first.kind != Kind.GUIDELINE_CREATED:
        yield _fault(1, "the guideline is created by no event")
    elif (row.created_by, row.created_at, row.policy) != (first.person_id, first.at, first.data.get("policy")):
        yield _fault(first.seq, "the guideline was created otherwise")


def _unknown(told: Sequence[Told], versions: Mapping[str, Version]) -> Iterator[Fault]:
    for entry in told:
        if entry.version_id and entry.version_id not in versions:
            yield _fault(entry.seq, f"version {entry.version_id} is missing")


def _rows(session: Session, told: Sequence[Told], versions: Mapping[str, Version]) -> Iterator[Fault]:
    """Decisions, publications and confirmations, each told once and unchanged."""
    end = told[-1].seq + 1 if told else 1
    for table, name, entries in (
        (SignOff, "sign_off", {entry.data.get("sign_off"): entry for entry in told if entry.kind in DECISIONS}),
        (Publication, "publication", {entry.version_id: entry for entry in told if entry.kind == Kind.PUBLISHED}),
        (
            Acknowledgement,
            "acknowledgement",
            {entry.data.get("acknowledgement"): entry for entry in told if entry.kind == Kind.ACKNOWLEDGED},
        ),
    ):
        rows = _stored(session, table, versions)
        for key, entry in entries.items():
            if key not in rows:
                yield _fault(entry.seq, f"{name} {key} is missing")
        for key, row in rows.items():
            if key not in entries:
                yield _fault(end, f"{name} {key} is told by no event")
            elif not _same(row, entries[key]):
                yield _fault(entries[key].seq, f"{name} {key} differs")


def _stored(session: Session, table: type[SQLModel], versions: Mapping[str, Version]) -> dict[Any, SQLModel]:
    (key,) = table.__table__.primary_key  # type: ignore[attr-defined]
    query = select(table).where(col(table.version_id).in_(list(versions)))  # type: ignore[attr-defined]
    return {getattr(row, key.name): row for row in session.exec(query)}


def _same(row: Any, entry: Told) -> bool:
    by, at = (row.published_by, row.published_at) if isinstance(row, Publication) else (row.person_id, row.at)
    return (by, at, row.version_id, fingerprint(row)) == (
        entry.person_id,
        entry.at,
        entry.version_id,
        entry.data.get("evidence"),
    )


def _version(session: Session, row: Version, own: Sequence[Told], told: Sequence[Told]) -> Iterator[Fault]:
    end = told[-1].seq + 1 if told else 1
    if not own or own[0].kind not in BEGINNINGS:
        yield _fault(end, f"version {row.id} is begun by no event")
        return
    yield from _beginning(session, row, own[0])
    yield from _meta(row, own)
    yield from _imports(session, row, own, end)
    yield from _life(session, row, own, told)
    submits = [entry for entry in own if entry.kind == Kind.SUBMITTED]
    for place, entry in enumerate(submits):
        yield from _submit(session, row, entry, submits[:place])
    yield from _rosters(session, row, submits, end)
    if row.frozen and submits and row.revision != submits[-1].data.get("revision"):
        yield _fault(submits[-1].seq, f"version {row.id} is at another revision")
    for difference in projection.differences(session, row):
        yield _fault(own[-1].seq, f"version {row.id}, {difference}")


def _beginning(session: Session, row: Version, entry: Told) -> Iterator[Fault]:
    first = projection.first_hash(session, row.id)
    stood = (row.created_by, row.created_at, row.base_version_id, row.language, first)
    begun = (
        entry.person_id,
        entry.at,
        entry.data.get("base"),
        entry.data.get("language"),
        entry.data.get("document"),
    )
    if stood != begun:
        yield _fault(entry.seq, f"version {row.id} began otherwise")


def _meta(row: Version, own: Sequence[Told]) -> Iterator[Fault]:
    """Title and what else is signed beside the text are those last told."""
    last = [entry for entry in own if entry.kind in (*BEGINNINGS, Kind.META_CHANGED)][-1]
    for name in META:
        if last.data.get(name) != getattr(row, name):
            yield _fault(last.seq, f"version {row.id} has another {name}")


def _imports(session: Session, row: Version, own: Sequence[Told], end: int) -> Iterator[Fault]:
    """Every text brought in from outside is told, and was brought in."""
    steps = select(StepRecord.ref, StepRecord.revision).where(
        StepRecord.version_id == row.id, StepRecord.cause == "import"
    )
    stored = set(dict(session.exec(steps.order_by(col(StepRecord.revision))).all()).values())
    entries = {int(entry.data.get("revision", 0)): entry.seq for entry in own if entry.kind == Kind.TEXT_IMPORTED}
    for revision in sorted(stored - entries.keys()):
        yield _fault(end, f"version {row.id}: the import of revision {revision} is told by no event")
    for revision in entries.keys() - stored:
        yield _fault(entries[revision], f"version {row.id}: nothing was imported at revision {revision}")


def _life(session: Session, row: Version, own: Sequence[Told], told: Sequence[Told]) -> Iterator[Fault]:
    """The state, and what submit pinned, are what the events lead to."""
    stored = session.get(VersionState, row.id)
    state, since, last = State.DRAFT, own[0].at, own[0].seq
    pinned: tuple[Any, ...] = (None, None, None, 0)
    for entry in told:
        action = MOVES.get(entry.kind) if entry.version_id == row.id else None
        if entry.kind == Kind.PUBLISHED and entry.data.get("supersedes") == row.id:
            action = Action.SUPERSEDE
        if action is None:
            continue
        if not machine.possible(state, action):
            yield _fault(entry.seq, f"version {row.id} could not {action} from {state}")
            return
        state, since, last = machine.advance(state, action), entry.at, entry.seq
        if action is Action.SUBMIT:
            pinned = (entry.data.get("policy"), entry.at, entry.person_id, entry.data.get("round"))
    if stored is None:
        yield _fault(last, f"the state of version {row.id} is missing")
        return
    if (stored.state, stored.since, stored.guideline_id) != (state, since, row.guideline_id):
        yield _fault(last, f"version {row.id} is {stored.state}, and {state} by the log")
    if row.frozen is (state is State.DRAFT):
        yield _fault(last, f"the text of version {row.id} is {'frozen' if row.frozen else 'open'}")
    if (stored.policy_hash, stored.submitted_at, stored.submitted_by, stored.round) != pinned:
        yield _fault(last, f"version {row.id} is pinned otherwise")


def _submit(session: Session, row: Version, entry: Told, before: Sequence[Told]) -> Iterator[Fault]:
    """Policy and steps are those of the submit."""
    policy = session.get(Policy, str(entry.data.get("policy")))
    if policy is None or fingerprint(policy) != entry.data.get("policy_evidence"):
        yield _fault(entry.seq, f"policy {entry.data.get('policy')} differs")
    former = before[-1].data if before else {}
    after, upto = int(former.get("revision", 0)), int(entry.data.get("revision", 0))
    digest = projection.log_digest(session, row.id, after=after, upto=upto, start=str(former.get("log", "")))
    if digest != entry.data.get("log"):
        yield _fault(entry.seq, f"the steps of version {row.id} after revision {after} differ")


def _rosters(session: Session, row: Version, submits: Sequence[Told], end: int) -> Iterator[Fault]:
    """Each round's roster is the one told at its submit."""
    stored: dict[int, set[tuple[str, str]]] = {}
    for member in session.exec(select(Roster).where(Roster.version_id == row.id)):
        stored.setdefault(member.round, set()).add((member.team_id, member.person_id))
    for entry in submits:
        told = {(team, person) for team, people in entry.data.get("roster", {}).items() for person in people}
        if stored.pop(int(entry.data.get("round", 0)), set()) != told:
            yield _fault(entry.seq, f"the roster of version {row.id}, round {entry.data.get('round')} differs")
    for round_ in sorted(stored):
        yield _fault(end, f"the roster of version {row.id}, round {round_} is told by no event")


def _fault(seq: int, detail: str) -> Fault:
    return Fault(seq, Damage.EVIDENCE, detail)
