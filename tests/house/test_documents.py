"""Documents that are drawn from the code, or speak its words, are current."""

import re
from pathlib import Path

import pytest

from workflow import diagram
from workflow.machine import State

DOCS = Path(__file__).parents[2] / "docs"
#: The words of the house that a newcomer must find explained.
WORDS = (
    "Guideline", "Version", "Document", "Step", "Revision", "Section", "Outline", "Anchor words", "Thread", "Comment",
    "Suggestion", "Redline", "State", "Action", "Approval policy", "Stage", "Requirement", "Sign-off", "Outstanding",
    "Publication", "Acknowledgement", "Event",
)  # fmt: skip


def test_the_committed_life_of_a_version_is_the_machines() -> None:
    page = (DOCS / "diagrams" / diagram.NAME).read_text("utf-8")
    assert page == diagram.life_of_a_version(), "run `make diagrams`"


def test_the_diagram_shows_every_state(tmp_path: Path) -> None:
    assert diagram.main([str(tmp_path)]) == 0
    drawn = (tmp_path / diagram.NAME).read_text("utf-8")
    assert {state for state in State if re.search(rf"(--> |^    ){state}\b", drawn, re.MULTILINE)} == set(State)


def test_the_diagram_needs_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert diagram.main([]) == 2
    assert "FOLDER" in capsys.readouterr().err


@pytest.mark.parametrize("word", WORDS)
def test_the_glossary_explains_the_words_of_the_house(word: str) -> None:
    glossary = (DOCS / "glossary.md").read_text("utf-8")
    assert re.search(rf"^\| \*\*[^|]*{re.escape(word)}[^|]*\*\* \|", glossary, re.MULTILINE | re.IGNORECASE)
