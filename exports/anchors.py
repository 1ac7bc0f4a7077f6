"""Where a link inside a document leads: to a block by its id, or to a heading by the name Markdown gives its title."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

from guidelines.document import Node, inline_text

_DROPPED: Final = re.compile(r"[^\w\- ]")


def anchors(document: Node) -> Mapping[str, str]:
    """Fragment to block id. An id wins over a title; of equal titles the second is named `title-1`, and so on."""
    found: dict[str, str] = {}
    for block in document.content:
        if block.type == "heading" and block.id:
            name = slug(inline_text(block))
            candidate, count = name, 0
            while candidate in found:
                count += 1
                candidate = f"{name}-{count}"
            found[candidate] = block.id
    found.update({block.id: block.id for block in document.content if block.id})
    return found


def slug(title: str) -> str:
    """A title as a fragment: small letters, hyphens for spaces, no punctuation."""
    return _DROPPED.sub("", title.strip().lower()).replace(" ", "-")


def destination(href: str, known: Mapping[str, str]) -> str | None:
    """The block a `#fragment` leads to; None when it leads nowhere in this document."""
    fragment = href.removeprefix("#")
    return known.get(fragment) or known.get(unquote(fragment)) or known.get(unquote(fragment).lower())
