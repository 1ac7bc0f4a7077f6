"""REST: threads on a version's words: open, answer, assign, resolve, reopen. The socket tells who may know of them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Final, Literal

from litestar import Router, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody
from pydantic import BaseModel, ConfigDict, Field

from api.errors import InvalidRequest
from api.routes.nudge import nudge
from api.routes.reference import SIGNED_IN
from api.routes.seen import version_seen
from api.routes.shapes import MOST, Body, Named, Revision, SectionId, Words
from api.secrets import new_id
from api.threads import threads_of
from api.visit import Access, ThisVisit, Work
from guidelines import discussion
from guidelines import queries as writing
from guidelines.errors import UnknownThread
from guidelines.mentions import PERSON, Audience, Mention
from guidelines.tables import Thread as ThreadRow
from workflow import drafts
from workflow.audience import audience, audience_of

MOST_NAMES: Final = 20
Position = Annotated[int, Field(ge=0, le=MOST)]
SuggestionId = Annotated[str, Field(max_length=48, pattern=r"^[\w.:-]*$")]
TeamId = Annotated[str, Field(max_length=40, pattern=r"^[\w-]*$")]
PersonId = Annotated[str, Field(max_length=32, pattern=r"^[\w-]+$")]


class Mentioned(BaseModel):
    """A person or a team that a comment names."""

    kind: Literal["person", "team"]
    id: str
    name: str


class Mentionable(Mentioned):
    """Somebody who can be named."""

    reference: str = Field(description="What to write in a comment to name them.")


class Comment(BaseModel):
    """A remark in a thread; the first one opens it."""

    id: str
    by: Named
    at: datetime
    text: str = Field(description="As it is read: whom it names stands in it as `@` and the name of today.")
    mentions: list[Mentioned]


class Thread(BaseModel):
    """A thread as it stands at `revision`; `from` and `to` are null for one on a section or on the whole text."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    id: str
    revision: int
    start: int | None = Field(alias="from")
    end: int | None = Field(alias="to")
    quote: str
    removed: bool = Field(description="Whether the words it is about are gone.")
    removed_at: int | None = Field(description="Since which revision they are gone.")
    removed_by: str | None = Field(description="Who took the last of them away, by name.")
    section: str
    suggestion: str = Field(description="The suggestion it is about; empty for none.")
    blocking: bool = Field(description="Whether it holds back publication while it is open.")
    lane: Named | None = Field(description="The one team that may know of it; null: everybody who sees the text.")
    assigned_to: Named | None = Field(description="Whom it waits for.")
    due_on: date | None
    open: bool
    by: Named
    at: datetime
    comments: list[Comment]


class NewThread(Body):
    """A thread to open: on positions at a revision, on words quoted from a section, on a suggestion, on a section, or
    on the whole text."""

    text: Words
    revision: Revision | None = None
    start: Position | None = Field(None, alias="from")
    end: Position | None = Field(None, alias="to")
    section: SectionId = ""
    quote: Annotated[Words, Field(max_length=10_000)] = ""
    suggestion: SuggestionId = ""
    blocking: bool = False
    lane: TeamId = Field("", description="A team of one's own that keeps the thread to itself, for good.")
    assigned_to: PersonId | None = None
    due_on: date | None = None


class Asked(Body):
    """Whom a thread waits for, until when, whether it holds publication back. What is left out stays."""

    assigned_to: PersonId | None = None
    due_on: date | None = None
    blocking: bool = False


class NewComment(Body):
    """An answer."""

    text: Words


@get("/", access=Access.MEMBER, refuses=(404,), sync_to_thread=True)
def list_threads(visit: ThisVisit, version_id: FromPath[str]) -> list[Thread]:
    """Every thread of the version as it stands now, in the order in which they were opened; private ones of one's own
    teams alone."""
    with visit.read() as work:
        version_seen(work, version_id)
        return [Thread.model_validate(shape) for shape in threads_of(work.session, version_id, work.actor)]


@get("/mentionable", access=Access.MEMBER, refuses=(404,), sync_to_thread=True)
def mentionable(
    visit: ThisVisit,
    version_id: FromPath[str],
    q: Annotated[FromQuery[str], Field(max_length=100)] = "",
    lane: FromQuery[str] = "",
) -> list[Mentionable]:
    """Whom a comment may name and a thread wait for: people who may read it, then teams, by the beginning of a name.

    In a private lane these are the team's own; at most 20.
    """
    with visit.read() as work:
        version_seen(work, version_id)
        reading = audience_of(work.session, work.actor, lane, work.at)
        teams = writing.team_names(work.session, work.actor.language)
        return [_mentionable(one, reading, teams) for one in reading.beginning(q)[:MOST_NAMES]]


@post("/", access=Access.MEMBER, refuses=(404, 409, 410, 422), sync_to_thread=True)
def open_thread(visit: ThisVisit, version_id: FromPath[str], data: JSONBody[NewThread]) -> Thread:
    """Opens a thread with its first comment. A selection needs the revision at which its positions hold."""
    if (data.start is None) is not (data.end is None) or (data.start is not None and data.revision is None):
        raise InvalidRequest(fields=[("from", "missing")])
    with visit.write() as work:
        drafts.demand_discuss(work.session, work.actor, version_seen(work, version_id))
        thread = discussion.open_thread(
            work.session,
            work.actor,
            version_id,
            thread_id=new_id(),
            comment_id=new_id(),
            text=data.text,
            at=work.at,
            at_revision=data.revision,
            from_position=data.start,
            to_position=data.end,
            section=data.section,
            quote=data.quote,
            suggestion=data.suggestion,
            blocking=data.blocking,
            lane=data.lane,
            assigned_to=data.assigned_to,
            due_on=data.due_on,
            audience=audience_of(work.session, work.actor, data.lane, work.at),
        )
        shape = _shape(work, version_id, thread.id)
    nudge(visit, version_id)
    return shape


@post("/{thread_id:str}/comments", access=Access.MEMBER, refuses=(404, 422), sync_to_thread=True)
def reply(visit: ThisVisit, version_id: FromPath[str], thread_id: FromPath[str], data: JSONBody[NewComment]) -> Thread:
    """Adds a comment; a resolved thread stays resolved."""
    with visit.write() as work:
        thread = _discussed(work, version_id, thread_id)
        discussion.reply(
            work.session,
            work.actor,
            thread,
            comment_id=new_id(),
            text=data.text,
            at=work.at,
            audience=audience(work.session, thread.lane, work.at),
        )
        shape = _shape(work, version_id, thread_id)
    nudge(visit, version_id)
    return shape


@patch("/{thread_id:str}", access=Access.MEMBER, refuses=(404, 422), sync_to_thread=True)
def ask(visit: ThisVisit, version_id: FromPath[str], thread_id: FromPath[str], data: JSONBody[Asked]) -> Thread:
    """Says whom the thread waits for, until when, and whether it holds publication back; null waits for nobody."""
    with visit.write() as work:
        thread = _discussed(work, version_id, thread_id)
        now = {"assigned_to": thread.assigned_to, "due_on": thread.due_on, "blocking": thread.blocking}
        wanted = now | data.model_dump(exclude_unset=True)
        readers = audience(work.session, thread.lane, work.at)
        discussion.ask(work.session, thread, **wanted, audience=readers, by=work.actor.id)
        shape = _shape(work, version_id, thread_id)
    nudge(visit, version_id)
    return shape


@post("/{thread_id:str}/resolve", access=Access.MEMBER, refuses=(404,), sync_to_thread=True, status_code=200)
def resolve_thread(visit: ThisVisit, version_id: FromPath[str], thread_id: FromPath[str]) -> Thread:
    """Closes a thread; closing it again changes nothing."""
    with visit.write() as work:
        discussion.resolve(work.session, work.actor, _discussed(work, version_id, thread_id), at=work.at)
        shape = _shape(work, version_id, thread_id)
    nudge(visit, version_id)
    return shape


@post("/{thread_id:str}/reopen", access=Access.MEMBER, refuses=(404,), sync_to_thread=True, status_code=200)
def reopen_thread(visit: ThisVisit, version_id: FromPath[str], thread_id: FromPath[str]) -> Thread:
    """Opens a resolved thread again."""
    with visit.write() as work:
        discussion.reopen(work.session, _discussed(work, version_id, thread_id))
        shape = _shape(work, version_id, thread_id)
    nudge(visit, version_id)
    return shape


def _discussed(work: Work, version_id: str, thread_id: str) -> ThreadRow:
    version = version_seen(work, version_id)
    thread = discussion.thread_of(work.session, version_id, thread_id, work.actor)
    drafts.demand_discuss(work.session, work.actor, version)
    return thread


def _shape(work: Work, version_id: str, thread_id: str) -> Thread:
    for shape in threads_of(work.session, version_id, work.actor):
        if shape["id"] == thread_id:
            return Thread.model_validate(shape)
    raise UnknownThread(thread=thread_id)


def _mentionable(one: Mention, reading: Audience, teams: Mapping[str, str]) -> Mentionable:
    name = (reading.people if one.kind == PERSON else teams).get(one.id, one.id)
    return Mentionable.model_validate({"kind": one.kind, "id": one.id, "name": name, "reference": one.reference})


router = Router(
    path="/versions/{version_id:str}/threads",
    tags=["Threads"],
    security=SIGNED_IN,
    route_handlers=[list_threads, mentionable, open_thread, ask, reply, resolve_thread, reopen_thread],
)
