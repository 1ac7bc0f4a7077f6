"""One step in a version's life: under the guideline's lock, permitted, known to the machine, told in the log."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from guidelines.free_text import refuse_turning
from guidelines.people import Actor
from workflow import events, machine
from workflow import queries as reading
from workflow.errors import RemarkMissing
from workflow.events import Kind
from workflow.machine import Action, State
from workflow.permissions import Permission, demand
from workflow.queries import Standing
from workflow.tables import VersionState

MOST_REMARK = 2000


def allowed(
    session: Session, actor: Actor, version_id: str, permission: Permission, action: Action, at: datetime
) -> Standing:
    """The version under the guideline's lock; raises `NotPermitted` or `WrongState` unless the action may be taken."""
    found = reading.standing(session, version_id, at, locked=True)
    demand(permission, actor, found.context)
    machine.advance(found.state, action)
    return found


def move(
    session: Session,
    found: Standing,
    actor: Actor,
    action: Action,
    kind: Kind,
    at: datetime,
    data: Mapping[str, object],
) -> Standing:
    """Takes the step and tells it; the version as it stands afterwards."""
    set_state(session, found.state_row, action, at)
    events.record(session, found.guideline.id, kind, person_id=actor.id, version_id=found.version.id, at=at, data=data)
    return reading.standing(session, found.version.id, at)


def hold(session: Session, found: Standing, because: str, at: datetime, person_id: str | None = None) -> None:
    """The day is off: the version is in review again. `because` is the code of what stands against it."""
    set_state(session, found.state_row, Action.HOLD, at)
    events.record(
        session,
        found.guideline.id,
        Kind.DATE_HELD,
        person_id=person_id,
        version_id=found.version.id,
        at=at,
        data={"because": because},
    )


def set_state(session: Session, row: VersionState, action: Action, at: datetime) -> None:
    """Changes the state as the machine says: the only place that does."""
    row.state = machine.advance(State(row.state), action).value
    row.since = at
    session.add(row)
    session.flush()


def reason_in_words(text: str) -> str:
    """A remark that says something; raises `RemarkMissing`."""
    words = text.strip()
    if not words or len(words) > MOST_REMARK:
        raise RemarkMissing(field="remark", limit=MOST_REMARK)
    refuse_turning(remark=words)
    return words


def remark_if_any(text: str) -> str:
    """A remark that may be left out, as long as it may be."""
    refuse_turning(remark=text)
    return text[:MOST_REMARK]
