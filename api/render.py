"""Pages: one Jinja environment per language, rendered in the handler's own thread.

Rendering inside the handler (not afterwards, as Litestar's Template does) keeps language and data explicit.
"""

import json
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import MediaType, Response
from litestar.datastructures import Cookie
from markupsafe import Markup

from api import i18n
from api.assets import asset, icon
from api.notices.inbox import unread
from api.refusals import Refusal
from api.visit import Visit, Work
from api.waiting import waiting
from guidelines.people import Role
from workflow.permissions import sees_guidelines


@cache
def environment(language: str) -> Environment:
    """The environment whose `_`, dates and numbers speak the language."""
    env = Environment(
        loader=PackageLoader("api", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    env.install_gettext_translations(i18n.translations(language), newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(language=language, asset=asset, icon=icon)
    for name in ("date", "day", "moment", "time", "number", "list"):
        say = getattr(i18n, f"say_{name}")
        env.filters[f"say_{name}"] = lambda value, say=say: say(value, language)
    env.filters.update(in_language=in_language, initials=initials, person_colour=person_colour)
    env.filters["to_json"] = lambda value: Markup(json.dumps(value, ensure_ascii=False).replace("<", "\\u003c"))
    return env


def render(template: str, language: str, **context: Any) -> str:
    """The template's text in the language."""
    return environment(language).get_template(template).render(**context)


def page(
    visit: Visit, work: Work, template: str, *, status: int = 200, cookies: list[Cookie] | None = None, **context: Any
) -> Response[str]:
    """A whole page for this visit. `me`, `csrf`, `path` and `unread` are what every template may count on."""
    if work.visitor is not None:
        context.setdefault("waiting", waiting(visit, work))
    text = render(
        template,
        visit.language,
        me=work.visitor,
        unread=unread(work.session, work.visitor.id, work.at) if work.visitor is not None else 0,
        works_on_texts=work.visitor is not None and sees_guidelines(work.visitor),
        administers=work.visitor is not None and work.visitor.has(Role.ADMIN),
        at=work.at,
        csrf=visit.csrf,
        path=visit.request.url.path,
        organisation=visit.config.organisation,
        demo=visit.config.demo,
        **context,
    )
    return Response(text, status_code=status, media_type=MediaType.HTML, cookies=cookies or [])


def refusal_page(language: str, refusal: Refusal, *, path: str, known: bool = False) -> Response[str]:
    """A refusal as a page of its own: for people whose request could not be answered where they stood.

    It is drawn without asking the database; to somebody `known` it does not offer to sign in.
    """
    text = render(
        "refused.html",
        language,
        refusal=refusal,
        path=path,
        me=None,
        unread=0,
        known=known,
        csrf="",
        organisation="",
        demo=False,
    )
    return Response(text, status_code=refusal.status, media_type=MediaType.HTML)


def in_language(path: str, language: str) -> str:
    """The same page in the other language."""
    first, _, rest = path.lstrip("/").partition("/")
    return f"/{language}/{rest}" if first in i18n.LANGUAGES else f"/{language}/"


def initials(name: str) -> str:
    """Two letters for an avatar: first of the first word and of the last."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words[:1])).upper()


def person_colour(person_id: str) -> str:
    """The class p1 to p4, always the same one for a person."""
    return f"p{sum(person_id.encode()) % 4 + 1}"
