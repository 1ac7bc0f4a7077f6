"""A redline rebuilds both texts exactly, says nothing when nothing changed, and cuts no word in two."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.markdown_reader import read_markdown
from exports.redline import render_redline, write_redline
from guidelines.changes import Kind, changes
from guidelines.document import Node, inline_text, textblocks
from guidelines.redline import by_section, new_text, old_text, redline, to_json
from guidelines.tokens import tokens
from guidelines.word_diff import word_runs
from tests.builders import cell, doc, h1, p, row, table, th


def lines(document: Node) -> list[str]:
    return [inline_text(block) for block in textblocks(document)]


def exact(old: Node, new: Node) -> None:
    found = redline(old, new)
    assert old_text(found) == lines(old)
    assert new_text(found) == lines(new)


@pytest.mark.parametrize("distance", [1, 5, None])
def test_every_pair_of_real_texts_is_rebuilt_exactly(corpus: Path, distance: int | None) -> None:
    pairs = 0
    for folder in sorted(path for path in (corpus / "revisions").iterdir() if path.is_dir()):
        files = sorted(folder.glob("*.md"))
        step = distance or max(1, len(files) - 1)
        texts = [read_markdown(file.read_text(encoding="utf-8")) for file in files]
        for place in range(0, len(texts) - step):
            exact(texts[place], texts[place + step])
            pairs += 1
    assert pairs > 10


WORDS = st.lists(st.sampled_from(["must", "may", "not", "clients", "l’accord", "50 %", "a", "the", "."]), max_size=12)
TEXTS = st.lists(WORDS.map(" ".join), min_size=1, max_size=6).map(lambda found: doc(*(p(words) for words in found)))


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS)
def test_any_two_documents_are_rebuilt_exactly(old: Node, new: Node) -> None:
    exact(old, new)


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_the_same_document_has_no_change(document: Node) -> None:
    found = redline(document, document)
    assert not found.changed
    assert changes(document, document) == []


@settings(max_examples=300, deadline=None)
@given(WORDS.map(" ".join), WORDS.map(" ".join))
def test_no_word_is_cut_in_two(old: str, new: str) -> None:
    for side, signs in ((old, "=-"), (new, "=+")):
        edges, place = set(), 0
        for token in tokens(side):
            edges.add(place)
            place += len(token)
        edges.add(place)
        place = 0
        for run in word_runs(old, new):
            if run.op in signs:
                assert place in edges
                place += len(run.text)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_every_character_is_in_exactly_one_token(text: str) -> None:
    assert "".join(tokens(text)) == text


def test_a_replaced_word_is_said_with_before_and_after() -> None:
    old = doc(h1("Speaking", id="s1"), p("You should avoid talking about clients, results or colleagues.", id="a"))
    new = doc(h1("Speaking", id="s1"), p("Do not talk about clients, results or colleagues.", id="a"))
    (change,) = changes(old, new)
    assert (change.kind, change.section) == (Kind.REPLACED, "s1")
    assert (change.before, change.after) == ("You should avoid talking", "Do not talk")


def test_a_moved_paragraph_is_a_move_and_not_a_removal() -> None:
    clause = "Customers and visitors are never recognisable in a picture taken on one of our sites."
    old = doc(
        h1("One", id="s1"), p(clause, id="m"), p("Stays.", id="x"), h1("Two", id="s2"), p("Other words here.", id="y")
    )
    new = doc(
        h1("One", id="s1"), p("Stays.", id="x"), h1("Two", id="s2"), p("Other words here.", id="y"), p(clause, id="m")
    )
    (change,) = changes(old, new)
    assert (change.kind, change.section, change.origin) == (Kind.MOVED, "s2", "s1")


def test_a_change_of_level_or_weight_alone_is_not_invisible() -> None:
    old = doc(h1("One", id="s1"), p("Same words.", id="x"))
    new = doc(h1("One", id="s1"), p("Same words.", id="x", list="bullet"))
    (change,) = changes(old, new)
    assert change.kind is Kind.FORMAT


def test_typography_alone_is_flagged() -> None:
    (change,) = changes(doc(p("l'accord écrit", id="x")), doc(p("l’accord écrit", id="x")))
    assert change.typographic


def test_table_cells_are_compared_one_by_one() -> None:
    old = doc(table(row(th("Who"), th("When")), row(cell("Legal"), cell("in four hours")), id="t"))
    new = doc(table(row(th("Who"), th("When")), row(cell("Legal"), cell("the same day")), id="t"))
    (change,) = changes(old, new)
    assert (change.before, change.after) == ("in four hours", "the same day")
    assert "<del>in four hours</del>" in render_redline(redline(old, new), new, language="en")


def test_entries_stand_under_the_section_where_they_are_read() -> None:
    old = doc(h1("One", id="s1"), p("a", id="x"), h1("Two", id="s2"), p("b", id="y"))
    new = doc(h1("One", id="s1"), p("a", id="x"), h1("Two", id="s2"), p("c", id="y"))
    listed = {name: any(entry.op != "equal" for entry in entries) for name, entries in by_section(redline(old, new))}
    assert listed == {"s1": False, "s2": True}


def test_what_is_removed_or_added_is_shown_escaped() -> None:
    found = redline(doc(p("a <b>", id="x")), doc(p("a <script>", id="x")))
    page = write_redline(found, doc(p("a <script>", id="x")), "html", language="en").decode()
    assert "<script>" not in page
    assert "&lt;" in page


def test_the_json_rebuilds_both_sides() -> None:
    old, new = doc(p("one two", id="x"), p("gone", id="y")), doc(p("one three", id="x"))
    blocks = to_json(redline(old, new))["blocks"]
    before = ["".join(t for op, t in b["runs"] if op in "=-") for b in blocks if b["op"] not in ("insert", "move_to")]
    assert before == lines(old)
