"""What readers find: the versions in force, by shelf, by address, by their words. No draft can be reached here."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from guidelines.document import Node, inline_text, parse, textblocks
from guidelines.errors import UnknownGuideline, UnknownVersion
from guidelines.folding import fold
from guidelines.sections import Section, sections
from guidelines.tables import Guideline, Publication
from workflow.machine import State
from workflow.tables import Acknowledgement, VersionState

SNIPPET = 160


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
    """A section in force that holds the words looked for, with the passage cut around them."""

    entry: Entry
    section: Section
    before: str
    match: str
    after: str
    in_title: bool


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
    """The versions that the person has confirmed having read."""
    return set(session.exec(select(Acknowledgement.version_id).where(Acknowledgement.person_id == person_id)))


def acknowledgement(session: Session, person_id: str, version_id: str) -> Acknowledgement | None:
    """The person's confirmation of this version, if there is one."""
    return session.exec(
        select(Acknowledgement).where(Acknowledgement.person_id == person_id, Acknowledgement.version_id == version_id)
    ).first()


def search(session: Session, words: str, language: str | None = None, *, most: int = 50) -> list[Hit]:
    """Sections in force in which every word looked for stands; accents and case do not count, titles come first."""
    wanted = [word for word in fold(words).split() if word][:12]
    if not wanted:
        return []
    hits: list[Hit] = []
    for entry in shelf(session, language):
        title = fold(entry.publication.title)
        if all(word in entry.publication.search_text or word in title for word in wanted):
            hits += _hits(entry, wanted)
    hits.sort(key=lambda hit: not hit.in_title)
    return hits[:most]


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


def _hits(entry: Entry, wanted: Sequence[str]) -> Iterator[Hit]:
    title = fold(entry.publication.title)
    for section in sections(document_of(entry.publication)):
        text = " ".join(inline_text(block) for node in section.blocks for block in _blocks(node))
        folded = fold(f"{title} {text}")
        if all(word in folded for word in wanted):
            first = next((word for word in wanted if word in fold(text)), "")
            before, match, after = _snippet(text, first)
            in_title = all(word in fold(f"{title} {section.title}") for word in wanted)
            yield Hit(entry, section, before, match, after, in_title)


def _blocks(node: Node) -> Iterator[Node]:
    if node.is_textblock:
        yield node
    else:
        yield from textblocks(node)


def _snippet(text: str, word: str) -> tuple[str, str, str]:
    """The passage around the first place where the word stands, cut at spaces."""
    if not word:
        return text[:SNIPPET], "", ""
    at = _place(text, word)
    start = text.rfind(" ", 0, max(0, at - SNIPPET // 2)) + 1 if at > SNIPPET // 2 else 0
    end_of_word = at
    while end_of_word < len(text) and text[end_of_word].isalnum():
        end_of_word += 1
    end = text.find(" ", min(len(text), end_of_word + SNIPPET // 2))
    end = len(text) if end < 0 else end
    before = ("… " if start else "") + text[start:at]
    return before, text[at:end_of_word], text[end_of_word:end] + (" …" if end < len(text) else "")


def _place(text: str, word: str) -> int:
    """Where the folded word begins in the unfolded text."""
    for at in range(len(text)):
        if not text[at].isspace() and fold(text[at : at + len(word) + 2]).startswith(word):
            return at
    return 0
