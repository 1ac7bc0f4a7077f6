"""What readers find: the versions in force, by shelf, by address, by their words. No draft can be reached here."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from guidelines import search as searching
from guidelines.document import Node, parse
from guidelines.errors import UnknownGuideline, UnknownVersion
from guidelines.folding import fold
from guidelines.search import Indexed, Piece
from guidelines.sections import Section
from guidelines.tables import Guideline, Publication, Version
from workflow.machine import State
from workflow.tables import Acknowledgement, VersionState

MOST_INDEXED: Final = 2_000
_INDEXED: Final[dict[tuple[str, str, str], Indexed]] = {}


@dataclass(frozen=True, slots=True)
class Entry:
    """A publication on its shelf, with its guideline and where its version stands in its life."""

    guideline: Guideline
    publication: Publication
    state: State
    since: datetime

    @property
    def number(self) -> str:
        return f"{self.publication.major}.{self.publication.minor}"

    @property
    def in_force(self) -> bool:
        return self.state is State.PUBLISHED


@dataclass(frozen=True, slots=True)
class Hit:
    """A section in force that holds words looked for, with a passage in which they are marked."""

    entry: Entry
    section: Section
    passage: tuple[Piece, ...]
    #: Whether all the words stand in the guideline's title.
    in_title: bool


@dataclass(frozen=True, slots=True)
class Results:
    """What a search found, and the words that stand nowhere in what is in force."""

    hits: list[Hit]
    unmatched: tuple[str, ...]


def shelf(session: Session, language: str | None = None) -> list[Entry]:
    """Everything in force, by shelf and title; in one language or in all."""
    query = _entries().where(VersionState.state == State.PUBLISHED)
    if language is not None:
        query = query.where(Publication.language == language)
    return [_entry(row) for row in session.exec(query.order_by(Guideline.shelf, Publication.title))]


def editions(session: Session, slug: str) -> list[Entry]:
    """Every published version of a guideline, newest first; raises `UnknownGuideline` when there is none to read."""
    query = _entries().where(Guideline.slug == slug)
    rows = session.exec(query.order_by(col(Publication.major).desc(), col(Publication.minor).desc()))
    found = [_entry(row) for row in rows]
    if not found:
        raise UnknownGuideline(slug=slug)
    return found


def edition(session: Session, slug: str, number: str | None = None) -> Entry:
    """One published version by its number, or the one in force. A withdrawn text keeps its address by number."""
    found = editions(session, slug)
    for entry in found:
        if entry.number == number or (number is None and entry.in_force):
            return entry
    raise UnknownVersion(slug=slug, number=number)


def confirmed(session: Session, person_id: str) -> set[str]:
    """The versions that the person has confirmed, and those that ask nobody who confirmed the one before."""
    found = set(session.exec(select(Acknowledgement.version_id).where(Acknowledgement.person_id == person_id)))
    if not found:
        return found
    following = (
        select(Publication.version_id, Version.base_version_id)
        .join(Version, col(Version.id) == col(Publication.version_id))
        .where(col(Publication.asks_again).is_(False))
        .order_by(col(Publication.published_at))
    )
    for version_id, base in session.exec(following):
        if base in found:
            found.add(version_id)
    return found


def confirmed_by(session: Session, version_id: str) -> set[str]:
    """Those of whom nothing is asked: they confirmed the version, or one before it with nothing between that asks."""
    people: set[str] = set()
    row = session.get(Publication, version_id)
    while row is not None:
        given = select(Acknowledgement.person_id).where(Acknowledgement.version_id == row.version_id)
        people |= set(session.exec(given))
        base = session.get_one(Version, row.version_id).base_version_id
        row = session.get(Publication, base) if row.asks_again is False and base else None
    return people


def acknowledgement(session: Session, person_id: str, version_id: str) -> Acknowledgement | None:
    """The person's confirmation of this version, if there is one."""
    return session.exec(
        select(Acknowledgement).where(Acknowledgement.person_id == person_id, Acknowledgement.version_id == version_id)
    ).first()


def search(session: Session, words: str, language: str | None = None, *, most: int = 50) -> Results:
    """Sections in force that hold the words, best first, as `guidelines.search` ranks them."""
    rows = session.exec(
        _entries()
        .where(VersionState.state == State.PUBLISHED)
        .options(defer(Publication.document), defer(Publication.search_text))  # type: ignore[arg-type]
    )
    entries = [entry for entry in map(_entry, rows) if language in (None, entry.publication.language)]
    entries.sort(key=lambda entry: (fold(entry.publication.title), entry.publication.version_id))
    answer = searching.search(words, [_indexed(entry.publication) for entry in entries], most=most)
    hits = [Hit(entries[found.place], found.section, found.passage, found.in_title) for found in answer.found]
    return Results(hits, answer.unmatched)


def document_of(publication: Publication) -> Node:
    """The published words."""
    return parse(json.loads(publication.document))


def _entries() -> Any:
    return (
        select(Guideline, Publication, VersionState)
        .join(Publication, col(Publication.guideline_id) == col(Guideline.id))
        .join(VersionState, col(VersionState.version_id) == col(Publication.version_id))
    )


def _entry(row: tuple[Guideline, Publication, VersionState]) -> Entry:
    guideline, publication, state = row
    return Entry(guideline, publication, State(state.state), state.since)


def _indexed(publication: Publication) -> Indexed:
    """The publication made ready to be searched, once for a process: what is published never changes."""
    key = (publication.version_id, publication.document_hash, publication.title)
    known = _INDEXED.get(key)
    if known is None:
        known = searching.index(publication.title, publication.language, document_of(publication))
        while len(_INDEXED) >= MOST_INDEXED:
            _INDEXED.pop(next(iter(_INDEXED)), None)
        _INDEXED[key] = known
    return known
