"""How much waits for a person, for the top bar of every page: counted when something changed, else remembered.

Counting is as dear as the home page, which reads every version in motion. What it depends on has a pulse, a handful of
figures that one question brings: as long as they are the same, so is the number.
"""

from collections.abc import Hashable
from typing import Final

from sqlmodel import col, func, select

from api.tasks import tasks_of
from api.visit import Visit, Work
from guidelines.tables import Comment, Membership, Thread
from workflow.tables import Acknowledgement, ClassStatement, SignOff, VersionState

#: A role may end, or begin, at a moment at which nothing is written.
LONGEST: Final = 300
MOST: Final = 4096


def waiting(visit: Visit, work: Work) -> int:
    """The number that the person's home page says."""
    kept: dict[Hashable, tuple[Hashable, int]] = visit.services.extras.setdefault("waiting", {})
    key, now = (work.actor.id, visit.language), _pulse(work)
    found = kept.get(key)
    if found is None or found[0] != now:
        if len(kept) >= MOST:
            kept.clear()
        found = kept[key] = (now, tasks_of(visit, work).waiting)
    return found[1]


def _pulse(work: Work) -> Hashable:
    own = select(func.count()).where(Acknowledgement.person_id == work.actor.id)
    figures = (
        select(func.count()).select_from(VersionState),
        select(func.max(VersionState.since)),
        select(func.max(SignOff.seq)),
        select(func.max(ClassStatement.seq)),
        select(func.count()).select_from(Comment),
        select(func.count(col(Thread.resolved_at))),
        select(func.sum(Thread.changes)),
        select(func.count()).select_from(Membership),
        select(func.count(col(Membership.until_at))),
        own,
    )
    row = work.session.exec(select(*(figure.scalar_subquery() for figure in figures))).one()
    return (*row, work.actor.memberships, int(work.at.timestamp()) // LONGEST)
