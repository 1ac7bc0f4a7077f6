"""The proof of policies: the shipped ones are sound, and every broken rule of the product is caught with a story."""

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workflow.coverage
import workflow.eligible
import workflow.facts
import workflow.machine
import workflow.outstanding
import workflow.permissions
import workflow.policy
from guidelines.people import Actor, Role
from tests.workflow.broken_rules import (
    BOTH,
    COMMS,
    DPO,
    EVERYBODY,
    HEAD,
    LEGAL,
    NAMED,
    PAIR,
    STANDARD,
    TAGGED,
    TWICE,
    VARIANTS,
    WITH_DPO,
    any_words,
    small,
)
from tests.workflow.test_outstanding import any_facts, need, only, policy
from workflow.errors import WorkflowError
from workflow.facts import Choice, VersionFacts
from workflow.outstanding import open_stage, outstanding
from workflow.policy import Policy, shipped
from workflow.proof import people, views
from workflow.proof.explore import HOPELESS, READY, REVIEW, Search, explore
from workflow.proof.model import Bounds, Part, Setting
from workflow.proof.report import check
from workflow.proof.story import story
from workflow.proof.views import NEVER

SOAK = bool(os.environ.get("CHARTE_SOAK"))


def settings_of(rules: Policy, bounds: Bounds, *, leavers: int = 0, newcomers: bool = False) -> list[Setting]:
    company = people.supposed(rules, leavers=leavers)
    return [people.setting(rules, company, case, bounds, newcomers=newcomers) for case in people.cases(rules)]


def setting_of(rules: Policy, bounds: Bounds, **more: Any) -> Setting:
    return settings_of(rules, bounds, **more)[0]


# The shipped policies, each with bounds that visit what is particular to it.

RUNS: dict[str, tuple[str, Bounds, dict[str, Any]]] = {
    "standard, two changes": ("standard", Bounds(edits=2), {}),
    "standard, a first edition": ("standard", Bounds(edits=1, first_edition=True), {}),
    "standard, somebody leaves": ("standard", Bounds(edits=2, events=1, remembered=0), {}),
    "standard, somebody comes": ("standard", Bounds(edits=1, events=1, remembered=0), {"newcomers": True}),
    "standard, objections and threads": ("standard", Bounds(edits=1, objections=True, threads=True, remembered=0), {}),
    "charter, one change": ("social-media-charter", Bounds(edits=1, remembered=0), {}),
    "charter, somebody leaves": ("social-media-charter", Bounds(edits=1, events=1, remembered=0), {}),
    "crisis, two changes": ("crisis", Bounds(edits=2, remembered=0), {}),
    "crisis, somebody leaves": ("crisis", Bounds(edits=2, events=1, remembered=0), {}),
    "standard, a day is set": ("standard", Bounds(edits=1, events=1, days=True, objections=True, remembered=0), {}),
    "light, two changes": ("light", Bounds(edits=2), {}),
    "light, the class agreed on": ("light", Bounds(edits=1, classes=True, kinds=(0, 1, 2), remembered=0), {}),
}
LONG_RUNS: dict[str, tuple[str, Bounds, dict[str, Any]]] = {
    "standard, three changes": ("standard", Bounds(edits=3, remembered=0), {}),
    "standard, two leave": ("standard", Bounds(edits=2, events=2, remembered=0), {"leavers": 1}),
    "standard, everything": ("standard", Bounds(edits=1, events=1, objections=True, threads=True), {}),
    "charter, two changes": ("social-media-charter", Bounds(edits=2, remembered=0), {}),
    "light, the class of two changes": ("light", Bounds(edits=2, classes=True, kinds=(0, 2), remembered=0), {}),
    "crisis, more memory": ("crisis", Bounds(edits=2), {}),
}
if SOAK:
    RUNS.update(LONG_RUNS)


@pytest.mark.soak
@pytest.mark.parametrize("name", RUNS)
def test_a_shipped_policy_is_proved(name: str, record_property: Callable[[str, object], None]) -> None:
    which, bounds, more = RUNS[name]
    for setting in settings_of(shipped()[which], bounds, **more):
        found = explore(setting)
        assert found.faults == []
        assert found.complete
        assert found.publications
        VISITED[name] = len(found.states)
        record_property("states", len(found.states))


VISITED: dict[str, int] = {}


def test_at_least_a_hundred_thousand_states_were_visited() -> None:
    """After the runs above, which pytest keeps in this order and in one process."""
    if set(VISITED) == set(RUNS):
        assert sum(VISITED.values()) >= 100_000


def test_every_shipped_policy_is_among_the_runs() -> None:
    assert {which for which, _, _ in RUNS.values()} == set(shipped())


def test_nothing_of_the_search_depends_on_chance() -> None:
    setting = setting_of(shipped()["standard"], Bounds(edits=1, first_edition=True))
    assert explore(setting).states == explore(setting).states


# What the search takes for granted, as laws.


@settings(max_examples=150, deadline=None)
@given(any_facts())
def test_only_the_last_decision_of_each_person_on_a_section_matters(found: VersionFacts) -> None:
    for part in found.slices:
        naming = [one for one in found.decisions if part.id in one.hashes]
        newest = {one.principal: one.seq for one in naming if one.choice is not Choice.LIFT}
        kept = tuple(one for one in naming if one.choice is Choice.LIFT or newest[one.principal] == one.seq)
        fewer = replace(found, decisions=kept)
        assert workflow.coverage.latest(fewer, part.id) == workflow.coverage.latest(found, part.id)


@settings(max_examples=150, deadline=None)
@given(any_facts(), st.sampled_from(["comms", "legal", "dpo"]))
def test_who_may_sign_a_section_follows_from_the_section_and_the_stages_of_the_others(
    found: VersionFacts, team: str
) -> None:
    entries = workflow.eligible.entries_of(team, found)
    for name in sorted(found.members[team]) if entries else ():
        actor = Actor(name, name, memberships=frozenset({(Role.REVIEWER, team)}))
        for part in workflow.eligible.asked_of(entries, found):
            others = [open_stage(only(found, other)) for other in found.slices if other.id != part.id]
            reached = min([NEVER if stage is None else stage for stage in others], default=NEVER)
            if found.policy.gate == "section":
                reached = NEVER
            alone = [
                stage
                for stage, requirement in entries
                if _signs(actor, [(stage, requirement)], only(found, part), part.id)
            ]
            assert _signs(actor, entries, found, part.id) is (min(alone, default=NEVER + 1) <= reached)


def _signs(actor: Actor, entries: Any, found: VersionFacts, part: str) -> bool:
    try:
        return bool(workflow.eligible.slices_to_sign(actor, entries, found, [part]))
    except WorkflowError:
        return False


# Broken rules: each is caught, by the shortest way.


def first_fault(found: Search) -> tuple[str, int]:
    """The code of the first fault, and how many acts lead to it."""
    fault = min(found.faults, key=lambda one: len(found.path(one.at)))
    return fault.broken.code, len(found.path(fault.at)) - 1


@pytest.mark.parametrize("name", VARIANTS)
def test_a_broken_rule_is_caught_by_a_shortest_story_and_the_right_one_holds(name: str) -> None:
    variant = VARIANTS[name]
    bounds = replace(variant.setting.bounds, most_states=2000)
    assert explore(replace(variant.setting, bounds=bounds)).faults == []
    with pytest.MonkeyPatch.context() as patch:
        variant.breaks(patch)
        found = explore(variant.setting, until_fault=True)
    assert first_fault(found) == (variant.code, variant.acts)


# Broken policies: each is refused, with the story that speaks against it.


def test_at_least_thirty_five_broken_rules_are_caught() -> None:
    assert len(VARIANTS) >= 35


REFUSED: dict[str, tuple[Policy, str, list[str]]] = {
    "the owner team alone": (
        policy([need("comms")]), "one_side", ["edit", "submit", "approve", "publish"],
    ),
    "the other side for tagged sections only": (
        policy([need("comms"), need("legal", scope="tag:data")]),
        "one_side",
        ["edit", "submit", "approve", "publish"],
    ),
    "the other side for one language only": (
        policy([need("comms"), need("legal", when={"languages": ["fr"]})]),
        "one_side",
        ["edit", "submit", "approve", "publish"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_broken_policy_is_refused_with_its_story(name: str) -> None:
    rules, code, verbs = REFUSED[name]
    found = check(rules)
    assert not found.sound
    assert found.counter is not None
    assert (found.counter.broken.code, [act.verb for act in found.counter.acts]) == (code, verbs)


def test_a_policy_that_more_people_must_sign_than_there_are_is_refused_with_its_story() -> None:
    company = people.supposed(STANDARD)
    found = check(policy([need("comms"), need("legal", quorum=3)]), company)
    assert [finding.code for finding in found.findings] == ["team_too_small", "no_distinct_people"]
    assert found.counter is not None
    assert (found.counter.broken.code, found.counter.broken.team) == ("nobody_can", "legal")
    assert [act.verb for act in found.counter.acts] == ["edit", "submit"]


def test_one_person_for_both_sides_is_refused_with_its_story() -> None:
    both = Actor("nora", "", memberships=BOTH.memberships | COMMS.memberships)
    found = check(STANDARD, people.Organisation(frozenset({"comms", "legal", "on-call"}), (both,)))
    assert not found.sound
    assert found.counter is not None
    assert found.counter.broken.code == "nobody_can"


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_shipped_policy_is_sound(name: str) -> None:
    found = check(shipped()[name])
    assert (found.sound, found.complete, found.counter) == (True, True, None)


def test_people_keep_their_names_through_a_story() -> None:
    """Claire changes the text and sends it; Louis, then Chloé approve; whoever publishes was there before."""
    with pytest.MonkeyPatch.context() as patch:
        any_words(patch)
        found = explore(small(), until_fault=True)
        acts = story(found, found.faults[0].at)
    assert len(acts) == 8
    assert [acts[0].verb, acts[-1].verb] == ["edit", "publish"]
    signers = {act.team: act.who for act in acts if act.verb == "approve"}
    writers = {act.who for act in acts if act.verb == "edit"}
    assert len(set(signers.values())) == 2
    assert not writers & set(signers.values())
    assert all(act.teams == ("comms",) for act in acts if act.who == signers["comms"])


# Companies in which rules have been wrong: people of two teams, named ones, such as come, leave or change team.

SHAPES: dict[str, Setting] = {
    "somebody changes team": replace(small(edits=1, events=1, objections=True), moves=((1, 0), (0, 1))),
    "all of a team, and somebody joins it": replace(small(EVERYBODY, edits=1, events=1, objections=True), absent=(1,)),
    "objections, threads and a departure": small(edits=1, events=1, objections=True, threads=True),
    "people of both teams": small(groups=(COMMS, LEGAL, BOTH), persons=(0, 1, 2, 2), edits=1, events=1),
    "people of both teams as a second pair": small(PAIR, (COMMS, LEGAL, BOTH), (0, 1, 2), edits=1, events=1),
    "a team that is asked twice": small(TWICE, parts=(Part("s1"), Part("outline")), edits=1, events=1),
    "somebody named": small(NAMED, (COMMS, LEGAL, HEAD), (0, 0, 1, 2), edits=1, events=1),
}


@pytest.mark.parametrize("name", SHAPES)
def test_the_rules_hold_in_a_company_of_this_shape(name: str) -> None:
    found = explore(SHAPES[name])
    assert (found.faults, found.complete) == ([], True)
    assert found.publications


def test_a_search_that_stops_at_its_bound_says_so() -> None:
    assert not explore(small(most_states=100)).complete


def test_the_marks_of_a_search_are_what_the_whole_rules_say_of_whole_versions() -> None:
    """Section by section, as the search asks, against all sections at once, as the product does."""
    setting = small(WITH_DPO, (COMMS, LEGAL, DPO), (0, 0, 1, 2), TAGGED, edits=1)
    found = explore(setting)
    for state, mark in zip(found.states, found.marks, strict=True):
        if mark & REVIEW:
            world = found.steps.unpack(state)
            lines = [line for line in outstanding(whole(found, world)) if line.slice_id]
            assert bool(mark & READY) is (not lines)
            assert bool(mark & HOPELESS) is any(workflow.outstanding.is_hopeless(line) for line in lines)


def whole(found: Search, world: Any) -> VersionFacts:
    """The facts of a whole version, people by their place."""
    rules, parts = found.steps.rules, range(len(world.histories))
    kept = world.text(len(parts) - 1) == 0
    cases = [
        views.Case(
            part, world.histories[part], world.blocked[part], kept,
            tuple(views.View(one.group, one.flags, one.parts[part]) for one in world.people),
        )
        for part in parts
    ]  # fmt: skip
    return rules.facts(cases)
