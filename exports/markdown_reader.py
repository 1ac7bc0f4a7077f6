"""Markdown to a document: CommonMark with tables, strike-through, alerts as callouts, and front matter kept raw.

Word's model has no nesting: a list item is a paragraph with `list` and `indent`, a quote or callout an attribute of
its paragraphs. What Markdown can say is kept; HTML without a mark of its own stays as the text that it is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, reference
from markdown_it.rules_block.table import escapedSplit
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from exports.errors import InvalidDocument, NotText, TooComplex, TooDeep, TooLarge
from guidelines.document import Mark, Node
from guidelines.schema import SCHEMA, TURNING, text_fault

MOST_BYTES: Final = 5_000_000
MOST_BLOCKS: Final = 50_000
MOST_INDENT: Final = 8
MOST_QUOTES: Final = 9
#: Lists and quotes that may stand in each other; the levels that no document has are flattened.
MOST_DEPTH: Final = 100

#: The parser counts two levels for an item and leaves out, without a word, what stands deeper than its limit.
_LEVELS: Final = 2 * MOST_DEPTH + 2
_INLINE_LEVELS: Final = 60
_FRONT: Final = re.compile(r"\A---[ \t]*\n(.*?\n)?---[ \t]*(?:\n|\Z)", re.DOTALL)
_ALERT: Final = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*(?:\n|\Z)", re.IGNORECASE)
_TAG: Final = re.compile(r"<(/?)(u|ins|sub|sup|b|strong|i|em|s|del|strike)\s*>", re.IGNORECASE)
_FOOTNOTE: Final = re.compile(r"\[\^[^\]\s]+\]")
_BREAK: Final = re.compile(r"<br\s*/?>", re.IGNORECASE)
_HTML_MARKS: Final = {
    "u": "underline", "ins": "underline", "sub": "sub", "sup": "sup", "b": "strong", "strong": "strong",
    "i": "em", "em": "em", "s": "strike", "del": "strike", "strike": "strike",
}  # fmt: skip
_MARKS: Final = {"strong": "strong", "em": "em", "s": "strike"}


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that could not be kept as it was."""

    code: str
    facts: dict[str, Any] = field(default_factory=dict)


def read_markdown(text: str) -> Node:
    """The document of a Markdown text; raises `NotText`, `TooLarge`, `TooComplex`, `TooDeep`, `InvalidDocument`."""
    return read_with_warnings(text)[0]


def read_with_warnings(text: str) -> tuple[Node, list[Warned]]:
    """The document, and what could not be kept (such as links that may not stand in a document)."""
    if "\0" in text:
        raise NotText()
    if len(text) > MOST_BYTES:
        raise TooLarge(size=len(text), limit=MOST_BYTES)
    if not TURNING.isdisjoint(text):
        raise InvalidDocument(reason=text_fault(text))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    front = _FRONT.match(text)
    body = text[front.end() :] if front else text
    env: dict[str, Any] = {}
    tokens = _parser().parse(body, env)
    _within(tokens)
    reader = _Reader(body.split("\n"), env)
    reader.blocks(tokens)
    reader.warn_of_definitions()
    if len(reader.found) > MOST_BLOCKS:
        raise TooComplex(size=len(reader.found), limit=MOST_BLOCKS)
    attrs = {"front_matter": front.group(0)} if front else {}
    blocks = reader.found or [Node("paragraph")]
    numbered = [
        Node(b.type, {"id": f"b{n}", **b.attrs}, b.content) if b.type != "row" else b for n, b in enumerate(blocks)
    ]
    return Node("doc", attrs, tuple(numbered)), reader.warnings


def read_inline(text: str) -> tuple[Node, ...]:
    """The words and marks of one line of Markdown."""
    return _Reader([], {}).inline(_parser().parseInline(text)[0].children or [])


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": _LEVELS}).enable(["table", "strikethrough"])
    parser.block.ruler.at("reference", _definition, {"alt": []})
    parser.core.ruler.before("inline", "inline_levels", _limit_inline)
    return parser


def _definition(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A link's definition; a footnote of one word looks like one, and its word is not an address."""
    if state.src.startswith("[^", state.bMarks[start] + state.tShift[start]):
        return False
    return reference(state, start, end, silent)


def _limit_inline(state: StateCore) -> None:
    """Brackets nest less deep than lists may: looking for their ends takes a call each, and nothing is left out."""
    state.md.options["maxNesting"] = _INLINE_LEVELS


def _within(tokens: Sequence[Token]) -> None:
    depth = deepest = 0
    for token in tokens:
        if token.type in ("list_item_open", "blockquote_open"):
            depth += 1
            deepest = max(deepest, depth)
        elif token.type in ("list_item_close", "blockquote_close"):
            depth -= 1
    if deepest > MOST_DEPTH:
        raise TooDeep(size=deepest, limit=MOST_DEPTH)


class _Reader:
    """Walks markdown-it's tokens with the lists and boxes that stand open."""

    def __init__(self, source: Sequence[str], env: dict[str, Any]) -> None:
        self.source = source
        self.env = env
        self.used: set[str] = set()
        self.found: list[Node] = []
        self.warnings: list[Warned] = []
        self.lists: list[tuple[str, int | None]] = []
        self.first_of_item = False
        self.quotes: list[str] = []

    def blocks(self, tokens: Sequence[Token]) -> None:
        place = 0
        while place < len(tokens):
            place = self.block(tokens, place)

    def warn(self, code: str, **facts: Any) -> None:
        """Notes once what could not be kept."""
        if (warned := Warned(code, facts)) not in self.warnings:
            self.warnings.append(warned)

    def warn_of_definitions(self) -> None:
        for label, found in self.env.get("references", {}).items():
            if found["href"] not in self.used:
                self.warn("definition_unused", label=label[:200], href=found["href"][:200])

    def block(self, tokens: Sequence[Token], place: int) -> int:
        token = tokens[place]
        kind = token.type
        if kind in ("bullet_list_open", "ordered_list_open"):
            start = token.attrGet("start")
            self.lists.append(("number" if kind[0] == "o" else "bullet", int(start) if start is not None else None))
        elif kind in ("bullet_list_close", "ordered_list_close"):
            self.lists.pop()
            self.first_of_item = False
        elif kind == "list_item_open":
            self.first_of_item = True
        elif kind == "list_item_close" and self.first_of_item:
            self.add("paragraph", {}, ())
        elif kind == "blockquote_open":
            self.quotes.append(self.box_of(tokens, place))
        elif kind == "blockquote_close":
            self.quotes.pop()
        elif kind == "inline":
            self.paragraph(tokens, place)
        elif kind in ("fence", "code_block"):
            self.code(token)
        elif kind == "hr":
            self.found.append(Node("rule"))
        elif kind == "html_block":
            lines = [line.strip() for line in token.content.strip().split("\n")]
            self.add("paragraph", {}, self.lines("\n".join(lines)))
        elif kind == "table_open":
            return self.table(tokens, place)
        return place + 1

    def box_of(self, tokens: Sequence[Token], place: int) -> str:
        """`note` and its like for an alert, whose mark is then taken out of the text; else `quote`."""
        inside = tokens[place + 1 : place + 3]
        if len(inside) == 2 and inside[0].type == "paragraph_open" and not self.quotes:
            words = inside[1]
            if (found := _ALERT.match(words.content)) is not None:
                words.content = words.content[found.end() :]
                words.children = _parser().parseInline(words.content, self.env)[0].children if words.content else []
                if not words.content:
                    words.meta = {"empty_alert": True}
                return found.group(1).lower()
        return "quote"

    def paragraph(self, tokens: Sequence[Token], place: int) -> None:
        token = tokens[place]
        if token.meta.get("empty_alert") and place + 2 < len(tokens) and tokens[place + 2].type != "blockquote_close":
            return
        opener = tokens[place - 1]
        content = self.inline(token.children or [])
        if opener.type == "heading_open":
            self.add("heading", {"level": int(opener.tag[1])}, content)
        else:
            self.add("paragraph", {}, content)

    def code(self, token: Token) -> None:
        language = token.info.strip().split()[0] if token.info.strip() else ""
        box = f"code:{language}" if SCHEMA.patterns["box"].fullmatch(f"code:{language}") else "code"
        self.add("paragraph", {"box": box}, self.lines(token.content.removesuffix("\n")))

    def add(self, kind: str, attrs: dict[str, Any], content: tuple[Node, ...]) -> None:
        """Adds a text block with the list and box in which it stands."""
        if self.lists:
            depth = min(len(self.lists), MOST_INDENT + 1, self.deepest())
            if len(self.lists) > MOST_INDENT + 1:
                self.warn("list_flattened", limit=MOST_INDENT + 1)
            style, start = self.lists[-1]
            if self.first_of_item and kind == "paragraph":
                attrs = {**attrs, "list": style, "indent": depth - 1}
                if style == "number" and start not in (None, 1):
                    attrs["start"] = start
                self.lists[-1] = (style, None)
            elif kind == "paragraph" and self.found and _in_list(self.found[-1]):
                attrs = {**attrs, "indent": min(depth, MOST_INDENT)}
            self.first_of_item = False
        if self.quotes and "box" not in attrs:
            attrs = {**attrs, "box": self.box()}
        self.found.append(Node(kind, attrs, content))

    def deepest(self) -> int:
        """How deep an item may stand: one below the item before it, for nothing else carries it."""
        last = self.found[-1] if self.found else None
        return int(last.attr("indent")) + 2 if last is not None and _in_list(last) else 1

    def box(self) -> str:
        """The box of the innermost quote or callout; quotes in quotes are counted."""
        if self.quotes.count("quote") > MOST_QUOTES:
            self.warn("quote_flattened", limit=MOST_QUOTES)
        depth = min(self.quotes.count("quote"), MOST_QUOTES)
        if self.quotes[-1] != "quote":
            return self.quotes[-1]
        return "quote" if depth < 2 else f"quote:{depth}"

    def table(self, tokens: Sequence[Token], place: int) -> int:
        rows: list[Node] = []
        cells: list[Node] = []
        row = tokens[place]
        while tokens[place].type != "table_close":
            token = tokens[place]
            if token.type == "tr_open":
                cells, row = [], token
            elif token.type in ("th_open", "td_open"):
                style = str(token.attrGet("style") or "")
                align = style.removeprefix("text-align:") if style else None
                attrs = {"align": align} if align in ("left", "center", "right") else {}
                content = self.inline(tokens[place + 1].children or [])
                kind = "header_cell" if token.type == "th_open" else "cell"
                cells.append(Node(kind, attrs, (Node("paragraph", {}, content),)))
            elif token.type == "tr_close":
                cells += self.beyond(row, len(cells))
                rows.append(Node("row", {}, tuple(cells)))
            place += 1
        self.found.append(Node("table", {}, tuple(rows)))
        self.first_of_item = False
        return place + 1

    def beyond(self, row: Token, width: int) -> list[Node]:
        """The cells that a row has beyond the head's, which Markdown's own renderers leave out."""
        line = self.source[row.map[0]] if row.map else ""
        columns = escapedSplit(line.lstrip(" \t>").rstrip())
        columns = columns[1:] if columns and not columns[0] else columns
        columns = columns[:-1] if columns and not columns[-1] else columns
        more = columns[width:] if any(words.strip() for words in columns[width:]) else []
        parsed = [_parser().parseInline(words.strip(), self.env)[0].children or [] for words in more]
        return [Node("cell", {}, (Node("paragraph", {}, self.inline(children)),)) for children in parsed]

    def lines(self, text: str) -> tuple[Node, ...]:
        """A text whose line ends are hard breaks."""
        parts: list[Node] = []
        for number, line in enumerate(text.split("\n")):
            if number:
                parts.append(Node("hard_break"))
            if line:
                parts.append(Node("text", text=_clean(line)))
        return tuple(parts)

    def inline(self, tokens: Sequence[Token]) -> tuple[Node, ...]:
        marks: list[Mark] = []
        closing: list[Mark | None] = []
        parts: list[Node] = []
        for token in tokens:
            kind = token.type
            if kind == "text":
                for label in _FOOTNOTE.findall(token.content):
                    self.warn("footnote_kept_as_text", label=label[:200])
                _say(parts, _clean(token.content), marks)
            elif kind == "softbreak":
                _say(parts, " ", marks)
            elif kind == "hardbreak":
                parts.append(Node("hard_break", marks=_set(marks)))
            elif kind == "code_inline":
                _say(parts, _clean(token.content), [*marks, Mark("code")])
            elif kind == "image":
                self.image(parts, token, marks)
            elif kind == "html_inline":
                _html(parts, token.content, marks)
            elif kind == "link_open":
                closing.append(self.link(token, marks))
            elif kind == "link_close":
                if (opened := closing.pop()) is not None:
                    marks.remove(opened)
            elif kind.endswith("_open") and token.tag in _MARKS:
                marks.append(Mark(_MARKS[token.tag]))
            elif kind.endswith("_close") and token.tag in _MARKS:
                _drop(marks, _MARKS[token.tag])
        return _trimmed(parts)

    def link(self, token: Token, marks: list[Mark]) -> Mark | None:
        href, title = str(token.attrGet("href") or ""), token.attrGet("title")
        self.used.add(href)
        if len(href) > 2000 or not SCHEMA.patterns["link"].fullmatch(href):
            self.warn("link_removed", href=href[:200])
            return None
        mark = Mark("link", {"href": href, **({"title": title} if title else {})})
        marks.append(mark)
        return mark

    def image(self, parts: list[Node], token: Token, marks: list[Mark]) -> None:
        src, title = str(token.attrGet("src") or ""), token.attrGet("title")
        alt = _clean("".join(" " if child.type == "softbreak" else child.content for child in token.children or []))
        self.used.add(src)
        if len(src) > 2000 or not SCHEMA.patterns["link"].fullmatch(src):
            self.warn("link_removed", href=src[:200])
            _say(parts, alt, marks)
            return
        attrs = {"src": src, "alt": alt, **({"title": title} if title else {})}
        parts.append(Node("image", attrs, marks=_set(marks)))


def _in_list(block: Node) -> bool:
    return block.type == "paragraph" and (block.attr("list") is not None or block.attr("indent") > 0)


def _say(parts: list[Node], text: str, marks: Sequence[Mark]) -> None:
    if not text:
        return
    kept = _set(marks)
    if parts and parts[-1].type == "text" and parts[-1].marks == kept:
        parts[-1] = Node("text", text=parts[-1].text + text, marks=kept)
    else:
        parts.append(Node("text", text=text, marks=kept))


def _trimmed(parts: Sequence[Node]) -> tuple[Node, ...]:
    """Without spaces at the ends of lines, which Markdown cannot say."""
    found: list[Node] = []
    for place, part in enumerate(parts):
        if part.type == "text" and not any(mark.type == "code" for mark in part.marks):
            words = part.text
            if place == 0 or (found and found[-1].type == "hard_break") or not found:
                words = words.lstrip(" \t")
            if place + 1 == len(parts) or parts[place + 1].type == "hard_break":
                words = words.rstrip(" \t")
            if not words:
                continue
            part = Node("text", text=words, marks=part.marks)
        found.append(part)
    return tuple(found)


def _set(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Each kind once, in the schema's order; of two that exclude each other the inner one."""
    by_kind = {mark.type: mark for mark in marks}
    if "sub" in by_kind and "sup" in by_kind:
        del by_kind["sub" if [m.type for m in marks if m.type in ("sub", "sup")][-1] == "sup" else "sup"]
    return tuple(sorted(by_kind.values(), key=lambda mark: SCHEMA.marks[mark.type].rank))


def _html(parts: list[Node], text: str, marks: list[Mark]) -> None:
    if _BREAK.fullmatch(text):
        parts.append(Node("hard_break", marks=_set(marks)))
    elif found := _TAG.fullmatch(text):
        mark = _HTML_MARKS[found.group(2).lower()]
        if found.group(1):
            _drop(marks, mark)
        else:
            marks.append(Mark(mark))
    else:
        _say(parts, _clean(text), marks)


def _drop(marks: list[Mark], kind: str) -> None:
    for place in range(len(marks) - 1, -1, -1):
        if marks[place].type == kind:
            del marks[place]
            return


def _clean(text: str) -> str:
    """The text without the control characters that no document may hold."""
    return "".join(c for c in text if c >= " " or c == "\t") if any(c < " " and c != "\t" for c in text) else text
