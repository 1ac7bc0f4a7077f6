"""The document's canonical form: the same meaning has the same hash, another meaning another."""

import pytest

from guidelines.document import Mark, Node, canonical_json, document_hash, parse, plain_text, serialise
from guidelines.schema import faults
from tests.builders import b, br, bullet, cell, doc, em, h1, h2, link, p, row, rule, table, text, th

SPECIMEN = doc(
    h1("Purpose", id="a"),
    p("We ", b("always"), " ask ", link("first", "https://example.org/ask"), ".", br(), em("Twice"), id="b"),
    bullet("One", id="c"),
    table(row(th("Who"), th("What")), row(cell("Legal"), cell(p("Reads"), p("Signs"))), id="d"),
    rule(id="e"),
)


def test_the_json_of_a_document_parses_back_to_it() -> None:
    assert parse(serialise(SPECIMEN)) == SPECIMEN


def test_the_plain_text_has_one_line_per_text_block() -> None:
    assert plain_text(SPECIMEN) == "Purpose\nWe always ask first.\nTwice\nOne\nWho\nWhat\nLegal\nReads\nSigns"


def test_ids_do_not_count_in_the_hash() -> None:
    assert document_hash(doc(p("Hello", id="x"))) == document_hash(doc(p("Hello", id="y")))


def test_attributes_at_their_default_do_not_count() -> None:
    assert document_hash(doc(p("Hello", indent=0, list=None))) == document_hash(doc(p("Hello")))


def test_the_order_of_marks_and_the_cut_of_texts_do_not_count() -> None:
    strong, emphasis = Mark("strong"), Mark("em")
    whole = doc(p(text("Hello", strong, emphasis)))
    cut = doc(p(text("Hel", emphasis, strong), text("lo", emphasis, strong)))
    assert document_hash(whole) == document_hash(cut)


@pytest.mark.parametrize(
    "other",
    [
        doc(p("hello")),
        doc(p("Hello ")),
        doc(h1("Hello")),
        doc(h2("Hello")),
        doc(bullet("Hello")),
        doc(p(b("Hello"))),
        doc(p(link("Hello", "https://example.org"))),
        doc(p("Hello", box="note")),
        doc(p("Hello"), p()),
        doc(p("Hello"), numbering="headings"),
    ],
    ids=repr,
)
def test_another_meaning_has_another_hash(other: Node) -> None:
    assert document_hash(other) != document_hash(doc(p("Hello")))


def test_the_canonical_bytes_are_utf8_with_sorted_keys() -> None:
    assert canonical_json({"b": "é", "a": [1]}) == '{"a":[1],"b":"é"}'.encode()


def test_a_sound_document_has_no_fault() -> None:
    assert list(faults(serialise(SPECIMEN))) == []


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ({"type": "heading", "attrs": {"level": 99}}, "whole number from 1 to 6"),
        ({"type": "heading", "attrs": {"level": True}}, "whole number"),
        ({"type": "paragraph", "attrs": {"onclick": "x"}}, "unknown attribute"),
        ({"type": "paragraph", "attrs": {"box": "evil"}}, "not a valid box"),
        ({"type": "script"}, "unknown type"),
        ({"type": "text", "text": "a\x00b"}, "U+0000"),
        ({"type": "text", "text": "\ud800"}, "U+D800"),
        ({"type": "text", "text": ""}, "empty text"),
        (
            {
                "type": "text",
                "text": "x",
                "marks": [{"type": "link", "attrs": {"href": "javascript:alert(1)"}}],
            },
            "valid link",
        ),
        (
            {
                "type": "text",
                "text": "x",
                "marks": [{"type": "link", "attrs": {"href": " JaVaScRiPt:alert(1)"}}],
            },
            "valid link",
        ),
        (
            {"type": "text", "text": "x", "marks": [{"type": "link", "attrs": {"href": "//evil.example"}}]},
            "valid link",
        ),
        ({"type": "text", "text": "x", "marks": [{"type": "link", "attrs": {}}]}, "lacks href"),
        ({"type": "image", "attrs": {"src": "data:text/html,x"}}, "valid link"),
        ({"type": "paragraph", "attrs": {"chg": [{"s": "a.1"}]}}, "{s, was}"),
    ],
)
def test_a_hostile_value_has_a_named_fault(value: dict[str, object], fault: str) -> None:
    assert fault in " / ".join(faults(value))


@pytest.mark.parametrize(
    "href", ["https://example.org/a?b=c#d", "mailto:a@b.example", "#part", "page.html", "/a/b", "../x"]
)
def test_ordinary_links_are_allowed(href: str) -> None:
    assert list(faults(serialise(doc(p(link("x", href)))))) == []
