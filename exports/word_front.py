"""What stands before and around the text of a published version in Word: cover, contents, header and footer.

Everything here stands in content controls, so that a reader of the file can tell the document's own blocks from what
the export adds.
"""

from collections.abc import Sequence
from html import escape
from typing import Final

from exports.clock import day_in
from exports.labels import LABELS, LANGUAGES, day
from exports.publication import Publication
from exports.word_body import TEXT_WIDTH, Heading
from exports.word_package import HEAD, W
from exports.word_runs import run

MOST_LEVELS: Final = 3

_PREFIX: Final = "charte:"
_TAB: Final = "<w:r><w:tab/></w:r>"


def control(name: str, title: str, content: str, serial: int, *, gallery: str = "") -> str:
    """A block content control. Without a gallery its content is locked: it states facts, not the document's words."""
    kind = (
        f'<w:docPartObj><w:docPartGallery w:val="{gallery}"/><w:docPartUnique/></w:docPartObj>'
        if gallery
        else '<w:lock w:val="sdtContentLocked"/>'
    )
    return (
        f'<w:sdt><w:sdtPr><w:alias w:val="{escape(title)}"/><w:tag w:val="{_PREFIX}{name}"/><w:id w:val="{serial}"/>'
        f"{kind}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"
    )


def cover(publication: Publication) -> str:
    """The first page: whose text it is, its title, and what a reader must know before reading."""
    language = publication.language
    say = LABELS[language]
    since = day(publication.effective_on, language)
    facts = [
        (say["owner"], publication.owner_team),
        (say["audience"], publication.audience),
        (say["published"], day(day_in(publication, publication.published_at), language)),
        (say["effective"], since),
        (say["language"], LANGUAGES[language]),
        (say["policy"], publication.policy_title),
        (say["guideline"], publication.slug),
        (say["summary"], publication.summary),
        (say["change_note"], publication.change_note),
    ]
    label = 2400
    rows = "".join(
        f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cell(label, paragraph('CoverLabel', run(name)))}"
        f"{cell(TEXT_WIDTH - label, paragraph('CoverFact', run(words)))}</w:tr>"
        for name, words in facts
        if words
    )
    content = (
        paragraph("CoverOrganisation", run(publication.organisation))
        + paragraph("Title", run(publication.title))
        + paragraph("Subtitle", run(f"{say['version']} {publication.number} · {say['since']} {since}"))
        + table((label, TEXT_WIDTH - label), rows, "TableNormal", flush=True)
        + paragraph("TableSpacer", "")
    )
    return control("cover", publication.title[:60], content, 1)


def contents(headings: Sequence[Heading], pages: Sequence[int], record: tuple[str, str, int], language: str) -> str:
    """The contents as a field with its entries filled in: Word shows them at once and asks no question.

    `pages` are the page numbers shown until Word or LibreOffice computes its own; `record` is the approval record's
    title, bookmark and page.
    """
    say = LABELS[language]
    top = min((heading.level for heading in headings), default=1)
    lines = [
        (heading.level - top + 1, heading.number, heading.title, heading.bookmark, page)
        for heading, page in zip(headings, pages, strict=True)
        if heading.level - top < MOST_LEVELS and heading.title
    ]
    lines.append((1, "", *record))
    code = f' TOC \\o "{top}-{min(top + MOST_LEVELS - 1, 9)}" \\h \\z \\u '
    begin = f"{_mark('begin')}{_instruction(code)}{_mark('separate')}"
    entries = [
        paragraph(f"TOC{depth}", (begin if first == 0 else "") + _entry(number, title, name, page), _tab(depth, number))
        for first, (depth, number, title, name, page) in enumerate(lines)
    ]
    body = "".join(entries) + paragraph("Normal", _mark("end"))
    head = paragraph("TOCHeading", run(say["contents"]))
    return control("contents", say["contents"], head + body, 2, gallery="Table of Contents")


def header(title: str, number: str, language: str) -> str:
    """The running head: the title, and the version at the right."""
    version = f"{_TAB}{run(LABELS[language]['version'] + ' ' + number)}" if number else ""
    return f'{HEAD}<w:hdr xmlns:w="{W}">{paragraph("Header", (run(title) if title else "") + version)}</w:hdr>'


def footer(organisation: str, language: str) -> str:
    """The running foot: whose text it is, and page x of y."""
    say = LABELS[language]
    pages = f"{run(say['page'] + ' ')}{_field(' PAGE ', '1')}{run(' ' + say['of'] + ' ')}{_field(' NUMPAGES ', '1')}"
    words = (run(organisation) if organisation else "") + _TAB + pages
    return f'{HEAD}<w:ftr xmlns:w="{W}">{paragraph("Footer", words)}</w:ftr>'


def paragraph(style: str, runs: str, properties: str = "") -> str:
    """A paragraph of a style; `properties` follow the style in its properties."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{runs}</w:p>'


def cell(width: int, content: str, properties: str = "") -> str:
    """A table cell of that width."""
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{properties}</w:tcPr>{content}</w:tc>'


def table(widths: Sequence[int], rows: str, style: str = "GuidelineTable", *, flush: bool = False) -> str:
    """A table of fixed columns; `flush` aligns its words with the text's edge."""
    margin = '<w:tblCellMar><w:left w:w="0" w:type="dxa"/></w:tblCellMar>' if flush else ""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/>{margin}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>'
    )


def _entry(number: str, title: str, bookmark: str, page: int) -> str:
    label = run(number) + _TAB if number else ""
    reference = _field(f" PAGEREF {bookmark} \\h ", str(page))
    return f'<w:hyperlink w:anchor="{bookmark}" w:history="1">{label}{run(title)}{_TAB}{reference}</w:hyperlink>'


def _tab(depth: int, number: str) -> str:
    """The tab and hanging indent that a number asks for, as Word itself writes them into a numbered entry."""
    if not number:
        return ""
    hang = 567 if depth < MOST_LEVELS else 737
    left = (depth - 1) * 567 + hang
    return (
        f'<w:tabs><w:tab w:val="left" w:pos="{left}"/><w:tab w:val="right" w:leader="dot" w:pos="{TEXT_WIDTH}"/>'
        f'</w:tabs><w:ind w:left="{left}" w:hanging="{hang}"/>'
    )


def _field(code: str, shown: str) -> str:
    return f"{_mark('begin')}{_instruction(code)}{_mark('separate')}{run(shown)}{_mark('end')}"


def _mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def _instruction(code: str) -> str:
    return f'<w:r><w:instrText xml:space="preserve">{escape(code, quote=False)}</w:instrText></w:r>'
