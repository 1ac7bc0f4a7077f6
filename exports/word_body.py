"""A document's blocks as Word paragraphs and tables, written as strings.

python-docx's own calls look every style up by name and rebuild a table's grid for each cell; writing style ids
directly is what makes a hundred pages take a fraction of a second (`benchmarks/word.py`).

Each block's words stand inside a hidden bookmark named after the block's id, so that a link can lead there and a file
that comes back can be matched with the version it was made from.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from exports.anchors import anchors, destination
from exports.labels import CALLOUTS, LABELS
from exports.lists import Item, Lists, in_list
from exports.numbering import numbers
from exports.word_numbering import BULLETS, STEP, Numbering
from exports.word_runs import Runs, may_turn, right_to_left, run
from exports.word_tables import Frame, frames, widths
from exports.word_template import BOXES, template
from guidelines.document import Node, inline_text

TEXT_WIDTH: Final = 9070

_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9_]{1,35}")
_ALIGN: Final = {"left": "left", "center": "center", "right": "right", "justify": "both"}
_BASE: Final = {
    **dict.fromkeys(CALLOUTS, 227), "code": 142, "quote": 340, **{f"quote:{n}": 340 * n for n in range(2, 10)},
}  # fmt: skip
_SPACER: Final = '<w:p><w:pPr><w:pStyle w:val="TableSpacer"/></w:pPr></w:p>'
_CLAUSE_MARK: Final = (
    '<w:rPr><w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:cs="Arial"/><w:color w:val="535D6C"/>'
    '<w:sz w:val="17"/><w:szCs w:val="17"/></w:rPr>'
)
_HEADING_MARK: Final = '<w:rPr><w:color w:val="1D4B78"/></w:rPr>'


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as the contents list it; `place` is its block's place in the document."""

    number: str
    title: str
    level: int
    bookmark: str
    place: int


@dataclass(frozen=True, slots=True)
class _Inside:
    """What a container lends to its paragraphs: their style, their alignment, and whether a list goes on in it."""

    style: str = ""
    align: str | None = None


_DOCUMENT: Final = _Inside()


class Body:
    """One document being written: its blocks, then what the other parts need to know of them."""

    def __init__(self, document: Node, language: str, *, both_ways: bool = False) -> None:
        self.document = document
        self.headings: list[Heading] = []
        self.numbering = Numbering(_linked(document))
        self.runs = Runs(language, self._bookmark_of)
        self._language = language
        self._given = numbers(document)
        self._ids = {block.id for block in document.content if block.id}
        self._names: set[str] = set()
        self._anchors: Mapping[str, str] | None = None
        self._serial = 0
        self._both_ways = both_ways
        self._edges = template().edges

    def write(self) -> str:
        """The document's blocks, once."""
        return self._blocks(self.document.content, self._given, _DOCUMENT)

    def _blocks(self, blocks: Sequence[Node], given: Mapping[int, str], inside: _Inside) -> str:
        parts: list[str] = []
        lists = Lists(self._serial)
        box = None
        for place, block in enumerate(blocks):
            if block.is_textblock:
                last, box = box, block.attr("box")
                if box in CALLOUTS and box != last:
                    parts.append(self._callout_label(box))
                item = lists.place(block)
                self._serial = lists.serial
                parts.append(self._paragraph(block, place, given.get(place, ""), item, inside))
                continue
            box = None
            lists.place(block)
            if block.type == "table":
                parts.append(self._table(block))
                self._serial = max(self._serial, lists.serial)
                lists.serial = self._serial
            elif block.type == "rule":
                parts.append('<w:p><w:pPr><w:pStyle w:val="Rule"/></w:pPr></w:p>')
        return "".join(parts)

    def _paragraph(self, block: Node, place: int, number: str, item: Item | None, inside: _Inside) -> str:
        words = self.runs.of(block.content)
        top = inside is _DOCUMENT
        name = self._named(block, place) if top else ""
        if block.type == "heading" and top and words:
            title = " ".join(inline_text(block).split())
            self.headings.append(Heading(number, title, int(block.attr("level")), name, place))
        properties = self._properties(block, number, item, inside)
        if name:
            serial = len(self._names)
            words = f'<w:bookmarkStart w:id="{serial}" w:name="{name}"/>{words}<w:bookmarkEnd w:id="{serial}"/>'
        if self._turns(block):
            words = _turned(words)
        return f"<w:p>{properties}{words}</w:p>"

    def _properties(self, block: Node, number: str, item: Item | None, inside: _Inside) -> str:
        attrs = block.attrs
        if (not attrs or (len(attrs) == 1 and "id" in attrs)) and not (
            block.type == "heading" or number or inside.style
        ):
            # The common case: a plain paragraph that states nothing but its id.
            return "<w:pPr><w:bidi/></w:pPr>" if self._turns(block) else ""
        box, indent = block.attr("box"), int(block.attr("indent"))
        listed = in_list(block)
        style = _style(block, number, listed, inside)
        parts = [f'<w:pStyle w:val="{style}"/>'] if style else []
        parts.append(self._number(block, number, item))
        if block.type == "heading" and box is not None:
            parts.append(self._edges["code" if box.startswith("code") else box])
        if self._turns(block):
            parts.append("<w:bidi/>")
        base = _BASE["code" if str(box).startswith("code") else str(box)] if box is not None else 0
        if listed and (base or block.attr("list") is None):
            hanging = f' w:hanging="{STEP}"' if block.attr("list") else ""
            left = base + (indent + 1 if block.attr("list") else indent) * STEP
            parts.append(f'<w:ind w:left="{left}"{hanging}/>')
        elif block.type == "heading" and base:
            parts.append(f'<w:ind w:left="{base}"/>')
        align = block.attr("align") or inside.align
        if align:
            parts.append(f'<w:jc w:val="{_ALIGN[align]}"/>')
        if number:
            parts.append(_HEADING_MARK if block.type == "heading" else _CLAUSE_MARK)
        inner = "".join(parts)
        return f"<w:pPr>{inner}</w:pPr>" if inner else ""

    def _turns(self, block: Node) -> bool:
        return self._both_ways and right_to_left(inline_text(block))

    def _number(self, block: Node, number: str, item: Item | None) -> str:
        if number:
            level, list_id = self.numbering.heading(number)
        elif block.type == "heading":
            return ""
        elif block.attr("list") == "bullet":
            level, list_id = int(block.attr("indent")), BULLETS
        elif item is not None:
            level = int(block.attr("indent"))
            list_id = self.numbering.item(item.list, level, item.number)
        else:
            return ""
        return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>'

    def _callout_label(self, box: str) -> str:
        properties = f'<w:pPr><w:pStyle w:val="{BOXES[box]}"/><w:keepNext/></w:pPr>'
        words = run(LABELS[self._language][box], '<w:rPr><w:rStyle w:val="CalloutLabel"/></w:rPr>')
        return f"<w:p>{properties}{words}</w:p>"

    def _table(self, table: Node) -> str:
        rows = frames(table)
        columns = max((frame.column + frame.width for row in rows for frame in row), default=1)
        sizes = widths(rows, columns, TEXT_WIDTH)
        grid = "".join(f'<w:gridCol w:w="{size}"/>' for size in sizes)
        name = self._named(table, 0, "_ct_")
        parts = [
            '<w:tbl><w:tblPr><w:tblStyle w:val="GuidelineTable"/>'
            f'<w:tblW w:w="{sum(sizes)}" w:type="dxa"/><w:tblLayout w:type="fixed"/></w:tblPr>'
            f"<w:tblGrid>{grid}</w:tblGrid>"
        ]
        heading = True
        for row in rows:
            heading = heading and all(frame.cell is not None and frame.cell.type == "header_cell" for frame in row)
            parts.append(self._row(row, sizes, heading, name))
            name = ""
        return "".join([*parts, "</w:tbl>", _SPACER])

    def _row(self, row: Sequence[Frame], sizes: Sequence[int], heading: bool, name: str) -> str:
        used = max((frame.column + frame.width for frame in row), default=0)
        after = f'<w:gridAfter w:val="{len(sizes) - used}"/>' if used < len(sizes) else ""
        repeat = "<w:tblHeader/>" if heading else ""
        cells = []
        for frame in row:
            cells.append(self._cell(frame, sum(sizes[frame.column : frame.column + frame.width]), heading, name))
            name = ""
        return f"<w:tr><w:trPr>{after}<w:cantSplit/>{repeat}</w:trPr>{''.join(cells)}</w:tr>"

    def _cell(self, frame: Frame, size: int, heading: bool, name: str) -> str:
        properties = f'<w:tcW w:w="{size}" w:type="dxa"/>'
        if frame.width > 1:
            properties += f'<w:gridSpan w:val="{frame.width}"/>'
        if frame.merge:
            properties += '<w:vMerge w:val="restart"/>' if frame.merge == "restart" else "<w:vMerge/>"
        if frame.cell is None or frame.merge == "continue":
            return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p/></w:tc>"
        header = frame.cell.type == "header_cell"
        if header and heading:
            properties += '<w:shd w:val="clear" w:color="auto" w:fill="EAF0F6"/>'
        inside = _Inside("TableHeading" if header else "TableText", frame.cell.attr("align"))
        words = self._blocks(frame.content, {}, inside)
        if name:
            serial = len(self._names)
            start = f'<w:bookmarkStart w:id="{serial}" w:name="{name}"/>'
            words = _around_first(words, start, f'<w:bookmarkEnd w:id="{serial}"/>')
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{words}</w:tc>"

    def _named(self, block: Node, place: int, prefix: str = "_cb_") -> str:
        """The block's bookmark, each name once; a heading always has one, for the contents lead there."""
        name = bookmark(block.id, prefix) if block.id else ""
        if name in self._names:
            name = ""
        if not name and block.type == "heading":
            name = f"_ch_{place}"
        if name:
            self._names.add(name)
        return name

    def _bookmark_of(self, href: str) -> str | None:
        if self._anchors is None:
            self._anchors = anchors(self.document)
        block = destination(href, self._anchors)
        if block is None:
            return None
        found = next(inner for inner in self.document.content if inner.id == block)
        return bookmark(block, "_ct_" if found.type == "table" else "_cb_") if found.type != "rule" else None


def write_body(document: Node, language: str) -> tuple[str, Body]:
    """The document's blocks, and what the other parts need to know of them."""
    body = Body(document, language)
    text = body.write()
    if may_turn(text):
        body = Body(document, language, both_ways=True)
        text = body.write()
    return text, body


def bookmark(id: str, prefix: str = "_cb_") -> str:
    """The bookmark of a block; Word takes at most 40 letters, digits and underscores."""
    if _PLAIN_NAME.fullmatch(id):
        return prefix + id
    return prefix + "h" + hashlib.sha256(id.encode()).hexdigest()[:32]


def _style(block: Node, number: str, listed: bool, inside: _Inside) -> str:
    box = block.attr("box")
    if block.type == "heading":
        return f"Heading{block.attr('level')}"
    if box is not None:
        return BOXES["code" if box.startswith("code") else box]
    if inside.style:
        return inside.style
    if listed:
        return "ListItem" if block.attr("list") else "ListMore"
    return "Clause" if number else ""


def _linked(document: Node) -> dict[int, int]:
    """Which heading styles number by themselves: none where a heading stands in a cell, for it has no number."""
    levels = sorted({int(block.attr("level")) for block in document.content if block.type == "heading"})
    if document.attr("numbering") == "none" or not levels or _headed_cells(document):
        return {}
    return {level: level - levels[0] for level in range(levels[0], 7)}


def _headed_cells(document: Node) -> bool:
    tables = (block for block in document.content if block.type == "table")
    return any(
        block.type == "heading"
        for table in tables
        for row in table.content
        for cell in row.content
        for block in cell.content
    )


def _turned(words: str) -> str:
    """The same runs, written from right to left."""
    words = words.replace("</w:rPr>", "<w:rtl/></w:rPr>")
    return words.replace("<w:r><w:t", "<w:r><w:rPr><w:rtl/></w:rPr><w:t")


def _around_first(words: str, start: str, end: str) -> str:
    """The bookmark put around the content of the first paragraph."""
    place = words.index("<w:p>") + len("<w:p>")
    if words.startswith("<w:pPr>", place):
        place = words.index("</w:pPr>", place) + len("</w:pPr>")
    close = words.index("</w:p>", place)
    return words[:place] + start + words[place:close] + end + words[close:]
