"""Where the words of a changed slice come from: what the projections keep of it beside its hash."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from guidelines import makers, queries
from guidelines.makers import Makers, Words
from guidelines.moved_words import lost_before
from guidelines.slices import Change
from guidelines.tables import SectionRevision, Version


@dataclass(frozen=True, slots=True)
class Origin:
    """Who wrote by a change, from where words came, who made what stands, what was taken away."""

    authors: Sequence[str] = ()
    carried_from: str = "[]"
    makers: str = ""
    lost: str = ""


def origin(session: Session, row: Version, change: Change, people: Sequence[str]) -> Origin:
    """That of a section which these people changed. Whoever moved no word (made an empty line) wrote nothing."""
    earlier = (
        lost_before(change.pasted, queries.lost_words(session, row.id, before=row.revision)) if change.pasted else ()
    )
    return Origin(
        authors_of(change.before, change.after, people),
        carried(change.carried_from, earlier),
        told(_makers(session, row, change.section, change.hash, change.before, change.after, people)),
        change.lost,
    )


def origin_of_order(
    session: Session, row: Version, slice_id: str, found: str, before: Words, after: Words, people: Sequence[str]
) -> Origin:
    """That of the outline: its lines are what somebody can have put there."""
    return Origin(people, makers=told(_makers(session, row, slice_id, found, before, after, people)))


def authors_of(before: Words, after: Words, people: Sequence[str]) -> Sequence[str]:
    """Who wrote by a change: nobody, if no word moved."""
    return people if before != after else ()


def carried(at_once: Iterable[str], earlier: Iterable[tuple[str, int]]) -> str:
    """The sections that words came from, as they are stored."""
    return json.dumps([*sorted(at_once), *sorted(map(list, earlier))])


def first(words: Words, people: Sequence[str]) -> str:
    """Who made the words that a version begins with, as it is stored."""
    return told(makers.begun(words, people[0] if people else "") if len(people) < 2 else None)


def told(found: Makers | None) -> str:
    """As it is stored: "" where it is not known."""
    return found.told() if found is not None else ""


def followed(
    now: Makers | None, then: Mapping[str, Any], found: str, before: Words, after: Words, people: Sequence[str]
) -> Makers | None:
    """The makers after a change to the hash `found`; `then` is hash to the makers whenever it stood there before."""
    if len(people) != 1:
        return now if before == after else None
    if found in then:
        return makers.returned(then[found], now, before, after, people[0])
    return makers.followed(now, before, after, people[0])


def _makers(
    session: Session, row: Version, slice_id: str, found: str, before: Words, after: Words, people: Sequence[str]
) -> Makers | None:
    now, *_ = queries.makers(session, row.id, slice_id) or [Makers()]
    then = queries.makers(session, row.id, slice_id, SectionRevision.hash == found)[:1]
    return followed(now, dict.fromkeys([found], then[0]) if then else {}, found, before, after, people)
