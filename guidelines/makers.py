"""Who put the words there that stand in a section, character by character, and who is bound to it whatever stands.

It frees those of whom nothing is left: somebody made an empty line, or took back all that they had typed, while
others wrote on. Words are characters with their marks, and signed attributes; an empty line carries none. Removing is
writing: who takes away what another had put is bound to the section, and so is whoever had put it.
"""

import json
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from guidelines.document import Node, canonical
from guidelines.ends import same_ends

Words = list[Hashable]


@dataclass(frozen=True, slots=True)
class Makers:
    """Runs of words with their maker ("" for what was there at the start), and those whom nothing frees."""

    runs: tuple[tuple[int, str], ...] = ()
    bound: frozenset[str] = frozenset()

    @property
    def people(self) -> frozenset[str]:
        """Everybody of whom something stands here, or who took away or lost what another took away."""
        return frozenset(maker for _, maker in self.runs if maker) | self.bound

    def told(self) -> str:
        """As it is stored."""
        return json.dumps({"runs": self.runs, "bound": sorted(self.bound)}, separators=(",", ":"))


def read(text: str) -> Makers | None:
    """What is stored; None where nothing was, and anybody may be a maker."""
    if not text:
        return None
    value = json.loads(text)
    return Makers(tuple((length, maker) for length, maker in value["runs"]), frozenset(value["bound"]))


def begun(words: Words, maker: str) -> Makers:
    """A section whose words somebody brought all at once; "" when nobody here did."""
    return Makers(_joined([(len(words), maker)]))


def followed(former: Makers | None, before: Words, after: Words, actor: str) -> Makers | None:
    """The makers after somebody's change from the first words to the second; None where they were not known."""
    if former is None or sum(length for length, _ in former.runs) != len(before):
        return None
    start, end = same_ends(before, after)
    length = len(before) - start - end
    if len(after) == start + end:
        start = _own_start(former.runs, before, start, length, actor)
    head, rest = _cut(former.runs, start)
    gone, tail = _cut(rest, length)
    others = {maker for size, maker in gone if size and maker != actor}
    bound = former.bound | (others - {""}) | ({actor} if others else set())
    return Makers(_joined([*head, (len(after) - len(before) + length, actor), *tail]), bound)


def returned(then: Makers | None, now: Makers | None, before: Words, after: Words, actor: str) -> Makers | None:
    """The makers of words that stood here before, in exactly this form: theirs of then, and whoever retyped them."""
    if then is None or now is None:
        return None
    start, end = same_ends(before, after)
    retyped = {actor} if len(after) > start + end else set()
    return Makers(then.runs, then.bound | now.bound | retyped)


def words_of(blocks: Sequence[Node]) -> Words:
    """Everything of a section that can be somebody's: characters, marks, attributes; not its empty lines."""
    words: Words = []
    for block in blocks:
        _gather(words, canonical(block), block.is_textblock)
    return words


def _gather(words: Words, value: dict[str, Any], is_textblock: bool) -> None:
    kind, content = value["type"], value.get("content", ())
    if kind == "text":
        if "marks" in value:
            marks = json.dumps(value["marks"], sort_keys=True)
            words.extend((character, marks) for character in value["text"])
        else:
            words.extend(value["text"])
    elif content or not is_textblock:
        words.append((kind, json.dumps([value.get("attrs"), value.get("marks")], sort_keys=True)))
        for child in content:
            _gather(words, child, child["type"] in ("paragraph", "heading"))
        if content:
            words.append(kind)


def _own_start(runs: Sequence[tuple[int, str]], before: Words, start: int, length: int, actor: str) -> int:
    """Where the words taken away began: " be" or "be " before another blank say the same, and one's own go first."""
    places = [start]
    while places[-1] and before[places[-1] - 1] == before[places[-1] - 1 + length]:
        places.append(places[-1] - 1)
    for place in places:
        gone, _ = _cut(_cut(runs, place)[1], length)
        if all(maker == actor for size, maker in gone if size):
            return place
    return start


def _cut(runs: Sequence[tuple[int, str]], length: int) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    head: list[tuple[int, str]] = []
    for place, (size, maker) in enumerate(runs):
        if size >= length:
            return [*head, (length, maker)], [(size - length, maker), *runs[place + 1 :]]
        head.append((size, maker))
        length -= size
    return head, []


def _joined(runs: Sequence[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    joined: list[tuple[int, str]] = []
    for length, maker in runs:
        if length and joined and joined[-1][1] == maker:
            joined[-1] = (joined[-1][0] + length, maker)
        elif length:
            joined.append((length, maker))
    return tuple(joined)
