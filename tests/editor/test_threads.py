"""Threads from the editor: on words, a section, a suggestion or the whole text; whom they name and wait for."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from guidelines.people import Role
from tests import served
from tests.api.test_pages_screens import findings
from tests.editor.conftest import AICHA, HELD, Draft, Window

JULIE, SAMIRA = "Julie Roche", "Samira Okafor"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[served.Served]:
    """A real Charte where comms writes in English and legal in French."""
    company = {
        AICHA: ("en", HELD),
        SAMIRA: ("fr", HELD),
        JULIE: ("fr", [(Role.REVIEWER, "legal")]),
    }
    with served.charte(tmp_path_factory.mktemp("threads"), company) as running:
        yield running


def margin(window: Window) -> Page:
    return window.page.locator(".margin")  # type: ignore[return-value]


def begin(window: Window) -> None:
    """Opens a comment where the caret stands."""
    window.press("Control+Alt+m")
    expect(window.page.locator(".drafted")).to_be_visible()


def send(window: Window) -> None:
    window.page.locator(".drafted [type=submit]").click()
    expect(window.page.locator(".drafted")).to_have_count(0)


def test_a_comment_calls_waits_is_due_and_is_kept_to_a_team_and_others_never_see_it(draft: Draft) -> None:
    aicha, samira, julie = draft.open(AICHA), draft.open(SAMIRA, "fr"), draft.open(JULIE, "fr")
    aicha.select("what you said")
    begin(aicha)
    aicha.page.locator(".drafted summary").click()
    aicha.page.get_by_label("Seen by").select_option(label="Only Communications, for good")
    expect(aicha.page.get_by_text("Holds back publication until it is resolved")).to_be_hidden()
    aicha.page.locator(".drafted textarea").focus()
    aicha.type("All of it, @sam")
    expect(aicha.page.locator(".choices li[aria-selected=true]")).to_have_text(re.compile(SAMIRA))
    aicha.press("Enter")
    expect(aicha.page.locator(".drafted textarea")).to_have_value(f"All of it, @{SAMIRA} ")
    aicha.type("?")
    waits = aicha.page.get_by_role("combobox", name="Waits for")
    waits.fill("jul")
    aicha.page.wait_for_timeout(400)
    expect(aicha.page.locator(".choices:popover-open")).to_have_count(0)  # Julie may not read it
    waits.fill("sam")
    aicha.page.locator(".choices li", has_text=SAMIRA).click()
    aicha.page.get_by_label("Due on (optional)").fill("2026-12-01")
    send(aicha)

    card = samira.page.locator(".margin article[data-thread]")
    expect(card).to_contain_text(f"All of it, @{SAMIRA} ?")
    expect(card.locator(".chip")).to_have_text(["Communication seulement", f"Pour {SAMIRA}", "Échéance 1er décembre"])
    expect(aicha.page.locator(".margin article[data-thread] .chip").last).to_have_text("Due 1 December")
    julie.page.wait_for_timeout(500)
    expect(julie.page.locator(".margin [data-thread]")).to_have_count(0)


def test_names_are_chosen_by_keys_in_french_and_two_teams_are_called(draft: Draft) -> None:
    julie = draft.open(JULIE, "fr")
    julie.caret("Last line")
    begin(julie)
    julie.page.locator(".drafted textarea").focus()
    julie.type("Pour @a")
    options = julie.page.locator(".choices li")
    expect(options).to_have_count(1)
    expect(julie.page.locator(".drafted textarea")).to_have_attribute("aria-activedescendant", re.compile("choices"))
    assert not findings(julie.page)
    julie.press("Escape")
    expect(options).to_have_count(0)
    expect(julie.page.locator(".drafted")).to_be_visible()
    julie.press("Backspace")
    expect(options).to_have_count(5)
    julie.press("ArrowUp")
    expect(julie.page.locator("[aria-selected=true]")).to_have_text("Juridiqueéquipe")
    julie.press("ArrowUp", "Tab")
    expect(julie.page.locator(".drafted textarea")).to_have_value("Pour @Communication ")
    send(julie)
    expect(julie.page.locator(".margin .said")).to_have_text("Pour @Communication")


def test_a_comment_is_about_a_section_or_the_whole_text_where_no_words_are_chosen(draft: Draft) -> None:
    aicha = draft.open(AICHA)
    aicha.caret("Last line.")
    aicha.press("Enter")
    aicha.is_saved()
    begin(aicha)
    about = aicha.page.get_by_label("What the comment is about")
    expect(about.locator("option")).to_have_text(["2 Pictures", "The whole text", "1 Speaking"])
    aicha.page.locator(".drafted textarea").fill("Two examples, please.")
    send(aicha)
    rest = aicha.page.locator(".margin-rest")
    expect(rest).to_contain_text("On 2 Pictures")
    aicha.page.locator(".ProseMirror").focus()
    begin(aicha)
    about.select_option(label="The whole text")
    aicha.page.locator(".drafted textarea").fill("Good.")
    send(aicha)
    expect(rest).to_contain_text("On the whole text")


def test_whom_a_thread_waits_for_is_changed_on_its_card_while_another_answers(draft: Draft) -> None:
    aicha, julie = draft.open(AICHA), draft.open(JULIE)
    aicha.comment("Ask first", "Whom?")
    card = aicha.page.locator(".margin article[data-thread]")
    card.click()
    card.get_by_text("Assign, due date").click()
    card.get_by_role("combobox", name="Waits for").fill("julie")
    aicha.page.locator(".choices li", has_text=JULIE).click()
    answer = julie.page.locator(".margin article[data-thread]")
    answer.click()
    answer.get_by_placeholder("Reply").fill("The press team.")
    answer.get_by_placeholder("Reply").press("Enter")
    expect(card).to_contain_text("The press team.")
    card.get_by_text("Holds back publication until it is resolved").click()
    card.get_by_role("button", name="Save").click()
    expect(answer.locator(".chip")).to_have_text(["Blocking", f"For {JULIE}"])
    expect(card.locator(".chip")).to_have_text(["Blocking", f"For {JULIE}"])


def test_a_comment_on_a_suggestion_stands_beside_it_and_the_suggestion_grows_no_more(draft: Draft) -> None:
    aicha, julie = draft.open(AICHA), draft.open(JULIE)
    julie.page.get_by_role("button", name="Suggest", exact=True).click()
    julie.caret("Ask first")
    julie.type(" or call")
    julie.is_saved()
    suggested = aicha.page.locator(".margin article[data-suggestion]")
    suggested.get_by_role("button", name="Comment").click()
    expect(aicha.page.locator(".drafted")).to_contain_text("Suggestion of Julie Roche: Insert “or call”")
    aicha.page.locator(".drafted textarea").fill("At night too?")
    send(aicha)
    expect(julie.page.locator(".margin article[data-thread]")).to_contain_text("At night too?")
    julie.caret(" or call")
    julie.type(" us")
    julie.is_saved()
    expect(julie.page.locator(".margin article[data-suggestion]")).to_have_count(2)
    aicha.page.locator(".margin article[data-suggestion]").first.get_by_role("button", name="Accept").click()
    expect(aicha.page.locator(".margin-rest")).to_contain_text("On a suggestion")
