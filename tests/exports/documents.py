"""Made documents: any that the schema allows, with the characters, depths and shapes that break writers."""

from typing import Any

from hypothesis import strategies as st

from guidelines.document import Mark, Node

ALPHABET = st.one_of(
    st.sampled_from(list("abcXYZ 0189&<>\"'.,;\u00a0é\u202f»«\n\t")),
    st.sampled_from(list("😀👩🏽\u200d🚀אבגשלוםمرحبا漢字\u0301\u200f\u2028")),
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"),
)
WORDS = st.text(ALPHABET, min_size=1, max_size=20)
HREFS = st.sampled_from(
    ["https://x.example/a?b=1&c=2", "https://x.example/é%zz[1]", "http://[broken", "https://", "mailto:a@b.example",
     "#b1", "#nowhere", "page.html", "/assets/a.png", "tel:+33", "https://x.example:99999/", "https://ü.example/"]
)  # fmt: skip
BOXES = st.sampled_from(
    [None, None, None, "note", "tip", "important", "warning", "caution", "quote", "quote:3", "code", "code:python"]
)


@st.composite
def inlines(draw: Any) -> tuple[Node, ...]:
    found = []
    for _ in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(["text"] * 6 + ["hard_break", "image", "mention"]))
        names = draw(st.sets(st.sampled_from(["strong", "em", "underline", "strike", "code", "sub"]), max_size=3))
        marks = [Mark("link", {"href": draw(HREFS)})] if draw(st.integers(0, 4)) == 0 else []
        marks += [Mark(name) for name in sorted(names)]
        if kind == "text":
            found.append(Node("text", text=draw(WORDS), marks=tuple(marks)))
        elif kind == "hard_break":
            found.append(Node("hard_break"))
        elif kind == "image":
            found.append(Node("image", {"src": "/assets/a.png", "alt": draw(st.text(max_size=9))}))
        else:
            found.append(Node("mention", {"person": "p", "label": "Inès"}))
    return tuple(node for node in found if node.type != "image" or printable(str(node.attr("alt"))))


def printable(text: str) -> bool:
    return text.isprintable() and ":" not in text


@st.composite
def textblocks(draw: Any, identifier: str = "") -> Node:
    attrs: dict[str, Any] = {"id": identifier} if identifier else {}
    if draw(st.booleans()):
        attrs |= {"list": draw(st.sampled_from([None, "bullet", "number"])), "indent": draw(st.integers(0, 8))}
    if draw(st.integers(0, 5)) == 0:
        attrs["start"] = draw(st.sampled_from([0, 1, 7, 999_999_999]))
    attrs["box"] = draw(BOXES)
    attrs["align"] = draw(st.sampled_from([None, None, "center", "right", "justify"]))
    if draw(st.integers(0, 3)) == 0:
        return Node("heading", {**attrs, "level": draw(st.integers(1, 6))}, draw(inlines()))
    return Node("paragraph", attrs, draw(inlines()))


@st.composite
def tables(draw: Any, identifier: str = "") -> Node:
    rows = []
    head = draw(st.integers(0, 2))
    for number in range(draw(st.integers(1, 4))):
        cells = []
        for _ in range(draw(st.integers(1, 4))):
            attrs = {
                "colspan": draw(st.sampled_from([1, 1, 1, 2, 3])),
                "rowspan": draw(st.sampled_from([1, 1, 1, 2, 9])),
            }
            content = tuple(draw(st.lists(textblocks(), min_size=1, max_size=2)))
            cells.append(Node("header_cell" if number < head else "cell", attrs, content))
        rows.append(Node("row", {}, tuple(cells)))
    return Node("table", {"id": identifier}, tuple(rows))


@st.composite
def documents(draw: Any) -> Node:
    blocks = []
    for number in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from(["text"] * 7 + ["table", "rule"]))
        name = f"b{number}" if draw(st.integers(0, 4)) else f"strange.~-{number}"
        if kind == "text":
            blocks.append(draw(textblocks(name)))
        else:
            blocks.append(draw(tables(name)) if kind == "table" else Node("rule", {"id": name}))
    return Node("doc", {"numbering": draw(st.sampled_from(["none", "headings", "clauses"]))}, tuple(blocks))
