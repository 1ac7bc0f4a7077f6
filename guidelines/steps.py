"""Steps: changes to a document as data, parsed from hostile JSON, applied, mapped and rebased.

The only door to the package `prosemirror`. What comes from outside has its form checked first (`step_form`), and what
a commit changed is checked once more in the document.
"""

from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from prosemirror.model import Fragment, ReplaceError
from prosemirror.model import Node as Tree
from prosemirror.model import Schema as EngineSchema
from prosemirror.transform import Mapping, ReplaceAroundStep, Step
from prosemirror.transform.attr_step import AttrStep
from prosemirror.transform.doc_attr_step import DocAttrStep

from guidelines import corrections, document
from guidelines.document import Node
from guidelines.ends import same_ends
from guidelines.errors import DocumentFull, InvalidStep
from guidelines.schema import SCHEMA, attribute_fault, faults
from guidelines.step_form import MOST_SIZE, check_step

corrections.correct()

MOST_STEPS: Final = 200
MOST_BLOCKS: Final = 50_000
MOST_NODES: Final = 200_000
#: Characters of text and of attributes: an image of one position may carry thousands.
MOST_WEIGHT: Final = 8_000_000


def _engine_schema() -> "EngineSchema[Any, Any]":
    def attributes(kind: Any) -> dict[str, Any]:
        return {name: ({"default": kind.defaults[name]} if name in kind.defaults else {}) for name in kind.rules}

    carried = ("content", "group", "inline", "excludes", "isolating", "defining")
    nodes = {
        name: {**{key: kind.spec[key] for key in carried if key in kind.spec}, "attrs": attributes(kind)}
        for name, kind in SCHEMA.nodes.items()
    }
    marks = {
        name: {
            **{key: kind.spec[key] for key in ("excludes", "inclusive") if key in kind.spec},
            "attrs": attributes(kind),
        }
        for name, kind in SCHEMA.marks.items()
    }
    return EngineSchema({"nodes": nodes, "marks": marks, "topNode": SCHEMA.source["topNode"]})  # type: ignore[typeddict-item]


ENGINE: Final = _engine_schema()
#: Whether any blocks in any order are a text, as long as there is one.
_ANY_ORDER: Final = SCHEMA.nodes[SCHEMA.source["topNode"]].spec["content"] == "block+"


@dataclass(frozen=True, slots=True)
class Rebased:
    """What is left of some steps after other steps went first: the steps, their places in the list, the document."""

    steps: tuple[Step, ...]
    kept: tuple[int, ...]
    tree: Tree


def tree_of(node: Node) -> Tree:
    """The engine's tree of a document that keeps the schema."""
    return Tree.from_json(ENGINE, document.serialise(node))


def node_of(tree: Tree) -> Node:
    """The document of an engine's tree."""
    return document.parse(tree.to_json())


def check_document(value: Any) -> Node:
    """A document from outside; raises `InvalidStep` (kind `step_schema`) with the first rule that it breaks."""
    if fault := next(faults(value), None):
        raise InvalidStep(kind="step_schema", reason=fault)
    try:
        tree = Tree.from_json(ENGINE, value)
        tree.check()
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidStep(kind="step_schema", reason=str(error)) from None
    if tree.type is not ENGINE.top_node_type:
        raise InvalidStep(kind="step_schema", reason="is not a whole document")
    check_tree(tree)
    return node_of(tree)


def parse_step(value: Any) -> Step:
    """A step from outside. Raises `InvalidStep` with `kind` step_invalid, step_schema or text_invalid."""
    check_step(value)
    try:
        step: Step = Step.from_json(ENGINE, value)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, AssertionError) as error:
        raise InvalidStep(kind="step_invalid", reason=str(error)) from None
    if isinstance(step, ReplaceAroundStep) and step.insert > step.slice.size:
        raise InvalidStep(kind="step_invalid", reason="insert is beyond the slice")
    return step


def apply(tree: Tree, step: Step) -> Tree | None:
    """The tree after the step; None when it does not apply. Never raises for a parsed step."""
    try:
        result = step.apply(tree)
    except (ReplaceError, ValueError, IndexError, KeyError, TypeError, AttributeError, AssertionError):
        return None
    return result.doc if result.failed is None else None


def rebase(steps: Sequence[Step], over: Sequence[Step], tree: Tree) -> Rebased:
    """Moves steps made beside `over` behind them; `tree` is the document after `over`.

    Steps that no longer apply are dropped one by one. Positions are mapped back through the steps' own maps and
    forward through the others' with mirrors, so that what a step's forerunner inserted is found again.
    """
    own_maps = [step.get_map() for step in steps]
    mapping = Mapping([own.invert() for own in reversed(own_maps)] + [step.get_map() for step in over])
    kept: list[int] = []
    moved: list[Step] = []
    start = len(steps)
    for place, step in enumerate(steps):
        mapped = step.map(mapping.slice(start))
        start -= 1
        applied = apply(tree, mapped) if mapped is not None else None
        if mapped is not None and applied is not None:
            tree = applied
            mapping.append_map(mapped.get_map(), start)
            moved.append(mapped)
            kept.append(place)
    return Rebased(tuple(moved), tuple(kept), tree)


def attribute_step(position: int, name: str, value: Any) -> Step:
    """The step that sets one attribute of the node at a position."""
    return AttrStep(position, name, value)


def document_attribute_step(name: str, value: Any) -> Step:
    """The step that sets one attribute of the document itself."""
    return DocAttrStep(name, value)


def check_change(before: Tree, after: Tree) -> None:
    """Checks what a commit changed; blocks shared with the tree before are known to be right.

    The engine lets invalid documents out of a rebase (the inside of a slice is not checked). Raises `InvalidStep` or
    `DocumentFull`.
    """
    old, new = before.content.content, after.content.content
    start, end = same_ends(old, new)
    gone, came = old[start : len(old) - end], new[start : len(new) - end]
    known = {id(child) for child in gone}
    for child in came:
        if id(child) not in known:
            _check_block(child)
    _check_order(after, came)
    if after.attrs != before.attrs and (fault := next(_attribute_faults("doc", after.attrs), None)):
        raise InvalidStep(kind="step_schema", reason=fault)
    left, had, more = _total(before), _sum(gone), _sum(came)
    vars(after)["total"] = left[0] - had[0] + more[0], left[1] - had[1] + more[1]
    check_size(after)


def _check_order(after: Tree, came: Sequence[Tree]) -> None:
    """Blocks may stand in any order: those that were there before need not be asked about those that came."""
    content = Fragment(list(came)) if came and _ANY_ORDER else after.content
    try:
        after.type.check_content(content)
    except ValueError as error:
        raise InvalidStep(kind="step_schema", reason=str(error)) from None


def check_tree(tree: Tree) -> None:
    """Checks what the engine does not: rectangular tables and the limits."""
    for child in tree.content.content:
        _check_rectangle(child)
    check_size(tree)


def check_size(tree: Tree) -> None:
    """Raises `DocumentFull` beyond the limits."""
    if tree.content.size > MOST_SIZE:
        raise DocumentFull(size=tree.content.size, limit=MOST_SIZE)
    if tree.child_count > MOST_BLOCKS:
        raise DocumentFull(size=tree.child_count, limit=MOST_BLOCKS)
    nodes, weight = _total(tree)
    if nodes > MOST_NODES:
        raise DocumentFull(size=nodes, limit=MOST_NODES)
    if weight > MOST_WEIGHT:
        raise DocumentFull(size=weight, limit=MOST_WEIGHT)


def _total(tree: Tree) -> tuple[int, int]:
    """The burden of all blocks of a text."""
    known: tuple[int, int] | None = vars(tree).get("total")
    if known is None:
        known = vars(tree)["total"] = _sum(tree.content.content)
    return known


def _sum(blocks: Sequence[Tree]) -> tuple[int, int]:
    nodes = weight = 0
    for block in blocks:
        burden = _burden(block)
        nodes, weight = nodes + burden[0], weight + burden[1]
    return nodes, weight


def _burden(block: Tree) -> tuple[int, int]:
    """Nodes and characters of a block, counted once: blocks are never changed, and most outlive a commit."""
    known: tuple[int, int] | None = vars(block).get("burden")
    if known is None:
        known = vars(block)["burden"] = _counted(block)
    return known


def _counted(node: Tree) -> tuple[int, int]:
    values = [*node.attrs.values(), *(value for mark in node.marks for value in mark.attrs.values())]
    nodes, weight = 1, len(node.text or "") + sum(len(str(value)) for value in values if value)
    for child in node.content.content:
        inner = _counted(child)
        nodes, weight = nodes + inner[0], weight + inner[1]
    return nodes, weight


def _check_block(child: Tree) -> None:
    try:
        child.check()
    except ValueError as error:
        raise InvalidStep(kind="step_schema", reason=str(error)) from None
    if fault := next(faults(child.to_json(), child.type.name), None):
        raise InvalidStep(kind="step_schema", reason=fault)
    _check_rectangle(child)


def _check_rectangle(child: Tree) -> None:
    """Every row of a table covers the same columns, with cells that reach down counted where they reach."""
    if child.type.name != "table":
        return
    widths: set[int] = set()
    reaching: list[tuple[int, int]] = []
    rows = child.content.content
    for place, row in enumerate(rows):
        cells = [(int(str(cell.attrs["rowspan"])), int(str(cell.attrs["colspan"]))) for cell in row.content.content]
        width = sum(span for _, span in cells) + sum(span for _, span in reaching)
        widths.add(width)
        reaching = [(left - 1, span) for left, span in reaching if left > 1]
        reaching += [(down - 1, span) for down, span in cells if down > 1]
        if any(left > len(rows) - place - 1 for left, _ in reaching):
            raise InvalidStep(kind="step_schema", reason="a cell reaches below its table")
    if len(widths) > 1:
        raise InvalidStep(kind="step_schema", reason="the rows of a table differ in width")


def _attribute_faults(kind: str, attrs: Table[str, Any]) -> Any:
    for name, rule in SCHEMA.nodes[kind].rules.items():
        if fault := attribute_fault(rule, attrs.get(name)):
            yield f"{kind} {name} {fault}"
