"""REST: threads on a version's words: open, answer, resolve, reopen. The socket tells everybody who has it open."""

from datetime import datetime
from typing import Annotated

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody
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
from guidelines.errors import UnknownThread
from guidelines.tables import Thread as ThreadRow
from workflow import drafts

Position = Annotated[int, Field(ge=0, le=MOST)]


class Comment(BaseModel):
    """A remark in a thread; the first one opens it."""

    id: str
    by: Named
    at: datetime
    text: str


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
    blocking: bool = Field(description="Whether it holds back publication while it is open.")
    open: bool
    by: Named
    at: datetime
    comments: list[Comment]


class NewThread(Body):
    """A thread to open: on positions at a revision, on words quoted from a section, on a section, or on the whole."""

    text: Words
    revision: Revision | None = None
    start: Position | None = Field(None, alias="from")
    end: Position | None = Field(None, alias="to")
    section: SectionId = ""
    quote: Annotated[Words, Field(max_length=10_000)] = ""
    blocking: bool = False


class NewComment(Body):
    """An answer."""

    text: Words


@get("/", access=Access.MEMBER, refuses=(404,), sync_to_thread=True)
def list_threads(visit: ThisVisit, version_id: FromPath[str]) -> list[Thread]:
    """Every thread of the version as it stands now, in the order in which they were opened."""
    with visit.read() as work:
        version_seen(work, version_id)
        return [Thread.model_validate(shape) for shape in threads_of(work.session, version_id)]


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
            blocking=data.blocking,
        )
        shape = _shape(work, version_id, thread.id)
    nudge(visit, version_id)
    return shape


@post("/{thread_id:str}/comments", access=Access.MEMBER, refuses=(404, 422), sync_to_thread=True)
def reply(visit: ThisVisit, version_id: FromPath[str], thread_id: FromPath[str], data: JSONBody[NewComment]) -> Thread:
    """Adds a comment; a resolved thread stays resolved."""
    with visit.write() as work:
        thread = _discussed(work, version_id, thread_id)
        discussion.reply(work.session, work.actor, thread, comment_id=new_id(), text=data.text, at=work.at)
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
    thread = discussion.thread_of(work.session, version_id, thread_id)
    drafts.demand_discuss(work.session, work.actor, version)
    return thread


def _shape(work: Work, version_id: str, thread_id: str) -> Thread:
    for shape in threads_of(work.session, version_id):
        if shape["id"] == thread_id:
            return Thread.model_validate(shape)
    raise UnknownThread(thread=thread_id)


router = Router(
    path="/versions/{version_id:str}/threads",
    tags=["Threads"],
    security=SIGNED_IN,
    route_handlers=[list_threads, open_thread, reply, resolve_thread, reopen_thread],
)
