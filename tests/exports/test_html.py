"""HTML out: one file that needs nothing, says who signed, and shows every word and label that the document has."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from lxml import html

from exports.formats import export, write
from exports.html import render_document
from exports.labels import LABELS
from exports.lists import Lists
from exports.markdown_reader import read_markdown
from guidelines.document import Node, document_hash, textblocks
from tests.builders import cell, doc, h, h1, h2, link, number, p, row, table, th
from tests.exports.documents import documents
from tests.exports.test_word import publication


def page_of(document: Node, **changes: Any) -> Any:
    return html.fromstring(export(publication(document, **changes), "html").decode())


def labels_shown(fragment: str) -> list[str]:
    """The label of each list item that shows one, as a browser counts it."""
    found = []
    for item in html.fromstring(f"<div>{fragment}</div>").iter("li"):
        parent = item.getparent()
        if parent.tag == "ol":
            before = sum(1 for other in item.itersiblings("li", preceding=True))
            found.append(f"{int(parent.get('start', '1')) + before}.")
        elif parent.get("class") != "bare":
            found.append("bullet")
    return found


def labels_meant(container: Node) -> list[str]:
    lists = Lists()
    found = []
    for block in container.content:
        item = lists.place(block)
        if block.type == "table":
            for line in block.content:
                found += [label for inner in line.content for label in labels_meant(inner)]
        elif block.type == "paragraph" and block.attr("list"):
            found.append(f"{item.number}." if item else "bullet")
    return found


@settings(max_examples=300, deadline=None)
@given(document=documents())
def test_the_page_counts_its_lists_as_word_does(document: Node) -> None:
    assert labels_shown(render_document(document)) == labels_meant(document)


@settings(max_examples=150, deadline=None)
@given(document=documents())
def test_the_page_shows_every_word_and_nothing_that_runs(document: Node) -> None:
    page = html.fromstring(f"<div>{render_document(document)}</div>")
    seen = re.sub(r"\s", "", "".join(page.itertext()))
    for block in textblocks(document):
        for node in block.content:
            if node.type == "text" and node.text.isprintable():
                assert re.sub(r"\s", "", node.text) in seen
    assert not list(page.iter("script"))
    assert not [name for node in page.iter() for name in node.attrib if name.startswith("on")]


def test_real_texts_count_their_lists_alike(corpus: Path) -> None:
    folders = sorted(folder for folder in (corpus / "revisions").iterdir() if folder.is_dir())
    assert len(folders) == 13
    for folder in folders:
        document = read_markdown(max(folder.glob("**/*.md")).read_text(encoding="utf-8"))
        assert labels_shown(render_document(document)) == labels_meant(document), folder.name


def test_a_list_goes_on_around_what_is_boxed_below_its_item() -> None:
    document = read_markdown("1. one\n\n   ```\n   code\n   ```\n\n2. two\n\n   > said\n\n3. three\n")

    assert labels_shown(render_document(document)) == ["1.", "2.", "3."]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_file_says_who_signed_what_and_which_version_it_is(language: str) -> None:
    document = doc(h1("But", id="a"), p("Texte."))
    page = page_of(document, language=language)
    record = page.get_element_by_id("approvals").text_content()
    metas = {node.get("name"): node.get("content") for node in page.iter("meta") if node.get("name")}

    for words in ("Louis <Béranger>", "Juridique", "2 Suite", "Anne Roy", document_hash(document), "J’approuve."):
        assert words in record
    assert LABELS[language]["approved"] in record
    assert page.get("lang") == language
    assert metas["charte:document_sha256"] == document_hash(document)
    assert (metas["charte:version"], metas["charte:guideline"]) == ("2.1", "charte-reseaux-sociaux")
    assert metas["dcterms.created"] == "2026-11-30T09:12:00Z"


def test_the_file_fetches_nothing() -> None:
    document = doc(h1("But", id="a"), p(link("x", "https://x.example")), table(row(th("a")), row(cell("b"))))
    text = export(publication(document), "html").decode()
    page = html.fromstring(text)

    assert not list(page.iter("script", "link", "iframe", "object", "img"))
    assert "url(" not in text
    assert "@import" not in text


def test_the_highest_heading_is_the_second_of_the_page_and_none_is_skipped() -> None:
    for document in (doc(h1("a", id="a"), h2("b", id="b")), doc(h2("a", id="a"), h(3, "b", id="b"))):
        page = html.fromstring(render_document(document))
        assert [node.tag for node in page.iter("h1", "h2", "h3", "h4")] == ["h2", "h3"]


def test_a_link_to_a_title_leads_to_its_section() -> None:
    page = html.fromstring(render_document(doc(p(link("a", "#les-règles")), h1("Les règles", id="x"))))

    assert [node.get("href") for node in page.iter("a")] == ["#x"]


def test_a_converted_text_is_a_whole_page_with_its_title() -> None:
    page = html.fromstring(write(doc(number("x")), "html", language="en", title="A & B").decode())

    assert page.findtext(".//title") == page.findtext(".//h1") == "A & B"
