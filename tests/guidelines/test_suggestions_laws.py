"""Suggestions hold their laws whatever three authors do, and each guard is missed when it is gone."""

import os
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from prosemirror.model import resolvedpos

from guidelines import accepting, suggest_law, suggestion_formula, suggestion_layers
from guidelines.suggestion_formula import Lot
from tests.guidelines.suggestion_laws import Play

pytestmark = pytest.mark.soak
SOAK = bool(os.environ.get("CHARTE_SOAK"))
EDITS = 20_000 if SOAK else 500
THOROUGH = 1.0 if SOAK else 0.35
PARTS = 4
#: How rarely the one known cause may show: a table between a paragraph and the one it was to join goes away.
MOST_KNOWN = 0.005


def play(first_seed: int, edits: int, thorough: float) -> Counter[str]:
    tally = Counter[str]()
    seed = first_seed
    while tally["edits"] < edits:
        one = Play(seed, thorough=thorough)
        try:
            one.run(one.rng.randint(1, 30))
        except AssertionError as error:
            error.add_note(f"Play({seed}, thorough={thorough})")
            raise
        tally += one.tally
        resolvedpos._resolve_cache.clear()  # it keeps every document that a step was ever applied to
        seed += 1
    return tally


@pytest.mark.parametrize("part", range(PARTS))
def test_three_authors_suggest_collide_decide_undo_and_cheat_and_every_law_holds(part: int) -> None:
    tally = play(part * 1_000_000, EDITS, THOROUGH)

    assert tally["known cause"] <= max(1, MOST_KNOWN * tally["edits"]), tally
    assert tally["undone against the law"] <= 0.1 * tally["undone"] + 1, tally
    assert tally["merged"] > 3 * (tally["pairs"] - tally["merged"]), tally
    assert min(tally[kind] for kind in ("plain edits", "cheats", "decisions", "decided in every way")) > EDITS / 100


def _oldest(now: Any, layers: Any, verdict: Any) -> Any:
    """As `chain`, but what is rejected brings back the oldest value."""
    values, left = CHAIN(now, layers, verdict)
    for layer in layers if any(verdict(one["s"]) is False for one in layers) else ():
        values.update({key: was for key, was in layers[0]["was"].items() if key in layer["was"]})
    return values, left


def _removal_first(added: Any, removed: Any, verdict: Any) -> Any:
    """As `presence`, but a rejected insertion that is also deleted stays as a deletion."""
    return PRESENCE(None if removed is not None else added, removed, verdict)


def _first_wins(children: Any, verdict: Any) -> Any:
    """As `remaining`, but a joined paragraph keeps the first one's properties."""
    left = REMAINING(children, verdict)
    joined = [fate.left for fate in suggestion_formula.fates(children, verdict) if fate.lot is Lot.JOINS]
    if joined and left and left[-1].is_textblock:
        left[-1] = joined[0].copy(left[-1].content)
    return left


CHAIN, PRESENCE, REMAINING = suggestion_layers.chain, suggestion_layers.presence, suggestion_formula.remaining

#: A guard, and what stands in its place: the laws must notice.
TWINS: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "rejecting restores the oldest layer": (suggestion_formula, "chain", _oldest),
    "a deleted insertion survives its rejection": (suggestion_formula, "presence", _removal_first),
    "a join keeps the first paragraph's properties": (suggestion_formula, "remaining", _first_wins),
    "a decision's steps forget the properties": (accepting._Work, "_shape", lambda work, position, wanted: None),
    "the law sees no base": (suggest_law, "_is_same_without", lambda found, rejected: True),
    "the law looks at changed blocks alone": (suggest_law, "closes", lambda child: True),
}


@pytest.mark.parametrize("twin", TWINS)
def test_a_missing_guard_is_noticed(twin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*TWINS[twin])

    with pytest.raises(AssertionError):
        play(0, 1_000, 0.35)
