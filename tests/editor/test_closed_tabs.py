"""What was not sent when a tab was closed: it is back when its writer comes back, once, and nobody else sees it."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from guidelines.document import plain_text
from tests.editor.conftest import AICHA, SAMUEL, Draft, Window
from tests.editor.test_cuts import wired

Eventually = Callable[[Callable[[], bool]], None]
KEPT = """() => new Promise((go, fail) => {
  const opening = indexedDB.open('charte', 1);
  opening.onerror = () => fail(opening.error);
  opening.onsuccess = () => {
    const asked = opening.result.transaction('unsent').objectStore('unsent').getAll();
    asked.onsuccess = () => { opening.result.close(); go(asked.result); };
  };
})"""
AGED = """() => new Promise(go => {
  const opening = indexedDB.open('charte', 1);
  opening.onsuccess = () => {
    const store = opening.result.transaction('unsent', 'readwrite').objectStore('unsent');
    store.getAll().onsuccess = event => event.target.result.forEach(one => store.put({ ...one, schema: 'former' }));
    store.transaction.oncomplete = () => { opening.result.close(); go(); };
  };
})"""


def kept(window: Window) -> list[Any]:
    found: list[Any] = window.page.evaluate(KEPT)
    return found


def offline(window: Window) -> None:
    window.context.set_offline(True)
    expect(window.page.locator("#saved[data-state=offline]")).to_be_visible()


def close_tab(window: Window, until: Callable[[list[Any]], bool]) -> None:
    """Closes the tab without asking, once the browser holds what is to be kept."""
    for _ in range(100):
        if until(kept(window)):
            break
        window.page.wait_for_timeout(50)
    else:
        raise AssertionError(kept(window))
    window.page.close()


def open_tab(window: Window) -> None:
    window.context.set_offline(False)
    window.page = window.listening(window.context.new_page())
    window.page.goto(f"{window.draft.server.url}{window.address}")


def nothing_kept(window: Window, eventually: Eventually) -> None:
    window.is_saved()
    eventually(lambda: kept(window) == [])


def words_are(*words: str) -> Callable[[list[Any]], bool]:
    return lambda found: sorted(one["words"] for one in found) == sorted(words)


def test_words_written_offline_outlive_their_tab_and_are_there_once(draft: Draft) -> None:
    aicha, samuel = draft.open(AICHA), draft.open(SAMUEL)
    offline(aicha)
    aicha.caret("then speak.")
    aicha.type(" Hors ligne.")
    aicha.press("Enter")
    aicha.type("A new line.")
    expect(aicha.page.locator(".offline-bar")).to_contain_text("waits on this device")
    close_tab(aicha, lambda found: bool(found) and "A new line." in found[0]["words"])
    samuel.caret("Ask first")
    samuel.type(" of all")
    samuel.is_saved()
    open_tab(aicha)
    aicha.is_saved()
    expected = "Speaking\nAsk first of all, then speak. Hors ligne.\nA new line.\nWrite down what you said."
    assert plain_text(draft.stored()).startswith(expected)
    assert aicha.words == plain_text(draft.stored())
    expect(aicha.page.locator("#editor-notice .notice")).to_contain_text("are back in the text")
    for _ in range(2):
        aicha.page.reload()
        aicha.is_saved()
        assert aicha.words == plain_text(draft.stored())
        assert aicha.words.startswith(expected)
    expect(aicha.page.locator("#editor-notice .notice")).to_have_count(0)
    assert kept(aicha) == []


@pytest.mark.parametrize("arrives", [True, False])
def test_a_commit_under_way_when_the_tab_was_closed_counts_once(
    draft: Draft, eventually: Eventually, arrives: bool
) -> None:
    """The answer never came, or the commit never arrived; more was typed behind it."""
    aicha, line = wired(draft)
    aicha.caret("then speak.")
    line.change = lambda frame: None if frame["t"] == "commits" else frame
    line.holds_commits = not arrives
    aicha.type(" A")
    expect(aicha.page.locator("#saved[data-state=saving]")).to_be_visible()
    aicha.type("hx")
    aicha.press("Backspace")
    aicha.type(" bien.")
    close_tab(aicha, words_are("Ahx bien."))
    open_tab(aicha)
    nothing_kept(aicha, eventually)
    assert aicha.words.split("\n")[1] == "Ask first, then speak. Ah bien."
    assert aicha.words == plain_text(draft.stored())


def test_nobody_is_shown_what_another_left_on_the_same_browser(draft: Draft, eventually: Eventually) -> None:
    aicha = draft.open(AICHA)
    offline(aicha)
    aicha.caret("then speak.")
    aicha.type(" Secret.")
    close_tab(aicha, words_are("Secret."))
    aicha.context.set_offline(False)
    aicha.context.clear_cookies()
    aicha.sign_in(SAMUEL)
    aicha.is_saved()
    expect(aicha.page.locator("#editor-notice .notice")).to_have_count(0)
    assert "Secret." not in aicha.words
    assert [one["words"] for one in kept(aicha)] == ["Secret."]
    aicha.context.clear_cookies()
    aicha.sign_in(AICHA)
    nothing_kept(aicha, eventually)
    assert aicha.words.split("\n")[1] == "Ask first, then speak. Secret."


def test_a_page_on_which_another_has_signed_in_sends_nothing_in_their_name(draft: Draft) -> None:
    aicha, samuel = draft.open(AICHA), draft.open(SAMUEL)
    offline(aicha)
    aicha.caret("then speak.")
    aicha.type(" Mine.")
    first = aicha.page
    # From one account to the other with no moment between in which the first page could ask and find nobody.
    aicha.context.add_cookies(samuel.context.cookies())  # type: ignore[arg-type]
    samuel.context.close()
    aicha.context.set_offline(False)
    open_tab(aicha)
    expect(first.locator("#editor-notice")).to_contain_text("Somebody else has signed in", timeout=20_000)
    aicha.is_saved()
    assert "Mine." not in plain_text(draft.stored())
    assert "Mine." not in aicha.words


def test_a_tab_that_is_still_open_keeps_its_words_for_itself(draft: Draft, eventually: Eventually) -> None:
    aicha, line = wired(draft)
    first = aicha.page
    line.holds_commits = True
    aicha.caret("then speak.")
    aicha.type(" First tab.")
    eventually(lambda: bool(kept(aicha)))
    open_tab(aicha)
    aicha.is_saved()
    assert "First tab" not in aicha.words
    expect(aicha.page.locator("#editor-notice .notice")).to_have_count(0)
    first.wait_for_timeout(300)
    first.close()
    aicha.page.reload()
    nothing_kept(aicha, eventually)
    assert aicha.words.split("\n")[1] == "Ask first, then speak. First tab."
    assert aicha.words == plain_text(draft.stored())


def test_words_whose_place_is_gone_are_offered_to_copy_or_to_insert(draft: Draft, eventually: Eventually) -> None:
    aicha, samuel = draft.open(AICHA), draft.open(SAMUEL)
    offline(aicha)
    aicha.caret("Write down")
    aicha.type(" with great care")
    close_tab(aicha, words_are("with great care"))
    samuel.select("Write down what you said.")
    samuel.press("Delete", "Backspace")
    samuel.is_saved()
    open_tab(aicha)
    expect(aicha.page.locator("#editor-notice textarea")).to_have_value("with great care")
    aicha.caret("Last line.")
    aicha.page.get_by_role("button", name="Insert at the caret").click()
    nothing_kept(aicha, eventually)
    assert aicha.words.endswith("Last line.with great care")
    assert aicha.words == plain_text(draft.stored())
    expect(aicha.page.locator("#editor-notice textarea")).to_have_count(0)


def test_words_kept_by_a_former_release_are_offered_as_words(draft: Draft) -> None:
    aicha = draft.open(AICHA)
    offline(aicha)
    aicha.caret("then speak.")
    aicha.type(" From before.")
    close_tab(aicha, words_are("From before."))
    aicha.page = aicha.context.new_page()
    aicha.context.set_offline(False)
    aicha.page.goto(f"{draft.server.url}/en/")
    aicha.page.evaluate(AGED)
    aicha.page.close()
    open_tab(aicha)
    aicha.is_saved()
    expect(aicha.page.locator("#editor-notice textarea")).to_have_value("From before.")
    assert "From before." not in aicha.words


REFUSALS = {
    "full": "IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }",
    "blocked": "IDBFactory.prototype.open = () => { throw new DOMException('blocked', 'SecurityError'); }",
}


@pytest.mark.parametrize("reason", REFUSALS)
def test_a_browser_that_keeps_nothing_says_so_and_asks_before_the_page_is_closed(draft: Draft, reason: str) -> None:
    aicha = draft.open(AICHA)
    aicha.page.add_init_script(REFUSALS[reason])
    aicha.page.reload()
    aicha.is_saved()
    offline(aicha)
    aicha.caret("then speak.")
    aicha.type(" Not kept.")
    expect(aicha.page.locator(".offline-bar")).to_contain_text("this browser keeps nothing")
    with aicha.page.expect_event("dialog") as asked:
        aicha.page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    asked.value.accept()
