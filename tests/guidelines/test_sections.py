"""Sections are disjoint slices: a change in one moves no other."""

from guidelines.sections import FRONT, Place, outline, outline_hash, sections
from tests.builders import doc, h1, h2, p, rule


def test_a_section_runs_to_the_next_heading_of_any_level() -> None:
    document = doc(p("Before"), h1("One", id="s1"), p("a"), h2("Deeper", id="s2"), p("b"), h1("Two", id="s3"))
    assert [(s.id, s.level, s.title, len(s.blocks)) for s in sections(document)] == [
        (FRONT, 0, "", 1),
        ("s1", 1, "One", 2),
        ("s2", 2, "Deeper", 2),
        ("s3", 1, "Two", 1),
    ]


def test_empty_paragraphs_before_the_first_heading_are_no_front() -> None:
    assert [s.id for s in sections(doc(p(), h1("One", id="s1")))] == ["s1"]
    assert [s.id for s in sections(doc(rule(), h1("One", id="s1")))] == [FRONT, "s1"]


def test_a_change_in_one_section_leaves_the_hash_of_every_other() -> None:
    before = sections(doc(h1("One", id="s1"), p("a"), h2("Deeper", id="s2"), p("b")))
    after = sections(doc(h1("One", id="s1"), p("a"), h2("Deeper", id="s2"), p("b, changed")))
    assert before[0].hash == after[0].hash
    assert before[1].hash != after[1].hash


def test_order_level_owner_and_tags_are_signed_as_the_outline() -> None:
    document = doc(h1("One", id="s1"), h2("Two", id="s2"))
    plain = outline(document)
    tagged = outline(document, {"s2": Place("s2", 2, "legal", ("b", "a"))})
    assert tagged[1] == Place("s2", 2, "legal", ("a", "b"))
    moved = outline(doc(h2("Two", id="s2"), h1("One", id="s1")))
    assert len({outline_hash(plain), outline_hash(tagged), outline_hash(moved)}) == 3


def test_how_clauses_are_numbered_is_signed_with_the_outline() -> None:
    places = outline(doc(h1("One", id="s1")))
    assert len({outline_hash(places, numbering) for numbering in ("none", "headings", "clauses")}) == 3
