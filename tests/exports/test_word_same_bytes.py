"""The same version gives the same bytes: in another process, with another hash seed, on another day."""

import hashlib
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest

from exports.formats import export
from exports.publication import Approval, Publication
from guidelines.document import document_hash
from tests.builders import b, bullet, cell, doc, h1, h2, link, number, p, row, table, th

ROOT = Path(__file__).parents[2]
#: Stands in for the clock and the calendar before anything else is imported, as another day would.
ANOTHER_DAY = """
import datetime, time
class Tomorrow(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2031, 5, 17, 3, 4, 5, tzinfo=tz)
datetime.datetime = Tomorrow
moment = 1937000000.0
time.time = lambda: moment
real = time.localtime
time.localtime = lambda seconds=None: real(moment if seconds is None else seconds)
"""
EXPORT = """
import hashlib, sys
from exports.formats import export
from tests.exports.test_word_same_bytes import specimen
for format in ("docx", "html"):
    print(hashlib.sha256(export(specimen(), format)).hexdigest())
"""


def specimen() -> Publication:
    at = datetime(2026, 11, 30, 9, 12, tzinfo=UTC)
    document = doc(
        h1("But", id="a"), p("Voir ", link("ici", "#c"), " et ", link("là", "https://x.example/é"), b("."), id="b"),
        h2("Détail", id="c"), number("un"), bullet("deux", indent=1), number("trois"), p("À savoir", box="note"),
        table(row(th("a"), th("b")), row(cell("c"), cell("d"))), numbering="clauses",
    )  # fmt: skip
    signed = Approval("Juridique", "Louis Béranger", at, ("1 But",), "ab" * 32)
    return Publication(
        "1", "charte", "Charte", "fr", "charter", "Tous", "Aristide & Fils", "Communication", "1.0", document,
        document_hash(document), at, date(2026, 12, 1), approvals=(signed,),
    )  # fmt: skip


def hashes(prelude: str = "", **environment: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", prelude + EXPORT],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )
    return done.stdout.split()


@pytest.mark.parametrize("environment", [{"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "4711", "TZ": "Asia/Tokyo"}])
def test_another_process_on_another_day_gives_the_same_bytes(environment: dict[str, str]) -> None:
    here = [hashlib.sha256(export(specimen(), format)).hexdigest() for format in ("docx", "html")]

    assert hashes(**environment) == here
    assert hashes(ANOTHER_DAY, **environment) == here


def test_the_other_day_would_be_noticed() -> None:
    """The broken twin: what reads the clock differs under the stand-in."""
    clock = "import time; print(time.localtime()[:3]); import datetime; print(datetime.datetime.now().date())\n"
    plain, other = (
        subprocess.run([sys.executable, "-c", prelude + clock], check=True, capture_output=True, text=True).stdout
        for prelude in ("", ANOTHER_DAY)
    )
    assert plain != other
    assert "2031" in other


def test_parts_are_sorted_and_bear_no_date(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(export(specimen(), "docx"))
    with ZipFile(path) as archive:
        entries = archive.infolist()
    assert [entry.filename for entry in entries] == [
        "[Content_Types].xml", *sorted(entry.filename for entry in entries[1:]),
    ]  # fmt: skip
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
