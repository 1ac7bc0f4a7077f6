"""The number in the top bar: on every page of a signed-in person the one that their home page says."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from api import waiting
from api.database import transaction
from guidelines.people import Role
from guidelines.tables import Membership
from tests.api.browsing import Company, Page

REVIEW = "/versions/v1/review"
PEOPLE = ("aicha", "mathieu", "julie", "samuel", "ines")
ELSEWHERE = ("/handbook", "/preferences", "/handbook/search")


@pytest.fixture
def company(engine: Engine) -> Company:
    return Company(engine)


def counted(page: Page) -> int:
    found = re.search(r'class="count">(\d+)', page.answer.text)
    return int(found[1]) if found else 0


def strayed(company: Company) -> list[tuple[str, str, int, int]]:
    """Where the bar says another number than the home page: (person, page, bar, home)."""
    found = []
    for name in PEOPLE:
        visitor = company.visitor(name)
        bars = {path: counted(visitor.read(path)) for path in ELSEWHERE}
        home = counted(visitor.read("/"))
        found += [(name, path, bar, home) for path, bar in bars.items() if bar != home]
    return found


def story(company: Company) -> Iterator[str]:
    """The life of a text, and of a role; yields what has just happened."""
    aicha, mathieu, julie = (company.visitor(name) for name in ("aicha", "mathieu", "julie"))
    with company.acting() as house:
        house.create()
    yield "begun"
    with company.acting() as house:
        house.submit("v1")
    yield "submitted"
    julie.send(julie.read(REVIEW), "/threads", section="s1", quote="", text="Whom?")
    yield "commented"
    aicha.send(aicha.read(REVIEW), "/reply", text="The press office.")
    yield "answered"
    julie.send(julie.read(REVIEW), "/resolve")
    yield "resolved"
    for visitor in (julie, mathieu):
        visitor.send(visitor.read(REVIEW), "/approve", sections="")
        yield "signed"
    with transaction(company.engine) as session:
        held = select(Membership).where(Membership.person_id == "aicha", Membership.role == Role.PUBLISHER)
        session.exec(held).one().until_at = company.now + timedelta(minutes=1)
    yield "a role that ends soon"
    company.now += timedelta(minutes=10)
    yield "a role ended"
    with transaction(company.engine) as session:
        session.add(Membership(person_id="aicha", role=Role.PUBLISHER, team_id="comms", from_at=company.now))
    yield "a role given"
    aicha.send(aicha.read(REVIEW), "/publish", number="major")
    yield "published"
    julie.send(julie.read("/handbook/charter"), "/confirm", read="yes")
    yield "confirmed"


def test_the_bar_says_on_every_page_what_the_home_page_says_whatever_happens(company: Company) -> None:
    told = {what: strayed(company) for what in story(company)}
    assert len(told) == 11
    assert not {what: where for what, where in told.items() if where}


def test_the_number_changes_as_the_story_goes_and_is_remembered_between(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: list[int] = []
    real: Callable[..., object] = waiting.tasks_of
    monkeypatch.setattr(waiting, "tasks_of", lambda *given: counts.append(1) or real(*given))
    julie = company.visitor("julie")
    numbers = []
    for _ in story(company):
        numbers.append(counted(julie.read("/handbook")))
        before = len(counts)
        assert counted(julie.read("/handbook")) == numbers[-1]
        assert len(counts) == before
    assert numbers[:2] == [0, 1]
    assert len(set(numbers)) > 1


def test_the_law_sees_a_number_that_is_remembered_for_too_long(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "_pulse", lambda _work: "still")
    assert any(strayed(company) for _ in story(company))
