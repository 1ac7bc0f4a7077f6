"""On which page each heading is likely to stand: what the contents show until Word or LibreOffice lays the text out.

A rough count of lines in the template's sizes; the fields beside the numbers give the exact page as soon as they are
updated.
"""

from collections.abc import Sequence
from math import ceil
from typing import Final

from exports.word_tables import frames
from guidelines.document import Node, inline_text

PAGE: Final = 14003
_LINE: Final = 322
_HEADINGS: Final = {1: (48, 455, 620), 2: (62, 350, 470), 3: (75, 290, 360)}
_PLAIN: Final = (88, _LINE, 140)


def pages(document: Node, first: int) -> list[int]:
    """The page of each top-level block when the text begins on page `first`."""
    used = 0
    page = first
    found = []
    for block in document.content:
        height, needed = _height(block)
        if used + min(needed, PAGE) > PAGE:
            page += 1
            used = 0
        found.append(page)
        used += height
        page += used // PAGE
        used %= PAGE
    return found


def record_page(document: Node, found: Sequence[int]) -> int:
    """The page of the approval record, which begins a page after the text."""
    return found[-1] + 1 if found else len(document.content)


def _height(block: Node) -> tuple[int, int]:
    """(twips that the block takes, twips that must be free for it to begin on the page)."""
    if block.type == "heading":
        across, line, around = _HEADINGS.get(int(block.attr("level")), (82, 290, 300))
        height = _lines(block, across) * line + around
        return height, height + 2 * _LINE
    if block.type == "table":
        rows = [_row(row) for row in frames(block)]
        return sum(rows) + 180, rows[0] if rows else 0
    if block.type == "rule":
        return 500, 500
    across, line, around = _PLAIN
    indent = int(block.attr("indent")) + (1 if block.attr("list") else 0)
    height = _lines(block, max(20, across - 4 * indent)) * line + (70 if indent else around)
    return height, min(height, 2 * line)


def _row(row: Sequence[object]) -> int:
    tallest = 0
    for frame in row:
        content: Sequence[Node] = getattr(frame, "content", ())
        across = max(6, 92 * getattr(frame, "width", 1) // max(1, len(row)) - 3)
        tallest = max(tallest, sum(_lines(block, across) * 262 + 100 for block in content) + 56)
    return tallest


def _lines(block: Node, across: int) -> int:
    return sum(max(1, ceil(len(line) / across)) for line in inline_text(block).split("\n"))
