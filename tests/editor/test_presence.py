"""Who else is here: their places in the text, and one's own place that they must not move."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.editor.conftest import AICHA, SAMUEL, Draft, Window

SOCKET = "window.WebSocket = class extends WebSocket { constructor(url) { super(url); window.socket = this; } };"
MEANWHILE: dict[str, dict[str, Any]] = {
    "cursors": {"list": [{"client": "x", "id": "y", "name": "Sam O", "revision": 0, "anchor": 20, "head": 20}]},
    "people": {"list": []},
    "commits": {
        "list": [
            {
                "revision": 1,
                "ref": "r",
                "by": {"id": "y", "name": "Sam O"},
                "steps": [
                    {
                        "stepType": "replace",
                        "from": 1,
                        "to": 1,
                        "slice": {"content": [{"type": "text", "text": "On s"}]},
                    }
                ],
            }
        ]
    },
}


@pytest.mark.parametrize("kind", MEANWHILE)
def test_what_is_told_between_a_click_and_the_page_hearing_of_it_leaves_the_caret_where_it_was_put(
    draft: Draft, kind: str
) -> None:
    """The browser moves the caret at once and tells the page a moment later; in between another's frame arrives."""
    aicha = draft.open(AICHA)
    aicha.page.add_init_script(SOCKET)
    aicha.page.reload()
    aicha.is_saved()
    aicha.caret("Written")
    aicha.page.evaluate(
        """frame => {
          const walker = document.createTreeWalker(document.querySelector('.ProseMirror'), NodeFilter.SHOW_TEXT);
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            if (!node.data.includes('then speak.')) continue;
            getSelection().collapse(node, node.data.length);
            socket.onmessage({ data: frame });
            return;
          }
        }""",
        json.dumps({"t": kind, **MEANWHILE[kind]}),
    )
    aicha.page.wait_for_timeout(100)
    aicha.page.keyboard.type("!")
    assert aicha.words.split("\n")[1] == "Ask first, then speak.!"
    draft.end()


@pytest.mark.parametrize(
    ("language", "writes", "reads"),
    [
        ("en", "Samuel is writing in “2 Pictures”", "Samuel is in “2 Pictures”"),
        ("fr", "Samuel écrit dans «\u00a02 Pictures\u00a0»", "Samuel est dans «\u00a02 Pictures\u00a0»"),
    ],
)
def test_caret_selection_and_section_of_each_person_are_shown(
    draft: Draft, language: str, writes: str, reads: str
) -> None:
    aicha, samuel = draft.open(AICHA, language), draft.open(SAMUEL)
    samuel.caret("Last line.")
    samuel.type(" Mine.")
    expect(aicha.page.locator(".present-places")).to_have_text(writes)
    expect(aicha.page.locator(".ProseMirror .caret b")).to_have_text("Samuel")
    samuel.select("Written consent")
    expect(aicha.page.locator(".ProseMirror .sel")).to_have_text("Written consent")
    expect(aicha.page.locator(".present-places")).to_have_text(reads, timeout=12_000)
    samuel.page.close()
    expect(aicha.page.locator(".present-places")).to_have_text("")
    expect(aicha.page.locator(".ProseMirror .caret")).to_have_count(0)


def in_view(window: Window) -> bool:
    return bool(
        window.page.evaluate(
            """() => {
              const caret = document.querySelector('.ProseMirror .caret')?.getBoundingClientRect();
              return Boolean(caret) && caret.top >= 0 && caret.bottom <= innerHeight;
            }"""
        )
    )


@pytest.mark.parametrize("leave", ["Escape", "wheel", "typing", "Stop"])
def test_one_goes_along_with_a_person_until_one_moves_oneself(
    draft: Draft, eventually: Callable[[Callable[[], bool]], None], leave: str
) -> None:
    aicha, samuel = draft.open(AICHA), draft.open(SAMUEL)
    aicha.page.set_viewport_size({"width": 390, "height": 640})
    aicha.caret("Ask first")
    samuel.caret("Last line.")
    for number in range(30):
        samuel.press("Enter")
        samuel.type(f"Line {number}")
    samuel.is_saved()
    expect(aicha.page.locator(".ProseMirror")).to_contain_text("Line 29")
    assert not in_view(aicha)
    avatar = aicha.page.locator("#present button")
    avatar.click()
    expect(avatar).to_have_attribute("aria-pressed", "true")
    expect(aicha.page.locator(".toast")).to_contain_text(f"You follow {SAMUEL}")
    eventually(lambda: in_view(aicha))
    samuel.caret("Ask first")
    eventually(lambda: in_view(aicha))
    assert aicha.page.evaluate("document.documentElement.scrollWidth") == 390
    if leave == "Escape":
        aicha.press("Escape")
    elif leave == "wheel":
        aicha.page.mouse.move(200, 400)
        aicha.page.mouse.wheel(0, 30)
    elif leave == "typing":
        aicha.page.locator(".ProseMirror p").first.click()
        aicha.type("x")
    else:
        aicha.page.locator(".toast button").click()
    expect(aicha.page.locator(".toast")).to_have_count(0)
    expect(avatar).to_have_attribute("aria-pressed", "false")
    samuel.caret("Line 29")
    aicha.page.wait_for_timeout(800)
    assert not in_view(aicha)
