"""Deadlines in working days: one reminder, one escalation to the lead, then the administrator, as the clock moves."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from sqlmodel import select

from api.database import transaction
from api.job_kinds import KINDS
from api.jobs.runner import Runner
from api.working_days import is_known, morning_of, works_in
from guidelines.people import Role
from guidelines.tables import Membership
from tests.jobs.office import Office, text_of, to
from workflow.deadlines import after_months, after_working_days, team_led

#: Submitted on Monday 2 November 2026; Wednesday the 11th is a holiday in France.
DUE = date(2026, 11, 9)


def day(number: int, hour: int = 9) -> datetime:
    return datetime(2026, 11, number, hour, tzinfo=UTC)


def due(office: Office) -> list[tuple[str, str]]:
    return [one for one in office.notices() if one[1] in ("reminder", "escalation")]


def test_there_is_one_reminder_one_escalation_to_the_lead_and_one_to_the_administrator(office: Office) -> None:
    office.submitted()
    hosts = [office.runner, *(Runner(office.services, KINDS) for _ in range(2))]
    told: dict[tuple[str, str], date] = {}
    moment = day(2, 10)
    for hours in range(0, 24 * 14, 6):
        office.now = moment.replace(day=2 + hours // 24, hour=hours % 24)
        for host in hosts:
            host.run_due()
        for one in due(office):
            told.setdefault(one, office.now.date())
    reminded = {person for person, kind in told if kind == "reminder"}
    assert {"julie", "samuel", "lea"} <= reminded
    assert "aicha" not in reminded
    assert {told[person, "reminder"] for person in reminded} == {date(2026, 11, 6)}
    assert told["lea", "escalation"] == date(2026, 11, 10)
    # The administrator: at once for the team without a lead, two working days later for the other.
    assert told["olga", "escalation"] == date(2026, 11, 10)
    counted = Counter(due(office))
    assert counted.pop(("olga", "escalation")) == 2
    assert set(counted.values()) == {1}


def test_who_signs_in_time_is_not_reminded_and_nobody_hears_of_it(office: Office) -> None:
    office.submitted()
    office.work()
    with office.house() as house:
        house.approve("v1", "julie", "legal")
        house.approve("v1", "mathieu", "comms")
    for number in range(3, 20):
        office.until(day(number, 10))
    assert due(office) == []


def test_a_clock_that_jumps_past_everything_escalates_without_reminding(office: Office) -> None:
    office.submitted()
    office.work()
    office.until(day(30))
    assert {kind for _, kind in due(office)} == {"escalation"}
    assert office.until(day(30, 12)) is not None
    before = due(office)
    office.until(day(2, 9))
    office.until(day(30))
    assert due(office) == before


def test_without_a_lead_the_administrators_are_told_at_once(office: Office) -> None:
    with transaction(office.engine) as session:
        for row in session.exec(select(Membership).where(Membership.role == Role.LEAD)):
            row.until_at = office.now
    office.submitted()
    office.work()
    office.until(day(10))
    assert ("olga", "escalation") in due(office)


def test_the_reminder_is_mailed_with_the_redline_and_the_day(office: Office) -> None:
    office.submitted()
    office.work()
    office.work(minutes=10)
    office.until(day(6))
    arrived = office.work(minutes=10)
    julie = next(one for one in arrived if to([one]) == ["julie"])
    assert julie["Subject"] == "“Charter”: the sign-off for legal is due on 9 November 2026"
    assert "Speaking" in text_of(julie)


def test_a_text_in_force_is_to_be_looked_at_again_once(office: Office) -> None:
    with office.house() as house:
        house.first_edition()
    office.work()
    for moment in (
        datetime(2027, 10, 1, tzinfo=UTC),
        datetime(2028, 11, 3, tzinfo=UTC),
        datetime(2028, 12, 3, tzinfo=UTC),
    ):
        office.until(moment)
        office.work(minutes=10)
    told = office.notices(kind="review_due")
    assert sorted(told) == [("aicha", "review_due"), ("camille", "review_due"), ("mathieu", "review_due")]


@pytest.mark.parametrize(
    ("day", "count", "then"),
    [
        (date(2026, 12, 24), 1, date(2026, 12, 28)),  # Christmas is a Friday
        (date(2026, 11, 10), 1, date(2026, 11, 12)),
        (date(2026, 11, 12), -1, date(2026, 11, 10)),
        (date(2026, 11, 7), 1, date(2026, 11, 9)),
        (date(2026, 5, 13), 1, date(2026, 5, 15)),  # Ascension
    ],
)
def test_working_days_leave_out_weekends_and_the_holidays_of_france(day: date, count: int, then: date) -> None:
    assert after_working_days(day, count, works_in("FR")) == then


def test_the_calendar_is_that_of_the_configuration() -> None:
    good_friday = date(2026, 4, 3)
    assert works_in("FR")(good_friday)
    assert not works_in("FR-57")(good_friday)
    assert works_in("")(date(2026, 12, 25))
    assert not is_known("XX")
    assert morning_of(date(2026, 7, 1)).astimezone(UTC).hour == 6


def test_months_end_where_the_month_ends() -> None:
    assert after_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert after_months(date(2027, 12, 31), 2) == date(2028, 2, 29)
    assert after_months(date(2026, 11, 30), 12) == date(2027, 11, 30)
    assert team_led("legal-lead") == "legal"
