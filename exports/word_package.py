"""A .docx as bytes: parts, content types and relationships in a fixed order, with fixed dates.

The same parts give the same bytes on another process and another day, so that two people can compare two files by
their hash alone.
"""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from typing import Final

HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_TYPES: Final[Mapping[str, str]] = {
    "docProps/app.xml": "application/vnd.openxmlformats-officedocument.extended-properties+xml",
    "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    "docProps/custom.xml": "application/vnd.openxmlformats-officedocument.custom-properties+xml",
    "word/document.xml": f"{_WORD}.document.main+xml",
    "word/fontTable.xml": f"{_WORD}.fontTable+xml",
    "word/footer1.xml": f"{_WORD}.footer+xml",
    "word/header1.xml": f"{_WORD}.header+xml",
    "word/numbering.xml": f"{_WORD}.numbering+xml",
    "word/settings.xml": f"{_WORD}.settings+xml",
    "word/styles.xml": f"{_WORD}.styles+xml",
    "word/theme/theme1.xml": "application/vnd.openxmlformats-officedocument.theme+xml",
}
#: In this order their ids are rId1, rId2 and so on; the header is rId5, the footer rId6.
_OWN: Final = ("styles", "numbering", "settings", "fontTable", "header1", "footer1", "theme/theme1")
_FIRST: Final = "[Content_Types].xml"
#: The earliest moment a zip entry can name: no clock, no time zone.
_DAY: Final = (1980, 1, 1, 0, 0, 0)
_FORBIDDEN: Final = bytes(code for code in range(32) if code not in (9, 10, 13))
_NEVER: Final = str.maketrans(
    dict.fromkeys([*_FORBIDDEN, 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)], "\N{REPLACEMENT CHARACTER}")
)


@dataclass(frozen=True, slots=True)
class Relation:
    """What a part points to; `outside` for an address that is no part of the package."""

    id: str
    type: str
    target: str
    outside: bool = False


def package(parts: Mapping[str, str], relations: Sequence[Relation]) -> bytes:
    """The file. `relations` are those of the document part, beside the ones that its parts make necessary."""
    own = [
        Relation(f"rId{number}", path.rpartition("/")[2].rstrip("1"), f"{path}.xml")
        for number, path in enumerate(_OWN, 1)
    ]
    whole = {
        **{name: _bytes(text) for name, text in parts.items()},
        "_rels/.rels": _top_relations(parts).encode(),
        "word/_rels/document.xml.rels": _bytes(_relations([*own, *relations])),
        _FIRST: _content_types(parts).encode(),
    }
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(whole, key=lambda name: (name != _FIRST, name)):
            entry = zipfile.ZipInfo(name, _DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            entry.external_attr = 0
            archive.writestr(entry, whole[name])
    return out.getvalue()


def _bytes(text: str) -> bytes:
    """UTF-8 in which every character may stand in XML 1.0; one that may not becomes U+FFFD, and is seen."""
    try:
        data = text.encode()
    except UnicodeEncodeError:
        return text.translate(_NEVER).encode()
    if len(data.translate(None, _FORBIDDEN)) != len(data) or b"\xef\xbf\xbe" in data or b"\xef\xbf\xbf" in data:
        return text.translate(_NEVER).encode()
    return data


def _content_types(parts: Mapping[str, str]) -> str:
    overrides = "".join(f'<Override PartName="/{name}" ContentType="{_TYPES[name]}"/>' for name in sorted(parts))
    return (
        f'{HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _top_relations(parts: Mapping[str, str]) -> str:
    kinds = {
        "word/document.xml": f"{R}/officeDocument",
        "docProps/core.xml": f"{_PACKAGE}/relationships/metadata/core-properties",
        "docProps/app.xml": f"{R}/extended-properties",
        "docProps/custom.xml": f"{R}/custom-properties",
    }
    return _relations(
        [Relation(f"rId{n}", kind, name) for n, (name, kind) in enumerate(kinds.items(), 1) if name in parts]
    )


def _relations(relations: Sequence[Relation]) -> str:
    lines = "".join(
        f'<Relationship Id="{line.id}" Type="{line.type if ":" in line.type else f"{R}/{line.type}"}" '
        f'Target="{escape(line.target)}"{" TargetMode=" + chr(34) + "External" + chr(34) if line.outside else ""}/>'
        for line in relations
    )
    return f'{HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'
