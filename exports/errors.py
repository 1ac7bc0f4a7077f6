"""What reading and writing files refuses. Each error has a stable code and facts; none knows HTTP or a language."""

from typing import Any, ClassVar


class ExportError(Exception):
    """The root. `facts` are what a sentence about the refusal needs; `api` writes the sentence."""

    code: ClassVar[str] = "export_error"

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(f"{self.code}: {facts}" if facts else self.code)


class TooLarge(ExportError):
    """A file is larger than its kind may be. Facts `size`, `limit`, in bytes."""

    code = "file_too_large"


class Empty(ExportError):
    """A file holds nothing."""

    code = "file_empty"


class NotText(ExportError):
    """A text file is not UTF-8, or holds a NUL."""

    code = "not_text"


class WrongType(ExportError):
    """A file is not what its name says. Facts `named`, `found`."""

    code = "wrong_type"


class UnknownFormat(ExportError):
    """No such format can be read or written. Facts `format`, `known`."""

    code = "unknown_format"


class TooComplex(ExportError):
    """A document has more blocks or deeper nesting than can be kept. Facts `size`, `limit`."""

    code = "document_too_complex"


class TooDeep(ExportError):
    """Lists or quotations stand deeper in each other than can be kept. Facts `size` (at least so many), `limit`."""

    code = "too_deep"


class InvalidDocument(ExportError):
    """A document's JSON breaks the schema. Fact `reason`."""

    code = "document_invalid"
