"""Signing: a person's decision for a team on exact words, and taking it back. Each in the caller's transaction."""

import json
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, or_, select

from guidelines import queries as writing
from guidelines.document import document_hash
from guidelines.people import Actor
from guidelines.sections import META
from guidelines.tables import Membership
from workflow import eligible, events
from workflow import queries as reading
from workflow.coverage import objections
from workflow.eligible import Entry
from workflow.errors import OwnObjection, WorkflowError
from workflow.events import Kind
from workflow.evidence import Proof, fingerprint, name_hash
from workflow.facts import Choice, Slice, to_sign
from workflow.machine import Action, State
from workflow.outstanding import Reason, outstanding
from workflow.permissions import Permission
from workflow.policy import Requirement
from workflow.queries import Standing
from workflow.tables import PrintedName, SignOff
from workflow.transition import allowed, hold, reason_in_words, remark_if_any


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
    proof: Proof | None = None,
) -> SignOff:
    """Signs for a team the slices named, or everything the team must sign and the person may.

    `shown_revision` is that of the page: the title and the rest of the meta data are held against it, which the hash of
    the text does not cover. Raises `StaleSignOff` when the page showed other words; `SelfApproval`, `NotYourSlot`,
    `AlreadySigned`, `StageClosed`, and `OwnObjection`: one's own objection is taken back first, no sign-off replaces
    it unsaid.
    """
    found = allowed(session, actor, version_id, Permission.SIGN, Action.APPROVE, at)
    entries = eligible.check_team(actor, team, found.facts)
    _check_shown(session, found, shown_hash, shown_revision)
    parts = _to_approve(actor, entries, found, sections)
    return _decide(
        session,
        found,
        actor,
        _requirement(entries, parts, found),
        Choice.APPROVE,
        parts,
        shown_hash,
        statement,
        language,
        "",
        at,
        proof,
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
    proof: Proof | None = None,
) -> SignOff:
    """Objects, with a reason: holds back publication until taken back, lifted by a colleague, or decided otherwise."""
    found = allowed(session, actor, version_id, Permission.SIGN, Action.OBJECT, at)
    entries = eligible.check_team(actor, team, found.facts)
    _check_shown(session, found, shown_hash, shown_revision)
    parts = eligible.named(eligible.asked_of(entries, found.facts), sections)
    requirement = _requirement(entries, parts, found)
    reason = reason_in_words(remark)
    return _decide(
        session, found, actor, requirement, Choice.OBJECT, parts, shown_hash, "", language, reason, at, proof
    )


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
    proof: Proof | None = None,
) -> SignOff:
    """Takes one's own sign-off or objection back, on the slices named or on all of them."""
    choice, action = Choice.RETRACT, Action.RETRACT
    return _take_back(session, actor, version_id, choice, action, team, language, sections, remark, at, proof)


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
    proof: Proof | None = None,
) -> SignOff:
    """Ends a team-mate's objection: somebody must be able to when the objector has left."""
    choice, action = Choice.LIFT, Action.LIFT
    return _take_back(session, actor, version_id, choice, action, team, language, sections, remark, at, proof)


def signable(found: Standing, actor: Actor, team: str) -> list[Slice]:
    """The slices that the person could sign for the team now."""
    return [part for part in eligible.signable(actor, team, found.facts) if not _objects(actor, part, found)]


def waiting(found: Standing, actor: Actor, team: str) -> list[Slice]:
    """Those of the signable slices that wait for it: a sign-off of the person's would fill what is still unmet."""
    unmet = {
        line.slice_id
        for line in outstanding(found.facts)
        if actor.id in line.who_can and line.requirement and (line.team == team or line.reason is Reason.NO_SECOND_PAIR)
    }
    return [part for part in signable(found, actor, team) if part.id in unmet]


def why_not_signable(found: Standing, actor: Actor, team: str) -> WorkflowError | None:
    """The refusal that `approve` would give for everything the team must sign; None when something may be signed."""
    try:
        _to_approve(actor, eligible.check_team(actor, team, found.facts), found, None)
    except WorkflowError as error:
        return error
    return None


def _to_approve(actor: Actor, entries: Sequence[Entry], found: Standing, sections: Sequence[str] | None) -> list[Slice]:
    parts = eligible.slices_to_sign(actor, entries, found.facts, sections)
    objected = [part for part in parts if _objects(actor, part, found)]
    if objected and (sections is not None or objected == parts):
        raise OwnObjection(sections=[part.id for part in objected])
    return [part for part in parts if part not in objected]


def _objects(actor: Actor, part: Slice, found: Standing) -> bool:
    return any(decision.principal == actor.id for decision in objections(part.id, found.facts))


def _check_shown(session: Session, found: Standing, shown_hash: str, shown_revision: int | None) -> None:
    eligible.check_shown(shown_hash, document_hash(found.document))
    meta = found.facts.slice(META)
    if shown_revision is not None and meta is not None:
        eligible.check_shown(writing.hash_at(session, found.version.id, META, shown_revision), meta.hash, [META])


def _requirement(entries: Sequence[Entry], parts: Sequence[Slice], found: Standing) -> Requirement:
    """What the evidence names: the first of the team's requirements that asks for one of the slices."""
    asked = [need for _, need in entries if any(part in to_sign(need, found.facts) for part in parts)]
    return asked[0] if asked else entries[0][1]


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
    proof: Proof | None,
) -> SignOff:
    found = allowed(session, actor, version_id, Permission.SIGN, action, at)
    entries = eligible.check_team(actor, team, found.facts)
    parts = eligible.slices_to_take_back(actor, team, choice, found.facts, sections)
    requirement = _requirement(entries, parts, found)
    shown = document_hash(found.document)
    reason = remark_if_any(remark)
    if found.state is State.SCHEDULED:  # what the day rests on is gone
        hold(session, found, "sign_off_retracted", at, actor.id)
    return _decide(session, found, actor, requirement, choice, parts, shown, "", language, reason, at, proof)


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
    proof: Proof | None,
) -> SignOff:
    kinds = {
        Choice.APPROVE: Kind.SIGNED_OFF,
        Choice.OBJECT: Kind.OBJECTED,
        Choice.RETRACT: Kind.RETRACTED,
        Choice.LIFT: Kind.OBJECTION_LIFTED,
    }
    hashes = {part.id: part.hash for part in parts}
    proof = proof or Proof()
    membership = _membership(session, actor.id, requirement.team, at)
    name, salt = writing.person(session, actor.id).name, secrets.token_hex(16)
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
        auth_method=proof.auth_method,
        authenticated_at=proof.authenticated_at,
        view_hash=proof.view_hash,
        membership_id=membership.id if membership else None,
        role=membership.role if membership else None,
        name_hash=name_hash(salt, name),
    )
    session.add(row)
    session.flush()
    assert row.seq is not None
    session.add(PrintedName(sign_off_seq=row.seq, person_id=actor.id, name=name, salt=salt))
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


def _membership(session: Session, person_id: str, team: str, at: datetime) -> Membership | None:
    """The membership by which a person may sign for a team: the oldest of those that allow it."""
    query = select(Membership).where(
        Membership.person_id == person_id,
        Membership.team_id == team,
        col(Membership.role).in_(sorted(reading.SIGNERS)),
        col(Membership.from_at) <= at,
        or_(col(Membership.until_at).is_(None), col(Membership.until_at) > at),
    )
    return session.exec(query.order_by(col(Membership.from_at), col(Membership.id))).first()
