"""What the log of a version says about its sections, worked out again from nothing: who wrote which words, and when.

The authority writes these projections beside each commit. Here they are restated from the first snapshot and the
steps alone, so that a test, and the audit, can hold what is stored against what must be.
"""

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from prosemirror.model import Node as Tree
from sqlmodel import Session, col, func, select

from guidelines import provenance, queries, slices, steps
from guidelines.accepted_words import Writers, writers
from guidelines.document import Node, document_hash, inline_text, textblocks
from guidelines.makers import Makers, Words, begun, words_of
from guidelines.moved_words import Exchange, exchange, holds, lost_before, sources
from guidelines.salvage import DAMAGED, salvaged
from guidelines.sections import META, OUTLINE, Place, outline_hash, sections
from guidelines.suggestion_formula import base
from guidelines.suggestion_rows import Owners, accepted_at
from guidelines.tables import (
    META_COMMIT,
    RESOLVE,
    Authorship,
    OutlineRevision,
    SectionRevision,
    Snapshot,
    StepRecord,
    Version,
)

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
    before: Tree
    #: The text with every suggestion rejected: what is signed.
    document: Node
    #: The text as the log has it.
    whole: Node
    writers: Writers


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
        stored = _stored(session, row)
        said = _as_known(_replayed(session, row, _forgotten(stored)), stored)
    except DAMAGED as error:
        _, lost = salvaged(session, StepRecord, StepRecord.version_id == row.id)
        found = [Difference(key[1], f"step cannot be read ({why})") for key, why in lost.items()]
        words = _stored(session, row)["snapshot"].items()
        found += [Difference(key[0], f"snapshot {told}") for key, told in words if not HASH.fullmatch(told)]
        return found or [Difference(0, f"the log cannot be read ({error.__class__.__name__})")]
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


def _forgotten(stored: Facts) -> set[tuple[int, str]]:
    """The rows written before it was kept who made what stands: nor was it kept what those commits took away."""
    rows = stored["section"].items()
    return {key[:2] for key, fact in rows if not isinstance(fact, str) and not fact[3][1] and not fact[3][2]}


def _as_known(said: Facts, stored: Facts) -> Facts:
    """What the log says, less what a row that does not know its makers need not know: such a row binds more people."""
    for key, fact in stored["section"].items():
        told = said["section"].get(key)
        if key[1] == META or told is None or isinstance(fact, str) or fact[3][1]:
            continue
        (moved, copied, _, lost), (kept, _, had_lost) = told[3], fact[3]
        known = kept if isinstance(kept, list) and moved <= _origins(kept) <= _origins(copied) else copied
        said["section"][key] = (*told[:3], (moved, known, "", had_lost if had_lost in ("", lost) else lost))
        writer = said["writer"].get(key[:1])
        if (*key, writer) in stored["author"]:
            said["author"][*key, writer] = True
    for key, told in said["section"].items():
        said["section"][key] = (*told[:3], told[3][1:])
    return said


def _origins(carried: object) -> frozenset[object]:
    listed = carried if isinstance(carried, list) else [carried]
    return frozenset(tuple(one) if isinstance(one, list) else one for one in listed)


def _replayed(session: Session, row: Version, forgotten: Collection[tuple[int, str]]) -> Facts:
    said: Facts = {"section": {}, "author": {}, "outline": {}, "snapshot": {}, "writer": {}}
    former: dict[str, str] = {}
    before: dict[str, tuple[Node, ...]] = {}
    ledger = _Ledger(forgotten)
    for commit in _commits(session, row):
        hashes = queries.slice_hashes(row, commit.document)
        changed = [slice_id for slice_id in {**former, **hashes} if former.get(slice_id) != hashes.get(slice_id)]
        if commit.ref.startswith(META_COMMIT):
            changed = [META]
        now = {section.id: section.blocks for section in sections(commit.document)}
        lines = (slices.lines(commit.before), slices.lines(steps.tree_of(commit.document)))
        said["writer"][commit.revision,] = commit.person_id
        told = ledger.follows(commit.revision, hashes, changed, before, now, lines, commit.writers)
        for slice_id in changed:
            # Which meta data stood there at an earlier revision is not in this log.
            words = "" if slice_id == META else hashes.get(slice_id, "")
            said["section"][commit.revision, slice_id] = (words, commit.cause, commit.at, told[slice_id][1])
            for person in told[slice_id][0]:
                said["author"][commit.revision, slice_id, person] = True
        if former.get("outline") != hashes["outline"]:
            people = sorted(commit.writers(OUTLINE))
            said["outline"][commit.revision,] = (hashes["outline"], commit.at, people[0] if people else None)
        said["snapshot"][commit.revision,] = document_hash(commit.whole)
        former, before = hashes, now
    return said


class _Ledger:
    """Whose words stand in each slice, and which words each commit took away, as the log is read on."""

    def __init__(self, forgotten: Collection[tuple[int, str]]) -> None:
        self.forgotten = forgotten
        self.now: dict[str, Makers | None] = {}
        self.then: dict[str, dict[str, Makers | None]] = {}
        self.lost: list[tuple[str, int, str]] = []

    def follows(
        self,
        revision: int,
        hashes: Mapping[str, str],
        changed: Sequence[str],
        before: Mapping[str, tuple[Node, ...]],
        now: Mapping[str, tuple[Node, ...]],
        lines: tuple[Words, Words],
        whose: Writers,
    ) -> dict[str, tuple[Sequence[str], tuple[frozenset[str], object, str, str]]]:
        """Slice to who wrote by the commit, and (what moved by it, all that came by it, who made it, what it lost)."""
        blocks = {key: (before.get(key, ()), now.get(key, ())) for key in changed}
        moved = sources({key: was for key, (was, _) in blocks.items()}, {key: is_ for key, (_, is_) in blocks.items()})
        found: dict[str, Any] = {}
        lost = []
        for key, (was, is_) in blocks.items():
            people = sorted(whose(key))
            if key == META:
                found[key] = people, (frozenset(), [], "", "")
                continue
            old, new = lines if key == OUTLINE else (words_of(was), words_of(is_))
            self._follow(key, hashes.get(key, ""), old if revision else [], new, people)
            change = exchange(was, is_) if revision else Exchange()
            came = moved.get(key, frozenset())
            carried = provenance.carried(came | _copied(change, key, before), lost_before(change.pasted, self.lost))
            authors = provenance.authors_of(old, new, people) if revision and key != OUTLINE else people
            found[key] = authors, (came, _list(carried), provenance.told(self.now[key]), change.lost)
            if change.lost and (revision, key) not in self.forgotten:
                lost.append((key, revision, change.lost))
        self.lost += lost
        return found

    def _follow(self, key: str, found: str, old: Words, new: Words, people: Sequence[str]) -> None:
        then = self.then.setdefault(key, {})
        if key not in self.now and not people:
            self.now[key] = begun(new, "")
        else:
            self.now[key] = provenance.followed(self.now.get(key, Makers()), then, found, old, new, people)
        then[found] = self.now[key]


def _copied(change: Exchange, key: str, before: Mapping[str, tuple[Node, ...]]) -> frozenset[str]:
    return frozenset(
        other
        for other, blocks in (before.items() if change.pasted else ())
        if other != key
        and any(holds(inline_text(block), change.pasted) for block in textblocks(Node("doc", {}, blocks)))
    )


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
                (_list(found.carried_from), found.makers, found.lost),
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
    by, cause = (row.created_by, "edit") if begun else ("", "base")
    text, owners = steps.node_of(tree), Owners(session, row.id)
    whose = Writers({}, frozenset({by} if by else ()))
    yield _Commit(0, by, cause, row.created_at, "", tree, text, text, whose)
    log = queries.steps_between(session, row.id, 0, row.revision)
    for (_, ref), records in groupby(log, key=lambda record: (record.person_id, record.ref)):
        last, before = None, tree
        for last in records:
            applied = steps.apply(tree, steps.parse_step(json.loads(last.step)))
            tree = applied if applied is not None else tree
        if last is None:
            continue
        whose = Writers({}, frozenset({last.person_id}))
        if last.cause == RESOLVE:
            accepted = accepted_at(session, row.id, last.revision)
            whose = writers(before, accepted, owners.of, last.person_id)
        whole, read = steps.node_of(tree), steps.node_of(base(tree))
        yield _Commit(last.revision, last.person_id, last.cause, last.at, ref, base(before), read, whole, whose)


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
