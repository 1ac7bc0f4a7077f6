"""Documents as files: converted and compared by file ending, written whole or not at all."""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from api.errors import BadInput
from exports.errors import ExportError, TooLarge
from exports.formats import READS, WRITES, read, write
from exports.html_page import render_page
from exports.redline import FORMATS, write_redline
from guidelines.document import Node
from guidelines.redline import redline as compare

#: Beyond this a file is not even read; each format has a lower limit of its own.
MOST_BYTES: Final = 100_000_000


def convert(source: Path, target: Path, *, title: str | None, language: str) -> None:
    """Writes a document in another format. Raises `BadInput`; then nothing is written."""
    format = _format(target, WRITES, "write")
    _differ(source, target)
    document = read_document(source)
    if format == "html":
        data = render_page(document, title=title or source.stem, language=language, heading=title is not None).encode()
    else:
        data = write(document, format, language=language, title=title or "")
    write_file(target, data)


def redline(old: Path, new: Path, target: Path, *, language: str) -> None:
    """Writes what changed between two documents. Raises `BadInput`; then nothing is written."""
    format = _format(target, FORMATS, "write a comparison as")
    _differ(old, target)
    _differ(new, target)
    before, after = read_document(old), read_document(new)
    write_file(target, write_redline(compare(before, after), after, format, language=language))


def read_document(path: Path) -> Node:
    """The document in a file; raises `BadInput` with the file's name and what is wrong with it."""
    if path.is_dir():
        raise BadInput(f"{path}: is a folder. Name a file in it.")
    format = _format(path, READS, "read")
    if not path.exists():
        raise BadInput(f"{path}: there is no such file. Check the path.")
    try:
        if (size := path.stat().st_size) > MOST_BYTES:
            raise TooLarge(size=size, limit=MOST_BYTES)
        return read(path.read_bytes(), format)
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


def _sentence(error: ExportError) -> str:
    from api.refusals import refusal

    answer = refusal(error, "en")
    return f"{answer.title}. {answer.detail}"
