"""The home page: what waits for this person and why, what waits for others and since when."""

from collections.abc import Sequence
from typing import Any

from litestar import Response, get
from litestar.response import Redirect
from markupsafe import Markup

from api.i18n import N_, company_zone, translations
from api.render import page
from api.tasks import Row, Tasks, tasks_of
from api.visit import Access, ThisVisit, Work


@get("/", access=Access.PUBLIC, sync_to_thread=True)
def home(visit: ThisVisit) -> "Response[Any]":
    """For you; a visitor without an account is shown the handbook."""
    with visit.read() as work:
        if work.visitor is None:
            return Redirect(f"/{visit.language}/handbook")
        tasks = tasks_of(visit, work)
        return page(
            visit,
            work,
            "for-you.html",
            greeting=_greeting(work, tasks, visit.language),
            waiting=tasks.waiting,
            to_sign=tasks.to_sign,
            to_write=tasks.to_write,
            to_publish=tasks.to_publish,
            to_answer=tasks.to_answer,
            to_confirm=tasks.to_confirm,
            done=tasks.done,
            with_others=tasks.with_others,
            others=tasks.others,
        )


def _greeting(work: Work, tasks: Tasks, language: str) -> Markup:
    """One sentence that says what waits; the number leads to it."""
    catalogue = translations(language)
    say = catalogue.gettext
    hour = work.at.astimezone(company_zone()).hour
    hello = N_("Good morning, %(name)s.") if hour < 12 else N_("Good afternoon, %(name)s.")
    hello = hello if hour < 18 else N_("Good evening, %(name)s.")
    name = work.actor.name.split()[0] if work.actor.name.split() else work.actor.name
    first = Markup("{}").format(say(hello) % {"name": name})
    ngettext = catalogue.ngettext
    sign, answer, confirm = len(tasks.to_sign), len(tasks.to_answer), len(tasks.to_confirm)
    for rows, anchor, sentence in (
        (tasks.to_sign, "sign", ngettext("%(t)s waits for your sign-off.", "%(t)s wait for your sign-off.", sign)),
        (tasks.to_publish, "publish", say(N_("You can publish %(t)s."))),
        (tasks.to_write, "write", say(N_("You have %(t)s to write on."))),
        (tasks.to_answer, "answer", ngettext("%(t)s waits for your answer.", "%(t)s wait for your answer.", answer)),
        (tasks.to_confirm, "read", ngettext("%(t)s is yours to read.", "%(t)s are yours to read.", confirm)),
    ):
        if rows:
            link = Markup('<a href="#{}">{}</a>').format(anchor, _counted(rows, anchor, language))
            return first + " " + Markup(sentence) % {"t": link}
    return first + " " + say(N_("Nothing waits for you."))


def _counted(rows: Sequence[Row], anchor: str, language: str) -> str:
    """How many there are, of which kind, where a sentence begins or goes on."""
    ngettext = translations(language).ngettext
    number = len(rows)
    if anchor == "answer":
        return ngettext("One thread", "%(num)d threads", number) % {"num": number}
    if anchor in ("publish", "write"):
        return ngettext("one text", "%(num)d texts", number) % {"num": number}
    return ngettext("One text", "%(num)d texts", number) % {"num": number}


handlers = [home]
