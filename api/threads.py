"""Threads as programs and the editor read them: one shape, for the REST interface and for the live socket."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from guidelines import discussion, queries
from guidelines.discussion import Discussed


def threads_of(session: Session, version_id: str) -> list[dict[str, Any]]:
    """Every thread of the version as it stands now, in the order in which they were opened."""
    revision = queries.version(session, version_id).revision
    found = discussion.threads(session, version_id)
    people = {person for thread in found for person in _people(thread)}
    names = queries.people_named(session, people)
    return [_thread(thread, revision, names) for thread in found]


def _people(found: Discussed) -> set[str]:
    thread = found.thread
    others = {person for person in (thread.resolved_by, found.removed_by) if person}
    return {thread.created_by, *(comment.person_id for comment in found.comments), *others}


def _thread(found: Discussed, revision: int, names: dict[str, str]) -> dict[str, Any]:
    thread, anchor = found.thread, found.anchor
    return {
        "id": thread.id,
        "revision": revision,
        "from": anchor.start if anchor else None,
        "to": anchor.end if anchor else None,
        "quote": thread.quote,
        "removed": found.removed,
        "removed_at": found.removed_revision,
        "removed_by": names.get(found.removed_by) if found.removed_by else None,
        "section": thread.section,
        "blocking": thread.blocking,
        "open": found.is_open,
        "by": _by(thread.created_by, names),
        "at": _moment(thread.created_at),
        "comments": [
            {
                "id": comment.id,
                "by": _by(comment.person_id, names),
                "at": _moment(comment.at),
                "text": comment.text,
            }
            for comment in found.comments
        ],
    }


def _by(person_id: str, names: dict[str, str]) -> dict[str, str]:
    return {"id": person_id, "name": names.get(person_id, "")}


def _moment(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
