"""How far two lists agree: the very numbers that a loop from either end finds."""

from hypothesis import given
from hypothesis import strategies as st

from guidelines.ends import FIRST, same_ends

ITEMS = st.lists(st.sampled_from("ab"), max_size=5 * FIRST)


def by_a_loop(before: list[str], after: list[str]) -> tuple[int, int]:
    most = min(len(before), len(after))
    start = next((place for place in range(most) if before[place] != after[place]), most)
    most -= start
    return start, next((place for place in range(most) if before[-1 - place] != after[-1 - place]), most)


@given(ITEMS, ITEMS)
def test_any_two_lists_agree_as_far_as_a_loop_finds(before: list[str], after: list[str]) -> None:
    assert same_ends(before, after) == by_a_loop(before, after)


@given(ITEMS, st.integers(0, 200), st.integers(0, 40), st.lists(st.sampled_from("ab"), max_size=3))
def test_a_list_and_itself_with_a_stretch_replaced_agree_so_too(
    before: list[str], place: int, length: int, put: list[str]
) -> None:
    after = [*before[:place], *put, *before[place + length :]]
    assert same_ends(before, after) == by_a_loop(before, after)
    assert same_ends(tuple(before), tuple(after)) == by_a_loop(before, after)
