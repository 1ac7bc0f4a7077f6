"""HTML out of a document: the fragment that pages show.

A string writer: no tree is built. Lists and boxes, which the document keeps as attributes, become real nested
elements again. Everything is escaped, and every address checked once more.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from exports.anchors import anchors, destination
from exports.labels import CALLOUTS, LABELS
from exports.lists import Lists, in_list
from exports.numbering import numbers
from guidelines.document import Mark, Node, inline_text
from guidelines.schema import SCHEMA

_TAGS: Final = {
    "strong": "strong", "em": "em", "underline": "u", "strike": "s", "sub": "sub", "sup": "sup", "code": "code",
    "ins": "ins", "del": "del",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the contents."""

    id: str
    number: str
    title: str
    depth: int


def contents(document: Node) -> list[Line]:
    """The headings with their numbers; `depth` is 0 for the highest level used."""
    given = numbers(document)
    levels = [int(block.attr("level")) for block in document.content if block.type == "heading"]
    top = min(levels, default=1)
    return [
        Line(block.id, given.get(place, ""), inline_text(block), int(block.attr("level")) - top)
        for place, block in enumerate(document.content)
        if block.type == "heading" and inline_text(block).strip()
    ]


def render_document(document: Node, *, language: str = "fr") -> str:
    """The document as a fragment: a section for each heading, named by the heading's id."""
    given = numbers(document)
    top = highest_level(document)
    parts: list[str] = []
    opened = False
    blocks: list[tuple[Node, str]] = []
    for place, block in enumerate(_resolved(document)):
        if block.type == "heading":
            parts += render_blocks(blocks, language, top)
            blocks = []
            if opened:
                parts.append("</section>\n")
            name = escape(block.id)
            parts.append(f'<section id="{name}" aria-labelledby="{name}-title">\n')
            opened = True
        blocks.append((block, given.get(place, "")))
    parts += render_blocks(blocks, language, top)
    if opened:
        parts.append("</section>\n")
    return "".join(parts)


def highest_level(document: Node) -> int:
    """The highest heading level that the document uses: shown as a page's second, for the title is its first."""
    return min((int(block.attr("level")) for block in document.content if block.type == "heading"), default=2)


def render_blocks(blocks: Sequence[tuple[Node, str]], language: str, top: int = 2) -> Iterator[str]:
    """Blocks with their numbers, in order; lists and boxes are opened and closed around them."""
    place = 0
    while place < len(blocks):
        block, number = blocks[place]
        box = block.attr("box") if block.is_textblock else None
        end = place + 1
        if box is not None and not (in_list(block) and str(box).startswith("code")):
            if not str(box).startswith("code"):
                while end < len(blocks) and blocks[end][0].is_textblock and blocks[end][0].attr("box") == box:
                    end += 1
            yield from _box(str(box), blocks[place:end], language, top)
        elif in_list(block):
            while end < len(blocks) and _goes_on(blocks[end][0]):
                end += 1
            yield from _list([entry for entry, _ in blocks[place:end]], language)
        else:
            yield from _plain(block, number, language, top)
        place = end


def inline(block: Node) -> str:
    """The block's text with its marks."""
    return "".join(_inline(node) for node in block.content)


def safe_link(href: str) -> str | None:
    """The address escaped for an attribute; None for one that may not be followed."""
    return escape(href) if href and SCHEMA.patterns["link"].fullmatch(href) else None


def _goes_on(block: Node) -> bool:
    """Whether a list that stands open goes on with the block: an item, or what is indented below one, boxed or not."""
    box = block.attr("box") if block.is_textblock else None
    return in_list(block) and (box is None or block.attr("indent") > 0 or str(box).startswith("code"))


def _resolved(document: Node) -> Iterator[Node]:
    """The blocks; links that name a heading by its title lead to its id, as they do in Word."""
    known: Mapping[str, str] | None = None
    for block in document.content:
        if block.is_textblock and any(_fragment(node) for node in block.content):
            if known is None:
                known = anchors(document)
            yield Node(block.type, block.attrs, tuple(_led(node, known) for node in block.content))
        else:
            yield block


def _fragment(node: Node) -> bool:
    return any(mark.type == "link" and str(mark.attrs.get("href", "")).startswith("#") for mark in node.marks)


def _led(node: Node, known: Mapping[str, str]) -> Node:
    if not _fragment(node):
        return node
    marks = []
    for mark in node.marks:
        href = str(mark.attrs.get("href", ""))
        if mark.type == "link" and href.startswith("#") and (block := destination(href, known)) is not None:
            mark = Mark("link", {**mark.attrs, "href": f"#{block}"})
        marks.append(mark)
    return Node(node.type, node.attrs, node.content, node.text, tuple(marks))


def _plain(block: Node, number: str, language: str, top: int) -> Iterator[str]:
    if block.type == "heading":
        level = max(2, min(6, int(block.attr("level")) - top + 2))
        label = f'<span class="n">{escape(number)}</span>' if number else ""
        look = _classed(str(block.attrs.get("look", "")))
        yield f'<h{level}{look} id="{escape(block.id)}-title">{label}{inline(block)}</h{level}>\n'
    elif block.type == "paragraph":
        label = f'<span class="cl">{escape(number)}</span>' if number else ""
        # `look` is not in the schema: a redline sets it on the blocks it makes.
        yield f"<p{_look(block)}>{label}{inline(block)}</p>\n"
    elif block.type == "rule":
        yield "<hr>\n"
    elif block.type == "table":
        yield from _table(block, language)


def _look(block: Node) -> str:
    align = f"align-{block.attr('align')}" if block.attr("align") else ""
    return _classed(" ".join(filter(None, (str(block.attrs.get("look", "")), align))))


def _box(box: str, blocks: Sequence[tuple[Node, str]], language: str, top: int = 2) -> Iterator[str]:
    inner = [(Node(b.type, {**b.attrs, "box": None}, b.content), number) for b, number in blocks]
    if box.startswith("code"):
        name = box.removeprefix("code").removeprefix(":")
        words = escape(inline_text(blocks[0][0]))
        language = f' data-language="{escape(name)}"' if name else ""
        yield f'<pre class="code" tabindex="0"><code{language}>{words}</code></pre>\n'
    elif box in CALLOUTS:
        yield f'<aside class="aside-note {box}" role="note"><p class="label">{LABELS[language][box]}</p>\n'
        yield from render_blocks(inner, language, top)
        yield "</aside>\n"
    else:
        depth = int(box.removeprefix("quote").removeprefix(":") or 1)
        yield "<blockquote>" * depth + "\n"
        yield from render_blocks(inner, language, top)
        yield "</blockquote>" * depth + "\n"


def _list(blocks: Sequence[Node], language: str) -> Iterator[str]:
    """Real nested lists from the paragraphs' attributes, counted as `exports.lists` counts them.

    An item deeper than the one above it stands in lists that show no label of their own.
    """
    counts = Lists()
    open_: list[tuple[str, object, int]] = []
    place = 0
    while place < len(blocks):
        block = blocks[place]
        style, indent, box = block.attr("list"), int(block.attr("indent")), block.attr("box")
        item = counts.place(block)
        place += 1
        if style is None:
            while len(open_) > indent:
                yield f"</li></{open_.pop()[0]}>\n"
            if box is None:
                yield f"<p{_look(block)}>{inline(block)}</p>\n"
                continue
            end = place
            while end < len(blocks) and not str(box).startswith("code") and _same_box(blocks[end], block):
                counts.place(blocks[end])
                end += 1
            yield from _box(str(box), [(_outdented(inner, indent), "") for inner in blocks[place - 1 : end]], language)
            place = end
            continue
        kind = ("ol" if style == "number" else "ul", box, item.list if item else 0)
        while len(open_) > indent + 1 or (len(open_) == indent + 1 and open_[-1] != kind):
            yield f"</li></{open_.pop()[0]}>\n"
        if len(open_) == indent + 1:
            yield "</li>\n"
        while len(open_) < indent:
            yield '<ul class="bare"><li>'
            open_.append(("ul", None, -1))
        if len(open_) == indent:
            start = f' start="{item.number}"' if item and item.number != 1 else ""
            yield f"<{kind[0]}{start}>"
            open_.append(kind)
        words = inline(block)
        if box is not None:
            words = "".join(_box(str(box), [(_outdented(block, 99), "")], language))
        yield f"<li{_look(block)}>{words}"
    while open_:
        yield f"</li></{open_.pop()[0]}>\n"


def _same_box(block: Node, first: Node) -> bool:
    return block.attr("list") is None and (block.attr("box"), block.attr("indent")) == (
        first.attr("box"),
        first.attr("indent"),
    )


def _outdented(block: Node, by: int) -> Node:
    """The block as it stands inside the item that carries it."""
    if by == 99:
        return Node(block.type, {**block.attrs, "list": None, "indent": 0}, block.content)
    return Node(block.type, {**block.attrs, "indent": max(0, int(block.attr("indent")) - by)}, block.content)


def _table(table: Node, language: str) -> Iterator[str]:
    rows = list(table.content)
    head = 0
    while head < len(rows) and all(cell.type == "header_cell" for cell in rows[head].content):
        head += 1
    yield '<div class="scroll" tabindex="0" role="group"><table>\n'
    for name, part in (("thead", rows[:head]), ("tbody", rows[head:])):
        if part:
            yield f"<{name}>\n"
            for row in part:
                yield "<tr>" + "".join(_cell(cell, name, language) for cell in row.content) + "</tr>\n"
            yield f"</{name}>\n"
    yield "</table></div>\n"


def _cell(cell: Node, part: str, language: str) -> str:
    header = cell.type == "header_cell"
    attrs = f' scope="{"col" if part == "thead" else "row"}"' if header else ""
    for name in ("colspan", "rowspan"):
        if int(cell.attr(name)) > 1:
            attrs += f' {name}="{int(cell.attr(name))}"'
    if align := cell.attr("align"):
        attrs += f' class="align-{align}"'
    blocks = list(cell.content)
    plain = len(blocks) == 1 and not in_list(blocks[0]) and blocks[0].attr("box") is None
    words = inline(blocks[0]) if plain else "".join(render_blocks([(block, "") for block in blocks], language))
    tag = "th" if header else "td"
    return f"<{tag}{attrs}>{words}</{tag}>"


def _inline(node: Node) -> str:
    if node.type == "text":
        words = escape(node.text, quote=False)
    elif node.type == "hard_break":
        return "<br>"
    elif node.type == "image":
        words = _image(node)
    else:
        words = f'<span class="mention">@{escape(str(node.attr("label")))}</span>'
    for mark in reversed(node.marks):
        if mark.type == "written":
            # Not in the schema: the page of a draft's history sets it on the words it shows.
            look, note = escape(str(mark.attrs["look"])), escape(str(mark.attrs["note"]))
            words = f'<span class="written {look}" title="{note}">{words}</span>'
        elif mark.type == "link":
            words = _link(words, str(mark.attrs.get("href", "")), mark.attrs.get("title"))
        elif tag := _TAGS.get(mark.type):
            words = f"<{tag}>{words}</{tag}>"
    return words


def _link(words: str, href: str, title: object) -> str:
    address = safe_link(href)
    if address is None:
        return words
    outside = ' rel="noopener noreferrer"' if address.startswith(("http:", "https:")) else ""
    hint = f' title="{escape(str(title))}"' if title else ""
    return f'<a href="{address}"{outside}{hint}>{words}</a>'


def _image(node: Node) -> str:
    address, alt = safe_link(str(node.attr("src"))), escape(str(node.attr("alt")))
    if address is None:
        return alt
    if address.startswith("/assets/"):
        return f'<img src="{address}" alt="{alt}">'
    return f'<a href="{address}" rel="noopener noreferrer">{alt or address}</a>'


def _classed(names: str) -> str:
    return f' class="{escape(names)}"' if names else ""
