"""What a proof supposes: the people, the sections and the bounds. And its states, packed into small integers.

A state is what the rules can tell apart. People of the same roles are interchangeable: a state keeps what each did, not
who they are, sorted. Texts are numbers in the order in which they were made; 0 is what stands in force.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple

from guidelines.people import Actor, Role
from guidelines.sections import OUTLINE
from workflow.change_class.agreement import Said
from workflow.facts import Choice
from workflow.machine import State
from workflow.policy import Change, Policy

LIVES: Final = tuple(State)
PRESENT, PINNED = 1, 2


@cache
def _teams(memberships: frozenset[tuple[Role, str]]) -> list[str]:
    return sorted({team for role, team in memberships if role in (Role.EDITOR, Role.REVIEWER)})


@dataclass(frozen=True, slots=True)
class Group:
    """People whom the rules cannot tell apart. `named` is the only one of a group that a policy names."""

    memberships: frozenset[tuple[Role, str]]
    named: str = ""

    def teams(self) -> list[str]:
        """The teams for which one of the group may sign."""
        return _teams(self.memberships)


@dataclass(frozen=True, slots=True)
class Part:
    """A section as it stands in force, or the outline, whose changes take every owner and tag away."""

    id: str
    owner_team: str | None = None
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far the search goes. Sound for these sizes; the sizes are chosen so that no rule tells larger ones apart."""

    edits: int = 2
    #: People who leave, come or change team.
    events: int = 0
    objections: bool = False
    #: Whether people agree on the class of the change, and the rules' proposals for the changes that they make.
    classes: bool = False
    kinds: tuple[int, ...] = (2,)
    threads: bool = False
    #: Whether publication can be promised for a day, which comes when it will.
    days: bool = False
    #: Decisions of a person on a section that are kept besides the last, which alone counts.
    remembered: int = 1
    #: Whether nothing is in force yet, so that every word is new.
    first_edition: bool = False
    most_states: int = 3_000_000


@dataclass(frozen=True, slots=True)
class Setting:
    """A policy among people, and the bounds."""

    policy: Policy
    kind: str
    language: str
    groups: tuple[Group, ...]
    #: Group of each person at the start, and of those who may come.
    people: tuple[int, ...]
    parts: tuple[Part, ...]
    bounds: Bounds = Bounds()
    absent: tuple[int, ...] = ()
    #: (from, to): teams between which somebody may change.
    moves: tuple[tuple[int, int], ...] = ()

    @property
    def owner_team(self) -> str:
        return self.policy.owner_team


class Entry(NamedTuple):
    """A decision as the search keeps it: for a team, on a text, having seen a text."""

    choice: Choice
    team: str
    text: int
    saw: int


class PartRecord(NamedTuple):
    """What a person did to one section: the changes of its history that are theirs (a bit each), their decisions."""

    wrote: int = 0
    log: tuple[Entry, ...] = ()


class Claim(NamedTuple):
    """What a person last said of the class of the change, of which texts, after how many changes of them."""

    said: Said
    change: Change
    texts: tuple[int, ...]
    revision: int


class Record(NamedTuple):
    """Everything that the rules know of a person."""

    group: int
    flags: int
    parts: tuple[PartRecord, ...]
    claim: Claim | None = None


class Written(NamedTuple):
    """A change of a section's words: which text came, and whether as an earlier one brought back."""

    text: int
    restored: bool = False
    #: The rank of the class that the rules propose for it, measured against the words in force.
    weight: int = 2


History = tuple[Written, ...]


class View(NamedTuple):
    """A person as one section knows them."""

    group: int
    flags: int
    part: PartRecord


class World(NamedTuple):
    """A state unpacked. People stand in the order of the packed state."""

    life: State
    edits: int
    events: int
    blocked: tuple[bool, ...]
    histories: tuple[History, ...]
    people: tuple[Record, ...]

    @property
    def texts(self) -> tuple[int, ...]:
        """The words of every section."""
        return tuple(history[-1].text for history in self.histories)

    @property
    def revision(self) -> int:
        """How often words were changed."""
        return sum(map(len, self.histories))

    def text(self, part: int) -> int:
        """The words that the section has now."""
        return self.histories[part][-1].text


@dataclass(slots=True)
class Numbers:
    """Values by number, each kept once: packed states hash and sort as flat integers."""

    known: dict[Hashable, int] = field(default_factory=dict)
    values: list[Hashable] = field(default_factory=list)

    def of(self, value: Hashable) -> int:
        """The value's number."""
        number = self.known.get(value)
        if number is None:
            number = self.known[value] = len(self.values)
            self.values.append(value)
        return number


def initial(setting: Setting) -> World:
    """A draft just begun: as the version in force, or by the first person where nothing is in force."""
    first = int(setting.bounds.first_edition)
    parts = tuple(PartRecord() for _ in setting.parts)
    writer = tuple(PartRecord(first) for _ in setting.parts)
    here = [Record(group, PRESENT, parts) for group in setting.people]
    here[0] = here[0]._replace(parts=writer)
    absent = [Record(group, 0, parts) for group in setting.absent]
    return World(
        State.DRAFT,
        setting.bounds.edits,
        setting.bounds.events,
        tuple(False for _ in setting.parts),
        tuple((Written(0, weight=2 * first),) for _ in setting.parts),
        tuple(here + absent),
    )


def actor(group: Group) -> Actor:
    """One of the group, as permissions see them."""
    return Actor(group.named or "somebody", "", memberships=group.memberships)


def places_kept(setting: Setting, world: World) -> bool:
    """Whether sections still have the owners and tags of the version in force."""
    return all(part.id != OUTLINE or world.text(place) == 0 for place, part in enumerate(setting.parts))
