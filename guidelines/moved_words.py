"""Which words a commit carried from one section into another: whoever wrote them there has written them here.

A section that is split, joined with the next, or from which a paragraph is dragged away keeps its words' authors: the
sections that gain words are told which sections lost them. Words are compared in runs, so that a word that two sections
happen to share is no journey.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from guidelines.document import Node, inline_text, textblocks
from guidelines.tokens import is_word, tokens

#: So many words in a row tell where a text comes from; a shorter block is told by all of its words.
RUN: Final = 3

Runs = frozenset[tuple[str, ...]]


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
