"""Somebody at a browser: signs in, writes, comments, signs off. One method for each thing that people do."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from api.i18n import translations
from tests.served import PASSWORD, address

SOON = 10_000


class Desk:
    """A person's own browser window, in their language. Words on buttons are asked for as the catalogue says them."""

    def __init__(self, browser: Browser, url: str, name: str, language: str, *, width: int = 1280) -> None:
        self.url, self.name, self.language = url, name, language
        self.context = browser.new_context(viewport={"width": width, "height": 900}, locale=language)
        self.context.set_default_timeout(SOON)
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._heard)

    def say(self, message: str, **facts: object) -> str:
        """A message of the catalogue in this person's language."""
        return translations(self.language).gettext(message) % facts

    def go(self, path: str) -> Page:
        """Opens a page of this language."""
        self.page.goto(f"{self.url}/{self.language}{path}")
        return self.page

    def sign_in(self) -> "Desk":
        """Comes in by the form."""
        self.go("/sign-in")
        self.page.locator("input[name=email]").fill(address(self.name))
        self.page.locator("input[name=password]").fill(PASSWORD)
        self.page.get_by_role("button", name=self.say("Sign in")).click()
        expect(self.page.locator(".top .avatar")).to_be_visible()
        return self

    def press(self, message: str, **facts: object) -> None:
        """Presses the button with these words."""
        self.page.get_by_role("button", name=self.say(message, **facts), exact=True).first.click()

    @property
    def text(self) -> Locator:
        """The editor's text."""
        return self.page.locator(".ProseMirror")

    def read(self) -> list[str]:
        """The words of the editor's text, without the names that stand at others' carets."""
        script = """text => {
          const copy = text.cloneNode(true);
          for (const mark of copy.querySelectorAll('.caret, .ProseMirror-widget')) mark.remove();
          return [...copy.querySelectorAll('p, h1, h2, h3, h4, h5, h6')].map(block => block.textContent).join('\\n');
        }"""
        return str(self.text.evaluate(script)).split()

    def write_at_the_end(self, words: str) -> None:
        """Puts the caret behind the last word and types."""
        self.text.click()
        self.page.keyboard.press("Control+End")
        self.page.wait_for_timeout(150)  # nobody types in the same millisecond in which the caret moves
        self.page.keyboard.type(words, delay=5)

    def select(self, words: str) -> None:
        """Selects the first place where these words stand in one text of the editor."""
        self.page.evaluate(
            """words => {
              const walker = document.createTreeWalker(document.querySelector('.ProseMirror'), NodeFilter.SHOW_TEXT);
              for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                const at = node.data.indexOf(words);
                if (at < 0) continue;
                document.querySelector('.ProseMirror').focus();
                getSelection().setBaseAndExtent(node, at, node, at + words.length);
                return;
              }
              throw new Error('not found: ' + words);
            }""",
            words,
        )

    def write_before(self, words: str, more: str) -> None:
        """Types in front of these words."""
        self.select(words)
        self.page.keyboard.press("ArrowLeft")
        self.page.keyboard.type(more)

    def comment(self, words: str, text: str) -> None:
        """Selects words of the text and comments on them."""
        self.select(words)
        self.page.keyboard.press("Control+Alt+m")
        card = self.page.locator(".drafted")
        card.locator("textarea").fill(text)
        card.locator("button[type=submit]").click()
        expect(card).to_have_count(0)

    def thread(self, text: str) -> Locator:
        """The card of the thread in which this was said."""
        return self.page.locator("[data-thread]:not(mark)", has_text=text).first

    def reply(self, said: str, text: str) -> None:
        """Answers in a thread."""
        self.thread(said).click()
        self.thread(said).locator("form.acts input").fill(text)
        self.thread(said).locator("form.acts [type=submit]").click()
        expect(self.thread(said)).to_contain_text(text)

    def resolve(self, said: str) -> None:
        """Closes a thread."""
        self.thread(said).locator("form.acts button:not([type=submit])").click()
        expect(self.page.locator("mark.c")).to_have_count(0)

    def section_button(self, title: str) -> Locator:
        """The button that signs one section off."""
        return self.page.get_by_role("button", name=self.say("Sign off “%(title)s”", title=title))

    def approve_all(self) -> None:
        """Signs off everything that waits for this person."""
        self.page.locator("button.approve").click()
        expect(
            self.page.locator(".toast[role=status], .toasts [role=status], [role=status] .toast").first
        ).to_be_visible()

    def request_changes(self, remark: str) -> None:
        """Sends the version back to the draft with a remark."""
        form = self.page.locator("form[action$='/request-changes']")
        self.page.locator("details", has=form).locator("summary").click()
        form.locator("textarea").fill(remark)
        form.locator("button").click()
        expect(self.page.locator(".notice.bad[role=alert]")).to_have_count(0)

    def is_saved(self) -> None:
        """Waits until everything written is on disk and the page says so."""
        expect(self.page.locator("#saved")).to_have_text(re.compile(r"\d"), timeout=SOON)
        expect(self.page.locator("#saved:not(.saving):not(.offline)")).to_be_visible(timeout=SOON)

    def photograph(self, folder: Path, name: str) -> None:
        """A picture of the whole page."""
        self.page.screenshot(path=str(folder / f"{name}.png"), full_page=True)

    def _heard(self, message) -> None:  # type: ignore[no-untyped-def]
        if message.type == "error" and "status of 4" not in message.text:
            self.faults.append(message.text)
