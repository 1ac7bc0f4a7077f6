"""A person's own settings: language, password, the browsers signed in, tokens for programs."""

from datetime import timedelta
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlmodel import col, select

from api import accounts, tokens
from api.browsers import say_browser
from api.errors import InvalidRequest, WrongCredentials
from api.i18n import LANGUAGES
from api.mail import links
from api.notices.kinds import NAMES
from api.pages.entry import language_cookie, session_cookie
from api.pages.forms import Form, number_of, submitted
from api.refusals import Refusal
from api.render import page
from api.secrets import password_matches
from api.tables import Account, ApiToken, WebSession
from api.visit import Access, ThisVisit, Visit, Work
from guidelines.tables import Person

#: Read by the pages' script, which is why it is no secret of the session.
KEYS_COOKIE = "charte_keys"


@get("/preferences", access=Access.MEMBER, sync_to_thread=True)
def preferences_page(visit: ThisVisit, done: FromQuery[str] = "") -> "Response[str]":
    """The page."""
    with visit.read() as work:
        return _page(visit, work, done=done)


@post("/language", access=Access.MEMBER, sync_to_thread=True)
def choose_language(visit: ThisVisit, data: Form) -> "Response[Any]":
    """Keeps the language of the interface with the person and in a cookie."""
    language = data.get("language", "")
    if language not in LANGUAGES:
        raise InvalidRequest(fields=[("language", "unknown")])
    with visit.write() as work:
        person = work.session.get(Person, work.actor.id)
        if person is not None:
            person.language = language
    target = f"/{language}/preferences?done=saved"
    return Redirect(target, status_code=303, cookies=[language_cookie(language)])


@post("/keys", access=Access.MEMBER, sync_to_thread=True)
def choose_keys(visit: ThisVisit, data: Form) -> "Response[Any]":
    """Keeps in a cookie, which scripts read, whether keys of one letter are commands in this browser."""
    with visit.read():  # refuses whoever is not signed in
        pass
    cookie = Cookie(
        key=KEYS_COOKIE,
        value="on" if data.get("keys") else "off",
        path="/",
        samesite="lax",
        secure=visit.config.secure_cookies,
        max_age=31_536_000,
    )
    return Redirect(f"/{visit.language}/preferences?done=saved", status_code=303, cookies=[cookie])


@post("/password", access=Access.MEMBER, sync_to_thread=True)
def change_password(visit: ThisVisit, data: Form) -> "Response[Any]":
    """A new password, given the present one: every other session ends, this browser gets a fresh one."""
    fresh: list[str] = []

    def act(work: Work) -> str:
        account = work.session.get(Account, work.actor.id)
        if not password_matches(account.password_hash if account else None, data.get("present", "")):
            raise WrongCredentials(left=accounts.TRIES_PER_ACCOUNT)
        accounts.set_password(work.session, work.actor.id, data.get("password", ""), work.at)
        fresh.append(accounts.open_session(work.session, work.actor.id, user_agent=visit.user_agent, at=work.at))
        return f"/{visit.language}/preferences?done=saved"

    answer = submitted(visit, act, lambda work, refusal: _page(visit, work, refusal=refusal))
    if fresh:
        answer.set_cookie(session_cookie(visit, fresh[0]))
    return answer


@post("/tokens", access=Access.MEMBER, sync_to_thread=True)
def create_token(visit: ThisVisit, data: Form) -> "Response[Any]":
    """A token for a program, shown this once."""
    shown: list[str] = []

    def act(work: Work) -> str:
        days = number_of(data, "days")
        life = timedelta(days=days) if days else None
        shown.append(tokens.create(work.session, work.actor.id, data.get("name", ""), life=life, at=work.at))
        return ""

    answer = submitted(visit, act, lambda work, refusal: _page(visit, work, refusal=refusal))
    if not shown:
        return answer
    with visit.read() as work:
        return _page(visit, work, token=shown[0])


@post("/tokens/{token_id:str}/revoke", access=Access.MEMBER, sync_to_thread=True)
def revoke_token(visit: ThisVisit, token_id: FromPath[str]) -> "Response[Any]":
    """Ends one token of one's own."""

    def act(work: Work) -> str:
        tokens.revoke(work.session, work.actor.id, token_id, at=work.at)
        return f"/{visit.language}/preferences?done=saved#tokens"

    return submitted(visit, act, lambda work, refusal: _page(visit, work, refusal=refusal))


def _page(
    visit: Visit, work: Work, *, done: str = "", refusal: Refusal | None = None, token: str = ""
) -> "Response[str]":
    sessions = select(WebSession).where(
        WebSession.person_id == work.actor.id,
        col(WebSession.revoked_at).is_(None),
        col(WebSession.expires_at) > work.at,
    )
    own_tokens = select(ApiToken).where(ApiToken.person_id == work.actor.id, col(ApiToken.revoked_at).is_(None))
    person = work.session.get(Person, work.actor.id)
    return page(
        visit,
        work,
        "preferences.html",
        status=refusal.status if refusal else 200,
        person=person,
        sessions=[
            (row, say_browser(row.user_agent, visit.language))
            for row in work.session.exec(sessions.order_by(col(WebSession.last_seen_at).desc()))
        ],
        present=work.web_session.token_hash if work.web_session else "",
        tokens=work.session.exec(own_tokens.order_by(col(ApiToken.created_at))).all(),
        token=token,
        kinds=list(NAMES.items()),
        unmailed=links.unmailed(work.session, work.actor.id),
        keys_on=visit.request.cookies.get(KEYS_COOKIE) != "off",
        done=done,
        refusal=refusal,
    )


handlers = [preferences_page, choose_language, choose_keys, change_password, create_token, revoke_token]
