"""A document to Markdown, escaped so that reading it again gives the same document for what Markdown can say.

Alignment, clause numbering and column widths cannot be said and are left out. Underline, sub- and superscript and what
a comparison adds or removes are written as HTML; so are bold, italic and strike-through where Markdown's own signs
would be read otherwise, which reading them back tells.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from exports.markdown_reader import read_inline
from guidelines.document import Mark, Node, inline_text

_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>~&])")
_LINE_START: Final = re.compile(r"^(\s*)([#+\-=>|]|\d+[.)])")
_FOOTNOTE: Final = re.compile(r"\\\[\^([\w-]+)\\\](?!\()")
_SIGNS: Final = {"strong": ("**", "**"), "em": ("*", "*"), "strike": ("~~", "~~")}
_TAGS: Final = {
    "strong": ("<strong>", "</strong>"), "em": ("<em>", "</em>"), "strike": ("<s>", "</s>"),
    "underline": ("<u>", "</u>"), "sub": ("<sub>", "</sub>"), "sup": ("<sup>", "</sup>"),
    "ins": ("<ins>", "</ins>"), "del": ("<del>", "</del>"),
}  # fmt: skip
#: With more marks than this, one that Markdown cannot say makes all of the paragraph's HTML.
_MOST_TRIED: Final = 40


def write_markdown(document: Node) -> str:
    """The whole text; front matter as it was read."""
    parts = []
    last: Node | None = None
    for block in document.content:
        text = "\n".join(_block(block))
        if last is not None:
            parts.append(_between(last, block))
        elif block.type == "rule":
            # Hyphens on the first line would begin front matter, up to the next rule.
            text = "***"
        parts.append(text)
        last = block
    return str(document.attr("front_matter") or "") + "".join(parts) + "\n"


def _between(last: Node, block: Node) -> str:
    """What stands between two blocks: neighbours in one box are one quote, neighbouring items one list."""
    if not (last.is_textblock and block.is_textblock):
        return "\n\n"
    box, before = block.attr("box"), last.attr("box")
    if box == before and box is not None and not str(box).startswith("code"):
        return "\n" + ">" * _quotes(str(box)) + "\n"
    if box is not None or before is not None:
        return "\n\n"
    restart = block.attr("start") is not None and block.attr("list") == "number" == last.attr("list")
    same = block.attr("list") == last.attr("list") and block.attr("indent") == last.attr("indent")
    if same and restart:
        return "\n\n<!-- -->\n\n"
    return "\n\n"


def _block(block: Node) -> Iterator[str]:
    if block.type == "rule":
        yield "---"
    elif block.type == "table":
        yield from _table(block)
    else:
        yield from _boxed(block)


def _boxed(block: Node) -> Iterator[str]:
    box = block.attr("box")
    if box is None:
        yield from _listed(block, _text(block))
    elif str(box).startswith("code"):
        words = inline_text(block)
        fence = "`" * max(3, max((len(run) for run in re.findall(r"`+", words)), default=0) + 1)
        yield from _listed(block, [fence + str(box).removeprefix("code").removeprefix(":"), *words.split("\n"), fence])
    else:
        prefix = ">" * _quotes(str(box)) + " "
        lines = list(_listed(block, _text(block)))
        if not str(box).startswith("quote"):
            lines.insert(0, f"[!{str(box).upper()}]")
        for line in lines:
            yield (prefix + line).rstrip()


def _quotes(box: str) -> int:
    return int(box.partition(":")[2] or 1) if box.startswith("quote") else 1


def _listed(block: Node, lines: Sequence[str]) -> Iterator[str]:
    if block.type == "heading":
        yield from lines
        return
    indent, style = int(block.attr("indent")), block.attr("list")
    if style is None:
        margin = "    " * indent
        first = margin
    else:
        start = block.attr("start")
        label = f"{1 if start is None else start}." if style == "number" else "-"
        first = "    " * indent + label.ljust(4 if style == "bullet" else max(4, len(label) + 1))
        margin = "    " * (indent + 1)
    for number, line in enumerate(lines):
        yield ((first if number == 0 else margin) + line).rstrip(" ") if line or number == 0 else ""


def _text(block: Node) -> list[str]:
    words = _inline(block.content)
    if block.type == "heading":
        return ["#" * int(block.attr("level")) + " " + words.replace("\\\n", "<br>").rstrip()]
    return [_guarded(line) for line in words.split("\n")]


def _guarded(line: str) -> str:
    """A line that would begin a heading, list or quote is escaped at its start."""
    found = _LINE_START.match(line)
    if found is None:
        return line
    sign = found.group(2)
    if sign[0].isdigit():
        return line[: found.end() - 1] + "\\" + line[found.end() - 1 :]
    return found.group(1) + "\\" + line[len(found.group(1)) :]


def _inline(nodes: Sequence[Node]) -> str:
    """The words, with Markdown's signs for each mark that they are read back as."""
    pieces, signs = _pieces(nodes)
    plain = _joined(pieces, set())
    if not signs:
        return plain
    wanted = read_inline(plain)
    best = _joined(pieces, signs)
    if read_inline(best) == wanted:
        return best
    if len(signs) > _MOST_TRIED:
        return plain
    best, kept = plain, set[int]()
    for sign in sorted(signs):
        tried = _joined(pieces, kept | {sign})
        if read_inline(tried) == wanted:
            best, kept = tried, kept | {sign}
    return best


#: Words as they are, or the start (0) or end (1) of the mark that was opened as the nth.
_Piece = str | tuple[Mark, int, int]


def _pieces(nodes: Sequence[Node]) -> tuple[list[_Piece], set[int]]:
    """Words and marks in order, and which of the marks Markdown has a sign for."""
    out: list[_Piece] = []
    open_: list[tuple[Mark, int]] = []
    signs: set[int] = set()
    count = 0
    for node in nodes:
        wanted = [mark for mark in node.marks if mark.type in _TAGS or mark.type == "link"]
        keep = 0
        while keep < len(open_) and keep < len(wanted) and open_[keep][0] == wanted[keep]:
            keep += 1
        while len(open_) > keep:
            out.append((*open_.pop(), 1))
        for mark in wanted[keep:]:
            out.append((mark, count, 0))
            open_.append((mark, count))
            if mark.type in _SIGNS:
                signs.add(count)
            count += 1
        out.append(_leaf(node))
    while open_:
        out.append((*open_.pop(), 1))
    return out, signs


def _joined(pieces: Sequence[_Piece], signs: set[int]) -> str:
    out: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            out.append(piece)
        elif piece[0].type == "link":
            if piece[2] == 0 and out and out[-1].endswith("!"):
                out[-1] = out[-1][:-1] + "\\!"
            out.append(_address(piece[0]) if piece[2] else "[")
        else:
            out.append((_SIGNS if piece[1] in signs else _TAGS)[piece[0].type][piece[2]])
    return "".join(out)


def _leaf(node: Node) -> str:
    if node.type == "hard_break":
        return "\\\n"
    if node.type == "image":
        title = f' "{_title(str(node.attr("title")))}"' if node.attr("title") else ""
        return f"![{escape(str(node.attr('alt')))}](<{node.attr('src')}>{title})"
    if node.type == "mention":
        return escape("@" + str(node.attr("label")))
    # A line end within words is read as a space, and would end a heading.
    words = node.text.replace("\n", " ")
    if any(mark.type == "code" for mark in node.marks):
        fence = "`" * (max((len(run) for run in re.findall(r"`+", words)), default=0) + 1)
        pad = " " if words.startswith(("`", " ")) or words.endswith(("`", " ")) else ""
        return f"{fence}{pad}{words}{pad}{fence}"
    return escape(words)


def _address(mark: Mark) -> str:
    title = f' "{_title(str(mark.attrs["title"]))}"' if mark.attrs.get("title") else ""
    return f"](<{mark.attrs['href']}>{title})"


def _title(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def escape(text: str) -> str:
    """A text with what Markdown would take for a sign escaped; a footnote's mark is none to the reader."""
    return _FOOTNOTE.sub(r"[^\1]", _SPECIAL.sub(r"\\\1", text))


def _table(table: Node) -> Iterator[str]:
    rows = [[_cell(cell) for cell in row.content] for row in table.content]
    width = max(len(row) for row in rows)
    rules = {"left": ":--", "center": ":-:", "right": "--:"}
    first = list(table.content[0].content)
    for number, row in enumerate(rows):
        yield "| " + " | ".join(row + [""] * (width - len(row))) + " |"
        if number == 0:
            marks = [rules.get(str(cell.attr("align")), "---") for cell in first]
            yield "| " + " | ".join(marks + ["---"] * (width - len(marks))) + " |"


def _cell(cell: Node) -> str:
    words = "<br>".join(_inline(block.content).replace("\\\n", "<br>") for block in cell.content)
    return words.replace("|", "\\|")
