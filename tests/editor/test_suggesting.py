"""Suggesting in a real browser: legal suggests, comms decides, the base stands still until then."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from api.database import make_engine, transaction
from guidelines import steps, suggestion_formula
from guidelines.document import Node, plain_text
from guidelines.people import Actor, Role
from guidelines.suggestion_layers import suggestion_ids
from guidelines.tables import Person
from tests import served
from tests.editor.conftest import AICHA, HELD, TEXT, Draft, Window
from workflow import review

JULIE = "Julie Roche"
Eventually = Callable[[Callable[[], bool]], None]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[served.Served]:
    """A real Charte with somebody of legal beside comms."""
    company = {AICHA: ("en", HELD), JULIE: ("fr", [(Role.REVIEWER, "legal")])}
    with served.charte(tmp_path_factory.mktemp("suggesting"), company) as running:
        yield running


def suggests(window: Window) -> None:
    """Turns suggesting on, where editing is allowed too."""
    window.page.locator(".toolbar button[aria-pressed]", has_text=re.compile("Suggest|Suggérer")).click()
    expect(window.page.locator(".ProseMirror.suggests")).to_be_visible()


def cards(page: Page) -> Any:
    return page.locator(".margin article[data-suggestion]")


def stored(draft: Draft) -> Any:
    """The text on disk with its suggestions."""
    return steps.tree_of(draft.stored_whole())


def base(draft: Draft) -> Node:
    return steps.node_of(suggestion_formula.base(stored(draft)))


def result_words(draft: Draft) -> str:
    return plain_text(steps.node_of(suggestion_formula.result(stored(draft))))


def test_legal_suggests_and_comms_accepts_and_rejects(draft: Draft, eventually: Eventually) -> None:
    julie, aicha = draft.open(JULIE, "fr"), draft.open(AICHA)
    suggests(julie)

    julie.select("first")
    julie.type("the press team")
    julie.is_saved()
    julie.caret("Last line.")
    julie.press("Enter")
    julie.type("Une de plus.")
    julie.is_saved()

    assert plain_text(base(draft)) == plain_text(TEXT)
    expect(cards(aicha.page)).to_have_count(2)
    first, second = cards(aicha.page).nth(0), cards(aicha.page).nth(1)
    expect(first).to_contain_text("Julie Roche")
    expect(first.locator("del")).to_have_text("first")
    expect(first.locator("ins")).to_have_text("the press team")
    expect(second).to_contain_text("New paragraph")
    expect(cards(julie.page).nth(0)).to_contain_text("suggère")

    first.get_by_role("button", name="Accept").click()
    expect(cards(aicha.page)).to_have_count(1)
    cards(aicha.page).nth(0).get_by_role("button", name="Reject").click()
    expect(cards(aicha.page)).to_have_count(0)
    expect(cards(julie.page)).to_have_count(0)

    eventually(lambda: "Ask the press team, then speak." in plain_text(draft.stored()))
    assert "Une de plus" not in plain_text(stored_document(draft))
    assert julie.words == aicha.words == plain_text(draft.stored())


def stored_document(draft: Draft) -> Node:
    return steps.node_of(stored(draft))


def test_keys_and_forms_become_suggestions_and_the_base_stands(draft: Draft, eventually: Eventually) -> None:
    julie = draft.open(JULIE)
    suggests(julie)

    julie.caret("Write down")
    julie.press("Backspace", "Backspace", "Delete")
    julie.select("Written")
    julie.press("Control+b")
    julie.caret("Last line.")
    julie.press("Control+Alt+2")
    julie.is_saved()

    assert plain_text(base(draft)) == plain_text(TEXT)
    eventually(lambda: "Write dowhat you said." in result_words(draft))
    expect(julie.page.locator(".ProseMirror .sug-deleted")).not_to_have_count(0)
    expect(cards(julie.page).filter(has_text="Bold")).to_have_count(1)
    expect(cards(julie.page).filter(has_text="Heading 2 instead of paragraph")).to_have_count(1)
    julie.press("Control+z")
    julie.is_saved()
    eventually(lambda: cards(julie.page).filter(has_text="Heading 2").count() == 0)
    assert plain_text(base(draft)) == plain_text(TEXT)


def test_what_cannot_be_suggested_is_refused_with_its_reason(draft: Draft) -> None:
    julie = draft.open(JULIE, "fr")
    suggests(julie)

    julie.page.get_by_role("button", name="Autres mises en forme").click()
    julie.page.locator("select").filter(has_text="Numéroter").last.select_option("headings")

    expect(julie.page.locator("#editor-notice")).to_contain_text("Cela ne peut pas se suggérer")
    assert stored(draft).attrs["numbering"] == "clauses"


def test_a_plain_edit_inside_a_suggestion_leaves_it_to_its_author(draft: Draft, eventually: Eventually) -> None:
    julie, aicha = draft.open(JULIE), draft.open(AICHA)
    suggests(julie)
    julie.caret("Ask first")
    julie.type(" or call")
    julie.is_saved()
    expect(cards(aicha.page)).to_have_count(1)
    eventually(lambda: " or call" in aicha.words)

    aicha.caret(" or")
    aicha.type(" rather")
    aicha.is_saved()

    eventually(lambda: "Ask first rather, then speak." in plain_text(base(draft)))
    assert "Ask first or rather call, then speak." in result_words(draft)
    expect(cards(aicha.page)).to_have_count(1)
    cards(julie.page).first.get_by_role("button", name=re.compile("Withdraw|Retirer")).click()
    expect(cards(aicha.page)).to_have_count(0)
    eventually(lambda: "Ask first rather, then speak." in plain_text(draft.stored()))


def submitted(draft: Draft) -> None:
    engine = make_engine(draft.server.database_url)
    with transaction(engine) as session:
        found = session.exec(select(Person).where(Person.name == AICHA)).one()
        actor = Actor(found.id, found.name, "en", frozenset(HELD))
        review.submit(session, actor, draft.version_id, at=datetime.now(UTC))
    engine.dispose()


def test_in_a_review_everybody_suggests_and_nobody_accepts_their_own(draft: Draft, eventually: Eventually) -> None:
    julie, aicha = draft.open(JULIE), draft.open(AICHA)
    submitted(draft)
    expect(julie.page.locator(".ProseMirror.suggests")).to_be_visible(timeout=10_000)
    expect(aicha.page.locator(".ProseMirror.suggests")).to_be_visible()

    julie.caret("Ask first")
    julie.type(" of all")
    julie.is_saved()
    aicha.caret("Last line.")
    aicha.type(" Amen.")
    aicha.is_saved()

    assert plain_text(base(draft)) == plain_text(TEXT)
    of_julie = cards(aicha.page).filter(has_text=JULIE)
    of_aicha = cards(aicha.page).filter(has_text=AICHA)
    expect(of_aicha.get_by_role("button", name="Accept")).to_have_count(0)
    expect(cards(julie.page).get_by_role("button", name="Accept")).to_have_count(0)
    of_julie.get_by_role("button", name="Accept").click()
    expect(of_julie).to_have_count(0)
    of_aicha.get_by_role("button", name="Withdraw").click()
    expect(cards(julie.page)).to_have_count(0)
    eventually(lambda: "Ask first of all, then speak." in plain_text(draft.stored()))
    assert "Amen" not in plain_text(stored_document(draft))


def test_pasted_paragraphs_and_rows_are_suggested_and_columns_are_refused(draft: Draft, eventually: Eventually) -> None:
    julie = draft.open(JULIE)
    suggests(julie)

    julie.caret("Last line.")
    julie.paste("<p>One.</p><h2>Two</h2><p>Three.</p>")
    julie.is_saved()
    eventually(lambda: result_words(draft).endswith("Last line.One.\nTwo\nThree."))
    julie.caret("Three.")
    julie.page.get_by_role("button", name="Insert a table").click()
    julie.type("a cell")
    julie.page.get_by_role("button", name="Row below").click()
    julie.is_saved()

    assert plain_text(base(draft)) == plain_text(TEXT)
    eventually(lambda: suggestion_formula.result(stored(draft)).child(8).child_count == 4)
    julie.page.get_by_role("button", name="Column right").click()
    expect(julie.page.locator("#editor-notice")).to_contain_text("cannot be suggested")
    assert suggestion_formula.result(stored(draft)).child(8).child(0).child_count == 3


def test_what_is_copied_is_the_result_and_carries_nobodys_suggestion(draft: Draft) -> None:
    julie = draft.open(JULIE)
    suggests(julie)
    julie.select("first")
    julie.type("twice")
    julie.is_saved()

    julie.press("Control+a")
    copied = julie.page.evaluate(
        """() => {
          const data = new DataTransfer();
          const event = new ClipboardEvent('copy', { clipboardData: data, bubbles: true, cancelable: true });
          document.querySelector('.ProseMirror').dispatchEvent(event);
          return [data.getData('text/html'), data.getData('text/plain')];
        }"""
    )

    assert "Ask twice, then speak." in copied[1]
    assert not re.search(r"first|<ins|<del|data-s=", copied[0])


def test_two_who_suggest_at_one_place_keep_their_own_words(draft: Draft, eventually: Eventually) -> None:
    julie, aicha = draft.open(JULIE), draft.open(AICHA)
    suggests(julie)
    suggests(aicha)
    julie.caret("Ask first")
    aicha.caret("Ask first")

    for number in range(5):
        julie.type(f"j{number}")
        aicha.type(f"a{number}")
    julie.is_saved()
    aicha.is_saved()

    assert plain_text(base(draft)) == plain_text(TEXT)
    written = result_words(draft).split("Ask first")[1].split(", then speak.")[0]
    assert sorted(written) == sorted("j0j1j2j3j4a0a1a2a3a4")
    eventually(lambda: julie.words == aicha.words == plain_text(stored_document(draft)))
    assert len({one.rpartition(".")[0] for one in suggestion_ids(stored(draft))}) == 2
    expect(cards(julie.page).filter(has_text=AICHA)).not_to_have_count(0)
    expect(cards(julie.page).filter(has_text=JULIE)).not_to_have_count(0)


def test_what_was_decided_cannot_be_undone_and_the_next_undo_can(draft: Draft, eventually: Eventually) -> None:
    julie, aicha = draft.open(JULIE), draft.open(AICHA)
    suggests(julie)
    julie.caret("Last line.")
    julie.type(" One.")
    julie.is_saved()
    julie.page.wait_for_timeout(600)  # the next words are another entry of undo
    julie.caret("Ask first")
    julie.type(" Two")
    julie.is_saved()
    expect(cards(aicha.page)).to_have_count(2)
    cards(aicha.page).filter(has_text="Two").get_by_role("button", name="Accept").click()
    expect(cards(julie.page)).to_have_count(1)

    julie.caret("Write down")
    julie.press("Control+z")
    expect(julie.page.locator("#editor-notice")).to_contain_text("can no longer be undone")
    julie.press("Control+z")
    julie.is_saved()

    eventually(lambda: "One." not in julie.words)
    assert "Ask first Two, then speak." in plain_text(base(draft))
    expect(cards(julie.page)).to_have_count(0)


def test_what_is_suggested_offline_waits_and_is_sent_once(draft: Draft, eventually: Eventually) -> None:
    julie = draft.open(JULIE)
    suggests(julie)
    julie.context.set_offline(True)
    expect(julie.page.locator("#saved[data-state=offline]")).to_be_visible()
    julie.caret("Ask first")
    julie.type(" of all")
    julie.press("Enter")
    julie.type("Offline.")
    julie.context.set_offline(False)
    julie.is_saved()

    assert plain_text(base(draft)) == plain_text(TEXT)
    eventually(lambda: "Ask first of all\nOffline., then speak." in result_words(draft))


def test_a_plain_edit_among_suggestions_is_undone_whole(draft: Draft, eventually: Eventually) -> None:
    julie, aicha = draft.open(JULIE), draft.open(AICHA)
    suggests(julie)
    julie.select("Ask first")
    julie.type("Call")
    julie.is_saved()
    expect(cards(aicha.page)).to_have_count(1)
    eventually(lambda: "Call" in aicha.words)

    aicha.caret(", then")
    aicha.press("Enter")
    aicha.type("And")
    aicha.is_saved()
    eventually(lambda: "Ask first, then\nAnd speak." in plain_text(base(draft)))
    for _ in range(3):
        aicha.press("Control+z")
    aicha.is_saved()

    eventually(lambda: plain_text(base(draft)) == plain_text(TEXT))
    assert "Call, then speak." in result_words(draft)
    expect(cards(aicha.page)).to_have_count(1)
    expect(aicha.page.locator("#editor-notice .notice")).to_have_count(0)
