"""Accepting and rejecting suggestions: one commit of whoever decides, whose accepted words stay their makers'."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from prosemirror.model import Node as Tree
from prosemirror.transform import Step
from sqlmodel import Session

from guidelines import accepting, authority, queries, steps, suggestion_rows
from guidelines.accepted_words import writers
from guidelines.block_ids import repair_ids
from guidelines.document_cache import DocumentCache
from guidelines.errors import InvalidField, InvalidStep, RefTaken, SuggestionChanged, SuggestionClosed
from guidelines.people import Actor
from guidelines.suggested_slices import suggested_slices
from guidelines.suggestion_layers import suggestion_ids
from guidelines.suggestion_rows import Owners, State
from guidelines.suggestion_words import suggestion_hashes
from guidelines.tables import RESOLVE, StepRecord

MOST_DECIDED: Final = 1_000


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of the suggestions decided, and of those of which that left nothing; the steps as logged."""

    revision: int
    ref: str
    outcome: Mapping[str, State]
    #: What each of those decided said.
    hashes: Mapping[str, str]
    steps: Sequence[Mapping[str, Any]]
    #: None of them was sent: they are the authority's.
    kept: tuple[int, ...] = ()
    #: Whether this answer was given before.
    already: bool = False


def decide(
    session: Session,
    version_id: str,
    *,
    actor: Actor,
    ref: str,
    accept: Collection[str],
    reject: Collection[str],
    seen_revision: int,
    at: datetime,
    cache: DocumentCache | None = None,
) -> Decided:
    """Carries out decisions made on the text of a revision, all together, on the text as it stands.

    Suggestions that are not open are passed over; rejecting one's own withdraws it. Raises `SuggestionClosed` when none
    is open, `SuggestionChanged` when one says something else than at that revision, `RefTaken`, `StaleRevision`.
    """
    authority.check_ref(ref)
    if set(accept) & set(reject) or not 1 <= len(accept) + len(reject) <= MOST_DECIDED:
        raise InvalidField(field="suggestions", problem="length", limit=MOST_DECIDED)
    row = queries.lock_version(session, version_id)
    sent = _digest(seen_revision, accept, reject)
    if known := queries.commit_of(session, version_id, actor.id, ref):
        return _again(session, version_id, known, ref, sent)
    before = authority.document_at(session, version_id, row.revision, cache).tree
    there = suggestion_ids(before)
    accepted, rejected = there & set(accept), there & set(reject)
    if not accepted and not rejected:
        raise SuggestionClosed(suggestions=sorted({*accept, *reject}))
    seen = authority.document_at(session, version_id, seen_revision).tree if seen_revision != row.revision else before
    hashes = _unchanged(seen, before, accepted | rejected)
    changes = accepting.resolution(before, accepted, rejected)
    after = before
    for change in changes:
        after = _applied(after, change)
    after, repairs = repair_ids(after)
    steps.check_change(before, after)
    owners = Owners(session, version_id)
    logged = [*changes, *repairs]
    whose = writers(before, accepted, owners.of, actor.id)
    authority.append(
        session, row, before, after, logged, actor_id=actor.id, ref=ref, at=at, cause=RESOLVE, sent=sent, writers=whose
    )
    outcome = {
        **dict.fromkeys(accepted, State.ACCEPTED),
        **{name: State.WITHDRAWN if owners.of(name) == actor.id else State.REJECTED for name in rejected},
    }
    left = suggestion_ids(after)
    suggestion_rows.follow(session, row, there, left, actor=actor, at=at, decided=outcome)
    if cache is not None:
        cache.put(version_id, row.revision, after)
    moot = dict.fromkeys(there - left - outcome.keys(), State.OVERTAKEN)
    return Decided(row.revision, ref, {**outcome, **moot}, hashes, [change.to_json() for change in logged])


def chosen(tree: Tree, owners: Owners, *, person: str = "", section: str = "") -> list[str]:
    """The open suggestions of a text that are of a person, or concern a section, or both; all when nothing is asked."""
    reach = suggested_slices(tree)
    return sorted(
        name
        for name in suggestion_ids(tree)
        if (not person or owners.of(name) == person) and (not section or section in reach.get(name, ()))
    )


def _unchanged(seen: Tree, now: Tree, wanted: Collection[str]) -> dict[str, str]:
    """What the suggestions say; raises `SuggestionChanged` unless that is what they said."""
    then, found = suggestion_hashes(seen), suggestion_hashes(now)
    if changed := sorted(name for name in wanted if then.get(name) != found.get(name)):
        raise SuggestionChanged(suggestions=changed)
    return {name: found[name] for name in wanted}


def _applied(tree: Tree, change: Step) -> Tree:
    after = steps.apply(tree, change)
    if after is None:
        raise InvalidStep(kind="step_invalid", reason="a decision does not apply")
    return after


def _digest(seen_revision: int, accept: Collection[str], reject: Collection[str]) -> str:
    told = json.dumps([RESOLVE, seen_revision, sorted(accept), sorted(reject)])
    return hashlib.sha256(told.encode()).hexdigest()


def _again(session: Session, version_id: str, known: Sequence[StepRecord], ref: str, sent: str) -> Decided:
    if known[0].sent != sent:
        raise RefTaken(ref=ref)
    revision = known[-1].revision
    outcome = {
        row.id: State(row.state)
        for row in suggestion_rows.rows(session, version_id)
        if row.decided_revision == revision
    }
    return Decided(revision, ref, outcome, {}, [json.loads(record.step) for record in known], already=True)
