"""Threads as programs and the editor read them: one shape, for the REST interface and for the live socket.

What somebody may not know of is not in it: `discussion` is asked as that person.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from guidelines import discussion, mentions, queries
from guidelines.discussion import Discussed
from guidelines.mentions import PERSON, Mention
from guidelines.people import Actor


def threads_of(session: Session, version_id: str, actor: Actor) -> list[dict[str, Any]]:
    """Every thread of the version that the person may know of, as it stands now, in the order of their beginnings."""
    revision = queries.version(session, version_id).revision
    found = discussion.threads(session, version_id, actor)
    names = names_in(session, found)
    teams = queries.team_names(session, actor.language)
    return [_thread(thread, revision, names, teams) for thread in found]


def names_in(session: Session, found: Sequence[Discussed]) -> dict[str, str]:
    """The names of everybody who speaks in the threads, is named in them, or did something to them."""
    return queries.people_named(session, {person for thread in found for person in _people(thread)})


def _people(found: Discussed) -> set[str]:
    thread = found.thread
    named = {one.id for comment in found.comments for one in mentions.mentioned(comment.text) if one.kind == PERSON}
    others = {person for person in (thread.resolved_by, found.removed_by, thread.assigned_to) if person}
    return {thread.created_by, *(comment.person_id for comment in found.comments), *named, *others}


def _thread(found: Discussed, revision: int, names: dict[str, str], teams: dict[str, str]) -> dict[str, Any]:
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
        "suggestion": thread.suggestion,
        "blocking": thread.blocking,
        "lane": {"id": thread.lane, "name": teams.get(thread.lane, thread.lane)} if thread.lane else None,
        "assigned_to": _by(thread.assigned_to, names) if thread.assigned_to else None,
        "due_on": thread.due_on.isoformat() if thread.due_on else None,
        "open": found.is_open,
        "by": _by(thread.created_by, names),
        "at": _moment(thread.created_at),
        "comments": [
            {
                "id": comment.id,
                "by": _by(comment.person_id, names),
                "at": _moment(comment.at),
                "text": mentions.said(comment.text, names, teams),
                "mentions": [_named(one, names, teams) for one in mentions.mentioned(comment.text)],
            }
            for comment in found.comments
        ],
    }


def _named(mention: Mention, names: dict[str, str], teams: dict[str, str]) -> dict[str, str]:
    name = (names if mention.kind == PERSON else teams).get(mention.id, mentions.NAMELESS)
    return {"kind": mention.kind, "id": mention.id, "name": name}


def _by(person_id: str, names: dict[str, str]) -> dict[str, str]:
    return {"id": person_id, "name": names.get(person_id, "")}


def _moment(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
