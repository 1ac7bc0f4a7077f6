"""A draft and the page that writes on it: its text, what is signed beside it, a whole text brought in, submission."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup

from api.pages.forms import submitted
from api.pages.seen import demand_seen
from api.refusals import Refusal
from api.render import page, refusal_page
from api.visit import Access, ThisVisit, Visit, Work
from exports.html import render_document
from workflow import machine, queries, review
from workflow.errors import PublishedImmutable
from workflow.machine import Action, State
from workflow.permissions import Permission, may
from workflow.queries import Standing


@get("/versions/{version_id:str}/edit", access=Access.MEMBER, sync_to_thread=True)
def edit_page(visit: ThisVisit, version_id: FromPath[str]) -> "Response[Any]":
    """The draft to write on. A version in review is read on its review page; a published one cannot be written on."""
    with visit.read() as work:
        demand_seen(work)
        found = queries.standing(work.session, version_id, work.at)
        if found.state in machine.FROZEN:
            raise PublishedImmutable(state=found.state, action=Action.EDIT)
        if found.state is not State.DRAFT:
            return Redirect(f"/{visit.language}/versions/{version_id}/review")
        return _edit(visit, work, found)


@post("/versions/{version_id:str}/submit", access=Access.MEMBER, sync_to_thread=True)
def submit(visit: ThisVisit, version_id: FromPath[str]) -> "Response[Any]":
    """Opens the review. Refused, the draft is shown again with the reason."""

    def act(work: Work) -> str:
        demand_seen(work)
        review.submit(work.session, work.actor, version_id, at=work.at)
        return f"/{visit.language}/versions/{version_id}/review?done=submitted"

    def show(_work: Work, refused: Refusal) -> "Response[Any]":
        return refusal_page(visit.language, refused, path=visit.request.url.path)

    return submitted(visit, act, show)


def _edit(visit: Visit, work: Work, found: Standing) -> "Response[str]":
    version = found.version
    can_edit = may(Permission.DRAFT_EDIT, work.actor, found.context)
    options = {
        "versionId": version.id,
        "language": visit.language,
        "textLanguage": version.language,
        "csrf": visit.csrf,
        "can": "edit" if can_edit else "read",
        "liveUrl": f"/live/{version.id}",
        "apiUrl": f"/api/v1/versions/{version.id}",
        "me": {"id": work.actor.id, "name": work.actor.name},
    }
    return page(
        visit,
        work,
        "edit.html",
        guideline=found.guideline,
        version=version,
        body=Markup(render_document(found.document, language=version.language)),
        may_submit=may(Permission.SUBMIT, work.actor, found.context),
        options=options,
    )


handlers = [edit_page, submit]
