"""Coming back to the server while typing: the caret stays, and every key counts."""

import os
import signal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from guidelines.document import plain_text
from tests import served
from tests.editor.conftest import AICHA, HELD, SAMUEL, Draft, Window, made
from tests.editor.test_cuts import wired

KEY = 90  # milliseconds from key to key, as a quick writer types
WORDS = " ALPHA bravo charlie delta echo foxtrot golf hotel india juliet"


def offline(window: Window) -> None:
    window.context.set_offline(True)
    expect(window.page.locator("#saved[data-state=offline]")).to_be_visible()


def holds(draft: Draft, window: Window, paragraph: str) -> None:
    """The paragraph reads so, on the page and on disk, and the rest of the text is as it was."""
    window.is_saved()
    assert window.words == plain_text(draft.stored())
    lines = window.words.split("\n")
    assert lines[1] == paragraph
    assert [lines[0], *lines[2:]] == [
        "Speaking",
        "Write down what you said.",
        "Pictures",
        "Written consent.",
        "Last line.",
    ]


def no_notice(page: Page) -> None:
    expect(page.locator("#editor-notice .notice")).to_have_count(0)


def test_typing_goes_on_where_the_caret_stands_while_the_page_comes_back_online(draft: Draft) -> None:
    aicha = draft.open(AICHA)
    aicha.caret("then speak.")
    offline(aicha)
    aicha.page.keyboard.type(" hors", delay=KEY)
    aicha.context.set_offline(False)
    aicha.page.keyboard.type(WORDS, delay=KEY)
    holds(draft, aicha, f"Ask first, then speak. hors{WORDS}")
    no_notice(aicha.page)


def test_what_waited_is_sent_once_and_the_text_is_not_opened_anew(draft: Draft) -> None:
    aicha, line = wired(draft)
    aicha.caret("then speak.")
    line.sockets[-1].close(code=1012)
    aicha.page.keyboard.type(" hors", delay=20)
    expect(aicha.page.locator("#saved[data-state=saved]")).to_be_visible(timeout=10_000)
    refs = [frame["ref"] for frame in line.commits()]
    assert len(set(refs)) == len(refs)
    assert [frame["have"] for frame in line.opens()] == [None, 0]


def test_typing_goes_on_where_the_caret_stands_when_the_whole_text_comes_anew(draft: Draft) -> None:
    aicha, line = wired(draft)
    line.change = lambda frame: {**frame, "hash": "0" * 64} if frame["t"] == "hash" else frame
    aicha.caret("then speak.")
    aicha.page.keyboard.type(WORDS, delay=KEY)
    line.change = lambda frame: frame
    assert None in [frame["have"] for frame in line.opens()[1:]]
    holds(draft, aicha, f"Ask first, then speak.{WORDS}")
    no_notice(aicha.page)
    assert all("is not the authority's" in fault for fault in aicha.faults)
    aicha.faults.clear()


def test_typing_goes_on_where_the_caret_stands_while_a_killed_server_comes_back(
    browser: Browser, tmp_path: Path
) -> None:
    with served.charte(tmp_path, {AICHA: ("en", HELD)}) as first:
        draft = made(browser, first, "1")
        aicha = draft.open(AICHA)
        aicha.caret("then speak.")
        aicha.page.keyboard.type(" hors", delay=KEY)
        os.killpg(first.process.pid, signal.SIGKILL)
        first.process.wait()
        aicha.page.keyboard.type(" la loi", delay=KEY)
        with served.serve(tmp_path, first.database_url, int(first.url.rpartition(":")[2])):
            aicha.page.keyboard.type(WORDS, delay=KEY)
            holds(draft, aicha, f"Ask first, then speak. hors la loi{WORDS}")
            no_notice(aicha.page)
            draft.end()  # the console says, rightly, that the server was gone


def test_the_whole_text_with_anothers_words_leaves_what_waits_and_the_caret_in_their_place(draft: Draft) -> None:
    aicha, line = wired(draft)
    samuel = draft.open(SAMUEL)
    aicha.caret("then speak.")
    aicha.type(" A")  # the caret is known to stand there: it was typed and saved
    aicha.is_saved()
    samuel.caret("Ask first")
    line.sockets[-1].close(code=4009)  # after which an editor asks for the whole text
    samuel.type(" of all")
    aicha.type("h hors")
    aicha.page.keyboard.type(WORDS, delay=20)
    samuel.is_saved()
    aicha.is_saved()
    expect(aicha.page.locator("#text")).to_contain_text("of all")
    assert [frame["have"] for frame in line.opens()] == [None, None]
    holds(draft, aicha, f"Ask first of all, then speak. Ah hors{WORDS}")
    no_notice(aicha.page)


@pytest.mark.parametrize("arrives", [True, False])
def test_the_whole_text_waits_until_it_is_known_whether_the_commit_under_way_is_in_it(
    draft: Draft, arrives: bool
) -> None:
    """The answer is lost, or the commit itself; meanwhile another writes before and behind the same place."""
    aicha, line = wired(draft)
    samuel = draft.open(SAMUEL)
    aicha.caret("then speak.")
    aicha.type(" A")
    aicha.is_saved()
    line.change = lambda frame: None if frame["t"] == "commits" else frame
    line.holds_commits = not arrives
    aicha.type("h")
    expect(aicha.page.locator("#saved[data-state=saving]")).to_be_visible()
    aicha.type(" et")
    aicha.press("Backspace")
    aicha.type("h bien")
    for after, words in (("Ask first", " of all"), ("Last line.", " Or not.")):
        samuel.caret(after)
        samuel.type(words)
        samuel.is_saved()
    line.change, line.holds_commits = lambda frame: frame, False
    line.sockets[-1].close(code=4009)
    expect(aicha.page.locator("#text")).to_contain_text("Or not.", timeout=10_000)
    aicha.type("...")
    aicha.is_saved()
    alike = [
        "Speaking",
        "Ask first of all, then speak. Ah eh bien...",
        "Write down what you said.",
        "Pictures",
        "Written consent.",
        "Last line. Or not.",
    ]
    assert aicha.words.split("\n") == alike
    assert plain_text(draft.stored()).split("\n") == alike
    no_notice(aicha.page)
