"""A client in suggest mode, in Python: it turns plain edits into suggesting steps for the laws to judge.

Each edit is meant on what its author sees as the result. What cannot be suggested exactly is refused with a reason.
"""

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from prosemirror.model import Fragment, Mark, Slice
from prosemirror.model import Node as Tree
from prosemirror.transform import AddMarkStep, RemoveMarkStep, ReplaceAroundStep, ReplaceStep, Step

from guidelines import steps
from guidelines.steps import ENGINE
from guidelines.suggestion_layers import block_of, form, layers_of, marks_of, names_on, properties
from tests.guidelines.suggesting_places import (
    Spot,
    before_utf16,
    group_first,
    group_last,
    inlines,
    is_joinable,
    is_markless,
    is_object_shown,
    is_shown,
    is_shown_after,
    shown_before,
    utf16,
)  # fmt: skip

MOST_LAYERS = 20
#: A block to be put in: its properties without an id, and its words.
Piece = tuple[dict[str, Any], str]


class Refused(Exception):
    """The edit cannot be suggested."""


class Client:
    """One author's next commit on a tree: `steps` lead from it to `tree`."""

    def __init__(self, tree: Tree, session: str, suggestion: int, fresh: Callable[[], str]) -> None:
        self.tree, self.before = tree, tree
        self.session, self.s = session, f"{session}.{suggestion}"
        self.fresh = fresh
        self.steps: list[Step] = []

    def mine(self, name: str | None) -> bool:
        return bool(name) and str(name).rpartition(".")[0] == self.session

    def spot(self, position: int) -> Spot:
        found = self.tree.resolve(position)
        depth = found.depth - 1
        return Spot(found.node(depth).content.content, found.start(depth), found.index(depth), found.parent_offset)

    def editable(self, position: int) -> Spot:
        """The place, unless it stands in what the result does not show."""
        found = self.tree.resolve(position)
        for depth in range(found.depth + 1):
            if found.node(depth).type.name == "row" and found.node(depth).attrs["del"]:
                raise Refused("this row is suggested for deletion")
        spot = self.spot(position)
        dangling = group_last(spot.children, spot.k)[1]
        if dangling and not shown_before(spot) and not is_shown_after(spot):
            raise Refused("this paragraph is suggested for deletion")
        return spot

    # Edits

    def write(self, position: int, words: str, forms: dict[str, Any] | None = None) -> None:
        self.editable(position)
        self._do(ReplaceStep(position, position, Slice(Fragment.from_array(self._inline(words, forms)), 0, 0)))

    def delete(self, start: int, end: int) -> int:
        """Deletes a range; returns where words that replace it go."""
        first, last = self._range(start, end)
        ends = group_last(first.children, first.k)[0], group_last(last.children, last.k)[0]
        shown = properties(first.children[ends[0] if shown_before(first) else ends[1]])
        for k in range(last.k, first.k - 1, -1):
            low = first.offset if k == first.k else 0
            high = last.offset if k == last.k else first.children[k].content.size
            sizes = self.tree.content.size
            if not first.children[k].is_textblock:
                self._remove_object(first.at(k), first.children[k])
            else:
                self._remove_text(first.at(k), low, high)
                if k < last.k:
                    self._remove_mark(first.start, k)
            end -= sizes - self.tree.content.size
        if ends[0] != ends[1]:
            joined = self.spot(end)
            self._patch(joined.start, group_last(joined.children, joined.k)[0], shown)
        return end

    def replace(self, start: int, end: int, words: str) -> None:
        place = self.delete(start, end)
        self._do(ReplaceStep(place, place, Slice(Fragment.from_array(self._inline(words, None)), 0, 0)))

    def put(self, position: int, pieces: Sequence[Piece]) -> None:
        """Puts in two blocks or more, split at the place: Enter is two empty ones."""
        spot = self.editable(position)
        shown, empty_after = bool(shown_before(spot)), not is_shown_after(spot)
        if self.mine(spot.block.attrs["mi"]):
            self.s = str(spot.block.attrs["mi"])
        first, last = self._halves(spot.block) if shown else (self._new(pieces[0][0]), spot.block)
        between = [self._new(values, words) for values, words in pieces[1:-1]]
        self._split(spot, first, between, last, pieces[0][1], pieces[-1][1])
        if empty_after:
            last_k, _ = group_last(self._children(spot.start), spot.k + len(pieces) - 1)
            self._patch(spot.start, last_k, pieces[-1][0])

    def enter(self, position: int) -> None:
        self.put(position, [(after_enter(self.shown(position)), "")] * 2)

    def shown(self, position: int) -> dict[str, Any]:
        """The properties that the result shows at a place."""
        spot = self.editable(position)
        return properties(spot.children[group_last(spot.children, spot.k)[0]])

    def backspace(self, position: int) -> None:
        spot = self.editable(position)
        if shown := shown_before(spot):
            place, inline, size = shown[-1]
            width = 1 if not inline.is_text else utf16(before_utf16(inline.text or "", size)[-1])
            self.delete(place + size - width, place + size)
            return
        k, _ = group_last(spot.children, spot.k)
        values = properties(spot.children[k])
        if values["list"] or values["indent"]:
            self._patch(spot.start, k, {"list": None, "indent": 0})
            return
        k = group_first(spot.children, spot.k) - 1
        while k >= 0 and not spot.children[k].is_textblock and not is_object_shown(spot.children[k]):
            k -= 1
        if k < 0 or not spot.children[k].is_textblock:
            raise Refused("nothing to join before")
        self.delete(spot.at(k + 1) - 1, position)

    def format(self, start: int, end: int, name: str, attrs: dict[str, Any] | None) -> None:
        first, last = self._range(start, end)
        for k in range(first.k, last.k + 1):
            position = first.at(k) + 1
            for inline in inlines(first.children[k]):
                low, high = max(start, position), min(end, position + inline.node_size)
                if low < high and is_shown(inline) and form(inline).get(name) != attrs:
                    self._reform(low, high, inline, {name: attrs})
                position += inline.node_size

    def shape(self, start: int, end: int, values: dict[str, Any]) -> None:
        first, last = self._range(start, end)
        touched = {group_last(first.children, k) for k in range(first.k, last.k + 1) if first.children[k].is_textblock}
        for k, dangling in sorted(touched):
            whole = Spot(first.children, first.start, k, first.children[k].content.size)
            if not dangling or shown_before(whole):
                self._patch(first.start, k, values)

    def insert_object(self, position: int, make: Callable[["Client"], Tree]) -> None:
        spot = self.editable(position)
        if self.tree.resolve(position).depth > 1:
            raise Refused("no table or rule in a cell")
        if not shown_before(spot):
            place = spot.at(group_first(spot.children, spot.k))
        elif not is_shown_after(spot):
            place = spot.at(group_last(spot.children, spot.k)[0] + 1)
        else:
            if self.mine(spot.block.attrs["mi"]):
                self.s = str(spot.block.attrs["mi"])
            first, last = self._halves(spot.block)
            self._split(spot, first, [make(self)], last, "", "")
            return
        self._do(ReplaceStep(place, place, Slice(Fragment([make(self)]), 0, 0)))

    def remove_object(self, position: int) -> None:
        node = self._at(position)
        if not is_object_shown(node):
            raise Refused("already suggested for deletion")
        self._remove_object(position, node)

    def insert_row(self, position: int) -> None:
        row = self._at(position)
        if row.attrs["del"]:
            raise Refused("this row is suggested for deletion")
        end = position + row.node_size
        self._do(ReplaceStep(end, end, Slice(Fragment([self.row(row.child_count)]), 0, 0)))

    def remove_row(self, position: int) -> None:
        if self._at(position).attrs["del"]:
            raise Refused("this row is suggested for deletion")
        if self.mine(self._at(position).attrs["ins"]) and self.tree.resolve(position).parent.child_count == 1:
            self._remove_object(position - 1, self._at(position - 1))
        else:
            self._remove_row(position)

    def row(self, width: int) -> Tree:
        """A new row of empty cells, suggested."""
        cells = [ENGINE.nodes["cell"].create(None, self._new(PLAIN)) for _ in range(width)]
        cells = [cell.copy(Fragment([block_of(properties(cell.child(0)), Fragment.empty)])) for cell in cells]
        return ENGINE.nodes["row"].create({"ins": self.s}, cells)

    def rule(self) -> Tree:
        return ENGINE.nodes["rule"].create({"id": self.fresh(), "ins": self.s})

    def table(self) -> Tree:
        return ENGINE.nodes["table"].create({"id": self.fresh()}, [self.row(2), self.row(2)])

    # What edits are made of

    def _range(self, start: int, end: int) -> tuple[Spot, Spot]:
        first, last = self.editable(start), self.editable(end)
        if first.start != last.start:
            raise Refused("the selection crosses the border of a table or cell")
        return first, last

    def _inline(self, words: str, forms: dict[str, Any] | None) -> list[Tree]:
        return [ENGINE.text(words, marks_of(forms or {}, self.s, None, ()))] if words else []

    def _new(self, values: dict[str, Any], words: str = "") -> Tree:
        return block_of(
            {**PLAIN, **values, "id": self.fresh()}, Fragment.from_array(self._inline(words, None)), mi=self.s
        )

    def _halves(self, block: Tree) -> tuple[Tree, Tree]:
        """What is left and right of a split, with their ids; the contents do not count."""
        values, layers = properties(block), [dict(layer) for layer in layers_of(block)]
        if block.attrs["mi"] in (None, self.s):
            first = block_of(values, Fragment.empty, mi=self.s, chg=layers or None)
            split = layered(layers, values, {"id": self.fresh()}, self.s, lambda name: name == self.s)
            return first, _with(block, split[0], split[1])
        kept = [{**layer, "was": {key: was for key, was in layer["was"].items() if key != "id"}} for layer in layers]
        kept = [layer for layer in kept if layer["was"]]
        return block_of({**values, "id": self.fresh()}, Fragment.empty, mi=self.s, chg=kept or None), block

    def _split(self, spot: Spot, first: Tree, between: list[Tree], last: Tree, head: str, tail: str) -> None:
        position = spot.at(spot.k) + 1 + spot.offset
        filled = [
            first.copy(Fragment.from_array(self._inline(head, None))), *between,
            last.copy(Fragment.from_array(self._inline(tail, None))),
        ]  # fmt: skip
        self._do(ReplaceStep(position, position, Slice(Fragment(filled), 1, 1)))
        after = Spot(self._children(spot.start), spot.start, spot.k, 0)
        self._shape(after.at(spot.k + len(filled) - 1), last)
        self._shape(after.at(spot.k), first)
        if shown_before(spot):  # what stands before goes on looking as it did
            self._patch(spot.start, spot.k, properties(spot.children[group_last(spot.children, spot.k)[0]]))

    def _remove_text(self, position: int, low: int, high: int) -> None:
        block = self._at(position)
        place = position + 1 + block.content.size
        for inline in reversed(block.content.content):
            place -= inline.node_size
            start, end = max(place, position + 1 + low), min(place + inline.node_size, position + 1 + high)
            if start >= end:
                continue
            if self.mine(names_on(inline, "ins")):
                self._do(ReplaceStep(start, end, Slice.empty))
            elif is_shown(inline):
                self._do(AddMarkStep(start, end, ENGINE.mark("del", {"s": self.s})))

    def _remove_mark(self, start: int, k: int) -> None:
        children = self._children(start)
        block, following = children[k], children[k + 1]
        position = start + sum(child.node_size for child in children[:k])
        end = position + block.node_size
        if is_markless(block):
            return
        if not self.mine(block.attrs["mi"]):
            self._do(steps.attribute_step(position, "md", self.s))
        elif following.is_textblock:
            if block.content.size:
                self._do(ReplaceStep(end - 1, end + 1, Slice.empty))
                self._shape(position, following)
            else:
                self._do(ReplaceStep(position, end, Slice.empty))
        elif not block.content.size and not is_joinable(children[:k]):
            self._do(ReplaceStep(position, end, Slice.empty))
        else:
            self._do(steps.attribute_step(position, "md", self.s))

    def _remove_object(self, position: int, node: Tree) -> None:
        rows = node.content.content if node.type.name == "table" else [node]
        if all(self.mine(row.attrs["ins"]) for row in rows):
            if self.tree.child_count == 1:
                raise Refused("the text would be empty")
            self._do(ReplaceStep(position, position + node.node_size, Slice.empty))
        elif node.type.name != "table":
            self._remove_row(position)
        else:
            end = position + 1 + node.content.size
            for row in reversed(rows):
                end -= row.node_size
                self._remove_row(end)

    def _remove_row(self, position: int) -> None:
        row = self._at(position)
        if self.mine(row.attrs["ins"]):
            self._do(ReplaceStep(position, position + row.node_size, Slice.empty))
        elif not row.attrs["del"]:
            self._do(steps.attribute_step(position, "del", self.s))

    def _patch(self, start: int, k: int, wanted: dict[str, Any]) -> None:
        """Gives a block properties, as a layer where the block is not the author's own."""
        children = self._children(start)
        block = children[k]
        values, layers = properties(block), [dict(layer) for layer in layers_of(block)]
        wanted = {key: value for key, value in wanted.items() if key != "id" and values[key] != value}
        position = start + sum(child.node_size for child in children[:k])
        follows = k + 1 < len(children) and children[k + 1].is_textblock
        if self.mine(block.attrs["mi"]) and not layers and follows:
            self._shape(position, _with(block, {**values, **wanted}, []))
        elif wanted:
            self._shape(position, _with(block, *layered(layers, values, wanted, self.s, self.mine)))

    def _reform(self, start: int, end: int, inline: Tree, wanted: dict[str, Any]) -> None:
        forms, layers = form(inline), [dict(layer) for layer in layers_of(inline)]
        added, removed = names_on(inline, "ins"), names_on(inline, "del")
        if self.mine(added) and not layers:
            forms = {**forms, **wanted}
        else:
            forms, layers = layered(layers, forms, wanted, self.s, self.mine)
        marks = marks_of(forms, added, removed, layers)
        for mark in inline.marks:
            if not mark.is_in_set(marks):
                self._do(RemoveMarkStep(start, end, mark))
        for mark in marks:
            if not mark.is_in_set(inline.marks):
                self._do(AddMarkStep(start, end, mark))

    def _shape(self, position: int, wanted: Tree) -> None:
        node = self._at(position)
        if node.type is not wanted.type:
            end = position + node.node_size
            shell = Slice(Fragment([wanted.type.create(wanted.attrs, None, Mark.none)]), 0, 0)
            self._do(ReplaceAroundStep(position, end, position + 1, end - 1, shell, 1, True))
        else:
            for name, value in wanted.attrs.items():
                if node.attrs[name] != value:
                    self._do(steps.attribute_step(position, name, value))

    def _children(self, start: int) -> Sequence[Tree]:
        return (self.tree if start == 0 else self.tree.resolve(start).parent).content.content

    def _at(self, position: int) -> Tree:
        found = self.tree.node_at(position)
        assert found is not None
        return found

    def _do(self, step: Step) -> None:
        applied = steps.apply(self.tree, step)
        assert applied is not None, step.to_json()
        self.tree = applied
        self.steps.append(step)


PLAIN: dict[str, Any] = {"style": "p", "list": None, "indent": 0, "start": None, "box": None, "align": None}


def layered(
    layers: list[dict[str, Any]], values: dict[str, Any], wanted: dict[str, Any], s: str, mine: Callable[[str], bool]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The values and layers after a change: on top, or in the topmost layer where that is one's own."""
    top = layers[-1] if layers and mine(layers[-1]["s"]) else {"s": s, "was": {}}
    kept = layers[:-1] if layers and top is layers[-1] else layers
    was = dict(top["was"])
    for key, value in wanted.items():
        was.setdefault(key, values.get(key))
        if was[key] == value:
            del was[key]
    layers = [*kept, {"s": top["s"], "was": was}] if was else list(kept)
    if len(layers) > MOST_LAYERS:
        raise Refused("too many suggestions on one place")
    return {**values, **wanted}, layers


def _with(block: Tree, values: dict[str, Any], layers: Sequence[dict[str, Any]]) -> Tree:
    kept = {name: block.attrs[name] for name in ("mi", "md", "gone")}
    return block_of(values, block.content, chg=list(layers) or None, **kept)


def after_enter(values: dict[str, Any]) -> dict[str, Any]:
    """The properties of an empty paragraph that Enter makes beside a block with these."""
    return {key: ("p" if key == "style" else value) for key, value in values.items() if key != "id"}


def fresh_ids() -> Callable[[], str]:
    numbers = count()
    return lambda: f"n{next(numbers):x}"
