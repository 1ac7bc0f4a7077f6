"""Word out: what a reader of the file sees is what the document says, and any document makes a sound file."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from ooxml_integrity import ERROR, check
from openxml_audit import OpenXmlValidator

from exports.errors import UnknownFormat
from exports.formats import export, read, write
from exports.labels import LABELS
from exports.lists import Lists, in_list
from exports.markdown_reader import read_markdown
from exports.numbering import numbers
from exports.publication import Approval, Publication
from exports.word_body import bookmark
from guidelines.document import Node, document_hash, inline_text
from tests.builders import b, bullet, cell, doc, h, h1, h2, link, number, p, row, rule, table, th
from tests.exports.documents import documents
from tests.exports.word_lint import lint
from tests.exports.word_reader import Paragraph, Table, W, WordFile

AT = datetime(2026, 11, 30, 9, 12, tzinfo=UTC)


def publication(document: Node, **changes: Any) -> Publication:
    facts: dict[str, Any] = {
        "guideline_id": "0192f0c1",
        "slug": "charte-reseaux-sociaux",
        "title": "Charte des réseaux sociaux",
        "language": "fr",
        "kind": "charter",
        "audience": "Tous les salariés",
        "organisation": "Aristide & Fils",
        "owner_team": "Communication",
        "number": "2.1",
        "document": document,
        "document_hash": document_hash(document),
        "published_at": AT,
        "effective_on": date(2026, 12, 1),
        "policy_title": "Standard",
        "policy_hash": "ab" * 32,
        "approvals": (
            Approval("Juridique", "Louis <Béranger>", AT, ("1 But", "2 Suite"), document_hash(document), "J’approuve."),
            Approval("Communication", "Inès Carvalho", AT, ("Tout le texte",), document_hash(document), "", "Anne Roy"),
        ),
    }
    return Publication(**{**facts, **changes})


def checked(data: bytes, folder: Path) -> WordFile:
    """The file read, after python-docx, both validators and our own lint found nothing in it."""
    docx.Document(BytesIO(data))
    path = folder / "checked.docx"
    path.write_bytes(data)
    assert OpenXmlValidator().validate(path).errors == []
    assert [finding for finding in check(path) if finding.severity == ERROR] == []
    assert lint(data) == []
    return WordFile(data)


# -- what the document says, in the reader's terms


def stretches(block: Node) -> list[tuple[str, frozenset[str], str]]:
    found = []
    for node in block.content:
        words = inline_text(Node("paragraph", {}, (node,)))
        links = [str(mark.attrs["href"]) for mark in node.marks if mark.type == "link"]
        marks = frozenset(mark.type for mark in node.marks) - {"link"}
        plain = node.type in ("hard_break",)
        found.append((words, frozenset() if plain else marks, links[0] if links else ""))
    return found


def place_of(target: str, ids: Mapping[str, str]) -> str:
    words = unquote(target)
    return ids.get(target) or ids.get(words) or ids.get(words.lower()) or words


def characters(
    found: Sequence[tuple[str, frozenset[str], str]], ids: Any = MappingProxyType({})
) -> list[tuple[str, frozenset[str], str]]:
    """Character by character, with links as places: a bookmark for a block's own fragment, else the address."""
    return [
        (letter, marks if letter not in "\n\t" else frozenset(), place_of(target, ids))
        for words, marks, target in found
        for letter in words
    ]


def expected_item(blocks: Sequence[Node], place: int) -> int:
    """An item's number, found by looking back: another formulation than the one that counts forwards."""
    first = blocks[place]
    passed = 0
    for block in reversed(blocks[: place + 1]):
        if not in_list(block) or (block is not first and block.attr("indent") < first.attr("indent")):
            return 1 + passed - 1
        if block.attr("list") is None:
            if block.attr("indent") <= first.attr("indent"):
                return passed
        elif block.attr("indent") == first.attr("indent"):
            if (block.attr("list"), block.attr("box")) != (first.attr("list"), first.attr("box")):
                return passed
            passed += 1
            if block.attr("start") is not None:
                return int(block.attr("start")) + passed - 1
    return passed


def expected_label(blocks: Sequence[Node], place: int, number: str) -> str:
    block = blocks[place]
    if number:
        return number
    if block.type == "heading" or block.attr("list") is None:
        return ""
    return "bullet" if block.attr("list") == "bullet" else f"{expected_item(blocks, place)}."


def assert_same_paragraphs(found: Sequence[Paragraph], blocks: Sequence[Node], given_numbers: Any, ids: Any) -> None:
    assert len(found) == len(blocks)
    for place, (seen, block) in enumerate(zip(found, blocks, strict=True)):
        assert characters(seen.stretches) == characters(stretches(block), ids)
        assert seen.label == expected_label(blocks, place, given_numbers.get(place, ""))
        if block.type == "heading":
            assert seen.style == f"Heading{block.attr('level')}"
        elif box := block.attr("box"):
            kind = str(box).partition(":")[0]
            assert seen.style.lower().startswith(("callout" + kind, kind))
        align = {"justify": "both"}.get(block.attr("align"), block.attr("align"))
        assert align is None or seen.align == align


def destinations(document: Node) -> dict[str, str]:
    """Each fragment that leads somewhere: ids, and the first heading of each title as Markdown names it."""
    found: dict[str, str] = {}
    for block in document.content:
        if block.type == "heading" and block.id:
            title = "".join(c for c in inline_text(block).strip().lower() if c.isalnum() or c in "-_ " or c.isnumeric())
            found.setdefault("#" + title.replace(" ", "-"), f"bookmark {bookmark(block.id)}")
    for block in document.content:
        if block.id and block.is_textblock:
            found[f"#{block.id}"] = f"bookmark {bookmark(block.id)}"
        elif block.id and block.type == "table":
            found[f"#{block.id}"] = f"bookmark {bookmark(block.id, '_ct_')}"
    return found


def cells_of(node: Node) -> Iterator[list[Node]]:
    for line in node.content:
        yield list(line.content)


def assert_same(file: WordFile, document: Node) -> None:
    ids = destinations(document)
    assert len(file.blocks) == len(document.content)
    given_numbers = numbers(document)
    run: list[Paragraph] = []
    for seen, block in zip(file.blocks, document.content, strict=True):
        if block.type == "table":
            assert isinstance(seen, Table)
            for line, cells in zip(seen.rows, cells_of(block), strict=True):
                assert len(line) == len(cells)
                for (_, content), inner in zip(line, cells, strict=True):
                    assert_same_paragraphs(content, inner.content, {}, ids)
        elif block.type == "rule":
            assert isinstance(seen, Paragraph)
            assert seen.style == "Rule"
        else:
            assert isinstance(seen, Paragraph)
            run.append(seen)
    # Items count across the whole document: give the blocks that are no text a plain paragraph's place.
    blocks = [block if block.is_textblock else Node("paragraph") for block in document.content]
    texts = [seen if isinstance(seen, Paragraph) and block.is_textblock else Paragraph("", "")
             for seen, block in zip(file.blocks, document.content, strict=True)]  # fmt: skip
    assert_same_paragraphs(texts, blocks, given_numbers, ids)


# -- laws


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(document=documents())
def test_any_document_opens_everywhere_and_says_what_it_said(document: Node, tmp_path_factory: Any) -> None:
    folder = tmp_path_factory.getbasetemp()

    assert_same(checked(write(document, "docx"), folder), document)
    assert_same(checked(export(publication(document), "docx"), folder), document)


def test_every_real_text_says_in_word_what_it_says_in_markdown(corpus: Path, tmp_path: Path) -> None:
    folders = sorted(folder for folder in (corpus / "revisions").iterdir() if folder.is_dir())
    assert len(folders) == 13
    for folder in folders:
        last = max(folder.glob("**/*.md"))
        content = read_markdown(last.read_text(encoding="utf-8")).content
        for style in ("none", "headings", "clauses"):
            document = Node("doc", {"numbering": style}, content)
            file = checked(export(publication(document, title=folder.name), "docx"), tmp_path)
            assert_same(file, document)


@settings(max_examples=300, deadline=None)
@given(document=documents())
def test_items_count_the_same_forwards_and_backwards(document: Node) -> None:
    lists = Lists()
    blocks = document.content
    for place, block in enumerate(blocks):
        item = lists.place(block)
        if item is not None:
            assert item.number == expected_item(blocks, place)


SHAPES = {
    "an empty paragraph": doc(p()),
    "only a heading": doc(h1("But", id="a")),
    "skipped levels": doc(h2("a"), h(5, "b"), h1("c"), h(3, "d"), h(4, "e"), h2("f"), h(3, "g"), numbering="headings"),
    "clauses": doc(h1("a"), p("x"), h2("b"), p("y"), p("z"), h1("c"), p("w"), numbering="clauses"),
    "clauses under skipped levels": doc(h1("a"), h(3, "b"), p("y"), p("z"), h2("c"), p("w"), numbering="clauses"),
    "deep list": doc(*[number(str(depth), indent=depth) for depth in range(9)], bullet("back")),
    "a header-only table": doc(table(row(th("a"), th("b")))),
    "one hundred columns": doc(table(*[row(*[cell(f"{r}.{c}") for c in range(63)]) for r in range(3)])),
    "two tables": doc(table(row(cell("a"))), table(row(cell("b")))),
    "a rule alone": doc(rule()),
    "a huge word": doc(p("a" * 1_000_000), table(row(cell("b" * 10_000)))),
    "marks in a link": doc(p(link("a", "#x"), b("c")), h1("X", id="x")),
    "equal ids": doc(h1("a", id="x"), h1("b", id="x"), p("c", id="x")),
}


@pytest.mark.parametrize("document", SHAPES.values(), ids=SHAPES)
def test_strange_shapes_open_everywhere(document: Node, tmp_path: Path) -> None:
    assert_same(checked(export(publication(document), "docx"), tmp_path), document)


def test_a_table_wider_than_word_opens_keeps_every_word(tmp_path: Path) -> None:
    document = doc(table(*[row(*[cell(f"{r}.{c}") for c in range(100)]) for r in range(3)]))

    found = checked(write(document, "docx"), tmp_path).blocks[0]

    assert isinstance(found, Table)
    assert found.columns == 63
    for r, line in enumerate(found.rows):
        assert [part.text for _, content in line for part in content] == [f"{r}.{c}" for c in range(100)]


def test_characters_that_xml_forbids_are_shown_as_missing_and_break_nothing(tmp_path: Path) -> None:
    document = doc(p("a\x00b\x0bc\ud800d\ufffee\uffff"))

    file = checked(write(document, "docx"), tmp_path)

    assert isinstance(file.blocks[0], Paragraph)
    assert file.blocks[0].text == "a\ufffdb\ufffdc\ufffdd\ufffde\ufffd"


def test_spans_lie_on_the_grid(tmp_path: Path) -> None:
    document = doc(
        table(
            row(th("a", colspan=2), th("b")), row(cell("c", rowspan=2), cell("d"), cell("e")), row(cell("f"), cell("g"))
        )
    )

    found = checked(write(document, "docx"), tmp_path).blocks[0]

    assert isinstance(found, Table)
    assert [[span for span, _ in line] for line in found.rows] == [[2, 1], [1, 1, 1], [1, 1]]
    assert found.columns == 3
    assert found.header_rows == 1


# -- what the export adds


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_cover_and_the_record_say_who_signed_what(language: str, tmp_path: Path) -> None:
    document = doc(h1("But", id="a"), p("Texte."))
    file = checked(export(publication(document, language=language), "docx"), tmp_path)
    cover, record = ("".join(file.control(name).itertext()) for name in ("cover", "approvals"))

    for words in ("Aristide & Fils", "Charte des réseaux sociaux", "2.1", "Communication", "Tous les salariés"):
        assert words in cover
    for words in ("Louis <Béranger>", "Juridique", "2 Suite", "Anne Roy", document_hash(document), "J’approuve."):
        assert words in record
    assert LABELS[language]["approved"] in record
    assert ("1er décembre 2026" if language == "fr" else "1 December 2026") in cover


def test_the_contents_list_every_heading_with_its_number_and_lead_to_it(tmp_path: Path) -> None:
    document = doc(h1("But", id="a"), p("x"), h2("Détail", id="b"), h1("Suite", id="c"), numbering="headings")
    file = checked(export(publication(document), "docx"), tmp_path)
    lines = file.control("contents").findall(f"{W}p")
    entries = [(link.get(f"{W}anchor"), "".join(node.text for node in link.iter(f"{W}t")))
               for line in lines for link in line.findall(f"{W}hyperlink")]  # fmt: skip

    assert [(anchor, words.rstrip("0123456789")) for anchor, words in entries] == [
        ("_cb_a", "1But"), ("_cb_b", "1.1Détail"), ("_cb_c", "2Suite"), ("_charte_record", "Approbations"),
    ]  # fmt: skip
    assert b"updateFields" not in file.parts["word/settings.xml"]


def test_the_properties_tie_the_file_to_its_version(tmp_path: Path) -> None:
    document = doc(p("x"))
    data = export(publication(document), "docx")
    file = checked(data, tmp_path)
    own = docx.Document(BytesIO(data)).core_properties

    assert (own.title, own.author, own.language, own.version) == (
        "Charte des réseaux sociaux", "Aristide & Fils", "fr-FR", "2.1",
    )  # fmt: skip
    assert own.created == own.modified == AT.replace(tzinfo=own.created.tzinfo)
    custom = {line.get("name"): "".join(line.itertext()) for line in file.xml("docProps/custom.xml")}
    assert custom["charte:document_sha256"] == document_hash(document)
    assert (custom["charte:guideline"], custom["charte:version"]) == ("charte-reseaux-sociaux", "2.1")


def test_a_link_leads_to_the_block_or_the_title_it_names(tmp_path: Path) -> None:
    document = doc(p(link("a", "#x"), link("b", "#les-règles"), link("c", "#nowhere")), h1("Les règles", id="x"))

    file = checked(write(document, "docx"), tmp_path)

    assert isinstance(file.blocks[0], Paragraph)
    assert [target for _, _, target in file.blocks[0].stretches] == ["bookmark _cb_x", "bookmark _cb_x", "#nowhere"]


def test_a_text_from_right_to_left_is_set_so(tmp_path: Path) -> None:
    file = checked(write(doc(p("שלום ", b("עולם")), p("a")), "docx"), tmp_path)

    assert len(list(file.root.iter(f"{W}bidi"))) == 1
    assert len(list(file.root.iter(f"{W}rtl"))) == 2


def test_reading_word_is_refused_by_name() -> None:
    with pytest.raises(UnknownFormat) as refusal:
        read(write(doc(p("x")), "docx"), "docx")
    assert refusal.value.facts["format"] == "docx"


# -- broken twins: each guard catches what it is there for

PLANTED = {
    "a bookmark twice": (b'w:name="_cb_b"', b'w:name="_cb_a"'),
    "a bookmark left open": (b'<w:bookmarkEnd w:id="1"/>', b""),
    "a link to nowhere": (b'w:anchor="_cb_a"', b'w:anchor="_cb_z"'),
    "a page of nowhere": (b"PAGEREF _cb_a", b"PAGEREF _cb_z"),
    "a style that is not there": (b'w:val="TableText"', b'w:val="Gone"'),
    "a list that is not there": (b'<w:numId w:val="3"/>', b'<w:numId w:val="99"/>'),
    "a cell without a paragraph": (b'<w:p><w:pPr><w:pStyle w:val="TableText"/></w:pPr>', b""),
    "tables that touch": (b'<w:p><w:pPr><w:pStyle w:val="TableSpacer"/></w:pPr></w:p>', b""),
    "a row too long": (b"</w:tc></w:tr>", b"</w:tc><w:tc><w:tcPr/><w:p/></w:tc></w:tr>"),
    "a field without end": (b'<w:fldChar w:fldCharType="end"/>', b""),
    "a lost relationship": (b'r:id="rIdL1"', b'r:id="rIdL9"'),
    "lost white space": (b' xml:space="preserve"> spaced', b"> spaced"),
    "a control twice": (b'<w:id w:val="2"/>', b'<w:id w:val="1"/>'),
}


@pytest.mark.parametrize(("good", "bad"), PLANTED.values(), ids=PLANTED)
def test_the_lint_finds_each_planted_error(good: bytes, bad: bytes) -> None:
    document = doc(
        h1("a", id="a"),
        p(" spaced", id="b"),
        number("n"),
        p(link("x", "https://x.example")),
        table(row(cell("c"), cell("d"))),
    )
    data = export(publication(document), "docx")
    assert lint(data) == []

    assert found_in(replaced(data, good, bad))


def found_in(data: bytes) -> list[str]:
    try:
        return lint(data)
    except Exception as error:  # noqa: BLE001 - a file that cannot be read at all is found too
        return [str(error)]


def replaced(data: bytes, good: bytes, bad: bytes) -> bytes:
    import zipfile

    out = BytesIO()
    hits = 0
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            hits += part.count(good) if name == "word/document.xml" else 0
            new.writestr(name, part.replace(good, bad) if name == "word/document.xml" else part)
    assert hits
    return out.getvalue()


def test_the_comparison_notices_a_lost_word_a_lost_mark_and_a_wrong_label() -> None:
    document = doc(h1("a"), p("plain ", b("bold")), number("n"), numbering="headings")
    data = write(document, "docx")
    for good, bad in [(b"plain", b"plane"), (b"<w:b/>", b""), (b'<w:numId w:val="3"/>', b'<w:numId w:val="1"/>')]:
        with pytest.raises(AssertionError):
            assert_same(WordFile(replaced(data, good, bad)), document)
