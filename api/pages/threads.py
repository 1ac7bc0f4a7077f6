"""Discussion by forms: a comment on a section or on quoted words, a reply, resolving and reopening."""

from collections.abc import Callable
from typing import Any

from litestar import Response, post
from litestar.params import FromPath

from api.pages.forms import Form, submitted
from api.pages.review import show
from api.pages.seen import demand_seen
from api.secrets import new_id
from api.visit import Access, ThisVisit, Visit, Work
from guidelines import discussion
from guidelines import queries as writing
from workflow import drafts


@post("/versions/{version_id:str}/threads", access=Access.MEMBER, sync_to_thread=True)
def open_thread(visit: ThisVisit, version_id: FromPath[str], data: Form) -> "Response[Any]":
    """Opens a thread on a section or on words quoted from it."""

    def act(work: Work) -> str:
        thread = discussion.open_thread(
            work.session,
            work.actor,
            version_id,
            thread_id=new_id(),
            comment_id=new_id(),
            text=data.get("text", ""),
            section=data.get("section", ""),
            quote=" ".join(data.get("quote", "").split()),
            blocking=data.get("blocking") == "yes",
            at=work.at,
        )
        return thread.id

    return _said(visit, version_id, data, f"threads-{data.get('section', '')}", act)


@post("/versions/{version_id:str}/threads/{thread_id:str}/reply", access=Access.MEMBER, sync_to_thread=True)
def reply(visit: ThisVisit, version_id: FromPath[str], thread_id: FromPath[str], data: Form) -> "Response[Any]":
    """Answers in a thread."""

    def act(work: Work) -> str:
        thread = discussion.thread_of(work.session, version_id, thread_id)
        discussion.reply(work.session, work.actor, thread, comment_id=new_id(), text=data.get("text", ""), at=work.at)
        return thread_id

    return _said(visit, version_id, data, f"reply-{thread_id}", act)


@post("/versions/{version_id:str}/threads/{thread_id:str}/resolve", access=Access.MEMBER, sync_to_thread=True)
def resolve(visit: ThisVisit, version_id: FromPath[str], thread_id: FromPath[str], data: Form) -> "Response[Any]":
    """Closes a thread."""

    def act(work: Work) -> str:
        thread = discussion.thread_of(work.session, version_id, thread_id)
        discussion.resolve(work.session, work.actor, thread, at=work.at)
        return ""

    return _said(visit, version_id, data, "resolve", act)


@post("/versions/{version_id:str}/threads/{thread_id:str}/reopen", access=Access.MEMBER, sync_to_thread=True)
def reopen_thread(visit: ThisVisit, version_id: FromPath[str], thread_id: FromPath[str], data: Form) -> "Response[Any]":
    """Opens a resolved thread again."""

    def act(work: Work) -> str:
        discussion.reopen(work.session, discussion.thread_of(work.session, version_id, thread_id))
        return thread_id

    return _said(visit, version_id, data, "reopen-thread", act)


def _said(
    visit: Visit, version_id: str, data: dict[str, str], form: str, act: Callable[[Work], str]
) -> "Response[Any]":
    """What is said is kept for those who may discuss; the answer leads to the thread that `act` names."""

    def allowed(work: Work) -> str:
        demand_seen(work)
        drafts.demand_discuss(work.session, work.actor, writing.version(work.session, version_id))
        thread_id = act(work)
        return f"/{visit.language}/versions/{version_id}/review#{f't-{thread_id}' if thread_id else 'discussion'}"

    return submitted(
        visit,
        allowed,
        lambda work, refusal: show(visit, work, version_id, refusal=refusal, form=data, sent=form),
        version_id=version_id,
    )


handlers = [open_thread, reply, resolve, reopen_thread]
