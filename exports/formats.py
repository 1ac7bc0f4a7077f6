"""Files by format: what can be read and written, and telling a file by its bytes rather than by its name."""

import json
from collections.abc import Mapping
from typing import Final

from exports.errors import Empty, InvalidDocument, NotText, TooLarge, UnknownFormat, WrongType
from exports.html_page import export_html, render_page
from exports.markdown import write_markdown
from exports.markdown_reader import MOST_BYTES, Warned, read_with_warnings
from exports.publication import Publication
from exports.record import export_json, export_markdown
from guidelines.document import Node, parse, serialise
from guidelines.errors import GuidelineError
from guidelines.schema import faults

READS: Final = ("md", "markdown", "json")
WRITES: Final = ("md", "docx", "html", "json")
EXPORTS: Final = ("docx", "html", "md", "json")
MEDIA_TYPES: Final[Mapping[str, str]] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
}

_MAGIC: Final = (
    (b"PK\x03\x04", "zip, docx"),
    (b"%PDF", "pdf"),
    (b"\xd0\xcf\x11\xe0", "doc"),
    (b"{\\rtf", "rtf"),
    (b"\x89PNG", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
)


def read(data: bytes, format: str) -> Node:
    """The document in a file of that format. Raises an `ExportError` that names what is wrong with it."""
    return read_warning(data, format)[0]


def read_warning(data: bytes, format: str) -> tuple[Node, list[Warned]]:
    """The same, and what could not be kept as it was."""
    if format not in READS:
        raise UnknownFormat(format=format, known=list(READS))
    if not data:
        raise Empty()
    if len(data) > MOST_BYTES:
        raise TooLarge(size=len(data), limit=MOST_BYTES)
    if (found := kind_of(data)) is not None:
        raise WrongType(named=format, found=found)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotText() from None
    return (_read_json(text), []) if format == "json" else read_with_warnings(text)


def write(document: Node, format: str, *, language: str = "fr", title: str = "") -> bytes:
    """A document as a file of that format, without anything about its publication."""
    if format == "docx":
        from exports.word import write_word

        return write_word(document, language, title)
    if format == "md":
        return write_markdown(document).encode()
    if format == "html":
        return render_page(document, title=title or "Document", language=language, heading=bool(title)).encode(
            "utf-8", "replace"
        )
    if format == "json":
        return (json.dumps(serialise(document), ensure_ascii=False, indent=1) + "\n").encode()
    raise UnknownFormat(format=format, known=list(WRITES))


def export(publication: Publication, format: str) -> bytes:
    """A published version as a file with its approval record; the same bytes for the same version."""
    if format == "docx":
        from exports.word import export_word

        return export_word(publication)
    if format == "html":
        return export_html(publication)
    if format == "md":
        return export_markdown(publication)
    if format == "json":
        return export_json(publication)
    raise UnknownFormat(format=format, known=list(EXPORTS))


def kind_of(data: bytes) -> str | None:
    """What the first bytes say the file is; None for text."""
    return next((name for magic, name in _MAGIC if data.startswith(magic)), None)


def _read_json(text: str) -> Node:
    try:
        value = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise InvalidDocument(reason=str(error)) from None
    if isinstance(value, dict) and value.keys() == {"publication", "approvals", "document"}:
        value = value["document"]
    if fault := next(faults(value), None):
        raise InvalidDocument(reason=fault)
    if value.get("type") != "doc":
        raise InvalidDocument(reason="is not a whole document")
    try:
        return parse(value)
    except GuidelineError as error:
        raise InvalidDocument(reason=str(error)) from None
