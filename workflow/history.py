"""The history of a draft as people look at it: its stops with what happened between them, and the way back."""

from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from guidelines import history as writing
from guidelines import queries, versions
from guidelines.authority import Accepted
from guidelines.people import Actor
from guidelines.stops import Moment, Stop, stops
from workflow import drafts
from workflow.events import Kind
from workflow.tables import Event

#: What happened to the text is in its log; these are told by the steps themselves.
TOLD_BY_STEPS: Final = (Kind.TEXT_IMPORTED, Kind.GUIDELINE_CREATED, Kind.DRAFT_STARTED, Kind.ACKNOWLEDGED)


def stops_of(session: Session, version_id: str) -> list[Stop]:
    """Every stop of the version's life, from its first text on."""
    row = queries.version(session, version_id)
    begun = Kind.GUIDELINE_CREATED if row.base_version_id is None else Kind.DRAFT_STARTED
    query = select(Event.at, Event.kind, Event.person_id).where(
        Event.version_id == version_id, col(Event.kind).not_in(TOLD_BY_STEPS)
    )
    moments = [Moment(*found) for found in session.exec(query.order_by(col(Event.seq)))]
    return stops(Moment(row.created_at, begun, row.created_by), writing.log(session, version_id), moments)


def restore(session: Session, actor: Actor, version_id: str, revision: int, *, ref: str, at: datetime) -> Accepted:
    """Brings the draft's text back to what it was at a revision, as one commit of this person's.

    Nothing is lost: the text that was there is a revision like any other, and undoing is restoring it.
    Raises `WrongState`, `NotPermitted`, `StaleRevision` beyond the log, `SuggestionsOpen`.
    """
    version = queries.lock_version(session, version_id)
    drafts.demand_edit(session, actor, version)
    return versions.restore(session, actor, version_id, revision, ref=ref, at=at)
