"""What changed between two documents: blocks aligned and moved, words within them, both sides rebuilt exactly.

A block is a top-level block; a table whose shape is the same on both sides is compared cell by cell. Law: reading the
entries without `insert` and `move_to`, and their `=` and `-` runs, gives the old text; without `delete` and
`move_from`, and the `=` and `+` runs, the new one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from guidelines.alignment import Unit, align
from guidelines.document import Node, canonical, inline_text, textblocks
from guidelines.sections import FRONT
from guidelines.word_diff import Alphabet, Run, word_runs

Op = Literal["equal", "insert", "delete", "change", "move_from", "move_to"]

OLD_SIDE: Final = frozenset({"equal", "delete", "change", "move_from"})
NEW_SIDE: Final = frozenset({"equal", "insert", "change", "move_to"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One top-level block and what became of it. `runs` is a list for each text block in it, in reading order."""

    op: Op
    old: Node | None
    new: Node | None
    runs: tuple[tuple[Run, ...], ...]

    @property
    def node(self) -> Node:
        """The block as it is, or as it was when it is gone."""
        found = self.new if self.new is not None else self.old
        assert found is not None
        return found

    @property
    def words_changed(self) -> bool:
        return any(run.op != "=" for runs in self.runs for run in runs)


@dataclass(frozen=True, slots=True)
class Redline:
    """The comparison of two documents, in reading order."""

    entries: tuple[Entry, ...]

    @property
    def changed(self) -> bool:
        return any(entry.op != "equal" for entry in self.entries)


def redline(old: Node, new: Node) -> Redline:
    """Compares two documents. Deterministic; ids are hints that the words must confirm."""
    before, after = [_unit(block) for block in old.content], [_unit(block) for block in new.content]
    found = align(before, after)
    moved_away = dict(found.moves)
    moved_here = {j: i for i, j in found.moves}
    alphabet = Alphabet()
    entries: list[Entry] = []
    i = j = 0
    for to_i, to_j in [*found.pairs, (len(before), len(after))]:
        while i < to_i:
            entries.append(_gone(old.content[i], moved=i in moved_away))
            i += 1
        while j < to_j:
            source = old.content[moved_here[j]] if j in moved_here else None
            entries.append(_new(new.content[j], source, alphabet))
            j += 1
        if to_i < len(before):
            entries += _paired(old.content[to_i], new.content[to_j], alphabet)
            i, j = to_i + 1, to_j + 1
    return Redline(tuple(entries))


def by_section(found: Redline) -> list[tuple[str, list[Entry]]]:
    """The entries under the sections of the new document; what is gone stays where it was read."""
    listed: list[tuple[str, list[Entry]]] = [(FRONT, [])]
    for entry in found.entries:
        if entry.op in NEW_SIDE and entry.node.type == "heading":
            listed.append((entry.node.id, []))
        listed[-1][1].append(entry)
    return [(section, entries) for section, entries in listed if entries]


def to_json(found: Redline) -> dict[str, Any]:
    """The public form: a list of text blocks with their runs."""
    blocks = [
        {"op": entry.op, "type": entry.node.type, "runs": [[run.op, run.text] for run in runs]}
        for entry in found.entries
        for runs in entry.runs
    ]
    return {"blocks": blocks}


def old_text(found: Redline) -> list[str]:
    """The old document's text blocks, rebuilt."""
    return list(_side(found, OLD_SIDE, "=-"))


def new_text(found: Redline) -> list[str]:
    """The new document's text blocks, rebuilt."""
    return list(_side(found, NEW_SIDE, "=+"))


def texts(block: Node) -> list[Node]:
    """The text blocks of a top-level block: itself, or those of a table's cells."""
    return [block] if block.is_textblock else list(textblocks(block))


def _side(found: Redline, ops: frozenset[str], signs: str) -> Iterator[str]:
    for entry in found.entries:
        if entry.op in ops:
            for runs in entry.runs:
                yield "".join(run.text for run in runs if run.op in signs)


def _unit(block: Node) -> Unit:
    if block.is_textblock:
        return Unit("text", inline_text(block), block.id)
    return Unit(block.type, "\n".join([inline_text(text) for text in texts(block)]), block.id)


def _gone(block: Node, *, moved: bool) -> Entry:
    return Entry("move_from" if moved else "delete", block, None, _whole("-", block))


def _new(block: Node, source: Node | None, alphabet: Alphabet) -> Entry:
    if source is None:
        return Entry("insert", None, block, _whole("+", block))
    return Entry("move_to", source, block, _runs(source, block, alphabet) or _whole("+", block))


def _paired(old: Node, new: Node, alphabet: Alphabet) -> list[Entry]:
    if old == new or canonical(old) == canonical(new):
        return [Entry("equal", old, new, _whole("=", new))]
    runs = _runs(old, new, alphabet)
    if runs is None:
        return [_gone(old, moved=False), _new(new, None, alphabet)]
    return [Entry("change", old, new, runs)]


def _runs(old: Node, new: Node, alphabet: Alphabet) -> tuple[tuple[Run, ...], ...] | None:
    """The runs of each text block; None when the blocks are tables of different shapes."""
    if old.is_textblock != new.is_textblock or (not old.is_textblock and _shape(old) != _shape(new)):
        return None
    pairs = zip(texts(old), texts(new), strict=True)
    return tuple([word_runs(inline_text(before), inline_text(after), alphabet=alphabet) for before, after in pairs])


def _shape(block: Node) -> Sequence[Any]:
    return [[len(cell.content) for cell in row.content] for row in block.content]


def _whole(op: Literal["=", "-", "+"], block: Node) -> tuple[tuple[Run, ...], ...]:
    return tuple((Run(op, words),) if (words := inline_text(text)) else () for text in texts(block))
