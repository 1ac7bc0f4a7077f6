"""A published version as Markdown and JSON: what it is, its text, and its approval record."""

import json
import re
from datetime import UTC, datetime
from typing import Any, Final

from exports.clock import clock_note, day_in, when
from exports.labels import LABELS, LANGUAGES, agreed, day
from exports.markdown import escape, write_markdown
from exports.publication import Approval, Publication
from guidelines.document import Node, serialise

#: Spaces that a line may break at; the others belong to the words as they were agreed to.
_SPACES: Final = re.compile(r"[^\S\u00a0\u202f]+")
_COLUMNS = ("team", "person", "when", "sections", "hash")


def export_markdown(publication: Publication) -> bytes:
    """Title and facts, then the text as it is between two rules, then the record; its front matter stays first."""
    document = publication.document
    matter = str(document.attr("front_matter") or "")
    attrs = {name: value for name, value in document.attrs.items() if name != "front_matter"}
    text = write_markdown(Node(document.type, attrs, document.content))
    parts = (f"{matter}{_front(publication)}", text, _record(publication))
    return "\n---\n\n".join(parts).encode()


def export_json(publication: Publication) -> bytes:
    """An object with `publication`, `approvals` and `document`, the document being what its hash was taken of."""
    value = {
        "publication": {
            "guideline_id": publication.guideline_id,
            "slug": publication.slug,
            "title": publication.title,
            "number": publication.number,
            "language": publication.language,
            "kind": publication.kind,
            "audience": publication.audience,
            "organisation": publication.organisation,
            "owner_team": publication.owner_team,
            "summary": publication.summary,
            "change_note": publication.change_note,
            "published_at": _moment(publication.published_at),
            "effective_on": publication.effective_on.isoformat(),
            "document_hash": publication.document_hash,
            "policy_title": publication.policy_title,
            "policy_hash": publication.policy_hash,
            "seal_key": publication.seal_key,
            "seal_hash": publication.seal_hash,
        },
        "approvals": [_approval(line) for line in publication.approvals],
        "document": serialise(publication.document),
    }
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _approval(line: Approval) -> dict[str, Any]:
    return {
        "team": line.team,
        "person": line.person,
        "on_behalf_of": line.on_behalf_of,
        "at": _moment(line.at),
        "sections": list(line.sections),
        "hash": line.hash,
        "statement": line.statement,
        "statement_language": line.statement_language,
    }


def _moment(value: datetime) -> str:
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _front(publication: Publication) -> str:
    say, language = LABELS[publication.language], publication.language
    facts = {
        "version": publication.number,
        "published": day(day_in(publication, publication.published_at), language),
        "effective": day(publication.effective_on, language),
        "owner": publication.owner_team,
        "audience": publication.audience,
        "language": LANGUAGES[language],
        "guideline": publication.slug,
        "summary": publication.summary,
        "change_note": publication.change_note,
        "text": publication.document_hash,
    }
    lines = [f"- {say[name]}{say['colon']} {_line(value)}\n" for name, value in facts.items() if value]
    return f"# {_line(publication.title)}\n\n{_line(publication.organisation)}\n\n{''.join(lines)}"


def _record(publication: Publication) -> str:
    say = LABELS[publication.language]
    parts = [f"## {say['approved']}\n"]
    if publication.approvals:
        head = "| " + " | ".join(say[name] for name in _COLUMNS) + " |\n" + "| --- " * len(_COLUMNS) + "|\n"
        parts += [
            f"{say['record']} {_line(clock_note(publication))}\n",
            head + "".join(_row(line, publication) for line in publication.approvals),
        ]
    else:
        parts.append(f"{say['none']}\n")
    prints = f"- {say['text']}{say['colon']} {publication.document_hash}\n"
    if publication.policy_hash:
        prints += f"- {say['policy']}{say['colon']} {_line(publication.policy_title)} {publication.policy_hash}\n"
    if publication.seal_key:
        prints += f"- {say['seal']}{say['colon']} {publication.seal_key} {publication.seal_hash}\n"
    return "\n".join([*parts, prints])


def _row(line: Approval, publication: Publication) -> str:
    language = publication.language
    say = LABELS[language]
    behalf = f"{say['behalf']} {line.on_behalf_of}" if line.on_behalf_of else ""
    said = "".join(agreed(line.statement, line.statement_language, language))
    person = "<br>".join(_line(words) for words in (line.person, behalf, said) if words)
    sections = "<br>".join(_line(section) for section in line.sections)
    cells = (_line(line.team), person, when(publication, line.at), sections, line.hash)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _line(words: str) -> str:
    return escape(_SPACES.sub(" ", words).strip())
