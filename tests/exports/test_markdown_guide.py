"""The guide to Markdown says what the product does: each of its examples is read, written and warned about as shown."""

import re
from pathlib import Path

import pytest

from api.files import WARNINGS
from exports.markdown import write_markdown
from exports.markdown_reader import read_with_warnings

GUIDE = Path(__file__).parents[2] / "docs" / "markdown.md"
FENCE = "`" * 5
EXAMPLE = re.compile(
    rf"{FENCE}markdown\n(.*?)\n{FENCE}\n\nis written as\n\n{FENCE}markdown\n(.*?){FENCE}\n"
    rf"(?:\nwith\n\n{FENCE}text\n(.*?){FENCE}\n)?",
    re.DOTALL,
)
EXAMPLES = EXAMPLE.findall(GUIDE.read_text("utf-8"))


def test_every_section_about_what_is_understood_has_an_example() -> None:
    text = GUIDE.read_text("utf-8")
    understood = text[: text.index("## What Markdown does not say")]
    assert len(EXAMPLES) == EXAMPLE.sub("", understood).count("\n## ") > 10
    assert text.count(f"{FENCE}markdown") == 2 * len(EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example[0][:20])
def test_an_example_is_written_as_the_guide_says(example: tuple[str, str, str]) -> None:
    source, written, warned = example
    document, warnings = read_with_warnings(source)
    assert write_markdown(document) == written
    assert [WARNINGS[warning.code].format(**warning.facts) for warning in warnings] == warned.splitlines()
    assert write_markdown(read_with_warnings(written)[0]) == written
