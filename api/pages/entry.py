"""Coming in and going out: sign-in, one-time links, sign-out."""

from typing import Any

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from api import accounts, people
from api.database import transaction
from api.errors import InvalidRequest, TooManyTries, WeakPassword, WrongCredentials
from api.pages.forms import Form
from api.refusals import refusal
from api.render import page
from api.visit import LANGUAGE_COOKIE, Access, ThisVisit, Visit, cookie_name
from guidelines.people import Role
from guidelines.tables import Person


@get("/sign-in", access=Access.PUBLIC, sync_to_thread=True)
def sign_in_page(visit: ThisVisit, next: FromQuery[str] = "") -> "Response[str]":
    """The form; somebody signed in already goes where they wanted to."""
    with visit.read() as work:
        if work.visitor is not None:
            return Redirect(safe_next(next, visit.language))
        return page(visit, work, "sign-in.html", next=next, email="", refusal=None, **_demo(visit))


@post("/sign-in", access=Access.PUBLIC, sync_to_thread=True)
def sign_in(visit: ThisVisit, data: Form) -> "Response[Any]":
    """Signs in, or shows the form again with what is wrong. A failure is counted in a transaction of its own."""
    email, password, wanted = (data.get(name, "") for name in ("email", "password", "next"))
    try:
        with visit.write() as work:
            token, person = accounts.sign_in(
                work.session,
                email,
                password,
                address=visit.address,
                user_agent=visit.user_agent,
                at=work.at,
            )
            language = person.language
    except (WrongCredentials, TooManyTries) as error:
        if isinstance(error, WrongCredentials):
            with transaction(visit.services.engine) as session:
                accounts.count_failure(session, email, visit.address, visit.services.clock())
        answer = refusal(error, visit.language)
        with visit.read() as work:
            return page(
                visit,
                work,
                "sign-in.html",
                status=answer.status,
                next=wanted,
                email=email,
                refusal=answer,
                **_demo(visit),
            )
    target = safe_next(wanted, language)
    return Redirect(target, status_code=303, cookies=[session_cookie(visit, token), language_cookie(language)])


@post("/sign-out", access=Access.MEMBER, sync_to_thread=True)
def sign_out(visit: ThisVisit, data: Form) -> "Response[Any]":
    """Ends this session, or with `everywhere` every session and token of the person."""
    with visit.write() as work:
        if data.get("everywhere"):
            accounts.sign_out_everywhere(work.session, work.actor.id, work.at)
        else:
            accounts.sign_out(work.session, visit.token, work.at)
    return Redirect(f"/{visit.language}/sign-in", status_code=303, cookies=[session_cookie(visit, "", age=0)])


@get("/invitation/{token:str}", access=Access.PUBLIC, sync_to_thread=True)
def invitation_page(visit: ThisVisit, token: FromPath[str]) -> "Response[str]":
    """Where a one-time link leads: the first administrator's, a new colleague's, a forgotten password's."""
    with visit.read() as work:
        invited = accounts.invitation(work.session, token, work.at)
        person = work.session.get(Person, invited.person_id) if invited.person_id else None
        return page(
            visit,
            work,
            "invitation.html",
            first=person is None,
            name=person.name if person else "",
            email=person.email if person else "",
            refusal=None,
        )


@post("/invitation/{token:str}", access=Access.PUBLIC, sync_to_thread=True)
def accept_invitation(visit: ThisVisit, token: FromPath[str], data: Form) -> "Response[Any]":
    """Sets the password and signs in; the first administrator is made here."""
    try:
        with visit.write() as work:
            invited = accounts.invitation(work.session, token, work.at, accepting=True)
            if invited.person_id is None:
                person = people.add_person(
                    work.session,
                    name=data.get("name", ""),
                    email=data.get("email", ""),
                    language=visit.language,
                    at=work.at,
                )
                people.give_role(work.session, person.id, Role.ADMIN, "", at=work.at, recorded_by=None)
                person_id = person.id
            else:
                person_id = invited.person_id
            accounts.set_password(work.session, person_id, data.get("password", ""), work.at)
            invited.used_at = work.at
            session_token = accounts.open_session(work.session, person_id, user_agent=visit.user_agent, at=work.at)
    except (WeakPassword, InvalidRequest) as error:
        answer = refusal(error, visit.language)
        with visit.read() as work:
            invited = accounts.invitation(work.session, token, work.at)
            known = work.session.get(Person, invited.person_id) if invited.person_id else None
            return page(
                visit,
                work,
                "invitation.html",
                status=answer.status,
                first=known is None,
                name=known.name if known else data.get("name", ""),
                email=known.email if known else data.get("email", ""),
                refusal=answer,
            )
    return Redirect(f"/{visit.language}/", status_code=303, cookies=[session_cookie(visit, session_token)])


def session_cookie(visit: Visit, token: str, *, age: int | None = None) -> Cookie:
    """The session's cookie: for this host only, unseen by scripts, not sent along from other sites' forms."""
    return Cookie(
        key=cookie_name(visit.config),
        value=token,
        path="/",
        httponly=True,
        secure=visit.config.secure_cookies,
        samesite="lax",
        max_age=int(accounts.SESSION_LIFE.total_seconds()) if age is None else age,
    )


def language_cookie(language: str) -> Cookie:
    """Which language to answer in where the path does not say."""
    return Cookie(key=LANGUAGE_COOKIE, value=language, path="/", samesite="lax", max_age=31_536_000)


def safe_next(wanted: str, language: str) -> str:
    """Where to go after sign-in: a path of ours, never another site's address."""
    if wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable():
        return wanted
    return f"/{language}/"


def _demo(visit: Visit) -> dict[str, Any]:
    return visit.services.extras["demo"][visit.language] if visit.config.demo else {}


handlers = [sign_in_page, sign_in, sign_out, invitation_page, accept_invitation]
