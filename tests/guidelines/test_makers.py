"""Whose words stand: nobody is freed of words that stand, and nobody is held by words of which nothing is left."""

import string
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidelines import makers
from guidelines.document import Node
from guidelines.makers import Makers, begun, followed, read, words_of
from tests.builders import h1, h2, p

PEOPLE = ("aicha", "julie", "samuel")
#: Who, whether something is put there or taken away, where (of 100), and how much.
EDITS = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.booleans(), st.integers(0, 99), st.integers(1, 3)), min_size=1, max_size=14
)


class Remembered:
    """A text of letters that never occur twice, each with who put it there: what a reader who watched would know."""

    def __init__(self) -> None:
        self.letters = [(letter, "") for letter in string.ascii_lowercase[:6]]
        self.fresh = count(1000)
        self.bound: set[str] = set()

    @property
    def words(self) -> list[str]:
        return [letter for letter, _ in self.letters]

    def act(self, who: str, puts: bool, where: int, length: int) -> None:
        place = where * (len(self.letters) + 1) // 100
        if puts:
            self.letters[place:place] = [(chr(next(self.fresh)), who) for _ in range(length)]
            return
        gone = self.letters[place : place + length]
        del self.letters[place : place + length]
        others = {maker for _, maker in gone if maker != who}
        self.bound |= (others - {""}) | ({who} if others else set())

    @property
    def people(self) -> set[str]:
        return {maker for _, maker in self.letters if maker} | self.bound


@given(EDITS)
def test_makers_are_those_whose_words_stand_and_those_who_took_away_what_others_had_put(
    edits: list[tuple[str, bool, int, int]],
) -> None:
    remembered = Remembered()
    found: Makers | None = begun(list(remembered.words), "")
    for edit in edits:
        before = list(remembered.words)
        remembered.act(*edit)
        found = followed(found, list(before), list(remembered.words), edit[0])
        assert found is not None
        assert found.people == remembered.people
        assert sum(length for length, _ in found.runs) == len(remembered.words)
        assert read(found.told()) == found


@given(EDITS)
def test_makers_that_are_not_known_stay_unknown(edits: list[tuple[str, bool, int, int]]) -> None:
    remembered = Remembered()
    found: Makers | None = read("")
    for edit in edits:
        before = list(remembered.words)
        remembered.act(*edit)
        found = followed(found, list(before), list(remembered.words), edit[0])
    assert found is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param([h1("A")], [h1("A"), p("")], id="an empty line"),
        pytest.param([h1("A"), p("")], [h1("A"), p(""), p("")], id="another"),
        pytest.param([h1("A"), p("b")], [h1("A"), p(""), p("b")], id="between two"),
    ],
)
def test_an_empty_line_is_no_word(before: list[Node], after: list[Node]) -> None:
    assert words_of(before) == words_of(after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param([h1("A")], [h2("A")], id="a level"),
        pytest.param([p("ab")], [p("a"), p("b")], id="a paragraph cut in two"),
        pytest.param([p("ab")], [p("a ", "b")], id="a space"),
        pytest.param([p("ab")], [Node("paragraph", {"list": "bullet"}, p("ab").content)], id="a list"),
    ],
)
def test_what_is_signed_and_carries_words_is_somebodys(before: list[Node], after: list[Node]) -> None:
    assert words_of(before) != words_of(after)


def test_words_that_come_back_are_theirs_who_put_them_there_first_and_who_retyped_them() -> None:
    was, now = Makers(((3, "julie"),)), Makers((), frozenset({"samuel"}))
    found = makers.returned(was, now, [], ["a", "b", "c"], "aicha")
    assert found is not None
    assert found.people == {"julie", "samuel", "aicha"}
    undone = makers.returned(Makers(), Makers(((3, "aicha"),)), ["a", "b", "c"], [], "aicha")
    assert undone is not None
    assert undone.people == set()
