"""Slices of random documents: disjoint, covering, and hashed by everything that is said and nothing else."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from guidelines.document import Node, document_hash
from guidelines.folding import fold
from guidelines.sections import FRONT, outline, outline_hash, sections
from tests.builders import b, bullet, cell, doc, em, h, link, p, row, table

INLINE = st.sampled_from(["yes", "no", b("yes"), em("yes"), link("yes", "https://x.example")])
BLOCKS = st.one_of(
    st.builds(lambda level, words: h(level, words), st.integers(1, 3), INLINE),
    st.builds(p, INLINE),
    st.builds(bullet, INLINE, indent=st.integers(0, 2)),
    st.builds(lambda words: table(row(cell(words), cell("b"))), st.sampled_from(["yes", "no"])),
)
DOCUMENTS = st.lists(BLOCKS, min_size=1, max_size=9).map(lambda blocks: named(blocks, "b"))


def named(blocks: list[Node], prefix: str) -> Node:
    return doc(*(with_id(block, f"{prefix}{place}") for place, block in enumerate(blocks)))


def with_id(block: Node, id_: str) -> Node:
    return Node(block.type, {**block.attrs, "id": id_}, block.content, block.text, block.marks)


@given(DOCUMENTS)
def test_the_slices_cover_the_text_once_and_in_order(document: Node) -> None:
    assert [block for section in sections(document) for block in section.blocks] == list(document.content)


@given(DOCUMENTS)
def test_every_section_but_the_front_begins_with_its_only_heading(document: Node) -> None:
    for section in sections(document):
        kinds = [block.type for block in section.blocks]
        assert kinds.count("heading") == (0 if section.id == FRONT else 1)
        assert section.id == FRONT or (kinds[0] == "heading" and section.id == section.blocks[0].id)


@given(DOCUMENTS)
def test_ids_move_no_hash(document: Node) -> None:
    other = named(list(document.content), "other")
    assert [section.hash for section in sections(other)] == [section.hash for section in sections(document)]
    assert document_hash(other) == document_hash(document)


def changes(block: Node) -> list[Node]:
    """The block with one thing said otherwise, in every way there is."""
    attrs: list[dict[str, Any]] = [{"level": block.attr("level") % 3 + 1}] if block.type == "heading" else []
    if block.type == "paragraph":
        attrs += [{"list": "number"}, {"indent": block.attr("indent") + 1}, {"box": "callout"}]
    found = [Node(block.type, {**block.attrs, **more}, block.content) for more in attrs]
    if block.is_textblock:
        found += [
            Node(block.type, block.attrs, (*block.content, Node("text", text="!"))),
            Node(block.type, block.attrs, (*block.content, Node("hard_break"))),
            Node(
                block.type, block.attrs, (Node("text", text=block.content[0].text, marks=b("").marks + em("").marks),)
            ),
        ]
    else:
        found += [table(*block.content, *block.content), table(row(*reversed(block.content[0].content)))]
    return found


@given(DOCUMENTS, st.data())
def test_whatever_is_said_otherwise_moves_the_hash_of_its_own_slice_alone(document: Node, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(document.content) - 1))
    before = document.content[place]
    after = data.draw(st.sampled_from(changes(before)))
    blocks = list(document.content)
    blocks[place] = with_id(after, before.id)
    old, new = sections(document), sections(doc(*blocks))
    assert len(old) == len(new)
    moved = [one.id for one, two in zip(old, new, strict=True) if one.hash != two.hash]
    assert moved == [section.id for section in old if before in section.blocks]


@given(DOCUMENTS)
def test_the_order_of_sections_is_the_outlines_and_not_the_sections(document: Node) -> None:
    parts = sections(document)
    blocks = [block for section in reversed(parts) for block in section.blocks]
    if len(parts) < 2 or parts[0].id == FRONT:
        return
    turned = doc(*blocks)
    assert {section.id: section.hash for section in sections(turned)} == {part.id: part.hash for part in parts}
    assert outline_hash(outline(turned)) != outline_hash(outline(document))


def test_folding_twice_folds_nothing_more_and_case_does_not_count() -> None:
    for code in range(0x30000):
        letter = chr(code)
        assert fold(fold(letter)) == fold(letter), hex(code)
        assert code > 0x17F or fold(letter.upper()) == fold(letter.lower()), hex(code)


def test_accents_case_ligatures_quotes_and_spaces_do_not_stand_in_the_way() -> None:
    for written in ("L’ŒUVRE  déjà\u00a0ÉCRITE", "l'oeuvre deja ecrite", "L‘Œuvre\tDÉJÀ\necrite"):
        assert fold(written) == "l'oeuvre deja ecrite"
