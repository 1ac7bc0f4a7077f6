"""Comment threads: on a selection, a section, a suggestion or the whole text. They follow the words, never touch them.

Who may know of a thread is `lanes`' answer, asked here for whoever reads; whom a comment names is `mentions`'.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Final

from prosemirror.model import Node as Tree
from sqlalchemy import ColumnElement, true
from sqlmodel import Session, col, select

from guidelines import anchors, authority, jobs, mentions, queries, replanting, steps, taking_hold
from guidelines.anchors import Anchor, Logged
from guidelines.document import Node
from guidelines.errors import InvalidField, UnknownThread
from guidelines.free_text import refuse_turning
from guidelines.lanes import check_lane, seen_by, visible_to
from guidelines.mentions import NOBODY, PERSON, Audience, Mention
from guidelines.people import Actor
from guidelines.sections import META, OUTLINE, sections
from guidelines.tables import RESOLVE, Comment, StepRecord, Thread, Version

MOST_TEXT: Final = 10_000
#: How long words that are gone are looked for elsewhere, in steps.
LOOKED_FOR: Final = 512


@dataclass(frozen=True, slots=True)
class Discussed:
    """A thread as it stands at a revision: where its words are now, or that they are gone."""

    thread: Thread
    comments: tuple[Comment, ...]
    #: None for a thread on a section, on a suggestion or on the whole text.
    anchor: Anchor | None
    #: Who took the last of its words away; None while some stand.
    removed_by: str | None = None

    @property
    def removed(self) -> bool:
        return self.removed_revision is not None

    @property
    def removed_revision(self) -> int | None:
        """The revision since which its words are gone; None while some stand."""
        return self.anchor.removed_at if self.anchor else None

    @property
    def is_open(self) -> bool:
        return self.thread.resolved_at is None

    def section_in(self, tree: Tree) -> str:
        """The section where its words stand in the text as it is, or where they stood last."""
        if self.anchor is None or self.removed:
            return self.thread.section
        return taking_hold.section_at(tree, self.anchor.start)


def open_thread(
    session: Session,
    actor: Actor,
    version_id: str,
    *,
    thread_id: str,
    comment_id: str,
    text: str,
    at: datetime,
    at_revision: int | None = None,
    from_position: int | None = None,
    to_position: int | None = None,
    section: str = "",
    quote: str = "",
    suggestion: str = "",
    blocking: bool = False,
    lane: str = "",
    assigned_to: str | None = None,
    due_on: date | None = None,
    audience: Audience = NOBODY,
) -> Thread:
    """Opens a thread with its first comment.

    On a selection (positions at a revision), on words quoted from a section, on a suggestion, on a section, or on the
    whole text. `audience` is whom it may name and be assigned to. Raises `InvalidField` for a text that is empty, too
    long or turns the direction of writing, an unknown section or suggestion, a selection that holds no words, somebody
    who is not in the audience, and a lane that is not the actor's or that would hold others back.
    """
    check_lane(lane, actor, blocking=blocking)
    said = _checked(text, audience)
    _check_assigned(assigned_to, audience)
    row = queries.version(session, version_id)
    revision = row.revision if at_revision is None else at_revision
    opened = authority.document_at(session, version_id, revision)
    if section and section not in {META, OUTLINE, *(part.id for part in sections(opened.document))}:
        raise InvalidField(field="section", problem="unknown")
    anchor = None
    if from_position is not None or to_position is not None:
        anchor = taking_hold.selection(opened.tree, from_position, to_position)
    elif quote:
        anchor = taking_hold.quotation(opened.tree, quote, section)
    words, before, after = taking_hold.quoted(opened.tree, anchor) if anchor else ("", "", "")
    if anchor is not None:
        section = taking_hold.section_at(opened.tree, anchor.start)
    elif suggestion:
        words, section = taking_hold.suggested(opened.tree, suggestion)
    thread = Thread(
        id=thread_id,
        version_id=version_id,
        from_position=anchor.start if anchor else None,
        to_position=anchor.end if anchor else None,
        at_revision=revision,
        quote=words,
        prefix=before,
        suffix=after,
        section=section,
        suggestion=suggestion,
        blocking=blocking,
        lane=lane,
        assigned_to=assigned_to or None,
        due_on=due_on,
        created_at=at,
        created_by=actor.id,
    )
    session.add(thread)
    session.flush()
    session.add(Comment(id=comment_id, thread_id=thread_id, person_id=actor.id, at=at, text=said))
    session.flush()
    _tell_named(session, comment_id, said, at)
    _tell_assigned(session, thread, actor.id)
    return thread


def reply(
    session: Session,
    actor: Actor,
    thread: Thread,
    *,
    comment_id: str,
    text: str,
    at: datetime,
    audience: Audience = NOBODY,
) -> Comment:
    """Adds a comment; a resolved thread stays resolved."""
    said = _checked(text, audience)
    comment = Comment(id=comment_id, thread_id=thread.id, person_id=actor.id, at=at, text=said)
    session.add(comment)
    session.flush()
    _tell_named(session, comment_id, said, at)
    return comment


def resolve(session: Session, actor: Actor, thread: Thread, *, at: datetime) -> None:
    """Closes a thread; closing it again changes nothing."""
    if thread.resolved_at is None:
        thread.resolved_at, thread.resolved_by = at, actor.id
        thread.changes += 1
        session.flush()


def reopen(session: Session, thread: Thread) -> None:
    """Opens a resolved thread again."""
    if thread.resolved_at is not None:
        thread.resolved_at = thread.resolved_by = None
        thread.changes += 1
        session.flush()


def ask(
    session: Session,
    thread: Thread,
    *,
    assigned_to: str | None,
    due_on: date | None,
    blocking: bool,
    audience: Audience,
    by: str = "",
) -> None:
    """Says whom a thread waits for, until when, and whether it holds publication back. Raises `InvalidField`.

    Whom it newly waits for is told, unless that is who asks (`by`).
    """
    if assigned_to != thread.assigned_to:
        _check_assigned(assigned_to, audience)
    if thread.lane and blocking:
        raise InvalidField(field="blocking", problem="private")
    asked, before = (assigned_to or None, due_on, blocking), thread.assigned_to
    if asked != (before, thread.due_on, thread.blocking):
        thread.assigned_to, thread.due_on, thread.blocking = asked
        thread.changes += 1
        session.flush()
        if thread.assigned_to != before:
            _tell_assigned(session, thread, by)


def thread_of(session: Session, version_id: str, thread_id: str, actor: Actor) -> Thread:
    """A thread of this very version; raises `UnknownThread` for another's, and for one that the actor may not know."""
    thread = session.get(Thread, thread_id)
    if thread is None or thread.version_id != version_id or not seen_by(thread.lane, actor):
        raise UnknownThread(thread=thread_id)
    return thread


def threads(session: Session, version_id: str, actor: Actor) -> list[Discussed]:
    """Every thread of the version that the person may know of, as it stands now, oldest first.

    `lanes.ANYBODY` is who may know of what everybody may.
    """
    return _threads(session, version_id, visible_to(actor))


def open_threads(session: Session, actor: Actor) -> dict[str, list[Discussed]]:
    """Version to its open threads that the person may know of, oldest first; where their words stand is not asked."""
    query = select(Thread).where(col(Thread.resolved_at).is_(None), visible_to(actor))
    found = session.exec(query.order_by(col(Thread.created_at), col(Thread.id))).all()
    comments = _comments(session, [thread.id for thread in found])
    listed: dict[str, list[Discussed]] = {}
    for thread in found:
        listed.setdefault(thread.version_id, []).append(Discussed(thread, comments.get(thread.id, ()), None))
    return listed


def settle(session: Session, version_id: str) -> None:
    """Writes down where every thread's words are now, so that reading them costs the steps since and not all.

    Not of words that went lately: they are still looked for.
    """
    revision = queries.version(session, version_id).revision
    for found in _threads(session, version_id, true()):
        gone = found.removed_revision
        if gone is None or gone <= revision - LOOKED_FOR:
            _settle(found, revision)
    session.flush()


def whole(session: Session, version_id: str) -> list[Discussed]:
    """Every thread in every lane, for `replant` alone: nobody is shown these."""
    return _threads(session, version_id, true())


def replant(session: Session, before: Sequence[Discussed], old: Node, new: Node, *, revision: int, by: str) -> None:
    """Puts threads where their words are in a text that took the place of the whole; what is lost is told as removed.

    Words that were gone before and that stand in the new text alone have come back.
    """
    anchored = [found for found in before if found.anchor is not None]
    standing = [found for found in anchored if not found.removed]
    placed = replanting.replanted(old, new, [found.anchor for found in standing if found.anchor])
    size = steps.tree_of(new).content.size
    for found, anchor in zip(standing, placed, strict=True):
        place = min(found.anchor.start if found.anchor else 0, size)
        _settle(Discussed(found.thread, (), anchor or Anchor(place, place, revision), by), revision)
    gone = [found for found in anchored if found.removed]
    back = replanting.come_back(old, new, [_whole_quote(found.thread) for found in gone])
    for found, anchor in zip(gone, back, strict=True):
        place = min(found.anchor.start if found.anchor else 0, size)
        stays = Anchor(place, place, found.removed_revision)
        _settle(Discussed(found.thread, (), anchor or stays, found.removed_by), revision)
    session.flush()


def _settle(found: Discussed, revision: int) -> None:
    thread, anchor = found.thread, found.anchor
    if anchor is not None and thread.at_revision < revision:
        thread.from_position, thread.to_position, thread.at_revision = anchor.start, anchor.end, revision
        thread.removed_revision = anchor.removed_at
        thread.removed_by = found.removed_by if anchor.removed_at is not None else None


def _threads(session: Session, version_id: str, seen: ColumnElement[bool]) -> list[Discussed]:
    row = queries.version(session, version_id)
    query = select(Thread).where(Thread.version_id == version_id, seen)
    found = session.exec(query.order_by(col(Thread.created_at), col(Thread.id))).all()
    comments = _comments(session, [thread.id for thread in found])
    log = _log(session, row, [thread for thread in found if thread.from_position is not None])
    writers = {record.revision: record.person_id for record in log}
    parsed = [
        Logged(
            record.revision,
            steps.parse_step(json.loads(record.step)),
            (record.person_id, record.ref),
            decides=record.cause == RESOLVE,
        )
        for record in log
    ]

    @cache
    def tree_at(revision: int) -> Tree:
        return authority.document_at(session, version_id, revision).tree

    listed = []
    for thread in found:
        anchor = _anchor(thread)
        if anchor is not None:
            since = [one for one in parsed if one.revision > thread.at_revision]
            anchor = anchors.follow(anchor, since, _whole_quote(thread), tree_at)
        gone = anchor.removed_at if anchor else None
        removed_by = writers.get(gone, thread.removed_by) if gone is not None else None
        listed.append(Discussed(thread, comments.get(thread.id, ()), anchor, removed_by))
    return listed


def _log(session: Session, row: Version, anchored: Sequence[Thread]) -> Sequence[StepRecord]:
    if not anchored:
        return ()
    return queries.steps_between(session, row.id, min(thread.at_revision for thread in anchored), row.revision)


def _whole_quote(thread: Thread) -> str:
    """The words commented on when they are all there is: cut short, they could be found in the wrong place."""
    return thread.quote if len(thread.quote) < anchors.QUOTE else ""


def _anchor(thread: Thread) -> Anchor | None:
    if thread.from_position is None or thread.to_position is None:
        return None
    return Anchor(thread.from_position, thread.to_position, thread.removed_revision)


def _comments(session: Session, ids: Sequence[str]) -> dict[str, tuple[Comment, ...]]:
    if not ids:
        return {}
    rows = session.exec(
        select(Comment).where(col(Comment.thread_id).in_(ids)).order_by(col(Comment.at), col(Comment.id))
    )
    found: dict[str, list[Comment]] = {}
    for row in rows:
        found.setdefault(row.thread_id, []).append(row)
    return {thread: tuple(said) for thread, said in found.items()}


def _tell_named(session: Session, comment_id: str, said: str, at: datetime) -> None:
    if mentions.mentioned(said):
        jobs.put(session, "comment", f"comment:{comment_id}", run_at=at, comment=comment_id)


def _tell_assigned(session: Session, thread: Thread, by: str) -> None:
    if thread.assigned_to and thread.assigned_to != by:
        key = f"assigned:{thread.id}:{thread.changes}"
        facts = {"thread": thread.id, "person": thread.assigned_to, "by": by}
        jobs.put(session, "assigned", key, run_at=thread.created_at, **facts)  # long past: at once


def _checked(text: str, audience: Audience) -> str:
    """The text as it is kept."""
    if not text.strip() or len(text) > MOST_TEXT or "\0" in text:
        raise InvalidField(field="text", problem="length", limit=MOST_TEXT)
    refuse_turning(text=text)
    return mentions.resolved(text.strip(), audience)


def _check_assigned(person_id: str | None, audience: Audience) -> None:
    if person_id and Mention(PERSON, person_id) not in audience:
        raise InvalidField(field="assigned_to", problem="cannot_read")
