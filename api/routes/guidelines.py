"""REST: guidelines, their versions, policies and logs, for those who work on texts."""

import json
from datetime import datetime
from typing import Annotated, Any

from litestar import Router, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter
from pydantic import BaseModel, Field

from api.routes.nudge import nudge
from api.routes.paging import Cursor, Limit, Page, paged, read_cursor
from api.routes.reference import SIGNED_IN
from api.routes.seen import guideline_seen
from api.routes.shapes import Body, Edition, Named, Words, edition_of, named
from api.routes.texts import given_text
from api.secrets import new_id
from api.visit import Access, ThisVisit, Work
from guidelines import queries as writing
from guidelines.tables import Guideline as GuidelineRow
from guidelines.versions import EMPTY
from workflow import drafts, events, queries
from workflow.machine import MOVING, State
from workflow.permissions import sees_guidelines

Asked = Annotated[str, QueryParameter(max_length=200)]
StandingIn = Annotated[State | None, QueryParameter(name="state", description="With a version in this state.")]


class Guideline(BaseModel):
    """The lasting thing; title and language are those of its newest version."""

    id: str
    slug: str
    title: str
    language: str
    kind: str
    owner_team: str
    policy: str
    shelf: str
    created_at: datetime
    created_by: Named
    in_force: Edition | None
    moving: Edition | None = Field(description="The version that somebody is working on.")


class GuidelineWithVersions(Guideline):
    """A guideline with every version of it, newest first."""

    versions: list[Edition]


class NewGuideline(Body):
    """A guideline to begin; its text empty, as Markdown or as a document's JSON."""

    title: Words
    language: str
    kind: str = "guide"
    owner_team: str
    slug: str = Field("", description="The address in the handbook; made from the title when empty.")
    policy: str = "standard"
    audience: str = ""
    summary: str = ""
    shelf: str = ""
    markdown: str | None = None
    document: dict[str, Any] | None = None


class ChangedGuideline(Body):
    """What is left out stays."""

    title: Words | None = None
    slug: str | None = Field(None, description="The address in the handbook; made from the title when empty.")
    language: str | None = None
    owner_team: str | None = None
    shelf: str | None = None


class Begun(BaseModel):
    """A draft just begun."""

    guideline_id: str
    slug: str
    version_id: str


class Event(BaseModel):
    """An entry of the log. `by` is None when the clock acted."""

    seq: int
    at: datetime
    kind: str
    by: Named | None
    version_id: str | None
    data: dict[str, Any]
    previous_hash: str
    hash: str


class Damage(BaseModel):
    """One thing that does not fit."""

    seq: int
    damage: str
    detail: str


class Verification(BaseModel):
    """What a reading of the whole log found; keep `head` elsewhere to notice a log cut short."""

    intact: bool
    entries: int
    head: str
    faults: list[Damage]


class Policy(BaseModel):
    """The approval policy that a submit would pin now."""

    name: str
    hash: str
    #: As its TOML file says it.
    policy: dict[str, Any]


@get("/", access=Access.MEMBER, sync_to_thread=True)
def list_guidelines(
    visit: ThisVisit,
    limit: Limit = 50,
    cursor: Cursor = "",
    owner_team: Asked = "",
    language: Asked = "",
    standing: StandingIn = None,
    q: Asked = "",
) -> Page[Guideline]:
    """The guidelines that have a version with all that is asked for, by address. `q` is looked for in titles."""
    place = read_cursor(cursor, str) or ("",)
    with visit.read() as work:
        if not sees_guidelines(work.actor):
            return Page(items=[], next=None)
        rows, following = paged(
            queries.listed(
                work.session,
                most=limit + 1,
                after=place[0],
                owner_team=owner_team,
                language=language,
                state=standing or "",
                words=q.strip(),
            ),
            limit,
            lambda row: (row.slug,),
        )
        return Page(items=[Guideline(**shape) for shape in _shapes(work, rows)], next=following)


@post("/", access=Access.MEMBER, refuses=(404, 409, 413, 422), sync_to_thread=True)
def create_guideline(visit: ThisVisit, data: JSONBody[NewGuideline]) -> Begun:
    """Begins a guideline with its first draft, by an editor of the team that will own it."""
    text = given_text(data.markdown, data.document) or EMPTY
    about = data.model_dump(exclude={"markdown", "document"})
    with visit.write() as work:
        row = drafts.create_guideline(
            work.session,
            work.actor,
            guideline_id=new_id(),
            version_id=new_id(),
            document=text,
            at=work.at,
            **about,
        )
        slug = work.session.get_one(GuidelineRow, row.guideline_id).slug
        return Begun(guideline_id=row.guideline_id, slug=slug, version_id=row.id)


@get("/{slug:str}", access=Access.MEMBER, refuses=(404,), sync_to_thread=True)
def get_guideline(visit: ThisVisit, slug: FromPath[str]) -> GuidelineWithVersions:
    """One guideline with all its versions."""
    with visit.read() as work:
        return _with_versions(work, guideline_seen(work, slug))


@patch("/{slug:str}", access=Access.MEMBER, refuses=(404, 409, 422), sync_to_thread=True)
def change_guideline(visit: ThisVisit, slug: FromPath[str], data: JSONBody[ChangedGuideline]) -> GuidelineWithVersions:
    """Changes the draft's title, and until the first publication (`place_stands`) address, language, team and shelf."""
    place = data.model_dump(exclude={"title"}, exclude_none=True)
    with visit.write() as work:
        guideline = guideline_seen(work, slug)
        newest = queries.lives(work.session, [guideline.id])[guideline.id][0].version
        if data.title is not None:
            meta = {"kind": newest.kind, "audience": newest.audience, "summary": newest.summary}
            drafts.set_meta(work.session, work.actor, newest.id, title=data.title, at=work.at, **meta)
        if place:
            drafts.move_guideline(work.session, work.actor, guideline.id, at=work.at, **place)
        shape = _with_versions(work, guideline)
    nudge(visit, newest.id)
    return shape


@post("/{slug:str}/drafts", access=Access.MEMBER, refuses=(404, 409), sync_to_thread=True)
def start_draft(visit: ThisVisit, slug: FromPath[str]) -> Begun:
    """Starts a draft that begins as the version in force. One at a time: `draft_open` names the other."""
    with visit.write() as work:
        guideline = guideline_seen(work, slug)
        row = drafts.new_draft(work.session, work.actor, guideline.id, version_id=new_id(), at=work.at)
        return Begun(guideline_id=guideline.id, slug=guideline.slug, version_id=row.id)


@get("/{slug:str}/events", access=Access.MEMBER, refuses=(404,), sync_to_thread=True)
def list_events(visit: ThisVisit, slug: FromPath[str], limit: Limit = 50, cursor: Cursor = "") -> Page[Event]:
    """The guideline's log, oldest first: append-only, each entry with the hash of the one before."""
    place = read_cursor(cursor, int) or (0,)
    with visit.read() as work:
        guideline = guideline_seen(work, slug)
        found = events.page_of_history(work.session, guideline.id, after=place[0], most=limit + 1)
        rows, following = paged(found, limit, lambda row: (row.seq,))
        names = writing.people_named(work.session, {row.person_id for row in rows if row.person_id})
        return Page(
            items=[
                Event(
                    seq=row.seq,
                    at=row.at,
                    kind=row.kind,
                    by=named(row.person_id, names) if row.person_id else None,
                    version_id=row.version_id,
                    data=json.loads(row.data),
                    previous_hash=row.previous_hash,
                    hash=row.hash,
                )
                for row in rows
            ],
            next=following,
        )


@get("/{slug:str}/events/verification", access=Access.MEMBER, refuses=(404,), sync_to_thread=True)
def verify_events(visit: ThisVisit, slug: FromPath[str]) -> Verification:
    """Reads the whole log and says whether any entry was changed, moved or taken out."""
    with visit.read() as work:
        history = events.history(work.session, guideline_seen(work, slug).id)
        faults = events.verify(history)
        return Verification(
            intact=not faults,
            entries=len(history),
            head=history[-1].hash if history else events.GENESIS,
            faults=[Damage(seq=fault.seq, damage=fault.damage, detail=fault.detail) for fault in faults],
        )


@get("/{slug:str}/policy", access=Access.MEMBER, refuses=(404,), sync_to_thread=True)
def get_policy(visit: ThisVisit, slug: FromPath[str]) -> Policy:
    """The approval policy of the guideline. A version in review keeps the one it was submitted under."""
    with visit.read() as work:
        found = queries.newest_policy(work.session, guideline_seen(work, slug).policy)
        return Policy(name=found.name, hash=found.hash, policy=found.model_dump(mode="json"))


def _with_versions(work: Work, row: GuidelineRow) -> GuidelineWithVersions:
    versions = [edition_of(life) for life in queries.lives(work.session, [row.id])[row.id]]
    return GuidelineWithVersions(**_shapes(work, [row])[0], versions=versions)


def _shapes(work: Work, rows: list[GuidelineRow]) -> list[dict[str, Any]]:
    lives = queries.lives(work.session, [row.id for row in rows])
    names = writing.people_named(work.session, {row.created_by for row in rows})
    shapes = []
    for row in rows:
        newest = lives[row.id][0].version
        in_force = next((life for life in lives[row.id] if life.state is State.PUBLISHED), None)
        moving = next((life for life in lives[row.id] if life.state in MOVING), None)
        shapes.append(
            {
                "id": row.id,
                "slug": row.slug,
                "title": newest.title,
                "language": newest.language,
                "kind": newest.kind,
                "owner_team": row.owner_team,
                "policy": row.policy,
                "shelf": row.shelf,
                "created_at": row.created_at,
                "created_by": named(row.created_by, names),
                "in_force": edition_of(in_force) if in_force else None,
                "moving": edition_of(moving) if moving else None,
            }
        )
    return shapes


router = Router(
    path="/guidelines",
    tags=["Guidelines"],
    security=SIGNED_IN,
    route_handlers=[
        list_guidelines, create_guideline, get_guideline, change_guideline, start_draft, list_events,
        verify_events, get_policy,
    ],
)  # fmt: skip
