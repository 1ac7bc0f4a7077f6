"""What the log of a version says about its sections, worked out again from nothing: who wrote which words, and when.

The authority writes these projections beside each commit. Here they are restated from the first snapshot and the
steps alone, so that a test, and the audit, can hold what is stored against what must be.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from sqlmodel import Session, col, func, select

from guidelines import queries, steps
from guidelines.document import Node, document_hash
from guidelines.moved_words import sources
from guidelines.salvage import DAMAGED, salvaged
from guidelines.sections import META, Place, outline_hash, sections
from guidelines.tables import META_COMMIT, Authorship, OutlineRevision, SectionRevision, Snapshot, StepRecord, Version

HASH: Final = re.compile("[0-9a-f]{64}")
_STEP: Final = ("version_id", "revision", "ref", "ord", "own", "person_id", "at", "cause", "step", "sent")


#: Kind of row to its key (the revision first) to what the row says.
Facts = dict[str, dict[tuple[Any, ...], Any]]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is stored otherwise than the log says, or missing, or too much."""

    revision: int
    what: str

    def __str__(self) -> str:
        return f"revision {self.revision}: {self.what}"


@dataclass(frozen=True, slots=True)
class _Commit:
    revision: int
    person_id: str
    cause: str
    at: datetime
    ref: str
    document: Node


def log_digest(session: Session, version_id: str, *, after: int, upto: int, start: str = "") -> str:
    """SHA-256 over every field of the steps between two revisions, going on from an earlier digest."""
    columns = [col(getattr(StepRecord, name)) for name in _STEP]
    query = select(*columns).where(
        StepRecord.version_id == version_id, StepRecord.revision > after, StepRecord.revision <= upto
    )
    digest = hashlib.sha256(f"charte:log:1\n{start}".encode())
    for row in session.execute(query.order_by(col(StepRecord.revision)).execution_options(yield_per=1000)):
        digest.update(("\n" + json.dumps([str(value) for value in row], ensure_ascii=False)).encode())
    return digest.hexdigest()


def first_hash(session: Session, version_id: str) -> str:
    """The hash of the words a version began with; says so where they are gone or cannot be read."""
    first = session.get(Snapshot, (version_id, 0))
    return _snapshot_hash(first) if first is not None else "none"


def differences(session: Session, row: Version) -> list[Difference]:
    """Where the stored projections and snapshots of a version differ from its log; empty when all agree."""
    try:
        said = _replayed(session, row)
    except DAMAGED as error:
        _, lost = salvaged(session, StepRecord, StepRecord.version_id == row.id)
        found = [Difference(key[1], f"step cannot be read ({why})") for key, why in lost.items()]
        words = _stored(session, row)["snapshot"].items()
        found += [Difference(key[0], f"snapshot {told}") for key, told in words if not HASH.fullmatch(told)]
        return found or [Difference(0, f"the log cannot be read ({error.__class__.__name__})")]
    stored = _stored(session, row)
    found = [
        Difference(key[0], f"{what} {': '.join(map(str, key[1:]))}".strip(" :"))
        for what in ("section", "author", "outline", "snapshot")
        for key in sorted(said[what].keys() | stored[what].keys(), key=str)
        if said[what].get(key) != stored[what].get(key)
        and not (what == "snapshot" and key not in stored[what])  # not every revision has one
    ]
    logged = session.exec(select(func.count()).where(StepRecord.version_id == row.id)).one()
    if logged != row.revision:
        found.append(Difference(row.revision, f"{logged} steps are logged"))
    return found


def _replayed(session: Session, row: Version) -> Facts:
    said: Facts = {"section": {}, "author": {}, "outline": {}, "snapshot": {}}
    former: dict[str, str] = {}
    before: dict[str, tuple[Node, ...]] = {}
    for commit in _commits(session, row):
        hashes = queries.slice_hashes(row, commit.document)
        people = [commit.person_id] if commit.person_id else []
        changed = [slice_id for slice_id in {**former, **hashes} if former.get(slice_id) != hashes.get(slice_id)]
        if commit.ref.startswith(META_COMMIT):
            changed = [META]
        now = {section.id: section.blocks for section in sections(commit.document)}
        carried = _carried({key: before.get(key, ()) for key in changed}, {key: now.get(key, ()) for key in changed})
        for slice_id in changed:
            # Which meta data stood there at an earlier revision is not in this log.
            words = "" if slice_id == META else hashes.get(slice_id, "")
            said["section"][commit.revision, slice_id] = (words, commit.cause, commit.at, carried.get(slice_id, []))
            for person in people:
                said["author"][commit.revision, slice_id, person] = True
        if former.get("outline") != hashes["outline"]:
            said["outline"][commit.revision,] = (hashes["outline"], commit.at, people[0] if people else None)
        said["snapshot"][commit.revision,] = document_hash(commit.document)
        former, before = hashes, now
    return said


def _carried(before: Mapping[str, Sequence[Node]], after: Mapping[str, Sequence[Node]]) -> dict[str, list[str]]:
    return {section: sorted(found) for section, found in sources(before, after).items()}


def _stored(session: Session, row: Version) -> Facts:
    def told(table: type[Any], fact: Callable[[Any], Any]) -> dict[tuple[Any, ...], Any]:
        keys = [column.name for column in table.__table__.primary_key][1:]
        found, lost = salvaged(session, table, table.version_id == row.id)
        facts = {tuple(getattr(one, key) for key in keys): fact(one) for one in found}
        return {**facts, **{key[1:]: f"cannot be read ({why})" for key, why in lost.items()}}

    return {
        "section": told(
            SectionRevision,
            lambda found: (
                "" if found.section == META else found.hash,
                found.cause,
                found.at,
                _list(found.carried_from),
            ),
        ),
        "author": told(Authorship, lambda _: True),
        "outline": told(OutlineRevision, lambda found: (_outline_hash(found), found.at, found.person_id)),
        "snapshot": told(Snapshot, _snapshot_hash),
    }


def _commits(session: Session, row: Version) -> Iterator[_Commit]:
    """The version's beginning and every commit after it, each with the document that it left."""
    first = queries.newest_snapshot(session, row.id, 0)
    tree = steps.tree_of(queries.snapshot_document(first))
    begun = row.base_version_id is None
    yield _Commit(
        0, row.created_by if begun else "", "edit" if begun else "base", row.created_at, "", steps.node_of(tree)
    )
    log = queries.steps_between(session, row.id, 0, row.revision)
    for (_, ref), records in groupby(log, key=lambda record: (record.person_id, record.ref)):
        last = None
        for last in records:
            applied = steps.apply(tree, steps.parse_step(json.loads(last.step)))
            tree = applied if applied is not None else tree
        if last is not None:
            yield _Commit(last.revision, last.person_id, last.cause, last.at, ref, steps.node_of(tree))


def _list(text: str) -> object:
    try:
        return json.loads(text)
    except DAMAGED as error:
        return f"cannot be read ({error.__class__.__name__})"


def _outline_hash(row: OutlineRevision) -> str:
    """The stored hash, if the stored lines have it."""
    try:
        places = [Place(line[0], line[1], line[2], tuple(line[3])) for line in json.loads(row.outline)]
        told = outline_hash(places, row.numbering)
    except DAMAGED as error:
        return f"{row.hash} of lines that cannot be read ({error.__class__.__name__})"
    return row.hash if told == row.hash else f"{row.hash} of other lines"


def _snapshot_hash(row: Snapshot) -> str:
    try:
        told = document_hash(queries.snapshot_document(row))
    except DAMAGED as error:
        return f"{row.document_hash} of a body that cannot be read ({error.__class__.__name__})"
    return told if told == row.document_hash else f"{row.document_hash} of other words"
