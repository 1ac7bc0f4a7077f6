"""The review by keys, and forms on their way, in a real browser: what a key does, and that it can be switched off."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.api.test_pages_screens import signed_in
from tests.browser import chromium
from tests.served import Served, serve

#: Two clicks while the answer is held back, and what the button says half a second later.
TWICE = """async () => {
  const button = document.querySelector("form[data-waits] .btn.primary");
  button.click();
  button.click();
  await new Promise((done) => setTimeout(done, 500));
  return [button.innerText, button.disabled];
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def running(history: Path, tmp_path: Path) -> Iterator[Served]:
    database = tmp_path / "charte.db"
    database.write_bytes(history.read_bytes())
    with serve(tmp_path, f"sqlite:///{database}") as found:
        yield found


@pytest.fixture
def julie(running: Served, browser: Browser) -> Iterator[Page]:
    """Julie before the demo's review, where sections wait for her."""
    context = browser.new_context(
        base_url=running.url, viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
    )
    page = context.new_page()
    signed_in(page, "julie", "en")
    page.goto("/en/guidelines/charte-des-reseaux-sociaux")
    page.goto(page.get_attribute("a.btn.primary", "href") or "")
    yield page
    context.close()


def current(page: Page) -> str:
    return page.locator(".outline a[aria-current='true']").inner_text()


def test_j_and_k_go_through_the_sections_and_the_outline_follows_the_reader(julie: Page) -> None:
    changed = julie.locator(".outline[data-changed] a")
    first = current(julie)
    julie.keyboard.press("j")
    second = current(julie)
    assert second == changed.nth(1).inner_text() != first
    julie.keyboard.press("k")
    assert current(julie) == first
    julie.wait_for_timeout(400)
    julie.mouse.move(600, 400)
    julie.mouse.wheel(0, 100_000)
    julie.wait_for_function(
        "first => document.querySelector(\".outline a[aria-current='true']\").innerText !== first", arg=first
    )


def test_c_opens_the_comment_of_the_section_in_view_and_a_letter_typed_there_is_a_letter(julie: Page) -> None:
    julie.keyboard.press("j")
    julie.keyboard.press("c")
    menu = julie.locator("[data-comment]:popover-open")
    section = menu.locator("input[name=section]").input_value()
    assert julie.locator(".outline a[aria-current='true']").get_attribute("href") == f"#{section}"
    julie.keyboard.type("aj?c")
    assert menu.locator("textarea").input_value() == "aj?c"
    julie.keyboard.press("Escape")
    assert julie.locator("[popover]:popover-open").count() == 0


def test_a_signs_off_the_section_in_view_and_offers_to_undo(julie: Page) -> None:
    asked: list[str] = []
    julie.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    for _ in range(9):
        href = julie.locator(".outline a[aria-current='true']").get_attribute("href")
        if julie.locator(f"[id='{(href or '#')[1:]}'] .btn.sign").count():
            break
        julie.keyboard.press("j")
    before = julie.locator(".btn.sign").count()
    julie.keyboard.press("a")
    julie.wait_for_selector(".toast")
    assert julie.locator(".toast button").inner_text() == "Undo"
    assert julie.locator(".btn.sign").count() == before - 1


def test_the_question_mark_lists_the_keys_and_escape_closes_the_list(julie: Page) -> None:
    julie.keyboard.press("?")
    assert "sign off the section in view" in julie.locator("#keys").inner_text()
    julie.keyboard.press("Escape")
    assert not julie.locator("#keys").is_visible()


def test_keys_of_one_letter_can_be_switched_off_and_on_again(julie: Page) -> None:
    review = julie.url
    for on in (False, True):
        julie.goto("/en/preferences")
        julie.set_checked("input[name=keys]", on)
        with julie.expect_navigation():
            julie.click("form[action$='/keys'] button")
        assert julie.is_checked("input[name=keys]") is on
        julie.goto(review)
        before = current(julie)
        julie.keyboard.press("j")
        assert (current(julie) != before) is on
        julie.keyboard.press("?")
        assert julie.locator("#keys").is_visible() is on


def test_a_form_is_sent_once_and_says_what_it_waits_for(running: Served, browser: Browser) -> None:
    context = browser.new_context(base_url=running.url)
    page = context.new_page()
    signed_in(page, "aicha", "en")
    held: list[Route] = []
    page.goto("/en/guidelines/new")
    page.fill("#title", "A text of its own")
    page.route("**/en/guidelines/new", lambda route: held.append(route))
    words, disabled = page.evaluate(TWICE)
    assert (words, disabled) == ("Making the draft…", True)
    assert [route.request.method for route in held] == ["POST"]
    held[0].continue_()
    page.wait_for_url("**/edit")
    context.close()
