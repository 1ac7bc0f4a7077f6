"""A day for publication by forms and by REST; the job that comes on it publishes, seals, and the handbook has it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from api.database import transaction
from api.days import beginning_of
from api.job_kinds import KINDS
from api.jobs.kinds import Desk, Inside
from guidelines.tables import Job
from tests.api.browsing import Company
from workflow import queries, scheduling
from workflow.tables import Seal

REVIEW = "/versions/v1/review"


@pytest.fixture
def company(engine: Engine) -> Company:
    built = Company(engine)
    with built.acting() as house:
        house.create()
        house.submit("v1")
        house.approve("v1", "mathieu", "comms")
        house.approve("v1", "julie", "legal")
    return built


def test_a_day_begins_at_midnight_where_the_company_is() -> None:
    assert beginning_of(date(2026, 12, 1)) == datetime(2026, 11, 30, 23, tzinfo=UTC)
    assert beginning_of(date(2026, 7, 1)) == datetime(2026, 6, 30, 22, tzinfo=UTC)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_publisher_sets_a_day_and_the_day_publishes(company: Company, language: str) -> None:
    aicha = company.visitor("aicha", language)
    day = (company.now + timedelta(days=7)).date()
    page = aicha.send(aicha.read(REVIEW), "/publish", day=day.isoformat())
    assert ("A day is set" if language == "en" else "Une date est fixée") in page.words
    assert not page.offers("/publish")
    julie = company.visitor("julie", language)
    assert julie.read(REVIEW).offers("/retract"), "what the day rests on can still be taken back"
    assert "Charter" not in company.visitor(None).read("/handbook").words
    with transaction(company.engine) as session:
        job = session.exec(select(Job).where(Job.kind == scheduling.JOB)).one()
        assert job.run_at == beginning_of(day)
        kind = KINDS[job.kind]
        assert isinstance(kind, Inside)
        kind.run(Desk(session, job.run_at, company.app.state.services), {"schedule": 1})
    with transaction(company.engine) as session:
        assert queries.published(session, "g") is not None
        assert session.exec(select(Seal)).one().version_id == "v1"
    assert "Charter" in company.visitor(None).read("/handbook").words


def test_a_day_that_has_begun_is_refused_with_what_was_typed(company: Company) -> None:
    aicha = company.visitor("aicha")
    page = aicha.send(
        aicha.read(REVIEW), "/publish", status=422, day=company.now.date().isoformat(), change_note="New."
    )
    assert "begun already" in page.words
    assert page.form("/publish").fields["change_note"] == "New."
    aicha.send(aicha.read(REVIEW), "/publish", status=422, day="soon")
