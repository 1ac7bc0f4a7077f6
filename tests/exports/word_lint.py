"""What the public validators do not look at, or only some of them: each finding is a sentence."""

import re
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from tests.exports.word_reader import W, WordFile, value


def lint(data: bytes) -> list[str]:
    return list(_findings(WordFile(data)))


def _findings(file: WordFile) -> Iterator[str]:
    root = file.root
    yield from _bookmarks(root)
    names = {node.get(f"{W}name") for node in root.iter(f"{W}bookmarkStart")}
    for node in root.iter(f"{W}hyperlink"):
        if (anchor := node.get(f"{W}anchor")) and anchor not in names:
            yield f"a link leads to the missing bookmark {anchor}"
    for node in root.iter(f"{W}instrText"):
        for name in re.findall(r"PAGEREF (\S+)", node.text or ""):
            if name not in names:
                yield f"a page number asks for the missing bookmark {name}"
    for part in ("word/document.xml", "word/header1.xml", "word/footer1.xml"):
        kinds = [node.get(f"{W}fldCharType") for node in file.xml(part).iter(f"{W}fldChar")]
        if Counter(kinds)["begin"] != Counter(kinds)["end"]:
            yield f"{part} has a field that never ends"
    yield from _references(file)
    for node in root.iter(f"{W}tc"):
        if len(node) == 0 or node[-1].tag != f"{W}p":
            yield "a cell does not end with a paragraph"
    for node in root.iter(f"{W}tbl"):
        after = node.getnext()
        if after is None or after.tag != f"{W}p":
            yield "a table is not followed by a paragraph, and would grow into the next one"
        yield from _grid(node)
    serials = Counter(value(node, "id") for node in root.iter(f"{W}sdtPr"))
    yield from (f"two content controls are number {serial}" for serial, count in serials.items() if count > 1)
    for node in root.iter(f"{W}t"):
        if (text := node.text or "") != text.strip() and node.get(f"{etree_xml}space") != "preserve":
            yield "white space at the edge of a text is not kept"


etree_xml = "{http://www.w3.org/XML/1998/namespace}"


def _bookmarks(root: etree._Element) -> Iterator[str]:
    starts = list(root.iter(f"{W}bookmarkStart"))
    ends = Counter(node.get(f"{W}id") for node in root.iter(f"{W}bookmarkEnd"))
    for serial, count in Counter(node.get(f"{W}id") for node in starts).items():
        if count > 1 or ends[serial] != 1:
            yield f"bookmark {serial} is not opened once and closed once"
    for name, count in Counter(node.get(f"{W}name") for node in starts).items():
        if count > 1:
            yield f"two bookmarks are named {name}"
        if not re.fullmatch(r"[A-Za-z_]\w{0,39}", name, re.ASCII):
            yield f"{name} is no name for a bookmark"


def _references(file: WordFile) -> Iterator[str]:
    styles = {node.get(f"{W}styleId") for node in file.xml("word/styles.xml").iter(f"{W}style")}
    lists = {node.get(f"{W}numId") for node in file.numbering.iter(f"{W}num")} | {"0"}
    for tag in ("pStyle", "rStyle", "tblStyle"):
        for node in file.root.iter(f"{W}{tag}"):
            if node.get(f"{W}val") not in styles:
                yield f"the style {node.get(f'{W}val')} does not exist"
    for node in file.root.iter(f"{W}numId"):
        if node.get(f"{W}val") not in lists:
            yield f"the list {node.get(f'{W}val')} does not exist"
    for node in file.root.iter():
        for name, target in node.attrib.items():
            if name.endswith("relationships}id") and target not in file.targets:
                yield f"{target} is no relationship"


def _grid(table: etree._Element) -> Iterator[str]:
    columns = len(table.find(f"{W}tblGrid"))
    if columns > 63:
        yield "a table has more columns than Word opens"
    for row in table.findall(f"{W}tr"):
        width = sum(int(value(cell.find(f"{W}tcPr"), "gridSpan") or 1) for cell in row.findall(f"{W}tc"))
        after = value(row.find(f"{W}trPr"), "gridAfter")
        if width + int(after or 0) != columns:
            yield "a row does not fill its table's columns"
