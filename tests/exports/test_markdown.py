"""Markdown in and out: every real text keeps its words, and what is written reads back as the same document."""

import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from exports import markdown
from exports.errors import NotText, TooDeep, TooLarge, WrongType
from exports.formats import read, write
from exports.html import render_document
from exports.markdown import write_markdown
from exports.markdown_reader import MOST_BYTES, MOST_DEPTH, read_markdown, read_with_warnings
from guidelines.document import Mark, Node, document_hash, inline_text, plain_text
from guidelines.versions import checked
from tests.exports.documents import inlines

WORD = re.compile(r"\w+")
MARK = re.compile(r"</?(u|ins|sub|sup|b|strong|i|em|s|del|strike|br)\s*/?>", re.IGNORECASE)


def texts(corpus: Path) -> list[Path]:
    found = sorted(corpus.glob("revisions/**/*.md"))
    assert len(found) > 300
    return found


def independent_words(source: str) -> list[str]:
    """The words of a Markdown text by markdown-it's own tokens, without our reader."""
    body = re.sub(r"\A---[ \t]*\n(.*?\n)?---[ \t]*(\n|\Z)", "", source, flags=re.DOTALL)
    words: list[str] = []
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(body):
        if token.type in ("fence", "code_block", "html_block"):
            words += WORD.findall(token.content)
        for child in token.children or []:
            if child.type in ("text", "code_inline"):
                words += WORD.findall(child.content)
            elif child.type == "image":
                words += WORD.findall("".join(part.content for part in child.children or []))
            elif child.type == "html_inline" and not MARK.fullmatch(child.content):
                words += WORD.findall(child.content)
    return words


def test_text_out_equals_text_in_for_every_real_text(corpus: Path) -> None:
    for path in texts(corpus):
        source = path.read_text(encoding="utf-8")
        ours = "".join(WORD.findall(plain_text(read_markdown(source))))
        alert = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]", re.IGNORECASE)
        theirs = "".join(independent_words(alert.sub("", source)))
        assert ours == theirs, path


def test_every_real_text_reads_back_the_same_from_what_is_written(corpus: Path) -> None:
    for path in texts(corpus):
        document = read_markdown(path.read_text(encoding="utf-8"))
        again = read_markdown(write_markdown(document))
        assert document_hash(again) == document_hash(document), path


def test_every_real_text_keeps_the_schema_and_renders(corpus: Path) -> None:
    for path in texts(corpus)[::9]:
        document = checked(read_markdown(path.read_text(encoding="utf-8")))
        page = render_document(document)
        assert page.count("<section") == page.count("</section>")
        assert "<script" not in page.lower()


def blocks(source: str) -> list[tuple[str, dict[str, object], str]]:
    return [
        (block.type, {key: value for key, value in block.attrs.items() if key != "id"}, inline_text(block))
        for block in read_markdown(source).content
    ]


def test_lists_become_attributes_of_paragraphs() -> None:
    assert blocks("- one\n  - two\n\n    more\n- three\n\n4. four\n5. five") == [
        ("paragraph", {"list": "bullet", "indent": 0}, "one"),
        ("paragraph", {"list": "bullet", "indent": 1}, "two"),
        ("paragraph", {"indent": 2}, "more"),
        ("paragraph", {"list": "bullet", "indent": 0}, "three"),
        ("paragraph", {"list": "number", "indent": 0, "start": 4}, "four"),
        ("paragraph", {"list": "number", "indent": 0}, "five"),
    ]


def test_alerts_become_callouts_and_quotes_stay_quotes() -> None:
    assert blocks("> [!WARNING]\n> Ask first.\n\n> Said.\n> > Before.") == [
        ("paragraph", {"box": "warning"}, "Ask first."),
        ("paragraph", {"box": "quote"}, "Said."),
        ("paragraph", {"box": "quote:2"}, "Before."),
    ]


def test_code_keeps_its_lines_and_language() -> None:
    assert blocks("```python\na = 1\n\nb = 2\n```") == [("paragraph", {"box": "code:python"}, "a = 1\n\nb = 2")]


def test_front_matter_comes_back_as_it_was() -> None:
    source = "---\ntitle: x\n---\n\n# One\n"
    assert write_markdown(read_markdown(source)).startswith("---\ntitle: x\n---\n")


def test_a_forbidden_link_loses_the_link_and_keeps_the_words() -> None:
    document, warnings = read_with_warnings("[click](ftp://x.example) [ok](https://x.example)")
    assert plain_text(document) == "click ok"
    assert "ftp:" not in render_document(document)
    assert [warning.code for warning in warnings] == ["link_removed"]


def test_a_script_link_never_becomes_a_link() -> None:
    assert "href" not in render_document(read_markdown("[click](javascript:alert(1))"))


BROKEN = (Node("text", text="\n", marks=(Mark("em"), Mark("strong"))), Node("text", text="0", marks=(Mark("em"),)))
SAYINGS = [
    "\\# no heading", "1\\. no list", "a * b _ c", "<div>text</div>", "a | b", "`` ` ``", "**bold*italic***",
    "line  \nbreak", "[a](<b>)", "![alt](https://x.example/i.png 'title')", "- [ ] task", "> quote\n\n> other",
    "H<sub>2</sub>O", "<u>under</u>",
]  # fmt: skip
NESTED = ["[" * 20_000, "*" * 20_000, "`" * 9_999 + "a"]
TOO_DEEP = [">" * 10_000 + " deep", "- " * 2_000 + "x", "> - " * 1_000 + "x"]


@pytest.mark.parametrize("source", SAYINGS)
def test_writing_and_reading_again_changes_nothing(source: str) -> None:
    document = read_markdown(source)
    assert document_hash(read_markdown(write_markdown(document))) == document_hash(document)


@pytest.mark.parametrize("nest", NESTED, ids=lambda nest: nest[:3])
def test_hostile_nesting_is_answered_quickly_and_kept_within_limits(nest: str) -> None:
    checked(read_markdown(nest))


@pytest.mark.parametrize("nest", TOO_DEEP, ids=lambda nest: nest[:3])
def test_lists_and_quotes_beyond_the_limit_are_refused_with_the_limit(nest: str) -> None:
    with pytest.raises(TooDeep) as refusal:
        read_markdown(nest)
    assert refusal.value.facts["limit"] == MOST_DEPTH < refusal.value.facts["size"]


@given(levels=st.lists(st.sampled_from(["- ", "7. ", "> "]), min_size=1, max_size=200), every=st.booleans())
@example(levels=["- "] * 50, every=True)
@example(levels=["> "] * 100, every=False)
@example(levels=["- "] * MOST_DEPTH, every=False)
@example(levels=["> "] * (MOST_DEPTH + 1), every=True)
def test_lists_and_quotes_of_any_depth_keep_every_word_in_order_or_are_refused(levels: list[str], every: bool) -> None:
    source, said = nested(levels, every)
    if len(levels) > MOST_DEPTH:
        with pytest.raises(TooDeep):
            read_markdown(source)
        return
    document = checked(read_markdown(source))
    assert re.findall(r"w\d+", plain_text(document)) == said
    assert re.findall(r"w\d+", plain_text(read_markdown(write_markdown(document)))) == said


def nested(levels: list[str], every: bool) -> tuple[str, list[str]]:
    """Each level in the one before, with a word of its own in every level or in the last alone."""
    lines, said, margin, first = [], [], "", ""
    for number, level in enumerate(levels):
        first = first + level
        margin += level if level == "> " else " " * len(level)
        if every or number + 1 == len(levels):
            said.append(f"w{number}")
            lines += [first + said[-1], margin.rstrip()]
            first = margin
    return "\n".join(lines), said


def test_what_could_not_be_kept_as_it_was_is_named_once() -> None:
    source = "- " * 12 + "x\n\n" + "> " * 11 + "y\n\nz[^1] and [^1]\n\n[^1]: word\n\n[a]: https://x.example\n"
    document, warnings = read_with_warnings(source)
    assert [warning.code for warning in warnings] == [
        "list_flattened", "quote_flattened", "footnote_kept_as_text", "definition_unused",
    ]  # fmt: skip
    assert plain_text(document).split() == ["x", "y", "z[^1]", "and", "[^1]", "[^1]:", "word"]


def test_cells_beyond_the_head_are_kept() -> None:
    (table,) = read_markdown("| a | b |\n|---|---|\n| 1 | 2 | **three** | four \\| 4 |\n").content
    assert [plain_text(cell) for cell in table.content[1].content] == ["1", "2", "three", "four | 4"]


@pytest.mark.parametrize(
    "source",
    ["# Title *it*", "~~x~~ **b** ***bi***", "a<strong>bold </strong>x **a*b*c**", "| **a** | ~~b~~ |\n| --- | --- |",
     "see[^1] and[^a-b]\n\n[^1]: note", "a\\![l](<https://x.example>)", "[**b** *i*](<https://x.example>)",
     "***\n\nBetween rules.\n\n---"],
)  # fmt: skip
def test_what_markdown_has_a_sign_for_comes_back_as_it_was_written(source: str) -> None:
    assert write_markdown(read_markdown(source)) == source + "\n"


@settings(max_examples=60)
@example(words=BROKEN, kind="heading")
@given(words=inlines(), kind=st.sampled_from(["paragraph", "heading", "cell"]))
def test_signs_are_read_as_the_tags_that_they_stand_for(words: tuple[Node, ...], kind: str) -> None:
    block = Node("heading" if kind == "heading" else "paragraph", {}, words)
    if kind == "cell":
        block = Node("table", {}, (Node("row", {}, (Node("header_cell", {}, (block,)),)),))
    document = Node("doc", {}, (block,))
    with_signs = write_markdown(document)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markdown, "_SIGNS", {})
        with_tags = write_markdown(document)
    assert document_hash(read_markdown(with_signs)) == document_hash(read_markdown(with_tags))


def test_a_file_that_is_not_what_its_name_says_is_named() -> None:
    with pytest.raises(WrongType) as refusal:
        read(b"%PDF-1.7", "md")
    assert refusal.value.facts["found"] == "pdf"


def test_binary_and_oversized_texts_are_refused() -> None:
    with pytest.raises(NotText):
        read(b"\xff\xfe\x00a", "md")
    with pytest.raises(NotText):
        read(b"a\x00b", "md")
    with pytest.raises(TooLarge):
        read(b"a" * (MOST_BYTES + 1), "md")


def test_json_out_and_in_is_the_same_document() -> None:
    document = checked(read_markdown("# One\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n"))
    assert document_hash(read(write(document, "json"), "json")) == document_hash(document)


def test_what_looks_like_a_tag_is_shown_as_text() -> None:
    document = Node("doc", {}, (Node("paragraph", {}, (Node("text", text='<script>alert(1)</script> & "x"'),)),))
    assert "<script>" not in render_document(document)
