"""REST: one's notices, and which of them one gets by mail."""

from datetime import datetime

from litestar import Router, get, post, put
from litestar.params import FromPath, JSONBody
from pydantic import BaseModel

from api.errors import NotFound
from api.mail import links
from api.notices import inbox
from api.notices.kinds import NoticeKind
from api.routes.reference import SIGNED_IN
from api.visit import Access, ThisVisit


class Notice(BaseModel):
    """Something that one was told, in one's own language."""

    id: int
    kind: NoticeKind
    at: datetime
    read: bool
    sentence: str
    words: str
    #: The page that it is about.
    link: str


class Notices(BaseModel):
    """The newest hundred, and how many are unread."""

    unread: int
    items: list[Notice]


class Marked(BaseModel):
    """How many notices were unread before."""

    marked: int


class Mail(BaseModel):
    """The kinds of notices that one gets by mail."""

    kinds: list[NoticeKind]


@get("/notices", access=Access.MEMBER, sync_to_thread=True)
def list_notices(visit: ThisVisit) -> Notices:
    """What one was told, the newest first. What one may not know of any more is not among them."""
    with visit.read() as work:
        language = work.actor.language
        items = [
            Notice(
                id=line.id,
                kind=line.told.kind,
                at=line.at,
                read=line.is_read,
                sentence=line.told.sentence,
                words=line.told.words,
                link=f"{visit.config.public_url}/{language}/{line.told.place}",
            )
            for line in inbox.lines(work, language)
        ]
        return Notices(unread=inbox.unread(work.session, work.actor.id, work.at), items=items)


@post("/notices/read", access=Access.MEMBER, sync_to_thread=True, status_code=200)
def read_all(visit: ThisVisit) -> Marked:
    """Marks all of one's notices as read."""
    with visit.write() as work:
        return Marked(marked=inbox.read_all(work))


@post("/notices/{notice_id:int}/read", access=Access.MEMBER, refuses=(404,), sync_to_thread=True, status_code=204)
def read_one(visit: ThisVisit, notice_id: FromPath[int]) -> None:
    """Marks one notice as read."""
    with visit.write() as work:
        if notice_id >= 2**31 or inbox.opened(work, notice_id, work.actor.language) is None:
            raise NotFound()


@get("/mail", access=Access.MEMBER, sync_to_thread=True)
def mail(visit: ThisVisit) -> Mail:
    """Which kinds of notices one gets by mail."""
    with visit.read() as work:
        unmailed = links.unmailed(work.session, work.actor.id)
        return Mail(kinds=[kind for kind in NoticeKind if kind not in unmailed])


@put("/mail", access=Access.MEMBER, sync_to_thread=True)
def choose_mail(visit: ThisVisit, data: JSONBody[Mail]) -> Mail:
    """Chooses which kinds of notices one gets by mail; all others stand in the bell alone."""
    with visit.write() as work:
        links.unmail(work.session, work.actor.id, set(NoticeKind) - set(data.kinds))
    return Mail(kinds=[kind for kind in NoticeKind if kind in data.kinds])


router = Router(
    path="/me",
    tags=["Notices"],
    security=SIGNED_IN,
    route_handlers=[list_notices, read_all, read_one, mail, choose_mail],
)
