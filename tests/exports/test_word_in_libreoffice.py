"""LibreOffice opens what we write and lays it out: every heading, number and list label stands in the PDF."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from exports.formats import export
from exports.markdown_reader import read_markdown
from exports.numbering import numbers
from guidelines.document import Node, inline_text, textblocks
from tests.builders import bullet, doc, h, h1, h2, number, p
from tests.exports.test_word import expected_label, publication


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
