"""What a version still needs before it may be published: one line per requirement and slice, each with its reason.

Approved means that nothing is outstanding; there is no such column. Law: what is outstanding for the whole version is
the union over its slices of what is outstanding for each, plus what concerns the version as a whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from guidelines.sections import META, OUTLINE
from workflow.coverage import Void, Voided, counting, objections, voided
from workflow.facts import Choice, Slice, VersionFacts, asked_slices
from workflow.matching import matched
from workflow.policy import Requirement


class Reason(StrEnum):
    """Why something is outstanding."""

    NOT_YET = "not_yet"
    CHANGED_SINCE = "changed_since"
    SIGNER_WROTE_IT = "signer_wrote_it"
    LATEST_DECISION_IS = "latest_decision_is"
    OBJECTION = "objection"
    NOBODY_CAN = "nobody_can"
    NO_SECOND_PAIR = "no_second_pair"
    THREAD_BLOCKING = "thread_blocking"
    SUGGESTION_OPEN = "suggestion_open"
    BASE_MOVED = "base_moved"
    NOTHING_CHANGED = "nothing_changed"


@dataclass(frozen=True, slots=True)
class Outstanding:
    """One thing that is missing. `slice_id` is "" for what concerns the whole version."""

    reason: Reason
    slice_id: str = ""
    requirement: str = ""
    team: str = ""
    stage: int = 0
    #: Sign-offs still needed.
    missing: int = 0
    #: Who could give them now.
    who_can: frozenset[str] = frozenset()
    #: The sign-offs or objections that the reason speaks of.
    because: tuple[Voided, ...] = field(default=())
    #: Whether an earlier stage must be complete first.
    stage_closed: bool = False


def outstanding(facts: VersionFacts) -> list[Outstanding]:
    """Everything that keeps the version from being published; empty exactly when it is approved."""
    return [*_whole_version(facts), *(line for slice in facts.slices for line in outstanding_of(slice, facts))]


def outstanding_of(slice: Slice, facts: VersionFacts) -> list[Outstanding]:
    """What is outstanding for one slice."""
    lines = [
        line
        for stage, requirement in _asking(slice, facts)
        if (line := _requirement(stage, requirement, slice, facts)) is not None
    ]
    if facts.policy.objection == "blocks":
        lines += [
            Outstanding(
                Reason.OBJECTION,
                slice.id,
                team=decision.team,
                who_can=facts.members.get(decision.team, frozenset()),
                because=(Voided(decision, slice.id, Void.DECIDED_LATER),),
            )
            for decision in objections(slice.id, facts)
        ]
    if slice.id in facts.blocking:
        lines.append(Outstanding(Reason.THREAD_BLOCKING, slice.id))
    if slice.id in facts.suggested:
        lines.append(Outstanding(Reason.SUGGESTION_OPEN, slice.id))
    return lines


def open_stage(facts: VersionFacts) -> int | None:
    """The place of the first stage that is not complete; None when all are."""
    open_stages = [
        stage
        for stage, requirement in facts.requirements
        for slice in asked_slices(requirement, facts).values()
        if _missing(requirement, slice, facts)
    ]
    return min(open_stages, default=None)


def stage_is_open(stage: int, slice: Slice, facts: VersionFacts) -> bool:
    """Whether a requirement of this stage may be signed on the slice now: the stages before it are complete."""
    by_section = facts.policy.gate == "section"
    return facts.once(
        ("complete before", stage, slice.id if by_section else ""),
        lambda: (
            not any(
                _missing(requirement, other, facts)
                for earlier, requirement in facts.requirements
                if earlier < stage
                for other in asked_slices(requirement, facts).values()
                if not by_section or other.id == slice.id
            )
        ),
    )


def can_sign(requirement: Requirement, slice: Slice, facts: VersionFacts) -> frozenset[str]:
    """Who may fill the requirement's next slot on the slice, if the stage is open."""
    return _entitled(requirement, slice, facts) - slots_taken(slice, facts)


def _entitled(requirement: Requirement, slice: Slice, facts: VersionFacts) -> frozenset[str]:
    people = facts.members.get(requirement.team, frozenset())
    if requirement.quorum == "all" and facts.roster:
        people &= facts.roster.get(requirement.team, frozenset())
    if requirement.people is not None:
        people &= frozenset(requirement.people)
    if requirement.authors == "excluded":
        people -= facts.contributors.get(slice.id, frozenset())
    return people


def slots_taken(slice: Slice, facts: VersionFacts) -> frozenset[str]:
    """Who holds a counting sign-off on the slice already, for whatever team: one person fills one slot."""
    return facts.once(
        ("slots", slice.id, slice.hash),
        lambda: frozenset(
            person
            for _, requirement in facts.requirements
            for decision in counting(requirement, slice, facts)
            for person in (decision.person, decision.principal)
        ),
    )


def _requirement(stage: int, requirement: Requirement, slice: Slice, facts: VersionFacts) -> Outstanding | None:
    missing = _missing(requirement, slice, facts)
    if not missing and requirement.authors == "excluded":
        return None
    alone = requirement.authors == "second_pair" and not _signed_by_another(slice, facts)
    free = _others(slice, facts) if alone else frozenset()
    if (alone and not free) or (alone and not missing):
        return Outstanding(Reason.NO_SECOND_PAIR, slice.id, requirement.id, requirement.team, stage, 1, free)
    if not missing:
        return None
    who_can = can_sign(requirement, slice, facts)
    because = tuple(voided(requirement, slice, facts))
    return Outstanding(
        _reason(because, _unfillable(requirement, slice, facts, who_can, missing)),
        slice.id,
        requirement.id,
        requirement.team,
        stage,
        missing,
        who_can,
        because,
        not stage_is_open(stage, slice, facts),
    )


def _asking(slice: Slice, facts: VersionFacts) -> list[tuple[int, Requirement]]:
    """The requirements that must see the slice signed, each with its stage."""

    def by_slice() -> dict[str, list[tuple[int, Requirement]]]:
        found: dict[str, list[tuple[int, Requirement]]] = {}
        for stage, requirement in facts.requirements:
            for slice_id in asked_slices(requirement, facts):
                found.setdefault(slice_id, []).append((stage, requirement))
        return found

    return facts.once(("asking",), by_slice).get(slice.id, [])


def _signed_by_another(slice: Slice, facts: VersionFacts) -> bool:
    """Whether somebody who wrote none of the slice is among those who signed it, for whatever team."""
    contributors = facts.contributors.get(slice.id, frozenset())
    return any(
        not {decision.person, decision.principal} & contributors
        for _, requirement in facts.requirements
        for decision in counting(requirement, slice, facts)
    )


def _others(slice: Slice, facts: VersionFacts) -> frozenset[str]:
    """Who wrote none of the slice and could still sign it, for whatever team."""
    people: frozenset[str] = frozenset()
    for _, requirement in facts.requirements:
        if slice.id in asked_slices(requirement, facts):
            people |= can_sign(requirement, slice, facts)
    return people - facts.contributors.get(slice.id, frozenset())


def _missing(requirement: Requirement, slice: Slice, facts: VersionFacts) -> int:
    given = counting(requirement, slice, facts)
    quorum = requirement.quorum
    if quorum == 1 or (quorum != "all" and not given):
        return 0 if given else quorum
    have = {decision.principal for decision in given}
    if quorum != "all":
        return max(0, quorum - len(have))
    pinned = facts.roster.get(requirement.team, frozenset()) & facts.members.get(requirement.team, frozenset())
    due = pinned - facts.contributors.get(slice.id, frozenset())
    return len(due - have) if have else max(1, len(due))


def _unfillable(
    requirement: Requirement, slice: Slice, facts: VersionFacts, who_can: frozenset[str], missing: int
) -> bool:
    """Whether the people who are there cannot fill the requirement's slots, even if some took a sign-off back.

    Where nobody acts for two teams, counting tells. Else one person's two slots may look filled, and never be both.
    """
    if not facts.once(("shared",), lambda: _acts_for_two_teams(facts)):
        return len(who_can) < missing
    return requirement.id in facts.once(("unfillable", slice.id, slice.hash), lambda: _left_over(slice, facts))


def _acts_for_two_teams(facts: VersionFacts) -> bool:
    teams: dict[str, set[str]] = {}
    for _, requirement in facts.requirements:
        for person in facts.members.get(requirement.team, frozenset()):
            teams.setdefault(person, set()).add(requirement.team)
    for decision in facts.decisions:
        teams.setdefault(decision.principal, set()).add(decision.team)
    return any(len(found) > 1 for found in teams.values())


def _left_over(slice: Slice, facts: VersionFacts) -> frozenset[str]:
    """The requirements with a slot that stays empty when as many as possible are filled by different people."""
    owners: list[str] = []
    slots: list[frozenset[str]] = []
    asked = [need for _, need in facts.requirements if slice.id in asked_slices(need, facts)]
    asked.sort(key=lambda need: _missing(need, slice, facts) > 0)  # what is filled stays so: the other slot is short
    for team in dict.fromkeys(need.team for need in asked):
        mine: list[frozenset[str]] = []
        # Named people first, then the largest quorum: a team's sign-off counts for each of its requirements.
        for need in sorted((need for need in asked if need.team == team), key=lambda need: need.people is None):
            people = _could_fill(need, slice, facts)
            for each in _wanted(need, people, slice, facts)[len(mine) if need.people is None else 0 :]:
                mine.append(each)
                owners.append(need.id)
        slots += mine
    filled = set(matched(slots).values())
    return frozenset(owner for slot, owner in enumerate(owners) if slot not in filled)


def _could_fill(requirement: Requirement, slice: Slice, facts: VersionFacts) -> frozenset[str]:
    """Who has a sign-off that counts, or could give one if they held no other slot."""
    given = frozenset(decision.principal for decision in counting(requirement, slice, facts))
    return given | _entitled(requirement, slice, facts)


def _wanted(
    requirement: Requirement, people: frozenset[str], slice: Slice, facts: VersionFacts
) -> list[frozenset[str]]:
    if requirement.quorum != "all":
        return [people] * requirement.quorum
    team = requirement.team
    pinned = facts.roster.get(team, frozenset()) & facts.members.get(team, frozenset())
    due = pinned - facts.contributors.get(slice.id, frozenset())
    return [frozenset({person}) for person in sorted(due)] or [people]


def _reason(because: tuple[Voided, ...], unfillable: bool) -> Reason:
    if unfillable:
        return Reason.NOBODY_CAN
    order = {
        Void.OTHER_WORDS: Reason.CHANGED_SINCE,
        Void.WROTE_IT: Reason.SIGNER_WROTE_IT,
        Void.DECIDED_LATER: Reason.LATEST_DECISION_IS,
    }
    if because and because[-1].decision.choice is Choice.OBJECT:
        return Reason.OBJECTION
    return order[because[-1].reason] if because else Reason.NOT_YET


def _whole_version(facts: VersionFacts) -> Iterator[Outstanding]:
    if facts.unchanged:
        yield Outstanding(Reason.NOTHING_CHANGED)
    if not facts.base_ok:
        yield Outstanding(Reason.BASE_MOVED)
    if facts.suggested - {part.id for part in facts.slices}:  # a section that is not there yet
        yield Outstanding(Reason.SUGGESTION_OPEN)
    if "" in facts.blocking:
        yield Outstanding(Reason.THREAD_BLOCKING)


def is_text(slice_id: str) -> bool:
    """Whether the slice is a section of the text rather than the outline or the meta data."""
    return slice_id not in (OUTLINE, META)


def is_hopeless(line: Outstanding) -> bool:
    """Whether nobody who is there now could ever resolve the line without the words being changed."""
    return line.reason is Reason.NOBODY_CAN or (
        line.reason in (Reason.OBJECTION, Reason.NO_SECOND_PAIR) and not line.who_can
    )
