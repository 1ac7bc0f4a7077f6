"""Suggestions: who may make them and decide on them, and what the log tells of a decision.

In a draft both sides write, and may choose to suggest. In a review the base stands still and every change is a
suggestion; accepting one changes words, and so voids the sign-offs of the sections concerned.
"""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

from guidelines import authority, deciding, suggestion_rows
from guidelines import queries as writing
from guidelines.deciding import Decided
from guidelines.document_cache import DocumentCache
from guidelines.errors import SuggestionClosed
from guidelines.people import Actor
from guidelines.suggestion_rows import Owners
from guidelines.tables import Version
from workflow import drafts, events, machine
from workflow.errors import OwnSuggestion
from workflow.events import Kind
from workflow.machine import Action
from workflow.machine import State as Life
from workflow.permissions import Permission, demand
from workflow.predicates import Context


def may_suggest(session: Session, actor: Actor, version_id: str, context: Context | None = None) -> None:
    """Raises unless the person may suggest in the version now: what live editing asks at every suggestion."""
    demand_suggest(actor, context or drafts.context_of(session, writing.version(session, version_id)))


def demand_suggest(actor: Actor, context: Context) -> None:
    """As `may_suggest`, for a version that is at hand: the state first, then the right."""
    machine.advance(context.state, Action.SUGGEST)
    demand(Permission.SUGGEST, actor, context)


def decide(
    session: Session,
    actor: Actor,
    version_id: str,
    *,
    accept: Collection[str],
    reject: Collection[str],
    seen_revision: int,
    ref: str,
    at: datetime,
    cache: DocumentCache | None = None,
) -> Decided:
    """Accepts and rejects suggestions as they stood at a revision, as one commit and one entry of the log.

    Whoever may suggest may take back their own. Raises `OwnSuggestion` for accepting one's own in a review, and what
    `deciding.decide` raises.
    """
    version = _locked(session, version_id)
    _demand_decide(session, actor, version, accept, reject)
    decided = deciding.decide(
        session,
        version_id,
        actor=actor,
        ref=ref,
        accept=accept,
        reject=reject,
        seen_revision=seen_revision,
        at=at,
        cache=cache,
    )
    if not decided.already:
        _tell(session, version, actor, decided, at)
    return decided


def chosen(
    session: Session,
    actor: Actor,
    version_id: str,
    *,
    seen_revision: int,
    accept: bool,
    person: str = "",
    section: str = "",
) -> list[str]:
    """All suggestions of a person, of a section, or of both at a revision, that are open still.

    Of those to be accepted in a review the actor's own are left out, unless there are no others.
    """
    seen = authority.document_at(session, version_id, seen_revision).tree
    open_now = {row.id for row in suggestion_rows.open_rows(session, version_id)}
    owners = Owners(session, version_id)
    found = [name for name in deciding.chosen(seen, owners, person=person, section=section) if name in open_now]
    others = [name for name in found if owners.of(name) != actor.id]
    reviewed = drafts.context_of(session, writing.version(session, version_id)).state is not Life.DRAFT
    if not found:
        raise SuggestionClosed(suggestions=[])
    return others if accept and reviewed and others else found


def _locked(session: Session, version_id: str) -> Version:
    writing.lock_guideline(session, writing.version(session, version_id).guideline_id)
    return writing.lock_version(session, version_id)


def _demand_decide(
    session: Session, actor: Actor, version: Version, accept: Collection[str], reject: Collection[str]
) -> None:
    context = drafts.context_of(session, version)
    machine.advance(context.state, Action.RESOLVE)
    owners = Owners(session, version.id)
    own = [name for name in accept if owners.of(name) == actor.id]
    others = [name for name in (*accept, *reject) if owners.of(name) != actor.id]
    demand(Permission.SUGGEST, actor, context)
    if others or own:
        demand(Permission.RESOLVE, actor, context)
    if own and context.state is not Life.DRAFT:
        raise OwnSuggestion(suggestions=sorted(own), permission=Permission.RESOLVE, reasons=["is_not_the_proposer"])


def _tell(session: Session, version: Version, actor: Actor, decided: Decided, at: datetime) -> None:
    owners = Owners(session, version.id)
    data = {
        "revision": decided.revision,
        "suggestions": {
            name: {"outcome": state.value, "by": owners.of(name), "hash": decided.hashes.get(name, "")}
            for name, state in sorted(decided.outcome.items())
        },
    }
    events.record(
        session,
        version.guideline_id,
        Kind.SUGGESTIONS_DECIDED,
        person_id=actor.id,
        version_id=version.id,
        at=at,
        data=data,
    )
