"""The approval record at the end of a Word export: who signed for which team, when, which sections, on which hash."""

from typing import Final

from exports.clock import clock_note, when
from exports.labels import LABELS, agreed
from exports.publication import Approval, Publication
from exports.word_front import cell, control, paragraph, table
from exports.word_runs import run
from exports.word_template import LOCALES

BOOKMARK: Final = "_charte_record"

_WIDTHS: Final = (1750, 2250, 1450, 2200, 1420)
_COLUMNS: Final = ("team", "person", "when", "sections", "hash")
_HEAD: Final = '<w:shd w:val="clear" w:color="auto" w:fill="EAF0F6"/>'


def record(publication: Publication, serial: int) -> str:
    """The record; `serial` is a bookmark number that the text does not use."""
    say = LABELS[publication.language]
    title = (
        f'<w:bookmarkStart w:id="{serial}" w:name="{BOOKMARK}"/>{run(say["approved"])}<w:bookmarkEnd w:id="{serial}"/>'
    )
    parts = [paragraph("RecordTitle", title)]
    if publication.approvals:
        head = "".join(
            cell(width, paragraph("TableHeading", run(say[name])), _HEAD)
            for width, name in zip(_WIDTHS, _COLUMNS, strict=True)
        )
        rows = "".join(_row(line, publication) for line in publication.approvals)
        repeated = f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>"
        parts += [
            paragraph("RecordNote", run(f"{say['record']} {clock_note(publication)}")),
            table(_WIDTHS, repeated + rows),
        ]
    else:
        parts.append(paragraph("RecordNote", run(say["none"])))
    parts.append(paragraph("TableSpacer", ""))
    parts.append(_print(f"{say['text']}{say['colon']} ", publication.document_hash))
    if publication.policy_hash:
        parts.append(_print(f"{say['policy']}{say['colon']} {publication.policy_title} ", publication.policy_hash))
    if publication.seal_key:
        parts.append(_print(f"{say['seal']}{say['colon']} {publication.seal_key} ", publication.seal_hash))
    return control("approvals", say["approved"], "".join(parts), 3)


def _row(line: Approval, publication: Publication) -> str:
    language = publication.language
    say = LABELS[language]
    person = paragraph("Signature", run(line.person))
    if line.on_behalf_of:
        person += paragraph("RecordNote", run(f"{say['behalf']} {line.on_behalf_of}"))
    if line.statement:
        person += paragraph("RecordNote", _statement(line, language))
    cells = (
        paragraph("TableText", run(line.team)),
        person,
        paragraph("TableText", run(when(publication, line.at))),
        "".join(paragraph("TableText", run(section)) for section in line.sections or ("",)),
        paragraph("TableFingerprint", run(line.hash)),
    )
    inner = "".join(cell(width, content) for width, content in zip(_WIDTHS, cells, strict=True))
    return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{inner}</w:tr>"


def _statement(line: Approval, language: str) -> str:
    before, words, after = agreed(line.statement, line.statement_language, language)
    if not before:
        return run(words)
    locale = LOCALES.get(line.statement_language)
    spoken = f'<w:rPr><w:lang w:val="{locale}"/></w:rPr>' if locale else ""
    return run(before) + run(words, spoken) + run(after)


def _print(label: str, value: str) -> str:
    mono = '<w:rPr><w:rStyle w:val="InlineCode"/></w:rPr>'
    return paragraph("RecordNote", run(label) + run(value, mono))
