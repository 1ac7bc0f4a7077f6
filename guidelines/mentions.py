"""Whom a comment names: written as a name or as a reference, kept by id, read as the name of today.

A name can be erased and two people can share one, so the text that is stored holds `@[person:id]` and `@[team:id]`.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from guidelines.errors import InvalidField

PERSON: Final = "person"
TEAM: Final = "team"
#: Somebody whose name is not known any more.
NAMELESS: Final = "…"

_REFERENCE: Final = re.compile(r"@\[(person|team):([\w-]{1,40})\]", re.ASCII)
_AT: Final = re.compile(r"(?<![\w@.])@(?=\w)")


@dataclass(frozen=True, slots=True, order=True)
class Mention:
    """A person or a team that a comment names."""

    kind: str
    id: str

    @property
    def reference(self) -> str:
        """As it stands in the stored text."""
        return f"@[{self.kind}:{self.id}]"


@dataclass(frozen=True, slots=True)
class Audience:
    """Who may be named in a thread: the people who may read it, and their teams. Names by id; a team may have two."""

    people: Mapping[str, str] = field(default_factory=dict)
    teams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __contains__(self, mention: object) -> bool:
        return isinstance(mention, Mention) and mention.id in (self.people if mention.kind == PERSON else self.teams)

    def beginning(self, words: str) -> list[Mention]:
        """Who has a name of which some word begins so, people first, in the order of their names."""
        wanted = _plain(words.strip())
        people = [(name, Mention(PERSON, id_)) for id_, name in self.people.items()]
        teams = [(names[0], Mention(TEAM, id_), names) for id_, names in self.teams.items()]
        found = [one for name, one in sorted(people) if _begins(name, wanted)]
        return found + [one for _, one, names in sorted(teams) if any(_begins(name, wanted) for name in names)]


#: Where nobody can be named.
NOBODY: Final = Audience()


def resolved(text: str, audience: Audience) -> str:
    """The text as it is stored. `@Name` of somebody in the audience becomes a reference; other `@words` stay words.

    Raises `InvalidField` for a reference to somebody who is not in the audience, and for a first name that two have.
    """
    if any(mention not in audience for mention in mentioned(text)):
        raise InvalidField(field="text", problem="mention_unknown")
    parts, done = [], 0
    for sign in _AT.finditer(text):
        if found := _named_at(text, sign.end(), audience):
            mention, end = found
            parts += [text[done : sign.start()], mention.reference]
            done = end
    return "".join([*parts, text[done:]])


def mentioned(text: str) -> list[Mention]:
    """Whom a stored text names, in order, each once."""
    return list(dict.fromkeys(Mention(*found.groups()) for found in _REFERENCE.finditer(text)))


def said(text: str, people: Mapping[str, str], teams: Mapping[str, str]) -> str:
    """The stored text as it is read: with the names of today."""

    def name(found: re.Match[str]) -> str:
        names = people if found[1] == PERSON else teams
        return f"@{names.get(found[2], NAMELESS)}"

    return _REFERENCE.sub(name, text)


def _named_at(text: str, place: int, audience: Audience) -> tuple[Mention, int] | None:
    """Who is named there, and where the name ends: by a whole name, else by a first name that nobody shares."""
    rest = _plain(text[place:])
    whole = [
        (len(name), Mention(kind, id_))
        for kind, id_, name in _names(audience)
        if rest.startswith(name) and not rest[len(name) : len(name) + 1].isalnum()
    ]
    if whole:
        longest = max(length for length, _ in whole)
        return _only({mention for length, mention in whole if length == longest}), place + longest
    word = re.match(r"\w[\w'-]*", rest)
    if word is None:
        return None
    first = {Mention(PERSON, id_) for id_, name in audience.people.items() if _plain(name).split(" ")[0] == word[0]}
    return (_only(first), place + word.end()) if first else None


def _only(found: set[Mention]) -> Mention:
    if len(found) > 1:
        raise InvalidField(field="text", problem="mention_ambiguous")
    return next(iter(found))


def _names(audience: Audience) -> list[tuple[str, str, str]]:
    people = [(PERSON, id_, _plain(name)) for id_, name in audience.people.items()]
    teams = [(TEAM, id_, _plain(name)) for id_, names in audience.teams.items() for name in (*names, id_)]
    return [one for one in people + teams if one[2]]


def _begins(name: str, wanted: str) -> bool:
    plain = _plain(name)
    return plain.startswith(wanted) or any(word.startswith(wanted) for word in plain.split())


def _plain(text: str) -> str:
    """Letter for letter without accents and case, so that places in it are places in the text."""
    return "".join(_letter(character) for character in text)


def _letter(character: str) -> str:
    if character.isspace():
        return " "
    if character == "’":
        return "'"
    base = unicodedata.normalize("NFKD", character)[0].casefold()
    return base if len(base) == 1 else character
