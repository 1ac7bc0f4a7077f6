"""Reads a Word file by lxml alone, written apart from the writer: what a reader of the file sees, block by block."""

import zipfile
from collections import defaultdict
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import unquote

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MARKS = {"b": "strong", "i": "em", "strike": "strike", "u": "underline"}
STYLES = {"InlineCode": "code", "LinkedCode": "code"}


@dataclass
class Paragraph:
    """A paragraph as it is seen: its label as Word counts it, its words, and for each stretch its marks and link."""

    style: str
    label: str
    stretches: list[tuple[str, frozenset[str], str]] = field(default_factory=list)
    bookmarks: list[str] = field(default_factory=list)
    align: str | None = None

    @property
    def text(self) -> str:
        return "".join(words for words, _, _ in self.stretches)


@dataclass
class Table:
    rows: list[list[tuple[int, list[Paragraph]]]]
    header_rows: int
    columns: int


class WordFile:
    """An opened file; `blocks` are the document's own, outside the content controls of cover, contents and record."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        self.root = self.xml("word/document.xml")
        self.body = self.root.find(f"{W}body")
        self.targets = {
            line.get("Id"): line.get("Target") for line in self.xml("word/_rels/document.xml.rels") if line.get("Id")
        }
        self.counters: dict[str, dict[int, int]] = defaultdict(dict)
        self.begun: set[str] = set()
        self.numbering = self.xml("word/numbering.xml")
        self.blocks = [
            block for child in self.body if (block := self.block(child)) is not None and not is_callout_label(block)
        ]

    def xml(self, name: str) -> Any:
        return etree.fromstring(self.parts[name], etree.XMLParser(resolve_entities=False, huge_tree=True))

    def control(self, name: str) -> Any:
        found = self.body.xpath(f"w:sdt[w:sdtPr/w:tag/@w:val='charte:{name}']/w:sdtContent", namespaces={"w": W[1:-1]})
        return found[0] if found else None

    def block(self, node: Any) -> Paragraph | Table | None:
        if node.tag == f"{W}p":
            paragraph = self.paragraph(node)
            return None if paragraph.style == "TableSpacer" else paragraph
        return self.table(node) if node.tag == f"{W}tbl" else None

    def paragraph(self, node: Any) -> Paragraph:
        own = node.find(f"{W}pPr")
        style = value(own, "pStyle") or "Normal"
        found = Paragraph(style, self.label(own), align=value(own, "jc"))
        for child in node:
            self.inline(child, found, "")
        return found

    def inline(self, node: Any, found: Paragraph, link: str) -> None:
        if node.tag == f"{W}bookmarkStart":
            found.bookmarks.append(node.get(f"{W}name"))
        elif node.tag == f"{W}hyperlink":
            anchor = node.get(f"{W}anchor")
            link = f"bookmark {anchor}" if anchor else unquote(self.targets[node.get(f"{R}id")])
        elif node.tag == f"{W}fldSimple":
            link = unquote(node.get(f"{W}instr").split('"')[1])
        elif node.tag == f"{W}r":
            self.run(node, found, link)
        if node.tag in (f"{W}hyperlink", f"{W}fldSimple"):
            for child in node:
                self.inline(child, found, link)

    def run(self, node: Any, found: Paragraph, link: str) -> None:
        own = node.find(f"{W}rPr")
        marks = {name for tag, name in MARKS.items() if own is not None and own.find(f"{W}{tag}") is not None}
        raised = value(own, "vertAlign")
        marks |= {"sub"} if raised == "subscript" else {"sup"} if raised == "superscript" else set()
        style = value(own, "rStyle") or ""
        marks |= {STYLES[style]} if style in STYLES else set()
        words = ""
        for child in node:
            if child.tag == f"{W}t":
                words += child.text or ""
            elif child.tag in (f"{W}br", f"{W}tab"):
                words += "\n" if child.tag == f"{W}br" else "\t"
        if style == "ImageRoom":
            words = words[1:-1].partition(":")[2].removeprefix(" ")
        if style == "CalloutLabel":
            marks.add("callout label")
        found.stretches.append((words, frozenset(marks), link))

    def label(self, own: Any) -> str:
        """The number or bullet that the list machinery of the format gives a paragraph (ISO 29500-1, 17.9)."""
        number = own.find(f"{W}numPr") if own is not None else None
        if number is None or value(number, "numId") in (None, "0"):
            return ""
        level, list_id = int(value(number, "ilvl") or 0), value(number, "numId")
        names = {"w": W[1:-1]}
        num = self.numbering.xpath(f"w:num[@w:numId='{list_id}']", namespaces=names)[0]
        abstract = value(num, "abstractNumId")
        levels = {
            int(line.get(f"{W}ilvl")): line
            for line in self.numbering.xpath(f"w:abstractNum[@w:abstractNumId='{abstract}']/w:lvl", namespaces=names)
        }
        if value(levels[level], "numFmt") == "bullet":
            return "bullet"
        counters = self.counters[abstract]
        for line in num.findall(f"{W}lvlOverride"):
            if list_id not in self.begun and int(line.get(f"{W}ilvl")) == level:
                counters[level] = int(value(line, "startOverride")) - 1
        self.begun.add(list_id)
        counters[level] = counters.get(level, int(value(levels[level], "start")) - 1) + 1
        for deeper in [other for other in counters if other > level]:
            del counters[deeper]
        text = value(levels[level], "lvlText")
        for other in range(level + 1):
            text = text.replace(f"%{other + 1}", str(counters.get(other, "?")))
        return text

    def table(self, node: Any) -> Table:
        rows, header = [], 0
        for line in node.findall(f"{W}tr"):
            header += line.find(f"{W}trPr/{W}tblHeader") is not None
            cells = []
            for cell in line.findall(f"{W}tc"):
                own = cell.find(f"{W}tcPr")
                merge = own.find(f"{W}vMerge")
                content = [block for child in cell if isinstance(block := self.block(child), Paragraph)]
                if merge is None or merge.get(f"{W}val") == "restart":
                    kept = [block for block in content if not is_callout_label(block)]
                    cells.append((int(value(own, "gridSpan") or 1), kept))
            rows.append(cells)
        return Table(rows, header, len(node.find(f"{W}tblGrid")))


def value(node: Any, tag: str) -> str | None:
    found = node.find(f"{W}{tag}") if node is not None else None
    return found.get(f"{W}val") if found is not None else None


def is_callout_label(block: Paragraph | Table) -> bool:
    return isinstance(block, Paragraph) and any("callout label" in marks for _, marks, _ in block.stretches)
