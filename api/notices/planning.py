"""Deadlines: puts reminders and escalations aside, and asks again when their moment has come."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete
from sqlmodel import col, select

from api.i18n import company_day
from api.jobs.kinds import Desk
from api.notices.kinds import NoticeKind
from api.notices.putting import tell
from api.tables import MailLink
from api.working_days import morning_of, works_in
from guidelines import jobs
from guidelines import queries as writing
from guidelines.people import Role
from guidelines.tables import Job
from workflow import queries
from workflow.deadlines import Deadline, after_working_days, deadlines, team_led
from workflow.machine import State
from workflow.queries import Standing
from workflow.review_due import reviews_due
from workflow.tables import VersionState

#: Working days after an escalation until the administrators are told.
THEN_ADMIN: Final = 2
#: How long what is done stays to be looked at.
KEPT: Final = timedelta(days=90)


def deadlines_of(desk: Desk, found: Standing) -> list[Deadline]:
    """The deadlines of a version now, by the company's calendar."""

    def changed_at(slice_id: str, revision: int) -> datetime | None:
        since = writing.changes_since(desk.session, found.version.id, slice_id, revision)
        return since[-1].at if since else None  # type: ignore[return-value]

    return deadlines(
        found.facts,
        found.state_row.submitted_at,
        changed_at=changed_at,
        day_of=company_day,
        works=works_in(desk.services.config.holidays),
    )


def plan_deadlines(desk: Desk, found: Standing) -> None:
    """Puts aside one reminder and one escalation for each deadline; for those that are planned, nothing new."""
    works = works_in(desk.services.config.holidays)
    for deadline in deadlines_of(desk, found):
        facts = {
            "version": found.version.id,
            "requirement": deadline.requirement.id,
            "due_on": deadline.due_on.isoformat(),
        }
        about = ":".join(facts.values())
        late = after_working_days(deadline.due_on, 1, works)
        admin = after_working_days(late, THEN_ADMIN, works)
        remind = max(after_working_days(deadline.due_on, -1, works), company_day(deadline.since) + timedelta(days=1))
        jobs.put(desk.session, "remind", f"remind:{about}", run_at=morning_of(remind), **facts)
        jobs.put(desk.session, "escalate", f"escalate:{about}", run_at=morning_of(late), to="lead", **facts)
        jobs.put(desk.session, "escalate", f"escalate:admin:{about}", run_at=morning_of(admin), to="admin", **facts)


def remind(desk: Desk, payload: dict[str, Any]) -> None:
    """Reminds those who could still sign, unless the day is over: then others are told."""
    found, deadline = _deadline(desk, payload)
    if deadline is not None and company_day(desk.at) <= deadline.due_on:
        _tell(desk, NoticeKind.REMINDER, deadline.people, found, deadline)


def escalate(desk: Desk, payload: dict[str, Any]) -> None:
    """Tells the leads whom the policy names, then the administrators; those at once where it names nobody."""
    found, deadline = _deadline(desk, payload)
    if deadline is None:
        return
    role = deadline.requirement.escalate_to
    people: Iterable[str] = ()
    if payload["to"] == "lead" and role:
        team = team_led(role)
        people = writing.members(desk.session, frozenset({team}), frozenset({Role.LEAD}), desk.at)[team]
    if not people:
        people = [actor.id for actor in writing.actors(desk.session, desk.at) if actor.has(Role.ADMIN)]
    _tell(desk, NoticeKind.ESCALATION, people, found, deadline)


def look_at_the_day(desk: Desk, _payload: dict[str, Any]) -> None:
    """Once a day: plans what waits, tells of texts to look at again, removes what was done long ago."""
    today = company_day(desk.at)
    reviewed = select(VersionState.version_id).where(VersionState.state == State.IN_REVIEW)
    for version_id in desk.session.exec(reviewed):
        jobs.put(desk.session, "plan", f"plan:{version_id}:{today}", run_at=desk.at, version=version_id)
    for due in reviews_due(desk.session, today):
        owner = due.guideline.owner_team
        people = writing.members(desk.session, frozenset({owner}), frozenset({Role.EDITOR}), desk.at)[owner]
        tell(
            desk,
            NoticeKind.REVIEW_DUE,
            people,
            about=due.publication.version_id,
            guideline_id=due.guideline.id,
            version_id=due.publication.version_id,
            due_on=due.due_on.isoformat(),
        )
    connection = desk.session.connection()
    connection.execute(delete(Job).where(col(Job.done_at) < desk.at - KEPT))
    connection.execute(delete(MailLink).where(col(MailLink.expires_at) < desk.at - KEPT))


def plan(desk: Desk, payload: dict[str, Any]) -> None:
    """Plans the deadlines of one version anew: its people or the calendar may have changed."""
    found = queries.standing(desk.session, payload["version"], desk.at)
    if found.state is State.IN_REVIEW:
        plan_deadlines(desk, found)


def _deadline(desk: Desk, payload: dict[str, Any]) -> tuple[Standing, Deadline | None]:
    """The deadline if it still stands: another day is another job."""
    found = queries.standing(desk.session, payload["version"], desk.at)
    due_on = date.fromisoformat(payload["due_on"])
    standing = (
        deadline
        for deadline in deadlines_of(desk, found)
        if deadline.requirement.id == payload["requirement"] and deadline.due_on == due_on
    )
    return found, next(standing, None)


def _tell(desk: Desk, kind: NoticeKind, people: Iterable[str], found: Standing, deadline: Deadline) -> None:
    need, due_on = deadline.requirement, deadline.due_on.isoformat()
    tell(
        desk,
        kind,
        people,
        about=f"{found.version.id}:{need.id}:{due_on}",
        guideline_id=found.guideline.id,
        version_id=found.version.id,
        team=need.team,
        requirement=need.id,
        due_on=due_on,
    )
