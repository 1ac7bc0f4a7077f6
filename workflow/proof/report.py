"""The whole check of a policy: what is found without a search, then what a search proves, or the story against it."""

from dataclasses import dataclass, field, replace
from typing import Final

from workflow.policy import Policy
from workflow.proof.explore import Fault, Search, explore
from workflow.proof.invariants import Broken
from workflow.proof.model import Bounds, Setting
from workflow.proof.people import Organisation, cases, setting, supposed
from workflow.proof.static import Finding, findings, unfit
from workflow.proof.story import Told, story

#: Findings after which there are no people to search among.
NOBODY_TO_SEARCH: Final = frozenset({"unknown_team", "unknown_person", "person_of_another_team", "too_few_named"})
#: Sections beyond which a second change would take minutes.
FEW_SECTIONS: Final = 2
#: Changes of each class that the rules can propose.
EVERY_KIND: Final = (0, 1, 2)
MOST_STATES: Final = 400_000


@dataclass(frozen=True, slots=True)
class Counter:
    """A story that ends where no version may come."""

    broken: Broken
    acts: tuple[Told, ...]
    setting: Setting


@dataclass(slots=True)
class Report:
    """What was found and what was proved."""

    policy: Policy
    findings: list[Finding]
    states: int = 0
    transitions: int = 0
    seconds: float = 0.0
    complete: bool = True
    people: int = 0
    bounds: list[Bounds] = field(default_factory=list)
    counter: Counter | None = None
    #: A state that people can bring about themselves, without anybody leaving, in which nobody is left to sign.
    dead_end: Counter | None = None

    @property
    def sound(self) -> bool:
        """Whether the policy may be used."""
        return self.counter is None and not unfit(self.findings)

    @property
    def nobody_signs_their_own(self) -> bool:
        """Whether it is proved of every signer, and not only of one for each section."""
        return all(need.authors == "excluded" for need in self.policy.requirements())


def check(policy: Policy, organisation: Organisation | None = None) -> Report:
    """Checks a policy among the people of an organisation, or among as many as it supposes."""
    company = organisation or supposed(policy)
    report = Report(policy, findings(policy, company))
    if any(finding.code in NOBODY_TO_SEARCH for finding in report.findings):
        return report
    for case in cases(policy):
        if case.needs:
            for bounds in _bounds(policy, len(setting(policy, company, case, Bounds()).parts)):
                among = setting(policy, company, case, bounds)
                _search(report, _one_section(among) if bounds.classes else among)
                if report.counter is not None:
                    return report
    return report


def _bounds(policy: Policy, sections: int) -> list[Bounds]:
    edits = 2 if sections <= FEW_SECTIONS else 1
    changes = Bounds(edits=edits, remembered=0, most_states=MOST_STATES)
    leaving = Bounds(edits=1, events=1, remembered=0, most_states=MOST_STATES)
    kinds = EVERY_KIND if sections <= FEW_SECTIONS else (2,)
    agreeing = Bounds(edits=1, classes=True, kinds=kinds, remembered=0, most_states=MOST_STATES)
    by_class = any(need.when.classes is not None for need in policy.requirements())
    few = sections <= FEW_SECTIONS
    return [changes, *([leaving] if few else []), *([agreeing] if by_class else [])]


def _one_section(among: Setting) -> Setting:
    """The class is one for the whole text: a section that is read for its own sake by nobody stands for all of them."""
    policy = among.policy
    reading = {policy.owner_team, *(need.team for need in policy.requirements() if need.scope == "all")}
    here = [{team for _, team in group.memberships} & reading for group in among.groups]
    return replace(among, parts=among.parts[:1], people=tuple(group for group in among.people if here[group]))


def _search(report: Report, among: Setting) -> None:
    found = explore(among)
    report.states += len(found.states)
    report.transitions += found.transitions
    report.seconds += found.seconds
    report.complete = report.complete and found.complete
    report.people = max(report.people, len(among.people))
    if among.bounds not in report.bounds:
        report.bounds.append(among.bounds)
    if found.faults:
        first = min(found.faults, key=lambda fault: len(found.path(fault.at)))
        report.counter = _counter(found, first, among)
    elif not found.publications and found.dead_ends:
        report.counter = _counter(found, found.dead_ends[0], among)
    elif not among.bounds.events and found.dead_ends and report.dead_end is None:
        report.dead_end = _counter(found, found.dead_ends[0], among)


def _counter(found: Search, fault: Fault, among: Setting) -> Counter:
    return Counter(fault.broken, tuple(story(found, fault.at)), among)
