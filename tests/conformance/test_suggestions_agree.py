"""Three authors suggest in the editor: Python makes the same of every edit, decision, collision and cheat."""

import os
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from guidelines import suggest_law, suggestion_formula
from tests.conformance.suggest_replay import Replay

pytestmark = pytest.mark.soak
SOAK = bool(os.environ.get("CHARTE_SOAK"))
PARTS = 4
EDITS = 25_000 if SOAK else 2_000
#: Edits of one run of the editor: what it says is held in memory.
MOST_AT_ONCE = 1_000
THOROUGH = 1 if SOAK else 0.25
SAMPLED = 1 if SOAK else 4
#: How rarely the one known cause may show: a table between a paragraph and the one it was to join goes away.
MOST_KNOWN = 0.005
Run = Callable[..., list[Any]]


def differing(run_lines: Run, first: int, edits: int, thorough: float) -> tuple[list[str], Counter[str]]:
    """Everything on which Python and the editor differ, or in which a law failed, with its seed."""
    lines = run_lines("suggest.ts", first, edits, thorough)
    end = lines.pop()
    replay = Replay(sampled=SAMPLED)
    found = list(end["faults"])
    for line in lines:
        try:
            found += [f"seed {line['seed']}: {difference}" for difference in replay.differences(line)]
        except AssertionError as error:
            found.append(f"seed {line['seed']}: {error}"[:2_000])
    return found, Counter(end["tally"]) + replay.tally


@pytest.mark.parametrize("part", range(PARTS))
def test_the_editor_and_python_agree_on_every_suggestion_and_every_law_holds(part: int, run_lines: Run) -> None:
    tally = Counter[str]()
    for run in range(0, EDITS, MOST_AT_ONCE):
        found, counted = differing(run_lines, part * 10_000_000 + run * 1_000, min(EDITS, MOST_AT_ONCE), THOROUGH)
        assert found == []
        tally += counted

    assert tally["edits"] >= EDITS
    assert tally["known cause"] <= max(1, MOST_KNOWN * tally["edits"]), tally
    assert tally["merged"] > 2 * (tally["pairs"] - tally["merged"] / 2), tally
    assert tally["translated"] > tally["edits"] / 5, tally
    for what in ("decide", "cheat", "undo", "plain"):
        assert tally[what] > 0, (what, tally)


def _first_wins(children: Any, verdict: Any) -> Any:
    """As `remaining`, but a joined paragraph keeps the first one's properties."""
    left = REMAINING(children, verdict)
    joined = [fate.left for fate in suggestion_formula.fates(children, verdict) if fate.lot.name == "JOINS"]
    if joined and left and left[-1].is_textblock:
        left[-1] = joined[0].copy(left[-1].content)
    return left


REMAINING = suggestion_formula.remaining
TWINS: dict[str, tuple[Any, str, Any]] = {
    "a join keeps the first paragraph's properties": (suggestion_formula, "remaining", _first_wins),
    "the law sees no base": (suggest_law, "_is_same_without", lambda found, rejected: True),
    "the law looks at changed blocks alone": (suggest_law, "closes", lambda child: True),
    "the law sees nothing forged": (suggest_law, "_is_forged", lambda found, mine: False),
}


@pytest.mark.parametrize("twin", TWINS)
def test_the_comparison_notices_a_rule_that_only_one_side_has(
    twin: str, run_lines: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(*TWINS[twin])

    found, _ = differing(run_lines, 0, 300, 0.25)

    assert found
