"""The facts that decide: what stands in a version, who wrote and signed which words. Frozen values, read in one go.

A slice is a section, the outline or the meta data: the units that are signed. Everything else (approved, outstanding,
whether a sign-off counts) is computed from these.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from guidelines.sections import META, OUTLINE
from workflow.change_class.agreement import UNAGREED, Changed, Statement, agreed
from workflow.machine import State
from workflow.policy import Change, Policy, Requirement

Answer = TypeVar("Answer")


class Choice(StrEnum):
    """What a person decided. `retract` takes one's own decision back, `lift` ends a colleague's objection."""

    APPROVE = "approve"
    OBJECT = "object"
    RETRACT = "retract"
    LIFT = "lift"


@dataclass(frozen=True, slots=True)
class Decision:
    """One sign-off row: a person's decision for a team on the words named by `hashes` (slice id to hash)."""

    seq: int
    person: str
    principal: str
    team: str
    requirement: str
    choice: Choice
    hashes: Mapping[str, str]
    revision: int
    at: datetime
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Slice:
    """What can be signed by itself, as it stands now."""

    id: str
    hash: str
    owner_team: str | None = None
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """Everything that rules about a version read."""

    version_id: str
    state: State
    policy: Policy
    kind: str
    language: str
    #: Sections in the order of the text, then the outline and the meta data.
    slices: tuple[Slice, ...]
    #: Hashes of the newest words that were in force with the full policy met; empty without such words.
    anchor: Mapping[str, str]
    #: Teams whose requirement covered each slice of the anchor.
    anchor_teams: Mapping[str, frozenset[str]]
    #: Slice id to everybody who wrote its words since the anchor.
    contributors: Mapping[str, frozenset[str]]
    #: In the order in which they were made.
    decisions: tuple[Decision, ...]
    #: Team to its signing members, now and as pinned at submit.
    members: Mapping[str, frozenset[str]]
    roster: Mapping[str, frozenset[str]] = field(default_factory=dict)
    #: Whether the version it was started from is still the one in force.
    base_ok: bool = True
    #: Slices with an open thread that holds back publication; "" for one on the whole text.
    blocking: frozenset[str] = frozenset()
    #: Slices that an open suggestion would change.
    suggested: frozenset[str] = frozenset()
    #: Requirements that lost or gained a section against the anchor: they must see the outline signed.
    scope_moved: frozenset[str] = frozenset()
    #: Hashes of what readers have in force, where that is not the anchor itself.
    in_force: Mapping[str, str] = field(default_factory=dict)
    #: What was said of the change's class, in order, and what it is said of; None where nothing is to be agreed on.
    statements: tuple[Statement, ...] = ()
    changed: Changed | None = None
    #: The class that the version was published with, if it was.
    published_as: Change | None = None
    #: What the rules have computed from these very facts: each question is asked many times, and answered once.
    known: dict[tuple[object, ...], Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def requirements(self) -> list[tuple[int, Requirement]]:
        """The policy's requirements for this kind, language and class of change, each with its stage."""
        return self.once(
            ("requirements",),
            lambda: self.policy.active(kind=self.kind, language=self.language, change=self.change),
        )

    @property
    def change(self) -> Change:
        """The class of the change: the one published with, else the one agreed on these words, else substantive."""
        if self.published_as is not None:
            return self.published_as
        changed = self.changed
        return UNAGREED if changed is None else self.once(("change",), lambda: agreed(self.statements, changed))

    def once(self, question: tuple[object, ...], compute: Callable[[], Answer]) -> Answer:
        """The answer to a question about these facts, computed at the first asking; not to be changed."""
        known = self.known
        if question in known:
            answer: Answer = known[question]
        else:
            answer = known[question] = compute()
        return answer

    def slice(self, slice_id: str) -> Slice | None:
        """The slice of that id, if the version has it."""
        return next((slice for slice in self.slices if slice.id == slice_id), None)

    @property
    def unchanged(self) -> bool:
        """Whether every slice is word for word the one in force, and none is gone."""
        former = self.in_force or self.anchor
        return bool(former) and {slice.id: slice.hash for slice in self.slices} == dict(former)


def in_scope(requirement: Requirement, slice: Slice) -> bool:
    """Whether the requirement covers the slice. Every scope but `all` sees the outline only when named."""
    if requirement.scope == "all":
        return True
    if slice.id in (OUTLINE, META):
        return requirement.scope == "outline" and slice.id == OUTLINE
    if requirement.scope == "owned":
        return slice.owner_team == requirement.team
    return requirement.scope.removeprefix("tag:") in slice.tags


def settled(requirement: Requirement, slice: Slice, facts: VersionFacts) -> bool:
    """Whether the slice needs no new sign-off: the same words stood in force, signed for this very team."""
    return facts.anchor.get(slice.id) == slice.hash and requirement.team in facts.anchor_teams.get(
        slice.id, frozenset()
    )


def to_sign(requirement: Requirement, facts: VersionFacts) -> list[Slice]:
    """The slices that the requirement must see signed, in order."""
    return list(asked_slices(requirement, facts).values())


def asked_slices(requirement: Requirement, facts: VersionFacts) -> Mapping[str, Slice]:
    """The same by id: whether a slice is among them is asked far more often than which they are."""
    return facts.once(
        ("asked", requirement.id),
        lambda: {slice.id: slice for slice in facts.slices if _asked(requirement, slice, facts)},
    )


def scope_moved(requirements: Iterable[Requirement], before: Iterable[Slice], now: Iterable[Slice]) -> frozenset[str]:
    """The requirements whose sections in force are no longer all theirs, or were not theirs then.

    Without this, taking a tag away would take a team's say away, and nobody would have been asked.
    """
    then = {slice.id: slice for slice in before}
    today = {slice.id: slice for slice in now}
    return frozenset(
        need.id
        for need in requirements
        if need.scope not in ("all", "outline")
        and any(
            in_scope(need, slice) != (slice_id in today and in_scope(need, today[slice_id]))
            for slice_id, slice in then.items()
        )
    )


def _asked(requirement: Requirement, slice: Slice, facts: VersionFacts) -> bool:
    covered = in_scope(requirement, slice) or (slice.id == OUTLINE and requirement.id in facts.scope_moved)
    return covered and not settled(requirement, slice, facts)
