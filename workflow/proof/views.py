"""What the product's rules say of one section of a state: asked once for each different case, then remembered.

Law (tested): what is outstanding for a version is the union over its sections, and somebody may sign a section exactly
when one of their team's requirements has a slot for them there and its stage is open in every section.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final, NamedTuple

from guidelines import lineage
from guidelines.lineage import Change
from guidelines.people import Actor
from workflow import eligible, facts, policy
from workflow import outstanding as judging
from workflow.errors import WorkflowError
from workflow.facts import Choice, Decision, Slice, VersionFacts
from workflow.machine import State
from workflow.outstanding import Outstanding
from workflow.policy import Requirement
from workflow.proof.model import PINNED, PRESENT, History, Setting, View

AT: Final = datetime(2026, 1, 5, tzinfo=UTC)
NEVER: Final = 99


@dataclass(frozen=True, slots=True)
class Case:
    """One section of a state: its words and their history, and what each person did to them."""

    part: int
    history: History
    blocked: bool
    places_kept: bool
    people: Sequence[View]
    #: The class in effect, which says what is required.
    change: policy.Change = "substantive"

    @property
    def text(self) -> int:
        return self.history[-1].text


class Answers(NamedTuple):
    """For which teams a person may decide: to approve, with the stages of the slots; to object; to take back."""

    approvals: dict[str, frozenset[int]]
    objections: list[str]
    retractions: list[str]
    lifts: list[str]


@dataclass(frozen=True, slots=True)
class Judged:
    """The product's answers on a case. `stage` is the first that is not complete here, `NEVER` when all are."""

    lines: tuple[Outstanding, ...]
    stage: int
    hopeless: tuple[Outstanding, ...]
    #: For each person, in the order of the case.
    answers: tuple[Answers, ...]


@dataclass(eq=False)
class Rules:
    """The product's rules, applied to the sections of a setting."""

    setting: Setting

    @cached_property
    def anchored(self) -> tuple[Slice, ...]:
        """The sections in force; none for a first edition."""
        if self.setting.bounds.first_edition:
            return ()
        return tuple(self.slice(part, 0, True) for part in range(len(self.setting.parts)))

    @cached_property
    def needs(self) -> list[Requirement]:
        rules = self.setting.policy
        return [need for _, need in rules.active(kind=self.setting.kind, language=self.setting.language)]

    def slice(self, part: int, text: int, places_kept: bool) -> Slice:
        """A section with these words."""
        found = self.setting.parts[part]
        if places_kept:
            return Slice(found.id, f"{found.id}:{text}", found.owner_team, found.tags)
        return Slice(found.id, f"{found.id}:{text}")

    def facts(self, cases: Sequence[Case], **more: Any) -> VersionFacts:
        """The facts of a version with these sections, as its queries would gather them."""
        everything = range(len(self.setting.parts))
        kept = cases[0].places_kept
        now = [self.slice(part, 0, kept) for part in everything]
        people = cases[0].people
        return VersionFacts(
            version_id="version",
            state=State.IN_REVIEW,
            policy=self.setting.policy,
            kind=self.setting.kind,
            language=self.setting.language,
            slices=tuple(self.slice(case.part, case.text, case.places_kept) for case in cases),
            anchor={slice.id: slice.hash for slice in self.anchored},
            anchor_teams={
                slice.id: frozenset(need.team for need in self.needs if facts.in_scope(need, slice))
                for slice in self.anchored
            },
            contributors={self.setting.parts[case.part].id: self.contributors(case) for case in cases},
            decisions=tuple(self.decisions(cases)),
            members=self.teams(people, PRESENT),
            roster=self.teams(people, PRESENT | PINNED),
            blocking=frozenset(self.setting.parts[case.part].id for case in cases if case.blocked),
            scope_moved=facts.scope_moved(self.needs, self.anchored, now),
            published_as=None if "changed" in more else cases[0].change,
            **more,
        )

    def contributors(self, case: Case) -> frozenset[str]:
        """Who wrote the words, by the product's lineage."""
        return lineage.contributors(
            Change(
                f"{written.text}",
                frozenset(self.name(case.people, i) for i, view in enumerate(case.people) if view.part.wrote >> at & 1),
                written.restored,
            )
            for at, written in enumerate(case.history)
        )

    def decisions(self, cases: Sequence[Case]) -> Iterator[Decision]:
        """Everybody's decisions, those that a lift ended before those that stand."""
        seq = 0
        for last in (False, True):
            for case in cases:
                part = self.setting.parts[case.part].id
                for place, view in enumerate(case.people):
                    for at, entry in enumerate(view.part.log):
                        if last is (at == len(view.part.log) - 1 and entry.choice is not Choice.LIFT):
                            seq += 1
                            who = "lifter" if entry.choice is Choice.LIFT else self.name(case.people, place)
                            words = {part: f"{part}:{entry.text}"}
                            yield Decision(seq, who, who, entry.team, "", entry.choice, words, 0, AT)

    def teams(self, people: Sequence[View], flags: int) -> dict[str, frozenset[str]]:
        """Team to those of its signing members who bear the flags."""
        found: dict[str, set[str]] = {need.team: set() for need in self.needs}
        for place, view in enumerate(people):
            for team in self.setting.groups[view.group].teams():
                if view.flags & flags == flags and team in found:
                    found[team].add(self.name(people, place))
        return {team: frozenset(names) for team, names in found.items()}

    def name(self, people: Sequence[View], place: int) -> str:
        """What the rules call a person: by name whom a policy names, else by place."""
        return self.setting.groups[people[place].group].named or f"p{place}"

    def judge(self, case: Case) -> Judged:
        """All answers on one section."""
        found = self.facts([case])
        lines = tuple(judging.outstanding_of(found.slices[0], found))
        first = judging.open_stage(found)
        answers: list[Answers] = []
        for place, view in enumerate(case.people):
            same = place > 0 and view == case.people[place - 1] and not self.setting.groups[view.group].named
            answers.append(answers[-1] if same else self._answers(case, found, place))
        return Judged(
            lines=lines,
            stage=NEVER if first is None else first,
            hopeless=tuple(line for line in lines if judging.is_hopeless(line)),
            answers=tuple(answers),
        )

    def _answers(self, case: Case, found: VersionFacts, place: int) -> Answers:
        view = case.people[place]
        group = self.setting.groups[view.group]
        person = Actor(self.name(case.people, place), "", memberships=group.memberships)
        answers = Answers({}, [], [], [])
        for team in group.teams() if view.flags & PRESENT else ():
            try:
                entries = eligible.check_team(person, team, found)
            except WorkflowError:
                continue
            if stages := self._stages(person, entries, found):
                answers.approvals[team] = stages
            if self.setting.bounds.objections and eligible.asked_of(entries, found):
                answers.objections.append(team)
            if self.setting.bounds.objections and _may_take_back(person, team, Choice.LIFT, found):
                answers.lifts.append(team)
            if view.part.log and _may_take_back(person, team, Choice.RETRACT, found):
                answers.retractions.append(team)
        return answers

    def _stages(self, person: Actor, entries: list[eligible.Entry], found: VersionFacts) -> frozenset[int]:
        """The stages of the requirements that have a slot for the person here."""
        stages = set()
        for entry in entries:
            try:
                eligible.slices_to_sign(person, [entry], found, [found.slices[0].id])
            except WorkflowError:
                continue
            stages.add(entry[0])
        return frozenset(stages)


def _may_take_back(person: Actor, team: str, choice: Choice, found: VersionFacts) -> bool:
    try:
        eligible.slices_to_take_back(person, team, choice, found)
    except WorkflowError:
        return False
    return True
