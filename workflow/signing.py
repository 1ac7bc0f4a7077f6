"""Signing: a person's decision for a team on exact words, and taking it back. Each in the caller's transaction."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from guidelines import queries as writing
from guidelines.document import document_hash
from guidelines.people import Actor
from guidelines.sections import META
from workflow import events
from workflow.coverage import latest
from workflow.errors import AlreadySigned, NotYourSlot, SelfApproval, StageClosed, StaleSignOff, WorkflowError
from workflow.events import Kind
from workflow.evidence import fingerprint
from workflow.facts import Choice, Slice, to_sign
from workflow.machine import Action, State
from workflow.outstanding import slots_taken, stage_is_open
from workflow.permissions import Permission
from workflow.policy import Requirement
from workflow.predicates import signs_for
from workflow.queries import Standing
from workflow.tables import SignOff
from workflow.transition import MOST_REMARK, allowed, reason_in_words


def approve(
    session: Session,
    actor: Actor,
    version_id: str,
    *,
    team: str,
    shown_hash: str,
    statement: str,
    language: str,
    at: datetime,
    sections: Sequence[str] | None = None,
    shown_revision: int | None = None,
    authenticated_at: datetime | None = None,
) -> SignOff:
    """Signs for a team the slices named, or everything the team must sign and the person may.

    `shown_revision` is that of the page: the title and the rest of the meta data are held against it, which the hash of
    the text does not cover. Raises `StaleSignOff` when the page showed other words; `SelfApproval`, `NotYourSlot`,
    `AlreadySigned`, `StageClosed`.
    """
    found = allowed(session, actor, version_id, Permission.SIGN, Action.APPROVE, at)
    if not signs_for(actor, team):
        raise NotYourSlot(team=team)
    _check_shown(session, found, shown_hash, shown_revision)
    stage, requirement = _requirement(found, team)
    parts = _to_sign_now(found, actor, stage, requirement, sections)
    return _decide(
        session,
        found,
        actor,
        requirement,
        Choice.APPROVE,
        parts,
        shown_hash,
        statement,
        language,
        "",
        at,
        authenticated_at,
    )


def object_to(
    session: Session,
    actor: Actor,
    version_id: str,
    *,
    team: str,
    shown_hash: str,
    remark: str,
    language: str,
    at: datetime,
    sections: Sequence[str] | None = None,
    shown_revision: int | None = None,
) -> SignOff:
    """Objects, with a reason: holds back publication until taken back, lifted by a colleague, or decided otherwise."""
    found = allowed(session, actor, version_id, Permission.SIGN, Action.OBJECT, at)
    if not signs_for(actor, team):
        raise NotYourSlot(team=team)
    _check_shown(session, found, shown_hash, shown_revision)
    _, requirement = _requirement(found, team)
    parts = _named(found, to_sign(requirement, found.facts), sections)
    reason = reason_in_words(remark)
    return _decide(session, found, actor, requirement, Choice.OBJECT, parts, shown_hash, "", language, reason, at)


def retract(
    session: Session,
    actor: Actor,
    version_id: str,
    *,
    team: str,
    language: str,
    at: datetime,
    sections: Sequence[str] | None = None,
    remark: str = "",
) -> SignOff:
    """Takes one's own sign-off or objection back, on the slices named or on all of them."""
    return _take_back(session, actor, version_id, Choice.RETRACT, Action.RETRACT, team, language, sections, remark, at)


def lift(
    session: Session,
    actor: Actor,
    version_id: str,
    *,
    team: str,
    language: str,
    at: datetime,
    sections: Sequence[str] | None = None,
    remark: str = "",
) -> SignOff:
    """Ends a team-mate's objection: somebody must be able to when the objector has left."""
    return _take_back(session, actor, version_id, Choice.LIFT, Action.LIFT, team, language, sections, remark, at)


def signable(found: Standing, actor: Actor, team: str) -> list[Slice]:
    """The slices that the person could sign for the team now."""
    if found.state is not State.IN_REVIEW or not signs_for(actor, team):
        return []
    entry = _entry(found, team)
    if entry is None:
        return []
    stage, requirement = entry
    return [
        part for part in _open(found, actor, stage, requirement) if _refusal(found, actor, requirement, part) is None
    ]


def why_not_signable(found: Standing, actor: Actor, team: str) -> WorkflowError | None:
    """The refusal that `approve` would give for everything the team must sign; None when something may be signed."""
    try:
        stage, requirement = _requirement(found, team)
        _to_sign_now(found, actor, stage, requirement, None)
    except WorkflowError as error:
        return error
    return None


def _check_shown(session: Session, found: Standing, shown_hash: str, shown_revision: int | None) -> None:
    now = document_hash(found.document)
    if shown_hash != now:
        raise StaleSignOff(shown=shown_hash, now=now, sections=[])
    meta = found.facts.slice(META)
    if shown_revision is not None and meta is not None:
        then = writing.hash_at(session, found.version.id, META, shown_revision)
        if then != meta.hash:
            raise StaleSignOff(shown=then, now=meta.hash, sections=[META])


def _entry(found: Standing, team: str) -> tuple[int, Requirement] | None:
    return next(((stage, need) for stage, need in found.facts.requirements if need.team == team), None)


def _requirement(found: Standing, team: str) -> tuple[int, Requirement]:
    entry = _entry(found, team)
    if entry is None:
        raise NotYourSlot(team=team)
    return entry


def _open(found: Standing, actor: Actor, stage: int, requirement: Requirement) -> list[Slice]:
    """The slices the requirement wants signed, whose stage is open and which the person has not signed so already."""
    parts = []
    for part in to_sign(requirement, found.facts):
        mine = latest(found.facts, part.id).get(actor.id)
        signed = (
            mine is not None
            and mine.choice is Choice.APPROVE
            and mine.team == requirement.team
            and mine.hashes[part.id] == part.hash
        )
        if not signed and stage_is_open(stage, part, found.facts):
            parts.append(part)
    return parts


def _refusal(found: Standing, actor: Actor, requirement: Requirement, part: Slice) -> type[Exception] | None:
    if requirement.authors == "excluded" and actor.id in found.facts.contributors.get(part.id, frozenset()):
        return SelfApproval
    if actor.id in slots_taken(part, found.facts):
        return NotYourSlot
    if requirement.people is not None and actor.id not in requirement.people:
        return NotYourSlot
    pinned = found.facts.roster.get(requirement.team, frozenset())
    if requirement.quorum == "all" and actor.id not in pinned:
        return NotYourSlot
    return None


def _to_sign_now(
    found: Standing, actor: Actor, stage: int, requirement: Requirement, sections: Sequence[str] | None
) -> list[Slice]:
    wanted = _named(found, to_sign(requirement, found.facts), sections)
    fresh = [part for part in wanted if part in _open(found, actor, stage, requirement)]
    if wanted and not fresh:
        if not any(stage_is_open(stage, part, found.facts) for part in wanted):
            raise StageClosed(stage=found.facts.policy.stage[stage].name.model_dump())
        raise AlreadySigned(sections=[part.id for part in wanted])
    refused = {part.id: kind for part in fresh if (kind := _refusal(found, actor, requirement, part)) is not None}
    allowed = [part for part in fresh if part.id not in refused]
    if refused and (sections is not None or not allowed):
        kind = SelfApproval if SelfApproval in refused.values() else NotYourSlot
        raise kind(sections=sorted(refused), team=requirement.team)
    if not allowed:
        raise NotYourSlot(team=requirement.team)
    return allowed


def _named(found: Standing, parts: list[Slice], sections: Sequence[str] | None) -> list[Slice]:
    if sections is None:
        return parts
    known = {part.id: part for part in parts}
    unknown = [name for name in sections if name not in known]
    if unknown:
        raise StaleSignOff(shown="", now=document_hash(found.document), sections=unknown)
    return [known[name] for name in sections]


def _take_back(
    session: Session,
    actor: Actor,
    version_id: str,
    choice: Choice,
    action: Action,
    team: str,
    language: str,
    sections: Sequence[str] | None,
    remark: str,
    at: datetime,
) -> SignOff:
    found = allowed(session, actor, version_id, Permission.SIGN, action, at)
    if not signs_for(actor, team):
        raise NotYourSlot(team=team)
    _, requirement = _requirement(found, team)
    wanted = {Choice.RETRACT: (Choice.APPROVE, Choice.OBJECT), Choice.LIFT: (Choice.OBJECT,)}[choice]
    parts = []
    for part in _named(found, list(found.facts.slices), sections):
        held = latest(found.facts, part.id)
        mine = held.get(actor.id)
        theirs = any(other.choice is Choice.OBJECT and other.team == team for other in held.values())
        if (choice is Choice.RETRACT and mine is not None and mine.choice in wanted) or (
            choice is Choice.LIFT and theirs
        ):
            parts.append(part)
    if not parts:
        raise AlreadySigned(sections=list(sections or []))
    shown = document_hash(found.document)
    reason = remark[:MOST_REMARK]
    return _decide(session, found, actor, requirement, choice, parts, shown, "", language, reason, at)


def _decide(
    session: Session,
    found: Standing,
    actor: Actor,
    requirement: Requirement,
    choice: Choice,
    parts: Sequence[Slice],
    shown_hash: str,
    statement: str,
    language: str,
    remark: str,
    at: datetime,
    authenticated_at: datetime | None = None,
) -> SignOff:
    kinds = {
        Choice.APPROVE: Kind.SIGNED_OFF,
        Choice.OBJECT: Kind.OBJECTED,
        Choice.RETRACT: Kind.RETRACTED,
        Choice.LIFT: Kind.OBJECTION_LIFTED,
    }
    hashes = {part.id: part.hash for part in parts}
    row = SignOff(
        version_id=found.version.id,
        round=found.state_row.round,
        person_id=actor.id,
        principal_id=actor.id,
        team_id=requirement.team,
        requirement=requirement.id,
        decision=choice.value,
        hashes=json.dumps(hashes, sort_keys=True),
        shown_hash=shown_hash,
        anchor_hash=found.in_force.document_hash if found.in_force else "",
        revision=found.version.revision,
        policy_hash=found.state_row.policy_hash or found.facts.policy.hash,
        why_allowed="membership",
        statement=statement,
        language=language,
        remark=remark,
        at=at,
        authenticated_at=authenticated_at,
    )
    session.add(row)
    session.flush()
    data = {
        "sign_off": row.seq,
        "team": row.team_id,
        "requirement": row.requirement,
        "slices": hashes,
        "shown": shown_hash,
        "remark": remark,
        "evidence": fingerprint(row),
    }
    events.record(
        session,
        found.guideline.id,
        kinds[choice],
        person_id=actor.id,
        version_id=found.version.id,
        at=at,
        data=data,
    )
    return row
