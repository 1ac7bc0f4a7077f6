"""REST: the history of a version: its stops, who wrote which words, the way back, and how far one has read."""

from datetime import datetime
from typing import Annotated

from litestar import Router, get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter
from pydantic import BaseModel, Field

from api.last_read import Reading, has_read, reading
from api.routes.nudge import nudge
from api.routes.reference import SIGNED_IN
from api.routes.seen import version_seen
from api.routes.shapes import MOST, Body, Named, Revision, named
from api.routes.versions import Written, written
from api.secrets import new_id
from api.visit import Access, ThisVisit
from guidelines import history as writing
from guidelines import queries
from guidelines.errors import StaleRevision
from workflow import history

AtRevision = Annotated[int | None, QueryParameter(ge=0, le=MOST, description="The newest when left out.")]


class Stop(BaseModel):
    """The text as a sitting of writing, or something that happened to the version, left it."""

    after: int = Field(description="The revision before its first step.")
    revision: int
    kind: str = Field(description="`edit`, `import`, `restore`, or the kind of an event.")
    by: list[Named]
    begun_at: datetime
    ended_at: datetime


class Run(BaseModel):
    """Neighbouring words that one step put there: `version_id` is an earlier one's for words taken over from it."""

    text: str
    version_id: str
    revision: int
    by: Named
    at: datetime
    cause: str


class Line(BaseModel):
    """A text block; its runs in order are its words."""

    block: str
    section: str
    runs: list[Run]


class Writers(BaseModel):
    """Who put which words there, at a revision."""

    revision: int
    lines: list[Line]


class Restored(Body):
    """The revision to go back to; the same `ref` again counts once."""

    revision: Revision
    ref: Annotated[str, Field(pattern=r"^[\x20-\x7e]{1,64}$")] | None = None


class Read(Body):
    """How far the text has been read."""

    revision: Revision


class LastRead(BaseModel):
    """How far a person has read: `before` when they came, `revision` now; both null before the first time."""

    before: int | None
    revision: int | None
    at: datetime | None
    head: int = Field(description="How far the text has come.")


@get("/history", access=Access.MEMBER, refuses=(404,), sync_to_thread=True)
def get_history(visit: ThisVisit, version_id: FromPath[str]) -> list[Stop]:
    """The stops of the version's life, oldest first: writing by person, ended by a pause of ten minutes, and events."""
    with visit.read() as work:
        version_seen(work, version_id)
        found = history.stops_of(work.session, version_id)
        names = queries.people_named(work.session, {person for stop in found for person in stop.people})
        return [
            Stop(
                after=stop.after,
                revision=stop.revision,
                kind=stop.kind,
                by=[named(person, names) for person in stop.people],
                begun_at=stop.begun_at,
                ended_at=stop.ended_at,
            )
            for stop in found
        ]


@get("/writers", access=Access.MEMBER, refuses=(404, 410), sync_to_thread=True)
def get_writers(visit: ThisVisit, version_id: FromPath[str], revision: AtRevision = None) -> Writers:
    """Who wrote every sentence and when, now or at an earlier revision."""
    with visit.read() as work:
        version_seen(work, version_id)
        found = writing.written(work.session, version_id, revision, cache=visit.services.extras["attribution"])
        names = queries.people_named(work.session, {credit.person_id for credit in found.credits.values()})
        return Writers(
            revision=found.revision,
            lines=[
                Line(block=line.block, section=line.section, runs=[_run(run, found, names) for run in line.runs])
                for line in found.lines
            ],
        )


@post("/restore", access=Access.MEMBER, status_code=200, refuses=(404, 409, 410, 422), sync_to_thread=True)
def restore(visit: ThisVisit, version_id: FromPath[str], data: JSONBody[Restored]) -> Written:
    """Brings a draft's text back to what it was at a revision, as a commit of one's own; nothing is lost by it."""
    with visit.write() as work:
        version_seen(work, version_id)
        ref = data.ref or f"restore-{new_id()}"
        accepted = history.restore(work.session, work.actor, version_id, data.revision, ref=ref, at=work.at)
        answer = written(work, version_id, accepted)
    nudge(visit, version_id)
    return answer


@get("/last-read", access=Access.MEMBER, refuses=(404,), sync_to_thread=True)
def get_last_read(visit: ThisVisit, version_id: FromPath[str]) -> LastRead:
    """How far one has read: what came after `before` is new."""
    with visit.read() as work:
        head = version_seen(work, version_id).revision
        return _last_read(reading(work.session, version_id, work.actor.id, work.at), head)


@put("/last-read", access=Access.MEMBER, refuses=(404, 410), sync_to_thread=True)
def put_last_read(visit: ThisVisit, version_id: FromPath[str], data: JSONBody[Read]) -> LastRead:
    """Says that one has read the text at a revision."""
    with visit.write() as work:
        head = version_seen(work, version_id).revision
        if data.revision > head:
            raise StaleRevision(revision=data.revision, head=head)
        return _last_read(has_read(work.session, version_id, work.actor.id, data.revision, work.at), head)


def _run(run: writing.Run, found: writing.Written, names: dict[str, str]) -> Run:
    credit = found.credits[run.source]
    return Run(
        text=run.text,
        version_id=credit.version_id,
        revision=credit.revision,
        by=named(credit.person_id, names),
        at=credit.at,
        cause=credit.cause,
    )


def _last_read(found: Reading | None, head: int) -> LastRead:
    if found is None:
        return LastRead(before=None, revision=None, at=None, head=head)
    return LastRead(before=found.before, revision=found.revision, at=found.at, head=head)


router = Router(
    path="/versions/{version_id:str}",
    tags=["Versions"],
    security=SIGNED_IN,
    route_handlers=[get_history, get_writers, restore, get_last_read, put_last_read],
)
