"""Suggestions as programs and the editor read them: one shape, for the REST interface and for the live socket."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from guidelines import queries, suggestion_rows
from guidelines.tables import Suggestion


def open_suggestions(session: Session, version_id: str) -> list[dict[str, Any]]:
    """The rows of the open suggestions of a version, in the order in which they were made."""
    return shapes(session, suggestion_rows.open_rows(session, version_id))


def shapes(session: Session, rows: Sequence[Suggestion]) -> list[dict[str, Any]]:
    """The rows with the names of those concerned."""
    people = {person for row in rows for person in (row.person_id, row.decided_by) if person}
    names = queries.people_named(session, people)
    return [_shape(row, names) for row in rows]


def _shape(row: Suggestion, names: dict[str, str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "by": {"id": row.person_id, "name": names.get(row.person_id, "")},
        "at": _moment(row.at),
        "note": row.note or None,
        "state": row.state,
        "decided_by": {"id": row.decided_by, "name": names.get(row.decided_by, "")} if row.decided_by else None,
        "decided_at": _moment(row.decided_at) if row.decided_at else None,
    }


def _moment(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
