"""The composition root: read it from top to bottom to know what Charte is made of."""

import logging
from collections.abc import Callable
from datetime import datetime
from traceback import walk_tb
from typing import Any

from litestar import Litestar, Request, Response
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.response import Redirect
from sqlalchemy import Engine

from api import clock, refusals
from api.config import Config
from api.database import make_engine
from api.errors import Fault, InvalidRequest, NotFound, SignInRequired, UnknownAddress
from api.headers import security_headers
from api.heads import heads
from api.i18n import LANGUAGES, set_company_zone
from api.job_kinds import KINDS
from api.jobs.runner import Runner
from api.live.rooms import Rooms
from api.problems import problem
from api.render import refusal_page
from api.routes.reference import OPENAPI, Described
from api.routing import page_behind, routes
from api.standings import Standings
from api.visit import Services, admit, cookie_name, language_of, language_of_person, provide_visit
from api.writable import WriteProbe
from guidelines.history import AttributionCache

log = logging.getLogger("charte")

#: Where programs ask: they are refused as problem+json, whatever they accept.
FOR_PROGRAMS = frozenset({"api", "live", "static", "healthz"})


def create_app(
    config: Config,
    *,
    engine: Engine | None = None,
    now: Callable[[], datetime] = clock.now,
    works: bool = False,
    debug: bool = False,
) -> Litestar:
    """The application on a configured database. `now` is the clock; tests hand in one that they move.

    `works`: a thread of this process does what was put aside, as long as the application runs.
    """
    set_company_zone(config.time_zone)
    services = Services(config=config, engine=engine or make_engine(config.database_url), clock=now)
    rooms = Rooms(services)
    services.extras.update(rooms=rooms, notify=rooms.notify, probe=WriteProbe(services.engine))
    services.extras["attribution"] = AttributionCache()
    services.extras["standings"] = Standings()
    app = Litestar(
        route_handlers=routes(),
        lifespan=[rooms.lifespan, *([Runner(services, KINDS).lifespan] if works else [])],
        dependencies={"visit": Provide(provide_visit)},
        before_request=admit,
        after_request=security_headers,
        exception_handlers={
            **dict.fromkeys(refusals.HOUSE, answer_refusal),
            HTTPException: answer_http,
            RecursionError: answer_unread,
            UnicodeDecodeError: answer_unread,
            Exception: answer_fault,
        },
        state=State({"services": services}),
        openapi_config=OPENAPI,
        plugins=[Described()],
        request_max_body_size=25_000_000,
        debug=debug,
    )
    for route in app.routes:
        for handler in getattr(route, "route_handlers", [getattr(route, "route_handler", None)]):
            _declared(handler)
    app.asgi_handler = heads(app.asgi_handler)
    return app


def _declared(handler: BaseRouteHandler | None) -> None:
    """A route that does not say who may reach it stops the start: forgetting is not an option."""
    if handler is not None and handler.handler_name != "openapi" and "access" not in handler.opt:
        module = getattr(handler.fn, "__module__", "")
        if not module.startswith("litestar."):
            raise LookupError(f"{module}.{handler.handler_name} declares no access: add access=Access.…")


def answer_refusal(request: "Request[Any, Any, Any]", error: Exception) -> "Response[Any]":
    """One of the house's refusals: problem+json to programs, the sign-in page or a page that says why to people."""
    language = _language(request)
    answer = refusals.refusal(error, language, to_program=not _for_people(request))
    if isinstance(error, SignInRequired) and request.method == "GET" and _for_people(request):
        return Redirect(f"/{language}/sign-in?next={request.url.path}")
    return _plain(request, answer)


def answer_http(request: "Request[Any, Any, Any]", error: HTTPException) -> "Response[Any]":
    """The framework's own refusals in the house's form."""
    if error.status_code == 404:
        return answer_refusal(request, NotFound() if _for_people(request) else UnknownAddress())
    if error.status_code == 400:
        extra = error.extra if isinstance(error.extra, list) else []
        said = {str(item.get("key", "")): str(item.get("message", "")) for item in extra if isinstance(item, dict)}
        fields = [(key, "missing" if words == "Field required" else "malformed") for key, words in said.items()]
        return answer_refusal(request, InvalidRequest(fields=fields or [("", "malformed")], validation=said))
    if error.status_code == 405 and request.method == "GET" and request.url.path.split("/", 2)[1] in LANGUAGES:
        return Redirect(page_behind(request.url.path), status_code=303)  # reloaded, or copied after a refusal
    code = {405: "method_not_allowed", 413: "request_too_large"}.get(error.status_code, "http_error")
    title, detail = refusals.say(code, {}, _language(request), to_program=not _for_people(request))
    answer = _plain(request, refusals.Refusal(error.status_code, code, title, detail))
    if allowed := (error.headers or {}).get("allow"):
        answer.headers["allow"] = allowed.replace("GET", "GET, HEAD")
    return answer


def answer_unread(request: "Request[Any, Any, Any]", error: Exception) -> "Response[Any]":
    """A body that is not UTF-8, or nested deeper than the stack; raised anywhere else it is a fault of ours."""
    innermost = list(walk_tb(error.__traceback__))[-1][0]
    if innermost.f_globals["__name__"].startswith("litestar.serialization"):
        return answer_refusal(request, InvalidRequest(fields=[("", "malformed")]))
    return answer_fault(request, error)


def answer_fault(request: "Request[Any, Any, Any]", error: Exception) -> "Response[Any]":
    """Our own fault: logged with an id, and nothing of it shown but that id."""
    fault = f"{id(error):x}"[-8:]
    log.error("fault %s at %s %s", fault, request.method, request.url.path, exc_info=error)
    return _plain(request, refusals.refusal(Fault(fault=fault), language_of(request)))


def _plain(request: "Request[Any, Any, Any]", answer: refusals.Refusal) -> "Response[Any]":
    if not _for_people(request):
        return problem(answer)
    services: Services = request.app.state.services
    known = answer.status != 401 and cookie_name(services.config) in request.cookies
    return refusal_page(_language(request), answer, path=request.url.path, known=known)


def _language(request: "Request[Any, Any, Any]") -> str:
    """That of the page; for a program that names none, its person's."""
    return language_of(request) if _for_people(request) else language_of_person(request)


def _for_people(request: "Request[Any, Any, Any]") -> bool:
    first = request.url.path.split("/", 2)[1]
    mistyped = first not in FOR_PROGRAMS and "text/html" in request.headers.get("accept", "")
    return first in LANGUAGES or first == "" or mistyped
