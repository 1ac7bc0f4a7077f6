"""A way through the search told again among people who keep their names: facts for sentences, no sentences."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from workflow.proof.explore import Search
from workflow.proof.steps import Act, Packed


@dataclass(frozen=True, slots=True)
class Told:
    """One act of a story. People are numbers that stay the same from its first act to its last."""

    verb: str
    who: int
    #: The group of the person: for which teams they act.
    teams: tuple[str, ...]
    part: int
    team: str
    text: int
    #: Whether the words that an approval was given on are those that stand.
    as_it_stands: bool = True


def story(search: Search, at: int) -> list[Told]:
    """The shortest way to a state. Where the rules were changed for the search, they must still be."""
    return list(_acts(search, search.path(at)))


def _acts(search: Search, way: list[Packed]) -> Iterator[Told]:
    steps = search.steps
    first = steps.first_person
    names = list(range(len(way[0]) - first))
    for state, after in pairwise(way):
        act, step = _step(search, state, after)
        record = steps.record(state[first + act.who])
        teams = tuple(sorted({team for _, team in steps.setting.groups[record.group].memberships}))
        stands = act.verb != "approve" or act.text == steps.history(state, act.part)[-1].text
        yield Told(act.verb, names[act.who], teams, act.part, act.team, act.text, stands)
        people = sorted(zip(step[first:], names, strict=True))
        names = [name for _, name in people]


def _step(search: Search, state: Packed, after: Packed) -> tuple[Act, list[int]]:
    for act, step in search.steps.steps(state, search.steps.cases(state)):
        if search.steps.canonical(step) == after:
            return act, step
    raise ValueError("the rules have changed since the search")
