"""How far a person has read a version: what was new to them when they came, kept while they stay at it."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from api.tables import LastRead
from api.visit import Visit
from guidelines import history, queries

log = logging.getLogger("charte")

#: Who comes back later than this comes anew: what they had before them then is what they have read.
SITTING: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Reading:
    """The revision that a person had read when they came, and the newest that they have had before them."""

    before: int
    revision: int
    at: datetime


def reading(session: Session, version_id: str, person_id: str, at: datetime) -> Reading | None:
    """How far the person has read, were they to come at this moment; None if they never have.

    Whoever writes has read what they wrote on.
    """
    row = session.get(LastRead, (version_id, person_id))
    written = history.last_written(session, version_id, person_id)
    if row is None:
        return Reading(written, written, at) if written else None
    before = row.before if at - row.at <= SITTING else max(row.revision, written)
    return Reading(before, row.revision, row.at)


def has_read(session: Session, version_id: str, person_id: str, revision: int, at: datetime) -> Reading:
    """Keeps that the person has the version's text at a revision before them."""
    queries.version(session, version_id)
    found = reading(session, version_id, person_id, at)
    row = session.get(LastRead, (version_id, person_id))
    if row is None:
        row = LastRead(version_id=version_id, person_id=person_id, revision=revision, at=at, before=0)
        row.before = found.before if found is not None else revision
        session.add(row)
    else:
        row.before = found.before if found is not None else row.before
        row.revision, row.at = max(row.revision, revision), at
    session.flush()
    return Reading(row.before, row.revision, at)


def note_reading(visit: Visit, version_id: str, revision: int) -> None:
    """As `has_read`, after a page was made; a database that takes no writing keeps nobody from reading."""
    try:
        with visit.write() as work:
            has_read(work.session, version_id, work.actor.id, revision, work.at)
    except SQLAlchemyError as error:
        log.warning("how far somebody has read could not be kept", exc_info=error)
