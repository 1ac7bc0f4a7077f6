"""Every address that Charte answers: pages under each language, the REST interface, live editing, built assets."""

from collections.abc import Sequence

from litestar import Request, Router, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from api.i18n import LANGUAGES
from api.live.socket import live
from api.pages import (
    decisions,
    entry,
    evidence,
    for_you,
    guidelines,
    handbook,
    history,
    hooks,
    library,
    notices,
    people,
    policies,
    preferences,
    reference,
    review,
    suggestions,
    threads,
    versions,
)
from api.routes.index import REST
from api.static_files import static_file
from api.visit import Access, language_of

PAGES: Sequence[ControllerRouterHandler] = [
    *for_you.handlers,
    *entry.handlers,
    *people.handlers,
    *policies.handlers,
    *preferences.handlers,
    *notices.handlers,
    *hooks.handlers,
    *handbook.handlers,
    *library.handlers,
    *guidelines.handlers,
    *evidence.handlers,
    *versions.handlers,
    *history.handlers,
    *review.handlers,
    *decisions.handlers,
    *threads.handlers,
    *suggestions.handlers,
]


#: What is sent from a page whose address has nothing in common: where somebody goes who opens that address by itself.
_SENT_FROM = {
    "admin": "/admin/people",
    "keys": "/preferences",
    "mail": "/preferences",
    "password": "/preferences",
    "tokens": "/preferences",
}


def page_behind(path: str) -> str:
    """The page whose forms are sent to an address that answers nothing else: what reloading it should show."""
    language, *parts = path.strip("/").split("/")
    if parts[0] == "versions":
        return f"/{language}/versions/{parts[1]}/review"
    shown = [
        handler.paths for handler in PAGES if isinstance(handler, HTTPRouteHandler) and "GET" in handler.http_methods
    ]
    pages = [template.strip("/").split("/") for paths in shown for template in paths]
    for length in range(len(parts) - 1, 0, -1):
        if any(_fits(page, parts[:length]) for page in pages):
            return "/".join(["", language, *parts[:length]])
    return f"/{language}{_SENT_FROM.get(parts[0], '/')}"


def _fits(template: Sequence[str], parts: Sequence[str]) -> bool:
    return len(template) == len(parts) and all(
        wanted.startswith("{") or wanted == part for wanted, part in zip(template, parts, strict=True)
    )


@get("/", access=Access.PUBLIC, include_in_schema=False)
async def front_door(request: "Request[None, None, None]") -> Redirect:  # type: ignore[type-var]
    """The address without a language leads to the visitor's."""
    return Redirect(f"/{language_of(request)}/")


def routes() -> list[ControllerRouterHandler]:
    """The handlers, for the composition root and for the tests that walk all of them."""
    pages = [Router(path=f"/{language}", route_handlers=PAGES, include_in_schema=False) for language in LANGUAGES]
    return [front_door, reference.reference_page, *pages, *REST, live, static_file]
