"""The open suggestions of a document as its cards tell them: which, whose, where, and what each would do.

Everything is read from the document itself; who stands behind a session, and what was said of a suggestion, is
known elsewhere.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from prosemirror.model import Node as Tree

from guidelines.document import inline_text
from guidelines.sections import FRONT
from guidelines.steps import node_of
from guidelines.suggestion_formula import resolve
from guidelines.suggestion_layers import Layer, Values, form, layers_of, names_on, properties, suggestion_ids


class Kind(StrEnum):
    """What one piece of a suggestion does."""

    INSERTED = "inserted"
    DELETED = "deleted"
    #: A paragraph ends here that did not, or no longer does.
    SPLIT = "split"
    JOINED = "joined"
    FORM = "form"
    PROPERTIES = "properties"
    ROW_ADDED = "row_added"
    ROW_REMOVED = "row_removed"
    RULE_ADDED = "rule_added"
    RULE_REMOVED = "rule_removed"


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that a suggestion does at one place of the document as it stands."""

    kind: Kind
    start: int
    end: int
    #: The paragraph, heading, rule or table concerned, and the section in which it stands.
    block: str
    section: str
    #: The words added, removed or formatted; those of a row or of a paragraph that ends otherwise.
    text: str = ""
    #: For forms and properties: the values that change, as they were and as they would be.
    was: Values = field(default_factory=dict)
    now: Values = field(default_factory=dict)
    #: For a join: nothing but a table or rule follows, so it waits until a paragraph does.
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One open suggestion. Its pieces stand in the document's order; one may have none but ids to tell."""

    id: str
    pieces: tuple[Piece, ...]

    @property
    def session(self) -> str:
        """The part of the id that says whose it is."""
        return self.id.rpartition(".")[0]

    @property
    def kinds(self) -> frozenset[Kind]:
        return frozenset(piece.kind for piece in self.pieces)

    @property
    def inserted(self) -> str:
        """The words added, paragraphs apart."""
        return _words(self.pieces, Kind.INSERTED)

    @property
    def deleted(self) -> str:
        return _words(self.pieces, Kind.DELETED)


def suggestions_in(tree: Tree) -> list[Suggestion]:
    """Every open suggestion, by its first place."""
    found: dict[str, list[Piece]] = {}
    section = FRONT
    for block, position, following in _children(tree, 0):
        if block.type.name == "heading":
            section = str(block.attrs["id"])
        if suggestion_ids(block):
            for name, piece in _of_block(block, position, following, section):
                _add(found.setdefault(name, []), piece)
    for name in suggestion_ids(tree):
        found.setdefault(name, [])
    made = [Suggestion(name, tuple(pieces)) for name, pieces in found.items()]
    return sorted(made, key=lambda one: (one.pieces[0].start if one.pieces else tree.content.size, one.id))


def also_closed(tree: Tree, accept: Collection[str], reject: Collection[str]) -> frozenset[str]:
    """Which others these decisions leave nothing of: what they stand on is gone, or something covers them."""
    return suggestion_ids(tree) - suggestion_ids(resolve(tree, accept, reject)) - {*accept, *reject}


def _add(pieces: list[Piece], piece: Piece) -> None:
    last = pieces[-1] if pieces else None
    if (
        last
        and last.end == piece.start
        and replace(piece, start=last.start, text=last.text) == replace(last, end=piece.end)
    ):
        pieces[-1] = replace(last, end=piece.end, text=last.text + piece.text)
    else:
        pieces.append(piece)


def _children(container: Tree, start: int) -> Iterator[tuple[Tree, int, Sequence[Tree]]]:
    """Each child with its place and what follows it."""
    children = container.content.content
    for place, child in enumerate(children):
        yield child, start, children[place + 1 :]
        start += child.node_size


Found = Iterator[tuple[str, Piece]]


def _of_block(block: Tree, position: int, following: Sequence[Tree], section: str) -> Found:
    if block.is_textblock:
        yield from _of_text(block, position, following, section)
        return
    name = str(block.attrs["id"])
    if block.type.name != "table":
        whole = Piece(Kind.RULE_ADDED, position, position + block.node_size, name, section)
        yield from _added_and_removed(block, whole, Kind.RULE_REMOVED)
        return
    for row, row_at, _ in _children(block, position + 1):
        words = " | ".join(_text(cell) for cell in row.content.content)
        whole = Piece(Kind.ROW_ADDED, row_at, row_at + row.node_size, name, section, words)
        yield from _added_and_removed(row, whole, Kind.ROW_REMOVED)
        for cell, cell_at, _ in _children(row, row_at + 1):
            for inner, inner_at, after in _children(cell, cell_at + 1):
                yield from _of_text(inner, inner_at, after, section)


def _added_and_removed(node: Tree, whole: Piece, removed: Kind) -> Found:
    if name := names_on(node, "ins"):
        yield name, whole
    if name := names_on(node, "del"):
        yield name, replace(whole, kind=removed)


def _of_text(block: Tree, position: int, following: Sequence[Tree], section: str) -> Found:
    end = position + block.node_size
    whole = Piece(Kind.PROPERTIES, position, end, str(block.attrs["id"]), section, _text(block))
    for name, was, now in _changes(properties(block), layers_of(block)):
        told = [key for key in was if key != "id"]
        if told:
            yield name, replace(whole, was={key: was[key] for key in told}, now={key: now[key] for key in told})
    for inline, at, _ in _children(block, position + 1):
        piece = replace(whole, start=at, end=at + inline.node_size, text=_text(inline))
        if added := names_on(inline, "ins"):
            yield added, replace(piece, kind=Kind.INSERTED)
        if removed := names_on(inline, "del"):
            yield removed, replace(piece, kind=Kind.DELETED)
        for name, was, now in _changes(form(inline), layers_of(inline)):
            yield name, replace(piece, kind=Kind.FORM, was=was, now=now)
    mark = replace(whole, start=end - 1)
    if split := names_on(block, "mi"):
        yield split, replace(mark, kind=Kind.SPLIT)
    if joined := names_on(block, "md"):
        yield joined, replace(mark, kind=Kind.JOINED, waits=_waits(following))


def _changes(now: Values, layers: Sequence[Layer]) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Each layer's suggestion with the values it found and those it set."""
    for place, layer in enumerate(layers):
        above = layers[place + 1 :]
        set_ = {key: next((up["was"][key] for up in above if key in up["was"]), now.get(key)) for key in layer["was"]}
        yield layer["s"], dict(layer["was"]), set_


def _waits(following: Sequence[Tree]) -> bool:
    """Whether something that would stay stands between a paragraph and the next text, or no text follows."""
    for block in following:
        if block.is_textblock:
            return False
        rows = block.content.content if block.type.name == "table" else [block]
        if not all(row.attrs["del"] for row in rows):
            return True
    return True


def _text(node: Tree) -> str:
    if node.is_inline:
        node = node.type.schema.nodes["paragraph"].create(None, node)
    if node.is_textblock:
        return inline_text(node_of(node))
    return " ".join(_text(child) for child in node.content.content)


def _words(pieces: Sequence[Piece], kind: Kind) -> str:
    words = ""
    last: Piece | None = None
    for piece in pieces:
        if piece.kind is kind:
            apart = (
                "" if last is None else "\n" if last.block != piece.block else " … " if last.end < piece.start else ""
            )
            words += apart + piece.text
            last = piece
    return words
