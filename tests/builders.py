"""A small language for specimens: doc(h1("Purpose"), p("We ", b("always"), " ask first."))."""

from typing import Any

from guidelines.document import Mark, Node

Inline = str | Node


def text(words: str, *marks: Mark) -> Node:
    return Node("text", text=words, marks=marks)


def inline(*parts: Inline) -> tuple[Node, ...]:
    return tuple(text(part) if isinstance(part, str) else part for part in parts if part != "")


def p(*parts: Inline, **attrs: Any) -> Node:
    return Node("paragraph", attrs, inline(*parts))


def h(level: int, *parts: Inline, **attrs: Any) -> Node:
    return Node("heading", {"level": level, **attrs}, inline(*parts))


def h1(*parts: Inline, **attrs: Any) -> Node:
    return h(1, *parts, **attrs)


def h2(*parts: Inline, **attrs: Any) -> Node:
    return h(2, *parts, **attrs)


def b(words: str) -> Node:
    return text(words, Mark("strong"))


def em(words: str) -> Node:
    return text(words, Mark("em"))


def link(words: str, href: str) -> Node:
    return text(words, Mark("link", {"href": href}))


def br() -> Node:
    return Node("hard_break")


def bullet(*parts: Inline, indent: int = 0, **attrs: Any) -> Node:
    return p(*parts, list="bullet", indent=indent, **attrs)


def number(*parts: Inline, indent: int = 0, **attrs: Any) -> Node:
    return p(*parts, list="number", indent=indent, **attrs)


def cell(*blocks: Node | str, **attrs: Any) -> Node:
    return Node("cell", attrs, tuple(p(block) if isinstance(block, str) else block for block in blocks))


def th(*blocks: Node | str, **attrs: Any) -> Node:
    return Node("header_cell", attrs, tuple(p(block) if isinstance(block, str) else block for block in blocks))


def row(*cells: Node) -> Node:
    return Node("row", {}, cells)


def table(*rows: Node, **attrs: Any) -> Node:
    return Node("table", attrs, rows)


def rule(**attrs: Any) -> Node:
    return Node("rule", attrs)


def doc(*blocks: Node, **attrs: Any) -> Node:
    return Node("doc", attrs, blocks)
