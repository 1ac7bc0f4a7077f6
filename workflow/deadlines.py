"""Until when a team should have signed: counted in working days from the moment at which it was its turn.

Nothing is stored: as long as a requirement is outstanding and its stage open, it has a deadline, computed from the
facts. Who calls says which days are worked on; a reminder or an escalation asks again when its moment has come.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from workflow.coverage import Void, counting
from workflow.facts import VersionFacts, to_sign
from workflow.machine import State
from workflow.outstanding import Outstanding, outstanding
from workflow.policy import Requirement

Works = Callable[[date], bool]
LEAD: Final = "-lead"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A requirement that waits: since when, until the end of which day, and for whom."""

    requirement: Requirement
    since: datetime
    due_on: date
    #: Who could sign now, on one section or another.
    people: frozenset[str]
    slices: tuple[str, ...]


def deadlines(
    facts: VersionFacts,
    submitted_at: datetime | None,
    *,
    changed_at: Callable[[str, int], datetime | None],
    day_of: Callable[[datetime], date],
    works: Works,
) -> list[Deadline]:
    """The deadline of every requirement with `due_days` that waits now.

    `changed_at` tells when a slice's words changed last after a revision: a team whose sign-off fell has its days anew.
    """
    if facts.state is not State.IN_REVIEW or submitted_at is None:
        return []
    lines = [line for line in outstanding(facts) if line.requirement and not line.stage_closed]
    found = []
    for stage, need in facts.requirements:
        mine = [line for line in lines if line.requirement == need.id]
        if not mine or need.due_days is None:
            continue
        since = max(
            _opened_at(stage, facts, submitted_at), *(_fell_at(line, changed_at, submitted_at) for line in mine)
        )
        people = frozenset().union(*(line.who_can for line in mine))
        due_on = after_working_days(day_of(since), need.due_days, works)
        found.append(Deadline(need, since, due_on, people, tuple(line.slice_id for line in mine)))
    return found


def after_working_days(day: date, count: int, works: Works) -> date:
    """The day that lies so many working days later; a negative count goes back."""
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while not works(day):
            day += step
    return day


def after_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))


def team_led(role: str) -> str:
    """The team whose lead a policy's `escalate_to` means: `legal` for `legal-lead`, and for `legal`."""
    return role.removesuffix(LEAD)


def _opened_at(stage: int, facts: VersionFacts, submitted_at: datetime) -> datetime:
    """When the stages before were complete: with the last of the sign-offs that make them so."""
    earlier = [
        decision.at
        for place, need in facts.requirements
        if place < stage
        for part in to_sign(need, facts)
        for decision in counting(need, part, facts)
    ]
    return max([submitted_at, *earlier])


def _fell_at(line: Outstanding, changed_at: Callable[[str, int], datetime | None], submitted_at: datetime) -> datetime:
    fallen = [void.decision for void in line.because if void.reason is Void.OTHER_WORDS]
    moments = [changed_at(line.slice_id, decision.revision) for decision in fallen]
    return max([submitted_at, *(moment for moment in moments if moment is not None)])
