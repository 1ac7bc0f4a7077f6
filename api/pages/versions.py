"""The page on which a draft is written, and what it says of the version's state."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import MediaType, Response, get
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup

from api.asked_changes import asked_changes
from api.last_read import note_reading
from api.pages.review import refused
from api.pages.seen import demand_seen
from api.refusals import refusal
from api.render import page, render
from api.views import state_chip
from api.visit import Access, ThisVisit, Visit, Work
from exports.html import render_document
from guidelines import queries as writing
from workflow import machine, queries
from workflow.errors import PublishedImmutable
from workflow.machine import Action, State
from workflow.permissions import Permission, may
from workflow.queries import Standing


@dataclass(frozen=True, slots=True)
class Submitted:
    """When and by whom the draft was submitted for the review that is open."""

    at: datetime
    by: str


@get("/versions/{version_id:str}/edit", access=Access.MEMBER, sync_to_thread=True)
def edit_page(visit: ThisVisit, version_id: FromPath[str]) -> "Response[Any]":
    """The text to write on: a draft, and a version in review for whoever may suggest there. Others read that on its
    review page; a published one cannot be written on."""
    with visit.read() as work:
        demand_seen(work)
        found = queries.standing(work.session, version_id, work.at)
        if found.state in machine.FROZEN:
            error = PublishedImmutable(state=found.state, action=Action.EDIT)
            return refused(visit, work, refusal(error, visit.language), found)
        if found.state is not State.DRAFT and not may(Permission.SUGGEST, work.actor, found.context):
            return Redirect(f"/{visit.language}/versions/{version_id}/review")
        answer = _edit(visit, work, found)
    note_reading(visit, version_id, found.version.revision)
    return answer


@get("/versions/{version_id:str}/standing", access=Access.MEMBER, sync_to_thread=True)
def standing_parts(visit: ThisVisit, version_id: FromPath[str]) -> "Response[str]":
    """Chip, buttons and banner for an editor that is open while the state moves."""
    with visit.read() as work:
        demand_seen(work)
        found = queries.standing(work.session, version_id, work.at)
        text = render(
            "standing.html",
            visit.language,
            guideline=found.guideline,
            version=found.version,
            state=found.state.value,
            chip=state_chip(found),
            may_submit=found.state is State.DRAFT and may(Permission.SUBMIT, work.actor, found.context),
            **_under_review(visit, work, found),
            csrf=visit.csrf,
        )
    return Response(text, media_type=MediaType.HTML)


def _under_review(visit: Visit, work: Work, found: Standing) -> dict[str, Any]:
    """What the banner over a text in review says: since when, and what this person may do there."""
    return {
        "submitted": _submitted(work, found),
        "may_suggest": may(Permission.SUGGEST, work.actor, found.context),
        "decides": may(Permission.RESOLVE, work.actor, found.context),
        "owner_team": writing.team_names(work.session, visit.language).get(found.guideline.owner_team, ""),
    }


def _submitted(work: Work, found: Standing) -> Submitted | None:
    row = found.state_row
    if found.state is not State.IN_REVIEW or row.submitted_at is None or row.submitted_by is None:
        return None
    return Submitted(row.submitted_at, writing.people_named(work.session, {row.submitted_by})[row.submitted_by])


def _edit(visit: Visit, work: Work, found: Standing) -> "Response[str]":
    version = found.version
    can_edit = may(Permission.DRAFT_EDIT, work.actor, found.context)
    can_suggest = may(Permission.SUGGEST, work.actor, found.context)
    teams = writing.team_names(work.session, visit.language)
    options = {
        "versionId": version.id,
        "language": visit.language,
        "textLanguage": version.language,
        "csrf": visit.csrf,
        "can": "edit" if can_edit else "suggest" if can_suggest else "read",
        "state": found.state.value,
        "lanes": [{"id": team, "name": teams.get(team, team)} for team in sorted(work.actor.teams)],
        "standingUrl": f"/{visit.language}/versions/{version.id}/standing",
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
        state=found.state.value,
        chip=state_chip(found),
        may_submit=found.state is State.DRAFT and may(Permission.SUBMIT, work.actor, found.context),
        **_under_review(visit, work, found),
        asked=asked_changes(work, found),
        options=options,
    )


handlers = [edit_page, standing_parts]
