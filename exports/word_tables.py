"""A table's cells laid on Word's grid: spans that fit, and column widths from what the cells hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from guidelines.document import Node, inline_text

#: Word opens no table with more columns; what stands further right joins the last cell of its row.
MOST_COLUMNS: Final = 63
_SAMPLED_ROWS: Final = 40
_NARROWEST, _WIDEST = 6, 60


@dataclass(frozen=True, slots=True)
class Frame:
    """A cell on the grid. `merge` is "continue" for a place that a cell from above covers."""

    cell: Node | None
    column: int
    width: int
    merge: Literal["", "restart", "continue"]
    content: tuple[Node, ...] = ()


def frames(table: Node) -> list[list[Frame]]:
    """Each row's cells. A span that meets another cell, or the table's end, is cut there."""
    rows: list[list[Frame]] = []
    #: Column to (rows still covered, width) of the cell that reaches down from above.
    below: dict[int, tuple[int, int]] = {}
    left = len(table.content)
    for row in table.content:
        line: list[Frame] = []
        column = 0
        covered, below = below, {}
        for cell in row.content:
            column = _covered(line, covered, below, column)
            free = min((place for place in covered if place > column), default=MOST_COLUMNS) - column
            if column >= MOST_COLUMNS:
                line[-1] = _joined(line[-1], cell)
                continue
            width = min(int(cell.attr("colspan")), free)
            height = min(int(cell.attr("rowspan")), left)
            if height > 1:
                below[column] = (height - 1, width)
            line.append(Frame(cell, column, width, "restart" if height > 1 else "", cell.content))
            column += width
        _covered(line, covered, below, column)
        rows.append(line)
        left -= 1
    return rows


def widths(rows: Sequence[Sequence[Frame]], columns: int, total: int) -> list[int]:
    """Column widths that add up to `total`: those that the document states, else shared by how much the cells hold."""
    stated = _stated(rows, columns)
    weights = stated or _weights(rows, columns)
    whole = sum(weights)
    sizes = [max(1, total * weight // whole) for weight in weights]
    sizes[-1] = max(1, sizes[-1] + total - sum(sizes))
    return sizes


def _covered(line: list[Frame], covered: dict[int, tuple[int, int]], below: dict[int, tuple[int, int]], at: int) -> int:
    """Fills the places from `at` on that cells from above cover; returns the first free column."""
    while at in covered:
        rows, width = covered.pop(at)
        line.append(Frame(None, at, width, "continue"))
        if rows > 1:
            below[at] = (rows - 1, width)
        at += width
    return at


def _joined(last: Frame, cell: Node) -> Frame:
    return Frame(last.cell, last.column, last.width, last.merge, last.content + cell.content)


def _stated(rows: Sequence[Sequence[Frame]], columns: int) -> list[int] | None:
    found: list[int] = []
    for frame in rows[0] if rows else ():
        stated = frame.cell.attr("colwidth") if frame.cell is not None else None
        if not stated or len(stated) != frame.width or not all(stated):
            return None
        found += stated
    return found if len(found) == columns else None


def _weights(rows: Sequence[Sequence[Frame]], columns: int) -> list[int]:
    most = [_NARROWEST] * columns
    for row in rows[:_SAMPLED_ROWS]:
        for frame in row:
            if frame.width == 1 and frame.content:
                length = max(len(inline_text(block)) for block in frame.content)
                if length > most[frame.column]:
                    most[frame.column] = min(length, _WIDEST)
    return most
