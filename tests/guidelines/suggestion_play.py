"""Random texts, and three authors who suggest in them, decide, collide and cheat: everything from one seed."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from prosemirror.model import Node as Tree

from guidelines import steps
from guidelines.document import Node
from tests.builders import b, cell, doc, em, h, link, p, row, rule, table
from tests.guidelines import plain_edits as plainly
from tests.guidelines.plain_edits import Block, Place
from tests.guidelines.suggesting import PLAIN, Client, after_enter
from tests.guidelines.suggesting_places import is_object_shown

AUTHORS = ("aicha", "julie", "samuel")
WORDS = ("must", "ask 🙂", "l’équipe\u202f:", "規則", "a", " and then ", "x")
SHAPES: tuple[dict[str, Any], ...] = (
    {"style": "h2"}, {"style": "p"}, {"style": "h1"}, {"list": "bullet"}, {"list": "number"}, {"list": None},
    {"indent": 1}, {"indent": 0}, {"box": "note"}, {"box": None}, {"align": "center"},
)  # fmt: skip
FORMATS: tuple[tuple[str, dict[str, Any] | None], ...] = (
    ("strong", {}), ("strong", None), ("em", {}), ("em", None), ("link", None),
    ("link", {"href": "https://a.example", "title": None}), ("link", {"href": "https://b.example", "title": None}),
)  # fmt: skip


@dataclass(slots=True)
class Edit:
    """An edit twice over: as its author suggests it, and plainly on the result."""

    kind: str
    positions: tuple[int, ...]
    suggest: Callable[[Client], Any]
    plainly: Callable[[list[Block], list[Place]], Any]


def a_text(rng: random.Random) -> Tree:
    """One to six blocks, at least one of them text."""
    ids = iter(f"b{number}" for number in range(1000))
    blocks: list[Node] = [_text(rng, ids)]
    for _ in range(rng.randint(0, 5)):
        kind = rng.random()
        if kind < 0.15:
            blocks.append(rule(id=next(ids)))
        elif kind < 0.35:
            width = rng.randint(1, 2)
            rows = [
                row(*(cell(*(_text(rng, ids) for _ in range(rng.randint(1, 2)))) for _ in range(width)))
                for _ in range(rng.randint(1, 3))
            ]
            blocks.append(table(*rows, id=next(ids)))
        else:
            blocks.append(_text(rng, ids))
    rng.shuffle(blocks)
    return steps.tree_of(doc(*blocks))


def _text(rng: random.Random, ids: Iterator[str]) -> Node:
    parts: list[Any] = []
    for kind in rng.sample(range(6), rng.randint(0, 3)):  # no two of a kind: neighbouring texts would be one
        words = rng.choice(WORDS)
        mention = Node("mention", {"person": "u1", "label": "Ann"})
        parts.append([words, b(words), em(words), link(words, "https://a.example"), mention, Node("hard_break")][kind])
    attrs: dict[str, Any] = {"id": next(ids)}
    if rng.random() < 0.3:
        attrs |= rng.choice([{"list": "bullet"}, {"list": "number", "indent": 1}, {"box": "note"}])
    return h(rng.randint(1, 2), *parts, **attrs) if rng.random() < 0.25 else p(*parts, **attrs)


def text_positions(tree: Tree) -> list[int]:
    """Every place for a caret, not inside a character of two units."""
    found: list[int] = []

    def visit(node: Tree, position: int, _parent: Tree | None, _index: int) -> None:
        if node.is_textblock:
            found.append(position + 1)
        elif node.is_text:
            for character in node.text or "":
                position += 2 if ord(character) > 0xFFFF else 1
                found.append(position)
        elif node.is_inline:
            found.append(position + 1)

    tree.descendants(visit)  # type: ignore[arg-type]
    return found


def every_position(tree: Tree) -> list[int]:
    """Every place between two nodes or characters."""
    found = {0, *text_positions(tree)}
    tree.descendants(lambda node, position, *_: found.add(position) or found.add(position + node.node_size))  # type: ignore[arg-type, func-returns-value]
    return sorted(found)


def an_edit(rng: random.Random, tree: Tree) -> Edit:
    """A random edit somewhere in the text."""
    places = text_positions(tree)
    rank = rng.randrange(len(places))
    start = places[rank]
    end = places[min(len(places) - 1, rank + rng.choice([0, 1, 2, 3, 5, 8, 13, 30]))]
    words = rng.choice(WORDS)
    kind = rng.choices(list(EDITS), [weight for weight, _ in EDITS.values()])[0]
    return EDITS[kind][1](rng, tree, start, end, words)


def _writing(rng: random.Random, _tree: Tree, start: int, _end: int, words: str) -> Edit:
    forms: dict[str, Any] = rng.choice([{}, {}, {"strong": {}}])
    return Edit(
        "write", (start,), lambda c: c.write(start, words, forms), lambda _, at: plainly.write(at[0], words, forms)
    )


def _deletion(_rng: random.Random, _tree: Tree, start: int, end: int, _words: str) -> Edit:
    return Edit("delete", (start, end), lambda c: c.delete(start, end), lambda _, at: plainly.delete(*at))


def _replacement(_rng: random.Random, _tree: Tree, start: int, end: int, words: str) -> Edit:
    return Edit(
        "replace", (start, end), lambda c: c.replace(start, end, words),
        lambda _, at: plainly.write(plainly.delete(*at), words, {}),
    )  # fmt: skip


def _enter(_rng: random.Random, _tree: Tree, start: int, _end: int, _words: str) -> Edit:
    def done(_: list[Block], at: list[Place]) -> None:
        plainly.put(at[0], [(after_enter(plainly.text_at(at[0]).values), "")] * 2)

    return Edit("enter", (start,), lambda c: c.enter(start), done)


def _backspace(_rng: random.Random, _tree: Tree, start: int, _end: int, _words: str) -> Edit:
    return Edit("backspace", (start,), lambda c: c.backspace(start), lambda _, at: plainly.backspace(at[0]))


def _pieces(rng: random.Random) -> list[tuple[dict[str, Any], str]]:
    return [({**PLAIN, **rng.choice(SHAPES)}, rng.choice(["", *WORDS])) for _ in range(rng.randint(2, 4))]


def _paste(rng: random.Random, _tree: Tree, start: int, _end: int, _words: str) -> Edit:
    pieces = _pieces(rng)
    return Edit("paste", (start,), lambda c: c.put(start, pieces), lambda _, at: plainly.put(at[0], pieces))


def _paste_over(rng: random.Random, _tree: Tree, start: int, end: int, _words: str) -> Edit:
    pieces = _pieces(rng)
    return Edit(
        "paste over", (start, end), lambda c: c.put(c.delete(start, end), pieces),
        lambda _, at: plainly.put(plainly.delete(*at), pieces),
    )  # fmt: skip


def _format(rng: random.Random, _tree: Tree, start: int, end: int, _words: str) -> Edit:
    name, attrs = rng.choice(FORMATS)
    return Edit(
        "format", (start, end), lambda c: c.format(start, end, name, attrs),
        lambda _, at: plainly.format_(*at, name, attrs),
    )  # fmt: skip


def _shape(rng: random.Random, _tree: Tree, start: int, end: int, _words: str) -> Edit:
    values = rng.choice(SHAPES)
    return Edit("shape", (start, end), lambda c: c.shape(start, end, values), lambda _, at: plainly.shape(*at, values))


def _objects(tree: Tree) -> list[tuple[int, Tree]]:
    found: list[tuple[int, Tree]] = []
    tree.for_each(lambda node, position, _: found.append((position, node)) if not node.is_textblock else None)
    return found


def _insert_object(rng: random.Random, _tree: Tree, start: int, _end: int, _words: str) -> Edit:
    if rng.random() < 0.5:
        return Edit(
            "insert rule", (start,), lambda c: c.insert_object(start, Client.rule),
            lambda _, at: plainly.insert_object(at[0], plainly.Rule()),
        )  # fmt: skip
    made = plainly.Table([[[plainly.Text(dict(PLAIN))] for _ in range(2)] for _ in range(2)])
    return Edit(
        "insert table", (start,), lambda c: c.insert_object(start, Client.table),
        lambda _, at: plainly.insert_object(at[0], made),
    )  # fmt: skip


def _remove_object(rng: random.Random, tree: Tree, start: int, end: int, words: str) -> Edit:
    objects = _objects(tree)
    if not objects:
        return _insert_object(rng, tree, start, end, words)
    position, _ = rng.choice(objects)
    rank = sum(1 for place, node in objects if place < position and is_object_shown(node))
    return Edit(
        "remove object", (), lambda c: c.remove_object(position),
        lambda blocks, _: plainly.remove_object(blocks, rank, None),
    )  # fmt: skip


def _rows(rng: random.Random, tree: Tree, start: int, end: int, words: str) -> Edit:
    tables = [(position, node) for position, node in _objects(tree) if node.type.name == "table"]
    if not tables:
        return _insert_object(rng, tree, start, end, words)
    position, found = rng.choice(tables)
    rank = sum(1 for place, node in _objects(tree) if place < position and is_object_shown(node))
    k = rng.randrange(found.child_count)
    rows = found.content.content
    at = position + 1 + sum(one.node_size for one in rows[:k])
    shown = sum(1 for one in rows[:k] if not one.attrs["del"])
    if rng.random() < 0.5:
        return Edit(
            "insert row", (), lambda c: c.insert_row(at),
            lambda blocks, _: plainly.insert_row(blocks, rank, shown, PLAIN),
        )  # fmt: skip
    return Edit(
        "remove row", (), lambda c: c.remove_row(at), lambda blocks, _: plainly.remove_object(blocks, rank, shown)
    )


Maker = Callable[[random.Random, Tree, int, int, str], Edit]
EDITS: dict[str, tuple[int, Maker]] = {
    "write": (18, _writing), "delete": (10, _deletion), "replace": (7, _replacement), "enter": (10, _enter),
    "backspace": (10, _backspace), "paste": (6, _paste), "paste over": (3, _paste_over), "format": (8, _format),
    "shape": (14, _shape), "insert object": (4, _insert_object), "remove object": (3, _remove_object),
    "rows": (5, _rows),
}  # fmt: skip
