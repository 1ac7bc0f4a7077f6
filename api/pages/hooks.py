"""Administration of the company's chat: which addresses hear what happens to guidelines."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from api.hooks import keeping
from api.hooks.telling import tell_test
from api.jobs.kinds import Desk
from api.pages.forms import Form, submitted
from api.refusals import Refusal
from api.render import page
from api.visit import Access, ThisVisit, Visit, Work


@get("/admin/chat", access=Access.ADMIN, sync_to_thread=True)
def chat_page(visit: ThisVisit, done: FromQuery[str] = "") -> "Response[str]":
    """Every address, with what became of the last message to it."""
    with visit.read() as work:
        return _page(visit, work, done=done)


@post("/admin/chat", access=Access.ADMIN, sync_to_thread=True)
def add_hook(visit: ThisVisit, data: Form) -> "Response[Any]":
    """Adds an address and shows its secret, this once."""
    shown: list[str] = []

    def act(work: Work) -> str:
        hook = keeping.add(work, data.get("url", ""), data.get("language", ""), visit.config.webhook_networks)
        shown.append(hook.secret)
        return ""

    answer = submitted(visit, act, lambda work, refusal: _page(visit, work, refusal=refusal, form=data))
    if not shown:
        return answer
    with visit.read() as work:
        return _page(visit, work, secret=shown[0])


@post("/admin/chat/{hook_id:str}/test", access=Access.ADMIN, sync_to_thread=True)
def try_hook(visit: ThisVisit, hook_id: FromPath[str]) -> "Response[Any]":
    """Sends a message by which one sees whether the address hears."""

    def act(work: Work) -> str:
        tell_test(Desk(work.session, work.at, visit.services), keeping.of(work.session, hook_id))
        return f"/{visit.language}/admin/chat?done=tried"

    return submitted(visit, act, lambda work, refusal: _page(visit, work, refusal=refusal))


@post("/admin/chat/{hook_id:str}/on", access=Access.ADMIN, sync_to_thread=True)
def switch_on(visit: ThisVisit, hook_id: FromPath[str]) -> "Response[Any]":
    """Tells an address again that was switched off."""

    def act(work: Work) -> str:
        keeping.switch_on(work, hook_id)
        return f"/{visit.language}/admin/chat?done=on"

    return submitted(visit, act, lambda work, refusal: _page(visit, work, refusal=refusal))


@post("/admin/chat/{hook_id:str}/end", access=Access.ADMIN, sync_to_thread=True)
def end_hook(visit: ThisVisit, hook_id: FromPath[str]) -> "Response[Any]":
    """Tells an address nothing any more."""

    def act(work: Work) -> str:
        keeping.end(work, hook_id)
        return f"/{visit.language}/admin/chat?done=ended"

    return submitted(visit, act, lambda work, refusal: _page(visit, work, refusal=refusal))


def _page(
    visit: Visit,
    work: Work,
    *,
    done: str = "",
    refusal: Refusal | None = None,
    secret: str = "",
    form: dict[str, str] | None = None,
) -> "Response[str]":
    return page(
        visit,
        work,
        "chat.html",
        status=refusal.status if refusal else 200,
        hooks=keeping.listed(work.session),
        done=done,
        refusal=refusal,
        secret=secret,
        form=form or {},
    )


handlers = [chat_page, add_hook, try_hook, switch_on, end_hook]
