"""The authority: one linear history per version. Accepts writers' steps, rebases them, logs them, keeps projections.

Everything happens in the caller's transaction, under a lock on the version's row: a revision has exactly one past.
Accepted means logged; the caller may tell the writer so only after its commit.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from prosemirror.model import Node as Tree
from prosemirror.transform import Step
from sqlmodel import Session, col, func, select

from guidelines import origins, queries, slices, steps
from guidelines.document import Node, document_hash, serialise
from guidelines.errors import FrozenVersion, InvalidField, InvalidStep, RefTaken, StaleRevision
from guidelines.makers import words_of
from guidelines.origins import Origin
from guidelines.people import Actor
from guidelines.schema import SCHEMA
from guidelines.sections import OUTLINE, outline, outline_hash, sections
from guidelines.tables import (
    META_COMMIT,
    Authorship,
    OutlineRevision,
    SectionRevision,
    Snapshot,
    StepRecord,
    Version,
)

#: How far behind a writer may be and still be rebased.
MOST_BEHIND: Final = 5_000
SNAPSHOT_STEPS: Final = 256
SNAPSHOT_BYTES: Final = 65_536
MOST_BYTES: Final = 1_048_576
_IDENTIFIED: Final = frozenset(name for name, kind in SCHEMA.nodes.items() if "id" in kind.rules)


@dataclass(frozen=True)
class Opened:
    """A document as it stands at a revision."""

    version_id: str
    revision: int
    tree: Tree

    @cached_property
    def document(self) -> Node:
        """The tree as a plain document, made when first asked for."""
        return steps.node_of(self.tree)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of a commit: the steps as logged, and which of the writer's own they are."""

    revision: int
    #: As logged, the authority's own repairs at the end.
    steps: list[dict[str, Any]]
    #: Places of the writer's steps that survived, and of those that no longer applied.
    kept: tuple[int, ...]
    dropped: tuple[int, ...]
    ref: str
    #: Whether this answer was given before: the same commit never counts twice.
    already: bool = False


@dataclass(slots=True)
class DocumentCache:
    """Open documents of one process, to spare reading them again. Nothing depends on it for being right."""

    most: int = 64
    trees: dict[str, tuple[int, Tree]] = field(default_factory=dict)

    def get(self, version_id: str, revision: int) -> Tree | None:
        """The tree at exactly this revision, if it is kept."""
        kept = self.trees.get(version_id)
        return kept[1] if kept and kept[0] == revision else None

    def before(self, version_id: str, revision: int) -> tuple[int, Tree] | None:
        """What is kept of a revision not far before this one: the steps since are fewer than a snapshot saves."""
        kept = self.trees.get(version_id)
        return kept if kept and 0 <= revision - kept[0] <= SNAPSHOT_STEPS else None

    def forget(self, version_id: str) -> None:
        """Drops a version's tree: for whoever put one there in a transaction that then failed."""
        self.trees.pop(version_id, None)

    def put(self, version_id: str, revision: int, tree: Tree) -> None:
        """Keeps the newest tree of a version and forgets the oldest version beyond the limit."""
        self.trees.pop(version_id, None)
        self.trees[version_id] = (revision, tree)
        while len(self.trees) > self.most:
            self.trees.pop(next(iter(self.trees)))


def open_document(session: Session, version_id: str, cache: DocumentCache | None = None) -> Opened:
    """The version's text as it stands: the newest snapshot and the steps since."""
    row = queries.version(session, version_id)
    return document_at(session, version_id, row.revision, cache)


def document_at(session: Session, version_id: str, revision: int, cache: DocumentCache | None = None) -> Opened:
    """The version's text at a revision it has reached; raises `StaleRevision` beyond it."""
    row = queries.version(session, version_id)
    if not 0 <= revision <= row.revision:
        raise StaleRevision(revision=revision, head=row.revision)
    tree = _tree_at(session, version_id, revision, cache)
    return Opened(version_id, revision, tree)


def steps_since(session: Session, version_id: str, revision: int) -> Sequence[StepRecord]:
    """The steps logged after a revision; raises `StaleRevision` for one ahead of the log or too far behind."""
    head = queries.version(session, version_id).revision
    if not max(0, head - MOST_BEHIND) <= revision <= head:
        raise StaleRevision(revision=revision, head=head)
    return queries.steps_between(session, version_id, revision, head)


def receive(
    session: Session,
    version_id: str,
    *,
    actor: Actor,
    ref: str,
    base_revision: int,
    steps_json: Sequence[Any],
    at: datetime,
    cause: str = "edit",
    cache: DocumentCache | None = None,
) -> Accepted:
    """Takes a writer's steps made on `base_revision`. The same commit of the same writer again counts once.

    Raises `InvalidStep` for malformed steps, `RefTaken` for others under a `ref` that this writer has used,
    `FrozenVersion`, `StaleRevision`, `DocumentFull`; then nothing is stored.
    Steps that others' changes have made impossible are dropped one by one and told.
    """
    if not 1 <= len(ref) <= 64:
        raise InvalidField(field="ref", problem="length", limit=64)
    if ref.startswith(META_COMMIT):
        raise InvalidField(field="ref", problem="reserved")
    if not 1 <= len(steps_json) <= steps.MOST_STEPS:
        raise InvalidField(field="steps", problem="length", limit=steps.MOST_STEPS)
    parsed = [steps.parse_step(value) for value in steps_json]
    row = queries.lock_version(session, version_id)
    sent = _digest(base_revision, parsed)
    if seen := queries.commit_of(session, version_id, actor.id, ref):
        return _again(seen, ref, sent, len(parsed))
    if row.frozen:
        raise FrozenVersion(version=version_id)
    if type(base_revision) is not int or not max(0, row.revision - MOST_BEHIND) <= base_revision <= row.revision:
        raise StaleRevision(revision=base_revision, head=row.revision)
    before = _tree_at(session, version_id, row.revision, cache)
    rebased = _rebase(session, row, parsed, base_revision, before)
    tree, repairs = repair_ids(rebased.tree)
    steps.check_change(before, tree)
    logged = [*rebased.steps, *repairs]
    if logged:
        own = (*rebased.kept, *(None for _ in repairs))
        append(session, row, before, tree, logged, actor_id=actor.id, ref=ref, at=at, cause=cause, own=own, sent=sent)
        if cache is not None:
            cache.put(version_id, row.revision, tree)
    dropped = tuple(place for place in range(len(parsed)) if place not in set(rebased.kept))
    return Accepted(row.revision, [dict(step.to_json()) for step in logged], rebased.kept, dropped, ref)


def append(
    session: Session,
    row: Version,
    before: Tree,
    after: Tree,
    changes: Sequence[Step],
    *,
    actor_id: str,
    ref: str,
    at: datetime,
    cause: str,
    own: Sequence[int | None] = (),
    sent: str = "",
) -> None:
    """Logs steps that lead from one tree to another and brings the projections up to date.

    `own` says for each step which of the writer's it is; left out, they are the authority's.
    """
    start = row.revision
    size = 0
    for place, step in enumerate(changes):
        text = json.dumps(step.to_json(), ensure_ascii=False, separators=(",", ":"))
        size += len(text)
        record = StepRecord(
            version_id=row.id,
            revision=start + place + 1,
            ref=ref,
            ord=place,
            own=own[place] if own else None,
            person_id=actor_id,
            at=at,
            cause=cause,
            step=text,
            sent=sent,
        )
        session.add(record)
    if size > MOST_BYTES:
        raise InvalidField(field="steps", problem="too_large", limit=MOST_BYTES)
    row.revision = start + len(changes)
    project(session, row, before, after, authors=frozenset({actor_id}), at=at, cause=cause)
    session.flush()
    if _snapshot_is_due(session, row.id, start, row.revision, size):
        take_snapshot(session, row, steps.node_of(after))


def begin(session: Session, row: Version, document: Node, *, authors: Iterable[str], at: datetime, cause: str) -> None:
    """Writes every slice of a version's first text, with its authors, and a snapshot of it."""
    take_snapshot(session, row, document)
    people = sorted(set(authors))
    words = {part.id: words_of(part.blocks) for part in sections(document)}
    words[OUTLINE] = slices.lines(steps.tree_of(document))
    for slice_id, found in queries.slice_hashes(row, document).items():
        first = origins.first(words[slice_id], people) if slice_id in words else ""
        project_slice(session, row, slice_id, found, Origin(people, makers=first), at, cause)
    _project_outline(session, row, document, people, at)
    session.flush()


def project(
    session: Session, row: Version, before: Tree, after: Tree, *, authors: Iterable[str], at: datetime, cause: str
) -> None:
    """Writes what changed between two texts as slice hashes with their authors, at the version's revision."""
    people = sorted(set(authors))
    for change in slices.changes(before, after):
        told = origins.origin(session, row, change, people)
        project_slice(session, row, change.section, change.hash, told, at, cause)
    if slices.outline_moved(before, after):
        document = steps.node_of(after)
        found = outline_hash(outline(document), document.attr("numbering"))
        lines = slices.lines(before), slices.lines(after)
        told = origins.origin_of_order(session, row, OUTLINE, found, *lines, people)
        project_slice(session, row, OUTLINE, found, told, at, cause)
        _project_outline(session, row, document, people, at)


def project_slice(
    session: Session,
    row: Version,
    slice_id: str,
    found: str,
    origin: Origin,
    at: datetime,
    cause: str,
) -> None:
    """Writes that the slice has this hash since the version's revision, by whom, with words carried from where."""
    change = SectionRevision(
        version_id=row.id,
        revision=row.revision,
        section=slice_id,
        hash=found,
        cause=cause,
        carried_from=origin.carried_from,
        makers=origin.makers,
        lost=origin.lost,
        at=at,
    )
    session.merge(change)
    for person_id in origin.authors:
        session.merge(Authorship(version_id=row.id, revision=row.revision, section=slice_id, person_id=person_id))


def take_snapshot(session: Session, row: Version, document: Node) -> None:
    """Keeps the document at the version's revision, so that opening costs the tail of the log and not its length."""
    body = zlib.compress(json.dumps(serialise(document), ensure_ascii=False, separators=(",", ":")).encode(), 6)
    session.merge(Snapshot(version_id=row.id, revision=row.revision, body=body, document_hash=document_hash(document)))
    session.flush()


def _project_outline(session: Session, row: Version, document: Node, people: Sequence[str], at: datetime) -> None:
    places = outline(document)
    lines = [[place.id, place.level, place.owner_team, list(place.tags)] for place in places]
    session.merge(
        OutlineRevision(
            version_id=row.id,
            revision=row.revision,
            outline=json.dumps(lines, ensure_ascii=False, separators=(",", ":")),
            numbering=document.attr("numbering"),
            hash=outline_hash(places, document.attr("numbering")),
            at=at,
            person_id=people[0] if people else None,
        )
    )


def repair_ids(tree: Tree) -> tuple[Tree, list[Step]]:
    """Gives an id to every block that has none or another's: the first keeps it. Returns the steps that do so."""
    seen: set[str] = set()
    wanting: list[int] = []

    def visit(node: Tree, position: int) -> None:
        if node.type.name in _IDENTIFIED:
            known = str(node.attrs["id"])
            if not known or known in seen:
                wanting.append(position)
            else:
                seen.add(known)
        if not node.is_textblock:
            inside = position + 1
            for child in node.content.content:
                visit(child, inside)
                inside += child.node_size

    place = 0
    for block in tree.content.content:
        visit(block, place)
        place += block.node_size
    changes: list[Step] = []
    number = 0
    for position in wanting:
        while (fresh := f"b{len(seen) + number:x}") in seen:
            number += 1
        seen.add(fresh)
        step = steps.attribute_step(position, "id", fresh)
        repaired = steps.apply(tree, step)
        if repaired is None:
            raise InvalidStep(kind="step_schema", reason="a block cannot be given an id")
        tree = repaired
        changes.append(step)
    return tree, changes


def _rebase(session: Session, row: Version, parsed: Sequence[Step], base: int, head: Tree) -> steps.Rebased:
    over = [
        steps.parse_step(json.loads(record.step))
        for record in queries.steps_between(session, row.id, base, row.revision)
    ]
    found = steps.rebase(parsed, over, head)
    if not over and len(found.kept) < len(parsed):
        place = next(place for place in range(len(parsed)) if place not in found.kept)
        raise InvalidStep(kind="step_invalid", reason=f"step {place} does not apply")
    return found


def _tree_at(session: Session, version_id: str, revision: int, cache: DocumentCache | None) -> Tree:
    if cache is not None and (kept := cache.get(version_id, revision)) is not None:
        return kept
    known = cache.before(version_id, revision) if cache is not None else None
    if known is None:
        snapshot = queries.newest_snapshot(session, version_id, revision)
        known = snapshot.revision, steps.tree_of(queries.snapshot_document(snapshot))
    since, tree = known
    for record in queries.steps_between(session, version_id, since, revision):
        after = steps.apply(tree, steps.parse_step(json.loads(record.step)))
        if after is None:
            raise StaleRevision(revision=record.revision, head=revision)
        tree = after
    if cache is not None:
        cache.put(version_id, revision, tree)
    return tree


def _digest(base: int, parsed: Sequence[Step]) -> str:
    told = json.dumps([base, *(step.to_json() for step in parsed)], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _again(seen: Sequence[StepRecord], ref: str, sent: str, count: int) -> Accepted:
    if seen[0].sent != sent:
        raise RefTaken(ref=ref)
    logged = [json.loads(record.step) for record in seen]
    kept = tuple(record.own for record in seen if record.own is not None)
    dropped = tuple(place for place in range(count) if place not in kept)
    return Accepted(seen[-1].revision, logged, kept, dropped, ref, already=True)


def _snapshot_is_due(session: Session, version_id: str, start: int, revision: int, size: int) -> bool:
    if size >= SNAPSHOT_BYTES:
        return True
    query = select(func.max(Snapshot.revision)).where(
        Snapshot.version_id == version_id, col(Snapshot.revision) <= start
    )
    last = session.exec(query).one() or 0
    return revision - last >= SNAPSHOT_STEPS
