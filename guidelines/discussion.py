"""Comment threads: on a selection, a section or the whole text. They follow the words and never touch them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from prosemirror.model import Node as Tree
from sqlmodel import Session, col, select

from guidelines import anchors, authority, queries, steps
from guidelines.anchors import Anchor
from guidelines.errors import InvalidField, StaleRevision, UnknownThread
from guidelines.free_text import refuse_turning
from guidelines.people import Actor
from guidelines.sections import META, OUTLINE, sections
from guidelines.tables import Comment, StepRecord, Thread, Version

MOST_TEXT: Final = 10_000


@dataclass(frozen=True, slots=True)
class Discussed:
    """A thread as it stands at a revision: where its words are now, or that they are gone."""

    thread: Thread
    comments: tuple[Comment, ...]
    #: None for a thread on a section or on the whole text.
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
    blocking: bool = False,
) -> Thread:
    """Opens a thread with its first comment.

    On a selection (positions at a revision), on words quoted from a section, on a section, or on the whole text.
    Raises `InvalidField` for a text that is empty, too long or turns the direction of writing, an unknown section and a
    selection that holds no words.
    """
    _check_text(text)
    row = queries.version(session, version_id)
    revision = row.revision if at_revision is None else at_revision
    opened = authority.document_at(session, version_id, revision)
    if section and section not in {META, OUTLINE, *(part.id for part in sections(opened.document))}:
        raise InvalidField(field="section", problem="unknown")
    anchor = None
    if from_position is not None or to_position is not None:
        anchor = _selection(opened.tree, from_position, to_position)
    elif quote:
        anchor = _find(opened.tree, quote, section)
    words, before, after = _quoted(opened.tree, anchor) if anchor else ("", "", "")
    thread = Thread(
        id=thread_id,
        version_id=version_id,
        from_position=anchor.start if anchor else None,
        to_position=anchor.end if anchor else None,
        at_revision=revision,
        quote=words,
        prefix=before,
        suffix=after,
        section=_section_at(opened.tree, anchor.start) if anchor else section,
        blocking=blocking,
        created_at=at,
        created_by=actor.id,
    )
    session.add(thread)
    session.flush()
    session.add(Comment(id=comment_id, thread_id=thread_id, person_id=actor.id, at=at, text=text.strip()))
    session.flush()
    return thread


def reply(session: Session, actor: Actor, thread: Thread, *, comment_id: str, text: str, at: datetime) -> Comment:
    """Adds a comment; a resolved thread stays resolved."""
    _check_text(text)
    comment = Comment(id=comment_id, thread_id=thread.id, person_id=actor.id, at=at, text=text.strip())
    session.add(comment)
    session.flush()
    return comment


def resolve(session: Session, actor: Actor, thread: Thread, *, at: datetime) -> None:
    """Closes a thread; closing it again changes nothing."""
    if thread.resolved_at is None:
        thread.resolved_at, thread.resolved_by = at, actor.id
        session.flush()


def reopen(session: Session, thread: Thread) -> None:
    """Opens a resolved thread again."""
    thread.resolved_at = thread.resolved_by = None
    session.flush()


def thread_of(session: Session, version_id: str, thread_id: str) -> Thread:
    """A thread of this very version; raises `UnknownThread` for another's too."""
    thread = session.get(Thread, thread_id)
    if thread is None or thread.version_id != version_id:
        raise UnknownThread(thread=thread_id)
    return thread


def threads(session: Session, version_id: str) -> list[Discussed]:
    """Every thread of the version as it stands now, in the order in which they were opened."""
    row = queries.version(session, version_id)
    found = session.exec(
        select(Thread).where(Thread.version_id == version_id).order_by(col(Thread.created_at), col(Thread.id))
    ).all()
    comments = _comments(session, [thread.id for thread in found])
    anchored = [thread for thread in found if thread.from_position is not None]
    log = _log(session, row, anchored)
    writers = {record.revision: record.person_id for record in log}
    parsed = [(record.revision, steps.parse_step(json.loads(record.step))) for record in log]
    listed = []
    for thread in found:
        anchor = _anchor(thread)
        if anchor is not None:
            since = [(revision, step) for revision, step in parsed if revision > thread.at_revision]
            anchor = anchors.follow(anchor, since, _whole_quote(thread))
        gone = anchor.removed_at if anchor else None
        removed_by = writers.get(gone, thread.removed_by) if gone is not None else None
        listed.append(Discussed(thread, comments.get(thread.id, ()), anchor, removed_by))
    return listed


def settle(session: Session, version_id: str) -> None:
    """Writes down where every thread's words are now, so that reading them costs the steps since and not all."""
    revision = queries.version(session, version_id).revision
    for found in threads(session, version_id):
        thread, anchor = found.thread, found.anchor
        if anchor is not None and thread.at_revision < revision:
            thread.from_position, thread.to_position, thread.at_revision = anchor.start, anchor.end, revision
            thread.removed_revision, thread.removed_by = anchor.removed_at, found.removed_by
    session.flush()


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


def _check_text(text: str) -> None:
    if not text.strip() or len(text) > MOST_TEXT or "\0" in text:
        raise InvalidField(field="text", problem="length", limit=MOST_TEXT)
    refuse_turning(text=text)


def _selection(tree: Tree, start: int | None, end: int | None) -> Anchor:
    size = tree.content.size
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= size:
        raise StaleRevision(revision=-1, head=size)
    if not _between(tree, start, end).strip():
        raise InvalidField(field="selection", problem="empty")
    return Anchor(start, end)


def _find(tree: Tree, quote: str, section: str) -> Anchor:
    """The first place in the section (or the text) where these words stand within one block."""
    found: list[Anchor] = []
    current = "front"

    def visit(node: Tree, position: int, _parent: object, _index: int) -> bool:
        nonlocal current
        if node.type.name == "heading":
            current = str(node.attrs["id"])
        if node.is_textblock and not found and section in ("", current):
            text = _between(tree, position + 1, position + node.node_size - 1)
            place = text.find(quote)
            if place >= 0:
                start = position + 1 + anchors.units(text[:place])
                found.append(Anchor(start, start + anchors.units(quote)))
        return not node.is_textblock

    tree.descendants(visit)
    if not found:
        raise InvalidField(field="quote", problem="not_found")
    return found[0]


def _between(tree: Tree, start: int, end: int) -> str:
    return str(tree.text_between(start, end, "\n", " "))


def _quoted(tree: Tree, anchor: Anchor) -> tuple[str, str, str]:
    size = tree.content.size
    words = _between(tree, anchor.start, anchor.end)[: anchors.QUOTE]
    before = _between(tree, max(0, anchor.start - anchors.AROUND), anchor.start)
    after = _between(tree, anchor.end, min(size, anchor.end + anchors.AROUND))
    return words, before[-anchors.AROUND :], after[: anchors.AROUND]


def _section_at(tree: Tree, position: int) -> str:
    current = "front"
    place = 0
    for child in tree.content.content:
        if place > position:
            break
        if child.type.name == "heading":
            current = str(child.attrs["id"])
        place += child.node_size
    return current
