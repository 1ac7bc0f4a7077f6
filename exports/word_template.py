"""Our own Word template: clean parts kept as readable XML, opened once by python-docx and checked against the writer.

python-docx's default template is not used: it draws findings from validators and bears 164 styles that nobody asked
for. A style that the writer names and the template lacks stops the export, for Word would silently show plain text.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Final

import docx

from exports.word_package import HEAD, W, package

LOCALES: Final[Mapping[str, str]] = {"fr": "fr-FR", "en": "en-GB"}
BOXES: Final[Mapping[str, str]] = {
    "note": "CalloutNote", "tip": "CalloutTip", "important": "CalloutImportant", "warning": "CalloutWarning",
    "caution": "CalloutCaution", "code": "Code", "quote": "Quote", **{f"quote:{n}": f"Quote{n}" for n in range(2, 10)},
}  # fmt: skip
USED: Final = frozenset(
    """Normal Title Subtitle CoverOrganisation CoverLabel CoverFact TOCHeading TOC1 TOC2 TOC3 RecordTitle RecordNote
    Signature Header Footer Clause ListItem ListMore TableText TableHeading TableFingerprint TableSpacer Rule Hyperlink
    InlineCode LinkedCode CalloutLabel ImageRoom Mention Inserted Deleted GuidelineTable
    Heading1 Heading2 Heading3 Heading4 Heading5 Heading6""".split()
) | frozenset(BOXES.values())

_EDGES: Final = re.compile(r"<w:pBdr>.*?</w:pBdr>(?:<w:shd [^>]*/>)?")


@dataclass(frozen=True, slots=True)
class Template:
    """The parts that are the same in every file, and the borders of each box for what bears a style of its own."""

    styles: str
    settings: str
    fonts: str
    theme: str
    edges: Mapping[str, str]

    def styles_for(self, language: str, linked: Mapping[int, int]) -> str:
        """The styles in a language. `linked` is heading level to level of the numbering: new headings number too."""
        text = _speaking(self.styles, language)
        for level, depth in linked.items():
            place = text.index("<w:keepLines/>", text.index(f'w:styleId="Heading{level}"')) + len("<w:keepLines/>")
            number = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="1"/></w:numPr>'
            text = text[:place] + number + text[place:]
        return text

    def settings_for(self, language: str) -> str:
        """The settings in a language."""
        return _speaking(self.settings, language)


@cache
def template() -> Template:
    """The template, read and checked once in a process."""
    folder = files("exports").joinpath("templates")
    styles, settings, fonts, theme = (
        folder.joinpath(f"{name}.xml").read_text("utf-8") for name in ("styles", "settings", "fontTable", "theme1")
    )
    blank = {
        "word/document.xml": f'{HEAD}<w:document xmlns:w="{W}"><w:body><w:p/><w:sectPr/></w:body></w:document>',
        "word/styles.xml": styles, "word/settings.xml": settings, "word/fontTable.xml": fonts,
        "word/theme/theme1.xml": theme,
        "word/numbering.xml": f'{HEAD}<w:numbering xmlns:w="{W}"/>',
        "word/header1.xml": f'{HEAD}<w:hdr xmlns:w="{W}"><w:p/></w:hdr>',
        "word/footer1.xml": f'{HEAD}<w:ftr xmlns:w="{W}"><w:p/></w:ftr>',
    }  # fmt: skip
    known = {style.style_id for style in docx.Document(BytesIO(package(blank, []))).styles}
    if missing := sorted(USED - known):
        raise ValueError(f"the Word template lacks the styles {', '.join(missing)}")
    edges = {box: _edges(styles, style) for box, style in BOXES.items()}
    return Template(styles, settings, fonts, theme, edges)


def _edges(styles: str, style: str) -> str:
    place = styles.index(f'w:styleId="{style}"')
    found = _EDGES.search(styles, place, styles.index("</w:style>", place))
    return found.group() if found else ""


def _speaking(text: str, language: str) -> str:
    return text.replace("fr-FR", LOCALES[language])
