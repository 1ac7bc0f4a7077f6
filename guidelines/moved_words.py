"""Which words a commit carried from one section into another: whoever wrote them there has written them here.

A section that is split, joined with the next, or from which a paragraph is dragged away keeps its words' authors: the
sections that gain words are told which sections lost them. Words are compared in runs, so that a word that two sections
happen to share is no journey.

Words may also be cut in one commit and pasted in a later one, or copied: what a commit puts in at once is compared, in
longer runs, with what stands elsewhere and with all that was ever taken away. Whose the words were, theirs they stay.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from guidelines.document import Node, inline_text, textblocks
from guidelines.ends import same_ends
from guidelines.tokens import is_word, tokens

#: So many words in a row tell where a text comes from; a shorter block is told by all of its words.
RUN: Final = 3
#: So many words in a row, of so many characters together, are pasted and not typed.
PASTED_RUN: Final = 5
PASTED_CHARACTERS: Final = 20

Runs = frozenset[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Exchange:
    """What one commit did to the words of a section."""

    #: The words it took away, with their neighbours, a text block a line; "" when it only added.
    lost: str = ""
    #: The runs that came in at once, as a paste does; empty for what is typed.
    pasted: Runs = frozenset()


def sources(before: Mapping[str, Sequence[Node]], after: Mapping[str, Sequence[Node]]) -> dict[str, frozenset[str]]:
    """Section to the other sections whose words it gained, given the blocks of every section that a commit changed."""
    old = {section: _runs(blocks) for section, blocks in before.items()}
    new = {section: _runs(blocks) for section, blocks in after.items()}
    lost = {section: runs - new.get(section, frozenset()) for section, runs in old.items()}
    found = {}
    for section, runs in new.items():
        gained = runs - old.get(section, frozenset())
        came = frozenset(other for other, gone in lost.items() if other != section and _came(gained, gone))
        if came:
            found[section] = came
    return found


def exchange(before: Sequence[Node], after: Sequence[Node]) -> Exchange:
    """What a commit took from a section and what it put there at once, given the section's blocks."""
    return exchanged(said(before), said(after))


def exchanged(old: Sequence[str], new: Sequence[str]) -> Exchange:
    """The same, given what is said in the section."""
    start, end = same_ends(old, new)
    gone, put = old[start : len(old) - end], new[start : len(new) - end]
    taken, given = " ".join(gone), " ".join(put)
    near = PASTED_RUN - 1
    lost = "" if given.startswith(taken) or given.endswith(taken) else old[max(0, start - near) : len(old) - end + near]
    if len([word for word in put if word != _END]) < PASTED_RUN or len(given) < PASTED_CHARACTERS:
        return Exchange(" ".join(lost))
    around = new[max(0, start - near) : len(new) - end + near]
    return Exchange(" ".join(lost), _long_runs(around) - _long_runs(old))


def holds(text: str, pasted: Runs) -> bool:
    """Whether one of the runs stands in the text of one block."""
    return not pasted.isdisjoint(_long_runs([word for word in tokens(text) if is_word(word)]))


def lost_before(pasted: Runs, lost: Iterable[tuple[str, int, str]]) -> frozenset[tuple[str, int]]:
    """The sections, each with the revision before, that lost words now pasted; `lost` is (section, revision, words)."""
    return frozenset(
        (section, revision - 1)
        for section, revision, words in lost
        if not pasted.isdisjoint(_long_runs(words.split(" ")))
    )


#: Between two text blocks no run goes on.
_END: Final = "\n"


def said(blocks: Sequence[Node]) -> list[str]:
    """The words of blocks in order, with a sign between two texts that no run crosses."""
    return [word for block in blocks for text in _texts(block) for word in [*filter(is_word, tokens(text)), _END]]


def _long_runs(said: Sequence[str]) -> Runs:
    runs = (tuple(said[place : place + PASTED_RUN]) for place in range(len(said) - PASTED_RUN + 1))
    return frozenset(run for run in runs if _END not in run and len(" ".join(run)) >= PASTED_CHARACTERS)


def _came(gained: Runs, gone: Runs) -> bool:
    short = [run for run in gained if len(run) < RUN]
    return not gained.isdisjoint(gone) or any(_within(run, longer) for run in short for longer in gone)


def _within(run: tuple[str, ...], longer: tuple[str, ...]) -> bool:
    return any(longer[at : at + len(run)] == run for at in range(len(longer) - len(run) + 1))


def _runs(blocks: Sequence[Node]) -> Runs:
    return frozenset(
        run
        for block in blocks
        for text in _texts(block)
        for run in _runs_of([word for word in tokens(text) if is_word(word)])
    )


def _texts(block: Node) -> Iterator[str]:
    if block.is_textblock:
        yield inline_text(block)
    else:
        yield from map(inline_text, textblocks(block))


def _runs_of(said: Sequence[str]) -> Iterator[tuple[str, ...]]:
    if 0 < len(said) < RUN:
        yield tuple(said)
    for place in range(len(said) - RUN + 1):
        yield tuple(said[place : place + RUN])
