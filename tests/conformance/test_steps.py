"""The same steps, the same text: the browser's library and `guidelines.steps` agree, also on steps made at once."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from guidelines import corrections, steps
from guidelines.document import parse

pytestmark = pytest.mark.soak
COUNT = 20_000 * max(1, 10 * int(os.environ.get("CHARTE_SOAK", "0")))
#: So many at a time, for memory's sake.
BATCH = 2_500
Run = Callable[..., list[Any]]


def batches(run_lines: Run) -> Iterator[list[Any]]:
    """What the browser's library makes of random documents and edits."""
    for first in range(0, COUNT, BATCH):
        yield run_lines("steps.ts", first, BATCH)


def replay(case: Any) -> Iterator[str]:
    """Each thing on which Python disagrees with the browser."""
    tree = steps.tree_of(parse(case["doc"]))
    if tree.to_json() != case["doc"]:
        yield "document"
    mine = [steps.parse_step(step) for step in case["mine"]]
    after = apply_all(tree, mine)
    if after.to_json() != case["after"]:
        yield "after"
    back = apply_all(after, [steps.parse_step(step) for step in case["undo"]])
    if back.to_json() != case["doc"]:
        yield "undo"
    found = steps.rebase([steps.parse_step(step) for step in case["theirs"]], mine, after)
    moved = [steps.parse_step(step).to_json() for step in case["rebased"]]
    if [step.to_json() for step in found.steps] != moved or list(found.kept) != case["kept"]:
        yield "rebased"
    if found.tree.to_json() != case["end"]:
        yield "end"
    position = [case["position"], case["position"]]
    for step in mine:
        position = [step.get_map().map(position[0], -1), step.get_map().map(position[1], 1)]
    if position != case["mapped"]:
        yield "mapped"


def apply_all(tree: Any, changes: list[Any]) -> Any:
    for step in changes:
        tree = steps.apply(tree, step)
        assert tree is not None
    return tree


def test_python_and_the_browser_make_the_same_of_every_edit(run_lines: Run) -> None:
    seen = made = dropped = 0
    for cases in batches(run_lines):
        assert {case["seed"]: found for case in cases if (found := list(replay(case)))} == {}
        seen += len(cases)
        made += sum(len(case["mine"]) + len(case["theirs"]) for case in cases)
        dropped += sum(len(case["rebased"]) < len(case["theirs"]) for case in cases)
    assert seen == COUNT
    assert made > 2 * COUNT
    assert dropped > COUNT // 50


def test_the_comparison_catches_a_step_that_moves_as_the_package_does(
    run_lines: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The package's own mapping, without our correction, disagrees with browsers on concurrent edits."""
    from prosemirror.transform import ReplaceStep

    def as_published(self: Any, mapping: Any) -> Any:
        start, end = mapping.map_result(self.from_, 1), mapping.map_result(self.to, -1)
        if start.deleted and end.deleted:
            return None
        return ReplaceStep(start.pos, max(start.pos, end.pos), self.slice, self.structure)

    assert ReplaceStep.map is corrections._map_replace
    monkeypatch.setattr(ReplaceStep, "map", as_published)
    assert any(list(replay(case)) for case in next(batches(run_lines)))
