"""Suggestions on the review page, without scripts: read, accepted, rejected, taken back, on what the page showed."""

import pytest
from sqlalchemy import Engine

from guidelines import authority, suggestion_rows
from guidelines.document import plain_text
from tests.api.browsing import Company
from tests.workflow.test_suggesting import added
from workflow import suggesting

REVIEW = "/versions/v1/review"


@pytest.fixture
def company(engine: Engine) -> Company:
    built = Company(engine)
    with built.acting() as house:
        house.create()
        house.submit("v1")
        suggestion_rows.open_session(house.session, "v1", house.actor("julie"), key="julie", at=house.tick())
    suggest(built, "Always ", 11, "julie.1")
    return built


def suggest(company: Company, words: str, position: int, name: str) -> None:
    with company.acting() as house:
        suggesting.may_suggest(house.session, house.actor("julie"), "v1")
        revision = authority.open_document(house.session, "v1").revision
        authority.receive(
            house.session, "v1", actor=house.actor("julie"), ref=f"s{revision}", base_revision=revision,
            steps_json=[added(position, words, name)], at=house.tick(), cause="suggest", note="Not only <once>.",
        )  # fmt: skip


def text(company: Company) -> str:
    with company.acting() as house:
        return plain_text(authority.open_document(house.session, "v1").document)


def test_the_owner_team_accepts_on_the_page_and_the_text_says_it(company: Company) -> None:
    mathieu = company.visitor("mathieu")
    page = mathieu.read(REVIEW)
    assert "Open suggestions" in page.words
    assert "Not only <once>." in page.words
    assert "Always Ask first." not in text(company)
    after = mathieu.send(page, "/suggestions", accept="julie.1", reject="")
    assert after.status == 200
    assert "Open suggestions" not in after.words
    assert "Always Ask first." in text(company)


def test_whoever_suggested_may_only_take_it_back(company: Company) -> None:
    julie = company.visitor("julie")
    page = julie.read(REVIEW)
    assert "Withdraw" in page.words
    refused = julie.send(page, "/suggestions", 403, accept="julie.1", reject="")
    assert "Open suggestions" in refused.words
    after = julie.send(julie.read(REVIEW), "/suggestions", accept="", reject="julie.1")
    assert "Open suggestions" not in after.words


def test_a_suggestion_that_changed_since_the_page_was_read_is_not_decided(company: Company) -> None:
    mathieu = company.visitor("mathieu")
    page = mathieu.read(REVIEW)
    suggest(company, "never ", 18, "julie.1")
    refused = mathieu.send(page, "/suggestions", 409, accept="julie.1", reject="")
    assert "no longer the one you had before you" in refused.words
    assert "Ask first." in text(company)
    assert "Always" not in text(company)
