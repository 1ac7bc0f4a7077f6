"""Writes what commits made of a text's slices: hashes, authors, whose words stand. Asks and writes once for a batch.

What a commit says is worked out by itself, so a batch of many leaves the very rows that as many batches of one leave.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from prosemirror.model import Node as Tree
from sqlalchemy import bindparam, insert
from sqlmodel import Session, col, func, select

from guidelines import provenance, queries, slices, steps
from guidelines.accepted_words import Writers
from guidelines.makers import Makers, Words, read
from guidelines.moved_words import lost_before
from guidelines.provenance import Origin
from guidelines.sections import OUTLINE, Place, outline, outline_hash
from guidelines.tables import Authorship, OutlineRevision, SectionRevision

#: Slice to whose words stand in it; None where that is not known.
Standing = dict[str, Makers | None]


@dataclass(frozen=True, slots=True)
class Turn:
    """One slice as a commit left it, with the words on both sides."""

    revision: int
    slice_id: str
    hash: str
    people: Sequence[str]
    at: datetime
    cause: str
    before: Words
    after: Words
    change: slices.Change | None = None


@dataclass(slots=True)
class Rows:
    """What is to be written, table by table."""

    sections: list[dict[str, Any]] = field(default_factory=list)
    authors: list[dict[str, Any]] = field(default_factory=list)
    outlines: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Projecting:
    """The turns of a batch, until they are written. `standing` is what is known already of whose words stand."""

    session: Session
    version_id: str
    standing: Standing = field(default_factory=dict)
    turns: list[Turn] = field(default_factory=list)
    rows: Rows = field(default_factory=Rows)

    def follow(self, before: Tree, after: Tree, *, revision: int, writers: Writers, at: datetime, cause: str) -> None:
        """Takes what changed between two bases, the texts with every suggestion rejected."""
        turns = []
        for change in slices.changes(before, after):
            people = sorted(writers(change.section))
            told = (revision, change.section, change.hash, people, at, cause, change.before, change.after, change)
            turns.append(Turn(*told))
        outlines = []
        if slices.outline_moved(before, after):
            row = outline_row(self.version_id, revision, after, sorted(writers(OUTLINE)), at)
            outlines.append(row)
            words = slices.lines(before), slices.lines(after)
            turns.append(Turn(revision, OUTLINE, row["hash"], sorted(writers(OUTLINE)), at, cause, *words))
        self.turns += turns
        self.rows.outlines += outlines

    def write(self) -> None:
        """Writes everything that was taken. Afterwards `standing` holds for the newest revision."""
        turns, self.turns = self.turns, []
        if turns:
            then = self._ask(turns)
            for turn in turns:
                origin = self._origin(turn, then)
                put(self.rows, self.version_id, turn.revision, turn.slice_id, turn.hash, origin, turn.at, turn.cause)
        rows, self.rows = self.rows, Rows()
        connection = self.session.connection()
        for table, values in (
            (SectionRevision, rows.sections), (Authorship, rows.authors), (OutlineRevision, rows.outlines),
        ):  # fmt: skip
            if values:
                connection.execute(_INSERTS[table], values)

    def _ask(self, turns: Sequence[Turn]) -> dict[tuple[str, str], Makers | None]:
        """Whose words stood when a slice last had each hash; and whose stand now, of the slices not yet known."""
        parts = {turn.slice_id for turn in turns}
        if unknown := parts - self.standing.keys():
            found = queries.newest_makers(self.session, self.version_id, unknown)
            self.standing |= {part: found.get(part, Makers()) for part in unknown}
        return _makers_at(self.session, self.version_id, parts, {turn.hash for turn in turns})

    def _origin(self, turn: Turn, then: dict[tuple[str, str], Makers | None]) -> Origin:
        """Whoever moved no word (made an empty line) wrote nothing; the outline's lines are what one can put there."""
        part, change = turn.slice_id, turn.change
        key = part, turn.hash
        known = {turn.hash: then[key]} if key in then else {}
        standing = self.standing[part]
        found = provenance.followed(standing, known, turn.hash, turn.before, turn.after, turn.people)
        self.standing[part] = then[key] = found
        if change is None:
            return Origin(turn.people, makers=provenance.told(found))
        return Origin(
            provenance.authors_of(turn.before, turn.after, turn.people),
            provenance.carried(change.carried_from, self._lost_before(turn, change)),
            provenance.told(found),
            change.lost,
        )

    def _lost_before(self, turn: Turn, change: slices.Change) -> Iterable[tuple[str, int]]:
        if not change.pasted:
            return ()
        lost = queries.lost_words(self.session, self.version_id, before=turn.revision)
        mine = ((row["section"], row["revision"], row["lost"]) for row in self.rows.sections if row["lost"])
        return lost_before(change.pasted, [*lost, *(row for row in mine if row[1] < turn.revision)])


def _makers_at(
    session: Session, version_id: str, parts: Collection[str], hashes: Collection[str]
) -> dict[tuple[str, str], Makers | None]:
    """(slice, hash) to who had made the slice when it last had that hash, where it ever had."""
    values = {"version_id": version_id, "parts": sorted(parts), "hashes": sorted(hashes)}
    rows = session.connection().execute(_MAKERS_AT, values)
    return {(section, hash_): read(found) for section, hash_, found in rows}


def put(
    rows: Rows, version_id: str, revision: int, slice_id: str, found: str, origin: Origin, at: datetime, cause: str
) -> None:
    """Notes that the slice has this hash since the revision, by whom, with words carried from where."""
    place = {"version_id": version_id, "revision": revision, "section": slice_id}
    told = {"hash": found, "cause": cause, "carried_from": origin.carried_from, "makers": origin.makers}
    rows.sections.append({**place, **told, "lost": origin.lost, "at": at})
    rows.authors.extend({**place, "person_id": person_id} for person_id in origin.authors)


def outline_row(version_id: str, revision: int, tree: Tree, people: Sequence[str], at: datetime) -> dict[str, Any]:
    """The outline of a text as it is stored."""
    document = steps.node_of(tree)
    places: Sequence[Place] = outline(document)
    lines = [[place.id, place.level, place.owner_team, list(place.tags)] for place in places]
    numbering = document.attr("numbering")
    return {
        "version_id": version_id,
        "revision": revision,
        "outline": json.dumps(lines, ensure_ascii=False, separators=(",", ":")),
        "numbering": numbering,
        "hash": outline_hash(places, numbering),
        "at": at,
        "person_id": people[0] if people else None,
    }


_TABLES: Final[tuple[Any, ...]] = (SectionRevision, Authorship, OutlineRevision)
_INSERTS: Final = {table: insert(table.__table__) for table in _TABLES}
_LAST: Final = (
    select(
        col(SectionRevision.section).label("section"),
        col(SectionRevision.hash).label("hash"),
        func.max(SectionRevision.revision).label("revision"),
    )
    .where(
        col(SectionRevision.version_id) == bindparam("version_id"),
        col(SectionRevision.section).in_(bindparam("parts", expanding=True)),
        col(SectionRevision.hash).in_(bindparam("hashes", expanding=True)),
    )
    .group_by(col(SectionRevision.section), col(SectionRevision.hash))
    .subquery()
)
#: Asked at every commit: put together once.
_MAKERS_AT: Final = select(SectionRevision.section, SectionRevision.hash, SectionRevision.makers).where(
    col(SectionRevision.version_id) == bindparam("version_id"),
    col(SectionRevision.section) == _LAST.c.section,
    col(SectionRevision.revision) == _LAST.c.revision,
)
