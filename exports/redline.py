"""A redline to be read: blue in, red out, moves with a note; a fragment for pages, one file, Markdown, JSON."""

import json
from collections.abc import Sequence
from difflib import ndiff
from html import escape
from typing import Final

from exports.errors import UnknownFormat
from exports.html import highest_level, render_blocks
from exports.markdown import write_markdown
from exports.numbering import numbers
from guidelines.document import Mark, Node, inline_text
from guidelines.redline import Entry, Redline, by_section, texts, to_json
from guidelines.sections import FRONT
from guidelines.word_diff import Run

FORMATS: Final = ("html", "md", "json")

LABELS: Final = {
    "fr": {
        "moved": "Déplacé ici, mots inchangés", "reworded": "Déplacé ici et modifié", "away": "Déplacé plus loin",
        "title": "Comparaison", "none": "Les mots sont les mêmes.",
    },
    "en": {
        "moved": "Moved here, not reworded", "reworded": "Moved here and reworded", "away": "Moved elsewhere",
        "title": "Comparison", "none": "The words are the same.",
    },
}  # fmt: skip


def render_redline(found: Redline, new: Node, *, language: str = "fr", labels: str | None = None) -> str:
    """The whole comparison as a fragment, a section for each section of the new document."""
    parts = []
    for section, entries in by_section(found):
        body = render_entries(entries, new, language=language, labels=labels)
        parts.append(f'<section id="{escape(section)}">\n{body}</section>\n' if section != FRONT else body)
    return "".join(parts)


def render_entries(entries: Sequence[Entry], new: Node, *, language: str, labels: str | None = None) -> str:
    """Some entries of a comparison; numbers are those of the new document, notes in the language of `labels`."""
    say = LABELS[labels or language]
    top = highest_level(new)
    given = {id(block): number for place, number in numbers(new).items() for block in [new.content[place]]}
    parts: list[str] = []
    waiting: list[tuple[Node, str]] = []
    for entry in entries:
        number = given.get(id(entry.new), "")
        if entry.op in ("move_from", "move_to"):
            parts += render_blocks(waiting, language, top)
            waiting = []
            words = say["away"] if entry.op == "move_from" else say["reworded" if entry.words_changed else "moved"]
            parts.append(f'<div class="changed"><p class="moved-note">{words}</p>\n')
            parts += render_blocks([(merged(entry, "moved"), number)], language, top)
            parts.append("</div>\n")
        else:
            waiting.append((merged(entry, "" if entry.op == "equal" else "changed"), number))
    return "".join([*parts, *render_blocks(waiting, language, top)])


def merged(entry: Entry, look: str) -> Node:
    """The block with both texts in it, removed and added words marked; `look` becomes its class."""
    if entry.op == "equal" or not entry.runs:
        return entry.node
    block = entry.node
    before = texts(entry.old) if entry.old is not None else [None] * len(entry.runs)
    after = texts(entry.new) if entry.new is not None else [None] * len(entry.runs)
    joined = [_joined(old, new, runs) for old, new, runs in zip(before, after, entry.runs, strict=True)]
    if block.is_textblock:
        return Node(block.type, {**block.attrs, "look": look}, joined[0])
    waiting = iter(joined)
    rows = []
    for row in block.content:
        cells = []
        for cell in row.content:
            inner = tuple(Node(text.type, text.attrs, next(waiting)) for text in cell.content)
            cells.append(Node(cell.type, cell.attrs, inner))
        rows.append(Node("row", row.attrs, tuple(cells)))
    return Node(block.type, block.attrs, tuple(rows))


def write_redline(found: Redline, new: Node, format: str, *, language: str = "fr", title: str = "") -> bytes:
    """A comparison as a file."""
    if format == "json":
        return (json.dumps(to_json(found), ensure_ascii=False, indent=1) + "\n").encode()
    if format == "md":
        return _markdown(found, language).encode()
    if format == "html":
        return _page(found, new, language, title).encode()
    raise UnknownFormat(format=format, known=list(FORMATS))


def _joined(old: Node | None, new: Node | None, runs: Sequence[Run]) -> tuple[Node, ...]:
    parts: list[Node] = []
    i = j = 0
    for run in runs:
        if run.op == "-":
            parts += _stretch(old, i, i + len(run.text), "del")
            i += len(run.text)
        elif run.op == "+":
            parts += _stretch(new, j, j + len(run.text), "ins")
            j += len(run.text)
        else:
            parts += _stretch(new if new is not None else old, j, j + len(run.text), None)
            i, j = i + len(run.text), j + len(run.text)
    return tuple(parts)


def _stretch(block: Node | None, start: int, end: int, mark: str | None) -> list[Node]:
    """The inline nodes between two places of the block's plain text, each with one more mark."""
    found: list[Node] = []
    place = 0
    for node in block.content if block is not None else ():
        width = len(node.text) if node.type == "text" else len(inline_text(Node("paragraph", {}, (node,))))
        left, right = max(start, place), min(end, place + width)
        if left < right:
            marks = (*((Mark(mark),) if mark else ()), *node.marks)
            words = node.text[left - place : right - place] if node.type == "text" else node.text
            if node.type == "text" or left == place:
                found.append(Node(node.type, node.attrs, (), words, marks))
        place += width
    return found


def _markdown(found: Redline, language: str) -> str:
    """Blocks as Markdown says them, with `<ins>` and `<del>` around what came and went."""
    say = LABELS[language]
    blocks: list[Node] = []
    for entry in found.entries:
        if entry.op in ("move_from", "move_to"):
            words = say["away"] if entry.op == "move_from" else say["reworded" if entry.words_changed else "moved"]
            blocks.append(Node("paragraph", {}, (Node("text", text=words, marks=(Mark("em"),)),)))
        block = merged(entry, "")
        code = str(block.attr("box") or "").startswith("code") if block.is_textblock else False
        blocks.append(_code(entry) if code and entry.op != "equal" else block)
    return write_markdown(Node("doc", {}, tuple(blocks)))


def _code(entry: Entry) -> Node:
    """Code line by line with + and -, for nothing inside it can be marked."""
    runs = [run for runs in entry.runs for run in runs]
    old = "".join(run.text for run in runs if run.op != "+").split("\n") if any(run.op != "+" for run in runs) else []
    new = "".join(run.text for run in runs if run.op != "-").split("\n") if any(run.op != "-" for run in runs) else []
    lines = [line for line in ndiff(old, new) if line[0] != "?"]
    content = [part for line in lines for part in (Node("hard_break"), Node("text", text=line))]
    attrs = {name: value for name, value in entry.node.attrs.items() if name in ("list", "indent", "start")}
    return Node("paragraph", {**attrs, "box": "code:diff"}, tuple(content[1:]))


def _page(found: Redline, new: Node, language: str, title: str) -> str:
    say = LABELS[language]
    name = escape(title or say["title"])
    body = render_redline(found, new, language=language) if found.changed else f"<p>{say['none']}</p>"
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{name}</title>
<style>{STYLE}</style>
</head>
<body>
<h1>{name}</h1>
<main class="redline">
{body}</main>
</body>
</html>
"""


STYLE: Final = (
    ":root{color-scheme:light dark}body{max-width:44rem;margin:2rem auto;padding:0 1rem;font:18px/1.6 Georgia,serif}"
    "ins{color:light-dark(#12518f,#a3cbf5);background:light-dark(#e8f1fa,#1a2c40)}"
    "del{color:light-dark(#a3261c,#f2a8a0);background:light-dark(#fbeae8,#3a1f1d)}"
    ".changed{border-left:3px solid light-dark(#12518f,#a3cbf5);padding-left:.7rem}"
    ".moved{border-left:2px dashed;padding-left:.7rem}.moved-note{font:.8rem system-ui,sans-serif;margin:0}"
    "table{border-collapse:collapse}th,td{border:1px solid;padding:.3rem .5rem;text-align:left}"
)
