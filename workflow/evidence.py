"""What the log keeps of a row: one hash over every field, so that the row cannot be changed unnoticed afterwards."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlmodel import SQLModel

from guidelines.document import canonical_json

DOMAIN: Final = b"charte:evidence:1\n"


@dataclass(frozen=True, slots=True)
class Proof:
    """How the person who decides had signed in, and what their page showed: only the edge knows."""

    #: password or token.
    auth_method: str = "password"
    authenticated_at: datetime | None = None
    view_hash: str | None = None


def fingerprint(row: SQLModel) -> str:
    """SHA-256 over the row's fields by name. One that says nothing (None) does not count: tables may grow."""
    said = {name: value for name, value in fields(row).items() if value is not None}
    return hashlib.sha256(DOMAIN + canonical_json({"row": row.__class__.__name__, **said})).hexdigest()


def fields(row: SQLModel) -> dict[str, Any]:
    """Every field of a row as plain JSON: moments in UTC."""
    return {name: _plain(value) for name, value in row.model_dump(warnings=False).items()}


def name_hash(salt: str, name: str) -> str:
    """What the record keeps of a name: it proves the name as long as that is kept, and tells nothing once it is not."""
    return hashlib.sha256(f"charte:name:1\n{salt}\n{name}".encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value
