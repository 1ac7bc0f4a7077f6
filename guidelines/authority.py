"""The authority: one linear history per version. Accepts writers' steps, rebases them, logs them, keeps projections.

Everything happens in the caller's transaction, under a lock on the version's row: a revision has exactly one past.
Accepted means logged; the caller may tell the writer so only after its commit.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from prosemirror.model import Node as Tree
from prosemirror.transform import Step
from sqlmodel import Session, col, func, select

from guidelines import judging, provenance, queries, slices, steps, suggestion_rows
from guidelines.accepted_words import Writers
from guidelines.batch import Batch, Record
from guidelines.block_ids import repair_ids
from guidelines.document import Node, document_hash, serialise
from guidelines.document_cache import SNAPSHOT_STEPS, DocumentCache
from guidelines.errors import FrozenVersion, InvalidField, InvalidStep, RefTaken, StaleRevision, SuggestionConflict
from guidelines.makers import words_of
from guidelines.people import Actor
from guidelines.projecting import outline_row
from guidelines.provenance import Origin
from guidelines.sections import OUTLINE, sections
from guidelines.suggestion_formula import base
from guidelines.suggestion_layers import stays_plain, suggestion_ids
from guidelines.tables import (
    META_COMMIT,
    SUGGEST,
    Authorship,
    OutlineRevision,
    SectionRevision,
    Snapshot,
    StepRecord,
    Version,
)

#: How far behind a writer may be and still be rebased.
MOST_BEHIND: Final = 5_000
SNAPSHOT_BYTES: Final = 65_536
#: Steps of a commit that goes in whole or not at all: an edit among suggestions takes many.
MOST_WHOLE: Final = 1_024


@dataclass(frozen=True)
class Opened:
    """A document as it stands at a revision; `tree` holds the open suggestions too."""

    version_id: str
    revision: int
    tree: Tree

    @cached_property
    def document(self) -> Node:
        """The text with every open suggestion rejected: what is read, signed, compared, exported and published."""
        return steps.node_of(base(self.tree))

    @cached_property
    def with_suggestions(self) -> Node:
        """The text as its writers have it before them."""
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
    whole: bool = False,
    note: str = "",
    cache: DocumentCache | None = None,
    batch: Batch | None = None,
) -> Accepted:
    """Takes a writer's steps made on `base_revision`. The same commit of the same writer again counts once.

    With the cause `suggest` they must be a suggestion of this writer's, who gives its `note`; a text that stands still
    takes those too, if the caller lets them in. Any other may alter nobody's suggestion but by what it removes.

    Raises `InvalidStep` for malformed steps, `RefTaken` for others under a `ref` that this writer has used,
    `FrozenVersion`, `StaleRevision`, `DocumentFull`, `NotASuggestion`, `SuggestionForeign`, `SuggestionClosed`; then
    nothing is stored. Steps that others' changes have made impossible are dropped one by one and told; of a suggestion,
    or where the whole commit is to go in, one such step refuses all of it (`SuggestionConflict`).

    In a batch, whose lock and cache it then uses, the commit is written with the others of the batch.
    """
    suggests = cause == SUGGEST
    check_ref(ref)
    most = MOST_WHOLE if whole or suggests else steps.MOST_STEPS
    if not 1 <= len(steps_json) <= most:
        raise InvalidField(field="steps", problem="length", limit=most)
    parsed = [steps.parse_step(value) for value in steps_json]
    alone = batch is None
    batch = batch or Batch(session, queries.lock_version(session, version_id), cache)
    row, cache = batch.row, batch.cache
    sent = _digest(base_revision, parsed, cause)
    if known := batch.seen(actor.id, ref):
        return _again(known, ref, sent, len(parsed))
    if row.frozen and not suggests:
        raise FrozenVersion(version=version_id)
    if type(base_revision) is not int or not max(0, batch.revision - MOST_BEHIND) <= base_revision <= batch.revision:
        raise StaleRevision(revision=base_revision, head=batch.revision)
    before = _tree_at(session, version_id, batch.revision, cache)
    over = batch.since(base_revision)
    rebased = _rebase(parsed, [step for _, step in over], before)
    if (whole or suggests) and len(rebased.kept) < len(parsed):
        raise SuggestionConflict()
    tree, repairs = repair_ids(rebased.tree, before)
    is_plain = stays_plain(before, tree)
    steps.check_change(before, tree)
    if suggests:
        judging.judge_suggestion(session, row, actor, before, tree, moved=bool(over))
        if over:
            if base_revision > row.revision:
                batch.write()
            seen = _tree_at(session, version_id, base_revision, cache, keep=False)
            writers = {person_id for person_id, _ in over}
            judging.judge_intent(
                session, row, actor, seen=seen, sent=parsed, found=before, merged=rebased.tree, writers=writers
            )
    else:
        judging.judge_edit(session, row, actor, before, rebased.tree, lambda: rebased.steps, moved=bool(over))
    logged = [*rebased.steps, *repairs]
    values = [dict(step.to_json()) for step in logged]
    names = (frozenset[str](), frozenset[str]()) if is_plain else (suggestion_ids(before), suggestion_ids(tree))
    suggestion_rows.refuse_closed(session, row, *names, note=note)
    if logged:
        own = (*rebased.kept, *(None for _ in repairs))
        told: dict[str, Any] = {"actor_id": actor.id, "ref": ref, "at": at, "cause": cause, "own": own, "sent": sent}
        size = batch.add(before, tree, logged, values, **told)
        if alone or names[0] != names[1]:
            batch.write()
            batch.suggestions_moved = batch.suggestions_moved or names[0] != names[1]
            suggestion_rows.follow(session, row, *names, actor=actor, at=at, note=note)
        _keep_snapshot(batch, tree, len(logged), size)
        if cache is not None:
            cache.put(version_id, batch.revision, tree)
    return Accepted(batch.revision, values, rebased.kept, _dropped(len(parsed), rebased.kept), ref)


def check_ref(ref: str) -> None:
    """Raises `InvalidField` for a name that no writer's commit may have."""
    if not 1 <= len(ref) <= 64:
        raise InvalidField(field="ref", problem="length", limit=64)
    if ref.startswith(META_COMMIT):
        raise InvalidField(field="ref", problem="reserved")


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
    writers: Writers | None = None,
) -> None:
    """Logs steps that lead from one tree to another and brings the projections up to date.

    `own` says for each step which of the writer's it is; left out, they are the authority's. `writers` says whose
    the words are where they are not those of whoever commits.
    """
    batch = Batch(session, row)
    told: dict[str, Any] = {"actor_id": actor_id, "ref": ref, "at": at, "cause": cause, "own": own, "sent": sent}
    size = batch.add(before, after, changes, [step.to_json() for step in changes], **told, writers=writers)
    batch.write()
    _keep_snapshot(batch, after, len(changes), size)


def begin(session: Session, row: Version, document: Node, *, authors: Iterable[str], at: datetime, cause: str) -> None:
    """Writes every slice of a version's first text, with its authors, and a snapshot of it."""
    take_snapshot(session, row, document)
    people = sorted(set(authors))
    words = {part.id: words_of(part.blocks) for part in sections(document)}
    words[OUTLINE] = slices.lines(steps.tree_of(document))
    for slice_id, found in queries.slice_hashes(row, document).items():
        first = provenance.first(words[slice_id], people) if slice_id in words else ""
        project_slice(session, row, slice_id, found, Origin(people, makers=first), at, cause)
    session.merge(OutlineRevision(**outline_row(row.id, row.revision, steps.tree_of(document), people, at)))
    session.flush()


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


def _rebase(parsed: Sequence[Step], over: Sequence[Step], head: Tree) -> steps.Rebased:
    found = steps.rebase(parsed, over, head)
    if not over and len(found.kept) < len(parsed):
        place = next(place for place in range(len(parsed)) if place not in found.kept)
        raise InvalidStep(kind="step_invalid", reason=f"step {place} does not apply")
    return found


def _tree_at(
    session: Session, version_id: str, revision: int, cache: DocumentCache | None, *, keep: bool = True
) -> Tree:
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
    if cache is not None and keep:
        cache.put(version_id, revision, tree)
    return tree


def _digest(base_revision: int, parsed: Sequence[Step], cause: str) -> str:
    kind = [cause] if cause == SUGGEST else []
    told = json.dumps([base_revision, *(step.to_json() for step in parsed), *kind], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _again(seen: Sequence[StepRecord | Record], ref: str, sent: str, count: int) -> Accepted:
    if seen[0].sent != sent:
        raise RefTaken(ref=ref)
    logged = [json.loads(record.step) for record in seen]
    kept = tuple(record.own for record in seen if record.own is not None)
    return Accepted(seen[-1].revision, logged, kept, _dropped(count, kept), ref, already=True)


def _dropped(count: int, kept: Sequence[int]) -> tuple[int, ...]:
    """The places of the writer's steps that did not survive."""
    stayed = set(kept)
    return tuple(place for place in range(count) if place not in stayed)


def _keep_snapshot(batch: Batch, tree: Tree, count: int, size: int) -> None:
    """Takes a snapshot when the log since the last one has grown long."""
    tail, row, start = batch.tail, batch.row, batch.revision - count
    if tail.snapshot < 0:
        query = select(func.max(Snapshot.revision)).where(
            Snapshot.version_id == row.id, col(Snapshot.revision) <= start
        )
        tail.snapshot = batch.session.exec(query).one() or 0
    if size >= SNAPSHOT_BYTES or batch.revision - tail.snapshot >= SNAPSHOT_STEPS:
        batch.write()
        take_snapshot(batch.session, row, steps.node_of(tree))
        tail.snapshot = batch.revision
