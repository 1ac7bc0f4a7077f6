"""Writes a mail: plain text and HTML, in its reader's language, with the redline of the reader's own sections."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import urlsplit

from api.i18n import translations
from api.mail import links
from api.mail.redlines import Excerpt, excerpt
from api.notices.kinds import NoticeKind
from api.notices.reading import Told, read, waits_for
from api.render import environment, render
from api.tables import Notice
from api.visit import Services, Work
from guidelines.tables import Person
from workflow import queries

_WITH_REDLINE = (NoticeKind.ASKED, NoticeKind.AGAIN, NoticeKind.REMINDER)


@dataclass(frozen=True, slots=True)
class Part:
    """One notice of a mail with the words it is about."""

    told: Told
    excerpt: Excerpt | None
    link: str


def parts_of(work: Work, services: Services, notices: Sequence[Notice], language: str) -> list[Part]:
    """What the mail tells, each with a link of its own; what the person may not know of is not in it."""
    parts = []
    for notice in notices:
        told = read(work, notice, language)
        if told is None:
            continue
        token = links.to_place(work.session, work.actor.id, told.place, work.at)
        link = f"{services.config.public_url}/{language}/go/{token}"
        parts.append(Part(told, _excerpt(work, notice, told, language), link))
    return parts


def write(work: Work, services: Services, person: Person, delivery_id: str, parts: Sequence[Part]) -> EmailMessage:
    """The message, ready to be sent."""
    config, language = services.config, person.language
    kinds = [part.told.kind for part in parts]
    unsubscribe = links.to_unsubscribe(work.session, person.id, kinds, work.at)
    stop = f"{config.public_url}/{language}/unsubscribe/{unsubscribe}"
    facts = {
        "name": person.name,
        "parts": parts,
        "organisation": config.organisation,
        "public_url": config.public_url,
        "stop": stop,
    }
    message = EmailMessage()
    message["From"] = Address(f"Charte · {_line(config.organisation)}", addr_spec=config.mail_from)
    message["To"] = Address(_line(person.name), addr_spec=person.email)
    message["Subject"] = _subject(parts, language)
    message["Date"] = format_datetime(work.at)
    message["Message-ID"] = f"<{delivery_id}@{urlsplit(config.public_url).hostname}>"
    message["Auto-Submitted"] = "auto-generated"
    message["List-Unsubscribe"] = f"<{stop}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    text = environment(language).overlay(autoescape=False).get_template("mail.txt").render(**facts)
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(render("mail.html", language, **facts), subtype="html", cte="quoted-printable")
    message["Content-Language"] = language  # last: the first alternative takes every such header with it
    return message


def _subject(parts: Sequence[Part], language: str) -> str:
    first = _line(parts[0].told.sentence)
    if len(parts) == 1:
        return first[:200]
    more = translations(language).ngettext("%(first)s, and %(num)d more", "%(first)s, and %(num)d more", len(parts) - 1)
    return more % {"first": first[:180], "num": len(parts) - 1}


def _excerpt(work: Work, notice: Notice, told: Told, language: str) -> Excerpt | None:
    if told.kind not in _WITH_REDLINE:
        return None
    found = queries.standing(work.session, notice.version_id, work.at)
    team = str(json.loads(notice.data).get("team", ""))
    slices = waits_for(found, work.actor, team)
    return excerpt(work, found, slices, language, again=told.kind is NoticeKind.AGAIN)


def _line(text: str) -> str:
    return " ".join(text.split())
