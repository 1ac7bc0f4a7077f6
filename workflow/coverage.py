"""Whether a sign-off still counts: for the words it named, by its maker's latest decision, by nobody who wrote them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from workflow.facts import Choice, Decision, Slice, VersionFacts
from workflow.policy import Requirement


class Void(StrEnum):
    """Why a sign-off does not count."""

    OTHER_WORDS = "changed_since"
    WROTE_IT = "signer_wrote_it"
    DECIDED_LATER = "latest_decision_is"


@dataclass(frozen=True, slots=True)
class Voided:
    """A sign-off that no longer counts for a slice, and why."""

    decision: Decision
    slice_id: str
    reason: Void


def latest(facts: VersionFacts, slice_id: str) -> Mapping[str, Decision]:
    """Principal to their newest decision that names the slice. A lift ends every objection of its team."""
    return facts.once(("latest", slice_id), lambda: _latest(facts, slice_id))


def _latest(facts: VersionFacts, slice_id: str) -> dict[str, Decision]:
    found: dict[str, Decision] = {}
    lift = Choice.LIFT
    for decision in facts.decisions:
        if slice_id not in decision.hashes:
            continue
        if decision.choice is lift:
            for principal, earlier in list(found.items()):
                if earlier.choice is Choice.OBJECT and earlier.team == decision.team:
                    found[principal] = decision
        else:
            found[decision.principal] = decision
    return found


def counting(requirement: Requirement, slice: Slice, facts: VersionFacts) -> list[Decision]:
    """The sign-offs that count for the requirement on the slice as it stands, oldest first."""
    return facts.once(("counting", requirement.id, slice.id, slice.hash), lambda: _counting(requirement, slice, facts))


def _counting(requirement: Requirement, slice: Slice, facts: VersionFacts) -> list[Decision]:
    barred, part, words = _barred(requirement, slice, facts), slice.id, slice.hash
    return [
        decision
        for decision in _approvals(requirement, slice, facts)
        if decision.hashes[part] == words and decision.person not in barred and decision.principal not in barred
    ]


def voided(requirement: Requirement, slice: Slice, facts: VersionFacts) -> list[Voided]:
    """The sign-offs that somebody made for the requirement on the slice and that do not count, oldest first."""
    newest = latest(facts, slice.id)
    found = []
    for decision in _approvals(requirement, slice, facts):
        if decision.hashes[slice.id] != slice.hash:
            found.append(Voided(decision, slice.id, Void.OTHER_WORDS))
        elif wrote(decision, slice, facts, requirement):
            found.append(Voided(decision, slice.id, Void.WROTE_IT))
    for decision in newest.values():
        if decision.team == requirement.team and _is_a_no(decision, slice.id, facts):
            found.append(Voided(decision, slice.id, Void.DECIDED_LATER))
    return found


def _is_a_no(decision: Decision, slice_id: str, facts: VersionFacts) -> bool:
    """Whether it takes an approval back, or objects where that only counts: one that blocks is told by itself."""
    if decision.choice is not Choice.RETRACT:
        return decision.choice is Choice.OBJECT and facts.policy.objection != "blocks"
    earlier = [
        other.choice
        for other in facts.decisions
        if other.seq < decision.seq and other.principal == decision.principal and slice_id in other.hashes
    ]
    return earlier[-1:] == [Choice.APPROVE]


def objections(slice_id: str, facts: VersionFacts) -> list[Decision]:
    """The objections to the slice that stand: neither taken back nor lifted."""
    return [decision for decision in latest(facts, slice_id).values() if decision.choice is Choice.OBJECT]


def wrote(decision: Decision, slice: Slice, facts: VersionFacts, requirement: Requirement) -> bool:
    """Whether the signer, or the person signed for, contributed to the words where that is excluded."""
    return not _barred(requirement, slice, facts).isdisjoint((decision.person, decision.principal))


def _barred(requirement: Requirement, slice: Slice, facts: VersionFacts) -> frozenset[str]:
    """Who may not sign the slice for the requirement because they wrote in it."""
    return facts.contributors.get(slice.id, frozenset()) if requirement.authors == "excluded" else frozenset()


def _approvals(requirement: Requirement, slice: Slice, facts: VersionFacts) -> Iterable[Decision]:
    given = facts.once(("approvals", slice.id), lambda: _by_team(latest(facts, slice.id).values()))
    mine = given.get(requirement.team, [])
    if requirement.people is None:
        return mine
    return [decision for decision in mine if decision.principal in requirement.people]


def _by_team(decisions: Iterable[Decision]) -> dict[str, list[Decision]]:
    """The approvals by the team they were given for: every requirement asks for its own team's."""
    found: dict[str, list[Decision]] = {}
    approve = Choice.APPROVE
    for decision in decisions:
        if decision.choice is approve:
            found.setdefault(decision.team, []).append(decision)
    return found
