"""A visit: who asks, in which language, and the one transaction in which the answer is made.

Handlers are synchronous and run in a thread. Each opens exactly one `with visit.read()` or `with visit.write()`:
the person and the rights are read inside it, and what was written is committed when the block ends, or not at all.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from sqlalchemy import Engine
from sqlmodel import Session

from api import tokens
from api.accounts import SEEN_EVERY, actor_of, session_of
from api.config import Config
from api.database import transaction
from api.errors import Forged, InvalidRequest, NotAdmin, NotFound, SignInRequired
from api.i18n import DEFAULT, LANGUAGES, negotiated
from api.secrets import csrf_token, same_token
from api.tables import WebSession
from guidelines.people import Actor, Role
from guidelines.tables import Person

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
COOKIE = "charte_session"
LANGUAGE_COOKIE = "charte_language"
PERSONS_LANGUAGE = "persons_language"


class Access(StrEnum):
    """Who may reach a route at all; what they may do there is the use case's judgement. Every route declares one."""

    PUBLIC = "public"
    MEMBER = "member"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Services:
    """What the application holds for every visit."""

    config: Config
    engine: Engine
    clock: Callable[[], datetime]
    extras: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Work:
    """One open transaction of a visit."""

    session: Session
    at: datetime
    visitor: Actor | None
    web_session: WebSession | None = None

    @property
    def actor(self) -> Actor:
        """The signed-in person; raises `SignInRequired` when there is none."""
        if self.visitor is None:
            raise SignInRequired()
        return self.visitor


class Visit:
    """One request, seen from the handler."""

    def __init__(self, request: "Request[Any, Any, Any]") -> None:
        self.request = request
        self.services: Services = request.app.state.services
        self.access = Access(request.route_handler.opt["access"])

    @property
    def config(self) -> Config:
        return self.services.config

    @property
    def language(self) -> str:
        """The path's language, else the cookie's, else what the request accepts, else the person's."""
        return language_of(self.request)

    @property
    def token(self) -> str:
        """The session cookie's token; "" without one."""
        return self.request.cookies.get(cookie_name(self.config), "")

    @property
    def csrf(self) -> str:
        """The token for this session's forms."""
        return csrf_token(self.token) if self.token else ""

    @property
    def address(self) -> str:
        """The client's address. X-Forwarded-For is believed only from a proxy named in the configuration."""
        client = self.request.client.host if self.request.client else ""
        if client in self.config.trusted_proxies:
            forwarded = self.request.headers.get("x-forwarded-for", "")
            return forwarded.rsplit(",", 1)[-1].strip() or client
        return client

    @property
    def user_agent(self) -> str:
        return self.request.headers.get("user-agent", "")

    @contextmanager
    def read(self) -> Iterator[Work]:
        """A transaction that only reads; it never waits for a writer."""
        with transaction(self.services.engine, read_only=True) as session:
            work = self._work(session)
            yield work
        self._touch(work)

    @contextmanager
    def write(self) -> Iterator[Work]:
        """A transaction that is committed when the block ends, and rolled back whole when it raises."""
        with transaction(self.services.engine) as session:
            yield self._work(session)

    def _work(self, session: Session) -> Work:
        at = self.services.clock()
        work = Work(session, at, None)
        if bearer := bearer_token(self.request):
            person_id = tokens.holder(session, bearer, at)
            work.visitor = actor_of(session, person_id, at) if person_id else None
        elif self.token and (row := session_of(session, self.token, at)):
            work.visitor, work.web_session = actor_of(session, row.person_id, at), row
        if work.visitor is not None:
            self.request.scope["state"][PERSONS_LANGUAGE] = work.visitor.language
        if self.access is not Access.PUBLIC and work.visitor is None:
            raise SignInRequired()
        if self.access is Access.ADMIN and not work.actor.has(Role.ADMIN):
            raise NotAdmin()
        return work

    def _touch(self, work: Work) -> None:
        row = work.web_session
        if row is not None and work.at - row.last_seen_at > SEEN_EVERY:
            with transaction(self.services.engine) as session:
                seen = session.get(WebSession, row.token_hash)
                if seen is not None:
                    seen.last_seen_at = work.at


def language_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The language in which to answer: that of the path, else of the cookie, else of the browser, else the person's."""
    first = connection.url.path.split("/", 2)[1]
    if first in LANGUAGES:
        return first
    chosen = connection.cookies.get(LANGUAGE_COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    person = connection.scope["state"].get(PERSONS_LANGUAGE, DEFAULT)
    return negotiated(connection.headers.get("accept-language", person))


def language_of_person(request: "Request[Any, Any, Any]") -> str:
    """As `language_of`, also when the request was refused before anybody asked whose token it carries."""
    state = request.scope["state"]
    if PERSONS_LANGUAGE not in state and "accept-language" not in request.headers and (token := bearer_token(request)):
        services: Services = request.app.state.services
        with transaction(services.engine, read_only=True) as session:
            person_id = tokens.holder(session, token, services.clock())
            state[PERSONS_LANGUAGE] = session.get_one(Person, person_id).language if person_id else DEFAULT
    return language_of(request)


def cookie_name(config: Config) -> str:
    """`__Host-` binds the cookie to this host and to https; plain http (the demo) cannot carry that prefix."""
    return f"__Host-{COOKIE}" if config.secure_cookies else COOKIE


def bearer_token(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The opaque API token of an Authorization header; "" without one."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


#: How a handler asks for its visit.
ThisVisit = NamedDependency[Visit]


async def provide_visit(request: "Request[Any, Any, Any]") -> Visit:
    """Litestar's dependency `visit`."""
    return Visit(request)


async def admit(request: "Request[Any, Any, Any]") -> None:
    """What every request must be before a handler sees it."""
    refuse_nul(request)
    await refuse_forgery(request)


def refuse_nul(request: "Request[Any, Any, Any]") -> None:
    """No address of Charte holds a NUL, and no database takes one."""
    if "\0" in request.url.path:
        raise NotFound()
    if b"%00" in request.scope["query_string"]:
        raise InvalidRequest(fields=[("query", "malformed")])


async def refuse_forgery(request: "Request[Any, Any, Any]") -> None:
    """Refuses an unsafe request that another site caused, or that lacks this session's token.

    Bearer tokens are never sent by a browser on its own, so they need none.
    """
    if request.method in SAFE or bearer_token(request):
        return
    services: Services = request.app.state.services
    site = request.headers.get("sec-fetch-site", "")
    origin = request.headers.get("origin", "")
    if site not in ("", "same-origin", "none") or (origin and origin != services.config.origin):
        raise Forged()
    token = request.cookies.get(cookie_name(services.config), "")
    if token:
        given = request.headers.get("x-csrf-token", "")
        content_type = request.headers.get("content-type", "")
        if not given and content_type.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
            given = str((await request.form()).get("csrf", ""))
        if not same_token(given, csrf_token(token)):
            raise Forged()
