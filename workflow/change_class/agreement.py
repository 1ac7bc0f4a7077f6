"""The class that both sides agreed on: on exact words, by two people, of whom the one who agrees wrote none of them.

Nothing agreed is substantive. An agreement names the words in force and the words now, and any edit voids it for good,
even one that is undone: to agree again is one click.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from workflow.change_class.findings import RANK
from workflow.errors import ClassTooLow, NothingStated, WroteTheChange
from workflow.policy import Change

UNAGREED: Final[Change] = "substantive"


class Said(StrEnum):
    """What a person says of the class: the owner team states it, the other side agrees to it or contests it."""

    STATE = "state"
    AGREE = "agree"
    CONTEST = "contest"


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing said of the class of a version, in the order in which it was said."""

    seq: int
    person: str
    said: Said
    change: Change
    #: Of the words that it is measured against, and of the words that stood then: every slice counts.
    anchor: str
    words: str
    revision: int


@dataclass(frozen=True, slots=True)
class Changed:
    """What a class is about: the words on both sides, since when they stand, who wrote them, what the rules propose."""

    #: "" on a first edition: nothing is there that a change could be measured against.
    anchor: str
    words: str
    #: The revision that brought the words as they are: what was said before it was said of others.
    revision: int
    #: Who wrote in any slice that differs from the anchor.
    writers: frozenset[str]
    proposed: Change


def stated(statements: Sequence[Statement], changed: Changed) -> Statement | None:
    """What the owner team states of these very words, if it does."""
    newest = next((one for one in reversed(statements) if one.said is Said.STATE), None)
    return newest if newest is not None and _of_these_words(newest, changed) else None


def answers(statements: Sequence[Statement], changed: Changed) -> list[Statement]:
    """What each person of the other side last said to what is stated, oldest first."""
    claim = stated(statements, changed)
    if claim is None:
        return []
    last = {one.person: one for one in statements if one.seq > claim.seq and one.said is not Said.STATE}
    return sorted(last.values(), key=lambda one: one.seq)


def agreed(statements: Sequence[Statement], changed: Changed) -> Change:
    """The class in effect: the one stated, where somebody fit agrees and nobody contests; else `substantive`."""
    claim = stated(statements, changed)
    if claim is None or not may_lower(changed.proposed, claim.change):
        return UNAGREED
    said = answers(statements, changed)
    if any(one.said is Said.CONTEST for one in said):
        return UNAGREED
    fit = any(one.person != claim.person and one.person not in changed.writers for one in said)
    return claim.change if fit else UNAGREED


def may_lower(proposed: Change, change: Change) -> bool:
    """Whether people may agree on a class that differs from the proposed one: any step up, one step down."""
    return RANK[change] >= RANK[proposed] - 1


def refuse_to_state(changed: Changed | None, change: Change) -> None:
    """Raises `ClassTooLow` for more than a step below the rules, or where there is nothing to compare with."""
    if changed is None or not changed.anchor:
        if RANK[change] < RANK[UNAGREED]:
            raise ClassTooLow(proposed=UNAGREED, stated=change)
    elif not may_lower(changed.proposed, change):
        raise ClassTooLow(proposed=changed.proposed, stated=change)


def refuse_to_agree(person: str, statements: Sequence[Statement], changed: Changed | None) -> Change:
    """The class that the person may agree to; raises `NothingStated`, `WroteTheChange`, `ClassTooLow`."""
    claim = claimed(statements, changed)
    if changed is None or person == claim.person or person in changed.writers:
        raise WroteTheChange(permission="answer_class", reasons=["wrote_the_change"])
    refuse_to_state(changed, claim.change)
    return claim.change


def claimed(statements: Sequence[Statement], changed: Changed | None) -> Statement:
    """What is stated of these very words; raises `NothingStated`."""
    claim = stated(statements, changed) if changed is not None else None
    if claim is None:
        raise NothingStated()
    return claim


def _of_these_words(one: Statement, changed: Changed) -> bool:
    return (
        bool(changed.anchor)
        and (one.anchor, one.words) == (changed.anchor, changed.words)
        and (one.revision >= changed.revision)
    )
