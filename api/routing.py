"""Every address that Charte answers: pages under each language, the REST interface, live editing, built assets."""

from collections.abc import Sequence

from litestar import Request, Router, get
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
    library,
    people,
    preferences,
    reference,
    review,
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
    *preferences.handlers,
    *handbook.handlers,
    *library.handlers,
    *guidelines.handlers,
    *evidence.handlers,
    *versions.handlers,
    *review.handlers,
    *decisions.handlers,
    *threads.handlers,
]


@get("/", access=Access.PUBLIC, include_in_schema=False)
async def front_door(request: "Request[None, None, None]") -> Redirect:  # type: ignore[type-var]
    """The address without a language leads to the visitor's."""
    return Redirect(f"/{language_of(request)}/")


def routes() -> list[ControllerRouterHandler]:
    """The handlers, for the composition root and for the tests that walk all of them."""
    pages = [Router(path=f"/{language}", route_handlers=PAGES, include_in_schema=False) for language in LANGUAGES]
    return [front_door, reference.reference_page, *pages, *REST, live, static_file]
