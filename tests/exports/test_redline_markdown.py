"""A comparison as Markdown: what did not change looks as it did, and taking one side out gives back the other text."""

import re

from hypothesis import assume, given
from hypothesis import strategies as st

from exports.markdown_reader import read_markdown
from exports.redline import write_redline
from guidelines.redline import redline


def compared(old: str, new: str) -> str:
    before, after = read_markdown(old), read_markdown(new)
    return write_redline(redline(before, after), after, "md", language="en").decode()


KEPT = (
    "# One *it*\n\n-   a **b**\n\n    1.  [c](<https://x.example>)\n\n> said\n\n"
    "| h | i |\n| --- | --- |\n| ~~j~~ | k |\n"
)


def test_what_did_not_change_is_written_as_it_was() -> None:
    assert compared(KEPT, KEPT) == KEPT


def test_a_changed_word_stands_in_its_item_cell_and_mark() -> None:
    said = compared(KEPT, KEPT.replace("| k |", "| l |").replace("a **b**", "a **b** more"))
    assert "| ~~j~~ | <del>k</del><ins>l</ins> |" in said
    assert "-   a **b**<ins> more</ins>\n" in said


def test_a_moved_block_is_said_to_have_moved() -> None:
    first, second = "The first of two long paragraphs, here.", "Quite another text stands in the second one."
    third = "And the third says what neither of them says."
    said = compared(f"{first}\n\n{second}\n\n{third}", f"{second}\n\n{third}\n\n{first}")
    assert "*Moved here, not reworded*" in said
    assert "*Moved elsewhere*" in said


def test_changed_code_is_shown_line_by_line() -> None:
    said = compared("```python\na = 1\nb = 2\n```", "```python\na = 1\nb = 3\n```")
    assert said == "```diff\n  a = 1\n- b = 2\n+ b = 3\n```\n"


LINES = st.lists(
    st.lists(st.sampled_from("ask first then write publish never".split()), min_size=1, max_size=6).map(" ".join),
    min_size=1,
    max_size=5,
)


@given(old=LINES, new=LINES)
def test_without_either_mark_the_other_text_comes_back(old: list[str], new: list[str]) -> None:
    said = compared("\n\n".join(old), "\n\n".join(new))
    assume("*Moved" not in said)
    gone, came = (re.sub(rf"<{tag}>.*?</{tag}>", "", said) for tag in ("ins", "del"))
    for text, wanted in ((gone, old), (came, new)):
        assert re.sub(r"</?(ins|del)>", "", text).split() == " ".join(wanted).split()
