"""Word export against python-docx's own calls: 2,000 paragraphs and 40 tables of 6 by 4 cells, in CPU time.

    python -m benchmarks.word

Both write the same words, marks, lists and tables. The two (and HTML) run in one process, warm, turn by turn; the
figure is the median. Peak memory is that of a whole process that only exports. The last line is JSON.
"""

import json
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from exports.formats import export
from exports.publication import Approval, Publication
from guidelines.document import Mark, Node, document_hash

PARAGRAPHS, TABLES, ROWS, COLUMNS = 2000, 40, 6, 4
WORDS = """charte équipe communication juridique publication réseau salarié client accord écrit délai réponse compte
entreprise collègue photo sujet service règle exemple message relecture version texte section approbation""".split()


def make_document() -> Node:
    """About 60,000 words: headings, list items every fifth block, bold and a link in every third."""
    dice = random.Random(7)
    blocks: list[Node] = []
    for place in range(PARAGRAPHS):
        words = [dice.choice(WORDS) for _ in range(dice.randint(16, 40))]
        if place % 20 == 0:
            blocks.append(Node("heading", {"id": f"b{place}", "level": 1 + place % 3}, (text(" ".join(words[:5])),)))
            continue
        attrs: dict[str, object] = {"id": f"b{place}"}
        if place % 5 == 0:
            attrs |= {"list": "number" if place % 2 else "bullet", "indent": place % 3}
        content = [text(" ".join(words))]
        if place % 3 == 0:
            content = [
                text(" ".join(words[:6]) + " "),
                text(words[6], Mark("strong")),
                text(" ".join(["", *words[7:12], ""])),
                text(words[12], Mark("link", {"href": f"https://intranet.example/{place % 50}"})),
                text(" ".join(["", *words[13:]])),
            ]
        blocks.append(Node("paragraph", attrs, tuple(content)))
        if place % (PARAGRAPHS // TABLES) == 7:
            blocks.append(make_table(dice, place))
    return Node("doc", {"numbering": "headings"}, tuple(blocks))


def make_table(dice: random.Random, place: int) -> Node:
    """A table with a header row."""

    def one(row: int) -> Node:
        words = text(" ".join(dice.choice(WORDS) for _ in range(4)))
        return Node("header_cell" if row == 0 else "cell", {}, (Node("paragraph", {}, (words,)),))

    rows = tuple(Node("row", {}, tuple(one(row) for _ in range(COLUMNS))) for row in range(ROWS))
    return Node("table", {"id": f"t{place}"}, rows)


def text(words: str, *marks: Mark) -> Node:
    return Node("text", text=words, marks=marks)


def make_publication(document: Node) -> Publication:
    """The document with what surrounds a published version."""
    at = datetime(2026, 11, 30, tzinfo=UTC)
    signed = Approval("Juridique", "Louis Béranger", at, ("1 But",), "ab" * 32)
    return Publication(
        "1", "charte", "Charte", "fr", "charter", "Tous", "Aristide & Fils", "Communication", "1.0", document,
        document_hash(document), at, date(2026, 12, 1), approvals=(signed,),
    )  # fmt: skip


def naive(document: Node) -> bytes:
    """What the first pages of python-docx's manual teach: styles by name, `add_run`, `cell(row, column)`."""
    import docx

    out = docx.Document()
    for block in document.content:
        if block.type == "table":
            rows = block.content
            table = out.add_table(len(rows), len(rows[0].content), style="Table Grid")
            for r, line in enumerate(rows):
                for c, cell in enumerate(line.content):
                    table.cell(r, c).text = cell.content[0].content[0].text
        elif block.type == "heading":
            out.add_heading(block.content[0].text, int(block.attr("level")))
        else:
            kind = {"bullet": "List Bullet", "number": "List Number"}.get(block.attr("list"), "Normal")
            paragraph = out.add_paragraph(style=kind)
            for node in block.content:
                run = paragraph.add_run(node.text)
                run.bold = any(mark.type == "strong" for mark in node.marks) or None
    data = BytesIO()
    out.save(data)
    return data.getvalue()


def cpu(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def compare() -> dict[str, float]:
    """Medians in seconds, turn by turn so that a busy machine slows all alike."""
    document = make_document()
    publication = make_publication(document)
    works: dict[str, Callable[[], object]] = {
        "docx": lambda: export(publication, "docx"),
        "html": lambda: export(publication, "html"),
        "python_docx": lambda: naive(document),
    }
    for work in works.values():
        work()
    times: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(9):
        for name, work in works.items():
            if name != "python_docx" or turn % 3 == 0:
                times[name].append(cpu(work))
    return {name: statistics.median(found) for name, found in times.items()}


def peak() -> float:
    """Megabytes of a process that makes the document and exports it once."""
    found = subprocess.run([sys.executable, __file__, "--once"], check=True, capture_output=True, text=True)
    return float(found.stdout)


def main() -> None:
    if "--once" in sys.argv:
        export(make_publication(make_document()), "docx")
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    found = compare()
    result = {
        "benchmark": "word",
        "times_faster_than_python_docx": round(found["python_docx"] / found["docx"], 1),
        "html_to_docx": round(found["html"] / found["docx"], 2),
        "peak_megabytes": round(peak(), 1),
    }
    print(f"{'way':<28}{'CPU ms':>10}")
    for name, seconds in found.items():
        print(f"{name:<28}{seconds * 1000:>10.1f}")
    print(f"{'times faster (bar 25)':<28}{result['times_faster_than_python_docx']:>10}")
    print(f"{'html / docx (bar 0.5)':<28}{result['html_to_docx']:>10}")
    print(f"{'peak MB (bar 80)':<28}{result['peak_megabytes']:>10}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
