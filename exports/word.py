"""A document as a Word file: a published version with cover, contents and approval record, or the text alone.

The parts come from siblings named `word_*`: the body's blocks and runs, the numbering, the pages before and after the
text, the properties, the template, the package. The same value gives the same bytes everywhere.
"""

from typing import Final

from exports.labels import LABELS
from exports.publication import Publication
from exports.word_body import Body, write_body
from exports.word_front import contents, cover, footer, header
from exports.word_package import HEAD, R, W, package
from exports.word_pages import pages, record_page
from exports.word_properties import application, core, properties
from exports.word_record import BOOKMARK, record
from exports.word_template import template
from guidelines.document import Node

#: Bookmark numbers of what the export adds lie above any that a text can use.
_RECORD_SERIAL: Final = 1_000_000
#: The cover and the contents each take a page.
_FIRST_PAGE: Final = 3

_HEADERS: Final = '<w:headerReference w:type="default" r:id="rId5"/><w:footerReference w:type="default" r:id="rId6"/>'
_SHEET: Final = (
    '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1417" w:right="1418" w:bottom="1417" w:left="1418" '
    'w:header="680" w:footer="680" w:gutter="0"/>'
)
_SECTION: Final = f"<w:sectPr>{_HEADERS}{_SHEET}</w:sectPr>"
_CONTINUED: Final = f'<w:sectPr><w:type w:val="nextPage"/>{_SHEET}</w:sectPr>'
#: Ends the cover's section, whose first page bears neither header nor footer.
_NEXT_PAGE: Final = (
    f'<w:p><w:pPr><w:pStyle w:val="TableSpacer"/><w:sectPr>{_HEADERS}{_SHEET}<w:titlePg/></w:sectPr></w:pPr></w:p>'
)


def export_word(publication: Publication) -> bytes:
    """The published version as a file."""
    text, body = write_body(publication.document, publication.language)
    places = pages(publication.document, _FIRST_PAGE)
    title = LABELS[publication.language]["approved"]
    listed = contents(
        body.headings,
        [places[heading.place] for heading in body.headings],
        (title, BOOKMARK, record_page(publication.document, places)),
        publication.language,
    )
    parts = {
        "word/header1.xml": header(publication.title, publication.number, publication.language),
        "word/footer1.xml": footer(publication.organisation, publication.language),
        **properties(publication),
    }
    blocks = cover(publication) + listed + _NEXT_PAGE + text + record(publication, _RECORD_SERIAL) + _CONTINUED
    return _file(body, blocks, parts, publication.language)


def write_word(document: Node, language: str, title: str = "") -> bytes:
    """The text alone, with page numbers; for a document that has no publication."""
    text, body = write_body(document, language)
    parts = {
        "word/header1.xml": header(title, "", language),
        "word/footer1.xml": footer("", language),
        "docProps/core.xml": core(title, language),
        "docProps/app.xml": application(),
    }
    return _file(body, text + _SECTION, parts, language)


def _file(body: Body, blocks: str, parts: dict[str, str], language: str) -> bytes:
    own = template()
    whole = {
        **parts,
        "word/document.xml": f'{HEAD}<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{blocks}</w:body></w:document>',
        "word/numbering.xml": body.numbering.part(),
        "word/styles.xml": own.styles_for(language, body.numbering.linked),
        "word/settings.xml": own.settings_for(language),
        "word/fontTable.xml": own.fonts,
        "word/theme/theme1.xml": own.theme,
    }
    return package(whole, body.runs.relations)
