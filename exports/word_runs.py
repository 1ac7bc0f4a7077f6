"""Text with its marks as Word runs, links as hyperlinks to an address or to a bookmark."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from html import escape
from typing import Final
from urllib.parse import quote, urlsplit

from exports.labels import LABELS
from exports.word_package import Relation
from guidelines.document import Mark, Node
from guidelines.schema import SCHEMA

MOST_TIP: Final = 255

#: First bytes of the UTF-8 of every script written from right to left (and of some others).
_TURNING_BYTES: Final = bytes([*range(0xD6, 0xE1), 0xEF, 0xF0])

_BREAKS: Final = re.compile(r"[\t\n]")
_STYLES: Final = {"code": "InlineCode", "ins": "Inserted", "del": "Deleted"}
_PROPERTIES: Final = {
    "strong": "<w:b/><w:bCs/>", "em": "<w:i/><w:iCs/>", "strike": "<w:strike/>", "underline": '<w:u w:val="single"/>',
    "sub": '<w:vertAlign w:val="subscript"/>', "sup": '<w:vertAlign w:val="superscript"/>',
}  # fmt: skip
_SAFE: Final = "%/?#:@!$&'()*+,;=-._~[]"
_LONE_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


class Runs:
    """Writes inline content; keeps the addresses met on the way as relationships."""

    def __init__(self, language: str, bookmark_of: Callable[[str], str | None]) -> None:
        self.relations: list[Relation] = []
        self._say = LABELS[language]
        self._bookmark_of = bookmark_of
        self._ids: dict[str, str] = {}
        self._properties: dict[tuple[str, ...], str] = {}

    def of(self, content: Sequence[Node]) -> str:
        """The runs of a text block's content."""
        parts = []
        place = 0
        while place < len(content):
            node = content[place]
            if not node.marks and node.type == "text":
                parts.append(run(node.text))
                place += 1
                continue
            link = _link(node)
            if link is None:
                parts.append(self._run(node, False))
                place += 1
                continue
            end = place + 1
            while end < len(content) and _link(content[end]) == link:
                end += 1
            parts.append(self._hyperlink(link, "".join([self._run(inner, True) for inner in content[place:end]])))
            place = end
        return "".join(parts)

    def _run(self, node: Node, linked: bool) -> str:
        if node.type == "text":
            words, style = node.text, ""
        elif node.type == "hard_break":
            return "<w:r><w:br/></w:r>"
        elif node.type == "image":
            words, style = f"[{self._say['image']}{self._say['colon']} {node.attr('alt')}]", "ImageRoom"
        else:
            words, style = f"@{node.attr('label')}", "Mention"
        key = (style, "link" if linked else "", *[mark.type for mark in node.marks])
        found = self._properties.get(key)
        if found is None:
            found = self._properties[key] = _run_properties(style, linked, node.marks)
        return run(words, found)

    def _hyperlink(self, link: Mark, runs: str) -> str:
        href, title = str(link.attrs.get("href", "")), link.attrs.get("title")
        if not href or not SCHEMA.patterns["link"].fullmatch(href):
            return runs
        tip = f' w:tooltip="{escape(str(title)[:MOST_TIP])}"' if title else ""
        if href.startswith("#") and (name := self._bookmark_of(href)) is not None:
            return f'<w:hyperlink w:anchor="{name}"{tip} w:history="1">{runs}</w:hyperlink>'
        if (found := self._ids.get(href)) is not None:
            return f'<w:hyperlink r:id="{found}"{tip} w:history="1">{runs}</w:hyperlink>'
        address = uri(href)
        if address is None:
            # Word refuses a whole file for one malformed target; a field takes any text.
            return f'<w:fldSimple w:instr=" HYPERLINK &quot;{escape(href)}&quot; ">{runs}</w:fldSimple>'
        found = self._ids[href] = f"rIdL{len(self._ids) + 1}"
        self.relations.append(Relation(found, "hyperlink", address, outside=True))
        return f'<w:hyperlink r:id="{found}"{tip} w:history="1">{runs}</w:hyperlink>'


def run(words: str, properties: str = "") -> str:
    """One run; a tab and a line feed become Word's own."""
    if "&" in words or "<" in words or ">" in words:
        words = escape(words, quote=False)
    if "\n" in words or "\t" in words:
        words = _BREAKS.sub(_broken, words)
    return f'<w:r>{properties}<w:t xml:space="preserve">{words}</w:t></w:r>'


def uri(href: str) -> str | None:
    """The address as a valid URI, percent-encoded where needed; None when none can be made of it."""
    address = _LONE_PERCENT.sub("%25", quote(href, safe=_SAFE))
    if address.count("#") > 1:
        first, _, rest = address.partition("#")
        address = f"{first}#{rest.replace('#', '%23')}"
    try:
        parts = urlsplit(address)
        # The port is parsed only when asked for.
        sound = parts.port is None or parts.port < 65536
    except ValueError:
        return None
    host = parts.hostname or ""
    if parts.scheme in ("http", "https") and (not sound or not host or "%" in host or not host.isascii()):
        return None
    if ("[" in address or "]" in address) and parts.netloc.count("[") != 1:
        address = address.replace("[", "%5B").replace("]", "%5D")
    return address


def may_turn(text: str) -> bool:
    """Whether any letter could be one written from right to left: a quick look at a whole document's bytes."""
    data = text.encode("utf-8", "surrogatepass")
    return len(data.translate(None, _TURNING_BYTES)) != len(data)


def right_to_left(text: str) -> bool:
    """Whether the first letter that has a direction is written from right to left."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in ("R", "AL"):
            return True
        if direction == "L":
            return False
    return False


def _broken(found: re.Match[str]) -> str:
    sign = "<w:br/>" if found.group() == "\n" else "<w:tab/>"
    return f'</w:t>{sign}<w:t xml:space="preserve">'


def _link(node: Node) -> Mark | None:
    for mark in node.marks:
        if mark.type == "link":
            return mark
    return None


def _run_properties(style: str, linked: bool, marks: Sequence[Mark]) -> str:
    names = {mark.type for mark in marks}
    own = style or next((_STYLES[name] for name in _STYLES if name in names), "") or ("Hyperlink" if linked else "")
    own = "LinkedCode" if linked and own == "InlineCode" else own
    parts = [f'<w:rStyle w:val="{own}"/>'] if own else []
    parts += [_PROPERTIES[name] for name in ("strong", "em", "strike", "underline", "sub", "sup") if name in names]
    return f"<w:rPr>{''.join(parts)}</w:rPr>" if parts else ""
