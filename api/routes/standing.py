"""How a version stands, as JSON: the marks on its slices, what is outstanding, what the person may do and why not."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from api.problems import plain_facts
from api.publications import section_names
from api.refusals import refusal
from api.routes.shapes import Named, named
from api.views import name_written
from api.visit import Work
from api.words import say_outstanding, slice_name
from guidelines import queries as writing
from guidelines.document import document_hash
from workflow import scheduling
from workflow.coverage import counting, voided
from workflow.errors import SelfApproval
from workflow.facts import Decision, Slice, in_scope, settled
from workflow.machine import State
from workflow.outstanding import Outstanding, is_text, outstanding
from workflow.policy import Requirement
from workflow.possible import possible
from workflow.queries import Standing


class Signature(BaseModel):
    """A sign-off that somebody made on a slice."""

    sign_off: int
    by: Named
    at: datetime
    why_not: str | None = Field(description="Why it does not count; None when it does.")


class Mark(BaseModel):
    """A requirement on a slice, and who has signed for it."""

    requirement: str
    team: str
    state: Literal["settled", "signed", "fallen", "waits"] = Field(
        description="`settled`: the same words were in force, signed for this team."
    )
    signatures: list[Signature]


class Part(BaseModel):
    """A slice: a section, the outline or the meta data; what is signed by itself."""

    id: str
    kind: Literal["section", "outline", "meta"]
    number: str
    title: str
    hash: str
    contributors: list[Named] = Field(description="Who wrote its words since they were in force.")
    marks: list[Mark]


class Missing(BaseModel):
    """Something that keeps the version from being published."""

    reason: str
    words: str = Field(description="The reason as a sentence.")
    section: str = Field(description="Empty for what concerns the whole version.")
    requirement: str
    team: str
    missing: int
    who_can: list[Named]
    stage_closed: bool


class May(BaseModel):
    """Whether the person may take an action now, and the refusal they would meet otherwise."""

    allowed: bool
    code: str | None
    title: str | None
    detail: str | None
    facts: dict[str, Any]


class Version(BaseModel):
    """A version with everything that is judged about it. Nothing of it is stored: it is computed at every request."""

    id: str
    guideline_id: str
    slug: str
    owner_team: str
    base_version_id: str | None
    title: str
    language: str
    kind: str
    audience: str
    summary: str
    state: str
    since: datetime
    submitted_at: datetime | None
    scheduled_on: date | None = Field(description="The day on which it is to be published, while it is scheduled.")
    revision: int
    hash: str
    created_at: datetime
    created_by: Named
    policy: str
    policy_hash: str
    approved: bool = Field(description="In review with nothing outstanding.")
    outstanding: list[Missing]
    sections: list[Part]
    actions: dict[str, May]


def version_shape(work: Work, found: Standing, language: str) -> Version:
    """The version for the person who asks, in their language."""
    row, state = found.version, found.state_row
    names, teams = _names(work, found), writing.team_names(work.session, language)
    numbers = section_names(found.document)
    promised = scheduling.scheduled(work.session, row.id) if found.state is State.SCHEDULED else None
    missing = outstanding(found.facts) if found.state in (State.DRAFT, State.IN_REVIEW) else []
    return Version(
        id=row.id,
        guideline_id=row.guideline_id,
        slug=found.guideline.slug,
        owner_team=found.guideline.owner_team,
        base_version_id=row.base_version_id,
        title=row.title,
        language=row.language,
        kind=row.kind,
        audience=row.audience,
        summary=row.summary,
        state=found.state.value,
        since=state.since,
        submitted_at=state.submitted_at,
        scheduled_on=promised.day if promised else None,
        revision=row.revision,
        hash=document_hash(found.document),
        created_at=row.created_at,
        created_by=named(row.created_by, names),
        policy=found.facts.policy.name,
        policy_hash=state.policy_hash or found.facts.policy.hash,
        approved=found.state is State.IN_REVIEW and not missing,
        outstanding=[
            _missing(
                line,
                say_outstanding(line, numbers=numbers, teams=teams, people=names, language=language),
                names,
            )
            for line in missing
        ],
        sections=[_part(part, found, names, numbers, language) for part in found.facts.slices],
        actions={action.value: _may(error, found, language) for action, error in possible(found, work.actor).items()},
    )


def _names(work: Work, found: Standing) -> dict[str, str]:
    facts = found.facts
    ids = {found.version.created_by, *(decision.person for decision in facts.decisions)}
    ids |= {person for people in (*facts.contributors.values(), *facts.members.values()) for person in people}
    return writing.people_named(work.session, ids)


def _missing(line: Outstanding, words: str, names: Mapping[str, str]) -> Missing:
    return Missing(
        reason=line.reason.value,
        words=words,
        section=line.slice_id,
        requirement=line.requirement,
        team=line.team,
        missing=line.missing,
        who_can=[named(person, names) for person in sorted(line.who_can)],
        stage_closed=line.stage_closed,
    )


def _part(
    part: Slice, found: Standing, names: Mapping[str, str], numbers: Mapping[str, tuple[str, str]], language: str
) -> Part:
    number, title = numbers.get(part.id, ("", ""))
    return Part(
        id=part.id,
        kind="section" if is_text(part.id) else part.id,
        number=number,
        title=title or slice_name(part.id, numbers, language),
        hash=part.hash,
        contributors=[named(person, names) for person in sorted(found.facts.contributors.get(part.id, ()))],
        marks=[_mark(need, part, found, names) for _, need in found.facts.requirements if in_scope(need, part)],
    )


def _mark(need: Requirement, part: Slice, found: Standing, names: Mapping[str, str]) -> Mark:
    signed, fallen = counting(need, part, found.facts), voided(need, part, found.facts)
    quorum = need.quorum if isinstance(need.quorum, int) else 1
    state: Literal["settled", "signed", "fallen", "waits"] = "fallen" if fallen else "waits"
    if len(signed) >= quorum:
        state = "signed"
    elif settled(need, part, found.facts):
        state = "settled"
    return Mark(
        requirement=need.id,
        team=need.team,
        state=state,
        signatures=[
            *(_signature(decision, None, names) for decision in signed),
            *(_signature(void.decision, void.reason.value, names) for void in fallen),
        ],
    )


def _signature(decision: Decision, why_not: str | None, names: Mapping[str, str]) -> Signature:
    return Signature(sign_off=decision.seq, by=named(decision.person, names), at=decision.at, why_not=why_not)


def _may(error: Exception | None, found: Standing, language: str) -> May:
    if error is None:
        return May(allowed=True, code=None, title=None, detail=None, facts={})
    if isinstance(error, SelfApproval):
        name_written(error, found.document, language)
    answer = refusal(error, language)
    return May(
        allowed=False, code=answer.code, title=answer.title, detail=answer.detail, facts=plain_facts(answer.facts)
    )
