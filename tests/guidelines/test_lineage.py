"""Lineage: loop erasure, whose words they are, and that nobody is freed of words by having them undone and redone."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from guidelines.lineage import Change, contributors, loop_erased

NAMES = st.frozensets(st.sampled_from(["aicha", "julie", "samuel"]), min_size=1, max_size=2)
HISTORIES = st.lists(st.builds(Change, st.sampled_from("abcd"), NAMES, st.booleans()), min_size=1, max_size=12)


def hashes(history: list[Change]) -> list[str]:
    return [change.hash for change in history]


@given(HISTORIES)
def test_what_is_left_has_no_loop_and_leads_from_the_same_start_to_the_same_end(history: list[Change]) -> None:
    path = hashes(loop_erased(history))
    assert len(path) == len(set(path))
    assert (path[0], path[-1]) == (history[0].hash, history[-1].hash)


@given(HISTORIES)
def test_each_step_left_was_a_step_of_the_history(history: list[Change]) -> None:
    taken = {(one.hash, two.hash) for one, two in pairwise(history)}
    path = loop_erased(history)
    assert all((one.hash, two.hash) in taken for one, two in pairwise(path))


@given(HISTORIES)
def test_erasing_twice_erases_nothing_more(history: list[Change]) -> None:
    once = loop_erased(history)
    assert loop_erased(once) == once


@given(HISTORIES)
def test_only_those_who_changed_something_contribute(history: list[Change]) -> None:
    assert contributors(history) <= frozenset(name for change in history for name in change.authors)


@given(HISTORIES, st.lists(st.builds(Change, st.sampled_from("wxyz"), NAMES), max_size=4), NAMES)
def test_a_detour_that_is_undone_changes_nobody(
    history: list[Change], detour: list[Change], who: frozenset[str]
) -> None:
    there_and_back = [*history, *detour, Change(history[-1].hash, who)]
    assert contributors(there_and_back) == contributors(history)


@given(HISTORIES, st.lists(st.builds(Change, st.sampled_from("wxyz"), NAMES), max_size=3), NAMES, st.booleans())
def test_words_that_were_undone_bring_their_writers_back(
    history: list[Change], between: list[Change], who: frozenset[str], restored: bool
) -> None:
    """From a to b, back to a, and to b again by whatever way: who made b the first time is among its makers."""
    first = [*history, Change("new", who)]
    again = [*first, Change(history[0].hash, who), *between, Change("new", frozenset({"ines"}), restored)]
    assert contributors(first) <= contributors(again)


def test_who_restores_earlier_words_did_not_write_them() -> None:
    history = [Change("a"), Change("b", frozenset({"julie"})), Change("a", frozenset({"samuel"}))]
    restored = [*history, Change("b", frozenset({"aicha"}), restored=True)]
    retyped = [*history, Change("b", frozenset({"aicha"}))]
    assert contributors(restored) == {"julie"}
    assert contributors(retyped) == {"julie", "aicha"}
