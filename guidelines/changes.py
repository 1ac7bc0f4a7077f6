"""The changes between two documents as a list to be said in words: what, where, before and after."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from guidelines.document import Node, inline_text
from guidelines.redline import NEW_SIDE, Entry, Redline, redline
from guidelines.sections import FRONT
from guidelines.word_diff import Run


class Kind(StrEnum):
    """What happened at one place."""

    REPLACED = "replaced"
    ADDED = "added"
    REMOVED = "removed"
    BLOCK_ADDED = "block_added"
    BLOCK_REMOVED = "block_removed"
    MOVED = "moved"
    FORMAT = "format"


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `section` is where it is read now; for a move `origin` is the section it came from."""

    kind: Kind
    section: str
    block: str
    before: str = ""
    after: str = ""
    origin: str = ""
    #: Only quotation marks, apostrophes or spaces differ.
    typographic: bool = False


_TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "\u00a0": " ", "\u202f": " "})
_SPACES = re.compile(r"\s+")


def changes(old: Node, new: Node) -> list[Change]:
    """Every change, in reading order."""
    return changes_of(redline(old, new))


def changes_of(found: Redline) -> list[Change]:
    """Every change of a comparison that is at hand."""
    origins = _origins(found)
    section = FRONT
    listed: list[Change] = []
    for entry in found.entries:
        if entry.op in NEW_SIDE and entry.node.type == "heading":
            section = entry.node.id
        listed += _of(entry, section, origins)
    return listed


def _of(entry: Entry, section: str, origins: dict[int, str]) -> Iterator[Change]:
    block = entry.node.id
    if entry.op == "insert":
        yield Change(Kind.BLOCK_ADDED, section, block, after=_words(entry.node))
    elif entry.op == "delete":
        yield Change(Kind.BLOCK_REMOVED, section, block, before=_words(entry.node))
    elif entry.op == "move_to":
        origin = origins.get(id(entry.old), "")
        yield Change(Kind.MOVED, section, block, after=_words(entry.node), origin=origin)
        if entry.words_changed:
            yield from _within(entry, section, block)
    elif entry.op == "change":
        if entry.words_changed:
            yield from _within(entry, section, block)
        else:
            yield Change(Kind.FORMAT, section, block, after=_words(entry.node))


def _within(entry: Entry, section: str, block: str) -> Iterator[Change]:
    for runs in entry.runs:
        place = 0
        while place < len(runs):
            run = runs[place]
            following = runs[place + 1] if place + 1 < len(runs) else None
            if run.op == "-" and following is not None and following.op == "+":
                yield _replaced(run, following, section, block)
                place += 1
            elif run.op == "-":
                yield Change(Kind.REMOVED, section, block, before=run.text.strip())
            elif run.op == "+":
                yield Change(Kind.ADDED, section, block, after=run.text.strip())
            place += 1


def _replaced(removed: Run, added: Run, section: str, block: str) -> Change:
    same = _plain(removed.text) == _plain(added.text)
    return Change(Kind.REPLACED, section, block, removed.text.strip(), added.text.strip(), typographic=same)


def _plain(text: str) -> str:
    return _SPACES.sub("", text.translate(_TYPOGRAPHY))


def _origins(found: Redline) -> dict[int, str]:
    """Old block (by identity) to the section in which it stood."""
    section = FRONT
    origins: dict[int, str] = {}
    for entry in found.entries:
        if entry.old is None or entry.op == "move_to":
            continue
        if entry.old.type == "heading":
            section = entry.old.id
        origins[id(entry.old)] = section
    return origins


def _words(block: Node) -> str:
    if block.is_textblock:
        return inline_text(block).strip()
    return " ".join(inline_text(text) for row in block.content for cell in row.content for text in cell.content).strip()
