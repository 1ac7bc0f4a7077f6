"""Sends a gathered mail: written when it goes, by what its reader may know then; handed over at most once.

`sending` is committed before the server is spoken to. A process that dies in between leaves that mark, and nobody sends
the mail again: it may have arrived, and the bell has what it said. A server that refuses is asked again later.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any, Final

from sqlmodel import col, select

from api.accounts import actor_of
from api.jobs.desk import PAUSES
from api.jobs.kinds import Desk
from api.mail import letter, smtp
from api.mail.smtp import Outcome
from api.notices.reading import read, still_stands
from api.tables import Delivery, Notice, Unmailed
from api.visit import Services, Work
from guidelines.tables import Person

log = logging.getLogger("charte.mail")

OVER: Final = "over"


@dataclass(frozen=True, slots=True)
class Sending:
    """A mail that is being sent."""

    delivery_id: str
    message: EmailMessage


def begin(desk: Desk, payload: dict[str, Any]) -> Sending | None:
    """Writes the mail, and down that it is being sent; None when there is nothing (any more) to say."""
    row = desk.session.get_one(Delivery, payload["delivery"])
    if row.state == "sending":
        row.state, row.error = "unknown", "whoever sent it did not come back"
        log.warning("mail %s: may have arrived, is not sent again", row.id)
    if row.state != "waiting" or row.person_id is None:
        return None
    person = desk.session.get_one(Person, row.person_id)
    actor = actor_of(desk.session, row.person_id, desk.at)
    if actor is None or not desk.services.config.smtp_url:
        row.state = OVER
        return None
    work = Work(desk.session, desk.at, actor)
    parts = letter.parts_of(work, desk.services, _wanted(work, row, desk.services), person.language)
    if not parts:
        row.state = OVER
        return None
    row.state, row.tried_at, row.tries = "sending", desk.at, row.tries + 1
    return Sending(row.id, letter.write(work, desk.services, person, row.id, parts))


def send(services: Services, sending: Sending) -> Outcome:
    """Hands the mail to the server."""
    return smtp.send(services.config.smtp_url, sending.message)


def end(desk: Desk, sending: Sending, outcome: Outcome) -> datetime | None:
    """Writes down what became of it; returns when to try again."""
    row = desk.session.get_one(Delivery, sending.delivery_id)
    row.error = outcome.error[:300]
    if outcome.sent:
        row.state, row.sent_at = "sent", desk.at
    elif outcome.unsure:
        row.state = "unknown"
    elif outcome.for_good or row.tries > len(PAUSES):
        row.state = "failed"
    else:
        row.state = "waiting"
        log.warning("mail %s: %s", row.id, outcome.error)
        return desk.at + PAUSES[row.tries - 1]
    if not outcome.sent:
        log.error("mail %s: %s: %s", row.id, row.state, outcome.error)
    return None


def _wanted(work: Work, row: Delivery, services: Services) -> list[Notice]:
    """Those notices that the person may still know of, still wants by mail and can still do something about."""
    query = select(Notice).where(Notice.delivery_id == row.id).order_by(col(Notice.id))
    unmailed = set(work.session.exec(select(Unmailed.kind).where(Unmailed.person_id == work.actor.id)))
    wanted = []
    for notice in work.session.exec(query).all():
        seen = notice.kind not in unmailed and read(work, notice, work.actor.language) is not None
        if seen and still_stands(work, services, notice):
            wanted.append(notice)
        else:
            notice.mail = OVER
    return wanted
