"""REST: what a guideline was begun with is changed until readers have it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.api.programs import Company
from tests.api.test_rest_refusals import API, refused


@pytest.fixture
def company(engine: Engine) -> Iterator[Company]:
    built = Company(engine)
    with built.client:
        yield built


def test_what_is_left_out_of_a_change_stays(company: Company) -> None:
    company.begin()
    at = f"{API}/guidelines/charter"
    before = company.get(at, "aicha")
    changed = company.ask("PATCH", at, "aicha", json={"title": "Our charter", "language": "fr", "shelf": "Parler"})
    assert changed.status_code == 200
    assert changed.json() | {"versions": None, "moving": None} == before | {
        "title": "Our charter", "language": "fr", "shelf": "Parler", "versions": None, "moving": None,
    }  # fmt: skip
    events = [event["kind"] for event in company.get(f"{at}/events", "aicha")["items"]]
    assert events == ["guideline_created", "meta_changed", "guideline_moved"]
    company.ask("PATCH", at, "aicha", json={"title": "Our charter", "language": "fr"})
    assert len(company.get(f"{at}/events", "aicha")["items"]) == 3


def test_an_address_left_empty_is_made_from_the_title_that_comes_with_it(company: Company) -> None:
    company.begin()
    answer = company.ask("PATCH", f"{API}/guidelines/charter", "aicha", json={"title": "À table", "slug": ""})
    assert answer.json()["slug"] == "a-table"


def test_who_may_not_change_a_guideline_and_when(company: Company) -> None:
    version_id = company.begin()
    at = f"{API}/guidelines/charter"
    asked = {"json": {"slug": "elsewhere"}}
    assert refused(company.ask("PATCH", at, "julie", **asked)) == (403, "not_permitted")
    assert refused(company.ask("PATCH", at, "ines", **asked)) == (404, "unknown_guideline")
    assert refused(company.ask("PATCH", at, "aicha", json={"slug": "search"})) == (422, "invalid_field")
    assert refused(company.ask("PATCH", at, "aicha", json={"owner_team": "legal"})) == (403, "not_permitted")
    company.post(f"{API}/versions/{version_id}/submit", "aicha")
    assert refused(company.ask("PATCH", at, "aicha", **asked)) == (409, "wrong_state")
    company.post(f"{API}/versions/{version_id}/reopen", "aicha", {"remark": ""})
    company.publish(version_id)
    assert refused(company.ask("PATCH", at, "aicha", **asked)) == (409, "place_stands")
    company.post(f"{at}/drafts", "aicha", status=201)
    assert refused(company.ask("PATCH", at, "aicha", **asked)) == (409, "place_stands")
    assert company.ask("PATCH", at, "aicha", json={"title": "Still free"}).json()["title"] == "Still free"
