"""Three writers at once, with delays, cuts, refusals and texts taken anew: at the end all have the authority's text."""

import os
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.soak
RUNS = 2_000 * max(1, 10 * int(os.environ.get("CHARTE_SOAK", "0")))
Run = Callable[..., list[Any]]


def test_every_copy_ends_with_the_same_text(run_lines: Run) -> None:
    (found,) = run_lines("simulation.ts", 0, RUNS)
    assert found["diverged"] == 0, found["seeds"]
    assert found["runs"] == RUNS
    # The simulation reached what it is there for: commits that came back changed, refused, sent again, undo, and whole
    # texts that came anew while a commit was under way.
    for happened in ("replaced", "refused", "resent", "undone", "dropped", "anew", "waited", "parted"):
        assert found[happened] > 0, happened
    assert found["reopened"] <= RUNS // 100


def test_writers_who_only_add_lose_nothing(run_lines: Run) -> None:
    (found,) = run_lines("simulation.ts", 0, RUNS, "adding")
    assert (found["diverged"], found["lost"], found["dropped"], found["reopened"]) == (0, 0, 0, 0)
    assert found["missing"] == 0, found["seeds"]
    assert found["sent"] == found["steps"] > RUNS
    assert found["waited"] > RUNS // 20


def test_a_writer_who_does_not_ask_what_became_of_a_commit_before_taking_the_text_anew_is_caught(
    run_lines: Run,
) -> None:
    (found,) = run_lines("simulation.ts", 0, 300, "hasty")
    assert found["missing"] > 0


def test_a_writer_who_trusts_that_a_commit_came_back_unchanged_is_caught(run_lines: Run) -> None:
    (found,) = run_lines("simulation.ts", 0, 300, "broken")
    assert found["diverged"] > 0
