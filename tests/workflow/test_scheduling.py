"""Publication on a day: checked when it is promised, checked again on the day, off when what it rests on goes."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from api.database import transaction
from guidelines.errors import InvalidField
from guidelines.tables import Job, Publication
from tests.workflow.house import House, found
from workflow import classing, drafts, events, queries, review, scheduling, signing
from workflow.audit import audit
from workflow.errors import NotPermitted, NumberTooLow, SignOffsMissing, WrongState
from workflow.machine import Action
from workflow.possible import possible
from workflow.tables import Schedule

DAY = datetime(2026, 11, 9, tzinfo=UTC)


@pytest.fixture
def house(engine: Engine) -> Iterator[House]:
    """The charter in force, and a second version that is signed."""
    with transaction(engine) as session:
        built = found(session)
        built.first_edition()
        built.draft("v2")
        built.write("v2", "mathieu", 11, "Always ")
        built.submit("v2")
        built.approve("v2", "camille", "comms")
        built.approve("v2", "julie", "legal")
        yield built


def promise(house: House, by: str = "aicha", due_at: datetime = DAY, **more: str) -> Schedule:
    return scheduling.schedule(
        house.session, house.actor(by), "v2", day=due_at.date(), due_at=due_at, at=house.tick(), **more
    )  # type: ignore[arg-type]


def comes(house: House, row: Schedule, at: datetime = DAY) -> Publication | None:
    house.now = max(house.now, at)
    return scheduling.publish_on_day(house.session, row.seq or 0, at=at, today=at.date())


def state(house: House) -> str:
    return queries.state_of(house.session, "v2").state


def told(house: House) -> list[tuple[str, object]]:
    return [(event.kind, json.loads(event.data).get("because")) for event in events.history(house.session, "g")]


def test_the_day_publishes_what_was_promised_and_supersedes_the_version_before(house: House) -> None:
    row = promise(house, change_note="Ask always.")
    assert state(house) == "scheduled"
    in_force = queries.published(house.session, "g")
    assert in_force is not None
    assert in_force.version_id == "v1"
    published = comes(house, row)
    assert published is not None
    assert (published.major, published.effective_on, published.change_note) == (2, DAY.date(), "Ask always.")
    assert (published.published_by, published.published_at) == ("aicha", DAY)
    assert (state(house), queries.state_of(house.session, "v1").state) == ("published", "superseded")
    assert audit(house.session, "g") == []


def test_a_promise_puts_one_job_aside_for_the_beginning_of_the_day(house: House) -> None:
    row = promise(house)
    jobs = house.session.exec(select(Job).where(Job.kind == scheduling.JOB)).all()
    assert [(job.key, job.run_at, json.loads(job.payload)) for job in jobs] == [
        (f"publish_on_day:{row.seq}", DAY, {"schedule": row.seq})
    ]


def test_a_promise_needs_what_publishing_needs(house: House) -> None:
    with pytest.raises(InvalidField):
        promise(house, due_at=house.now)
    with pytest.raises(NotPermitted):
        promise(house, by="mathieu")
    with pytest.raises(NumberTooLow):
        promise(house, number="minor")
    signing.retract(house.session, house.actor("julie"), "v2", team="legal", language="en", at=house.tick())
    with pytest.raises(SignOffsMissing):
        promise(house)


def test_a_sign_off_taken_back_takes_the_day_away_at_once(house: House) -> None:
    row = promise(house)
    signing.retract(house.session, house.actor("julie"), "v2", team="legal", language="en", at=house.tick())
    assert state(house) == "in_review"
    assert told(house)[-2:] == [("date_held", "sign_off_retracted"), ("sign_off_retracted", None)]
    assert comes(house, row) is None
    assert state(house) == "in_review"
    assert audit(house.session, "g") == []


def test_a_class_that_is_contested_takes_the_day_away_at_once(house: House) -> None:
    house.agree("v2")
    row = promise(house)
    classing.contest_class(house.session, house.actor("julie"), "v2", reason="It is more.", at=house.tick())
    assert (state(house), comes(house, row)) == ("in_review", None)
    assert audit(house.session, "g") == []


def test_the_day_checks_again_and_what_does_not_hold_is_not_published(house: House) -> None:
    """The version that it began from is withdrawn and another one comes into force first: nobody compared the two."""
    row = promise(house)
    state_row = queries.state_of(house.session, "v1")
    review.withdraw(house.session, house.actor("aicha"), "v1", reason="Unlawful.", at=house.tick())
    house.session.refresh(state_row)
    assert comes(house, row) is None
    assert state(house) == "in_review"
    assert told(house)[-1] == ("date_held", "signoffs_missing")
    assert queries.published(house.session, "g") is None
    assert audit(house.session, "g") == []


def test_what_was_promised_before_the_text_was_taken_back_publishes_nothing(house: House) -> None:
    first = promise(house)
    review.reopen(house.session, house.actor("aicha"), "v2", at=house.tick())
    assert comes(house, first) is None
    house.now = datetime(2026, 11, 10, tzinfo=UTC)
    house.submit("v2")
    second = promise(house, due_at=DAY + timedelta(days=9))
    assert comes(house, first, DAY + timedelta(days=9)) is None, "the older promise is no promise any more"
    assert comes(house, second, DAY + timedelta(days=8)) is None, "the day has not come"
    assert comes(house, second, DAY + timedelta(days=9)) is not None
    assert comes(house, second, DAY + timedelta(days=9)) is None, "once"


def test_a_scheduled_text_is_neither_edited_nor_published_by_hand_nor_given_another_day(house: House) -> None:
    promise(house)
    with pytest.raises(WrongState):
        drafts.may_edit(house.session, house.actor("mathieu"), "v2")
    with pytest.raises(WrongState):
        house.publish("v2")
    with pytest.raises(WrongState):
        promise(house)
    may = possible(queries.standing(house.session, "v2", house.now), house.actor("aicha"))
    assert {action for action, refusal in may.items() if refusal is None} == {
        Action.REQUEST_CHANGES, Action.REOPEN, Action.WITHDRAW,
    }  # fmt: skip


def test_a_scheduled_text_can_be_withdrawn(house: House) -> None:
    row = promise(house)
    review.withdraw(house.session, house.actor("aicha"), "v2", reason="Not now.", at=house.tick())
    assert (comes(house, row), state(house)) == (None, "withdrawn")
    assert [one.seq for one in house.session.exec(select(Schedule).order_by(col(Schedule.seq)))] == [row.seq]
