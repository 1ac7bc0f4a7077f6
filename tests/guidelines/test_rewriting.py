"""Steps from one text to another: they lead there exactly, and what both texts say is left alone."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prosemirror.model import Node as Tree

from guidelines import steps
from guidelines.attribution import begun, followed, lines
from guidelines.document import Node
from guidelines.rewriting import MOST, rewriting
from tests.builders import b, br, cell, doc, em, h1, p, row, rule, table

words = st.lists(st.sampled_from(["ask", "first", "always", "😀", "😁", "élan", ",", "a", "aa"]), max_size=6).map(
    " ".join
)
inline = st.lists(st.one_of(words, words.filter(bool).map(b), words.filter(bool).map(em), st.just(br())), max_size=4)
kinds = st.sampled_from(["p", "h", "list", "rule", "table"])
block = st.tuples(kinds, inline, words)
blocks = st.lists(block, min_size=1, max_size=6)


def made(number: int, kind: str, parts: list[Node | str], said: str) -> Node:
    name = f"b{number}"
    if kind == "rule":
        return rule(id=name)
    if kind == "table":
        return table(row(cell(said), cell(said[::-1])), id=name)
    if kind == "h":
        return h1(*parts, id=name)
    return p(*parts, id=name, **({"list": "bullet"} if kind == "list" else {}))


def tree(drawn: list[tuple[str, list[Node | str], str]], order: list[int]) -> Tree:
    return steps.tree_of(doc(*(made(number, *drawn[number % len(drawn)]) for number in order)))


@settings(deadline=None, max_examples=300)
@given(blocks, blocks, st.data())
def test_the_steps_lead_to_the_other_text_exactly(old: list, new: list, data: st.DataObject) -> None:
    order = st.lists(st.integers(0, 8), min_size=1, max_size=7, unique=True)
    before, after = tree(old, data.draw(order)), tree(new, data.draw(order))
    at = before
    for step in rewriting(before, after):
        applied = steps.apply(at, steps.parse_step(step.to_json()))
        assert applied is not None
        at = applied
    assert at.eq(after)


def test_nothing_is_to_be_done_where_the_texts_are_the_same() -> None:
    same = steps.tree_of(doc(h1("A", id="b1"), p("We ", b("ask"), " first.", id="b2")))
    assert rewriting(same, steps.tree_of(steps.node_of(same))) == []


@pytest.mark.parametrize(
    ("old", "new", "taken", "written"),
    [
        ("Ask the team first, always.", "Ask your team first, please.", "thealways", "yourplease"),
        ("Ask 😀 first.", "Ask 😁 first.", "😀", "😁"),
        ("a a a", "a a a a", "", " a"),
        ("Ask.", "", "Ask.", ""),
    ],
)
def test_only_words_that_differ_are_written(old: str, new: str, taken: str, written: str) -> None:
    before, after = steps.tree_of(doc(p(old, id="b1"))), steps.tree_of(doc(p(new, id="b1")))
    attribution = begun(before)
    for number, step in enumerate(rewriting(before, after), start=1):
        attribution = followed(attribution, number, step)
    runs = [run for line in lines(after, lambda place: attribution.marks[place] > 0) for run in line.runs]
    assert sorted("".join(text for text, fresh in runs if fresh).replace(" ", "")) == sorted(written.replace(" ", ""))
    kept = "".join(text for text, fresh in runs if not fresh)
    assert len(kept) == len(old) - len(taken)


def test_a_paragraph_that_came_in_between_leaves_its_neighbours_alone() -> None:
    before = steps.tree_of(doc(p("One.", id="b1"), p("Three.", id="b3")))
    after = steps.tree_of(doc(p("One.", id="b1"), p("Two.", id="b2"), p("Three.", id="b3")))
    (step,) = rewriting(before, after)
    assert (step.from_, step.to) == (6, 6)  # type: ignore[attr-defined]


def test_a_text_that_changed_everywhere_is_written_in_one_step() -> None:
    rng = random.Random(1)
    before = steps.tree_of(doc(*(p(f"{rng.random()}", id=f"b{number}") for number in range(MOST + 1))))
    after = steps.tree_of(doc(*(p(f"{rng.random()}", id=f"b{number}") for number in range(MOST + 1))))
    assert len(rewriting(before, after)) == 1
