"""What is wrong with a policy without any search: among these people it can never work, or hangs on one of them.

Codes and facts only; sentences are the edge's. `REFUSE` findings make a policy unfit, `WARN` ones are worth knowing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from workflow.matching import matched
from workflow.policy import CHANGES, Policy, Requirement
from workflow.proof.people import Organisation

MOST_STAGES: Final = 9
MOST_REQUIREMENTS: Final = 30
LONGEST_CLOCK: Final = 720


class Severity(StrEnum):
    """What a finding does to the policy."""

    REFUSE = "refuse"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: its code, where it stands in the file, and the facts that a sentence needs."""

    code: str
    severity: Severity
    place: str
    facts: Mapping[str, object] = field(default_factory=dict)


def findings(policy: Policy, organisation: Organisation) -> list[Finding]:
    """Everything found, in the order of the file; nobody can mend a policy from its first fault alone."""
    needs = list(_placed(policy))
    found = [*_size(policy), *_sides(policy)]
    for place, need in needs:
        found += [*_team(place, need, organisation), *_escalation(place, need, organisation)]
    found += [*_interim(policy, organisation), *_combinations(policy), *_matching(policy, organisation)]
    return found


def unfit(found: list[Finding]) -> bool:
    """Whether something found makes the policy unfit."""
    return any(finding.severity is Severity.REFUSE for finding in found)


def _refuse(code: str, place: str, **facts: object) -> Finding:
    return Finding(code, Severity.REFUSE, place, facts)


def _warn(code: str, place: str, **facts: object) -> Finding:
    return Finding(code, Severity.WARN, place, facts)


def _placed(policy: Policy) -> Iterator[tuple[str, Requirement]]:
    for at, stage in enumerate(policy.stage):
        for number, need in enumerate(stage.require):
            yield f"stage.{at}.require.{number}", need


def _size(policy: Policy) -> Iterator[Finding]:
    """P5 and P12 over the whole: the file's form refuses an empty stage and too many of them one by one."""
    for at, stage in enumerate(policy.stage):
        if not stage.require:
            yield _refuse("stage_empty", f"stage.{at}")
    if len(policy.stage) > MOST_STAGES:
        yield _refuse("too_many_stages", "stage", limit=MOST_STAGES, count=len(policy.stage))
    count = len(list(policy.requirements()))
    if count > MOST_REQUIREMENTS:
        yield _refuse("too_many_requirements", "stage", limit=MOST_REQUIREMENTS, count=count)


def _sides(policy: Policy) -> Iterator[Finding]:
    if policy.owner_team == policy.other_side:
        yield _refuse("one_side", "other_side", team=policy.owner_team)


def _team(place: str, need: Requirement, organisation: Organisation) -> Iterator[Finding]:
    """P1, P2, P3, P8: the team is known, large enough, and still is when one of it has written."""
    if need.team not in organisation.teams:
        yield _refuse("unknown_team", f"{place}.team", team=need.team, requirement=need.id)
        return
    members = organisation.signers(need.team)
    facts = {"team": need.team, "requirement": need.id}
    if need.people is not None:
        everybody = {person.id for person in organisation.people}
        if strangers := sorted(set(need.people) - everybody):
            yield _refuse("unknown_person", f"{place}.people", people=strangers, **facts)
        if others := sorted((set(need.people) & everybody) - members):
            yield _refuse("person_of_another_team", f"{place}.people", people=others, **facts)
        members &= frozenset(need.people)
        if isinstance(need.quorum, int) and len(set(need.people)) < need.quorum:
            yield _refuse("too_few_named", f"{place}.quorum", quorum=need.quorum, count=len(set(need.people)), **facts)
            return
    wanted = need.quorum if isinstance(need.quorum, int) else 1
    if len(members) < wanted:
        yield _refuse("team_too_small", f"{place}.quorum", quorum=wanted, count=len(members), **facts)
    elif need.authors == "excluded" and len(members) <= wanted:
        yield _warn("author_locks_out", f"{place}.authors", quorum=wanted, count=len(members), **facts)


def _escalation(place: str, need: Requirement, organisation: Organisation) -> Iterator[Finding]:
    """P11: a deadline that escalates to nobody, or only to those who let it pass."""
    if need.escalate_to is None or organisation.roles is None:
        return
    facts = {"role": need.escalate_to, "team": need.team, "requirement": need.id}
    holders = organisation.roles.get(need.escalate_to)
    if holders is None:
        yield _refuse("unknown_role", f"{place}.escalate_to", **facts)
    elif not holders:
        yield _warn("escalates_to_nobody", f"{place}.escalate_to", **facts)
    elif holders <= organisation.signers(need.team):
        yield _warn("escalates_to_the_same_team", f"{place}.escalate_to", **facts)


def _interim(policy: Policy, organisation: Organisation) -> Iterator[Finding]:
    """P9 and P10, and the team on call as any other; a clock is there and short by the file's form."""
    interim = policy.interim
    if interim is None:
        return
    if interim.team not in organisation.teams:
        yield _warn("unknown_team_on_call", "interim.team", team=interim.team)
    elif len(organisation.signers(interim.team)) < interim.quorum:
        yield _refuse(
            "team_too_small",
            "interim.quorum",
            team=interim.team,
            requirement="interim",
            quorum=interim.quorum,
            count=len(organisation.signers(interim.team)),
        )
    if interim.quorum == 1 and interim.alone == "never":
        yield _refuse("interim_alone", "interim.quorum", team=interim.team)
    if interim.clock_hours > LONGEST_CLOCK:
        yield _refuse("clock_too_long", "interim.clock_hours", limit=LONGEST_CLOCK)


def _combinations(policy: Policy) -> Iterator[Finding]:
    """P4: a kind, language and class for which nothing is asked, or nothing of anybody but the owner."""
    told: set[tuple[str, str]] = set()
    for kind in _values(policy, "kinds"):
        for language in _values(policy, "languages"):
            for change in CHANGES:
                needs = [need for _, need in policy.active(kind=kind, language=language, change=change)]
                whole = [need for need in needs if need.scope == "all"]
                code = ""
                if not needs:
                    code = "nothing_required"
                elif not any(need.team != policy.owner_team for need in whole) and change != "editorial":
                    code = "owner_alone"
                elif not whole:
                    code = "sections_unread"
                if code and (code, change) not in told:
                    told.add((code, change))
                    yield _refuse(code, "stage", kind=kind, language=language, change=change, team=policy.owner_team)


def _values(policy: Policy, condition: str) -> list[str]:
    """What the conditions name, and a value that none names."""
    named: set[str] = set()
    for need in policy.requirements():
        named |= set(getattr(need.when, condition) or ())
    applies = getattr(policy.applies, condition)
    return [*sorted(named), "*"] if applies == ("*",) else sorted(applies)


def _matching(policy: Policy, organisation: Organisation) -> Iterator[Finding]:
    """P6 and P7: whether the slots can be filled by different people at once, and without whom they cannot."""
    if any(need.team not in organisation.teams for need in policy.requirements()):
        return
    told: set[str] = set()
    for kind in _values(policy, "kinds"):
        for language in _values(policy, "languages"):
            needs = [need for _, need in policy.active(kind=kind, language=language)]
            slots = slots_of(needs, organisation)
            if not all(len(people) >= 1 for people in slots) or len(matched(slots)) < len(slots):
                if "nobody" not in told and all(slots):
                    told.add("nobody")
                    yield _refuse("no_distinct_people", "stage", kind=kind, language=language, slots=len(slots))
                continue
            for person in sorted({one for people in slots for one in people}):
                without = [people - {person} for people in slots]
                if len(matched(without)) < len(slots) and person not in told:
                    told.add(person)
                    yield _warn("hangs_on_one_person", "stage", person=person, kind=kind, language=language)


def slots_of(needs: list[Requirement], organisation: Organisation) -> list[frozenset[str]]:
    """Who could fill each slot of one section: a team asked twice is asked once, for as many as the larger asks."""
    slots: list[frozenset[str]] = []
    teams = sorted({need.team for need in needs})
    for team in teams:
        members = organisation.signers(team)
        named = [need for need in needs if need.team == team and need.people is not None]
        most = max((need.quorum for need in needs if need.team == team and isinstance(need.quorum, int)), default=1)
        mine = [
            members & frozenset(need.people or ())
            for need in named
            for _ in range(need.quorum if isinstance(need.quorum, int) else 1)
        ]
        slots += mine + [members] * max(0, most - len(mine))
    return slots
