"""The step engine as it was corrected: what is faster finds the very same."""

from hypothesis import given
from hypothesis import strategies as st
from prosemirror.model import Fragment

from guidelines import corrections, steps
from tests.builders import doc, p


@given(st.lists(st.integers(0, 3), min_size=1, max_size=3 * corrections.MANY), st.data())
def test_every_position_of_a_long_text_is_found_in_the_child_that_counting_finds(
    lengths: list[int], data: st.DataObject
) -> None:
    content = steps.tree_of(doc(*(p("x" * length, id=f"b{place}") for place, length in enumerate(lengths)))).content
    for _ in range(3):
        for position in range(content.size + 1):
            assert content.find_index(position) == corrections._find_index(content, position)
        other = steps.tree_of(doc(p("y" * data.draw(st.integers(0, 5))))).content.content[0]
        content = content.replace_child(data.draw(st.integers(0, len(lengths) - 1)), other)
        assert content.size == Fragment(content.content).size
