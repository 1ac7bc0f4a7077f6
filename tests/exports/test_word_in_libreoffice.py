"""LibreOffice opens what we write and lays it out: every heading, number and list label stands in the PDF."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path

import pytest

from exports import word_pages
from exports.formats import export
from exports.markdown_reader import read_markdown
from exports.numbering import numbers
from exports.word_body import write_body
from guidelines.document import Node, inline_text, textblocks
from tests.builders import bullet, doc, h, h1, h2, number, p
from tests.exports.test_word import expected_label, publication

Estimate = Callable[[Node, int], Sequence[int]]


def tool(name: str) -> str:
    """The program's path; without it a test is skipped, loudly, and fails where CI is set."""
    found = shutil.which(name)
    if found is None:
        reason = f"{name} is not installed: apt-get install libreoffice-writer poppler-utils"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def laid_out(files: Sequence[Path], folder: Path) -> dict[str, str]:
    """Each file's text as LibreOffice prints it, by name; the layout of the page is kept."""
    office, reader = tool("soffice"), tool("pdftotext")
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [office, "--headless", profile, "--convert-to", "pdf", "--outdir", str(folder), *map(str, files)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return {
        path.stem: subprocess.run(
            [reader, "-layout", str(folder / f"{path.stem}.pdf"), "-"], check=True, capture_output=True, text=True
        ).stdout
        for path in files
    }


def squeezed(text: str) -> str:
    """The text without white space, hyphens at line ends, or what a font draws otherwise."""
    return re.sub(r"[\s\u00ad\u200b-\u200d\ufe0f]", "", text)


def test_every_real_text_is_laid_out_with_every_heading_and_word(corpus: Path, tmp_path: Path) -> None:
    documents: dict[str, Node] = {}
    for folder in sorted(path for path in (corpus / "revisions").iterdir() if path.is_dir()):
        content = read_markdown(max(folder.glob("**/*.md")).read_text(encoding="utf-8")).content
        documents[folder.name] = Node("doc", {"numbering": "headings"}, content)
    assert len(documents) == 13
    for name, document in documents.items():
        (tmp_path / f"{name}.docx").write_bytes(export(publication(document), "docx"))

    printed = laid_out([tmp_path / f"{name}.docx" for name in documents], tmp_path)

    for name, document in documents.items():
        seen = squeezed(printed[name])
        given = numbers(document)
        for place, block in enumerate(document.content):
            if block.type == "heading" and inline_text(block).strip():
                assert squeezed(given[place] + inline_text(block)) in seen, (name, inline_text(block))
        words = {word for block in textblocks(document) for word in re.findall(r"\w{4,20}", inline_text(block))}
        missing = sorted(word for word in words if word not in seen)
        # A word that is cut by a page's or a cell's edge is found in two places; none other may be missing.
        assert len(missing) <= len(words) // 100, (name, missing[:20])


def printed_pages(pages: Sequence[str], titles: Sequence[str]) -> list[int]:
    """The page on which each heading begins a line, looked for in reading order after the contents."""
    lines = [[line for line in map(squeezed, page.split("\n")) if line] for page in pages]
    page = next(place for place, words in enumerate(lines) if "Sommaire" in words) + 1
    found = []
    for title in map(squeezed, titles):
        while not any(
            "".join(lines[page][place : place + 8]).startswith(title) and title.startswith(line[: len(title)])
            for place, line in enumerate(lines[page])
        ):
            page += 1
        found.append(page + 1)
    return found


def off(document: Node, name: str, folder: Path, estimate: Estimate = word_pages.pages) -> list[int]:
    """How far each page number of the contents is from the page that LibreOffice prints the heading on."""
    path = folder / f"{name}.docx"
    path.write_bytes(export(publication(document), "docx"))
    laid = laid_out([path], folder)[name].split("\f")
    headings = [heading for heading in write_body(document, "fr")[1].headings if heading.title]
    places = estimate(document, 3)
    true = printed_pages(laid, [heading.number + heading.title for heading in headings])
    return [abs(places[heading.place] - page) for heading, page in zip(headings, true, strict=True)]


def held(found: Sequence[int]) -> None:
    assert max(found) <= 1
    assert found.count(0) >= 0.8 * len(found)


def test_the_contents_are_at_most_one_page_off_before_their_fields_are_updated(corpus: Path, tmp_path: Path) -> None:
    """An estimate: the true page hangs on the fonts of whoever opens the file, and asking Word to count puts a question
    to every reader."""
    texts = [*files("api").joinpath("demo", "content").iterdir()]
    named = {text.name + path.stem: path for text in texts for path in Path(str(text)).glob("*.md")}
    found = []
    for name, path in {**named, **sample(corpus)}.items():
        content = read_markdown(path.read_text(encoding="utf-8")).content
        found += off(Node("doc", {"numbering": "headings"}, content), name, tmp_path)
    assert len(found) > 150
    held(found)


def test_contents_that_count_too_few_pages_are_caught(corpus: Path, tmp_path: Path) -> None:
    """The broken twin: every heading is said to stand on the first page."""
    name, path = next(iter(sample(corpus).items()))
    document = Node("doc", {"numbering": "headings"}, read_markdown(path.read_text(encoding="utf-8")).content)
    found = off(document, name, tmp_path, lambda text, first: [first] * len(text.content))
    with pytest.raises(AssertionError):
        held(found)


def sample(corpus: Path) -> dict[str, Path]:
    """Some real texts of several pages, in both languages."""
    names = ("18f-open-source-practice", "etalab-algorithmes-guide", "gh-acceptable-use", "tts-leaving")
    return {name: max((corpus / "revisions" / name).glob("**/*.md")) for name in names}


LABELLED = doc(
    h1("Alpha"), p("alphaclause"), h(3, "Beta"), p("betaclause"), h2("Gamma"), p("gammaclause"),
    number("one"), number("two"), number("deep", indent=1), number("deeper", indent=2), number("three"),
    p("break"), number("restarted"), bullet("point"), number("again"), number("seven", start=7), number("eight"),
    h1("Delta"), p("deltaclause"), numbering="clauses",
)  # fmt: skip


def test_every_label_stands_beside_its_words(tmp_path: Path) -> None:
    path = tmp_path / "labels.docx"
    path.write_bytes(export(publication(LABELLED), "docx"))

    lines = [line.split() for line in laid_out([path], tmp_path)["labels"].splitlines()]

    given = numbers(LABELLED)
    for place, block in enumerate(LABELLED.content):
        label = expected_label(LABELLED.content, place, given.get(place, ""))
        label = "•" if label == "bullet" else label
        wanted = [label, inline_text(block)] if label else [inline_text(block)]
        assert wanted in lines, wanted
