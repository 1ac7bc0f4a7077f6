"""Who wrote a section: those whose words stand there or who took words away, and those from whom words were pasted."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, update
from sqlalchemy.pool import StaticPool
from sqlmodel import SQLModel

from api import triggers
from api.database import transaction
from guidelines import authority, projecting, projection, provenance, queries
from guidelines.tables import SectionRevision
from tests.builders import doc, h1, p
from tests.workflow.house import House, found

LONG = "Name no client without their written consent."
TEXT = doc(h1("Speaking", id="s1"), p("Ask first.", id="p1"), h1("Pictures", id="s2"), p("Wait.", id="p2"))
TWO = {"content": [{"type": "paragraph"}, {"type": "paragraph", "attrs": {"id": "new"}}], "openStart": 1, "openEnd": 1}


@pytest.fixture
def house(engine: Engine) -> Iterator[House]:
    """Version v2 is a draft from the words in force: nobody has written in it yet."""
    with transaction(engine) as session:
        yield in_draft(found(session))
        row = queries.version(session, "v2")
        assert projection.differences(session, row) == []


def in_draft(house: House) -> House:
    house.create(TEXT)
    house.submit("v1")
    house.approve("v1", "mathieu", "comms")
    house.approve("v1", "julie", "legal")
    house.publish("v1")
    house.draft("v2")
    return house


def contributors(house: House) -> dict[str, frozenset[str]]:
    row = queries.version(house.session, "v2")
    document = authority.open_document(house.session, "v2").document
    return queries.contributors_of(
        house.session, row, queries.slice_hashes(row, document), anchor_version_id=row.base_version_id
    )


def end_of(house: House, block: str) -> int:
    place = 0
    for child in authority.open_document(house.session, "v2").tree.content.content:
        place += child.node_size
        if child.attrs["id"] == block:
            return place - 1
    raise LookupError(block)


def put(house: House, by: str, block: str, slice_: dict[str, Any] | str, back: int = 0) -> None:
    place = end_of(house, block) - back
    content = {"content": [{"type": "text", "text": slice_}]} if isinstance(slice_, str) else slice_
    house.step("v2", by, {"stepType": "replace", "from": place, "to": place, "slice": content})


def cut(house: House, by: str, block: str, length: int, back: int = 0) -> None:
    place = end_of(house, block) - back
    house.step("v2", by, {"stepType": "replace", "from": place - length, "to": place})


def test_who_made_the_empty_line_did_not_write_what_a_colleague_types_there(house: House) -> None:
    put(house, "aicha", "p1", TWO)
    assert contributors(house)["s1"] == set()
    put(house, "julie", "new", "Then speak.")
    assert contributors(house)["s1"] == {"julie"}


def test_who_took_back_all_that_they_typed_wrote_nothing_even_where_others_wrote_on(house: House) -> None:
    put(house, "aicha", "p1", " Always.")
    put(house, "julie", "p1", " Or wait.")
    assert contributors(house)["s1"] == {"aicha", "julie"}
    cut(house, "aicha", "p1", len(" Always."), back=len(" Or wait."))
    assert contributors(house)["s1"] == {"julie"}


def test_who_takes_away_words_that_were_there_has_written_and_so_has_whose_words_a_colleague_took(house: House) -> None:
    cut(house, "aicha", "p1", len(" first."))
    assert contributors(house)["s1"] == {"aicha"}
    put(house, "julie", "p2", " Do not.")
    put(house, "mathieu", "p2", " Please.")
    cut(house, "aicha", "p2", len(" not."), back=len(" Please."))
    assert contributors(house)["s2"] == {"aicha", "julie", "mathieu"}


def test_words_cut_by_one_and_pasted_later_by_another_stay_theirs_who_wrote_them(house: House) -> None:
    put(house, "julie", "p1", f" {LONG}")
    cut(house, "mathieu", "p1", len(LONG))
    put(house, "camille", "p2", " Not yet.")
    put(house, "mathieu", "p2", f" {LONG}")
    assert contributors(house)["s2"] == {"julie", "camille", "mathieu"}


def test_they_stay_theirs_when_their_writer_cut_them_and_nothing_of_them_is_left_where_they_stood(house: House) -> None:
    put(house, "julie", "p1", f" {LONG}")
    cut(house, "julie", "p1", len(LONG) + 1)
    assert contributors(house)["s1"] == set()
    put(house, "mathieu", "p2", f" {LONG}")
    assert contributors(house)["s2"] == {"julie", "mathieu"}


def test_they_stay_theirs_through_a_second_journey_and_back_into_the_same_section(house: House) -> None:
    put(house, "julie", "p1", f" {LONG}")
    cut(house, "mathieu", "p1", len(LONG))
    put(house, "mathieu", "p2", f" {LONG}")
    cut(house, "camille", "p2", len(LONG))
    put(house, "camille", "s1", f" {LONG}")
    assert {"julie", "camille"} <= contributors(house)["s1"]


def test_words_deleted_letter_by_letter_are_known_again_when_they_are_pasted(house: House) -> None:
    put(house, "julie", "p1", f" {LONG}")
    for _ in LONG:
        cut(house, "mathieu", "p1", 1)
    put(house, "mathieu", "p2", f" {LONG}")
    assert contributors(house)["s2"] == {"julie", "mathieu"}


def test_words_copied_from_where_they_stand_stay_theirs_who_wrote_them(house: House) -> None:
    put(house, "julie", "p1", f" {LONG}")
    put(house, "mathieu", "p2", f" {LONG}")
    assert contributors(house)["s2"] == {"julie", "mathieu"}


@pytest.mark.parametrize("words", ["Ask first.", "Do ask all of us.", "We tell every journalist the truth."])
def test_a_few_words_or_other_words_are_their_writers_alone(house: House, words: str) -> None:
    put(house, "julie", "p1", f" Do ask all of us. {LONG}")
    cut(house, "julie", "p1", len(LONG) + len(" Do ask all of us."))
    put(house, "mathieu", "p2", f" {words}")
    assert contributors(house)["s2"] == {"mathieu"}


def heading(name: str) -> dict[str, Any]:
    return {"content": [{"type": "heading", "attrs": {"level": 1, "id": name}, "content": [
        {"type": "text", "text": "More"}]}]}  # fmt: skip


def test_typing_in_a_heading_is_no_change_of_the_order_and_a_heading_taken_back_leaves_none(house: House) -> None:
    put(house, "julie", "s1", " out")
    assert (contributors(house)["outline"], contributors(house)["s1"]) == (set(), {"julie"})
    end = end_of(house, "p2") + 1
    house.step("v2", "aicha", {"stepType": "replace", "from": end, "to": end, "slice": heading("s3")})
    house.step("v2", "mathieu", {"stepType": "replace", "from": end, "to": end, "slice": heading("s4")})
    assert contributors(house)["outline"] == {"aicha", "mathieu"}
    last = end_of(house, "s3")
    house.step("v2", "aicha", {"stepType": "replace", "from": last - 5, "to": last + 1})
    assert contributors(house)["outline"] == {"mathieu"}


def test_rows_from_before_it_was_kept_bind_everybody_who_changed_the_section(house: House) -> None:
    triggers.drop(house.session.connection())
    put(house, "aicha", "p1", " Always.")
    put(house, "julie", "p1", " Or wait.")
    house.session.execute(update(SectionRevision).values(makers="", lost=""))
    house.session.expire_all()
    cut(house, "aicha", "p1", len(" Always."), back=len(" Or wait."))
    assert contributors(house)["s1"] == {"aicha", "julie"}


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["write", "write", "cut", "paste", "paste", "copy"]),
        st.sampled_from(["aicha", "mathieu", "camille"]),
        st.sampled_from(["p1", "p2"]),
        st.integers(0, 9),
    ),
    min_size=3,
    max_size=12,
)
SECTION_OF = {"p1": "s1", "p2": "s2"}


class Sentences:
    """Two paragraphs of sentences, each known by heart with its first writer, and what was last cut or copied."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.written: dict[str, str] = {}
        self.stands: dict[str, list[str]] = {"p1": [], "p2": []}
        self.held = ""

    def act(self, kind: str, who: str, block: str, place: int) -> None:
        stands = self.stands[block]
        if kind == "write":
            words = f" Rule {len(self.written)} says something that no other rule of ours has said."
            self.written[words] = who
            self.put(who, block, words)
        elif kind == "paste" and self.held:
            self.put(who, block, self.held)
        elif kind in ("cut", "copy") and stands:
            at = place % len(stands)
            self.held = stands[at]
            if kind == "cut":
                cut(self.house, who, block, len(self.held), back=sum(map(len, stands[at + 1 :])))
                del stands[at]

    def put(self, who: str, block: str, words: str) -> None:
        put(self.house, who, block, words)
        self.stands[block].append(words)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ACTS)
def test_whoever_first_wrote_a_sentence_that_stands_is_among_the_writers_of_its_section(
    acts: list[tuple[str, str, str, int]],
) -> None:
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    SQLModel.metadata.create_all(engine)
    with transaction(engine) as session:
        house = in_draft(found(session))
        sentences = Sentences(house)
        for act in acts:
            sentences.act(*act)
        writers = contributors(house)
        for block, section in SECTION_OF.items():
            assert {sentences.written[words] for words in sentences.stands[block]} <= writers[section]
        assert set().union(*writers.values()) <= {who for _, who, _, _ in acts}
        assert projection.differences(session, queries.version(session, "v2")) == []
    engine.dispose()


@pytest.mark.parametrize("forgets", ["what commits took away", "that nothing else stood"])
def test_an_authority_that_forgets_where_words_were_launders_them_and_the_audit_sees_it(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, forgets: str
) -> None:
    with transaction(engine) as session:
        house = in_draft(found(session))
        if forgets == "what commits took away":
            monkeypatch.setattr(projecting, "lost_before", lambda *_: frozenset())
        else:
            monkeypatch.setattr(provenance, "told", lambda _: '{"runs":[],"bound":[]}')
        put(house, "julie", "p1", f" {LONG}")
        cut(house, "julie", "p1", len(LONG) + 1)
        put(house, "mathieu", "p2", f" {LONG}")
        assert not {"julie", "mathieu"} <= contributors(house)["s2"]
        assert projection.differences(session, queries.version(session, "v2")) != []
        monkeypatch.undo()
        session.rollback()
