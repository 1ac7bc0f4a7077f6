"""HTML out of a document: the fragment that pages show, and one self-contained file with its approval record.

A string writer: no tree is built. Lists and boxes, which the document keeps as attributes, become real nested
elements again. Everything is escaped, and every address checked once more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from typing import Final

from exports.labels import CALLOUTS, LABELS, day, moment
from exports.numbering import numbers
from exports.publication import Publication
from guidelines.document import Node, inline_text
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
    parts: list[str] = []
    opened = False
    blocks: list[tuple[Node, str]] = []
    for place, block in enumerate(document.content):
        if block.type == "heading":
            parts += render_blocks(blocks, language)
            blocks = []
            if opened:
                parts.append("</section>\n")
            name = escape(block.id)
            parts.append(f'<section id="{name}" aria-labelledby="{name}-title">\n')
            opened = True
        blocks.append((block, given.get(place, "")))
    parts += render_blocks(blocks, language)
    if opened:
        parts.append("</section>\n")
    return "".join(parts)


def render_blocks(blocks: Sequence[tuple[Node, str]], language: str) -> Iterator[str]:
    """Blocks with their numbers, in order; lists and boxes are opened and closed around them."""
    place = 0
    while place < len(blocks):
        block, number = blocks[place]
        box = block.attr("box") if block.is_textblock else None
        if box is not None:
            end = place + 1
            if not str(box).startswith("code"):
                while end < len(blocks) and blocks[end][0].is_textblock and blocks[end][0].attr("box") == box:
                    end += 1
            yield from _box(str(box), blocks[place:end], language)
        elif _in_list(block):
            end = place
            while end < len(blocks) and blocks[end][0].is_textblock and _in_list(blocks[end][0]):
                if blocks[end][0].attr("box") is not None:
                    break
                end += 1
            yield from _list([entry for entry, _ in blocks[place:end]])
        else:
            end = place + 1
            yield from _plain(block, number)
        place = end


def export_html(publication: Publication) -> bytes:
    """One file that needs nothing else: style inside, no script. The same publication gives the same bytes."""
    say = LABELS[publication.language]
    title = escape(publication.title)
    lines = "".join(
        f'<li class="d{line.depth}"><a href="#{escape(line.id)}">'
        f"{f'<span>{escape(line.number)}</span> ' if line.number else ''}{escape(line.title)}</a></li>"
        for line in contents(publication.document)
    )
    since = day(publication.effective_on, publication.language)
    owner = f"{say['owner']}{_colon(publication)} {escape(publication.owner_team)}"
    policy = f"{say['policy']}{_colon(publication)} {escape(publication.policy_title)}"
    page = f"""<!doctype html>
<html lang="{publication.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Charte">
<meta name="charte:guideline" content="{escape(publication.guideline_id)}">
<meta name="charte:version" content="{escape(publication.number)}">
<meta name="charte:document" content="{escape(publication.document_hash)}">
<title>{title} {escape(publication.number)}</title>
<style>{_style()}</style>
</head>
<body>
<header>
<p class="organisation">{escape(publication.organisation)}</p>
<h1>{title}</h1>
<p class="meta">{say["version"]} {escape(publication.number)} · {say["since"]} {escape(since)} · {owner}</p>
</header>
<nav aria-label="{say["contents"]}"><h2>{say["contents"]}</h2><ol>{lines}</ol></nav>
<main>
{render_document(publication.document, language=publication.language)}</main>
<footer>
<h2>{say["approved"]}</h2>
{_approvals(publication)}
<p class="hash">{say["text"]}{_colon(publication)} sha256 {escape(publication.document_hash)}</p>
<p class="hash">{policy} {escape(publication.policy_hash)}</p>
</footer>
</body>
</html>
"""
    return page.encode()


def render_page(document: Node, *, title: str, language: str = "fr", heading: bool = True) -> str:
    """A document by itself as one page that needs nothing else; without `heading`, `title` is the window's only."""
    name = escape(title)
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Charte">
<title>{name}</title>
<style>{_style()}</style>
</head>
<body>
<main>
{f"<h1>{name}</h1>{chr(10)}" if heading else ""}{render_document(document, language=language)}</main>
</body>
</html>
"""


def inline(block: Node) -> str:
    """The block's text with its marks."""
    return "".join(_inline(node) for node in block.content)


def safe_link(href: str) -> str | None:
    """The address escaped for an attribute; None for one that may not be followed."""
    return escape(href) if href and SCHEMA.patterns["link"].fullmatch(href) else None


def _in_list(block: Node) -> bool:
    return block.type == "paragraph" and (block.attr("list") is not None or block.attr("indent") > 0)


def _plain(block: Node, number: str) -> Iterator[str]:
    if block.type == "heading":
        level = min(6, int(block.attr("level")) + (1 if int(block.attr("level")) == 1 else 0))
        label = f'<span class="n">{escape(number)}</span>' if number else ""
        look = _classed(str(block.attrs.get("look", "")))
        yield f'<h{level}{look} id="{escape(block.id)}-title">{label}{inline(block)}</h{level}>\n'
    elif block.type == "paragraph":
        label = f'<span class="cl">{escape(number)}</span>' if number else ""
        align = f"align-{block.attr('align')}" if block.attr("align") else ""
        # `look` is not in the schema: a redline sets it on the blocks it makes.
        look = " ".join(filter(None, (str(block.attrs.get("look", "")), align)))
        yield f"<p{_classed(look)}>{label}{inline(block)}</p>\n"
    elif block.type == "rule":
        yield "<hr>\n"
    elif block.type == "table":
        yield from _table(block)


def _box(box: str, blocks: Sequence[tuple[Node, str]], language: str) -> Iterator[str]:
    inner = [(Node(b.type, {**b.attrs, "box": None}, b.content), number) for b, number in blocks]
    if box.startswith("code"):
        name = box.removeprefix("code").removeprefix(":")
        words = escape(inline_text(blocks[0][0]))
        language = f' data-language="{escape(name)}"' if name else ""
        yield f'<pre class="code" tabindex="0"><code{language}>{words}</code></pre>\n'
    elif box in CALLOUTS:
        yield f'<aside class="aside-note {box}" role="note"><p class="label">{LABELS[language][box]}</p>\n'
        yield from render_blocks(inner, language)
        yield "</aside>\n"
    else:
        depth = int(box.removeprefix("quote").removeprefix(":") or 1)
        yield "<blockquote>" * depth + "\n"
        yield from render_blocks(inner, language)
        yield "</blockquote>" * depth + "\n"


def _list(blocks: Sequence[Node]) -> Iterator[str]:
    """Real nested lists from the paragraphs' attributes. An indent without a list item above it stands by itself."""
    open_: list[str] = []
    for block in blocks:
        style, indent = block.attr("list"), int(block.attr("indent"))
        if style is None:
            while len(open_) > indent:
                yield f"</li></{open_.pop()}>\n"
            yield f"<p>{inline(block)}</p>\n"
            continue
        tag = "ol" if style == "number" else "ul"
        while len(open_) > indent + 1:
            yield f"</li></{open_.pop()}>\n"
        start = block.attr("start")
        if len(open_) == indent + 1 and (open_[-1] != tag or start is not None):
            yield f"</li></{open_.pop()}>\n"
        elif len(open_) == indent + 1:
            yield "</li>\n"
        while len(open_) < indent + 1:
            deep = len(open_) == indent
            first = f' start="{start}"' if start is not None and deep and tag == "ol" else ""
            yield f"<{tag}{first}>" if deep else f'<{tag} class="bare"><li>'
            open_.append(tag)
        yield f"<li>{inline(block)}"
    while open_:
        yield f"</li></{open_.pop()}>\n"


def _table(table: Node) -> Iterator[str]:
    rows = list(table.content)
    head = 0
    while head < len(rows) and all(cell.type == "header_cell" for cell in rows[head].content):
        head += 1
    yield '<div class="scroll" tabindex="0" role="group"><table>\n'
    for name, part in (("thead", rows[:head]), ("tbody", rows[head:])):
        if part:
            yield f"<{name}>\n"
            for row in part:
                yield "<tr>" + "".join(_cell(cell, name) for cell in row.content) + "</tr>\n"
            yield f"</{name}>\n"
    yield "</table></div>\n"


def _cell(cell: Node, part: str) -> str:
    header = cell.type == "header_cell"
    attrs = f' scope="{"col" if part == "thead" else "row"}"' if header else ""
    for name in ("colspan", "rowspan"):
        if int(cell.attr(name)) > 1:
            attrs += f' {name}="{int(cell.attr(name))}"'
    if align := cell.attr("align"):
        attrs += f' class="align-{align}"'
    blocks = list(cell.content)
    plain = len(blocks) == 1 and not _in_list(blocks[0]) and blocks[0].attr("box") is None
    words = inline(blocks[0]) if plain else "".join(render_blocks([(block, "") for block in blocks], "en"))
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
        if mark.type == "link":
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


def _approvals(publication: Publication) -> str:
    say = LABELS[publication.language]
    if not publication.approvals:
        return f"<p>{say['none']}</p>"
    rows = "".join(
        f'<tr><th scope="row">{escape(line.team)}</th><td>{escape(line.person)}</td>'
        f"<td>{escape(moment(line.at, publication.language))}</td>"
        f'<td>{escape(", ".join(line.sections))}</td><td class="hash">{escape(line.hash[:16])}</td></tr>'
        for line in publication.approvals
    )
    head = "".join(f'<th scope="col">{say[name]}</th>' for name in ("team", "person", "when", "sections", "hash"))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _classed(names: str) -> str:
    return f' class="{escape(names)}"' if names else ""


def _colon(publication: Publication) -> str:
    return "\u00a0:" if publication.language == "fr" else ":"


@cache
def _style() -> str:
    return files("exports").joinpath("guideline.css").read_text("utf-8")
