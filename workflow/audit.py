"""The audit of a guideline: its chain of events, and every row of evidence held against what the log told of it.

A chain alone cannot tell that its end was cut off or that a row was changed behind it. Here each decision, publication,
confirmation, state, roster, pinned policy and step must be told by an event, and each event must have its rows.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel, col, select

from guidelines import projection
from guidelines.salvage import DAMAGED, salvaged
from guidelines.suggestion_rows import FINAL
from guidelines.tables import RESOLVE, SUGGEST, Guideline, Publication, StepRecord, Suggestion, Version
from workflow import events, machine
from workflow.events import BEGINNINGS, DECISIONS, MOVES, STATEMENTS, Damage, Fault, Kind
from workflow.evidence import fingerprint
from workflow.machine import Action, State
from workflow.orphans import orphans
from workflow.policy_log import audit_policies
from workflow.seal_audit import name_faults, seal_faults
from workflow.tables import (
    Acknowledgement,
    ClassStatement,
    Event,
    Policy,
    Roster,
    Schedule,
    Seal,
    SignOff,
    VersionState,
)

#: The tables whose rows name their guideline.
NAMING: Final[tuple[type[SQLModel], ...]] = (Event, Version, VersionState, Publication)
#: Stands for a moment that cannot be read: no entry with it has the hash that it was written with.
NEVER: Final = datetime.min.replace(tzinfo=UTC)
META: Final = ("title", "kind", "audience", "summary")
#: What of a guideline may change until something of it is published.
PLACE: Final = ("slug", "owner_team")
PLACING: Final = frozenset({Kind.GUIDELINE_CREATED, Kind.GUIDELINE_MOVED})


@dataclass(frozen=True, slots=True)
class Told:
    """An event with its data read; one whose data is no JSON any more says nothing."""

    seq: int
    at: datetime
    kind: str
    person_id: str | None
    version_id: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Audited:
    """Name of every guideline with its faults, `policies` with theirs, and how many entries of logs were read."""

    faults: Mapping[str, list[Fault]]
    events: int


def audit(session: Session, guideline_id: str) -> list[Fault]:
    """Everything that is not as it was written, in the order of the log; empty when nothing was altered."""
    return _audit(session, guideline_id, *_log(session, guideline_id))


def audit_everything(session: Session) -> Audited:
    """Every guideline that is there or that any row still names, and what has lost the row that it stands on."""
    slugs = {key: str(slug) for key, slug in session.execute(select(Guideline.id, Guideline.slug))}
    named = {key for table in NAMING for key in session.exec(select(table.guideline_id).distinct())}  # type: ignore[attr-defined]
    found: dict[str, list[Fault]] = {}
    read = 0
    names = {key: slugs.get(key, f"guideline {key}") for key in {*slugs, *named}}
    for key, name in sorted(names.items(), key=lambda item: item[1]):
        log, unfit = _log(session, key)
        read += len(log) + len(unfit)
        found[name] = _audit(session, key, log, unfit)
    for owner, fault in orphans(session):
        found.setdefault(names.get(owner, "database"), []).append(fault)
    of_policies, entries = audit_policies(session)
    return Audited({**found, **({"policies": of_policies} if of_policies else {})}, read + entries)


def _audit(session: Session, guideline_id: str, log: Sequence[Event], unfit: Sequence[Fault]) -> list[Fault]:
    told = [_told(event) for event in log]
    end = told[-1].seq + 1 if told else 1
    rows, lost = salvaged(session, Version, col(Version.guideline_id) == guideline_id)
    ids = {row.id for row in rows} | {key[0] for key in lost}
    faults = [
        *unfit,
        *events.verify(log),
        *_safely(1, "the guideline", _guideline(session, guideline_id, told)),
        *(_fault(end, f"version {key} cannot be read ({why})") for (key,), why in lost.items()),
        *_unknown(told, ids),
        *_safely(end, "the rows", _rows(session, told, ids)),
        *_safely(end, "the seals", _seals(session, guideline_id, told)),
    ]
    for row in rows:
        own = [entry for entry in told if entry.version_id == row.id]
        faults.extend(_safely(end, f"version {row.id}", _version(session, row, own, told)))
    return sorted(set(faults), key=lambda fault: (fault.seq, fault.damage, fault.detail))


def _log(session: Session, guideline_id: str) -> tuple[list[Event], list[Fault]]:
    """The entries in their order, and a fault for each that has no place in it.

    Of an entry of which a field cannot be read the rest stands, so that what follows from it is still looked at.
    """
    rows, lost = salvaged(session, Event, col(Event.guideline_id) == guideline_id)
    rows.extend(Event(**{name: _field(session, key, name) for name in Event.model_fields}) for key in lost)
    fit = [row for row in rows if isinstance(row.seq, int)]
    unfit = [Fault(0, Damage.CHANGED, f"event {row.seq} has no place") for row in rows if not isinstance(row.seq, int)]
    return sorted(fit, key=lambda row: row.seq), unfit


def _field(session: Session, key: tuple[Any, ...], name: str) -> Any:
    same = (col(Event.guideline_id) == key[0], col(Event.seq) == key[1])
    try:
        return session.exec(select(getattr(Event, name)).where(*same)).one()
    except DAMAGED:
        return NEVER if name == "at" else ""


def _safely(seq: int, what: str, part: Iterator[Fault]) -> Iterator[Fault]:
    """The faults of one part; that it cannot be read is one, and the other parts are still looked at."""
    try:
        yield from part
    except DAMAGED as error:
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise
        yield _fault(seq, f"{what} cannot be read ({error.__class__.__name__})")


def _told(event: Event) -> Told:
    try:
        data = json.loads(event.data)
    except DAMAGED:
        data = {}
    found = data if isinstance(data, dict) else {}
    return Told(event.seq, event.at, event.kind, event.person_id, event.version_id or "", found)


def _guideline(session: Session, guideline_id: str, told: Sequence[Told]) -> Iterator[Fault]:
    row = session.get(Guideline, guideline_id)
    first = told[0] if told else None
    if row is None:
        yield _fault(1, "the guideline is missing")
    elif first is None or first.kind != Kind.GUIDELINE_CREATED:
        yield _fault(1, "the guideline is created by no event")
    else:
        if (row.created_by, row.created_at, row.policy) != (first.person_id, first.at, first.data.get("policy")):
            yield _fault(first.seq, "the guideline was created otherwise")
        for name in PLACE:
            told_last = [entry for entry in told if entry.kind in PLACING and name in entry.data][-1:] or [first]
            if getattr(row, name) != told_last[0].data.get(name):
                yield _fault(told_last[0].seq, f"the guideline has another {name}")


def _unknown(told: Sequence[Told], versions: set[str]) -> Iterator[Fault]:
    for entry in told:
        if entry.version_id and entry.version_id not in versions:
            yield _fault(entry.seq, f"version {entry.version_id} is missing")


def _rows(session: Session, told: Sequence[Told], versions: set[str]) -> Iterator[Fault]:
    """Decisions, publications and confirmations, each told once and unchanged."""
    end = told[-1].seq + 1 if told else 1
    for table, name, key, kinds in (
        (SignOff, "sign_off", "sign_off", DECISIONS),
        (Schedule, "schedule", "schedule", frozenset({Kind.SCHEDULED})),
        (ClassStatement, "class_statement", "statement", STATEMENTS),
        (Publication, "publication", "", frozenset({Kind.PUBLISHED})),
        (Acknowledgement, "acknowledgement", "acknowledgement", frozenset({Kind.ACKNOWLEDGED})),
        (Seal, "seal", "", frozenset({Kind.SEALED})),
    ):
        entries = {
            _plain(entry.data.get(key)) if key else entry.version_id: entry for entry in told if entry.kind in kinds
        }
        yield from _told_once(session, table, name, entries, versions | {entry.version_id for entry in told}, end)


def _told_once(
    session: Session, table: type[SQLModel], name: str, entries: Mapping[Any, Told], versions: set[str], end: int
) -> Iterator[Fault]:
    found, lost = salvaged(session, table, col(table.version_id).in_(sorted(map(str, versions))))  # type: ignore[attr-defined]
    (column,) = inspect(table).primary_key
    rows = {getattr(row, column.name): row for row in found}
    for (key,), why in lost.items():
        yield _fault(entries[key].seq if key in entries else end, f"{name} {key} cannot be read ({why})")
    for key, entry in entries.items():
        if key not in rows and (key,) not in lost:
            yield _fault(entry.seq, f"{name} {key} is missing")
    for key, row in rows.items():
        if key not in entries:
            yield _fault(end, f"{name} {key} is told by no event")
        elif not _same(row, entries[key]):
            yield _fault(entries[key].seq, f"{name} {key} differs")


def _seals(session: Session, guideline_id: str, told: Sequence[Told]) -> Iterator[Fault]:
    """Each publication's seal fits its key and the rows of now, and names are those that were signed under."""
    places = {entry.version_id: entry.seq for entry in told if entry.kind in (Kind.PUBLISHED, Kind.SEALED)}
    end = told[-1].seq + 1 if told else 1
    for version_id, what in seal_faults(session, guideline_id):
        yield _fault(places.get(version_id, end), what)
    for version_id in sorted({entry.version_id for entry in told if entry.kind in DECISIONS}):
        yield from (_fault(end, what) for what in name_faults(session, version_id))


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | str) else None


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
    submits = [entry for entry in own if entry.kind in events.PINNING]
    parts = {
        "beginning": _beginning(session, row, own[0]),
        "meta data": _meta(row, own),
        "imports": _imports(session, row, own, end),
        "state": _life(session, row, own, told),
        "rosters": _rosters(session, row, submits, end),
        "suggestions": _decisions(session, row, own, end),
        "text": _text(session, row, own, submits),
    }
    for name, part in parts.items():
        yield from _safely(own[-1].seq, f"the {name} of version {row.id}", part)
    for place, entry in enumerate(submits):
        what = f"what was submitted of version {row.id}"
        yield from _safely(entry.seq, what, _submit(session, row, entry, submits[:place]))


def _text(session: Session, row: Version, own: Sequence[Told], submits: Sequence[Told]) -> Iterator[Fault]:
    if row.frozen and submits and row.revision != _reached(session, row, int(submits[-1].data.get("revision", 0))):
        yield _fault(submits[-1].seq, f"version {row.id} is at another revision")
    for difference in projection.differences(session, row):
        yield _fault(own[-1].seq, f"version {row.id}, {difference}")


def _reached(session: Session, row: Version, submitted: int) -> int:
    """How far suggestions and decisions have led since the submit; no other step may follow it."""
    rows = session.exec(
        select(StepRecord.cause).where(StepRecord.version_id == row.id, col(StepRecord.revision) > submitted)
    ).all()
    return submitted + len(rows) if set(rows) <= {SUGGEST, RESOLVE} else submitted


def _decisions(session: Session, row: Version, own: Sequence[Told], end: int) -> Iterator[Fault]:
    """Every decision on suggestions is told, with what became of each; and so it stands in their rows."""
    query = select(StepRecord.ref, StepRecord.person_id, StepRecord.revision).where(
        StepRecord.version_id == row.id, StepRecord.cause == RESOLVE
    )
    stored = {
        (ref, person): revision for ref, person, revision in session.exec(query.order_by(col(StepRecord.revision)))
    }
    entries = {int(entry.data.get("revision", 0)): entry for entry in own if entry.kind == Kind.SUGGESTIONS_DECIDED}
    for revision in sorted(set(stored.values()) - entries.keys()):
        yield _fault(end, f"version {row.id}: the decision of revision {revision} is told by no event")
    rows, lost = salvaged(session, Suggestion, col(Suggestion.version_id) == row.id)
    yield from (_fault(end, f"suggestion {key[1]} cannot be read ({why})") for key, why in lost.items())
    known = {found.id: found for found in rows}
    final = {name for name, found in known.items() if found.state in FINAL}
    for revision, entry in entries.items():
        if revision not in stored.values():
            yield _fault(entry.seq, f"version {row.id}: nothing was decided at revision {revision}")
        for name, outcome in entry.data.get("suggestions", {}).items():
            final.discard(name)
            if outcome.get("outcome") in FINAL and not _stands(known.get(name), outcome, revision, entry):
                yield _fault(entry.seq, f"suggestion {name} of version {row.id} was decided otherwise")
    for name in sorted(final):
        yield _fault(end, f"suggestion {name} of version {row.id} is decided by no event")


def _stands(row: Suggestion | None, outcome: Mapping[str, Any], revision: int, entry: Told) -> bool:
    return row is not None and (row.state, row.person_id, row.decided_by, row.decided_at, row.decided_revision) == (
        outcome.get("outcome"),
        outcome.get("by"),
        entry.person_id,
        entry.at,
        revision,
    )


def _beginning(session: Session, row: Version, entry: Told) -> Iterator[Fault]:
    first = projection.first_hash(session, row.id)
    stood = (row.created_by, row.created_at, row.base_version_id, first)
    begun = (
        entry.person_id,
        entry.at,
        entry.data.get("base"),
        entry.data.get("document"),
    )
    if stood != begun:
        yield _fault(entry.seq, f"version {row.id} began otherwise")


def _meta(row: Version, own: Sequence[Told]) -> Iterator[Fault]:
    """Title, language and what else is signed beside the text are those last told."""
    last = [entry for entry in own if entry.kind in (*BEGINNINGS, Kind.META_CHANGED)][-1]
    for name in META:
        if last.data.get(name) != getattr(row, name):
            yield _fault(last.seq, f"version {row.id} has another {name}")
    spoken = (*BEGINNINGS, Kind.GUIDELINE_MOVED)
    last = [entry for entry in own if entry.kind in spoken and "language" in entry.data][-1]
    if last.data["language"] != row.language:
        yield _fault(last.seq, f"version {row.id} has another language")


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
        if entry.kind == Kind.REPINNED and entry.version_id == row.id:
            pinned = (entry.data.get("policy"), *pinned[1:3], entry.data.get("round"))
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
    for round_ in sorted(stored, key=str):
        yield _fault(end, f"the roster of version {row.id}, round {round_} is told by no event")


def _fault(seq: int, detail: str) -> Fault:
    return Fault(seq, Damage.EVIDENCE, detail)
