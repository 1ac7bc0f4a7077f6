"""The rows beside suggestions: whose session an id begins with, and what became of each suggestion."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlmodel import Session, col, select

from guidelines.errors import InvalidField, SuggestionClosed
from guidelines.people import Actor
from guidelines.tables import Suggestion, SuggestionSession, Version

MOST_NOTE: Final = 2_000


class State(StrEnum):
    """What became of a suggestion. Accepted and rejected are final; the others' makers may undo them."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    #: Its maker took it out.
    WITHDRAWN = "withdrawn"
    #: Another's change left nothing of it.
    OVERTAKEN = "overtaken"


FINAL: Final = frozenset({State.ACCEPTED, State.REJECTED})


def open_session(session: Session, version_id: str, actor: Actor, *, key: str, at: datetime) -> None:
    """Makes the key this person's in this version, for ever: suggestions whose ids begin with it are theirs."""
    session.add(SuggestionSession(version_id=version_id, key=key, person_id=actor.id, at=at))
    session.flush()


class Owners:
    """Whose suggestions are, by the session that their ids begin with. Each session is looked up once."""

    def __init__(self, session: Session, version_id: str) -> None:
        self.session, self.version_id = session, version_id
        self.known: dict[str, str | None] = {}

    def of(self, name: str) -> str | None:
        """The person; None where the session was never given to anybody."""
        key = name.rpartition(".")[0]
        if key not in self.known:
            row = self.session.get(SuggestionSession, (self.version_id, key))
            self.known[key] = row.person_id if row else None
        return self.known[key]


def rows(session: Session, version_id: str, names: Collection[str] | None = None) -> Sequence[Suggestion]:
    """The rows of these suggestions, or every row of the version, in the order in which they were made."""
    query = select(Suggestion).where(Suggestion.version_id == version_id)
    if names is not None:
        query = query.where(col(Suggestion.id).in_(sorted(names)))
    return session.exec(query.order_by(col(Suggestion.revision), col(Suggestion.id))).all()


def open_rows(session: Session, version_id: str) -> Sequence[Suggestion]:
    """The rows of the suggestions that are open."""
    query = select(Suggestion).where(Suggestion.version_id == version_id, Suggestion.state == State.OPEN)
    return session.exec(query.order_by(col(Suggestion.revision), col(Suggestion.id))).all()


def accepted_at(session: Session, version_id: str, revision: int) -> dict[str, str]:
    """The suggestions accepted with a revision, with whose they are."""
    query = select(Suggestion).where(
        Suggestion.version_id == version_id,
        Suggestion.state == State.ACCEPTED,
        Suggestion.decided_revision == revision,
    )
    return {row.id: row.person_id for row in session.exec(query)}


def refuse_closed(
    session: Session, row: Version, before: Collection[str], after: Collection[str], *, note: str
) -> None:
    """Raises `SuggestionClosed` when a commit brings one back on which somebody has decided, before it is taken."""
    if len(note) > MOST_NOTE:
        raise InvalidField(field="note", problem="too_long", limit=MOST_NOTE)
    if came := set(after) - set(before):
        closed = [found.id for found in rows(session, row.id, came) if found.state in FINAL]
        if closed:
            raise SuggestionClosed(suggestions=sorted(closed))


def follow(
    session: Session,
    row: Version,
    before: Collection[str],
    after: Collection[str],
    *,
    actor: Actor,
    at: datetime,
    note: str = "",
    decided: Mapping[str, State] | None = None,
) -> None:
    """Writes what a commit made of suggestions: those that came are open, those of which nothing is left are not.

    `decided` says what became of those decided by it.
    """
    came, left = set(after) - set(before), set(before) - set(after)
    if not came and not left:
        return
    known = {found.id: found for found in rows(session, row.id, came | left)}
    for name in sorted(came):
        if name in known:
            found = known[name]
            found.state, found.decided_by, found.decided_at, found.decided_revision = State.OPEN, None, None, None
        else:
            session.add(
                Suggestion(
                    version_id=row.id, id=name, person_id=actor.id, revision=row.revision, at=at, note=note.strip()
                )
            )
    for name in sorted(left & known.keys()):
        found = known[name]
        taken = State.WITHDRAWN if found.person_id == actor.id else State.OVERTAKEN
        found.state = (decided or {}).get(name, taken).value
        found.decided_by, found.decided_at, found.decided_revision = actor.id, at, row.revision
    session.flush()
