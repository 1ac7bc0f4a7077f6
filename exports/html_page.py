"""One HTML file that needs nothing else: a published version with contents and approval record, or a text alone.

The style lies inside, there is no script and nothing is fetched; it prints as a document. The same publication gives
the same bytes.
"""

from datetime import UTC
from functools import cache
from html import escape
from importlib.resources import files
from typing import Final

from exports.clock import clock_note, day_in, when
from exports.html import contents, render_document
from exports.labels import LABELS, LANGUAGES, agreed, day
from exports.publication import Approval, Publication
from guidelines.document import Node

_COLUMNS: Final = ("team", "person", "when", "sections", "hash")


def export_html(publication: Publication) -> bytes:
    """A published version as a file."""
    say = LABELS[publication.language]
    language = publication.language
    title = escape(publication.title)
    lines = "".join(
        f'<li class="d{min(line.depth, 3)}"><a href="#{escape(line.id)}">'
        f"{f'<span>{escape(line.number)}</span> ' if line.number else ''}{escape(line.title)}</a></li>\n"
        for line in contents(publication.document)
    )
    since = f'<time datetime="{publication.effective_on:%Y-%m-%d}">{day(publication.effective_on, language)}</time>'
    policy = f'{escape(publication.policy_title)} <span class="hash">{escape(publication.policy_hash)}</span>'
    seal = (
        f'<dt>{say["seal"]} {escape(publication.seal_key)}</dt><dd class="hash">{escape(publication.seal_hash)}</dd>\n'
        if publication.seal_key
        else ""
    )
    summary = f'<p class="summary">{escape(publication.summary)}</p>\n' if publication.summary else ""
    page = f"""{_head(f"{title} {escape(publication.number)}", language, _metas(publication))}<body>
<header class="cover">
<p class="organisation">{escape(publication.organisation)}</p>
<h1>{title}</h1>
<p class="meta">{say["version"]} {escape(publication.number)} · {say["since"]} {since}</p>
{summary}{_facts(publication)}</header>
<nav aria-label="{say["contents"]}"><h2>{say["contents"]}</h2>
<ol>
{lines}<li class="d0"><a href="#approvals">{say["approved"]}</a></li>
</ol></nav>
<main>
{render_document(publication.document, language=language)}</main>
<footer id="approvals">
<h2>{say["approved"]}</h2>
{_approvals(publication)}
<dl class="prints">
<dt>{say["text"]}</dt><dd class="hash">{escape(publication.document_hash)}</dd>
<dt>{say["policy"]}</dt><dd>{policy}</dd>
{seal}</dl>
</footer>
</body>
</html>
"""
    return page.encode("utf-8", "replace")


def render_page(document: Node, *, title: str, language: str = "fr", heading: bool = True) -> str:
    """A document by itself as one page that needs nothing else; without `heading`, `title` is the window's only."""
    name = escape(title)
    first = f"<h1>{name}</h1>\n" if heading else ""
    return f"""{_head(name, language, "")}<body>
<main>
{first}{render_document(document, language=language)}</main>
</body>
</html>
"""


def _head(title: str, language: str, metas: str) -> str:
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Charte">
{metas}<title>{title}</title>
<style>{_style()}</style>
</head>
"""


def _metas(publication: Publication) -> str:
    values = {
        "author": publication.organisation,
        "description": publication.summary,
        "dcterms.created": f"{publication.published_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "dcterms.valid": f"{publication.effective_on:%Y-%m-%d}",
        "dcterms.audience": publication.audience,
        "charte:guideline": publication.slug,
        "charte:guideline_id": publication.guideline_id,
        "charte:version": publication.number,
        "charte:document_sha256": publication.document_hash,
        "charte:policy_sha256": publication.policy_hash,
        "charte:owner_team": publication.owner_team,
        "charte:seal_key": publication.seal_key,
        "charte:seal_sha256": publication.seal_hash,
    }
    return "".join(f'<meta name="{name}" content="{escape(value)}">\n' for name, value in values.items() if value)


def _facts(publication: Publication) -> str:
    say, language = LABELS[publication.language], publication.language
    facts = {
        "owner": publication.owner_team,
        "audience": publication.audience,
        "published": day(day_in(publication, publication.published_at), language),
        "language": LANGUAGES[language],
        "guideline": publication.slug,
    }
    lines = "".join(f"<dt>{say[name]}</dt><dd>{escape(value)}</dd>\n" for name, value in facts.items() if value)
    return f'<dl class="facts">\n{lines}</dl>\n'


def _approvals(publication: Publication) -> str:
    say = LABELS[publication.language]
    if not publication.approvals:
        return f"<p>{say['none']}</p>"
    rows = "".join(_approval(line, publication) for line in publication.approvals)
    head = "".join(f'<th scope="col">{say[name]}</th>' for name in _COLUMNS)
    return (
        f'<p class="meta">{say["record"]} {escape(clock_note(publication))}</p>\n'
        '<div class="scroll" tabindex="0" role="group" '
        f'aria-label="{say["approved"]}"><table class="record">\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{rows}</tbody>\n</table></div>"
    )


def _approval(line: Approval, publication: Publication) -> str:
    language = publication.language
    say = LABELS[language]
    person = f'<span class="signature">{escape(line.person)}</span>'
    if line.on_behalf_of:
        person += f"<small>{say['behalf']} {escape(line.on_behalf_of)}</small>"
    if line.statement:
        before, words, after = agreed(line.statement, line.statement_language, language)
        spoken = f' lang="{escape(line.statement_language)}"' if before else ""
        person += f"<small>{before}<span{spoken}>{escape(words)}</span>{after}</small>"
    sections = "<br>".join(escape(section) for section in line.sections)
    signed_at = (
        f'<time datetime="{line.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}">{escape(when(publication, line.at))}</time>'
    )
    return (
        f'<tr><th scope="row">{escape(line.team)}</th><td>{person}</td><td>{signed_at}</td><td>{sections}</td>'
        f'<td class="hash">{escape(line.hash)}</td></tr>\n'
    )


@cache
def _style() -> str:
    return files("exports").joinpath("guideline.css").read_text("utf-8")
