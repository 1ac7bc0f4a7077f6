"""The record speaks the text's language and the company's clock; what somebody agreed to stays word for word."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import docx
import pytest

from exports import clock, labels
from exports.formats import export
from exports.markdown_reader import read_markdown
from exports.publication import Approval, Publication
from guidelines.document import document_hash, plain_text
from tests.builders import doc, h1, p

TEXT = doc(h1("But"), p("Écrire."))
WINTER = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
SUMMER = datetime(2026, 10, 1, 7, 5, tzinfo=UTC)
ENGLISH = "For Legal, I have read these words of “Charte” and I agree to their publication."


def publication(**changes: Any) -> Publication:
    signed = Approval("Juridique", "Louis", WINTER, ("1 But",), "ab" * 32, ENGLISH, statement_language="en")
    value = Publication(
        "1", "charte", "Charte", "fr", "charter", "Tous", "Solenne", "Communication", "1.0", TEXT,
        document_hash(TEXT), WINTER, date(2026, 12, 1), approvals=(signed,),
    )  # fmt: skip
    return replace(value, **changes)


def of_word(data: bytes) -> str:
    file = docx.Document(BytesIO(data))
    return " ".join("".join(part.text or "" for part in line.iter() if part.tag.endswith("}t"))
                    for line in file.element.body.iter() if line.tag.endswith("}p"))  # fmt: skip


def of_html(data: bytes) -> str:
    return re.sub(r"<[^>]+>", "", data.decode())


def of_markdown(data: bytes) -> str:
    return plain_text(read_markdown(data.decode()))


READERS = {"docx": of_word, "html": of_html, "md": of_markdown}
each = pytest.mark.parametrize(("format", "words_of"), READERS.items(), ids=READERS)
Words = Callable[[bytes], str]


@each
def test_times_are_those_of_the_company_and_their_distance_from_utc_is_said_once(format: str, words_of: Words) -> None:
    words = words_of(export(publication(), format))
    assert "1er décembre 2026, 00:30" in words
    assert words.count("Heures du fuseau Europe/Paris (UTC+1).") == words.count("UTC") == 1
    assert re.search(r"Publiée le\W*1er décembre 2026", words)


@each
def test_times_on_both_sides_of_a_change_of_clocks_bear_their_own_offset(format: str, words_of: Words) -> None:
    early = Approval("Juridique", "Julie", SUMMER, ("1 But",), "ab" * 32)
    words = words_of(export(publication(approvals=(early, *publication().approvals)), format))
    assert "Heures du fuseau Europe/Paris (UTC+2, puis UTC+1)." in words
    assert "1er octobre 2026, 09:05 (UTC+2)" in words
    assert "1er décembre 2026, 00:30 (UTC+1)" in words


@each
@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Asia/Kolkata", "1 December 2026, 05:00 | Times in Asia/Kolkata (UTC+5:30)."),
        ("America/St_Johns", "30 November 2026, 20:00 | Times in America/St_Johns (UTC−3:30)."),
        ("UTC", "30 November 2026, 23:30 | Times in UTC (UTC)."),
    ],
)
def test_another_company_has_its_own_clock(zone: str, said: str, format: str, words_of: Words) -> None:
    words = words_of(export(publication(time_zone=zone, language="en"), format))
    for part in said.split(" | "):
        assert part in words


@each
def test_a_statement_of_another_language_is_quoted_word_for_word_and_its_language_named(
    format: str, words_of: Words
) -> None:
    words = words_of(export(publication(), format))
    assert f"«\u00a0{ENGLISH}\u00a0» (phrase approuvée en anglais)" in words
    french = Approval("Legal", "Louis", WINTER, ("1 But",), "ab" * 32, "J’approuve.", statement_language="fr")
    assert "“J’approuve.” (agreed to in French)" in words_of(
        export(publication(language="en", approvals=(french,)), format)
    )


@each
def test_a_statement_of_the_texts_own_language_stands_bare(format: str, words_of: Words) -> None:
    words = words_of(export(publication(language="en"), format))
    assert ENGLISH in words
    assert "agreed to in" not in words


def test_a_quoted_statement_is_marked_as_being_of_its_language() -> None:
    assert f'<span lang="en">{ENGLISH}</span>' in export(publication(), "html").decode()
    file = docx.Document(BytesIO(export(publication(), "docx")))
    runs = [run for run in file.element.body.iter() if run.tag.endswith("}r") and ENGLISH in "".join(run.itertext())]
    assert ['w:lang w:val="en-GB"' in run.xml for run in runs] == [True]


@each
def test_a_record_on_universal_time_is_caught(format: str, words_of: Words, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: moments said as they are stored."""
    monkeypatch.setattr(clock, "ZoneInfo", lambda _name: UTC)
    with pytest.raises(AssertionError):
        test_times_are_those_of_the_company_and_their_distance_from_utc_is_said_once(format, words_of)


@each
def test_a_statement_that_is_said_anew_is_caught(format: str, words_of: Words, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: the sentence translated into the text's language."""
    for module in ("word_record", "html_page", "record"):
        monkeypatch.setattr(f"exports.{module}.agreed", lambda *_: ("", "J’approuve.", ""))
    with pytest.raises(AssertionError):
        test_a_statement_of_another_language_is_quoted_word_for_word_and_its_language_named(format, words_of)


def test_every_label_stands_in_both_languages() -> None:
    assert labels.LABELS["fr"].keys() == labels.LABELS["en"].keys()
