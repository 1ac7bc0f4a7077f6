"""Among whom a policy is proved: the people of an organisation, or as many as the policy seems to suppose."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from guidelines.people import Actor, Role
from guidelines.sections import OUTLINE
from workflow.policy import Policy, Requirement
from workflow.proof.model import Bounds, Group, Part, Setting

SIGNS: Final = frozenset({Role.EDITOR, Role.REVIEWER})


@dataclass(frozen=True, slots=True)
class Organisation:
    """Teams, people, and who holds the roles that deadlines escalate to (None: nobody said)."""

    teams: frozenset[str]
    people: tuple[Actor, ...]
    roles: Mapping[str, frozenset[str]] | None = None

    def signers(self, team: str) -> frozenset[str]:
        """Who may sign for the team."""
        return frozenset(person.id for person in self.people if any(person.has(role, team) for role in SIGNS))


@dataclass(frozen=True, slots=True)
class Case:
    """One branch of a policy: a kind and a language that its conditions tell apart from the others."""

    kind: str
    language: str
    needs: tuple[tuple[int, Requirement], ...] = field(compare=False)


def cases(policy: Policy) -> list[Case]:
    """The branches that ask for different things, the change taken as substantive."""
    kinds = _told_apart(policy, "kinds") or ["guideline"]
    languages = _told_apart(policy, "languages") or ["fr"]
    found: dict[tuple[str, ...], Case] = {}
    for kind in kinds:
        for language in languages:
            needs = tuple(policy.active(kind=kind, language=language))
            found.setdefault(tuple(need.id for _, need in needs), Case(kind, language, needs))
    return list(found.values())


def supposed(policy: Policy, *, leavers: int = 0) -> Organisation:
    """As many people in each team as its largest quorum, one more who writes, and those who may leave."""
    size: Counter[str] = Counter({policy.owner_team: 1, policy.other_side: 1})
    for need in policy.requirements():
        wanted = len(need.people or ()) if need.quorum == "all" else need.quorum
        size[need.team] = max(size[need.team], wanted, 1)
    if policy.interim is not None:
        size[policy.interim.team] = max(size[policy.interim.team], policy.interim.quorum)
    people = []
    for team, count in sorted(size.items()):
        named = sorted({name for need in policy.requirements() if need.team == team for name in need.people or ()})
        for place in range(count + 1 + leavers):
            name = named[place] if place < len(named) else f"{team}-{place + 1}"
            people.append(Actor(name, name, memberships=_roles(policy, team)))
    return Organisation(frozenset(size), tuple(people))


def setting(
    policy: Policy, organisation: Organisation, case: Case, bounds: Bounds, *, newcomers: bool = False
) -> Setting:
    """The policy's branch among these people, those it cannot tell apart kept to as few as make a difference."""
    signing = {need.team for _, need in case.needs} | {policy.owner_team}
    most = max([need.quorum for _, need in case.needs if isinstance(need.quorum, int)], default=1) + 1 + bounds.events
    named = {name for _, need in case.needs for name in need.people or ()}
    groups: dict[Group, int] = {}
    people: list[int] = []
    for person in sorted(organisation.people, key=lambda one: (not one.has(Role.EDITOR, policy.owner_team), one.id)):
        kept = frozenset((role, team) for role, team in person.memberships if team in signing)
        group = Group(kept, person.id if person.id in named else "")
        number = groups.setdefault(group, len(groups))
        if kept and people.count(number) < most:
            people.append(number)
    absent = tuple(sorted(set(people))) if newcomers and bounds.events else ()
    return Setting(policy, case.kind, case.language, tuple(groups), tuple(people), _parts(case), bounds, absent)


def _parts(case: Case) -> tuple[Part, ...]:
    """A section like any other, one for each scope that is told apart, the outline where it could lose one of them."""
    scopes = [need for _, need in case.needs if need.scope not in ("all", "outline")]
    parts = [Part("s1")]
    for number, need in enumerate(scopes, start=2):
        tag = frozenset() if need.scope == "owned" else frozenset({need.scope.removeprefix("tag:")})
        parts.append(Part(f"s{number}", need.team if need.scope == "owned" else None, tag))
    if scopes or any(need.scope == "outline" for _, need in case.needs):
        parts.append(Part(OUTLINE))
    return tuple(parts)


def _roles(policy: Policy, team: str) -> frozenset[tuple[Role, str]]:
    if team == policy.owner_team:
        return frozenset({(Role.EDITOR, team), (Role.PUBLISHER, team)})
    return frozenset({(Role.REVIEWER, team)})


def _told_apart(policy: Policy, condition: str) -> list[str]:
    """Every value that a condition names, and one that none names."""
    values: set[str] = set()
    for need in policy.requirements():
        values |= set(getattr(need.when, condition) or ())
    return sorted(values) + (["fr", "en"] if condition == "languages" else ["another"]) if values else []
