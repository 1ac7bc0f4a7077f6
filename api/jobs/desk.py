"""Taking jobs and finishing them: leases, fences, tries.

A process takes a job on a lease; each taking raises its `attempts`, which is the fence: whoever took it may finish it
only while that number is still theirs. What a job does to the database and the mark that it is done are one commit, so
it is done exactly once, whatever dies when and whatever the clocks of several hosts say. What leaves the house (mail,
chat) cannot be in that commit: `kinds.Outside` says how it is marked before it goes.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import update
from sqlmodel import Session, col, select

from guidelines.tables import Job

#: Longer than any job is at work: those that leave the house give up after a minute.
LEASE: Final = timedelta(minutes=5)
#: How long to wait after the first failures; after the last of them nobody tries any more.
PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720))


@dataclass(frozen=True, slots=True)
class Taken:
    """A job that this process holds, as long as nobody took it later."""

    id: int
    kind: str
    payload: dict[str, Any]
    fence: int


def take(session: Session, at: datetime, *, most: int = 1) -> list[Taken]:
    """Takes the jobs that are due and nobody's, the longest waiting first. To be committed before they are begun."""
    free = (
        select(Job)
        .where(
            col(Job.done_at).is_(None),
            col(Job.given_up_at).is_(None),
            Job.run_at <= at,
            col(Job.lease_until).is_(None) | (col(Job.lease_until) <= at),
        )
        .order_by(col(Job.run_at), col(Job.id))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    taken = []
    for job in session.exec(free).all():
        job.tries += job.lease_until is not None  # whoever had it died over it
        if job.tries > len(PAUSES):
            job.given_up_at, job.lease_until = at, None
            job.error = "whoever took it did not come back"
            continue
        job.attempts += 1
        job.lease_until = at + LEASE
        taken.append(Taken(job.id or 0, job.kind, json.loads(job.payload), job.attempts))
    session.flush()
    return taken


def held(session: Session, taken: Taken) -> Job | None:
    """The job's row, locked until the transaction ends; None when it is no longer this process's."""
    query = select(Job).where(
        Job.id == taken.id,
        Job.attempts == taken.fence,
        col(Job.done_at).is_(None),
        col(Job.given_up_at).is_(None),
        col(Job.lease_until).is_not(None),
    )
    return session.exec(query.with_for_update().execution_options(populate_existing=True)).first()


def finish(job: Job, at: datetime, again_at: datetime | None = None) -> None:
    """Marks the job as done, or lets go of it until another moment."""
    job.lease_until = None
    job.error, job.tries = "", 0
    if again_at is None:
        job.done_at = at
    else:
        job.run_at = again_at


def fail(job: Job, at: datetime, why: str) -> None:
    """Lets go of the job until it is tried again; after too many tries, for good, which `charte doctor` tells."""
    job.lease_until = None
    job.error = why[:500]
    job.tries += 1
    if job.tries > len(PAUSES):
        job.given_up_at = at
    else:
        job.run_at = at + PAUSES[job.tries - 1]


def given_up(session: Session) -> Sequence[Job]:
    """The jobs that nobody tries any more, oldest first."""
    return session.exec(select(Job).where(col(Job.given_up_at).is_not(None)).order_by(col(Job.id))).all()


def try_again(session: Session, at: datetime) -> int:
    """Lets the jobs that were given up be taken again; how many."""
    query = (
        update(Job)
        .where(col(Job.given_up_at).is_not(None))
        .values(given_up_at=None, lease_until=None, run_at=at, tries=0)
    )
    return int(session.connection().execute(query).rowcount)
