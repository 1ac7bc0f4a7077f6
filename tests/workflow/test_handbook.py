"""The handbook: found by words whatever their accents and case, drafts never; and the numbers of editions."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from api.database import transaction
from guidelines.errors import UnknownGuideline, UnknownVersion
from tests.builders import doc, h1, p
from tests.workflow.house import House, found
from workflow import handbook, review
from workflow.numbering import Step, next_number

TEXT = doc(
    h1("Répondre aux journalistes", id="s1"), p("Toute demande d’un média passe par l’équipe, déjà prévenue."),
    h1("Photos", id="s2"), p("Un accord écrit est nécessaire avant de publier l’œuvre d’un collègue."),
)  # fmt: skip


@pytest.fixture
def house(engine: Engine) -> Iterator[House]:
    with transaction(engine) as session:
        opened = found(session)
        opened.create(TEXT)
        opened.submit("v1")
        opened.approve("v1", "mathieu", "comms")
        opened.approve("v1", "julie", "legal")
        opened.publish("v1")
        yield opened


@pytest.mark.parametrize(
    ("words", "section"),
    [
        ("équipe", "s1"), ("EQUIPE", "s1"), ("deja", "s1"), ("DÉJÀ", "s1"), ("oeuvre", "s2"), ("ŒUVRE", "s2"),
        ("l'oeuvre", "s2"), ("accord  écrit", "s2"), ("ecrit collegue", "s2"), ("journalistes", "s1"), ("media", "s1"),
    ],
)  # fmt: skip
def test_words_are_found_whatever_their_accents_and_case(house: House, words: str, section: str) -> None:
    found = handbook.search(house.session, words)
    assert found.hits[0].section.id == section
    assert found.hits[0].passage
    assert found.unmatched == ()


@pytest.mark.parametrize("words", ["", "   ", "absent", "%", "_", '"', "(", "\\"])
def test_what_does_not_stand_in_the_text_is_not_found(house: House, words: str) -> None:
    assert handbook.search(house.session, words).hits == []


def test_a_word_that_stands_nowhere_is_named_and_the_others_are_found(house: House) -> None:
    found = handbook.search(house.session, "équipe absente")
    assert [hit.section.id for hit in found.hits] == ["s1"]
    assert found.unmatched == ("absente",)


def test_the_passage_shows_the_word_as_it_is_written(house: House) -> None:
    (hit,) = handbook.search(house.session, "DEJA").hits
    assert [piece.text for piece in hit.passage if piece.found] == ["déjà"]


def test_a_title_is_found_and_stands_first(house: House) -> None:
    hits = handbook.search(house.session, "charter").hits
    assert hits
    assert all(hit.in_title for hit in hits)


def test_one_language_finds_nothing_of_the_other(house: House) -> None:
    assert handbook.search(house.session, "équipe", "en").hits
    assert handbook.search(house.session, "équipe", "fr").hits == []


def test_no_draft_is_found_listed_or_reached(house: House) -> None:
    house.draft("v2")
    house.write("v2", "mathieu", 1, "Secret ")
    house.submit("v2")
    assert handbook.search(house.session, "secret").hits == []
    assert [entry.number for entry in handbook.shelf(house.session)] == ["1.0"]
    with pytest.raises(UnknownVersion):
        handbook.edition(house.session, "charter", "1.1")


def test_a_former_version_is_reached_by_its_number_and_not_found_by_words(house: House) -> None:
    house.draft("v2")
    house.write("v2", "mathieu", 1, "Bien ")
    house.submit("v2")
    house.approve("v2", "camille", "comms")
    house.approve("v2", "julie", "legal")
    house.agree("v2")
    house.publish("v2")
    assert [entry.number for entry in handbook.editions(house.session, "charter")] == ["1.1", "1.0"]
    assert handbook.edition(house.session, "charter").number == "1.1"
    assert not handbook.edition(house.session, "charter", "1.0").in_force
    assert [hit.entry.number for hit in handbook.search(house.session, "journalistes").hits] == ["1.1"]


def test_a_withdrawn_text_is_on_no_shelf_and_keeps_its_address(house: House) -> None:
    review.withdraw(house.session, house.actor("aicha"), "v1", reason="Unlawful.", at=house.tick())
    assert handbook.shelf(house.session) == []
    assert handbook.search(house.session, "équipe").hits == []
    with pytest.raises(UnknownVersion):
        handbook.edition(house.session, "charter")
    assert handbook.edition(house.session, "charter", "1.0").publication.version_id == "v1"


def test_a_guideline_without_a_publication_is_unknown_to_readers(house: House) -> None:
    with pytest.raises(UnknownGuideline):
        handbook.editions(house.session, "unheard-of")


@given(st.lists(st.sampled_from(Step), max_size=20))
def test_numbers_begin_at_one_rise_and_never_skip(steps: list[Step]) -> None:
    numbers = [next_number(None, Step.MINOR)]
    for step in steps:
        numbers.append(next_number(numbers[-1], step))
    assert numbers[0] == (1, 0) == next_number(None, Step.MAJOR)
    for (major, minor), after in pairwise(numbers):
        assert after in ((major, minor + 1), (major + 1, 0))
