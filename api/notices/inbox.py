"""A person's bell: what they were told, what of it they have read. Each reads their own."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import update
from sqlmodel import Session, col, func, select

from api.notices.reading import Told, read
from api.tables import Notice
from api.visit import Work

#: So many are listed, so far back.
MOST: Final = 100
KEPT: Final = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Line:
    """A notice in the list."""

    id: int
    at: datetime
    is_read: bool
    told: Told


def unread(session: Session, person_id: str, at: datetime) -> int:
    """How many the person has not read."""
    query = select(func.count()).where(
        Notice.person_id == person_id, col(Notice.read_at).is_(None), Notice.at > at - KEPT
    )
    return session.exec(query).one()


def lines(work: Work, language: str, *, most: int = MOST) -> list[Line]:
    """The newest first; what the person may not know of any more is not among them."""
    query = select(Notice).where(Notice.person_id == work.actor.id, Notice.at > work.at - KEPT)
    found = []
    for notice in work.session.exec(query.order_by(col(Notice.at).desc(), col(Notice.id).desc()).limit(most)).all():
        told = read(work, notice, language)
        if told is not None:
            found.append(Line(notice.id or 0, notice.at, notice.read_at is not None, told))
    return found


def opened(work: Work, notice_id: int, language: str) -> Told | None:
    """One of the person's own, read from now on; None when there is no such."""
    notice = work.session.get(Notice, notice_id)
    if notice is None or notice.person_id != work.actor.id:
        return None
    told = read(work, notice, language)
    if told is not None and notice.read_at is None:
        notice.read_at = work.at
    return told


def read_all(work: Work, upto: int | None = None) -> int:
    """Marks the person's notices as read, those up to one that was shown or all of them; how many were not."""
    query = update(Notice).where(col(Notice.person_id) == work.actor.id, col(Notice.read_at).is_(None))
    if upto is not None:
        query = query.where(col(Notice.id) <= upto)
    return int(work.session.connection().execute(query.values(read_at=work.at)).rowcount)
