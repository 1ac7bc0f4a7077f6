"""Documents as files: converted and compared by file ending, written whole or not at all."""

import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from api.errors import BadInput
from exports.errors import ExportError, TooLarge
from exports.formats import READS, WRITES, read_warning, write
from exports.html_page import render_page
from exports.markdown_reader import Warned
from exports.redline import FORMATS, write_redline
from guidelines.document import Node
from guidelines.redline import redline as compare

#: Beyond this a file is not even read; each format has a lower limit of its own.
MOST_BYTES: Final = 100_000_000

#: code of a warning: what was done instead, and what would help. Facts stand in braces.
WARNINGS: Final[Mapping[str, str]] = {
    "link_removed": "the link to “{href}” is not allowed and was left out; its words are kept. "
    "Link to an http, https, mailto or tel address, or to a place in the document.",
    "footnote_kept_as_text": "footnotes are not understood; "
    "“{label}” is kept as text. Write its words where they belong.",
    "definition_unused": "no link uses “[{label}]: {href}”, which was left out. Use it or write it as text.",
    "list_flattened": "items deeper than {limit} levels were brought up to level {limit}; their words are kept.",
    "quote_flattened": "quotes deeper than {limit} levels were brought up to level {limit}; their words are kept.",
}


def convert(source: Path, target: Path, *, title: str | None, language: str) -> None:
    """Writes a document in another format and says on standard error what could not be kept as it was.

    Raises `BadInput`; then nothing is written.
    """
    format = _format(target, WRITES, "write")
    _differ(source, target)
    document, warnings = _read(source)
    if format == "html":
        data = render_page(document, title=title or source.stem, language=language, heading=title is not None).encode()
    else:
        data = write(document, format, language=language, title=title or "")
    write_file(target, data)
    for warning in warnings:
        print(f"charte: {source}: {_warning(warning)}", file=sys.stderr)


def redline(old: Path, new: Path, target: Path, *, language: str) -> None:
    """Writes what changed between two documents. Raises `BadInput`; then nothing is written."""
    format = _format(target, FORMATS, "write a comparison as")
    _differ(old, target)
    _differ(new, target)
    before, after = read_document(old), read_document(new)
    write_file(target, write_redline(compare(before, after), after, format, language=language))


def read_document(path: Path) -> Node:
    """The document in a file; raises `BadInput` with the file's name and what is wrong with it."""
    return _read(path)[0]


def _read(path: Path) -> tuple[Node, list[Warned]]:
    if path.is_dir():
        raise BadInput(f"{path}: is a folder. Name a file in it.")
    format = _format(path, READS, "read")
    if not path.exists():
        raise BadInput(f"{path}: there is no such file. Check the path.")
    try:
        if (size := path.stat().st_size) > MOST_BYTES:
            raise TooLarge(size=size, limit=MOST_BYTES)
        return read_warning(path.read_bytes(), format)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}. Check your right to read it.") from None
    except ExportError as error:
        raise BadInput(f"{path}: {_sentence(error)}") from None


def write_file(target: Path, data: bytes) -> None:
    """Writes a file whole: beside its place first, then renamed into it. Raises `BadInput`; then nothing is left."""
    place = Path(os.path.realpath(target))
    if place.is_dir():
        raise BadInput(f"{target}: is a folder. Name a file in it.")
    if not place.parent.is_dir():
        raise BadInput(f"{target}: there is no folder {target.parent}. Create it first.")
    beside = place.with_name(f".charte-{secrets.token_hex(6)}")
    try:
        with beside.open("xb") as file:
            file.write(data)
        beside.replace(place)
    except OSError as error:
        raise BadInput(
            f"{target}: cannot be written ({error.strerror}). Check the disk and your right to it."
        ) from None
    finally:
        beside.unlink(missing_ok=True)


def ending(path: Path) -> str:
    """The format that a file's name says."""
    return path.suffix.removeprefix(".").lower()


def _format(path: Path, known: Sequence[str], verb: str) -> str:
    found = ending(path)
    if found not in known:
        endings = ", ".join(f".{name}" for name in known)
        raise BadInput(f"{path}: cannot {verb} “{path.suffix or path.name}”. End the name with one of {endings}.")
    return found


def _differ(source: Path, target: Path) -> None:
    if target.exists() and source.exists() and target.samefile(source):
        raise BadInput(f"{target}: is the file to read from. Give another name to write to.")


def _warning(warning: Warned) -> str:
    """The sentence on one line, whatever the text holds."""
    facts = {
        name: "".join(c if str(c).isprintable() else "?" for c in str(fact)) for name, fact in warning.facts.items()
    }
    return WARNINGS[warning.code].format(**facts)


def _sentence(error: ExportError) -> str:
    from api.refusals import refusal

    answer = refusal(error, "en")
    return f"{answer.title}. {answer.detail}"
