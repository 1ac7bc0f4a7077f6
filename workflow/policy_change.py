"""Changing a policy: proposed by the owner side, checked, agreed by the other side, under the policy that it replaces.

A policy that is new is decided under the house's standard policy: else two teams could make one that leaves a third
out, and begin texts under it. Versions in review keep what they were submitted under; an administrator may pin them
anew. Each act is an entry of the policies' log. Nothing here commits.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from guidelines import jobs
from guidelines.people import Actor, Role
from guidelines.tables import Guideline, Membership, Person, Team
from workflow import policy_log
from workflow import queries as reading
from workflow.errors import (
    EditionDecided,
    OwnProposal,
    PolicyMoved,
    PolicyOpen,
    PolicyUnchanged,
    PolicyUnfit,
    UnknownEdition,
    UnknownPolicy,
)
from workflow.evidence import fingerprint
from workflow.machine import State
from workflow.permissions import Permission, demand, may
from workflow.policy import Policy, check_policy, shipped
from workflow.policy_log import Kind
from workflow.policy_tables import PolicyEdition, PolicyProof
from workflow.predicates import Context
from workflow.proof.people import Organisation
from workflow.proof.static import Finding, Severity, findings, unfit
from workflow.tables import Policy as PinnedPolicy
from workflow.tables import VersionState
from workflow.transition import reason_in_words, remark_if_any

#: The policy under which new ones are decided.
HOUSE: Final = "standard"
OPEN: Final = ("checking", "proposed")
#: What a database's integer holds.
MOST_NUMBER: Final = 2**31 - 1


def names(session: Session) -> list[str]:
    """Every policy that is in force under some name."""
    ours = session.exec(select(PolicyEdition.name).where(PolicyEdition.state == "in_force")).all()
    pinned = session.exec(select(PinnedPolicy.name).distinct()).all()
    return sorted({*shipped(), *ours, *pinned})


def all_names(session: Session) -> list[str]:
    """Every policy in force, and every name that has been proposed."""
    return sorted({*names(session), *session.exec(select(PolicyEdition.name).distinct()).all()})


def in_force(session: Session, name: str) -> Policy | None:
    """The policy that bears the name now, or None."""
    try:
        return reading.newest_policy(session, name)
    except UnknownPolicy:
        return None


def editions(session: Session, name: str) -> Sequence[PolicyEdition]:
    """Every text proposed under the name, newest first; what was shipped with Charte is none."""
    query = select(PolicyEdition).where(PolicyEdition.name == name)
    return session.exec(query.order_by(col(PolicyEdition.number).desc())).all()


def edition(session: Session, name: str, number: int) -> PolicyEdition:
    """One text proposed under the name; raises `UnknownEdition`."""
    query = select(PolicyEdition).where(PolicyEdition.name == name, PolicyEdition.number == number)
    row = session.exec(query).first() if 0 < number <= MOST_NUMBER else None
    if row is None:
        raise UnknownEdition(name=name, number=number)
    return row


def policy_in(row: PolicyEdition) -> Policy:
    """The policy that an edition holds."""
    return check_policy(json.loads(row.body), name=row.name)


def pinned(session: Session, policy_hash: str) -> Policy | None:
    """The policy of that hash as a submit pinned it, or None."""
    row = session.get(PinnedPolicy, policy_hash)
    return check_policy(json.loads(row.body), name=row.name) if row else None


def may_propose(session: Session, actor: Actor, name: str) -> bool:
    """Whether the person may propose a text under the name."""
    return may(Permission.POLICY_PROPOSE, actor, _context(session, name))


def may_decide(session: Session, actor: Actor, row: PolicyEdition) -> bool:
    """Whether the person may agree to the text, or refuse it."""
    mine = row.proposed_by == actor.id
    return row.state == "proposed" and not mine and may(Permission.POLICY_DECIDE, actor, _context(session, row.name))


def propose(session: Session, actor: Actor, policy: Policy, *, reason: str, at: datetime) -> PolicyEdition:
    """A text to replace the one in force, or to begin a name with. It waits for its check; one at a time."""
    policy_log.lock(session)
    demand(Permission.POLICY_PROPOSE, actor, _context(session, policy.name))
    before = in_force(session, policy.name)
    if before is not None and before.hash == policy.hash:
        raise PolicyUnchanged(name=policy.name)
    known = editions(session, policy.name)
    if under_way := [row for row in known if row.state in OPEN]:
        raise PolicyOpen(name=policy.name, number=under_way[0].number)
    row = PolicyEdition(
        name=policy.name,
        number=(known[0].number if known else int(before is not None)) + 1,
        body=policy.canonical(),
        hash=policy.hash,
        base_hash=before.hash if before else "",
        reason=reason_in_words(reason),
        proposed_by=actor.id,
        proposed_at=at,
    )
    session.add(row)
    session.flush()
    policy_log.record(session, Kind.PROPOSED, row, person_id=actor.id, at=at, data=policy_log.proposal(row))
    settle(session, row, at=at)
    if row.state == "checking":
        prove_later(session, policy, f"{row.id}", at=at)
    return row


def prove_later(session: Session, policy: Policy, asked: str, *, at: datetime) -> None:
    """Puts the search aside, which takes seconds; `asked` tells one asking from another."""
    key = f"policy_proof:{policy.hash}:{asked}"
    jobs.put(session, "policy_proof", key, run_at=at, hash=policy.hash, body=policy.canonical())


def keep_proof(session: Session, policy_hash: str, report: Mapping[str, Any], *, at: datetime) -> None:
    """Stores what the search showed, once, and settles every text that waited for it."""
    policy_log.lock(session)
    if session.get(PolicyProof, policy_hash) is None:
        body = json.dumps(report, ensure_ascii=False, sort_keys=True)
        session.add(PolicyProof(hash=policy_hash, report=body, at=at))
        session.flush()
    waiting = select(PolicyEdition).where(PolicyEdition.hash == policy_hash, PolicyEdition.state == "checking")
    for row in session.exec(waiting.order_by(col(PolicyEdition.id))).all():
        settle(session, row, at=at)


def settle(session: Session, row: PolicyEdition, *, at: datetime) -> None:
    """Puts a text that was waiting to the other side, or refuses it; one whose proof is not known goes on waiting."""
    proof = session.get(PolicyProof, row.hash)
    if proof is None:
        return
    found = findings(policy_in(row), organisation(session, at))
    sound = bool(json.loads(proof.report)["sound"]) and not unfit(found)
    row.state = "proposed" if sound else "unsound"
    row.checked_at, row.found = at, json.dumps(_kept(found), ensure_ascii=False, sort_keys=True)
    session.add(row)
    session.flush()
    told = {"state": row.state, "found": row.found, "proof": fingerprint(proof)}
    policy_log.record(session, Kind.CHECKED, row, person_id=None, at=at, data=told)


def agree(session: Session, actor: Actor, name: str, number: int, *, at: datetime, remark: str = "") -> PolicyEdition:
    """The other side agrees: in force for what is submitted from now on. The people of now are looked at again."""
    row = _open(session, actor, name, number, decides=True)
    before = in_force(session, name)
    if row.base_hash != (before.hash if before else ""):
        raise PolicyMoved(name=name)
    found = findings(policy_in(row), organisation(session, at))
    if unfit(found):
        raise PolicyUnfit(name=name, findings=[one.code for one in found if one.severity is Severity.REFUSE])
    for other in editions(session, name):
        if other.state == "in_force":
            other.state = "superseded"
            session.add(other)
            session.flush()
    return _decide(session, actor, row, "in_force", Kind.AGREED, remark_if_any(remark), at)


def refuse(session: Session, actor: Actor, name: str, number: int, *, reason: str, at: datetime) -> PolicyEdition:
    """The other side does not agree, and says why."""
    row = _open(session, actor, name, number, decides=True)
    return _decide(session, actor, row, "refused", Kind.REFUSED, reason_in_words(reason), at)


def withdraw(session: Session, actor: Actor, name: str, number: int, *, at: datetime) -> PolicyEdition:
    """The owner side takes its proposal back."""
    row = _open(session, actor, name, number, decides=False)
    return _decide(session, actor, row, "withdrawn", Kind.WITHDRAWN, "", at)


def organisation(session: Session, at: datetime) -> Organisation:
    """The company's people as a check looks at them, and who leads which team."""
    held: dict[str, set[tuple[Role, str]]] = {}
    query = (
        select(Membership)
        .join(Person, col(Person.id) == col(Membership.person_id))
        .where(
            col(Person.left_at).is_(None),
            Membership.from_at <= at,
            col(Membership.until_at).is_(None) | (col(Membership.until_at) > at),
        )
    )
    for row in session.exec(query):
        held.setdefault(row.person_id, set()).add((Role(row.role), row.team_id))
    people = tuple(Actor(key, key, memberships=frozenset(roles)) for key, roles in sorted(held.items()))
    teams = frozenset(session.exec(select(Team.id)).all())
    leads = {f"{team}-lead": frozenset(person.id for person in people if person.has(Role.LEAD, team)) for team in teams}
    return Organisation(teams, people, leads)


def used_by(session: Session) -> dict[str, int]:
    """Policy to how many guidelines follow it."""
    query = select(Guideline.policy, func.count()).group_by(Guideline.policy)
    return dict(session.exec(query).all())


def pinned_otherwise(session: Session, name: str) -> list[tuple[str, str]]:
    """(version, slug of its guideline) of what is in review under a former text of the policy."""
    policy = in_force(session, name)
    query = (
        select(VersionState.version_id, Guideline.slug, VersionState.policy_hash)
        .join(Guideline, col(Guideline.id) == col(VersionState.guideline_id))
        .where(Guideline.policy == name, VersionState.state == State.IN_REVIEW)
        .order_by(Guideline.slug)
    )
    return [(version, slug) for version, slug, pinned in session.exec(query) if policy and pinned != policy.hash]


def following(session: Session, name: str) -> Sequence[Guideline]:
    """The guidelines that follow the policy, by slug."""
    return session.exec(select(Guideline).where(Guideline.policy == name).order_by(Guideline.slug)).all()


def found_in(row: PolicyEdition) -> list[Finding]:
    """What was found when the text was checked."""
    said = json.loads(row.found) if row.found else []
    return [Finding(one["code"], Severity(one["severity"]), one["place"], one["facts"]) for one in said]


def _kept(found: Sequence[Finding]) -> list[dict[str, Any]]:
    return [
        {"code": one.code, "severity": one.severity.value, "place": one.place, "facts": dict(one.facts)}
        for one in found
    ]


def _context(session: Session, name: str) -> Context:
    """Whose a policy is: as the one in force says, or the house's for a new name."""
    policy = in_force(session, name) or reading.newest_policy(session, HOUSE)
    return Context(owner_team=policy.owner_team, other_side=policy.other_side)


def _open(session: Session, actor: Actor, name: str, number: int, *, decides: bool) -> PolicyEdition:
    policy_log.lock(session)
    row = edition(session, name, number)
    permission = Permission.POLICY_DECIDE if decides else Permission.POLICY_PROPOSE
    demand(permission, actor, _context(session, name))
    if row.state != "proposed" and not (row.state == "checking" and not decides):
        raise EditionDecided(name=name, number=number, state=row.state)
    if decides and row.proposed_by == actor.id:
        raise OwnProposal(name=name, number=number)
    return row


def _decide(
    session: Session, actor: Actor, row: PolicyEdition, state: str, kind: Kind, reason: str, at: datetime
) -> PolicyEdition:
    row.state, row.decided_by, row.decided_at, row.decided_reason = state, actor.id, at, reason
    session.add(row)
    session.flush()
    policy_log.record(session, kind, row, person_id=actor.id, at=at, data={"policy": row.hash, "reason": reason})
    return row
