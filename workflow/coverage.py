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
    for decision in facts.decisions:
        if slice_id not in decision.hashes:
            continue
        if decision.choice is Choice.LIFT:
            for principal, earlier in list(found.items()):
                if earlier.choice is Choice.OBJECT and earlier.team == decision.team:
                    found[principal] = decision
        else:
            found[decision.principal] = decision
    return found


def counting(requirement: Requirement, slice: Slice, facts: VersionFacts) -> list[Decision]:
    """The sign-offs that count for the requirement on the slice as it stands, oldest first."""
    return facts.once(
        ("counting", requirement.id, slice.id, slice.hash),
        lambda: [
            decision
            for decision in _approvals(requirement, slice, facts)
            if decision.hashes[slice.id] == slice.hash and not wrote(decision, slice, facts, requirement)
        ],
    )


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
        if decision.team == requirement.team and decision.choice in (Choice.RETRACT, Choice.OBJECT):
            found.append(Voided(decision, slice.id, Void.DECIDED_LATER))
    return found


def objections(slice_id: str, facts: VersionFacts) -> list[Decision]:
    """The objections to the slice that stand: neither taken back nor lifted."""
    return [decision for decision in latest(facts, slice_id).values() if decision.choice is Choice.OBJECT]


def wrote(decision: Decision, slice: Slice, facts: VersionFacts, requirement: Requirement) -> bool:
    """Whether the signer, or the person signed for, contributed to the words where that is excluded."""
    if requirement.authors != "excluded":
        return False
    contributors = facts.contributors.get(slice.id, frozenset())
    return decision.person in contributors or decision.principal in contributors


def _approvals(requirement: Requirement, slice: Slice, facts: VersionFacts) -> Iterable[Decision]:
    for decision in latest(facts, slice.id).values():
        if decision.choice is not Choice.APPROVE or decision.team != requirement.team:
            continue
        if requirement.people is None or decision.principal in requirement.people:
            yield decision
