"""Discussion by forms: a comment on a section or on quoted words, a reply, whom it waits for, closing and reopening."""

from collections.abc import Callable
from datetime import date
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
from guidelines.errors import InvalidField
from workflow import drafts
from workflow.audience import audience, audience_of


@post("/versions/{version_id:str}/threads", access=Access.MEMBER, sync_to_thread=True)
def open_thread(visit: ThisVisit, version_id: FromPath[str], data: Form) -> "Response[Any]":
    """Opens a thread on a section or on words quoted from it."""

    def act(work: Work) -> str:
        lane = data.get("lane", "")
        thread = discussion.open_thread(
            work.session,
            work.actor,
            version_id,
            thread_id=new_id(),
            comment_id=new_id(),
            text=data.get("text", ""),
            section=data.get("section", ""),
            quote=" ".join(data.get("quote", "").split()),
            suggestion=data.get("suggestion", ""),
            blocking=data.get("blocking") == "yes",
            lane=lane,
            assigned_to=data.get("assigned_to") or None,
            due_on=_day(data.get("due_on", "")),
            audience=audience_of(work.session, work.actor, lane, work.at),
            at=work.at,
        )
        return thread.id

    return _said(visit, version_id, data, f"threads-{data.get('section', '')}", act)


@post("/versions/{version_id:str}/threads/{thread_id:str}/reply", access=Access.MEMBER, sync_to_thread=True)
def reply(visit: ThisVisit, version_id: FromPath[str], thread_id: FromPath[str], data: Form) -> "Response[Any]":
    """Answers in a thread."""

    def act(work: Work) -> str:
        thread = discussion.thread_of(work.session, version_id, thread_id, work.actor)
        discussion.reply(
            work.session,
            work.actor,
            thread,
            comment_id=new_id(),
            text=data.get("text", ""),
            at=work.at,
            audience=audience(work.session, thread.lane, work.at),
        )
        return thread_id

    return _said(visit, version_id, data, f"reply-{thread_id}", act)


@post("/versions/{version_id:str}/threads/{thread_id:str}/ask", access=Access.MEMBER, sync_to_thread=True)
def ask(visit: ThisVisit, version_id: FromPath[str], thread_id: FromPath[str], data: Form) -> "Response[Any]":
    """Says whom a thread waits for, until when, and whether it holds publication back."""

    def act(work: Work) -> str:
        thread = discussion.thread_of(work.session, version_id, thread_id, work.actor)
        discussion.ask(
            work.session,
            thread,
            assigned_to=data.get("assigned_to") or None,
            due_on=_day(data.get("due_on", "")),
            blocking=data.get("blocking") == "yes",
            audience=audience(work.session, thread.lane, work.at),
            by=work.actor.id,
        )
        return thread_id

    return _said(visit, version_id, data, f"ask-{thread_id}", act)


@post("/versions/{version_id:str}/threads/{thread_id:str}/resolve", access=Access.MEMBER, sync_to_thread=True)
def resolve(visit: ThisVisit, version_id: FromPath[str], thread_id: FromPath[str], data: Form) -> "Response[Any]":
    """Closes a thread."""

    def act(work: Work) -> str:
        thread = discussion.thread_of(work.session, version_id, thread_id, work.actor)
        discussion.resolve(work.session, work.actor, thread, at=work.at)
        return ""

    return _said(visit, version_id, data, "resolve", act)


@post("/versions/{version_id:str}/threads/{thread_id:str}/reopen", access=Access.MEMBER, sync_to_thread=True)
def reopen_thread(visit: ThisVisit, version_id: FromPath[str], thread_id: FromPath[str], data: Form) -> "Response[Any]":
    """Opens a resolved thread again."""

    def act(work: Work) -> str:
        discussion.reopen(work.session, discussion.thread_of(work.session, version_id, thread_id, work.actor))
        return thread_id

    return _said(visit, version_id, data, "reopen-thread", act)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidField(field="due_on", problem="malformed") from None


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


handlers = [open_thread, reply, ask, resolve, reopen_thread]
