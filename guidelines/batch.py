"""What the commits of one transaction on one version have in common: one lock, one past, and rows written together.

A commit is judged before any row of it is written, so one that is refused leaves nothing behind. Accepted still means
logged: whoever begins a batch writes it before the transaction ends.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from prosemirror.model import Node as Tree
from prosemirror.transform import Step
from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, col, select

from guidelines import queries, steps
from guidelines.accepted_words import Writers
from guidelines.document_cache import DocumentCache, Tail
from guidelines.errors import InvalidField
from guidelines.projecting import Projecting
from guidelines.suggestion_formula import base
from guidelines.tables import SUGGEST, StepRecord, Version

MOST_BYTES: Final = 1_048_576
#: Steps of others kept for commits that come behind them.
MOST_TAIL: Final = 512


@dataclass(frozen=True, slots=True)
class Record:
    """A step as it will stand in the log."""

    revision: int
    ref: str
    ord: int
    own: int | None
    person_id: str
    at: datetime
    cause: str
    step: str
    sent: str


@dataclass(slots=True)
class Batch:
    """The version under its lock, and what its commits have come to so far. `revision` counts what waits to be written.

    The caches are spared questions, never believed for what the row under the lock says otherwise.
    """

    session: Session
    row: Version
    cache: DocumentCache | None = None
    revision: int = field(init=False)
    #: What has been added since the batch began, written or not.
    records: list[Record] = field(default_factory=list)
    #: (person, ref) to what was logged of it before; None where each commit asks for itself.
    known: dict[tuple[str, str], list[Record]] | None = None
    tail: Tail = field(init=False)
    projecting: Projecting = field(init=False)
    written: int = 0
    #: Whether rows beside suggestions were written.
    suggestions_moved: bool = False

    def __post_init__(self) -> None:
        self.revision = self.row.revision
        self.tail = self.cache.tail(self.row.id, self.revision) if self.cache is not None else Tail(self.revision)
        self.projecting = Projecting(self.session, self.row.id, self.tail.standing)

    def look_up(self, refs: Collection[tuple[str, str]]) -> None:
        """Asks at once for all the commits, given as (person, ref), that will come in this batch."""
        people, names = sorted({person for person, _ in refs}), sorted({ref for _, ref in refs})
        values = {"version": self.row.id, "people": people, "names": names}
        self.known = {}
        for row in self.session.connection().execute(_KNOWN, values):
            record = Record(**{name: getattr(row, name) for name in Record.__slots__})
            self.known.setdefault((record.person_id, record.ref), []).append(record)

    def seen(self, person_id: str, ref: str) -> Sequence[StepRecord | Record]:
        """The steps that a person's commit left in the log, if it was accepted before."""
        mine = [record for record in self.records if (record.person_id, record.ref) == (person_id, ref)]
        if mine:
            return mine
        if self.known is None:
            return queries.commit_of(self.session, self.row.id, person_id, ref)
        return self.known.get((person_id, ref), [])

    def since(self, revision: int) -> list[tuple[str, Step]]:
        """The steps after a revision, each with whoever made it."""
        wanted = self.revision - revision
        kept = self.tail.steps
        if len(kept) < wanted:
            first = self.revision - len(kept)
            rows = queries.steps_between(self.session, self.row.id, revision, first)
            kept.extendleft((row.person_id, steps.parse_step(json.loads(row.step))) for row in reversed(rows))
        return [kept[place] for place in range(len(kept) - wanted, len(kept))]

    def add(
        self,
        before: Tree,
        after: Tree,
        changes: Sequence[Step],
        values: Sequence[Mapping[str, Any]],
        *,
        actor_id: str,
        ref: str,
        at: datetime,
        cause: str,
        own: Sequence[int | None] = (),
        sent: str = "",
        writers: Writers | None = None,
    ) -> int:
        """Takes a commit; how many characters its steps have. Raises `InvalidField` when that is too many."""
        texts = [json.dumps(value, ensure_ascii=False, separators=(",", ":")) for value in values]
        if (size := sum(map(len, texts))) > MOST_BYTES:
            raise InvalidField(field="steps", problem="too_large", limit=MOST_BYTES)
        reached = self.revision + len(texts)
        if cause != SUGGEST:  # a suggestion is one by leaving the base as it is
            whose = writers or Writers({}, frozenset({actor_id}))
            self.projecting.follow(base(before), base(after), revision=reached, writers=whose, at=at, cause=cause)
        for place, text in enumerate(texts):
            whose_own = own[place] if own else None
            told = (self.revision + place + 1, ref, place, whose_own, actor_id, at, cause, text, sent)
            self.records.append(Record(*told))
        self.revision = self.tail.revision = reached
        self.tail.steps.extend((actor_id, change) for change in changes)
        return size

    def write(self) -> None:
        """Writes all that was taken since the last time; the version's row says so too."""
        waiting, self.written = self.records[self.written :], len(self.records)
        if not waiting:
            return
        self.session.flush()
        connection = self.session.connection()
        connection.execute(_LOG, [_row(self.row.id, record) for record in waiting])
        self.projecting.write()
        connection.execute(_REACH, {"version": self.row.id, "reached": self.revision})
        set_committed_value(self.row, "revision", self.revision)
        while len(self.tail.steps) > MOST_TAIL:
            self.tail.steps.popleft()


def _row(version_id: str, record: Record) -> dict[str, Any]:
    return {"version_id": version_id, **{name: getattr(record, name) for name in Record.__slots__}}


_LOG: Final = insert(StepRecord.__table__)  # type: ignore[attr-defined]
_REACH: Final = (
    update(Version.__table__)  # type: ignore[attr-defined]
    .where(col(Version.id) == bindparam("version"))
    .values(revision=bindparam("reached"))
)
_KNOWN: Final = (
    select(*(col(getattr(StepRecord, name)) for name in Record.__slots__))
    .where(
        col(StepRecord.version_id) == bindparam("version"),
        col(StepRecord.person_id).in_(bindparam("people", expanding=True)),
        col(StepRecord.ref).in_(bindparam("names", expanding=True)),
    )
    .order_by(col(StepRecord.revision))
)
