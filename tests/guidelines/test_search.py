"""Search by words: asked in plain words, found whatever the ending, ranked by what holds most of them."""

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from guidelines.document import Node
from guidelines.folding import fold
from guidelines.search import Answer, Indexed, index, passage, search
from guidelines.stop_words import STOP_WORDS
from tests.builders import cell, doc, h1, p, row, table, th

WORDS = (
    "photo photos policy policies posting posted journal journaux équipe équipes réseau réseaux œuvre consent crisis "
    "salarié salariés publication publications écrit écrite job linkedin naïve Straße cookie-banner l’accord the pour"
).split()
word = st.sampled_from(WORDS)
sentence = st.lists(word, min_size=1, max_size=8).map(" ".join)
section = st.tuples(sentence, sentence).map(lambda said: (h1(said[0]), p(said[1])))
document = st.lists(section, min_size=1, max_size=3).map(
    lambda found: doc(*(block for pair in found for block in pair))
)
text = st.tuples(sentence, st.sampled_from(["fr", "en"]), document)
texts = st.lists(text, min_size=1, max_size=5).map(lambda found: [index(*one) for one in found])
laws = settings(deadline=None, max_examples=60)


def places(answer: Answer) -> list[int]:
    return list(dict.fromkeys(found.place for found in answer.found))


def telling(words: str) -> list[str]:
    common = STOP_WORDS["fr"] | STOP_WORDS["en"]
    return [part for part in re.findall(r"\w+", words) if fold(part) not in common]


def spoken(title: str, *blocks: Node, language: str = "en") -> Indexed:
    return index(title, language, doc(*blocks))


SOCIAL = spoken(
    "Social media", h1("At work"), p("Ask before posting about a colleague."),
    h1("Your own account"), p("You may post about your job. Say that it is your opinion."),
)  # fmt: skip
CRISIS = spoken(
    "Guide de crise", h1("Journaux et radios"), p("Toute demande passe par l’équipe."), language="fr"
)  # fmt: skip
SHELF = [SOCIAL, CRISIS]


def test_a_question_in_plain_words_finds_the_section_and_names_the_word_that_stands_nowhere() -> None:
    answer = search("can I post about my job on linkedin", SHELF, most=50)
    assert answer.found[0].section.title == "Your own account"
    assert answer.unmatched == ("linkedin",)
    assert [piece.text for piece in answer.found[0].passage if piece.found] == ["post", "job"]


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("posts", "Your own account"), ("jobs", "Your own account"), ("opinions", "Your own account"),
        ("colleagues", "At work"), ("un journal", "Journaux et radios"), ("les équipes", "Journaux et radios"),
        ("demandes", "Journaux et radios"), ("JOURNAL", "Journaux et radios"), ("l'equipe", "Journaux et radios"),
        ("coll", "At work"),
    ],
)  # fmt: skip
def test_plurals_and_beginnings_are_found(asked: str, title: str) -> None:
    answer = search(asked, SHELF, most=50)
    assert title in [found.section.title for found in answer.found]
    assert answer.unmatched == ()


def test_a_word_too_common_is_looked_for_when_there_is_no_other() -> None:
    assert search("about", SHELF, most=50).found
    assert search("par", SHELF, most=50).found[0].section.title == "Journaux et radios"


@pytest.mark.parametrize("asked", ["", "   ", "%", "_", '"', "(", "\\", "…", "’"])
def test_signs_that_are_no_words_find_nothing(asked: str) -> None:
    assert search(asked, SHELF, most=50).found == ()


def test_words_that_stand_nowhere_find_nothing_and_are_all_named() -> None:
    assert search("the Wolpertinger and a Dahu", SHELF, most=50) == Answer((), ("Wolpertinger", "Dahu"))


def test_a_title_comes_before_a_heading_and_a_heading_before_a_text() -> None:
    in_text = spoken("Alpha", h1("Beta"), p("Consent is asked."))
    in_heading = spoken("Alpha", h1("Consent"), p("Gamma."))
    in_title = spoken("Consent of others", h1("Beta"), p("Gamma."))
    assert places(search("consent", [in_text, in_heading, in_title], most=50)) == [2, 1, 0]


def test_words_common_in_another_language_weigh_less_and_are_found_all_the_same() -> None:
    french = spoken("Code", h1("Partie"), p("Le code, of et of."), language="fr")
    english = spoken("Speaking", h1("Part"), p("Our code says how to conduct."))
    assert places(search("code of conduct", [french, english], most=50)) == [1, 0]
    cars = spoken("Travel", h1("By car"), p("A company car is booked."))
    trains = spoken("Policy", h1("By train"), p("A company train."))
    assert places(search("company car", [trains, cars], most=50))[0] == 1


def test_what_has_less_than_half_of_the_words_is_left_out() -> None:
    whole = spoken("Alpha", h1("Beta"), p("photo consent journal"))
    little = spoken("Gamma", h1("Delta"), p("photo"))
    assert places(search("photo consent journal", [little, whole], most=50)) == [1]
    assert places(search("photo consent", [little, whole], most=50)) == [1, 0]


def test_cells_of_a_table_stand_apart_in_a_passage() -> None:
    document = doc(h1("Who"), table(row(th("Cellule"), th("Autre")), row(cell("presse", "radio"), cell("équipe"))))
    (found,) = search("autre cellule", [index("Annuaire", "fr", document)], most=50).found
    assert "".join(piece.text for piece in found.passage) == "Cellule · Autre · presse · radio · équipe"


def test_a_passage_is_cut_where_most_of_the_words_stand_together() -> None:
    far = "Photo one. " + "filling words here. " * 40 + "Here a photo wants consent. " + "and more of it. " * 40
    (found,) = search("photo consent", [spoken("T", h1("S"), p(far))], most=50).found
    assert {piece.text for piece in found.passage if piece.found} == {"photo", "consent"}
    assert len("".join(piece.text for piece in found.passage)) < 300


@laws
@given(texts)
def test_every_word_of_a_text_finds_it(shelf: list[Indexed]) -> None:
    for place, one in enumerate(shelf):
        for part in one.parts:
            for said in re.findall(r"\w+", f"{one.title} {part.section.title} {part.text}"):
                assert place in places(search(said, shelf, most=500)), said


@laws
@given(texts)
def test_the_text_whose_title_is_asked_for_comes_first(shelf: list[Indexed]) -> None:
    for one in shelf:
        first = search(one.title, shelf, most=500).found[0]
        assert fold(shelf[first.place].title) == fold(one.title)


@laws
@given(texts, sentence, word)
def test_adding_a_word_that_a_text_holds_never_puts_it_behind_one_that_does_not(
    shelf: list[Indexed], asked: str, more: str
) -> None:
    assume(telling(asked))
    assume(all(telling(part) for part in re.findall(r"\w+", more)) and len(re.findall(r"\w+", more)) == 1)
    before, after = places(search(asked, shelf, most=500)), places(search(f"{asked} {more}", shelf, most=500))
    holders = set(places(search(more, shelf, most=500)))
    for place in before:
        if place in holders:
            for other in before[before.index(place) :]:
                if other not in holders:
                    assert place in after
                    assert other not in after or after.index(place) < after.index(other)


@laws
@given(texts, sentence)
def test_the_same_words_are_found_without_accents_in_any_case_and_in_any_order_of_texts(
    shelf: list[Indexed], asked: str
) -> None:
    answer = search(asked, shelf, most=500)
    assert search(fold(asked).upper(), shelf, most=500).found == answer.found


@laws
@given(st.text(max_size=600), st.text(max_size=5))
def test_a_passage_is_a_stretch_of_the_text_and_marks_only_what_was_found(said: str, sought: str) -> None:
    said = " ".join(said.split())
    marked = frozenset(fold(part) for part in re.findall(r"\w+", sought))
    pieces = passage(said, marked)
    whole = "".join(piece.text for piece in pieces).removeprefix("… ").removesuffix(" …")
    assert whole in said or whole.strip("… ") in said
    assert all(set(fold(piece.text).split()) & marked for piece in pieces if piece.found)
