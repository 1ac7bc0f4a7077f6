"""The page on which a draft is written."""

from typing import Any

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup

from api.pages.review import refused
from api.pages.seen import demand_seen
from api.refusals import refusal
from api.render import page
from api.visit import Access, ThisVisit, Visit, Work
from exports.html import render_document
from workflow import machine, queries
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
            error = PublishedImmutable(state=found.state, action=Action.EDIT)
            return refused(visit, work, refusal(error, visit.language), found)
        if found.state is not State.DRAFT:
            return Redirect(f"/{visit.language}/versions/{version_id}/review")
        return _edit(visit, work, found)


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


handlers = [edit_page]
