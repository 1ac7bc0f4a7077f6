"""The law of a suggest-only commit, and of one that was moved behind the commits of others.

Rejecting all of the author's own suggestions must give the same text before and after: then neither the base nor
anybody else's suggestion has moved, whatever the steps were. Two things that this equation does not see, because
rejecting the author's own insertion hides them, are forbidden besides: to put another's suggestion where it was not,
and to drop another's suggestion in an own new row that stays. To withdraw an insertion of one's own, with what
others hung on it, is lawful.

Only neighbours of what changed are compared: the price of a commit is that of its change, not of the text.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from prosemirror.model import Fragment
from prosemirror.model import Node as Tree

from guidelines.ends import same_ends
from guidelines.suggestion_formula import closes, remaining
from guidelines.suggestion_layers import Verdict, layers_fault, layers_of, names_on, suggestion_ids

#: Whether a suggestion, given by its id, belongs to the author (or to one of the others) in question.
Owned = Callable[[str], bool]


class Breach(StrEnum):
    """Why a commit is no suggestion. The names are stable."""

    #: The title, the language or another attribute of the whole document.
    DOCUMENT = "document_changed"
    #: Words, forms or structure of the base; in a new row, what would be base if the row were.
    BASE = "base_changed"
    #: A suggestion of somebody else is altered or gone.
    OTHERS = "other_suggestion_changed"
    #: A suggestion in somebody else's name stands where it did not stand.
    FORGED = "other_suggestion_forged"
    #: Layers that could not be undone, or a mark that only a decision may take away.
    FORM = "suggestion_malformed"
    #: Single rows of a table in which a cell reaches over several rows: without the row, the table would be torn.
    SPAN = "row_spanned"
    #: A plain edit that leaves a suggestion of its author's where there was none.
    LEFT = "suggestion_left"


@dataclass(frozen=True, slots=True)
class Window:
    """Neighbouring blocks that differ, with all that a join could reach."""

    before: Sequence[Tree]
    after: Sequence[Tree]
    #: Whether these are all blocks of their document or cell.
    whole: bool


def suggest_breach(before: Tree, after: Tree, mine: Owned) -> Breach | None:
    """Why a commit that led from one text to the other is not the author's suggestion; None when it is lawful."""
    if before.attrs != after.attrs:
        return Breach.DOCUMENT
    return _breach(before, after, mine)


def keeps_intent(seen: Tree, sent: Tree, found: Tree, merged: Tree, theirs: Owned) -> bool:
    """Whether a commit moved behind others still says what its author saw.

    It led from `seen` to `sent`, and behind the others from `found` to `merged`; `theirs` are all suggestions of
    everybody whose commits came between. Without them the same blocks must have become the same. What others changed
    plainly or decided elsewhere does not count; what they changed so in these very blocks does.
    """
    meant, done = window(seen, sent), window(found, merged)
    if meant is None or done is None:
        return meant is done
    verdict = _rejecting(theirs)
    said = _change(meant.before, meant.after, verdict)
    if not _is_same_change(said, _change(done.before, done.after, verdict)):
        return False
    return bool(said.before) or _is_same_place(seen, sent, found, merged, verdict)


@dataclass(frozen=True, slots=True)
class _Change:
    """The blocks that differ, and the ids of the blocks around them ("" where there is none)."""

    before: Sequence[Tree]
    after: Sequence[Tree]
    neighbours: tuple[str, str]


def _change(old: Sequence[Tree], new: Sequence[Tree], verdict: Verdict) -> _Change:
    left = [_joined(block) for block in remaining(old, verdict)]
    right = [_joined(block) for block in remaining(new, verdict)]
    start, end = _difference(left, right)
    stop = len(left) - end
    around = (_id(left[start - 1]) if start else "", _id(left[stop]) if end else "")
    return _Change(left[start:stop], right[start : len(right) - end], around)


def _is_same_change(one: _Change, two: _Change) -> bool:
    return all(
        len(here) == len(there) and all(map(_is_same, here, there))
        for here, there in ((one.before, two.before), (one.after, two.after))
    )


def _is_same_place(seen: Tree, sent: Tree, found: Tree, merged: Tree, verdict: Verdict) -> bool:
    """Whether what was only put in stands beside the same block on one side at least."""
    said = _change(seen.content.content, sent.content.content, verdict).neighbours
    done = _change(found.content.content, merged.content.content, verdict).neighbours
    return any(one == two for one, two in zip(said, done, strict=True))


def _id(block: Tree) -> str:
    return str(block.attrs["id"])


def is_gone_anew(before: Tree, after: Tree) -> bool:
    """Whether a mark is taken away that only a decision may take."""
    found = window(before, after)
    return found is not None and _gone(found.after) > _gone(found.before)


def carries_more(before: Tree, after: Tree) -> bool:
    """Whether any suggestion carries more than it did."""
    found = window(before, after)
    return found is not None and _is_forged(found, lambda _: False)


def window(before: Tree, after: Tree) -> Window | None:
    """Where two containers differ, widened to what closes on both sides; None when they say the same."""
    old, new = before.content.content, after.content.content
    start, end = _difference(old, new)
    if start == len(old) == len(new):
        return None
    while start and not closes(old[start - 1]):
        start -= 1
    while end and not all(_is_closed(side[start : len(side) - end]) for side in (old, new)):
        end -= 1
    stop_old, stop_new = len(old) - end, len(new) - end
    return Window(old[start:stop_old], new[start:stop_new], start == end == 0)


def _is_closed(blocks: Sequence[Tree]) -> bool:
    return not blocks or closes(blocks[-1])


def _difference(old: Sequence[Tree], new: Sequence[Tree]) -> tuple[int, int]:
    """How many children are the same from the start, and how many of the others from the end."""
    most = min(len(old), len(new))
    start, end = same_ends(old, new)
    while start < most and _is_same(old[start], new[start]):
        start += 1
    end = min(end, most - start)
    while end < most - start and _is_same(old[-1 - end], new[-1 - end]):
        end += 1
    return start, end


def _breach(before: Tree, after: Tree, mine: Owned) -> Breach | None:
    if (cells := _one_cell(before, after)) is not None:
        return _breach(*cells, mine)
    found = window(before, after)
    if found is None:
        return None
    if _is_malformed(found):
        return Breach.FORM
    if _torn(found.after) > _torn(found.before):
        return Breach.SPAN
    if _is_forged(found, mine):
        return Breach.FORGED
    if not _is_same_without(found, mine):
        return Breach.OTHERS if _is_same_without(found, lambda _: True) else Breach.BASE
    return _row_breach(found, mine)


def _is_same_without(found: Window, rejected: Owned) -> bool:
    verdict = _rejecting(rejected)
    left, right = remaining(found.before, verdict), remaining(found.after, verdict)
    if found.whole and not (left and right):
        return _is_bare(left) and _is_bare(right)
    return len(left) == len(right) and all(
        _is_same(one, two) or _joined(one).eq(_joined(two)) for one, two in zip(left, right, strict=True)
    )


def _rejecting(owned: Owned) -> Verdict:
    return lambda name: False if owned(name) else None


def _joined(node: Tree) -> Tree:
    """The node with neighbouring texts of the same marks as one: how a text is cut up says nothing."""
    if not node.content.size:
        return node
    return node.copy(Fragment.from_array([_joined(child) for child in node.content.content]))


def _is_bare(blocks: Sequence[Tree]) -> bool:
    """Whether this is an empty text: no block, or the empty paragraph that stands for none."""
    return not blocks or (
        len(blocks) == 1 and blocks[0].type.name == "paragraph" and blocks[0].attrs == blocks[0].type.default_attrs
        and not blocks[0].content.size
    )  # fmt: skip


def _is_malformed(found: Window) -> bool:
    known = {id(node) for block in found.before for node in _nodes(block)}
    for block in found.after:
        for node in _nodes(block):
            if id(node) not in known and layers_fault(node):
                return True
    return _gone(found.after) > _gone(found.before)


def _gone(blocks: Sequence[Tree]) -> int:
    return sum(1 for block in blocks for node in _nodes(block) if node.attrs.get("gone"))


def _torn(blocks: Sequence[Tree]) -> int:
    """Tables with cells over several rows of which a decision could take some rows and leave others."""
    tables = [block.content.content for block in blocks if block.type.name == "table"]
    return sum(
        len({(names_on(row, "ins"), names_on(row, "del")) for row in rows}) > 1
        and any(cell.attrs["rowspan"] != 1 for row in rows for cell in row.content.content)
        for rows in tables
    )


def _is_forged(found: Window, mine: Owned) -> bool:
    """Whether a suggestion of another carries more than it did, or layers of blocks that it did not have."""
    foreign = {name for block in found.after for name in suggestion_ids(block) if not mine(name)}
    if not foreign:
        return False
    before, after = _burden(found.before, foreign), _burden(found.after, foreign)
    return any(not before[key] or (key[1] != "chg" and count > before[key]) for key, count in after.items())


def _burden(blocks: Sequence[Tree], foreign: set[str]) -> Counter[tuple[str, str, str]]:
    """Suggestion, what carries it and with which property to how much: characters, paragraph marks, rows, layers."""
    burden: Counter[tuple[str, str, str]] = Counter()
    for block in blocks:
        if suggestion_ids(block).isdisjoint(foreign):
            continue
        for node in _nodes(block):
            for name, kind, key in _carried(node):
                if name in foreign:
                    burden[name, kind, key] += node.node_size if node.is_inline else 1
    return burden


def _carried(node: Tree) -> Iterator[tuple[str, str, str]]:
    where = "text" if node.is_inline else "block"
    for kind in ("ins", "del", "mi", "md"):
        if name := names_on(node, kind):
            yield name, f"{where} {kind}", ""
    layered = "fmt" if node.is_inline else "chg"
    yield from ((layer["s"], layered, key) for layer in layers_of(node) for key in ("", *layer["was"]))


def _row_breach(found: Window, mine: Owned) -> Breach | None:
    """The law inside the author's own new rows, as if they were base: rejecting them hides what happens there."""
    new = {_row_key(row): row for row in _own_rows(found.after, mine)}
    for row in _own_rows(found.before, mine):
        stays = new.get(_row_key(row))
        if stays is None or stays is row:
            continue
        if len(stays.content.content) != len(row.content.content):
            if any(not mine(name) for name in suggestion_ids(row)):
                return Breach.OTHERS
            continue
        for cell, other in zip(row.content.content, stays.content.content, strict=True):
            if breach := _breach(cell, other, mine):
                return breach
    return None


def _own_rows(blocks: Sequence[Tree], mine: Owned) -> Iterator[Tree]:
    for block in blocks:
        if block.type.name == "table":
            yield from (row for row in block.content.content if (name := names_on(row, "ins")) and mine(name))


def _row_key(row: Tree) -> str:
    return str(row.content.content[0].content.content[0].attrs["id"])


def _one_cell(before: Tree, after: Tree) -> tuple[Tree, Tree] | None:
    """The cell in which alone the two differ, if there is one."""
    found: tuple[Tree, Tree] = (before, after)
    for name in ("table", "row", "cell"):
        pair = _one_child(*found)
        if pair is None or not all(node.type.name in (name, f"header_{name}") for node in pair):
            return None
        if not pair[0].has_markup(pair[1].type, pair[1].attrs, pair[1].marks):
            return None
        found = pair
    return found


def _one_child(before: Tree, after: Tree) -> tuple[Tree, Tree] | None:
    old, new = before.content.content, after.content.content
    if len(old) != len(new):
        return None
    start, end = _difference(old, new)
    return (old[start], new[start]) if start + end == len(old) - 1 else None


def _nodes(node: Tree) -> Iterator[Tree]:
    yield node
    for child in node.content.content:
        yield from _nodes(child)


def _is_same(one: Tree, two: Tree) -> bool:
    return one is two or one.eq(two)
