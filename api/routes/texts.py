"""A text as programs send it: Markdown or a document's JSON in a body, or a file known by its ending."""

import json
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from litestar.datastructures import UploadFile

from api.errors import InvalidRequest
from exports.formats import read
from guidelines.document import Node


@dataclass
class Upload:
    """A form with one file, in the field `file`."""

    file: UploadFile


def given_text(markdown: str | None, document: dict[str, Any] | None) -> Node | None:
    """The text of a body; None without one. Raises `InvalidRequest` for both at once, and an `ExportError`."""
    if markdown is not None and document is not None:
        raise InvalidRequest(fields=[("document", "malformed")])
    if document is not None:
        return read(json.dumps(document).encode(), "json")
    return read(markdown.encode(), "md") if markdown is not None else None


def text_of_file(name: str, content: bytes) -> Node:
    """The text of a file; its ending says what it is and its bytes must agree. Raises an `ExportError`."""
    return read(content, PurePath(name).suffix.lstrip(".").lower() or "md")
