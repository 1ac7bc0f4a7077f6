"""The staff handbook: what is in force, to find, read, compare, take away and confirm. Readable without an account."""

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from markupsafe import Markup

from api.i18n import N_, say_list, translations
from api.pages.forms import Form, submitted
from api.publications import approvals_of, publication_of, section_names
from api.refusals import Refusal
from api.render import page
from api.visit import Access, ThisVisit, Visit, Work
from api.words import confirmation, say_changes, slice_name
from exports.formats import MEDIA_TYPES, export
from exports.html import contents, render_document
from exports.redline import render_entries
from guidelines.changes import changes, changes_of
from guidelines.document import Node
from guidelines.redline import Redline, by_section, redline
from workflow import acknowledgement, handbook
from workflow.handbook import Entry, document_of

WORDS_A_MINUTE = 220
FIVE = 5


@dataclass(frozen=True, slots=True)
class Book:
    """An entry of the shelf with how long it takes to read."""

    entry: Entry
    minutes: int

    def __getattr__(self, name: str) -> Any:
        return getattr(self.entry, name)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Sections of a comparison that stand together: all changed or none; each with its id and its text."""

    unchanged: bool
    sections: list[tuple[str, Markup]]
    titles: list[str]


@get("/handbook", access=Access.PUBLIC, sync_to_thread=True)
def handbook_page(visit: ThisVisit) -> "Response[str]":
    """Everything in force in the visitor's language, by shelf; the other language beside it."""
    with visit.read() as work:
        books = [Book(entry, minutes(entry)) for entry in handbook.shelf(work.session)]
        own = [book for book in books if book.publication.language == visit.language]
        newest = sorted(own, key=lambda book: book.publication.published_at, reverse=True)[:4]
        return page(
            visit,
            work,
            "handbook.html",
            total=len(books),
            shelves=[(name, list(group)) for name, group in groupby(own, key=lambda book: book.guideline.shelf)],
            newest=newest,
            other=[book for book in books if book.publication.language != visit.language],
            confirmed=_confirmed(work),
        )


@get("/handbook/search", access=Access.PUBLIC, sync_to_thread=True)
def search_page(visit: ThisVisit, q: FromQuery[str] = "") -> "Response[str]":
    """The sections in force that hold the words, best first, and the words that stand nowhere."""
    q = q[:200]
    with visit.read() as work:
        results = handbook.search(work.session, q)
        counts = Counter((hit.entry.publication.title, hit.entry.guideline.slug) for hit in results.hits)
        found = [(title, slug, count) for (title, slug), count in counts.most_common()]
        quoted = translations(visit.language).gettext(N_("“%(words)s”"))
        unmatched = say_list([quoted % {"words": word} for word in results.unmatched], visit.language)
        return page(visit, work, "search.html", q=q, results=results, unmatched=unmatched, by_guideline=found)


@get("/handbook/{slug:str}", access=Access.PUBLIC, sync_to_thread=True)
def read_page(visit: ThisVisit, slug: FromPath[str]) -> "Response[str]":
    """The version in force."""
    with visit.read() as work:
        return _read(visit, work, slug, None)


@get("/handbook/{slug:str}/{number:str}", access=Access.PUBLIC, sync_to_thread=True)
def edition_page(visit: ThisVisit, slug: FromPath[str], number: FromPath[str]) -> "Response[str]":
    """Any published version, under its number."""
    with visit.read() as work:
        return _read(visit, work, slug, number)


@get("/handbook/{slug:str}/compare", access=Access.PUBLIC, sync_to_thread=True)
def compare_page(
    visit: ThisVisit, slug: FromPath[str], old: FromQuery[str] = "", new: FromQuery[str] = ""
) -> "Response[str]":
    """The redline between two published versions, in colour and in words."""
    with visit.read() as work:
        editions = handbook.editions(work.session, slug)
        older = handbook.edition(work.session, slug, old or editions[-1].number)
        newer = handbook.edition(work.session, slug, new or editions[0].number)
        before, after = document_of(older.publication), document_of(newer.publication)
        found = redline(before, after)
        return page(
            visit,
            work,
            "compare.html",
            slug=slug,
            older=older,
            newer=newer,
            editions=editions,
            stretches=_stretches(found, after, newer.publication.language, visit.language),
            changes=say_changes(changes_of(found), section_names(after), visit.language),
        )


@get("/handbook/{slug:str}/{number:str}/export/{format:str}", access=Access.PUBLIC, sync_to_thread=True)
def export_file(
    visit: ThisVisit, slug: FromPath[str], number: FromPath[str], format: FromPath[str]
) -> "Response[bytes]":
    """A published version as a file, with its approval record; the same bytes whoever asks, whenever."""
    with visit.read() as work:
        entry = handbook.edition(work.session, slug, number)
        value = publication_of(work.session, entry, visit.config.organisation, visit.config.time_zone)
    data = export(value, format)
    name = f"{slug}-{number}.{format}"
    return Response(
        data,
        media_type=MEDIA_TYPES[format],
        headers={"content-disposition": f'attachment; filename="{name}"', "cache-control": "private, no-cache"},
    )


@post("/handbook/{slug:str}/{number:str}/confirm", access=Access.MEMBER, sync_to_thread=True)
def confirm(visit: ThisVisit, slug: FromPath[str], number: FromPath[str], data: Form) -> "Response[Any]":
    """Keeps that the person has read this version: once, with its hash and the sentence shown."""

    def act(work: Work) -> str:
        entry = handbook.edition(work.session, slug, number)
        acknowledgement.confirm(
            work.session,
            work.actor,
            entry.publication.version_id,
            document_hash=data.get("document_hash", ""),
            statement=confirmation(entry.publication.title, number, visit.language),
            language=visit.language,
            at=work.at,
        )
        return f"/{visit.language}/handbook/{slug}/{number}#confirm"

    return submitted(visit, act, lambda work, refusal: _read(visit, work, slug, number, refusal))


def minutes(entry: Entry) -> int:
    """How long the text takes to read, in whole minutes, at least one."""
    return max(1, round(entry.publication.search_text.count(" ") / WORDS_A_MINUTE))


def _read(visit: Visit, work: Work, slug: str, number: str | None, refusal: Refusal | None = None) -> "Response[str]":
    editions = handbook.editions(work.session, slug)
    entry = handbook.edition(work.session, slug, number)
    document = document_of(entry.publication)
    former = next((other for other in editions if _order(other) < _order(entry)), None)
    new = _what_is_new(document, former, visit.language) if former and entry.in_force else []
    in_force = next((other for other in editions if other.in_force), None)
    acknowledged = None
    if work.visitor is not None:
        acknowledged = handbook.acknowledgement(work.session, work.actor.id, entry.publication.version_id)
    return page(
        visit,
        work,
        "read.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        entry=Book(entry, minutes(entry)),
        publication=entry.publication,
        editions=editions,
        former=former,
        newer=in_force if in_force and in_force.number != entry.number else None,
        contents=contents(document),
        body=Markup(render_document(document, language=entry.publication.language)),
        whatsnew=new[:FIVE],
        changed={change.anchor for change in new},
        acknowledged=acknowledged,
        carried=entry.publication.version_id in _confirmed(work) and acknowledged is None,
        statement=confirmation(entry.publication.title, entry.number, visit.language),
        approvals=approvals_of(work.session, entry, visit.language),
    )


def _stretches(found: Redline, new: Node, text_language: str, language: str) -> list[Stretch]:
    """The comparison in reading order; neighbours that did not change are one stretch, to be folded."""
    names = section_names(new)
    stretches: list[Stretch] = []
    for unchanged, group in groupby(by_section(found), key=lambda part: all(entry.op == "equal" for entry in part[1])):
        parts = [
            (section, Markup(render_entries(entries, new, language=text_language, labels=language)))
            for section, entries in group
        ]
        titles = [slice_name(section, names, language) for section, _ in parts]
        stretches.append(Stretch(unchanged, parts, titles))
    return stretches


def _what_is_new(document: Node, former: Entry, language: str) -> list[Any]:
    return say_changes(changes(document_of(former.publication), document), section_names(document), language)


def _confirmed(work: Work) -> set[str]:
    return handbook.confirmed(work.session, work.actor.id) if work.visitor else set()


def _order(entry: Entry) -> tuple[int, int]:
    return (entry.publication.major, entry.publication.minor)


handlers = [
    handbook_page,
    search_page,
    read_page,
    edition_page,
    compare_page,
    export_file,
    confirm,
]
