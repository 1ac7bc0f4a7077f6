"""Coming back to the server while typing: the caret stays, and every key counts."""

import os
import signal
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from guidelines.document import plain_text
from tests import served
from tests.editor.conftest import AICHA, HELD, Draft, Window, made
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
