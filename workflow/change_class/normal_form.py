"""The normal form of a section's words: what is left when typography is taken away.

Two texts are editorially the same exactly when their normal forms are equal. That is an equivalence, so no chain of
editorial editions can carry a word in or out. Case, accents, spelling, commas and typed numbers are kept.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, Final

from guidelines.document import Mark, Node, digest, inline_text

_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_SPACE: Final = re.compile(r"\s+")
_SIGNS: Final = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "…": "...", "œ": "oe", "Œ": "OE", "‐": "-", "‑": "-"}
)
_GUILLEMETS: Final = re.compile(r"«\s*|\s*»")
_SPACED_DASH: Final = re.compile(r"(?<=\s)[-–—](?=\s)")
_BEFORE_SIGN: Final = re.compile(r"\s+(?=[;:!?](?:\s|$))")
_END: Final = re.compile(r"[\s.;:,]+$")
_SCHEME: Final = re.compile(r"^https?://(?:www\.)?", re.IGNORECASE)
#: Emphasis says nothing that the words do not say. Struck words, exponents and code do.
_EMPHASIS: Final = frozenset({"strong", "em", "underline"})


def normal_text(text: str) -> str:
    """A stretch of words without typography: quotes, dashes, spaces, ellipses and ligatures in their plainest form."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFC", text)).translate(_SIGNS)
    plain = _GUILLEMETS.sub('"', plain)
    plain = _SPACE.sub(" ", _SPACED_DASH.sub("-", plain))
    return _BEFORE_SIGN.sub("", plain).strip()


def normal_link(target: str) -> str:
    """A link's target without scheme, `www.` and final slash."""
    return _SCHEME.sub("", target).rstrip("/")


def normal_words(block: Node) -> str:
    """A text block's words in normal form, the signs that only close it left out."""
    return _END.sub("", normal_text(inline_text(block)))


def extras(block: Node) -> list[Any]:
    """What a text block carries besides its words: links, struck words, exponents, code, images, people named.

    Each with how many signs stand before it, so that striking another of two equal words is not the same.
    """
    found: list[Any] = []
    before = ""
    for child in block.content:
        place = len(normal_text(before).replace(" ", ""))
        if child.type == "image":
            found.append(["image", normal_link(str(child.attr("src"))), place, before, before])
        elif child.type == "mention":
            found.append(["mention", str(child.attr("person")), place, before, before])
        after = before + inline_text(Node("paragraph", content=(child,)))
        for mark in child.marks:
            if mark.type not in _EMPHASIS:
                _extend(found, mark, place, before, after)
        before = after
    return [[kind, value, place, _words_between(start, end)] for kind, value, place, start, end in found]


def shape(block: Node) -> list[Any]:
    """How a text block stands: in which list, at which indent, in which box. A heading's level is the outline's."""
    return [block.type, block.attr("list"), block.attr("indent"), block.attr("box"), block.attr("start")]


def normal_form(blocks: Sequence[Node]) -> list[Any]:
    """The blocks in normal form; empty paragraphs say nothing."""
    return [value for block in blocks for value in _block(block)]


def normal_hash(blocks: Sequence[Node]) -> str:
    """The hash that two slices share exactly when they differ by typography alone."""
    return digest("normal", normal_form(blocks))


def _block(block: Node) -> Iterator[Any]:
    if block.is_textblock:
        words, carried = normal_words(block), extras(block)
        if words or carried:
            yield [*shape(block), words, carried]
    elif block.type == "table":
        yield [
            [[cell.type, cell.attr("colspan"), cell.attr("rowspan"), normal_form(cell.content)] for cell in row.content]
            for row in block.content
        ]
    elif block.type != "rule":
        yield [block.type, normal_form(block.content)]


def _extend(found: list[Any], mark: Mark, place: int, before: str, after: str) -> None:
    """Adds a marked stretch; one link over words in two forms is one link."""
    value = normal_link(str(mark.attrs["href"])) if mark.type == "link" else ""
    for entry in reversed(found):
        if entry[:2] == [mark.type, value] and entry[4] == before:
            entry[4] = after
            return
    found.append([mark.type, value, place, before, after])


def _words_between(start: str, end: str) -> str:
    return _END.sub("", normal_text(end[len(start) :]))
