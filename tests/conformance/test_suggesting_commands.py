"""Every command of the editor suggests lawfully, edits whole among suggestions, or is refused with its reason."""

import os
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.soak
EDITS = 200_000 if os.environ.get("CHARTE_SOAK") else 3_000
Run = Callable[..., list[Any]]


def test_whatever_an_editor_does_is_suggested_exactly_or_refused_with_a_reason(run_lines: Run) -> None:
    (found,) = run_lines("suggest-stock.ts", 0, EDITS)

    assert (found["failed"], found["faults"]) == (0, [])
    assert found["tally"]["suggested"] >= EDITS
    assert found["tally"]["edited"] > EDITS / 10
    for way in ("suggest", "whole", "plainly"):
        assert found["tally"][f"sent {way}"] > EDITS / 100
    for refusal in ("numbering: documentAttributes", "delete column: tableShape", "header row: tableShape"):
        assert found["tally"][f"refused {refusal}"] > 0
    assert not any(key.startswith(("refused undo: ", "refused bold: not")) for key in found["tally"])


def test_commands_that_reach_the_text_unfiltered_are_noticed(run_lines: Run) -> None:
    (found,) = run_lines("suggest-stock.ts", 0, 200, "unfiltered")

    assert found["failed"] > 0
