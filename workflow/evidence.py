"""What the log keeps of a row: one hash over every field, so that the row cannot be changed unnoticed afterwards."""

import hashlib
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlmodel import SQLModel

from guidelines.document import canonical_json

DOMAIN: Final = b"charte:evidence:1\n"


def fingerprint(row: SQLModel) -> str:
    """SHA-256 over the row's fields by name. One that says nothing (None) does not count: tables may grow."""
    fields = {name: _plain(value) for name, value in row.model_dump().items() if value is not None}
    return hashlib.sha256(DOMAIN + canonical_json({"row": row.__class__.__name__, **fields})).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value
