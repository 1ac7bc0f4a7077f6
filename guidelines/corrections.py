"""Corrects the PyPI package `prosemirror` 0.6.1 where it disagrees with the browser's prosemirror-transform 1.12.

And where it counts a long text's blocks one by one at every step. Imported once, by `steps`. Each correction names
what it mends; `tests/conformance` compares both engines.
"""

from bisect import bisect_left
from itertools import accumulate
from typing import Any, Final

from prosemirror.model import Fragment, Mark, Node, ResolvedPos
from prosemirror.model.schema import NodeType
from prosemirror.transform import AddMarkStep, RemoveMarkStep, ReplaceAroundStep, ReplaceStep, Step
from prosemirror.transform.attr_step import AttrStep
from prosemirror.transform.map import Mappable, MapResult, StepMap
from prosemirror.transform.step import STEPS_BY_ID, StepResult


def _map_replace(self: ReplaceStep, mapping: Mappable) -> ReplaceStep | None:
    """A step is dropped when its range was deleted *across* (transform 1.12), not when both ends merely moved."""
    start, end = mapping.map_result(self.from_, 1), mapping.map_result(self.to, -1)
    if start.deleted_across and end.deleted_across:
        return None
    return ReplaceStep(start.pos, max(start.pos, end.pos), self.slice, self.structure)


def _map_replace_around(self: ReplaceAroundStep, mapping: Mappable) -> ReplaceAroundStep | None:
    """As for a replacement; and dropped when its gap is gone (transform 1.12.5)."""
    start, end = mapping.map_result(self.from_, 1), mapping.map_result(self.to, -1)
    gap_from = start.pos if self.from_ == self.gap_from else mapping.map(self.gap_from, -1)
    gap_to = end.pos if self.to == self.gap_to else mapping.map(self.gap_to, 1)
    gone = start.deleted_across and end.deleted_across
    if gone or gap_from < start.pos or gap_to > end.pos or gap_to < gap_from:
        return None
    return ReplaceAroundStep(start.pos, end.pos, gap_from, gap_to, self.slice, self.insert, self.structure)


def _map_mark(step_class: type[Any]) -> Any:
    def map_step(self: Any, mapping: Mappable) -> Step | None:
        """A mark over nothing is dropped, and nothing else is (transform 1.12.4)."""
        start, end = mapping.map(self.from_, 1), mapping.map(self.to, -1)
        return step_class(start, end, self.mark) if start < end else None

    return map_step


_map_position = StepMap._map


def _map_through(self: StepMap, pos: int, assoc: int, simple: bool) -> MapResult | int:
    """What only inserts deletes nothing (transform 1.12.2): the package drops an attribute set where somebody types."""
    found: MapResult | int = _map_position(self, pos, assoc, simple)  # type: ignore[call-overload]
    if not isinstance(found, MapResult) or not found.del_info:
        return found
    old = 2 if self.inverted else 1
    diff = 0
    for place in range(0, len(self.ranges), 3):
        start = self.ranges[place] - (diff if self.inverted else 0)
        if start <= pos <= start + self.ranges[place + old]:
            if not self.ranges[place + old]:
                found.del_info = 0
            break
        diff += self.ranges[place + 3 - old] - self.ranges[place + old]
    return found


class MarkSetStep(Step):
    """Several mark steps as one (transform 1.12.3): what a browser sends to undo a mark."""

    def __init__(self, steps: "list[AddMarkStep | RemoveMarkStep]") -> None:
        super().__init__()
        self.steps = steps

    def apply(self, doc: Any) -> StepResult:
        for step in self.steps:
            result = step.apply(doc)
            if result.doc is None:
                return result
            doc = result.doc
        return StepResult.ok(doc)

    def get_map(self) -> StepMap:
        return StepMap.empty

    def invert(self, doc: Any) -> Step:
        return MarkSetStep([step.invert(doc) for step in self.steps])  # type: ignore[misc]

    def map(self, mapping: Mappable) -> Step | None:
        moved = [moved for step in self.steps if (moved := step.map(mapping)) is not None]
        return MarkSetStep(moved) if moved else None  # type: ignore[arg-type]

    def to_json(self) -> dict[str, Any]:
        return {"stepType": "markSet", "steps": [step.to_json() for step in self.steps]}

    @staticmethod
    def from_json(schema: Any, json_data: Any) -> "MarkSetStep":
        found = [Step.from_json(schema, value) for value in json_data["steps"]]
        return MarkSetStep(found)  # type: ignore[arg-type]


def _add_to_set(self: Mark, marks: list[Mark]) -> list[Mark]:
    """The marks with this one, in the schema's order; the package takes an empty list of kept marks for none."""
    kept: list[Mark] | None = None
    placed = False
    for index, other in enumerate(marks):
        if self.eq(other):
            return marks
        if self.type.excludes(other.type):
            kept = marks[:index] if kept is None else kept
        elif other.type.excludes(self.type):
            return marks
        else:
            if not placed and other.type.rank > self.type.rank:
                kept = marks[:index] if kept is None else kept
                kept.append(self)
                placed = True
            if kept is not None:
                kept.append(other)
    kept = list(marks) if kept is None else kept
    if not placed:
        kept.append(self)
    return kept


def _allowed_marks(self: NodeType, marks: list[Mark]) -> list[Mark]:
    """The marks that the node's content may carry; the package returns all of them when the first is refused."""
    if self.mark_set is None:
        return marks
    return [mark for mark in marks if self.allows_mark_type(mark.type)]


_apply_attr = AttrStep.apply


def _checked_attr(self: AttrStep, doc: Any) -> Any:
    """An attribute the node does not have is refused (model 1.25.12), as is a value that breaks its rule."""
    node = doc.node_at(self.pos)
    if node is None:
        return StepResult.fail("No node at attribute step's position")
    if self.attr not in node.type.attrs:
        return StepResult.fail(f"{node.type.name} has no attribute {self.attr}")
    return _apply_attr(self, doc)


def _resolve(doc: Any, position: int) -> ResolvedPos:
    """The place in a document. The package remembers places by document and so keeps every document for ever."""
    return ResolvedPos.resolve(doc, position)


#: From so many children on, where each of them ends is kept: the package counts from the first every time.
MANY: Final = 32

_find_index = Fragment.find_index
_replace_child = Fragment.replace_child


def _find_index_of_many(self: Fragment, pos: int) -> dict[str, int]:
    """The child at a position, by bisection."""
    if len(self.content) < MANY or not 0 < pos < self.size:
        return _find_index(self, pos)
    ends = _ends(self)
    index = bisect_left(ends, pos)
    if ends[index] == pos:
        return {"index": index + 1, "offset": pos}
    return {"index": index, "offset": ends[index - 1] if index else 0}


def _replace_child_of_many(self: Fragment, index: int, node: Node) -> Fragment:
    """The fragment with another child, which ends where the former one did, give or take the difference."""
    found = _replace_child(self, index, node)
    known: list[int] | None = vars(self).get("ends")
    if known is not None and found is not self:
        moved = found.size - self.size
        vars(found)["ends"] = [*known[:index], *(end + moved for end in known[index:])] if moved else known
    return found


def _ends(fragment: Fragment) -> list[int]:
    known: list[int] | None = vars(fragment).get("ends")
    if known is None:
        known = vars(fragment)["ends"] = list(accumulate(child.node_size for child in fragment.content))
    return known


def correct() -> None:
    """Puts the corrections in place; calling it again changes nothing."""
    changes: list[tuple[Any, str, Any]] = [
        (ReplaceStep, "map", _map_replace),
        (ReplaceAroundStep, "map", _map_replace_around),
        (AddMarkStep, "map", _map_mark(AddMarkStep)),
        (RemoveMarkStep, "map", _map_mark(RemoveMarkStep)),
        (Mark, "add_to_set", _add_to_set),
        (NodeType, "allowed_marks", _allowed_marks),
        (AttrStep, "apply", _checked_attr),
        (StepMap, "_map", _map_through),
        (ResolvedPos, "resolve_cached", _resolve),
        (Fragment, "find_index", _find_index_of_many),
        (Fragment, "replace_child", _replace_child_of_many),
    ]
    STEPS_BY_ID.setdefault("markSet", MarkSetStep)
    MarkSetStep.json_id = "markSet"
    for owner, name, corrected in changes:
        setattr(owner, name, corrected)
