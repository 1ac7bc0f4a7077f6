"""One document, one hash: Python and the editor agree on every document and on each of its sections."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exports.markdown_reader import read_markdown
from guidelines.document import Mark, Node, document_hash, serialise
from guidelines.schema import SCHEMA
from guidelines.sections import sections
from tests.builders import br, cell, doc, p, row, table, text, th

Ask = Callable[[Any], Any]

#: Code points between which UTF-16 units and code points sort differently, and those that JSON escapes.
LETTERS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs", "Cc"]),
        st.sampled_from(list('\t\n"\\/\x1f\x7f\u2028\ue000\uffee\U0001f600\U00010000é ')),
    ),
    max_size=12,
)
SUGGESTIONS = st.from_regex(r"\A[a-z]{1,4}\.[0-9]{1,3}\Z")
MARKS = st.lists(
    st.one_of(
        st.sampled_from(["strong", "em", "underline", "strike", "sub", "code"]).map(Mark),
        st.builds(
            lambda href, title: Mark("link", {"href": f"#{href}", "title": title}),
            st.sampled_from(["", "a", "é"]), st.none() | LETTERS,
        ),
        SUGGESTIONS.map(lambda s: Mark("ins", {"s": s})),
    ),
    max_size=3,
    unique_by=lambda mark: mark.type,
).map(tuple)  # fmt: skip
INLINE = st.one_of(
    st.builds(lambda words, marks: text(words, *marks), LETTERS.filter(bool), MARKS),
    st.just(br()),
    st.builds(lambda alt: Node("image", {"src": "/assets/a.png", "alt": alt}), LETTERS),
    st.builds(lambda label: Node("mention", {"person": "p1", "label": label}), LETTERS),
)
LAYERS = st.lists(
    st.builds(
        lambda s, was: {"s": s, "was": was},
        SUGGESTIONS,
        st.dictionaries(LETTERS, st.none() | LETTERS | st.integers(-(2**31), 2**31) | st.booleans(), max_size=4),
    ),
    min_size=1,
    max_size=2,
)
ATTRS = st.fixed_dictionaries(
    {"id": st.sampled_from(["", "a", "b1", "c~"])},
    optional={
        "list": st.sampled_from([None, "bullet", "number"]), "indent": st.integers(0, 8),
        "start": st.none() | st.integers(0, 999), "box": st.sampled_from([None, "note", "quote:2", "code:c++"]),
        "align": st.sampled_from([None, "right"]), "mi": st.none() | SUGGESTIONS, "chg": st.none() | LAYERS,
    },
)  # fmt: skip
CONTENT = st.lists(INLINE, max_size=4).map(tuple)
BLOCKS = st.one_of(
    st.builds(lambda attrs, content: Node("paragraph", attrs, content), ATTRS, CONTENT),
    st.builds(lambda a, level, c: Node("heading", {**a, "level": level}, c), ATTRS, st.integers(1, 6), CONTENT),
    st.sampled_from([Node("rule"), Node("rule", {"id": "r"}), table(row(th("A"), cell("é", colspan=1)), id="t")]),
)
DOCUMENTS = st.builds(
    lambda blocks, numbering, front: Node("doc", {"numbering": numbering, "front_matter": front}, tuple(blocks)),
    st.lists(BLOCKS, min_size=1, max_size=6), st.sampled_from(["none", "clauses"]), st.none() | LETTERS,
)  # fmt: skip


def of_python(document: Node) -> Any:
    return {
        "document": document_hash(document),
        "sections": [{"id": s.id, "level": s.level, "hash": s.hash} for s in sections(document)],
    }


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(DOCUMENTS)
def test_both_languages_give_a_document_the_same_hashes(hashes: Ask, document: Node) -> None:
    assert hashes(serialise(document)) == of_python(document)


def test_real_texts_have_the_same_hashes(hashes: Ask, corpus: Path) -> None:
    found = sorted(corpus.glob("revisions/**/*.md"))[::12]
    assert len(found) > 20
    for path in found:
        document = read_markdown(path.read_text("utf-8"))
        assert hashes(serialise(document)) == of_python(document), path


#: Each is a mistake that a twin can make, with a document that shows it.
MISTAKES = [
    ("keys in UTF-16 order", p("x", chg=[{"s": "a.1", "was": {"\U0001f600": 1, "\uffee": 2}}])),
    ("ids counted", p("x", id="b7")),
    ("defaults counted", p("x", indent=0, list=None)),
    ("texts apart", p(text("a"), text("b"))),
    ("marks unsorted", p(text("a", Mark("em"), Mark("strong")))),
]


@pytest.mark.parametrize(("mistake", "block"), MISTAKES, ids=[name for name, _ in MISTAKES])
def test_the_cases_in_which_a_twin_would_err_are_told_apart(hashes: Ask, mistake: str, block: Node) -> None:
    """The naive form differs from the right one here, and the editor gives the right one."""
    import hashlib
    import json

    document = doc(block)
    value = serialise(document)
    if mistake == "keys in UTF-16 order":
        layer = value["content"][0]["attrs"]["chg"][0]
        layer["was"] = dict(sorted(layer["was"].items(), key=lambda item: item[0].encode("utf-16-be")))
        naive = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    else:
        naive = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(b"charte:document:1\n" + naive.encode()).hexdigest() != document_hash(document)
    assert hashes(value)["document"] == document_hash(document)


def test_the_schema_has_a_place_for_each_attribute_that_is_made_here() -> None:
    assert set(SCHEMA.nodes["paragraph"].rules) >= {"id", "list", "indent", "start", "box", "align", "mi", "chg"}
