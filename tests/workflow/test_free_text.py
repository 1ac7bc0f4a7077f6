"""What is typed beside a document reads as it is stored: no hidden sign turns its direction, wherever it is typed."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from api import people, tokens
from api.database import transaction
from api.errors import InvalidPeopleFile, InvalidRequest
from guidelines import discussion, queries
from guidelines.errors import InvalidField
from guidelines.free_text import turns
from guidelines.schema import text_fault
from tests.workflow.house import House, found
from workflow import review, signing

#: Said backwards from the third letter on.
TURNED = "We\u202eeerga"


def opens(house: House) -> None:
    discussion.open_thread(
        house.session, house.actor("julie"), "v1", thread_id="t", comment_id="c", text=TURNED, at=house.tick()
    )


def replies(house: House) -> None:
    thread = discussion.open_thread(
        house.session, house.actor("julie"), "v1", thread_id="t", comment_id="c", text="Why?", at=house.tick()
    )
    discussion.reply(house.session, house.actor("julie"), thread, comment_id="d", text=TURNED, at=house.tick())


def asks_for_changes(house: House) -> None:
    house.submit("v1")
    review.request_changes(house.session, house.actor("julie"), "v1", remark=TURNED, at=house.tick())


def reopens(house: House) -> None:
    house.submit("v1")
    review.reopen(house.session, house.actor("aicha"), "v1", remark=TURNED, at=house.tick())


def retracts(house: House) -> None:
    house.submit("v1")
    house.approve("v1", "julie", "legal")
    signing.retract(
        house.session, house.actor("julie"), "v1", team="legal", language="en", remark=TURNED, at=house.tick()
    )


def withdraws(house: House) -> None:
    review.withdraw(house.session, house.actor("aicha"), "v1", reason=TURNED, at=house.tick())


def notes_what_changed(house: House) -> None:
    house.submit("v1")
    house.approve("v1", "mathieu", "comms")
    house.approve("v1", "julie", "legal")
    at = house.tick()
    review.publish(
        house.session, house.actor("aicha"), "v1", number="major", change_note=TURNED, at=at, today=at.date()
    )


@pytest.mark.parametrize(
    "act", [opens, replies, asks_for_changes, reopens, retracts, withdraws, notes_what_changed]
)  # fmt: skip
def test_words_that_turn_are_refused_as_what_they_are(engine: Engine, act: Callable[[House], None]) -> None:
    with transaction(engine) as session:
        house = found(session)
        house.create()
        with pytest.raises(InvalidField) as refusal:
            act(house)
        assert refusal.value.facts["problem"] == "turning"
        assert queries.version(session, "v1").title == "Charter"


def test_names_of_people_teams_and_tokens_that_turn_are_refused(engine: Engine) -> None:
    with transaction(engine) as session:
        house = found(session)
        at = house.tick()
        for act in (
            lambda: people.add_person(session, name=TURNED, email="e@x.example", language="en", at=at),
            lambda: people.add_team(session, "press", name_fr="Presse", name_en=TURNED),
            lambda: tokens.create(session, "julie", TURNED, life=None, at=at),
        ):
            with pytest.raises(InvalidRequest) as refusal:
                act()
            assert refusal.value.facts["fields"] == [("name", "turning")]
        with pytest.raises(InvalidPeopleFile):
            people.read_people(f"name,email\n{TURNED},e@x.example\n".encode(), [])


@given(st.characters(exclude_categories=["Cs", "Cc", "Cn"]))
def test_the_rule_is_that_of_documents(sign: str) -> None:
    assert turns(f"a{sign}b") == ("turns" in (text_fault(sign) or ""))
