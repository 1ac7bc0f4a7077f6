"""The bell, the links in mails, and which mails one gets."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from api.errors import NotFound
from api.mail import links
from api.notices import inbox
from api.notices.kinds import ICONS, NAMES, NoticeKind
from api.pages.forms import Form, number_of
from api.render import page
from api.visit import Access, ThisVisit, Visit, Work


@get("/notices", access=Access.MEMBER, sync_to_thread=True)
def notices_page(visit: ThisVisit, link: FromQuery[str] = "") -> "Response[str]":
    """What one was told. `link`: whoever came by a link that leads nowhere any more is told so."""
    with visit.read() as work:
        found = inbox.lines(work, visit.language)
        return page(visit, work, "notices.html", lines=found, icons=ICONS, link=link)


@post("/notices/read", access=Access.MEMBER, sync_to_thread=True)
def read_notices(visit: ThisVisit, data: Form) -> "Response[Any]":
    """Marks as read what the page showed: what came since stays unread."""
    with visit.write() as work:
        inbox.read_all(work, number_of(data, "upto"))
    return Redirect(f"/{visit.language}/notices", status_code=303)


@get("/notices/{notice_id:int}", access=Access.MEMBER, sync_to_thread=True)
def open_notice(visit: ThisVisit, notice_id: FromPath[int]) -> "Response[Any]":
    """Leads where the notice leads, and marks it as read."""
    with visit.write() as work:
        told = inbox.opened(work, notice_id, visit.language) if notice_id < 2**31 else None
    if told is None:
        raise NotFound()
    return Redirect(f"/{visit.language}/{told.place}", status_code=303)


@get("/go/{token:str}", access=Access.MEMBER, sync_to_thread=True)
def follow_link(visit: ThisVisit, token: FromPath[str]) -> "Response[Any]":
    """Where a mail's link leads its own person, once. It signs nobody in: without a session, sign-in comes first."""
    with visit.write() as work:
        place = links.place_of(work.session, token, work.actor.id, work.at)
    return Redirect(f"/{visit.language}/{place or 'notices?link=used'}", status_code=303)


@get("/unsubscribe/{token:str}", access=Access.PUBLIC, sync_to_thread=True)
def unsubscribe_page(visit: ThisVisit, token: FromPath[str]) -> "Response[str]":
    """Asks before it ends anything: scanners open every link of a mail."""
    with visit.read() as work:
        return _unsubscribe_page(visit, work, token, done=False)


@post("/unsubscribe/{token:str}", access=Access.PUBLIC, sync_to_thread=True, status_code=200)
def unsubscribe(visit: ThisVisit, token: FromPath[str]) -> "Response[str]":
    """Ends mails of the link's kinds, by the page's button or by the mail program's own (RFC 8058)."""
    with visit.write() as work:
        found = links.unsubscribing(work.session, token, work.at)
        if found is None:
            raise NotFound()
        person_id, kinds = found
        links.unmail(work.session, person_id, links.unmailed(work.session, person_id) | set(kinds))
    with visit.read() as work:
        return _unsubscribe_page(visit, work, token, done=True)


@post("/mail", access=Access.MEMBER, sync_to_thread=True)
def choose_mail(visit: ThisVisit, data: Form) -> "Response[Any]":
    """Keeps which kinds of notices the person wants by mail."""
    with visit.write() as work:
        links.unmail(work.session, work.actor.id, {kind for kind in NoticeKind if not data.get(f"mail-{kind}")})
    return Redirect(f"/{visit.language}/preferences?done=saved#mail", status_code=303)


def _unsubscribe_page(visit: Visit, work: Work, token: str, *, done: bool) -> "Response[str]":
    found = links.unsubscribing(work.session, token, work.at)
    if found is None:
        raise NotFound()
    return page(visit, work, "unsubscribe.html", kinds=[NAMES[kind] for kind in found[1]], token=token, done=done)


handlers = [
    notices_page,
    read_notices,
    open_notice,
    follow_link,
    unsubscribe_page,
    unsubscribe,
    choose_mail,
]
