"""Breadth first through every state that people can bring a version into, so that the first fault is a shortest one."""

import time
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from workflow.machine import FROZEN, State
from workflow.proof.invariants import Broken, Ghost, can_withdraw
from workflow.proof.model import LIVES, Setting, initial
from workflow.proof.steps import REVIEWING, Act, Packed, Steps
from workflow.proof.views import Judged

READY, HOPELESS, REVIEW, CALM = 1, 2, 4, 8
PUBLISHED: Final = LIVES.index(State.PUBLISHED)
SCHEDULED: Final = LIVES.index(State.SCHEDULED)


@dataclass(slots=True)
class Fault:
    """Something that must not be, with the shortest way to it: an index of the search."""

    broken: Broken
    at: int


@dataclass(eq=False)
class Search:
    """A search that was done: its states in the order in which they were found, and what was wrong in them."""

    steps: Steps
    states: list[Packed] = field(default_factory=list)
    parents: "array[int]" = field(default_factory=lambda: array("l"))
    marks: bytearray = field(default_factory=bytearray)
    transitions: int = 0
    seconds: float = 0.0
    complete: bool = True
    faults: list[Fault] = field(default_factory=list)
    #: States in which nobody is left who could approve, found by the rules; the first of each kind.
    dead_ends: list[Fault] = field(default_factory=list)
    publications: int = 0

    def path(self, at: int) -> list[Packed]:
        """The states on the shortest way."""
        way = [at]
        while self.parents[way[-1]] >= 0:
            way.append(self.parents[way[-1]])
        return [self.states[place] for place in reversed(way)]


def explore(setting: Setting, *, until_fault: bool = False) -> Search:
    """Visits every state within the bounds; with `until_fault`, stops at the first thing wrong in a publication."""
    began = time.process_time()
    search = Search(Steps(setting))
    _visit(search, setting, until_fault)
    search.seconds = time.process_time() - began
    return search


@dataclass(slots=True)
class _Edges:
    """Which state of a review leads to which by deciding alone."""

    sources: "array[int]" = field(default_factory=lambda: array("l"))
    targets: "array[int]" = field(default_factory=lambda: array("l"))


def _visit(search: Search, setting: Setting, until_fault: bool) -> None:
    steps, ghost, edges = search.steps, Ghost(setting), _Edges()
    known: dict[Packed, int] = {}
    _add(search, known, steps.pack(initial(setting)), -1)
    at = 0
    while at < len(search.states):
        state = search.states[at]
        cases = steps.cases(state)
        search.marks.append(_mark(search, steps, state, cases, at))
        if state[0] == SCHEDULED and not steps.is_ready(state, cases):
            search.faults.append(Fault(Broken("scheduled_unmet"), at))
        verbs = set()
        for act, step in steps.steps(state, cases):
            search.transitions += 1
            after = steps.canonical(step)
            verbs.add(act.verb)
            place = known.get(after)
            if place is None:
                place = _add(search, known, after, at)
                if after[0] in (PUBLISHED, SCHEDULED) and state[0] != after[0]:
                    _judge(search, ghost, steps, after, place)
            _still(search, state, act, place)
            if act.verb in REVIEWING and LIVES[state[0]] is State.IN_REVIEW:
                edges.sources.append(at)
                edges.targets.append(place)
        _leave(search, setting, state, verbs, at)
        at += 1
        if until_fault and search.faults:
            return
        if len(search.states) > setting.bounds.most_states:
            search.complete = False
            return
    search.faults += _disagreements(search, edges)


def _add(search: Search, known: dict[Packed, int], state: Packed, parent: int) -> int:
    place = known[state] = len(search.states)
    search.states.append(state)
    search.parents.append(parent)
    return place


def _mark(search: Search, steps: Steps, state: Packed, cases: list[tuple[Judged, list[int]]], at: int) -> int:
    if LIVES[state[0]] is not State.IN_REVIEW:
        return 0
    mark = REVIEW
    if steps.is_ready(state, cases):
        mark |= READY
    hopeless = [(part, line) for part, (judged, _) in enumerate(cases) for line in judged.hopeless]
    if hopeless:
        mark |= HOPELESS
        part, line = hopeless[0]
        if len(search.dead_ends) < 1:
            search.dead_ends.append(Fault(Broken("nobody_can", part, line.team, line.requirement), at))
    return mark


def _judge(search: Search, ghost: Ghost, steps: Steps, state: Packed, place: int) -> None:
    search.publications += state[0] == PUBLISHED
    for broken in ghost.published(steps.unpack(state)):
        search.faults.append(Fault(broken, place))


def _still(search: Search, state: Packed, act: Act, place: int) -> None:
    """What readers have is never written on again."""
    if LIVES[state[0]] in FROZEN and act.verb in ("edit", "restore", "retype"):
        search.faults.append(Fault(Broken("published_changed", act.part), place))


def _leave(search: Search, setting: Setting, state: Packed, verbs: set[str], at: int) -> None:
    """Whoever publishes for the owner can always end a version that is under way."""
    stuck = LIVES[state[0]] in (State.DRAFT, State.IN_REVIEW, State.SCHEDULED) and "withdraw" not in verbs
    if stuck and can_withdraw(setting, search.steps.unpack(state)):
        search.faults.append(Fault(Broken("cannot_withdraw"), at))


def _disagreements(search: Search, edges: _Edges) -> Iterator[Fault]:
    """Where "nobody can" is not what following every decision shows: a dead end untold, or one told that is none."""
    before: dict[int, list[int]] = {}
    for source, target in zip(edges.sources, edges.targets, strict=True):
        before.setdefault(target, []).append(source)
    waiting = [at for at, mark in enumerate(search.marks) if mark & READY]
    reached = set(waiting)
    while waiting:
        for source in before.get(waiting.pop(), ()):
            if source not in reached:
                reached.add(source)
                waiting.append(source)
    for at, mark in enumerate(search.marks):
        if not mark & REVIEW or search.steps.unchanged(search.states[at]):
            continue
        if bool(mark & HOPELESS) is (at in reached):
            yield Fault(Broken("dead_end_untold" if at not in reached else "dead_end_imagined"), at)
            return
