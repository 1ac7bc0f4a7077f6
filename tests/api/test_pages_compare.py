"""Two published versions compared: what changed stands open, what did not is folded and counted, without scripts."""

import re

import pytest
from sqlalchemy import Engine

from tests.api.browsing import Company
from tests.builders import doc, h1, p

SECTIONS = [part for n in range(6) for part in (h1(f"Part {n}", id=f"s{n}"), p(f"Words of {n}."))]
COMPARE = "/handbook/charter/compare?old=1.0&new=1.1"


@pytest.fixture
def company(engine: Engine) -> Company:
    built = Company(engine)
    with built.acting() as house:
        house.create(doc(p("We begin."), *SECTIONS))
        house.submit("v1")
        house.approve("v1", "mathieu", "comms")
        house.approve("v1", "julie", "legal")
        house.publish("v1")
        house.draft("v2")
        house.write("v2", "aicha", place_of(house, "v2", "Words of 3."), "New ")
        house.submit("v2")
        house.approve("v2", "mathieu", "comms")
        house.approve("v2", "julie", "legal")
        house.agree("v2")
        house.publish("v2")
    return built


def place_of(house: object, version_id: str, words: str) -> int:
    from guidelines import authority, steps

    document = authority.open_document(house.session, version_id).document  # type: ignore[attr-defined]
    found: list[int] = []
    steps.tree_of(document).descendants(
        lambda node, position, _parent, _index: found.append(position) if node.is_text and node.text == words else None
    )
    return found[0]


def test_sections_that_did_not_change_are_folded_and_counted(company: Company) -> None:
    page = company.visitor(None).read(COMPARE)
    folds = re.findall(r"<details class=\"unchanged-fold\">.*?</details>", page.answer.text, re.DOTALL)
    assert ["4 unchanged sections" in folds[0], "2 unchanged sections" in folds[1]] == [True, True]
    assert "Part 4 and Part 5" in page.words
    assert "We begin." in folds[0]
    assert ("Part 3" in "".join(folds), "Part 3" in page.words) == (False, True)
    for n in range(6):
        assert page.ids.count(f"s{n}") == 1


def test_versions_that_are_the_same_are_read_unfolded(company: Company) -> None:
    page = company.visitor(None).read("/handbook/charter/compare?old=1.1&new=1.1")
    assert "7 unchanged sections" in page.words
    assert '<details class="unchanged-fold" open>' in page.answer.text
    assert (
        "7 sections inchangées" in company.visitor(None, "fr").read("/handbook/charter/compare?old=1.1&new=1.1").words
    )
