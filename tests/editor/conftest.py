"""Fixtures of the editor's browser tests: a served Charte with one draft, and people who have it open."""

import time
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import Session, select

from api.database import make_engine, transaction
from guidelines import authority
from guidelines.document import Node
from guidelines.people import Actor, Role
from guidelines.tables import Person
from tests import served
from tests.builders import bullet, doc, h1, p
from workflow import drafts

AICHA, SAMUEL = "Aïcha Benali", "Samuel Okafor"
HELD = [(Role.EDITOR, "comms"), (Role.PUBLISHER, "comms")]
TEXT = doc(
    h1("Speaking", id="s1"), p("Ask first, then speak.", id="p1"), p("Write down what you said.", id="p2"),
    h1("Pictures", id="s2"), bullet("Written consent.", id="l1"), p("Last line.", id="p3"), numbering="clauses",
)  # fmt: skip


class Draft:
    """A draft on a running server, and the windows in which it is open."""

    def __init__(self, browser: Browser, server: served.Served, version_id: str) -> None:
        self.browser, self.server, self.version_id = browser, server, version_id
        self.windows: list[Window] = []

    def open(self, name: str, language: str = "en", **context: Any) -> "Window":
        """Somebody signs in and opens the draft."""
        window = Window(self, name, language, context)
        self.windows.append(window)
        return window

    def stored(self) -> Node:
        """The text as it is on disk."""
        engine = make_engine(self.server.database_url)
        try:
            with Session(engine) as session:
                return authority.open_document(session, self.version_id).document
        finally:
            engine.dispose()

    def stored_whole(self) -> Node:
        """The text as it is on disk, with what is suggested in it."""
        engine = make_engine(self.server.database_url)
        try:
            with Session(engine) as session:
                return authority.open_document(session, self.version_id).with_suggestions
        finally:
            engine.dispose()

    def end(self) -> list[str]:
        """Closes all windows; the faults that their consoles reported."""
        for window in self.windows:
            window.page.context.close()
        return [fault for window in self.windows for fault in window.faults]


class Window:
    """One person's browser window on the draft."""

    def __init__(self, draft: Draft, name: str, language: str, context: dict[str, Any]) -> None:
        self.context = draft.browser.new_context(viewport={"width": 1280, "height": 900}, **context)
        self.faults: list[str] = []
        self.page: Page = self.listening(self.context.new_page())
        self.draft, self.language = draft, language
        self.address = f"/{language}/versions/{draft.version_id}/edit"
        self.sign_in(name)

    def listening(self, page: Page) -> Page:
        """The page, whose faults are noted."""
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: self._heard(said.type, said.text))
        return page

    def sign_in(self, name: str) -> None:
        """Somebody signs in and opens the draft, in a new page when the window has none."""
        if self.page.is_closed():
            self.page = self.listening(self.context.new_page())
        self.page.goto(f"{self.draft.server.url}/{self.language}/sign-in?next={self.address}")
        self.page.locator("input[name=email]").fill(served.address(name))
        self.page.locator("input[name=password]").fill(served.PASSWORD)
        self.page.locator("main form button").first.click()
        expect(self.page.locator("#saved[data-state=saved]")).to_be_visible()

    @property
    def words(self) -> str:
        """The text as it stands in the window, a line for each block, others' carets left out."""
        return str(
            self.page.evaluate(
                """() => {
                  const text = document.querySelector('.ProseMirror').cloneNode(true);
                  text.querySelectorAll('.caret').forEach(caret => caret.remove());
                  return [...text.children].map(block => block.textContent).join('\\n');
                }"""
            )
        )

    def caret(self, after: str) -> None:
        """Puts the caret behind these words."""
        self._range(after, len(after), len(after))

    def select(self, words: str) -> None:
        """Selects these words."""
        self._range(words, 0, len(words))

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def paste(self, html: str) -> None:
        """Pastes HTML as the clipboard would give it."""
        self.page.evaluate(
            """html => {
              const data = new DataTransfer();
              data.setData('text/html', html);
              const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true });
              document.querySelector('.ProseMirror').dispatchEvent(event);
            }""",
            html,
        )

    def comment(self, words: str, text: str) -> None:
        """Selects words and comments on them."""
        self.select(words)
        self.press("Control+Alt+m")
        self.page.locator(".drafted textarea").fill(text)
        self.page.locator(".drafted [type=submit]").click()
        expect(self.page.locator(".drafted")).to_have_count(0)

    def is_saved(self) -> None:
        """Waits until the page says that everything is durable."""
        expect(self.page.locator("#saved[data-state=saved]")).to_be_visible(timeout=10_000)

    def _range(self, words: str, start: int, end: int) -> None:
        self.page.evaluate(
            """async ([words, start, end]) => {
              const text = document.querySelector('.ProseMirror');
              for (let tries = 0; tries < 30; tries += 1) {  // another's letters come one after the other
                const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
                for (let node = walker.nextNode(); node; node = walker.nextNode()) {
                  const at = node.data.indexOf(words);
                  if (at < 0) continue;
                  text.focus();
                  getSelection().setBaseAndExtent(node, at + start, node, at + end);
                  return;
                }
                await new Promise(after => setTimeout(after, 100));
              }
              throw new Error(`not found: ${words}`);
            }""",
            [words, start, end],
        )
        time.sleep(0.1)  # the browser tells the page of a new selection a moment later

    def _heard(self, kind: str, words: str) -> None:
        if kind == "error" and "ERR_INTERNET_DISCONNECTED" not in words and "status of 4" not in words:
            self.faults.append(words)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[served.Served]:
    """A real Charte in its own process."""
    company = {AICHA: ("en", HELD), SAMUEL: ("en", HELD)}
    with served.charte(tmp_path_factory.mktemp("editor"), company) as running:
        yield running


def made(browser: Browser, server: served.Served, number: str) -> Draft:
    """A fresh draft on a server."""
    engine = make_engine(server.database_url)
    with transaction(engine) as session:
        found = session.exec(select(Person).where(Person.name == AICHA)).one()
        actor = Actor(found.id, found.name, "en", frozenset(HELD))
        drafts.create_guideline(
            session, actor, guideline_id=f"g{number}", version_id=f"v{number}", slug=f"s{number}", title="Charter",
            language="en", kind="charter", owner_team="comms", document=TEXT, at=datetime.now(UTC),
        )  # fmt: skip
    engine.dispose()
    return Draft(browser, server, f"v{number}")


@pytest.fixture
def draft(browser: Browser, server: served.Served, request: pytest.FixtureRequest) -> Iterator[Draft]:
    """A fresh draft; at the end no window has reported a fault."""
    fresh = made(browser, server, f"{zlib.crc32(request.node.name.encode()):x}")
    yield fresh
    assert fresh.end() == []


@pytest.fixture
def eventually(draft: Draft) -> Callable[[Callable[[], bool]], None]:
    """Waits until something is so, while the windows go on; fails after ten seconds."""

    def wait(holds: Callable[[], bool]) -> None:
        for _ in range(200):
            if holds():
                return
            draft.windows[0].page.wait_for_timeout(50)
        raise AssertionError("it did not come about")

    return wait
