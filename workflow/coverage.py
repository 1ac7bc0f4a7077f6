"""Whether a sign-off still counts: for the words it named, by its maker's latest decision, by nobody who wrote them."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from workflow.facts import Choice, Decision, Slice, VersionFacts
from workflow.policy import Requirement


class Void(StrEnum):
    """Why a sign-off does not count."""

    OTHER_WORDS = "changed_since"
    WROTE_IT = "signer_wrote_it"
    DECIDED_LATER = "latest_decision_is"


class Voided(NamedTuple):
    """A sign-off that no longer counts for a slice, and why."""

    decision: Decision
    slice_id: str
    reason: Void


def latest(facts: VersionFacts, slice_id: str) -> Mapping[str, Decision]:
    """Principal to their newest decision that names the slice. A lift ends every objection of its team."""
    return facts.once(("latest", _named_by(slice_id, facts)), lambda: _latest(facts, slice_id))


def _named_by(slice_id: str, facts: VersionFacts) -> int:
    """Which decisions name the slice, a bit each: where the same ones do, the same people last decided the same."""
    naming: dict[str, int] | None = facts.known.get(_NAMING)
    if naming is None:
        naming = facts.known[_NAMING] = _naming(facts.decisions)
    return naming.get(slice_id, 0)


_NAMING: Final = ("naming",)


def _naming(decisions: Iterable[Decision]) -> dict[str, int]:
    alike: dict[frozenset[str], int] = {}
    for place, decision in enumerate(decisions):
        named = frozenset(decision.hashes)
        alike[named] = alike.get(named, 0) | 1 << place
    found: dict[str, int] = {}
    for named, places in alike.items():
        for slice_id in named:
            found[slice_id] = found.get(slice_id, 0) | places
    return found


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
    part, words = slice.id, slice.hash
    question = ("counting", requirement.id, part, words)
    answer: list[Decision] | None = facts.known.get(question)
    if answer is None:  # asked more often than anything else: `once` would cost as much as the answer
        answer = facts.known[question] = _counting(requirement, slice, facts, part, words)
    return answer


def _counting(requirement: Requirement, slice: Slice, facts: VersionFacts, part: str, words: str) -> list[Decision]:
    approvals = _approvals(requirement, slice, facts)
    given = [decision for decision in approvals if decision.hashes[part] == words]
    barred = _barred(requirement, slice, facts) if given else frozenset()
    if not barred:
        return given
    return [decision for decision in given if decision.person not in barred and decision.principal not in barred]


def voided(requirement: Requirement, slice: Slice, facts: VersionFacts) -> list[Voided]:
    """The sign-offs that somebody made for the requirement on the slice and that do not count, oldest first."""
    part, words, other_words = slice.id, slice.hash, Void.OTHER_WORDS
    found = []
    for decision in _approvals(requirement, slice, facts):
        if decision.hashes[part] != words:
            found.append(Voided(decision, part, other_words))
        elif wrote(decision, slice, facts, requirement):
            found.append(Voided(decision, part, Void.WROTE_IT))
    for decision in _noes(slice.id, facts):
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


def _noes(slice_id: str, facts: VersionFacts) -> list[Decision]:
    """What people last decided that is neither an approval nor the lift of an objection."""

    def against() -> list[Decision]:
        said = latest(facts, slice_id).values()
        return [decision for decision in said if decision.choice not in (Choice.APPROVE, Choice.LIFT)]

    return facts.once(("noes", _named_by(slice_id, facts)), against)


def objections(slice_id: str, facts: VersionFacts) -> list[Decision]:
    """The objections to the slice that stand: neither taken back nor lifted."""
    return [decision for decision in _noes(slice_id, facts) if decision.choice is Choice.OBJECT]


def wrote(decision: Decision, slice: Slice, facts: VersionFacts, requirement: Requirement) -> bool:
    """Whether the signer, or the person signed for, contributed to the words where that is excluded."""
    return not _barred(requirement, slice, facts).isdisjoint((decision.person, decision.principal))


def _barred(requirement: Requirement, slice: Slice, facts: VersionFacts) -> frozenset[str]:
    """Who may not sign the slice for the requirement because they wrote in it."""
    return facts.contributors.get(slice.id, frozenset()) if requirement.authors == "excluded" else frozenset()


def _approvals(requirement: Requirement, slice: Slice, facts: VersionFacts) -> Iterable[Decision]:
    question = ("approvals", requirement.id, _named_by(slice.id, facts))
    answer: list[Decision] | None = facts.known.get(question)
    if answer is None:
        answer = facts.known[question] = _approvals_of(requirement, slice, facts)
    return answer


def _approvals_of(requirement: Requirement, slice: Slice, facts: VersionFacts) -> list[Decision]:
    by_team = facts.once(("by team", _named_by(slice.id, facts)), lambda: _by_team(latest(facts, slice.id).values()))
    mine = by_team.get(requirement.team, [])
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
