"""Which entries of the log the chat hears of, and the small message it gets: a title, a number, a link."""

import json
from typing import Any, Final

from sqlmodel import col, select

from api.i18n import N_, said
from api.jobs.kinds import Desk
from api.secrets import new_id
from api.tables import Delivery, Hook
from guidelines import jobs
from guidelines import queries as writing
from guidelines.tables import Guideline, Publication
from workflow.events import Kind
from workflow.tables import Event

#: What is said of each. Never who signed, objected or wrote, nor any of the words: a chat has other readers.
_SENTENCES: Final = {
    Kind.SUBMITTED: N_("“%(title)s” is in review"),
    Kind.CHANGES_REQUESTED: N_("Changes to “%(title)s” are requested"),
    Kind.OBJECTED: N_("There is an objection to “%(title)s”"),
    Kind.REOPENED: N_("“%(title)s” is a draft again"),
    Kind.DATE_HELD: N_("The day set for “%(title)s” is off: it is in review again"),
    Kind.PUBLISHED: N_("“%(title)s” %(number)s is in force"),
    Kind.WITHDRAWN: N_("“%(title)s” was withdrawn"),
}
TEST: Final = N_("This is a test by %(organisation)s")


def tell_hooks(desk: Desk, event: Event) -> None:
    """Puts a message to every address aside for an entry that the chat hears of."""
    if event.kind not in _SENTENCES or event.version_id is None:
        return
    living = select(Hook).where(col(Hook.off_at).is_(None), col(Hook.ended_at).is_(None)).order_by(Hook.id)
    for hook in desk.session.exec(living).all():
        _deliver(desk, hook, _body(desk, event, event.version_id, hook))


def tell_test(desk: Desk, hook: Hook) -> str:
    """Puts a message aside that shows whether the address hears; its delivery's id."""
    text = said(TEST, {"organisation": desk.services.config.organisation}, hook.language)
    return _deliver(desk, hook, {"kind": "test", "text": text, "link": desk.services.config.public_url})


def _deliver(desk: Desk, hook: Hook, body: dict[str, Any]) -> str:
    row = Delivery(id=new_id(), channel="hook", hook_id=hook.id, created_at=desk.at)
    row.body = json.dumps({"id": row.id, "at": desk.at.isoformat(), **body}, ensure_ascii=False, sort_keys=True)
    desk.session.add(row)
    desk.session.flush()
    jobs.put(desk.session, "hook", f"hook:{row.id}", run_at=desk.at, delivery=row.id)
    return row.id


def _body(desk: Desk, event: Event, version_id: str, hook: Hook) -> dict[str, Any]:
    """The title is told of what readers have, or had; of a text that nobody outside the teams knows of, its address."""
    version = writing.version(desk.session, version_id)
    guideline = desk.session.get_one(Guideline, event.guideline_id)
    row = desk.session.get(Publication, version.id)
    number = f"{row.major}.{row.minor}" if row else ""
    known = desk.session.exec(select(Publication).where(Publication.guideline_id == guideline.id)).first()
    title = (row or known).title if (row or known) else guideline.slug  # type: ignore[union-attr]
    place = f"handbook/{guideline.slug}" if event.kind == Kind.PUBLISHED else f"versions/{version.id}/review"
    return {
        "kind": event.kind,
        "guideline": guideline.slug,
        "version": number or None,
        "text": said(_SENTENCES[Kind(event.kind)], {"title": title, "number": number}, hook.language),
        "link": f"{desk.services.config.public_url}/{hook.language}/{place}",
    }
