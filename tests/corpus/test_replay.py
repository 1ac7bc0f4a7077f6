"""Real texts carried through the product: each revision imported, some signed, published, exported; nothing is lost.

Every revision becomes the draft's text; those published in between are spread over the history, because the law is
about the text and not about how often it is signed. Redlines of all pairs of revisions are in `test_redline`.
"""

import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import etree
from sqlmodel import SQLModel

from api.database import make_engine, transaction
from api.publications import publication_of
from exports.formats import export
from exports.markdown import write_markdown
from exports.markdown_reader import read_markdown
from exports.redline import write_redline
from guidelines import authority, versions
from guidelines import queries as writing
from guidelines.document import Node, document_hash, inline_text, parse, plain_text, textblocks
from guidelines.redline import redline
from tests.workflow.house import House, found
from workflow import drafts, handbook
from workflow.audit import audit

DOCUMENTS = 13
REVISIONS = 355
#: Publications per document, the first and the last revision among them.
EDITIONS = 5
WORD = re.compile(r"\w+")


def folders(corpus: Path) -> list[Path]:
    return sorted(path for path in (corpus / "revisions").iterdir() if path.is_dir())


def test_all_documents_are_there(corpus: Path) -> None:
    assert len(folders(corpus)) == DOCUMENTS
    assert sum(len(list(folder.glob("*.md"))) for folder in folders(corpus)) == REVISIONS


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    engine = make_engine(f"sqlite:///{tmp_path}/charte.db")
    SQLModel.metadata.create_all(engine)
    with transaction(engine) as session:
        yield found(session)
    engine.dispose()


@pytest.mark.parametrize("place", range(DOCUMENTS))
def test_nothing_of_a_real_history_is_lost(corpus: Path, house: House, place: int) -> None:
    sources = [file.read_text("utf-8") for file in sorted(folders(corpus)[place].glob("*.md"))]
    last = len(sources) - 1
    editions = {round(number * last / (EDITIONS - 1)) for number in range(EDITIONS)}
    version = _first(house, read_markdown(sources[0]))
    published: list[Node] = []
    for number, source in enumerate(sources):
        document = read_markdown(source)
        normal = write_markdown(versions.checked(document))
        _import(house, version, document, number)
        assert _text(house, version) == normal, number
        if number in editions and _changed(house, version, published):
            published.append(_publish(house, version, normal))
            if number != last:
                version = house.draft(f"v{len(published) + 1}")
    assert len(published) > 1
    for old, new in pairwise(published):
        _rebuilt(old, new)
    _rebuilt(published[0], published[-1])
    _word_holds(house, published[-1])
    assert audit(house.session, "g") == []


def _first(house: House, document: Node) -> str:
    drafts.create_guideline(
        house.session, house.actor("aicha"), guideline_id="g", version_id="v1", slug="text", title="A real text",
        language="en", kind="charter", owner_team="comms", document=document, at=house.tick(),
    )  # fmt: skip
    return "v1"


def _import(house: House, version: str, document: Node, number: int) -> None:
    drafts.import_text(
        house.session, house.actor("aicha"), version, document, ref=f"revision {number}", at=house.tick()
    )


def _text(house: House, version: str) -> str:
    return write_markdown(authority.open_document(house.session, version).document)


def _changed(house: House, version: str, published: list[Node]) -> bool:
    """Some revisions change front matter only, which is no part of the text."""
    now = document_hash(authority.open_document(house.session, version).document)
    return not published or now != document_hash(published[-1])


def _publish(house: House, version: str, text: str) -> Node:
    """Signs by both teams, publishes, exports in each format and holds what came out against the revision."""
    house.submit(version)
    house.approve(version, "mathieu", "comms")
    house.approve(version, "julie", "legal")
    house.publish(version)
    entry = handbook.edition(house.session, "text")
    assert entry.publication.version_id == version
    value = publication_of(house.session, entry, "Maison Solenne")
    assert {line.team for line in value.approvals} == {"comms", "legal"}
    matter = str(value.document.attr("front_matter") or "")
    exported = export(value, "md").decode()
    assert exported.startswith(f"{matter}# A real text\n")
    assert exported.count(f"\n---\n\n{text.removeprefix(matter)}\n---\n\n## Sign-offs\n") == 1
    told = json.loads(export(value, "json"))
    assert document_hash(parse(told["document"])) == entry.publication.document_hash
    assert [line["team"] for line in told["approvals"]] == [line.team for line in value.approvals]
    page = _words(etree.HTML(export(value, "html").decode()))
    assert not Counter(WORD.findall(plain_text(value.document))) - page
    return value.document


def _words(tree: etree._Element) -> Counter[str]:
    """What can be read on the page, the texts that stand for images included."""
    return Counter(WORD.findall("\n".join([*tree.itertext(), *tree.xpath("//img/@alt")])))


def _rebuilt(old: Node, new: Node) -> None:
    """From the redline's file alone both texts come back, block by block."""
    blocks = json.loads(write_redline(redline(old, new), new, "json"))["blocks"]
    for document, signs, other in ((old, "=-", ("insert", "move_to")), (new, "=+", ("delete", "move_from"))):
        told = ["".join(text for sign, text in block["runs"] if sign in signs) for block in blocks
                if block["op"] not in other]  # fmt: skip
        assert told == [inline_text(block) for block in textblocks(document)]


def _word_holds(house: House, document: Node) -> None:
    """No word is missing from the Word file."""
    entry = handbook.edition(house.session, "text")
    data = export(publication_of(house.session, entry, "Maison Solenne"), "docx")
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        body = etree.fromstring(package.read("word/document.xml"))
    space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    lines = ["".join(run.text or "" for run in paragraph.iter(f"{space}t")) for paragraph in body.iter(f"{space}p")]
    assert not Counter(WORD.findall(plain_text(document))) - Counter(WORD.findall("\n".join(lines)))
    assert writing.version(house.session, entry.publication.version_id).frozen
