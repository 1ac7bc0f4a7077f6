"""Versions in motion as they stand, kept from one page to the next: read again where something has happened since.

What a version's standing depends on has a pulse that a few questions bring for all of them at once: its revision, its
state, its guideline's log, its threads; and for all alike the people, the policies and the hour. Pages that list read
from here; whoever decides anything reads the facts anew, under the lock.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final, TypeVar

from sqlmodel import col, func, select

from api.visit import Work
from guidelines.tables import Comment, Guideline, Membership, Publication, Thread, Version
from workflow import handbook, queries
from workflow.handbook import Entry
from workflow.machine import MOVING
from workflow.outstanding import Outstanding, outstanding
from workflow.queries import Standing
from workflow.tables import Event, Policy, VersionState

MOST: Final = 2_000
MOST_SAID: Final = 64
Said = TypeVar("Said")
#: A role may end, or begin, at a moment at which nothing is written.
LONGEST: Final = 300


@dataclass(slots=True)
class Kept:
    """A version's standing with what lists ask of it: computed once for everybody."""

    pulse: Hashable
    found: Standing
    missing: list[Outstanding]
    #: Who could sign something that waits now.
    signers: frozenset[str]
    #: What lists say of it to whom, in which language: good as long as the pulse is.
    said: dict[Hashable, Any] = field(default_factory=dict)

    def once(self, question: Hashable, say: Callable[[], Said]) -> Said:
        """What is said to somebody, put into words at the first asking."""
        if question not in self.said:
            if len(self.said) >= MOST_SAID:
                self.said.clear()
            self.said[question] = say()
        answer: Said = self.said[question]
        return answer


class Standings:
    """The standings of one process, the longest unasked leaving first."""

    def __init__(self) -> None:
        self.kept: OrderedDict[str, Kept] = OrderedDict()
        self.lock = Lock()
        self.shelves: dict[str, tuple[Hashable, list[Entry]]] = {}

    def shelf(self, work: Work, language: str) -> list[Entry]:
        """Everything in force in a language, as `handbook.shelf` has it; a moved shelf shows after some minutes."""
        figures = (select(func.max(VersionState.since)), select(func.count(col(Publication.version_id))))
        row = work.session.exec(select(*(figure.scalar_subquery() for figure in figures))).one()
        pulse = (*row, int(work.at.timestamp()) // LONGEST)
        known = self.shelves.get(language)
        if known is not None and known[0] == pulse:
            return known[1]
        entries = handbook.shelf(work.session, language)
        if not (work.session.dirty or work.session.new):
            for entry in entries:
                for one in (entry.guideline, entry.publication):
                    if one in work.session:
                        work.session.expunge(one)
            self.shelves[language] = (pulse, entries)
        return entries

    def moving(self, work: Work) -> Iterator[Kept]:
        """Every version in motion, the longest waiting first."""
        alike = _alike(work)
        for version_id, *own in work.session.exec(_pulses()):
            yield self._of(work, version_id, (alike, *own))

    def _of(self, work: Work, version_id: str, pulse: Hashable) -> Kept:
        with self.lock:
            known = self.kept.get(version_id)
            if known is not None and known.pulse == pulse:
                self.kept.move_to_end(version_id)
                return known
        found = queries.standing(work.session, version_id, work.at)
        missing = outstanding(found.facts)
        signers = frozenset().union(*(line.who_can for line in missing if line.requirement))
        fresh = Kept(pulse, found, missing, signers)
        if work.session.dirty or work.session.new:  # of a transaction that may be rolled back nothing is kept
            return fresh
        for row in (found.guideline, found.version, found.state_row, found.in_force):
            if row is not None and row in work.session:
                work.session.expunge(row)  # a session that fails would take its rows with it
        with self.lock:
            self.kept[version_id] = fresh
            while len(self.kept) > MOST:
                self.kept.popitem(last=False)
        return fresh


def _pulses() -> Any:
    """(version, what of it alone its standing depends on) for every version in motion, the longest waiting first."""
    last = select(func.max(Event.seq)).where(Event.guideline_id == VersionState.guideline_id).scalar_subquery()
    said = (
        select(func.count(col(Comment.id)))
        .join(Thread, col(Thread.id) == col(Comment.thread_id))
        .where(Thread.version_id == VersionState.version_id)
        .scalar_subquery()
    )
    asked = select(func.sum(Thread.changes)).where(Thread.version_id == VersionState.version_id).scalar_subquery()
    return (
        select(  # type: ignore[call-overload]
            VersionState.version_id,
            VersionState.state,
            VersionState.since,
            VersionState.round,
            VersionState.policy_hash,
            Version.revision,
            Guideline.owner_team,
            Guideline.policy,
            Guideline.slug,
            last,
            said,
            asked,
        )
        .join(Version, col(Version.id) == col(VersionState.version_id))
        .join(Guideline, col(Guideline.id) == col(VersionState.guideline_id))
        .where(col(VersionState.state).in_(sorted(MOVING)))
        .order_by(col(VersionState.since), VersionState.version_id)
    )


def _alike(work: Work) -> Hashable:
    figures = (
        select(func.count()).select_from(Membership),
        select(func.count(col(Membership.until_at))),
        select(func.count()).select_from(Policy),
        select(func.max(Policy.recorded_at)),
    )
    row = work.session.exec(select(*(figure.scalar_subquery() for figure in figures))).one()
    return (*row, int(work.at.timestamp()) // LONGEST)
