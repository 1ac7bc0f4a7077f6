"""A suggestion holds back exactly what it could change: whichever are accepted, no other slice of the base moves."""

import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from prosemirror.model import Node as Tree

from guidelines import slices, suggested_slices
from guidelines.sections import FRONT, OUTLINE
from guidelines.suggestion_formula import base, decided
from guidelines.suggestion_layers import suggestion_ids
from tests.builders import h1, h2, p, rule
from tests.guidelines.suggestion_laws import Play
from tests.guidelines.suggestion_specimens import A, B, gone, ins, layers, tree


def moved(tree: Tree, accepted: set[str]) -> set[str]:
    """The slices of the base that say something else once these are accepted."""
    before, after = base(tree), decided(tree, lambda name: name in accepted)
    known = {str(block.attrs["id"]) for block in before.content.content if block.type.name == "heading"} | {FRONT}
    found = {change.section for change in slices.changes(before, after)} & known
    return found | ({OUTLINE} if slices.outline_moved(before, after) else set())


def concerned(found: Mapping[str, frozenset[str]], names: set[str]) -> set[str]:
    return {part for name in names for part in found[name]}


def texts(seeds: range) -> Iterator[tuple[random.Random, Tree]]:
    for seed in seeds:
        play = Play(seed, thorough=0)
        for _ in range(12):
            play.edit()
        yield play.rng, play.tree


def check_that_nothing_else_moves(seeds: range) -> int:
    tried = 0
    for rng, found in texts(seeds):
        told = suggested_slices.suggested_slices(found)
        names = sorted(suggestion_ids(found))
        assert set(told) == set(names)
        for _ in range(6):
            chosen = set(rng.sample(names, rng.randint(1, len(names)))) if names else set()
            assert moved(found, chosen) <= concerned(told, chosen), (found.to_json(), chosen)
            tried += bool(chosen)
    return tried


def test_whichever_suggestions_are_accepted_no_other_slice_moves() -> None:
    assert check_that_nothing_else_moves(range(60)) > 200


TWINS: dict[str, tuple[str, Callable[..., Any]]] = {
    "what a text could join is left out": ("closes", lambda block: True),
    "headings stay where they are": ("_may_move_the_outline", lambda block: False),
    "only the section before counts": ("_homes", lambda decided: [FRONT] * len(decided)),
}


@pytest.mark.parametrize("twin", TWINS)
def test_a_missing_guard_is_noticed(twin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggested_slices, *TWINS[twin])

    with pytest.raises(AssertionError):
        check_that_nothing_else_moves(range(300))


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        ((h1("One", id="s1"), p("x", ins("y"), id="a"), h1("Two", id="s2"), p("z", id="b")), {"s1"}),
        ((h1("One", ins("s"), id="s1"), p("x", id="a")), {"s1"}),
        ((h1("One", id="s1"), p("x", id="a"), h2("Two", id="s2", chg=layers((A, {"style": "h1"})))),
         {"s1", "s2", OUTLINE}),
        ((h1("One", id="s1"), p("x", id="a", md=A), h1("Two", id="s2")), {"s1", "s2"}),
        ((p("x", id="f"), p(ins("y"), id="g"), h1("One", id="s1")), {FRONT}),
        ((p(ins("y"), id="g"), h1("One", id="s1")), {FRONT, OUTLINE}),
        ((h1("One", id="s1"), rule(id="r", ins=A), h1("Two", id="s2", md=B), p(gone("x", B), id="a")),
         {"s1", "s2", OUTLINE}),
    ],
    ids=range(7),
)  # fmt: skip
def test_a_suggestion_concerns_the_sections_whose_words_it_would_change(blocks: Any, expected: set[str]) -> None:
    assert suggested_slices.suggested_slices(tree(*blocks))[A] == expected
