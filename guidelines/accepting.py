"""Accepting and rejecting as ordinary steps, so that carets, comment anchors and the log follow as with any edit.

The steps lead to the very document that `suggestion_formula.resolve` computes. They go from the end of the text to
its start, so that no step moves the place of a later one.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from prosemirror.model import Fragment, Mark, Slice
from prosemirror.model import Node as Tree
from prosemirror.transform import AddMarkStep, RemoveMarkStep, ReplaceAroundStep, ReplaceStep, Step

from guidelines import steps
from guidelines.suggestion_formula import Fate, Lot, fates, inline_left, object_left, verdict_of
from guidelines.suggestion_layers import Verdict


def resolution(tree: Tree, accept: Collection[str], reject: Collection[str]) -> list[Step]:
    """The steps that carry out these decisions; none when no id named is in the text."""
    work = _Work(tree, verdict_of(accept, reject))
    work.container(tree, 0)
    return work.steps


@dataclass(slots=True)
class _Work:
    """The document on its way to what was decided, and the steps so far."""

    tree: Tree
    verdict: Verdict
    steps: list[Step] = field(default_factory=list)

    def container(self, container: Tree, start: int) -> None:
        """Decides the blocks of a document or a cell whose first block begins at `start`."""
        decided = fates(container.content.content, self.verdict)
        position = start + container.content.size
        for place, fate in reversed(list(enumerate(decided))):
            position -= fate.child.node_size
            alone = all(later.lot is not Lot.STAYS for later in decided[place + 1 :]) and place == 0
            if fate.lot is Lot.GOES:
                self._remove(position, position + fate.child.node_size, alone=alone)
            elif fate.child is fate.left and fate.lot is Lot.STAYS:
                continue
            elif fate.child.is_textblock:
                self._text(fate, position)
            else:
                self._object(fate, position)

    def _remove(self, start: int, end: int, *, alone: bool) -> None:
        filler = Fragment([steps.ENGINE.nodes["paragraph"].create()]) if alone else Fragment.empty
        self._do(ReplaceStep(start, end, Slice(filler, 0, 0)))

    def _text(self, fate: Fate, position: int) -> None:
        inner = position + 1 + fate.child.content.size
        for inline in reversed(fate.child.content.content):
            inner -= inline.node_size
            self._inline(inline, inner)
        if fate.lot is Lot.STAYS:
            self._shape(position, fate.left)
            return
        block = self._at(position)
        end = position + block.node_size
        if block.content.size:
            following = self._at(end)
            self._do(ReplaceStep(end - 1, end + 1, Slice.empty))
            self._shape(position, following)
        else:
            self._do(ReplaceStep(position, end, Slice.empty))

    def _inline(self, inline: Tree, position: int) -> None:
        left = inline_left(inline, self.verdict)
        end = position + inline.node_size
        if left is None:
            self._do(ReplaceStep(position, end, Slice.empty))
        elif left is not inline:
            for mark in inline.marks:
                if not mark.is_in_set(left.marks):
                    self._do(RemoveMarkStep(position, end, mark))
            for mark in left.marks:
                if not mark.is_in_set(inline.marks):
                    self._do(AddMarkStep(position, end, mark))

    def _object(self, fate: Fate, position: int) -> None:
        if fate.child.type.name == "table":
            end = position + 1 + fate.child.content.size
            for row in reversed(fate.child.content.content):
                end -= row.node_size
                self._row(row, end)
        else:
            self._shape(position, fate.left)

    def _row(self, row: Tree, position: int) -> None:
        left = object_left(row, self.verdict)
        if left is None:
            self._do(ReplaceStep(position, position + row.node_size, Slice.empty))
            return
        start = position + 1 + row.content.size
        for cell in reversed(row.content.content):
            start -= cell.node_size
            self.container(cell, start + 1)
        self._shape(position, left)

    def _shape(self, position: int, wanted: Tree) -> None:
        """Gives the node there the wanted type and attributes; its content stays."""
        node = self._at(position)
        if node.type is not wanted.type:
            end = position + node.node_size
            shell = Slice(Fragment([wanted.type.create(wanted.attrs, None, Mark.none)]), 0, 0)
            self._do(ReplaceAroundStep(position, end, position + 1, end - 1, shell, 1, True))
            return
        for name, value in wanted.attrs.items():
            if node.attrs[name] != value:
                self._do(steps.attribute_step(position, name, value))

    def _at(self, position: int) -> Tree:
        found = self.tree.node_at(position)
        if found is None:
            raise ValueError(f"no node at {position}")
        return found

    def _do(self, step: Step) -> None:
        applied = steps.apply(self.tree, step)
        if applied is None:
            raise ValueError(f"a decision's own step does not apply: {step.to_json()}")
        self.tree = applied
        self.steps.append(step)
