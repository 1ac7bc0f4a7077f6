"""REST: the class of a change: what the rules propose and why, what the owner team states, what the other side says."""

from datetime import datetime
from typing import Literal

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody
from pydantic import BaseModel, Field

from api.class_words import say_finding
from api.routes.nudge import nudge
from api.routes.reference import SIGNED_IN
from api.routes.seen import version_seen
from api.routes.shapes import Body, Hash, Named, Remark, named
from api.visit import Access, ThisVisit, Work
from guidelines import queries as writing
from workflow import classing, queries
from workflow.change_class.agreement import answers, stated
from workflow.change_class.findings import Finding, highest
from workflow.policy import Change
from workflow.tables import ClassStatement


class ClassStated(Body):
    """What the owner team says that the change is."""

    change: Change
    shown_hash: Hash | None = Field(None, description="Of the text that was read: refused when it is another now.")
    reason: Remark = ""


class ClassAnswered(Body):
    """What the other side says to it; `contest` needs a reason."""

    answer: Literal["agree", "contest"]
    shown_hash: Hash | None = Field(None, description="Of the text that was read: refused when it is another now.")
    reason: Remark = ""


class ClassReason(BaseModel):
    """One reason of the rules, and the class that it asks for by itself."""

    why: str
    change: Change
    before: str
    after: str
    words: str = Field(description="The reason as a sentence.")


class ClassOfSlice(BaseModel):
    """A slice that differs from the words that were signed."""

    id: str
    change: Change
    reasons: list[ClassReason]


class ClassSaid(BaseModel):
    """What somebody said of the class, on the words as they stand."""

    id: int
    by: Named
    team: str
    said: Literal["state", "agree", "contest"]
    change: Change
    reason: str
    at: datetime


class ClassOfChange(BaseModel):
    """The class of a version's change against the newest words that were signed in full."""

    in_effect: Change = Field(description="What requirements, number and confirmations follow. Unagreed: substantive.")
    proposed: Change
    against: str | None = Field(description="The version that it is measured against; none on a first edition.")
    slices: list[ClassOfSlice]
    said: list[ClassSaid] = Field(description="Of these very words; what was said of others does not count.")


@get("/class", access=Access.MEMBER, refuses=(404,), sync_to_thread=True)
def class_of_change(visit: ThisVisit, version_id: FromPath[str]) -> ClassOfChange:
    """What the rules propose, with every reason, and what both sides said."""
    with visit.read() as work:
        version_seen(work, version_id)
        return _shape(work, version_id, visit.language)


@post("/class", access=Access.MEMBER, refuses=(404, 409, 422), sync_to_thread=True, status_code=200)
def state_class(visit: ThisVisit, version_id: FromPath[str], data: JSONBody[ClassStated]) -> ClassOfChange:
    """The owner team states the class: at most one step below what the rules propose."""
    with visit.write() as work:
        version_seen(work, version_id)
        classing.state_class(
            work.session,
            work.actor,
            version_id,
            change=data.change,
            shown_hash=data.shown_hash,
            reason=data.reason,
            at=work.at,
        )
        shape = _shape(work, version_id, visit.language)
    nudge(visit, version_id)
    return shape


@post("/class/answers", access=Access.MEMBER, refuses=(404, 409, 422), sync_to_thread=True, status_code=200)
def answer_class(visit: ThisVisit, version_id: FromPath[str], data: JSONBody[ClassAnswered]) -> ClassOfChange:
    """The other side agrees, or contests with a reason; nobody agrees to the class of what they wrote."""
    with visit.write() as work:
        version_seen(work, version_id)
        session, actor, at = work.session, work.actor, work.at
        if data.answer == "agree":
            classing.agree_class(session, actor, version_id, shown_hash=data.shown_hash, at=at)
        else:
            classing.contest_class(session, actor, version_id, reason=data.reason, at=at)
        shape = _shape(work, version_id, visit.language)
    nudge(visit, version_id)
    return shape


def _shape(work: Work, version_id: str, language: str) -> ClassOfChange:
    found = queries.standing(work.session, version_id, work.at)
    proposed = classing.proposals(work.session, found)
    return ClassOfChange(
        in_effect=found.facts.change,
        proposed=highest(one.change for one in proposed.values()),
        against=found.anchor.version_id if found.anchor else None,
        slices=[
            ClassOfSlice(id=part, change=one.change, reasons=[_reason(f, language) for f in one.findings])
            for part, one in proposed.items()
        ],
        said=_said(work, found),
    )


def _reason(finding: Finding, language: str) -> ClassReason:
    return ClassReason(
        why=finding.why.value,
        change=finding.change,
        before=finding.before,
        after=finding.after,
        words=say_finding(finding, language),
    )


def _said(work: Work, found: queries.Standing) -> list[ClassSaid]:
    facts = found.facts
    claim = stated(facts.statements, facts.changed) if facts.changed else None
    if claim is None or facts.changed is None:
        return []
    told = [claim, *answers(facts.statements, facts.changed)]
    names = writing.people_named(work.session, {one.person for one in told})
    rows = [(one, work.session.get_one(ClassStatement, one.seq)) for one in told]
    return [
        ClassSaid(
            id=one.seq,
            by=named(one.person, names),
            team=row.team_id,
            said=one.said.value,
            change=one.change,
            reason=row.reason,
            at=row.at,
        )
        for one, row in rows
    ]


router = Router(
    path="/versions/{version_id:str}",
    tags=["Review"],
    security=SIGNED_IN,
    route_handlers=[class_of_change, state_class, answer_class],
)
