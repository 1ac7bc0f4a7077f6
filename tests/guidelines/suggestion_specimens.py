"""Specimens of text with suggestions: doc-builders for what three authors add, remove and change."""

from typing import Any

from prosemirror.model import Node as Tree

from guidelines.document import Mark, Node
from guidelines.steps import tree_of
from tests.builders import doc, text

A, B, C = "aicha.1", "julie.1", "samuel.1"


def tree(*blocks: Node) -> Tree:
    return tree_of(doc(*blocks))


def ins(words: str, s: str = A, *marks: Mark) -> Node:
    return text(words, *marks, Mark("ins", {"s": s}))


def gone(words: str, s: str = A, *marks: Mark) -> Node:
    return text(words, *marks, Mark("del", {"s": s}))


def both(words: str, added: str, removed: str) -> Node:
    return text(words, Mark("ins", {"s": added}), Mark("del", {"s": removed}))


def layers(*pairs: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"s": s, "was": was} for s, was in pairs]


def of_row(node: Node, **attrs: str) -> Node:
    return Node("row", attrs, node.content)
