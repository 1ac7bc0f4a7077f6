"""The connection in a real browser: answers that are lost, a text that disagrees, a socket that is closed for good."""

import json
import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, WebSocketRoute, expect

from guidelines.document import plain_text
from tests.editor.conftest import AICHA, Draft, Window

LIVE = re.compile(r"/live/")
Frame = dict[str, Any]


class Line:
    """The wire between an editor and the authority, in a test's hands."""

    def __init__(self, page: Page) -> None:
        self.sent: list[Frame] = []
        self.sockets: list[WebSocketRoute] = []
        self.change: Callable[[Frame], Frame | None] = lambda frame: frame
        self.holds_commits = False
        page.route_web_socket(LIVE, self._opened)

    def _opened(self, socket: WebSocketRoute) -> None:
        self.sockets.append(socket)
        server = socket.connect_to_server()

        def up(text: str | bytes) -> None:
            self.sent.append(json.loads(text))
            if not (self.holds_commits and self.sent[-1]["t"] == "commit"):
                server.send(text)

        def down(text: str | bytes) -> None:
            frame = self.change(json.loads(text))
            if frame is not None:
                socket.send(json.dumps(frame))

        socket.on_message(up)
        server.on_message(down)

    def commits(self) -> list[Frame]:
        return [frame for frame in self.sent if frame["t"] == "commit"]

    def opens(self) -> list[Frame]:
        return [frame for frame in self.sent if frame["t"] == "open"]


def wired(draft: Draft) -> tuple[Window, Line]:
    """The draft open over a line that the test holds."""
    aicha = draft.open(AICHA)
    line = Line(aicha.page)
    aicha.page.reload()
    aicha.is_saved()
    return aicha, line


def test_a_commit_whose_answer_was_lost_is_sent_again_and_counts_once(
    draft: Draft, eventually: Callable[[Callable[[], bool]], None]
) -> None:
    aicha, line = wired(draft)
    line.change = lambda frame: None if frame["t"] == "commits" else frame
    aicha.caret("Last line.")
    aicha.type("!")
    expect(aicha.page.locator("#saved[data-state=saving]")).to_be_visible()
    eventually(lambda: "Last line.!" in plain_text(draft.stored()))
    line.change = lambda frame: frame if frame["t"] != "catchup" else {**frame, "commits": []}
    line.sockets[-1].close(code=4008)
    eventually(lambda: len(line.commits()) >= 2)
    assert line.commits()[0] == line.commits()[1]
    aicha.is_saved()
    assert aicha.words.count("Last line.!") == 1
    assert plain_text(draft.stored()).count("!") == 1


def test_coming_back_asks_for_what_was_missed_only(draft: Draft) -> None:
    aicha, line = wired(draft)
    aicha.caret("Last line.")
    aicha.type("!")
    aicha.is_saved()
    line.sockets[-1].close(code=1012)
    expect(aicha.page.locator("#saved[data-state=offline]")).to_be_visible()
    aicha.is_saved()
    assert [frame["have"] for frame in line.opens()] == [None, 1]


def test_a_text_that_disagrees_with_the_authority_is_opened_again_and_what_waited_is_shown(
    draft: Draft, eventually: Callable[[Callable[[], bool]], None]
) -> None:
    aicha, line = wired(draft)
    line.change = lambda frame: {**frame, "hash": "0" * 64} if frame["t"] == "hash" else frame
    aicha.caret("Last line.")
    aicha.type("!")
    aicha.is_saved()
    eventually(lambda: len(line.opens()) == 2)
    assert line.opens()[1]["have"] is None
    aicha.is_saved()
    assert aicha.words == plain_text(draft.stored())
    reported = aicha.faults.pop()
    assert "is not the authority's" in reported


def test_a_socket_closed_for_good_ends_the_page_and_says_why(draft: Draft) -> None:
    aicha, line = wired(draft)
    line.sockets[-1].close(code=4001)
    expect(aicha.page.locator("#editor-notice")).to_contain_text("You are signed out")
    expect(aicha.page.locator(".ProseMirror")).to_have_attribute("contenteditable", "false")
    assert len(line.opens()) == 1
