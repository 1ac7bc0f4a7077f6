"""The same edits on plain lists: what an editor without suggestions would leave, by code of its own.

A text becomes a list of blocks whose words are lists of characters; ids do not count. Places come over from the text
with suggestions by a marker character that is carried through the projection.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from prosemirror.model import Fragment, Slice
from prosemirror.model import Node as Tree

from guidelines.steps import ENGINE
from guidelines.suggestion_formula import result
from guidelines.suggestion_layers import form, properties, suggestion_ids

MARKERS = "\ue000\ue001"
#: A character or an image, mention or break, with its forms.
Atom = tuple[str, dict[str, Any]]


@dataclass(slots=True)
class Text:
    values: dict[str, Any]
    atoms: list[Atom] = field(default_factory=list)


@dataclass(slots=True)
class Rule:
    pass


@dataclass(slots=True)
class Table:
    rows: list[list[list[Any]]]


Block = Text | Rule | Table
#: The neighbours among which a text stands, its index, and how many characters are before the place.
Place = tuple[list[Block], int, int]


def plain(tree: Tree) -> list[Block]:
    """A document or cell without suggestions as lists."""
    assert not suggestion_ids(tree)
    return [_block(child) for child in tree.content.content]


def _block(node: Tree) -> Block:
    if node.type.name == "rule":
        return Rule()
    if node.type.name == "table":
        return Table([[plain(cell) for cell in row.content.content] for row in node.content.content])
    assert not node.attrs["gone"]
    values = {key: value for key, value in properties(node).items() if key != "id"}
    return Text(values, [atom for inline in node.content.content for atom in _atoms(inline)])


def _atoms(inline: Tree) -> list[Atom]:
    forms = form(inline)
    if inline.is_text:
        return [(character, forms) for character in inline.text or ""]
    return [(f"{inline.type.name} {dict(inline.attrs)}", forms)]


def placed(tree: Tree, positions: Sequence[int]) -> tuple[list[Block], list[Place]]:
    """The result as lists, and where in it these places of the text with suggestions are."""
    for position, marker in reversed(list(zip(positions, MARKERS, strict=False))):
        tree = tree.replace(position, position, Slice(Fragment([ENGINE.text(marker)]), 0, 0))
    blocks = plain(result(tree))
    places = []
    for marker in MARKERS[: len(positions)]:
        neighbours, k, offset, text = next(
            (neighbours, k, offset, text)
            for neighbours, k, text in _texts(blocks)
            for offset, (one, _) in enumerate(text.atoms)
            if one == marker
        )
        del text.atoms[offset]
        places.append((neighbours, k, offset))
    return blocks, places


def _texts(blocks: list[Block]) -> Iterator[tuple[list[Block], int, Text]]:
    for k, block in enumerate(blocks):
        if isinstance(block, Text):
            yield blocks, k, block
        elif isinstance(block, Table):
            for row in block.rows:
                for cell in row:
                    yield from _texts(cell)


def text_at(place: Place) -> Text:
    found = place[0][place[1]]
    assert isinstance(found, Text)
    return found


def write(place: Place, words: str, forms: dict[str, Any]) -> None:
    text_at(place).atoms[place[2] : place[2]] = [(character, forms) for character in words]


def delete(start: Place, end: Place) -> Place:
    neighbours, k, offset = start
    first, last = text_at(start), text_at(end)
    if k == end[1]:
        del first.atoms[offset : end[2]]
    else:
        kept = first if offset else last
        neighbours[k : end[1] + 1] = [Text(kept.values, first.atoms[:offset] + last.atoms[end[2] :])]
    return start


def put(place: Place, pieces: Sequence[tuple[dict[str, Any], str]]) -> None:
    neighbours, k, offset = place
    text = text_at(place)
    new = [Text(dict(values), [(character, {}) for character in words]) for values, words in pieces]
    before, after = text.atoms[:offset], text.atoms[offset:]
    new[0].atoms = before + new[0].atoms
    new[-1].atoms = new[-1].atoms + after
    if before:
        new[0].values = text.values
    if after:
        new[-1].values = text.values
    neighbours[k : k + 1] = new


def backspace(place: Place) -> None:
    neighbours, k, offset = place
    text = text_at(place)
    if offset:
        del text.atoms[offset - 1]
    elif text.values["list"] or text.values["indent"]:
        text.values.update(list=None, indent=0)
    else:
        former = neighbours[k - 1]
        assert isinstance(former, Text)
        delete((neighbours, k - 1, len(former.atoms)), place)


def format_(start: Place, end: Place, name: str, attrs: dict[str, Any] | None) -> None:
    for k in range(start[1], end[1] + 1):
        text = start[0][k]
        if not isinstance(text, Text):
            continue
        low = start[2] if k == start[1] else 0
        high = end[2] if k == end[1] else len(text.atoms)
        for place in range(low, high):
            character, forms = text.atoms[place]
            rest = {key: value for key, value in forms.items() if key != name}
            text.atoms[place] = (character, rest if attrs is None else {**rest, name: attrs})


def shape(start: Place, end: Place, values: dict[str, Any]) -> None:
    for block in start[0][start[1] : end[1] + 1]:
        if isinstance(block, Text):
            block.values = {**block.values, **values}


def insert_object(place: Place, made: Block) -> None:
    neighbours, k, offset = place
    text = text_at(place)
    if not offset:
        neighbours.insert(k, made)
    elif offset == len(text.atoms):
        neighbours.insert(k + 1, made)
    else:
        halves = Text(text.values, text.atoms[:offset]), Text(dict(text.values), text.atoms[offset:])
        neighbours[k : k + 1] = [halves[0], made, halves[1]]


def remove_object(blocks: list[Block], rank: int, row: int | None) -> None:
    """Removes the rank-th table or rule, or one row of it."""
    k = [place for place, block in enumerate(blocks) if not isinstance(block, Text)][rank]
    found = blocks[k]
    if isinstance(found, Table) and row is not None and len(found.rows) > 1:
        del found.rows[row]
    else:
        del blocks[k]


def insert_row(blocks: list[Block], rank: int, row: int, empty: dict[str, Any]) -> None:
    found = [block for block in blocks if not isinstance(block, Text)][rank]
    assert isinstance(found, Table)
    found.rows.insert(row + 1, [[Text(dict(empty))] for _ in found.rows[row]])
