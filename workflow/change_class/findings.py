"""What a change class rests on: each reason with the class it asks for and the words that gave it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from workflow.change_class.triggers import Trigger
from workflow.policy import Change


class Why(StrEnum):
    """Why a change has its class."""

    TYPOGRAPHY = "typography"
    CASE = "case"
    PUNCTUATION = "punctuation"
    SPELLING = "spelling"
    WORDING = "wording"
    FORM = "form"
    MOVED = "moved"
    MODAL = "modal"
    NEGATION = "negation"
    SCOPE = "scope"
    NUMBER = "number"
    PARTY = "party"
    EFFECT = "effect"
    FIGURE = "figure"
    CONTACT = "contact"
    LINK = "link"
    CODE = "code"
    MARKED = "marked"
    IMAGE = "image"
    NAME = "name"
    TERM = "term"
    PREFIX = "prefix"
    WORD_ADDED = "word_added"
    WORD_REMOVED = "word_removed"
    IN_A_RULE = "in_a_rule"
    LONG = "long"
    MUCH = "much"
    BLOCK_ADDED = "block_added"
    BLOCK_REMOVED = "block_removed"
    LIST_REORDERED = "list_reordered"
    SECTION_ADDED = "section_added"
    SECTION_REMOVED = "section_removed"
    SECTIONS_MOVED = "sections_moved"
    CLAUSES_MOVED = "clauses_moved"
    NUMBERING = "numbering"
    OWNER = "owner"
    TAGS = "tags"
    KIND = "kind"
    AUDIENCE = "audience"
    LANGUAGE = "language"
    FIRST_EDITION = "first_edition"
    UNKNOWN_LANGUAGE = "unknown_language"


CLARIFYING: Final = frozenset(
    {Why.CASE, Why.PUNCTUATION, Why.SPELLING, Why.WORDING, Why.FORM, Why.MOVED, Why.SECTIONS_MOVED}
)

OF_TRIGGER: Final[Mapping[Trigger, Why]] = {trigger: Why(trigger.value) for trigger in Trigger}

RANK: Final[Mapping[Change, int]] = {"editorial": 0, "clarifying": 1, "substantive": 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason, with the words before and after that it rests on."""

    why: Why
    before: str = ""
    after: str = ""

    @property
    def change(self) -> Change:
        """The class that this reason asks for by itself."""
        if self.why is Why.TYPOGRAPHY:
            return "editorial"
        return "clarifying" if self.why in CLARIFYING else "substantive"


@dataclass(frozen=True, slots=True)
class Proposal:
    """The class that the rules propose, and every reason found, weightiest first."""

    change: Change
    findings: tuple[Finding, ...]


def proposal(findings: Iterable[Finding]) -> Proposal:
    """The highest class that any reason asks for; without a reason the words are the same: editorial."""
    once = dict.fromkeys(findings)
    ordered = sorted(once, key=lambda finding: -RANK[finding.change])
    return Proposal(ordered[0].change if ordered else "editorial", tuple(ordered))


def highest(changes: Iterable[Change]) -> Change:
    """The class of a whole version: that of its weightiest section."""
    return max(changes, key=lambda change: RANK[change], default="editorial")
