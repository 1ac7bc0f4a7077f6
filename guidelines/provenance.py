"""Where the words of a changed slice come from: what the projections keep of it beside its hash."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guidelines import makers
from guidelines.makers import Makers, Words


@dataclass(frozen=True, slots=True)
class Origin:
    """Who wrote by a change, from where words came, who made what stands, what was taken away."""

    authors: Sequence[str] = ()
    carried_from: str = "[]"
    makers: str = ""
    lost: str = ""


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
