"""REST: every action that moves a version on, and the decisions that people make on its words."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody
from pydantic import BaseModel, Field

from api.days import beginning_of
from api.errors import InvalidRequest
from api.i18n import company_day
from api.keys import seal_published
from api.proof import proof_of
from api.routes.nudge import nudge
from api.routes.reference import SIGNED_IN
from api.routes.seen import version_seen
from api.routes.shapes import Body, Hash, Named, Remark, SectionId, Words, named
from api.routes.standing import Version, version_shape
from api.views import name_written
from api.visit import Access, ThisVisit, Visit, Work
from api.words import agreement
from guidelines import authority
from guidelines import queries as writing
from workflow import queries, review, scheduling, signing
from workflow.errors import SelfApproval, StaleSignOff
from workflow.facts import Choice
from workflow.policy import Change, change_named
from workflow.tables import SignOff as SignOffRow

Team = Annotated[Words, Field(min_length=1, max_length=40)]


class Decision(Body):
    """A decision for a team; on the sections named, else on everything the team must sign and the person may."""

    decision: Choice
    team: Team
    sections: Annotated[list[SectionId], Field(min_length=1, max_length=5000)] | None = None
    shown_hash: Hash | None = Field(None, description="Of the text that was read; `approve` and `object` need it.")
    shown_revision: Annotated[int, Field(ge=0, lt=2**31)] | None = Field(
        None,
        description="That was read: the title and the other details of that revision are held against those of now.",
    )
    remark: Remark = ""


class SignOff(BaseModel):
    """A decision as it was made. Whether it counts stands in the version's sections."""

    id: int
    by: Named
    team: str
    requirement: str
    decision: str
    hashes: dict[str, str] = Field(description="Slice to the hash of the words decided on.")
    shown_hash: str
    revision: int
    statement: str
    remark: str
    at: datetime


class Reason(Body):
    """A remark in words."""

    remark: Remark


class Reopening(Body):
    """A remark, if there is something to say."""

    remark: Remark = ""


class Publishing(Body):
    """How the number grows, and what changed in the publisher's words."""

    number: Literal["minor", "major"] | None = Field(
        None, description="Left out, as the class of the change has it; a change of substance takes a major one."
    )
    change_note: Remark = ""
    ask_again: bool | None = Field(
        None,
        description="Whether those who confirmed the version before confirm again, where the class leaves it open.",
    )


class Scheduling(Publishing):
    """The same for a day to come."""

    day: date = Field(description="From its beginning on where the company is.")


class Published(BaseModel):
    """A version that is in force."""

    version_id: str
    number: str
    change: Change = Field(description="The class of the change that it was published with.")
    hash: str
    published_at: datetime
    effective_on: date


@post("/submit", access=Access.MEMBER, refuses=(404, 409), sync_to_thread=True, status_code=200)
def submit(visit: ThisVisit, version_id: FromPath[str]) -> Version:
    """Opens the review: the text stands still; policy, kind, language and the teams' members are pinned."""
    with visit.write() as work:
        version_seen(work, version_id)
        review.submit(work.session, work.actor, version_id, at=work.at)
        shape = _stands(visit, work, version_id)
    nudge(visit, version_id)
    return shape


@get("/sign-offs", access=Access.MEMBER, refuses=(404,), sync_to_thread=True)
def list_sign_offs(visit: ThisVisit, version_id: FromPath[str]) -> list[SignOff]:
    """Every decision on the version, oldest first; none is ever changed."""
    with visit.read() as work:
        version_seen(work, version_id)
        return _sign_offs(work, queries.sign_offs(work.session, version_id))


@post("/sign-offs", access=Access.MEMBER, refuses=(404, 409, 422), sync_to_thread=True)
def sign_off(visit: ThisVisit, version_id: FromPath[str], data: JSONBody[Decision]) -> SignOff:
    """Signs off (`approve`), objects, takes a decision back (`retract`) or ends a team-mate's objection (`lift`).

    On words that changed since they were shown it answers 409 `content_changed`; `facts.redline` leads to what changed.
    """
    with visit.write() as work:
        version_seen(work, version_id)
        try:
            row = _decide(visit, work, version_id, data)
        except StaleSignOff as stale:
            _point_to_redline(work, version_id, stale)
            raise
        except SelfApproval as error:
            name_written(error, authority.open_document(work.session, version_id).document, visit.language)
            raise
        shape = _sign_offs(work, [row])[0]
    nudge(visit, version_id)
    return shape


@post("/request-changes", access=Access.MEMBER, refuses=(404, 409, 422), sync_to_thread=True, status_code=200)
def request_changes(visit: ThisVisit, version_id: FromPath[str], data: JSONBody[Reason]) -> Version:
    """Sends the version back to the draft with a remark; sign-offs stay, for the words they name."""
    with visit.write() as work:
        version_seen(work, version_id)
        review.request_changes(work.session, work.actor, version_id, remark=data.remark, at=work.at)
        shape = _stands(visit, work, version_id)
    nudge(visit, version_id)
    return shape


@post("/reopen", access=Access.MEMBER, refuses=(404, 409), sync_to_thread=True, status_code=200)
def reopen(visit: ThisVisit, version_id: FromPath[str], data: JSONBody[Reopening]) -> Version:
    """The owner team takes the version back to the draft."""
    with visit.write() as work:
        version_seen(work, version_id)
        review.reopen(work.session, work.actor, version_id, remark=data.remark, at=work.at)
        shape = _stands(visit, work, version_id)
    nudge(visit, version_id)
    return shape


@post("/publish", access=Access.MEMBER, refuses=(404, 409, 422), sync_to_thread=True, status_code=200)
def publish(visit: ThisVisit, version_id: FromPath[str], data: JSONBody[Publishing]) -> Published:
    """Freezes, numbers and puts in force, and supersedes the version before, in one transaction.

    While anything is outstanding it answers 409 `signoffs_missing`; `facts.outstanding` is the list.
    """
    with visit.write() as work:
        version_seen(work, version_id)
        row = review.publish(
            work.session,
            work.actor,
            version_id,
            number=data.number or "",
            ask_again=data.ask_again,
            change_note=data.change_note,
            at=work.at,
            today=company_day(work.at),
        )
        seal_published(work.session, visit.config, version_id, at=work.at, person_id=work.actor.id)
        shape = Published(
            version_id=version_id,
            number=f"{row.major}.{row.minor}",
            change=change_named(row.change or ""),
            hash=row.document_hash,
            published_at=row.published_at,
            effective_on=row.effective_on,
        )
    nudge(visit, version_id)
    return shape


@post("/schedule", access=Access.MEMBER, refuses=(404, 409, 422), sync_to_thread=True, status_code=200)
def schedule(visit: ThisVisit, version_id: FromPath[str], data: JSONBody[Scheduling]) -> Version:
    """Promises publication for a day to come, with every check of publishing; on that day they are all made again.

    What does not hold then is not published: the version is in review again, and the log says why (`date_held`).
    """
    with visit.write() as work:
        version_seen(work, version_id)
        scheduling.schedule(
            work.session,
            work.actor,
            version_id,
            day=data.day,
            due_at=beginning_of(data.day),
            number=data.number or "",
            change_note=data.change_note,
            ask_again=data.ask_again,
            at=work.at,
        )
        shape = _stands(visit, work, version_id)
    nudge(visit, version_id)
    return shape


@post("/withdraw", access=Access.MEMBER, refuses=(404, 409, 422), sync_to_thread=True, status_code=200)
def withdraw(visit: ThisVisit, version_id: FromPath[str], data: JSONBody[Reason]) -> Version:
    """Ends a version for good, with a reason; of a published one nothing is in force afterwards."""
    with visit.write() as work:
        version_seen(work, version_id)
        review.withdraw(work.session, work.actor, version_id, reason=data.remark, at=work.at)
        shape = _stands(visit, work, version_id)
    nudge(visit, version_id)
    return shape


def _decide(visit: Visit, work: Work, version_id: str, data: Decision) -> SignOffRow:
    session, actor, at, language = work.session, work.actor, work.at, visit.language
    proof = proof_of(work)
    if data.decision is Choice.RETRACT:
        return signing.retract(
            session, actor, version_id, team=data.team, sections=data.sections, remark=data.remark,
            language=language, at=at, proof=proof,
        )  # fmt: skip
    if data.decision is Choice.LIFT:
        return signing.lift(
            session, actor, version_id, team=data.team, sections=data.sections, remark=data.remark,
            language=language, at=at, proof=proof,
        )  # fmt: skip
    if data.shown_hash is None:
        raise InvalidRequest(fields=[("shown_hash", "missing")])
    if data.decision is Choice.OBJECT:
        return signing.object_to(
            session, actor, version_id, team=data.team, sections=data.sections, remark=data.remark,
            shown_hash=data.shown_hash, shown_revision=data.shown_revision, language=language, at=at,
            proof=proof,
        )  # fmt: skip
    title = writing.version(session, version_id).title
    statement = agreement(title, writing.team_names(session, language).get(data.team, data.team), language)
    return signing.approve(
        session, actor, version_id, team=data.team, sections=data.sections, shown_hash=data.shown_hash,
        shown_revision=data.shown_revision, statement=statement, language=language, at=at,
        proof=proof,
    )  # fmt: skip


def _point_to_redline(work: Work, version_id: str, stale: StaleSignOff) -> None:
    revision = queries.revision_shown(work.session, version_id, stale.facts["shown"])
    if revision is not None:
        address = f"/api/v1/versions/{version_id}/redline?against={version_id}&old_revision={revision}"
        stale.facts["redline"] = address


def _stands(visit: Visit, work: Work, version_id: str) -> Version:
    return version_shape(work, queries.standing(work.session, version_id, work.at), visit.language)


def _sign_offs(work: Work, rows: Sequence[SignOffRow]) -> list[SignOff]:
    names = writing.people_named(work.session, {row.person_id for row in rows})
    return [
        SignOff(
            id=row.seq or 0,
            by=named(row.person_id, names),
            team=row.team_id,
            requirement=row.requirement,
            decision=row.decision,
            hashes=json.loads(row.hashes),
            shown_hash=row.shown_hash,
            revision=row.revision,
            statement=row.statement,
            remark=row.remark,
            at=row.at,
        )
        for row in rows
    ]


router = Router(
    path="/versions/{version_id:str}",
    tags=["Review"],
    security=SIGNED_IN,
    route_handlers=[submit, list_sign_offs, sign_off, request_changes, reopen, publish, schedule, withdraw],
)
