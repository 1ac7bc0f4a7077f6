"""Words that a commit carries into another section bring their authors along."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from api.database import transaction
from guidelines import authority, projection, queries
from guidelines.document import Node
from guidelines.moved_words import sources
from tests.builders import doc, h1, p
from tests.workflow.house import House, found

CALM = p("Answer within the day, calmly and in full.")
ASK = p("Ask the press office before you speak.")
TWO = p("Two words.")


def blocks(*sections: tuple[str, list[Node]]) -> dict[str, list[Node]]:
    return dict(sections)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param({"a": [CALM, ASK]}, {"a": [CALM], "b": [ASK]}, {"b": {"a"}}, id="a section is split"),
        pytest.param({"a": [CALM], "b": [ASK]}, {"a": [CALM, ASK]}, {"a": {"b"}}, id="two are joined"),
        pytest.param({"a": [CALM, ASK], "b": []}, {"a": [ASK], "b": [CALM]}, {"b": {"a"}}, id="a block is dragged"),
        pytest.param({"a": [CALM, TWO], "b": []}, {"a": [CALM], "b": [TWO]}, {"b": {"a"}}, id="a short block too"),
        pytest.param({"a": [CALM], "b": [ASK]}, {"a": [ASK], "b": [CALM]}, {"a": {"b"}, "b": {"a"}}, id="swapped"),
        pytest.param({"a": [p("Be brief.")], "b": []}, {"a": [p("Be kind.")], "b": [ASK]}, {}, id="two edits"),
        pytest.param({"a": [CALM], "b": [ASK]}, {"a": [CALM], "b": [ASK, CALM]}, {}, id="copied, not carried"),
        pytest.param({}, {"a": [CALM]}, {}, id="written anew"),
    ],
)
def test_a_section_gains_words_from_the_one_that_lost_them(
    before: dict[str, list[Node]], after: dict[str, list[Node]], expected: dict[str, set[str]]
) -> None:
    assert sources(before, after) == {section: frozenset(others) for section, others in expected.items()}


@pytest.fixture
def house(engine: Engine) -> Iterator[House]:
    with transaction(engine) as session:
        yield found(session)


def contributors(house: House, version_id: str) -> dict[str, frozenset[str]]:
    row = queries.version(house.session, version_id)
    document = authority.open_document(house.session, version_id).document
    return queries.contributors_of(house.session, row, queries.slice_hashes(row, document))


def step(house: House, by: str, value: dict[str, object]) -> None:
    revision = authority.open_document(house.session, "v1").revision
    authority.receive(
        house.session, "v1", actor=house.actor(by), ref=f"{by}-{revision}", base_revision=revision,
        steps_json=[value], at=house.tick(),
    )  # fmt: skip


def test_a_lawyers_words_stay_hers_when_a_heading_is_put_before_them(house: House) -> None:
    house.create(doc(h1("Speaking", id="s1"), p("Ask first.")))
    house.write("v1", "julie", 21, " Name no client without consent.")
    heading = {"type": "heading", "attrs": {"level": 1, "id": "s2"}, "content": [{"type": "text", "text": "Clients"}]}
    cut = {"content": [{"type": "paragraph"}, heading, {"type": "paragraph", "attrs": {"id": "p2"}}], "openStart": 1,
           "openEnd": 1}  # fmt: skip
    step(house, "mathieu", {"stepType": "replace", "from": 21, "to": 21, "slice": cut})
    assert {"julie", "mathieu"} <= contributors(house, "v1")["s2"]
    assert projection.differences(house.session, queries.version(house.session, "v1")) == []


def test_undoing_the_split_leaves_no_trace_of_who_split(house: House) -> None:
    house.create(doc(h1("Speaking", id="s1"), p("Ask first.", id="p1"), p("Name no client.", id="p2")))
    before = contributors(house, "v1")["s1"]
    step(house, "mathieu", {"stepType": "attr", "pos": 0, "attr": "level", "value": 2})
    step(house, "mathieu", {"stepType": "attr", "pos": 0, "attr": "level", "value": 1})
    assert contributors(house, "v1")["s1"] == before
