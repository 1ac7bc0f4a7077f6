"""A document with suggestions is a formula over their ids; accepting and rejecting is evaluating it in part.

The base has all of them rejected, the result all accepted. Any order of decisions gives the same document, because
substitution commutes. Two rules of Word make it so. A paragraph ends with a mark that carries its properties; when
a mark goes, its text joins the *following* paragraph, whose properties stand. What is absent is joined over.

Nodes that no decision concerns are the same nodes afterwards, so what follows a decision costs what it changed.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from prosemirror.model import Fragment
from prosemirror.model import Node as Tree

from guidelines.steps import ENGINE
from guidelines.suggestion_layers import (
    Verdict,
    block_of,
    chain,
    form,
    is_plain,
    layers_of,
    marks_of,
    names_on,
    presence,
    properties,
    suggestion_ids,
)

#: An id that ends so is that of a text which lost its paragraph's mark: the id itself may stand elsewhere again.
ORPHAN: Final = "~"
MOST_ID: Final = 64


class Lot(Enum):
    """What becomes of a child of a container."""

    STAYS = auto()
    #: Its mark is gone: its text stands before that of the next text block.
    JOINS = auto()
    GOES = auto()


@dataclass(slots=True)
class Fate:
    """A child, what is left of it on its own, and its lot. `left` is the child itself where nothing changes."""

    child: Tree
    left: Tree
    lot: Lot


def base(tree: Tree) -> Tree:
    """The text with every suggestion rejected: what is signed."""
    return tree if is_plain(tree) else decided(tree, lambda _: False)


def result(tree: Tree) -> Tree:
    """The text with every suggestion accepted: what its readers are meant to see."""
    return decided(tree, lambda _: True)


def resolve(tree: Tree, accept: Collection[str], reject: Collection[str]) -> Tree:
    """The text after these decisions, the other suggestions still open. Ids that are nowhere in it change nothing."""
    return decided(tree, verdict_of(accept, reject))


def verdict_of(accept: Collection[str], reject: Collection[str]) -> Verdict:
    """The decisions as a question; raises `ValueError` when one suggestion is decided both ways."""
    if both := set(accept) & set(reject):
        raise ValueError(f"{min(both)} is both accepted and rejected")
    decisions = {**dict.fromkeys(accept, True), **dict.fromkeys(reject, False)}
    return decisions.get


def decided(tree: Tree, verdict: Verdict) -> Tree:
    """The container (a document or a cell) with the suggestions decided; itself when nothing changes."""
    children = tree.content.content
    left = remaining(children, verdict)
    if len(left) == len(children) and all(one is other for one, other in zip(left, children, strict=True)):
        return tree
    return tree.copy(Fragment(left or [ENGINE.nodes["paragraph"].create()]))


def remaining(children: Sequence[Tree], verdict: Verdict) -> list[Tree]:
    """What is left of neighbouring blocks. The first has nothing to join before it, the last none after it."""
    left: list[Tree] = []
    carried = Fragment.empty
    for fate in fates(children, verdict):
        if fate.lot is Lot.JOINS:
            carried = carried.append(fate.left.content)
        elif fate.lot is Lot.STAYS:
            left.append(fate.left.copy(carried.append(fate.left.content)) if carried.size else fate.left)
            carried = Fragment.empty
    return left


def fates(children: Sequence[Tree], verdict: Verdict) -> list[Fate]:
    """The lot of each of neighbouring blocks."""
    found: list[Fate] = []
    waiting: list[Fate] = []  # texts without a mark, to be joined to the next text block
    joinable = False  # whether a text before may still join what comes here

    def settle(hard: bool) -> None:
        """There is no paragraph to join: what waits stays where it is, or goes when nothing is left of it."""
        nonlocal joinable
        if waiting and not joinable and not any(fate.left.content.size for fate in waiting):
            for fate in waiting:
                fate.lot = Lot.GOES
        elif waiting:
            certain = hard and any(_is_certain(inline) for fate in waiting for inline in fate.left.content.content)
            waiting[-1].lot = Lot.STAYS
            waiting[-1].left = _orphan(waiting[-1], gone=not certain)
            joinable = not certain
        waiting.clear()

    for child in children:
        if child.is_textblock:
            fate = _text_fate(child, verdict)
            if fate.lot is Lot.JOINS:
                waiting.append(fate)
            else:
                waiting.clear()
                joinable = not closes(fate.left)
        else:
            fate = _object_fate(child, verdict)
            if fate.lot is Lot.STAYS:
                certain = closes(fate.left)
                settle(hard=certain)
                joinable = joinable and not certain
        found.append(fate)
    settle(hard=True)
    return found


def closes(child: Tree) -> bool:
    """Whether nothing before the child's end can reach beyond it, whatever is decided."""
    if child.is_textblock:
        return not (child.attrs["mi"] or child.attrs["md"] or child.attrs["gone"])
    if child.type.name == "table":
        return any(not (row.attrs["ins"] or row.attrs["del"]) for row in child.content.content)
    return not (child.attrs["ins"] or child.attrs["del"])


def inline_left(inline: Tree, verdict: Verdict) -> Tree | None:
    """A text, image, mention or break as it is left; None when it is absent."""
    if not _is_concerned(inline, verdict):
        return inline
    open_ = presence(names_on(inline, "ins"), names_on(inline, "del"), verdict)
    if open_ is None:
        return None
    forms, layers = chain(form(inline), layers_of(inline), verdict)
    return inline.mark(marks_of(forms, *open_, layers))


def _text_fate(block: Tree, verdict: Verdict) -> Fate:
    if not _is_concerned(block, verdict):
        return Fate(block, block, Lot.JOINS if block.attrs["gone"] else Lot.STAYS)
    content = Fragment.from_array(_present(inline_left(inline, verdict) for inline in block.content.content))
    values, layers = chain(properties(block), layers_of(block), verdict)
    open_ = None if block.attrs["gone"] else presence(names_on(block, "mi"), names_on(block, "md"), verdict)
    mi, md = open_ or (None, None)
    gone = block.attrs["gone"]
    left = block_of(values, content, mi=mi, md=md, chg=layers or None, gone=gone)
    return Fate(block, left, Lot.STAYS if open_ else Lot.JOINS)


def _orphan(fate: Fate, *, gone: bool) -> Tree:
    """The text block without its mark. Its id, and those it may get back, are no longer those of a paragraph."""
    block = fate.left
    values, layers = properties(block), layers_of(block)
    if not fate.child.attrs["gone"]:
        values["id"] = _orphan_id(values["id"])
        layers = [
            {**layer, "was": {key: _orphan_id(was) if key == "id" else was for key, was in layer["was"].items()}}
            for layer in layers
        ]
    elif gone:
        return block
    return block_of(values, block.content, chg=layers or None, gone=True if gone else None)


def _orphan_id(known: str) -> str:
    return known[: MOST_ID - len(ORPHAN)] + ORPHAN if known else known


def _object_fate(child: Tree, verdict: Verdict) -> Fate:
    if not _is_concerned(child, verdict):
        return Fate(child, child, Lot.STAYS)
    if child.type.name != "table":
        left = object_left(child, verdict)
        return Fate(child, left or child, Lot.STAYS if left else Lot.GOES)
    rows = _present(row_left(row, verdict) for row in child.content.content)
    return Fate(child, child.copy(Fragment(rows)), Lot.STAYS if rows else Lot.GOES)


def row_left(row: Tree, verdict: Verdict) -> Tree | None:
    """A row as it is left, its cells decided; None when it is absent."""
    left = object_left(row, verdict)
    if left is None or not _is_concerned(row, verdict):
        return left
    return left.copy(Fragment([decided(cell, verdict) for cell in row.content.content]))


def object_left(node: Tree, verdict: Verdict) -> Tree | None:
    """A rule or row with what is still open on it; None when it is absent."""
    open_ = presence(names_on(node, "ins"), names_on(node, "del"), verdict)
    if open_ is None:
        return None
    if open_ == (node.attrs["ins"], node.attrs["del"]):
        return node
    return Tree(node.type, {**node.attrs, "ins": open_[0], "del": open_[1]}, node.content, node.marks)


def _is_certain(inline: Tree) -> bool:
    return names_on(inline, "ins") is None and names_on(inline, "del") is None


def _is_concerned(node: Tree, verdict: Verdict) -> bool:
    return any(verdict(name) is not None for name in suggestion_ids(node))


def _present(nodes: Iterable[Tree | None]) -> list[Tree]:
    return [node for node in nodes if node is not None]
