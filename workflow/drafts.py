"""Drafts: a new guideline, a new draft of one, changes to what goes with the text. Who may, and what is told."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from guidelines import authority, versions
from guidelines import queries as writing
from guidelines.authority import Accepted
from guidelines.document import Node, document_hash
from guidelines.errors import UnknownVersion
from guidelines.people import Actor
from guidelines.tables import Guideline, Version
from workflow import events, machine
from workflow import queries as reading
from workflow.errors import DraftOpen, PlaceStands
from workflow.events import Kind
from workflow.machine import Action, State
from workflow.permissions import Permission, demand
from workflow.predicates import Context
from workflow.tables import Event, VersionState


def create_guideline(
    session: Session,
    actor: Actor,
    *,
    guideline_id: str,
    version_id: str,
    slug: str,
    title: str,
    language: str,
    kind: str,
    owner_team: str,
    at: datetime,
    policy: str = "standard",
    audience: str = "",
    summary: str = "",
    shelf: str = "",
    document: Node = versions.EMPTY,
) -> Version:
    """A new guideline with its first draft, by an editor of the team that will own it."""
    demand(Permission.GUIDELINE_CREATE, actor, Context(owner_team=owner_team))
    reading.newest_policy(session, policy)
    row = versions.create_guideline(
        session,
        actor,
        guideline_id=guideline_id,
        version_id=version_id,
        slug=slug,
        title=title,
        language=language,
        kind=kind,
        owner_team=owner_team,
        policy=policy,
        audience=audience,
        summary=summary,
        shelf=shelf,
        document=document,
        at=at,
    )
    session.add(VersionState(version_id=row.id, guideline_id=guideline_id, state=State.DRAFT.value, since=at))
    session.flush()
    told = {**_beginning(session, row), "policy": policy, "slug": slug, "owner_team": owner_team}
    _tell(session, row, actor, Kind.GUIDELINE_CREATED, at, told)
    return row


def new_draft(session: Session, actor: Actor, guideline_id: str, *, version_id: str, at: datetime) -> Version:
    """A draft that begins as the version in force (after a withdrawal: as the last one). One at a time.

    Raises `DraftOpen` while another version is in motion.
    """
    guideline = writing.lock_guideline(session, guideline_id)
    demand(Permission.DRAFT_START, actor, Context(owner_team=guideline.owner_team))
    if (other := reading.moving(session, guideline_id)) is not None:
        raise DraftOpen(version_id=other.version_id)
    in_force = reading.published(session, guideline_id)
    base_id = in_force.version_id if in_force else writing.versions(session, guideline_id)[0].id
    row = versions.start_draft(session, actor, writing.version(session, base_id), version_id=version_id, at=at)
    session.add(VersionState(version_id=row.id, guideline_id=guideline_id, state=State.DRAFT.value, since=at))
    session.flush()
    _tell(session, row, actor, Kind.DRAFT_STARTED, at, {**_beginning(session, row), "base": base_id})
    return row


def may_edit(session: Session, actor: Actor, version_id: str, context: Context | None = None) -> None:
    """Raises unless the person may write in the version now: what live editing asks at every commit.

    `context` is what was read for another commit of the same transaction, under the version's lock.
    """
    _demand_edit(actor, context or context_of(session, writing.version(session, version_id)))


def demand_edit(session: Session, actor: Actor, version: Version) -> None:
    """As `may_edit`, for a version that is at hand."""
    _demand_edit(actor, context_of(session, version))


def _demand_edit(actor: Actor, context: Context) -> None:
    """The state first, then the right."""
    machine.advance(context.state, Action.EDIT)
    demand(Permission.DRAFT_EDIT, actor, context)


def demand_discuss(session: Session, actor: Actor, version: Version) -> None:
    """Raises unless the person may comment on the version now."""
    demand(Permission.DISCUSS, actor, context_of(session, version))


def context_of(session: Session, version: Version) -> Context:
    """What permissions look at, without reading the text; live editing asks it at every commit."""
    session.flush()
    row = session.connection().execute(_LIFE, {"version": version.id}).first()
    if row is None:
        raise UnknownVersion(version=version.id)
    policy = reading.policy_in(session, row.policy, State(row.state), row.policy_hash)
    teams = frozenset(need.team for _, need in policy.active(kind=version.kind, language=version.language))
    return Context(row.owner_team, State(row.state), teams, policy.other_side)


_LIFE: Final = (
    select(VersionState.state, VersionState.policy_hash, Guideline.owner_team, Guideline.policy)
    .join(Guideline, col(Guideline.id) == col(VersionState.guideline_id))
    .where(col(VersionState.version_id) == bindparam("version"))
)


def import_text(
    session: Session, actor: Actor, version_id: str, document: Node, *, ref: str, at: datetime, **more: Any
) -> Accepted:
    """Replaces the draft's text by another, as one commit by this person."""
    version = _locked(session, version_id)
    demand_edit(session, actor, version)
    accepted = versions.replace_document(session, actor, version_id, document, ref=ref, at=at, **more)
    if accepted.steps:
        data = {"revision": accepted.revision, "document": document_hash(document)}
        _tell(session, version, actor, Kind.TEXT_IMPORTED, at, data)
    return accepted


def set_meta(
    session: Session,
    actor: Actor,
    version_id: str,
    *,
    title: str,
    kind: str,
    audience: str,
    summary: str,
    at: datetime,
) -> Version:
    """Changes the title and what else is signed besides the text."""
    version = _locked(session, version_id)
    demand_edit(session, actor, version)
    before = _meta(version)
    row = versions.set_meta(
        session, actor, version_id, at=at, title=title, kind=kind, audience=audience, summary=summary
    )
    if _meta(row) != before:
        _tell(session, row, actor, Kind.META_CHANGED, at, {**_meta(row)})
    return row


def move_guideline(
    session: Session,
    actor: Actor,
    guideline_id: str,
    *,
    at: datetime,
    slug: str | None = None,
    language: str | None = None,
    owner_team: str | None = None,
    shelf: str | None = None,
) -> Guideline:
    """Changes what a guideline was begun with, while nothing of it was ever published; None leaves a thing as it is.

    By an editor of the team that owns it and of the one that will. An empty address is made from the title.
    Raises `PlaceStands` once readers had it.
    """
    guideline = writing.lock_guideline(session, guideline_id)
    state = reading.moving(session, guideline_id)
    version = state.version_id if state else writing.versions(session, guideline_id)[0].id
    row = writing.lock_version(session, version)
    before = _place(guideline, row)
    asked = {"slug": slug, "language": language, "owner_team": owner_team, "shelf": shelf}
    wanted = before | {name: value for name, value in asked.items() if value is not None}
    wanted["slug"] = wanted["slug"] or versions.slug_of(row.title)
    for team in (guideline.owner_team, wanted["owner_team"]):
        demand(Permission.GUIDELINE_CREATE, actor, Context(owner_team=team))
    if writing.publications(session, guideline_id):
        raise PlaceStands(slug=guideline.slug)
    demand_edit(session, actor, row)
    spoken = wanted.pop("language")
    versions.move_guideline(session, guideline, **wanted)
    versions.set_meta(session, actor, row.id, at=at, language=spoken, **_meta(row))
    after = _place(guideline, row)
    if changed := {name: value for name, value in after.items() if before[name] != value}:
        _tell(session, row, actor, Kind.GUIDELINE_MOVED, at, {**changed})
    return guideline


def moved_to(session: Session, slug: str) -> str | None:
    """The address of the guideline that once had this one; None when there never was such an address."""
    told = select(Event.guideline_id).where(
        col(Event.kind).in_((Kind.GUIDELINE_CREATED, Kind.GUIDELINE_MOVED)),
        col(Event.data).contains(events.canonical({"slug": slug})[1:-1], autoescape=True),
    )
    found = session.exec(told.order_by(col(Event.at).desc()).limit(1)).first()
    return session.get_one(Guideline, found).slug if found else None


def _place(guideline: Guideline, row: Version) -> dict[str, str]:
    return {
        "slug": guideline.slug,
        "language": row.language,
        "owner_team": guideline.owner_team,
        "shelf": guideline.shelf,
    }


def _locked(session: Session, version_id: str) -> Version:
    """The version under its guideline's lock, which the log wants, and its own; in the order in which all take them."""
    writing.lock_guideline(session, writing.version(session, version_id).guideline_id)
    return writing.lock_version(session, version_id)


def _beginning(session: Session, row: Version) -> dict[str, object]:
    document = document_hash(authority.open_document(session, row.id).document)
    return {**_meta(row), "language": row.language, "document": document}


def _meta(row: Version) -> dict[str, str]:
    return {"title": row.title, "kind": row.kind, "audience": row.audience, "summary": row.summary}


def _tell(session: Session, row: Version, actor: Actor, kind: Kind, at: datetime, data: dict[str, object]) -> None:
    events.record(session, row.guideline_id, kind, person_id=actor.id, version_id=row.id, at=at, data=data)
