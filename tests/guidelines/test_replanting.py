"""Threads on a text that another takes the place of: they go where their words went, and nowhere that they did not."""

import random
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from exports.markdown_reader import read_markdown
from guidelines import replanting
from guidelines.anchors import Anchor, Spread, spread
from guidelines.document import Node
from guidelines.replanting import replanted
from guidelines.steps import tree_of
from tests.builders import b, cell, doc, h1, p, row, table

#: How many revisions lie between the two texts of a pair, and how many stretches are tried in each.
APART = (1, 10)
STRETCHES = 25


def spread_of(document: Node) -> Spread:
    return spread(tree_of(document).content)


def on(document: Node, words: str) -> Anchor:
    whole = spread_of(document)
    return whole.anchor(whole.places(words)[0], len(words))


def words_at(document: Node, anchor: Anchor | None) -> str | None:
    return spread_of(document).between(anchor.start, anchor.end) if anchor else None


OLD = doc(
    h1("Speaking", id="a"), p("Always ask the press office first, ", b("then"), " speak 🙂 to nobody else."),
    h1("Pictures", id="c"), p("Written consent is needed from everyone who can be known again."),
    table(row(cell("Who"), cell("The press office answers within an hour."))), p("The end."),
)  # fmt: skip


@pytest.mark.parametrize(
    ("words", "new", "found"),
    [
        ("press office first, then speak 🙂", OLD, "press office first, then speak 🙂"),
        ("answers within", OLD, "answers within"),
        (
            "ask the press office first, then speak",
            doc(h1("New"), p("Always ask the press office and Legal first, then speak 🙂 to nobody else.")),
            "ask the press office and Legal first, then speak",
        ),
        ("Written consent is needed", doc(p("Other words."), h1("Speaking"), p("The end.")), None),
        ("Always ask the press office", doc(p("Always.")), None),
        (
            "consent",
            doc(h1("Speaking"), p("Your consent to being filmed.")),
            None,
        ),
    ],
    ids=["the same text", "in a cell", "words within", "words gone", "little left", "a word that stands elsewhere too"],
)
def test_a_stretch_is_where_its_letters_went(words: str, new: Node, found: str | None) -> None:
    assert words_at(new, replanted(OLD, new, [on(OLD, words)])[0]) == found


def test_a_paragraph_that_moved_takes_its_threads_along() -> None:
    blocks = OLD.content
    moved = doc(blocks[2], blocks[3], blocks[0], blocks[1], *blocks[4:])
    words = "press office first, then speak"
    assert words_at(moved, replanted(OLD, moved, [on(OLD, words)])[0]) == words


def pairs(corpus: Path) -> Iterator[tuple[str, Node, Node]]:
    for folder in sorted(path for path in (corpus / "revisions").iterdir() if path.is_dir()):
        files = sorted(folder.glob("*.md"))
        for apart in APART:
            for place in range(0, len(files) - apart, 9):
                old, new = (read_markdown(files[at].read_text(encoding="utf-8")) for at in (place, place + apart))
                yield f"{folder.name} {place} {apart}", old, new


def stretches(whole: Spread, seed: str) -> list[Anchor]:
    """Quotes of one to twenty words, as people select them."""
    source = random.Random(seed)
    starts = [0, *(at + 1 for at, letter in enumerate(whole.text[:-1]) if letter.isspace())]
    found = []
    for _ in range(STRETCHES):
        first = source.randrange(len(starts))
        last = starts[min(len(starts) - 1, first + source.randint(1, 20))]
        words = whole.text[starts[first] : last].strip()
        if words:
            place = whole.text.index(words, starts[first])
            found.append(whole.anchor(place, len(words)))
    return found


def alike(quote: str, words: str) -> float:
    first, second = "".join(quote.split()), "".join(words.split())
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def measure(corpus: Path) -> tuple[int, int, int, list[str]]:
    """(stretches, those whose very words stand once in the new text, of these found, wrong places)."""
    tried = standing = found = 0
    wrong: list[str] = []
    for name, old, new in pairs(corpus):
        before, after = spread_of(old), spread_of(new)
        anchors = stretches(before, name)
        for anchor, placed in zip(anchors, replanted(old, new, anchors), strict=True):
            quote = before.between(anchor.start, anchor.end)
            tried += 1
            places = after.places(quote) if len(quote) >= replanting.FEW else []
            only = after.anchor(places[0], len(quote)) if len(places) == 1 else None
            standing += only is not None
            found += only is not None and placed is not None
            if placed is None:
                continue
            words = after.between(placed.start, placed.end)
            if alike(quote, words) < 0.6:
                wrong.append(f"{name}: {quote!r} on {words!r}")
            if only is not None and not (placed.start < only.end and only.start < placed.end):
                wrong.append(f"{name}: {quote!r} stands elsewhere than on {words!r}")
    return tried, standing, found, wrong


def test_no_stretch_of_a_real_text_is_placed_wrongly_and_words_that_stand_are_found(corpus: Path) -> None:
    tried, standing, found, wrong = measure(corpus)
    print(f"replanting: {tried} stretches, {standing} stand unchanged, {found} of them found, {len(wrong)} wrong")
    assert tried > 1_500
    assert wrong == []
    assert found >= 0.97 * standing


def test_placing_whatever_is_left_would_be_caught(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: one letter left is enough, however much was written between."""
    monkeypatch.setattr(replanting, "ALIKE", 1)
    assert measure(corpus)[3]


def test_searching_for_the_words_would_be_caught(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: the most similar stretch of the new text, wherever it stands."""

    def search(old: Node, new: Node, anchors: Sequence[Anchor]) -> list[Anchor | None]:
        before, after = spread_of(old), spread_of(new)
        placed: list[Anchor | None] = []
        for anchor in anchors:
            quote = before.between(anchor.start, anchor.end)
            place = after.text.find(quote.split()[0])
            placed.append(after.anchor(place, min(len(quote), len(after.text) - place)) if place >= 0 else None)
        return placed

    monkeypatch.setitem(globals(), "replanted", search)
    assert measure(corpus)[3]
