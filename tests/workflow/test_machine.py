"""The machine: laws over the whole table of transitions, and over broken copies of it."""

from itertools import product

import pytest

from workflow import machine
from workflow.errors import PublishedImmutable, WrongState
from workflow.machine import FROZEN, MOVING, TERMINAL, TRANSITIONS, Action, State
from workflow.possible import NEEDS

A, S = Action, State
#: What happens by itself, or to the words and not to the version; later paths have no use case yet.
BY_ITSELF = {A.SUPERSEDE, A.LAPSE, A.HOLD}
LATER = {A.PUBLISH_INTERIM, A.RATIFY}


def reachable(start: State) -> set[State]:
    found, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        fresh = {new for (old, _), new in TRANSITIONS.items() if old is here} - found
        found |= fresh
        waiting += fresh
    return found


def test_every_state_is_reached_from_the_draft() -> None:
    assert reachable(S.DRAFT) == set(State)


def test_every_state_can_come_to_an_end() -> None:
    for state in State:
        assert reachable(state) & TERMINAL


def test_nothing_leads_out_of_an_end_and_every_other_state_has_a_way_on() -> None:
    assert {old for old, _ in TRANSITIONS} == set(State) - TERMINAL


def test_no_text_that_readers_had_becomes_editable_again() -> None:
    for state in FROZEN:
        assert not reachable(state) & MOVING


def test_only_a_draft_is_edited() -> None:
    assert {old for old, action in TRANSITIONS if action is A.EDIT} == {S.DRAFT}


def test_every_living_version_can_be_withdrawn() -> None:
    assert {old for old, action in TRANSITIONS if action is A.WITHDRAW} == set(State) - TERMINAL


def test_every_action_occurs() -> None:
    assert {action for _, action in TRANSITIONS} == set(Action)


def test_the_states_that_move_and_those_that_stand_are_apart() -> None:
    assert not FROZEN & MOVING
    assert FROZEN | MOVING | {S.WITHDRAWN} == set(State)


def test_every_action_that_people_take_needs_a_permission() -> None:
    assert set(NEEDS) >= set(Action) - BY_ITSELF - LATER


@pytest.mark.parametrize(("state", "action"), list(product(State, Action)))
def test_an_action_leads_where_the_table_says_and_nowhere_else(state: State, action: Action) -> None:
    if machine.possible(state, action):
        assert machine.advance(state, action) is TRANSITIONS[state, action]
        return
    with pytest.raises(WrongState) as refusal:
        machine.advance(state, action)
    assert (refusal.value.facts["state"], refusal.value.facts["action"]) == (state, action)
    assert isinstance(refusal.value, PublishedImmutable) is (
        action in (A.EDIT, A.SUGGEST, A.RESOLVE) and state in FROZEN
    )


def test_pairs_of_states_are_those_that_some_action_joins() -> None:
    assert machine.state_changes() == {(old, new) for (old, _), new in TRANSITIONS.items() if old != new}


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({key: new for key, new in TRANSITIONS.items() if new is not S.LAPSED}, "never reached"),
        ({**TRANSITIONS, (S.WITHDRAWN, A.REOPEN): S.DRAFT}, "way out"),
        ({**TRANSITIONS, (S.PUBLISHED, A.REOPEN): S.DRAFT}, "edited again"),
    ],
    ids=["an unreachable state", "a way out of an end", "a published text reopened"],
)
def test_a_broken_table_is_refused_when_it_is_loaded(broken: dict[tuple[State, Action], State], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        machine._check(broken)
