"""Publication on a day: promised now with every check of publishing, done on that day with every check again.

Nothing is kept of "approved": what does not hold any more when the day comes is not published, and everybody is told.
"""

from datetime import date, datetime

from sqlmodel import Session, col, select

from guidelines import jobs
from guidelines import queries as writing
from guidelines.errors import InvalidField
from guidelines.people import Actor
from guidelines.tables import Publication
from workflow import queries as reading
from workflow import review
from workflow.errors import WorkflowError
from workflow.events import Kind
from workflow.evidence import fingerprint
from workflow.machine import Action, State
from workflow.permissions import Permission
from workflow.tables import Schedule
from workflow.transition import allowed, hold, move, remark_if_any

#: What the job that comes on the day is called.
JOB = "publish_on_day"


def schedule(
    session: Session,
    actor: Actor,
    version_id: str,
    *,
    day: date,
    due_at: datetime,
    at: datetime,
    number: str = "",
    change_note: str = "",
    ask_again: bool | None = None,
) -> Schedule:
    """Promises publication for a day, which begins at `due_at` where the company is: only the edge knows that.

    Raises whatever `publish` would raise now, and `InvalidField` for a day that has begun.
    """
    found = allowed(session, actor, version_id, Permission.PUBLISH, Action.SCHEDULE, at)
    if due_at <= at:
        raise InvalidField(field="day", problem="past")
    review.refuse_to_publish(found, number)
    row = Schedule(
        version_id=version_id,
        person_id=actor.id,
        day=day,
        due_at=due_at,
        number=number,
        change_note=remark_if_any(change_note).strip(),
        ask_again=ask_again,
        at=at,
    )
    session.add(row)
    session.flush()
    data = {"schedule": row.seq, "day": day.isoformat(), "evidence": fingerprint(row)}
    move(session, found, actor, Action.SCHEDULE, Kind.SCHEDULED, at, data)
    jobs.put(session, JOB, f"{JOB}:{row.seq}", run_at=due_at, schedule=row.seq)
    return row


def publish_on_day(session: Session, seq: int, *, at: datetime, today: date) -> Publication | None:
    """What the day brings: the publication that was promised, or the version is in review again and the log says why.

    None too when the promise was taken back, or made anew.
    """
    row = session.get_one(Schedule, seq)
    found = reading.standing(session, row.version_id, at, locked=True)
    newest = scheduled(session, row.version_id)
    if found.state is not State.SCHEDULED or newest is None or newest.seq != seq or at < row.due_at:
        return None
    try:
        review.refuse_to_publish(found, row.number)
    except WorkflowError as refusal:
        hold(session, found, refusal.code, at)
        return None
    person = writing.person(session, row.person_id)
    promised = Actor(person.id, person.name, person.language)
    return review.put_in_force(
        session, found, promised, number=row.number, change_note=row.change_note, ask_again=row.ask_again, at=at,
        today=today,
    )  # fmt: skip


def scheduled(session: Session, version_id: str) -> Schedule | None:
    """The newest promise for the version, in effect as long as it is scheduled."""
    query = select(Schedule).where(Schedule.version_id == version_id).order_by(col(Schedule.seq).desc())
    return session.exec(query.limit(1)).first()
