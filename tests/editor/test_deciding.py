"""Many suggestions in a real browser: seen three ways, walked and decided by keys, several at once, suggested again."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from guidelines import steps, suggestion_formula
from guidelines.document import plain_text
from guidelines.people import Role
from tests import served
from tests.api.test_pages_screens import findings
from tests.editor.conftest import AICHA, HELD, Draft, Window
from tests.editor.test_suggesting import cards, submitted, suggests

JULIE, MARC = "Julie Roche", "Marc Petit"
Eventually = Callable[[Callable[[], bool]], None]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[served.Served]:
    """A real Charte with two of legal beside comms."""
    legal = [(Role.REVIEWER, "legal")]
    company = {AICHA: ("en", HELD), JULIE: ("fr", legal), MARC: ("en", legal)}
    with served.charte(tmp_path_factory.mktemp("deciding"), company) as running:
        yield running


def suggested(window: Window, *words: tuple[str, str]) -> None:
    """Puts words in behind others, a suggestion each."""
    for after, fresh in words:
        window.caret(after)
        window.type(fresh)
        window.is_saved()


def bar(window: Window) -> Any:
    return window.page.locator(".sug-bar")


def shown(window: Window) -> str:
    return str(window.page.locator(".projected").inner_text())


def test_the_text_is_seen_without_suggestions_and_as_it_would_be_and_cannot_be_written_on_then(
    draft: Draft, eventually: Eventually
) -> None:
    julie, aicha = draft.open(JULIE), draft.open(AICHA)
    suggests(julie)
    suggested(julie, ("Last line.", " Really."))
    julie.select("first")
    julie.type("twice")
    julie.is_saved()
    expect(cards(aicha.page)).to_have_count(2)

    assert not findings(aicha.page)
    bar(aicha).get_by_text("Without").click()
    assert not findings(aicha.page)
    assert "Ask first, then speak." in shown(aicha)
    assert "Really" not in shown(aicha)
    expect(aicha.page.locator("#text")).to_be_hidden()
    expect(aicha.page.locator(".margin")).to_be_hidden()
    expect(aicha.page.get_by_role("button", name="Bold")).to_have_attribute("aria-disabled", "true")
    bar(aicha).get_by_text("If all are accepted").click()
    assert "Ask twice, then speak." in shown(aicha)
    julie.caret(" Really.")
    julie.type(" Yes.")
    julie.is_saved()
    eventually(lambda: "Last line. Really. Yes." in shown(aicha))
    aicha.page.locator(".projected").focus()
    aicha.type("nothing")
    bar(aicha).get_by_text("With suggestions").click()
    expect(aicha.page.locator("#text")).to_be_visible()
    assert "nothing" not in plain_text(draft.stored_whole())


def test_suggestions_are_walked_and_decided_by_keys(draft: Draft, eventually: Eventually) -> None:
    julie, aicha = draft.open(JULIE), draft.open(AICHA)
    suggests(julie)
    suggested(julie, ("Ask first", " qA"), ("Write down", " qB"), ("Last line.", " qC"))
    expect(cards(aicha.page)).to_have_count(3)
    aicha.comment("Written", "By hand?")
    aicha.caret("Speaking")
    front = aicha.page.locator(".margin article.on")

    aicha.press("Alt+ArrowDown")
    expect(front).to_contain_text(" qA")
    aicha.press("Alt+ArrowDown")
    expect(front).to_contain_text(" qB")
    aicha.press("Alt+Shift+Enter")
    expect(cards(aicha.page)).to_have_count(2)
    aicha.press("Alt+ArrowDown")
    expect(front).to_contain_text("By hand?")
    aicha.press("Alt+ArrowDown")
    expect(front).to_contain_text(" qC")
    aicha.press("Alt+Shift+Backspace")
    expect(cards(aicha.page)).to_have_count(1)
    aicha.press("Alt+ArrowUp", "Alt+ArrowUp")
    expect(front).to_contain_text(" qA")
    aicha.press("Alt+Enter")
    assert aicha.page.evaluate("document.activeElement.closest('article').dataset.suggestion")
    aicha.press("Escape")
    assert aicha.page.evaluate("document.activeElement.id") == "text"
    eventually(lambda: "Write down qB what you said." in plain_text(draft.stored()))
    assert "Last line. qC" not in plain_text(draft.stored_whole())
    for key in ("Alt", "Shift", "Backspace"):
        expect(aicha.page.locator("#keys")).to_contain_text(key)


def test_several_are_decided_together_by_choice_by_author_and_by_section(draft: Draft, eventually: Eventually) -> None:
    julie, marc, aicha = draft.open(JULIE), draft.open(MARC), draft.open(AICHA)
    suggests(julie)
    suggests(marc)
    suggested(julie, ("Ask first", " qA"), ("Write down", " qB"), ("Last line.", " qC"))
    suggested(marc, ("Speaking", " qD"), ("then speak", " qE"), ("Pictures", " qF"), ("Written consent", " qG"))
    expect(cards(aicha.page)).to_have_count(7)

    for words in (" qA", " qC"):
        cards(aicha.page).filter(has_text=words).get_by_role("checkbox").check()
    expect(bar(aicha)).to_contain_text("2 chosen")
    bar(aicha).get_by_role("button", name="Reject").click()
    expect(cards(aicha.page)).to_have_count(5)
    expect(bar(aicha)).to_contain_text("5 suggestions")
    cards(aicha.page).filter(has_text=" qF").click()
    front = aicha.page.locator(".margin article.on")
    front.get_by_text("Decide on several").click()
    front.get_by_role("button", name="Reject all 2 in this section").click()
    expect(cards(aicha.page)).to_have_count(3)
    cards(aicha.page).filter(has_text=" qD").click()
    front.get_by_text("Decide on several").click()
    front.get_by_role("button", name="Accept all 2 by Marc Petit").click()
    expect(cards(aicha.page)).to_have_count(1)
    eventually(lambda: "Speaking qD\nAsk first, then speak qE." in plain_text(draft.stored()))
    assert "Ask first qA" not in plain_text(draft.stored_whole())


def test_in_a_review_ones_own_are_left_when_all_chosen_are_accepted(draft: Draft) -> None:
    aicha, julie = draft.open(AICHA), draft.open(JULIE)
    submitted(draft)
    expect(aicha.page.locator(".ProseMirror.suggests")).to_be_visible(timeout=10_000)
    suggested(aicha, ("Ask first", " mine"))
    suggested(julie, ("Last line.", " Hers."))
    expect(cards(aicha.page)).to_have_count(2)
    for box in cards(aicha.page).get_by_role("checkbox").all():
        box.check()
    bar(aicha).get_by_role("button", name="Accept", exact=True).click()
    expect(cards(aicha.page)).to_have_count(1)
    expect(cards(aicha.page)).to_contain_text("mine")
    expect(cards(julie.page).get_by_role("checkbox")).to_have_count(0)


def test_a_reason_goes_with_the_next_suggestion_alone(draft: Draft) -> None:
    julie, aicha = draft.open(JULIE, "fr"), draft.open(AICHA)
    suggests(julie)
    reason = julie.page.get_by_label("Motif de ce que vous allez suggérer")
    reason.fill("Une recommandation ne protège pas.")
    suggested(julie, ("Ask first", " qA"))
    expect(reason).to_have_value("")
    suggested(julie, ("Last line.", " qC"))
    expect(cards(aicha.page).filter(has_text=" qA")).to_contain_text("Une recommandation ne protège pas.")
    expect(cards(aicha.page).filter(has_text=" qC")).not_to_contain_text("recommandation")


def test_changes_are_spelled_out_for_screen_readers_and_the_choice_is_kept(draft: Draft) -> None:
    julie, aicha = draft.open(JULIE), draft.open(AICHA)
    suggests(julie)
    julie.select("first")
    julie.type("twice")
    julie.is_saved()
    expect(aicha.page.locator(".spelled")).to_have_count(0)
    bar(aicha).get_by_role("button", name="Spell out changes").click()
    told = aicha.page.locator(".ProseMirror p").first
    expect(told).to_contain_text("deleted by Julie Roche: first end of the change")
    expect(told).to_contain_text("inserted by Julie Roche: twice end of the change")
    aicha.page.reload()
    aicha.is_saved()
    expect(aicha.page.locator(".spelled")).to_have_count(4)
    aicha.caret("twice")
    aicha.type("!")
    aicha.is_saved()
    assert "deleted by" not in plain_text(draft.stored_whole())


def overlapping(draft: Draft) -> tuple[Window, Window]:
    """Two take away overlapping words at the same moment: the second is refused."""
    julie, marc = draft.open(JULIE), draft.open(MARC)
    suggests(julie)
    suggests(marc)
    marc.context.set_offline(True)
    expect(marc.page.locator("#saved[data-state=offline]")).to_be_visible()
    marc.select("first, then")
    marc.type("before you")
    julie.select("then speak")
    julie.press("Delete")
    julie.is_saved()
    return julie, marc


def test_what_was_refused_as_too_late_is_suggested_again_where_its_place_is_certain(
    draft: Draft, eventually: Eventually
) -> None:
    _, marc = overlapping(draft)
    marc.context.set_offline(False)
    notice = marc.page.locator("#editor-notice .notice")
    expect(notice.get_by_role("button", name="Suggest again")).to_be_visible(timeout=15_000)
    notice.get_by_role("button", name="Suggest again").click()
    expect(notice).to_have_count(0)
    marc.is_saved()
    tree = steps.tree_of(draft.stored_whole())
    assert plain_text(steps.node_of(suggestion_formula.base(tree))).split("\n")[1] == "Ask first, then speak."
    eventually(lambda: result(draft) == "Ask before you.")


def test_where_its_place_is_not_certain_the_words_are_to_be_copied(draft: Draft) -> None:
    julie, marc = overlapping(draft)
    cards(julie.page).first.get_by_role("button", name="Accept").click()
    expect(cards(julie.page)).to_have_count(0)
    marc.context.set_offline(False)
    notice = marc.page.locator("#editor-notice .notice")
    expect(notice.locator("textarea")).to_have_value("before you", timeout=15_000)
    again = notice.get_by_role("button", name="Suggest again")
    if again.count():
        again.click()
        expect(notice).to_contain_text("Copy them")
    expect(notice.get_by_role("button", name="Copy", exact=True)).to_be_visible()


def result(draft: Draft) -> str:
    tree = steps.tree_of(draft.stored_whole())
    return plain_text(steps.node_of(suggestion_formula.result(tree))).split("\n")[1]
