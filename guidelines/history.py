"""The life of a draft, read from its log: who wrote which words and when, and what its stops are made of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from json import loads

from sqlmodel import Session, col, select

from guidelines import attribution, authority, queries, steps
from guidelines.attribution import Attribution
from guidelines.stops import Logged
from guidelines.tables import StepRecord, Version

#: A step by the version whose log it is in and its revision; revision 0 is a version's first text.
Source = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Credit:
    """Who put words there, when, and why: by writing, importing, restoring."""

    version_id: str
    revision: int
    person_id: str
    at: datetime
    cause: str


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring words of one block that one step put there."""

    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """A text block with its words, each run with its source."""

    block: str
    section: str
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A text at a revision as its writers put it together: the runs in order are its words."""

    revision: int
    lines: tuple[WrittenLine, ...]
    credits: Mapping[Source, Credit]


@dataclass(slots=True)
class AttributionCache:
    """The newest attribution of some versions, to go on from. Nothing depends on it for being right."""

    most: int = 32
    known: dict[str, Attribution] = field(default_factory=dict)

    def get(self, version_id: str, revision: int) -> Attribution | None:
        """What is known of the version up to this revision."""
        found = self.known.get(version_id)
        return found if found is not None and found.revision <= revision else None

    def put(self, version_id: str, found: Attribution) -> None:
        """Keeps the newest of a version and forgets the oldest version beyond the limit."""
        former = self.known.pop(version_id, None)
        self.known[version_id] = former if former is not None and former.revision > found.revision else found
        while len(self.known) > self.most:
            self.known.pop(next(iter(self.known)))


def written(
    session: Session, version_id: str, revision: int | None = None, *, cache: AttributionCache | None = None
) -> Written:
    """The version's words at a revision (the newest, if left out) with who put them there.

    What a draft began with is told of the version that it began from. Raises `StaleRevision` beyond the log.
    """
    row = queries.version(session, version_id)
    at = row.revision if revision is None else revision
    tree = authority.document_at(session, version_id, at).tree
    source = _sources(session, row, at, cache)
    lines = tuple(
        WrittenLine(line.block, line.section, tuple(Run(text, found) for text, found in line.runs))
        for line in attribution.lines(tree, source.__getitem__)
    )
    named = {run.source for line in lines for run in line.runs}
    return Written(at, lines, credits(session, named))


def credits(session: Session, sources: set[Source]) -> dict[Source, Credit]:
    """Who stands behind each source, and when it came."""
    found: dict[Source, Credit] = {}
    for version_id in {version for version, _ in sources}:
        wanted = [revision for version, revision in sources if version == version_id and revision > 0]
        for record in _records(session, version_id, wanted):
            revision, person_id, at, cause = record
            found[version_id, revision] = Credit(version_id, revision, person_id, at, cause)
        if (version_id, 0) in sources:
            row = queries.version(session, version_id)
            found[version_id, 0] = Credit(version_id, 0, row.created_by, row.created_at, "begun")
    return found


def log(session: Session, version_id: str, *, after: int = 0) -> list[Logged]:
    """Every step of a version after a revision, without the step itself."""
    columns = (StepRecord.revision, StepRecord.person_id, StepRecord.at, StepRecord.cause)
    query = select(*columns).where(StepRecord.version_id == version_id, col(StepRecord.revision) > after)
    return [Logged(*row) for row in session.exec(query.order_by(col(StepRecord.revision)))]


def last_written(session: Session, version_id: str, person_id: str) -> int:
    """The revision of the person's last step in the version; 0 without one."""
    query = select(StepRecord.revision).where(StepRecord.version_id == version_id, StepRecord.person_id == person_id)
    return session.exec(query.order_by(col(StepRecord.revision).desc()).limit(1)).first() or 0


def _records(session: Session, version_id: str, revisions: Sequence[int]) -> Iterator[tuple[int, str, datetime, str]]:
    columns = (StepRecord.revision, StepRecord.person_id, StepRecord.at, StepRecord.cause)
    for start in range(0, len(revisions), 500):
        some = revisions[start : start + 500]
        query = select(*columns).where(StepRecord.version_id == version_id, col(StepRecord.revision).in_(some))
        yield from session.exec(query)


def _sources(session: Session, row: Version, revision: int, cache: AttributionCache | None) -> list[Source]:
    """The source of every position of the version's text, through the versions that it came from."""
    marks = _attribution(session, row.id, revision, cache).marks
    if row.base_version_id is None or all(mark > 0 for mark in marks):
        return [(row.id, max(0, mark)) for mark in marks]
    base = queries.version(session, row.base_version_id)
    before = _sources(session, base, base.revision, cache)
    return [(row.id, mark) if mark > 0 else before[-1 - mark] for mark in marks]


def _attribution(session: Session, version_id: str, revision: int, cache: AttributionCache | None) -> Attribution:
    found = cache.get(version_id, revision) if cache is not None else None
    if found is None:
        found = attribution.begun(authority.document_at(session, version_id, 0).tree)
    for record in queries.steps_between(session, version_id, found.revision, revision):
        found = attribution.followed(found, record.revision, steps.parse_step(loads(record.step)))
    if cache is not None:
        cache.put(version_id, found)
    return found
