"""Two and five people in browsers at once: no words are lost, whatever happens to cable, server, tab or role.

They type truly at the same time: each page has a clock of its own that gives its editor a letter at a time, as the
browser does for a key.
"""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlmodel import select

from api import people
from api.database import make_engine, transaction
from guidelines.document import plain_text
from guidelines.people import Role
from guidelines.tables import Person
from tests import served
from tests.editor.conftest import AICHA, HELD, SAMUEL, Draft, Window, made
from tests.editor.test_closed_tabs import close_tab, open_tab
from tests.editor.test_suggesting import cards, submitted

JULIE, MARC, CAMILLE = "Julie Roche", "Marc Petit", "Camille Diop"
LEGAL = [(Role.REVIEWER, "legal")]
COMPANY = {
    AICHA: ("en", HELD), SAMUEL: ("fr", [*HELD, (Role.ADMIN, "")]), CAMILLE: ("en", HELD),
    JULIE: ("fr", LEGAL), MARC: ("en", LEGAL),
}  # fmt: skip
Eventually = Callable[[Callable[[], bool]], None]

TYPING = """([words, pause]) => {
  window.typing = (async () => {
    for (const letter of words) {
      document.execCommand("insertText", false, letter);
      await new Promise(go => setTimeout(go, pause));
    }
  })();
}"""
LOCKED = """() => {
  const text = document.querySelector(".ProseMirror");
  window.locked = new Promise(go => {
    new MutationObserver(() => text.getAttribute("contenteditable") === "false" && go(Date.now()))
      .observe(text, { attributes: true });
  });
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[served.Served]:
    """A real Charte with five people of two teams."""
    with served.charte(tmp_path_factory.mktemp("together"), COMPANY) as running:
        yield running


def types(window: Window, after: str, words: str, pause: int = 30) -> None:
    """Begins to type behind these words, and goes on while the test does something else."""
    window.caret(after)
    window.page.evaluate(TYPING, [words, pause])


def has_typed(*windows: Window) -> None:
    for window in windows:
        window.page.evaluate("window.typing")


def alike(eventually: Eventually, draft: Draft, *windows: Window) -> list[str]:
    """Every window shows the text that is on disk: its lines."""
    for window in windows:
        window.is_saved()
    eventually(lambda: all(window.words == plain_text(draft.stored()) for window in windows))
    return windows[0].words.split("\n")


def test_five_who_type_at_once_in_one_paragraph_and_elsewhere_have_all_their_words_in_one_text(
    draft: Draft, eventually: Eventually
) -> None:
    aicha, samuel, camille, julie, marc = windows = [draft.open(name) for name in COMPANY]
    places = {
        aicha: ("Ask", " (the press office, day and night)"),
        samuel: ("first", " and always, whatever the hour is"),
        camille: (", then", " and only then, when it has answered,"),
        julie: ("Written", ", dated and signed, if need be late,"),
        marc: ("Last line.", " And one more for good measure, at once."),
    }
    for window, (after, words) in places.items():
        types(window, after, words)
    has_typed(*windows)
    assert alike(eventually, draft, *windows) == [
        "Speaking",
        "Ask (the press office, day and night) first and always, whatever the hour is, then and only then, "
        "when it has answered, speak.",
        "Write down what you said.",
        "Pictures",
        "Written, dated and signed, if need be late, consent.",
        "Last line. And one more for good measure, at once.",
    ]
    expect(aicha.page.locator("#present .avatar")).to_have_count(5)


def test_five_who_type_at_the_very_same_place_lose_no_letter(draft: Draft, eventually: Eventually) -> None:
    windows = [draft.open(name) for name in COMPANY]
    for window, letter in zip(windows, "abcde", strict=True):
        window.caret("Last line.")
        window.page.evaluate(TYPING, [letter * 25, 20])
    has_typed(*windows)
    last = alike(eventually, draft, *windows)[-1]
    assert last.startswith("Last line.")
    assert sorted(last.removeprefix("Last line.")) == sorted("abcde" * 25)


def test_legal_goes_from_the_review_to_the_text_suggests_and_comms_accepts(
    draft: Draft, eventually: Eventually
) -> None:
    aicha, julie = draft.open(AICHA), draft.open(JULIE, "fr")
    submitted(draft)
    julie.page.goto(f"{draft.server.url}/fr/versions/{draft.version_id}/review")
    section = julie.page.locator("section").filter(has_text="Written consent.")
    section.get_by_role("link", name="Proposer une rédaction").click()
    julie.is_saved()
    expect(julie.page.locator("#state-notice")).to_contain_text("l’équipe Communication tranche")
    assert julie.page.evaluate("getSelection().anchorNode.textContent") == "Pictures"
    julie.select("consent")
    julie.type("and dated consent")
    julie.is_saved()
    cards(aicha.page).get_by_role("button", name="Accept").click()
    expect(cards(aicha.page)).to_have_count(0)
    eventually(lambda: "Written and dated consent." in plain_text(draft.stored()))
    julie.page.locator("#state-acts").get_by_role("link", name="Revenir à la relecture").click()
    expect(julie.page.locator("article").first).to_contain_text("Written and dated consent.")


def test_a_pulled_cable_loses_nobodys_words(draft: Draft, eventually: Eventually) -> None:
    aicha, samuel = draft.open(AICHA), draft.open(SAMUEL, "fr")
    types(aicha, "Ask first", " of all, whoever may be there,")
    types(samuel, "Last line.", " Ou pas, selon la saison et l’heure.")
    samuel.context.set_offline(True)
    expect(samuel.page.locator("#saved[data-state=offline]")).to_be_visible()
    bar = samuel.page.locator(".offline-bar")
    expect(bar).to_contain_text("Continuez d’écrire")
    assert re.match("Hors ligne depuis \\d+\u00a0h(\u00a0\\d\\d)?\\.", bar.inner_text())
    has_typed(aicha, samuel)
    samuel.context.set_offline(False)
    lines = alike(eventually, draft, aicha, samuel)
    assert lines[1] == "Ask first of all, whoever may be there,, then speak."
    assert lines[-1] == "Last line. Ou pas, selon la saison et l’heure."


def test_a_server_killed_while_two_type_loses_and_doubles_nothing(browser: Browser, tmp_path: Path) -> None:
    with served.charte(tmp_path, COMPANY) as first:
        draft = made(browser, first, "1")
        aicha, julie = draft.open(AICHA), draft.open(JULIE)
        types(aicha, "then speak", " " + "".join(f"a{number} " for number in range(40)), 50)
        types(julie, "Last line.", " " + "".join(f"j{number} " for number in range(40)), 50)
        aicha.page.wait_for_timeout(1_000)
        os.killpg(first.process.pid, signal.SIGKILL)
        first.process.wait()
        with served.serve(tmp_path, first.database_url, int(first.url.rpartition(":")[2])):
            has_typed(aicha, julie)
            aicha.is_saved()
            julie.is_saved()
            said = plain_text(draft.stored())
            for window in (aicha, julie):
                expect(window.page.locator("#editor-notice .notice")).to_have_count(0)
                window.page.wait_for_function(
                    "said => document.querySelector('.ProseMirror').innerText.includes('a39')"
                )
            aicha.page.wait_for_timeout(500)
            assert aicha.words == julie.words == said
            assert "then speak " + "".join(f"a{number} " for number in range(40)) + "." in said
            assert said.endswith("Last line. " + "".join(f"j{number} " for number in range(40)))
            draft.end()  # the consoles say, rightly, that the server was gone


def test_a_tab_closed_with_unsent_words_gives_them_back_among_what_others_wrote(
    draft: Draft, eventually: Eventually
) -> None:
    aicha, samuel = draft.open(AICHA), draft.open(SAMUEL)
    aicha.context.set_offline(True)
    expect(aicha.page.locator("#saved[data-state=offline]")).to_be_visible()
    aicha.caret("then speak")
    aicha.type(", if at all")
    close_tab(aicha, lambda found: bool(found) and found[0]["words"] == ", if at all")
    samuel.caret("Ask first")
    samuel.type(" of all")
    samuel.is_saved()
    open_tab(aicha)
    assert alike(eventually, draft, aicha, samuel)[1] == "Ask first of all, then speak, if at all."
    expect(aicha.page.locator("#editor-notice")).to_contain_text("Words that had not been sent are back")


def test_a_role_taken_away_while_typing_closes_the_text_at_once_and_gives_the_rest_to_be_copied(
    draft: Draft, eventually: Eventually, capsys: pytest.CaptureFixture[str]
) -> None:
    aicha, julie = draft.open(AICHA), draft.open(JULIE)
    julie.page.evaluate(LOCKED)
    types(julie, "Last line.", " " + "".join(f"j{number} " for number in range(60)), 40)
    types(aicha, "Ask first", " of all, and then go on as before", 60)
    julie.page.wait_for_timeout(600)
    engine = make_engine(draft.server.database_url)
    with transaction(engine) as session:
        found = session.exec(select(Person).where(Person.name == JULIE)).one()
        people.end_role(session, found.id, Role.REVIEWER, "legal", at=datetime.now(UTC))
    taken = time.time()
    engine.dispose()
    took = float(julie.page.evaluate("window.locked")) / 1_000 - taken
    with capsys.disabled():
        print(f"\n  a role taken away: the text is closed after {took:.2f} s")
    assert took < 5
    has_typed(aicha)
    lines = alike(eventually, draft, aicha)
    assert lines[1] == "Ask first of all, and then go on as before, then speak."
    assert lines[-1].startswith("Last line. j0 ")
    assert "j59" not in lines[-1]
    with transaction(engine) as session:  # for the tests that follow
        people.give_role(session, found.id, Role.REVIEWER, "legal", at=datetime.now(UTC), recorded_by=None)
    engine.dispose()
