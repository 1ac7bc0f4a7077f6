"""What people can do next: every act that the product's machine, permissions and rules let them take from a state."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, NamedTuple, cast

from workflow import eligible, machine, permissions
from workflow.change_class.agreement import UNAGREED, Said
from workflow.change_class.findings import RANK
from workflow.errors import WorkflowError
from workflow.facts import Choice
from workflow.machine import Action, State
from workflow.permissions import Permission
from workflow.policy import Change
from workflow.predicates import Context
from workflow.proof.classes import Classes
from workflow.proof.model import (
    LIVES,
    PINNED,
    PRESENT,
    Entry,
    History,
    Numbers,
    PartRecord,
    Record,
    Setting,
    View,
    World,
    Written,
    actor,
    places_kept,
)
from workflow.proof.views import NEVER, Case, Judged, Rules

#: life, edits left, events left, a bit for each blocked section, the sections' histories, the people in order.
Packed = tuple[int, ...]
HEAD: Final = 4
ALIVE: Final = frozenset({State.DRAFT, State.IN_REVIEW})


class Act(NamedTuple):
    """What somebody did: who is their place in the state before."""

    verb: str
    who: int
    part: int = -1
    team: str = ""
    text: int = -1
    other: int = -1


#: Acts that leave the words alone: what a review is made of.
CLAIMING: Final = {
    Said.STATE: ("state_class", Action.STATE_CLASS, Permission.STATE_CLASS),
    Said.AGREE: ("agree_class", Action.AGREE_CLASS, Permission.ANSWER_CLASS),
    Said.CONTEST: ("contest_class", Action.CONTEST_CLASS, Permission.ANSWER_CLASS),
}
REVIEWING: Final = frozenset({"approve", "object", "retract", "lift", "block", "resolve"})
Step = tuple[Act, list[int]]


@dataclass(eq=False)
class Steps:
    """The moves of a setting, on packed states."""

    setting: Setting
    rules: Rules = field(init=False)
    histories: Numbers = field(default_factory=Numbers)
    records: Numbers = field(default_factory=Numbers)
    views: Numbers = field(default_factory=Numbers)
    judged: dict[tuple[object, ...], Judged] = field(default_factory=dict)
    _views_of: dict[tuple[int, int], int] = field(default_factory=dict)
    _permitted: dict[tuple[int, State, Action], bool] = field(default_factory=dict)
    _unchanged: dict[tuple[int, ...], bool] = field(default_factory=dict)
    _changes: dict[Packed, Change] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rules = Rules(self.setting)
        self.classes = Classes(self.rules)
        self.parts = range(len(self.setting.parts))
        self.first_person = HEAD + len(self.setting.parts)
        self.pins = any(need.quorum == "all" for need in self.rules.needs)

    def pack(self, world: World) -> Packed:
        """The state as integers, people sorted."""
        blocked = sum(1 << part for part in self.parts if world.blocked[part])
        head = [LIVES.index(world.life), world.edits, world.events, blocked]
        people = [self.records.of(record) for record in world.people]
        return (*head, *(self.histories.of(history) for history in world.histories), *sorted(people))

    def unpack(self, state: Packed) -> World:
        """The state as values."""
        return World(
            LIVES[state[0]],
            state[1],
            state[2],
            tuple(bool(state[3] >> part & 1) for part in self.parts),
            tuple(self.history(state, part) for part in self.parts),
            tuple(self.record(number) for number in state[self.first_person :]),
        )

    def canonical(self, step: list[int]) -> Packed:
        """The state after a step, people sorted again."""
        first = self.first_person
        return (*step[:first], *sorted(step[first:]))

    def history(self, state: Packed, part: int) -> History:
        return cast(History, self.histories.values[state[HEAD + part]])

    def record(self, number: int) -> Record:
        return cast(Record, self.records.values[number])

    def cases(self, state: Packed) -> list[tuple[Judged, list[int]]]:
        """For each section the product's answers, and each person's place in them."""
        change = self.change(state)
        return [self._case(state, part, change) for part in self.parts]

    def change(self, state: Packed) -> Change:
        """The class that the product takes to be in effect."""
        if not self.setting.bounds.classes:
            return UNAGREED
        key = state[HEAD:]
        if key not in self._changes:
            self._changes[key] = self.classes.in_effect(self.unpack(state))
        return self._changes[key]

    def is_ready(self, state: Packed, cases: list[tuple[Judged, list[int]]]) -> bool:
        """Whether the product would say that nothing is outstanding."""
        return not any(judged.lines for judged, _ in cases) and not self.unchanged(state)

    def unchanged(self, state: Packed) -> bool:
        """Whether the product would call the version unchanged."""
        texts = tuple(self.history(state, part)[-1].text for part in self.parts)
        if texts not in self._unchanged:
            kept = places_kept(self.setting, self.unpack(state))
            cases = [Case(part, (Written(text),), False, kept, ()) for part, text in enumerate(texts)]
            self._unchanged[texts] = self.rules.facts(cases).unchanged
        return self._unchanged[texts]

    def steps(self, state: Packed, cases: list[tuple[Judged, list[int]]]) -> Iterator[Step]:
        """Everything that can happen next, each with the state after it, people not yet sorted."""
        life = LIVES[state[0]]
        yield from self._writing(state, life)
        if life is State.SCHEDULED:
            yield from self._on_the_day(state, cases)
        if life in ALIVE:
            yield from chain(self._moving(state, life, cases), self._talking(state, life), self._world(state))
        if life is State.IN_REVIEW:
            yield from self._deciding(state, cases)
            yield from self._claiming(state, life)

    def may(self, number: int, life: State, action: Action, permission: Permission) -> bool:
        """Whether the person is there, has the right, and the machine knows the action."""
        record = self.record(number)
        if not record.flags & PRESENT or not machine.possible(life, action):
            return False
        key = (record.group, life, action)
        if key not in self._permitted:
            policy = self.setting.policy
            teams = frozenset(need.team for need in self.rules.needs)
            context = Context(policy.owner_team, life, teams, policy.other_side)
            self._permitted[key] = permissions.may(permission, actor(self.setting.groups[record.group]), context)
        return self._permitted[key]

    def _case(self, state: Packed, part: int, change: Change) -> tuple[Judged, list[int]]:
        numbers = [self._view(number, part) for number in state[self.first_person :]]
        order = sorted(numbers)
        kept = self._places_kept(state)
        key = (part, state[HEAD + part], state[3] >> part & 1, kept, change, *order)
        if key not in self.judged:
            views = tuple(cast(View, self.views.values[number]) for number in order)
            case = Case(part, self.history(state, part), bool(state[3] >> part & 1), kept, views, change)
            self.judged[key] = self.rules.judge(case)
        return self.judged[key], [order.index(number) for number in numbers]

    def _places_kept(self, state: Packed) -> bool:
        return all(
            part.id != "outline" or self.history(state, place)[-1].text == 0
            for place, part in enumerate(self.setting.parts)
        )

    def _view(self, number: int, part: int) -> int:
        found = self._views_of.get((number, part))
        if found is None:
            record = self.record(number)
            found = self.views.of(View(record.group, record.flags, record.parts[part]))
            self._views_of[number, part] = found
        return found

    def _writing(self, state: Packed, life: State) -> Iterator[Step]:
        if not state[1]:
            return
        for who, number in self._different(state):
            if not self.may(number, life, Action.EDIT, Permission.DRAFT_EDIT):
                continue
            for part in self.parts:
                history = self.history(state, part)
                texts = {written.text for written in history}
                for kind in self.setting.bounds.kinds:
                    weight = max(kind, history[-1].weight)
                    yield self._written(state, who, part, "edit", Written(max(texts) + 1, weight=weight))
                for text in sorted(texts - {history[-1].text}):
                    weight = next(written.weight for written in history if written.text == text)
                    yield self._written(state, who, part, "restore", Written(text, True, weight))
                    yield self._written(state, who, part, "retype", Written(text, False, weight))

    def _written(self, state: Packed, who: int, part: int, verb: str, written: Written) -> Step:
        history = self.history(state, part)
        after = list(state)
        after[1] -= 1
        after[HEAD + part] = self.histories.of((*history, written))
        record = self.record(state[self.first_person + who])
        mine = record.parts[part]
        mine = mine._replace(wrote=mine.wrote | 1 << len(history))
        after[self.first_person + who] = self._with(record, part, mine)
        return Act(verb, who, part, text=written.text), after

    def _with(self, record: Record, part: int, mine: PartRecord) -> int:
        parts = (*record.parts[:part], mine, *record.parts[part + 1 :])
        return self.records.of(record._replace(parts=parts))

    def _moving(self, state: Packed, life: State, cases: list[tuple[Judged, list[int]]]) -> Iterator[Step]:
        if life is State.DRAFT and not self.unchanged(state):
            yield from self._once(state, life, "submit", Action.SUBMIT, Permission.SUBMIT)
        yield from self._once(state, life, "request_changes", Action.REQUEST_CHANGES, Permission.REQUEST_CHANGES)
        yield from self._once(state, life, "reopen", Action.REOPEN, Permission.REOPEN)
        if life is State.IN_REVIEW and self.is_ready(state, cases):
            yield from self._once(state, life, "publish", Action.PUBLISH, Permission.PUBLISH)
            if self.setting.bounds.days:
                yield from self._once(state, life, "schedule", Action.SCHEDULE, Permission.PUBLISH)
        yield from self._once(state, life, "withdraw", Action.WITHDRAW, Permission.WITHDRAW)

    def _on_the_day(self, state: Packed, cases: list[tuple[Judged, list[int]]]) -> Iterator[Step]:
        """The day comes; or what it rests on goes first; or the owner team takes the text back."""
        yield from self._day(state, self.day_brings(state, cases))
        for act, after in self._deciding(state, cases):
            if act.verb == "retract":
                yield act, self._held(after)
        for act, after in self._claiming(state, State.SCHEDULED):
            if act.verb == "contest_class":
                yield act, self._held(after)
        yield from chain(self._world(state), self._moving(state, State.SCHEDULED, cases))

    def day_brings(self, state: Packed, cases: list[tuple[Judged, list[int]]]) -> Action:
        """What the product does on the day: publishes if nothing is outstanding by then, else the day is off."""
        return Action.PUBLISH if self.is_ready(state, cases) else Action.HOLD

    def _day(self, state: Packed, action: Action) -> Iterator[Step]:
        after = list(state)
        after[0] = LIVES.index(machine.advance(State.SCHEDULED, action))
        yield Act("day" if action is Action.PUBLISH else "held", 0), after

    def _held(self, after: list[int]) -> list[int]:
        after[0] = LIVES.index(machine.advance(State.SCHEDULED, Action.HOLD))
        return after

    def _once(self, state: Packed, life: State, verb: str, action: Action, permission: Permission) -> Iterator[Step]:
        """By the first who may: it makes no difference who."""
        for who, number in enumerate(state[self.first_person :]):
            if self.may(number, life, action, permission):
                after = list(state)
                after[0] = LIVES.index(machine.advance(life, action))
                if action is Action.SUBMIT and self.pins:
                    after[self.first_person :] = [self._pinned(person) for person in state[self.first_person :]]
                yield Act(verb, who), after
                return

    def _pinned(self, number: int) -> int:
        record = self.record(number)
        flags = PRESENT | PINNED if record.flags & PRESENT else 0
        return self.records.of(record._replace(flags=flags))

    def _deciding(self, state: Packed, cases: list[tuple[Judged, list[int]]]) -> Iterator[Step]:
        section_by_section = self.setting.policy.gate == "section"
        for part, (judged, places) in enumerate(cases):
            text = self.history(state, part)[-1].text
            others = [other.stage for place, (other, _) in enumerate(cases) if place != part]
            reached = NEVER if section_by_section else min(others, default=NEVER)
            for who, _ in self._different(state):
                answers = judged.answers[places[who]]
                for team, stages in answers.approvals.items():
                    if min(stages) <= reached:
                        yield from self._on_any_page(state, who, part, "approve", Choice.APPROVE, team)
                for team in answers.objections:
                    yield from self._on_any_page(state, who, part, "object", Choice.OBJECT, team)
                for team in answers.retractions[:1]:
                    entry = Entry(Choice.RETRACT, team, text, text)
                    yield Act("retract", who, part, team), self._decided(list(state), who, part, entry)
                for team in answers.lifts:
                    yield self._lifted(state, who, part, team, text)

    def _on_any_page(self, state: Packed, who: int, part: int, verb: str, choice: Choice, team: str) -> Iterator[Step]:
        """With the page as it is, or one that was opened when other words stood there."""
        history = self.history(state, part)
        now = history[-1].text
        for shown in sorted({written.text for written in history}):
            try:
                eligible.check_shown(f"{shown}", f"{now}")
            except WorkflowError:
                continue
            entry = Entry(choice, team, now, shown)
            yield Act(verb, who, part, team, shown), self._decided(list(state), who, part, entry)

    def _decided(self, after: list[int], who: int, part: int, entry: Entry) -> list[int]:
        record = self.record(after[self.first_person + who])
        mine = record.parts[part]
        if mine.log[-1:] != (entry,):
            log = (*mine.log, entry)[-1 - self.setting.bounds.remembered :]
            after[self.first_person + who] = self._with(record, part, mine._replace(log=log))
        return after

    def _lifted(self, state: Packed, who: int, part: int, team: str, text: int) -> Step:
        after = list(state)
        for place, number in enumerate(state[self.first_person :]):
            log = self.record(number).parts[part].log
            if log and log[-1].choice is Choice.OBJECT and log[-1].team == team:
                after = self._decided(after, place, part, Entry(Choice.LIFT, team, text, text))
        return Act("lift", who, part, team), after

    def _claiming(self, state: Packed, life: State) -> Iterator[Step]:
        """The class is stated, agreed to or contested."""
        if not self.setting.bounds.classes:
            return
        world = self.unpack(state)
        for who, number in self._different(state):
            for claim in self.classes.acts(world, who):
                verb, action, permission = CLAIMING[claim.said]
                if world.people[who].claim == claim or not self.may(number, life, action, permission):
                    continue
                after = list(state)
                if claim.said is Said.STATE:  # what was said before is about another statement
                    after[self.first_person :] = [self._silent(other) for other in state[self.first_person :]]
                record = self.record(after[self.first_person + who])
                after[self.first_person + who] = self.records.of(record._replace(claim=claim))
                yield Act(verb, who, text=RANK[claim.change]), after

    def _silent(self, number: int) -> int:
        record = self.record(number)
        return number if record.claim is None else self.records.of(record._replace(claim=None))

    def _talking(self, state: Packed, life: State) -> Iterator[Step]:
        """A thread that holds back publication is opened on a section, or closed."""
        if not self.setting.bounds.threads:
            return
        for who, number in enumerate(state[self.first_person :]):
            record = self.record(number)
            if record.flags & PRESENT and self._discusses(record.group, life):
                for part in self.parts:
                    after = list(state)
                    after[3] ^= 1 << part
                    yield Act("block" if after[3] >> part & 1 else "resolve", who, part), after
                return

    def _discusses(self, group: int, life: State) -> bool:
        policy = self.setting.policy
        context = Context(policy.owner_team, life, frozenset(need.team for need in self.rules.needs), policy.other_side)
        return permissions.may(Permission.DISCUSS, actor(self.setting.groups[group]), context)

    def _world(self, state: Packed) -> Iterator[Step]:
        """Somebody leaves, comes, or changes team."""
        if not state[2]:
            return
        for who, number in self._different(state):
            record = self.record(number)
            changes = [("leave", record._replace(flags=record.flags & ~PRESENT))]
            if not record.flags & PRESENT:
                changes = [("join", record._replace(flags=record.flags | PRESENT))]
            for old, new in self.setting.moves:
                if record.flags & PRESENT and record.group == old:
                    changes.append(("move", record._replace(group=new)))
            for verb, changed in changes:
                after = list(state)
                after[2] -= 1
                after[self.first_person + who] = self.records.of(changed)
                yield Act(verb, who, other=changed.group), after

    def _different(self, state: Packed) -> Iterator[tuple[int, int]]:
        """One person of each record: the others can do the same."""
        before = -1
        for who, number in enumerate(state[self.first_person :]):
            if number != before:
                yield who, number
            before = number
