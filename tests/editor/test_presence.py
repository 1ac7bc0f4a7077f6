"""Who else is here: their places in the text, and one's own place that they must not move."""

import json
from typing import Any

import pytest

from tests.editor.conftest import AICHA, Draft

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
