"""Decisions on suggestions by forms: accept, reject, take back, each on what the page showed."""

from typing import Any

from litestar import Response, post
from litestar.params import FromPath

from api.pages.forms import Form, number_of, submitted
from api.pages.review import show
from api.pages.seen import demand_seen
from api.secrets import new_id
from api.visit import Access, ThisVisit, Work
from workflow import suggesting


@post("/versions/{version_id:str}/suggestions", access=Access.MEMBER, sync_to_thread=True)
def decide(visit: ThisVisit, version_id: FromPath[str], data: Form) -> "Response[Any]":
    """Decides on one suggestion, named by the button."""

    def act(work: Work) -> str:
        demand_seen(work)
        suggesting.decide(
            work.session,
            work.actor,
            version_id,
            accept=[name for name in (data.get("accept", ""),) if name],
            reject=[name for name in (data.get("reject", ""),) if name],
            seen_revision=number_of(data, "shown_revision"),
            ref=f"resolve-{new_id()}",
            at=work.at,
        )
        return f"/{visit.language}/versions/{version_id}/review#suggestions"

    return submitted(
        visit,
        act,
        lambda work, refusal: show(visit, work, version_id, refusal=refusal, form=data, sent="suggestions"),
        version_id=version_id,
    )


handlers = [decide]
