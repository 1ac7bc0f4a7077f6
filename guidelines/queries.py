"""One function per question to the tables of this package."""

import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import defer
from sqlmodel import Session, col, func, select

from guidelines.document import Node, parse
from guidelines.errors import UnknownGuideline, UnknownPerson, UnknownVersion
from guidelines.lineage import Change, contributors
from guidelines.makers import Makers, read
from guidelines.people import Actor, Role
from guidelines.sections import META, OUTLINE, Place, meta_hash, outline, outline_hash, sections
from guidelines.tables import (
    Authorship,
    Guideline,
    Membership,
    Person,
    Publication,
    SectionRevision,
    Snapshot,
    StepRecord,
    Team,
    Version,
)


@dataclass(frozen=True, slots=True)
class WordChange:
    """When a slice's words changed within a version, and who changed them."""

    revision: int
    slice_id: str
    hash: str
    authors: frozenset[str]
    at: object


def guideline_by_slug(session: Session, slug: str) -> Guideline:
    """The guideline at an address; raises `UnknownGuideline`."""
    found = session.exec(select(Guideline).where(Guideline.slug == slug)).first()
    if found is None:
        raise UnknownGuideline(slug=slug)
    return found


def version(session: Session, version_id: str) -> Version:
    """The version; raises `UnknownVersion`."""
    found = session.get(Version, version_id)
    if found is None:
        raise UnknownVersion(version=version_id)
    return found


def lock_guideline(session: Session, guideline_id: str) -> Guideline:
    """The guideline with its row locked until the transaction ends: whatever decides about it waits its turn."""
    query = select(Guideline).where(Guideline.id == guideline_id).with_for_update()
    found = session.exec(query).first()
    if found is None:
        raise UnknownGuideline(guideline=guideline_id)
    return found


def lock_version(session: Session, version_id: str) -> Version:
    """The version with its row locked until the transaction ends, as the database has it now."""
    query = select(Version).where(Version.id == version_id).with_for_update()
    found = session.exec(query, execution_options={"populate_existing": True}).first()
    if found is None:
        raise UnknownVersion(version=version_id)
    return found


def newest_snapshot(session: Session, version_id: str, revision: int) -> Snapshot:
    """The last snapshot at or before a revision. Revision 0 always has one."""
    query = (
        select(Snapshot)
        .where(Snapshot.version_id == version_id, col(Snapshot.revision) <= revision)
        .order_by(col(Snapshot.revision).desc())
        .limit(1)
    )
    found = session.exec(query).first()
    if found is None:
        raise UnknownVersion(version=version_id)
    return found


def snapshot_document(snapshot: Snapshot) -> Node:
    """The document that a snapshot holds."""
    return parse(json.loads(zlib.decompress(snapshot.body)))


def steps_between(session: Session, version_id: str, after: int, upto: int) -> Sequence[StepRecord]:
    """The logged steps that lead from one revision to another."""
    query = select(StepRecord).where(
        StepRecord.version_id == version_id, col(StepRecord.revision) > after, col(StepRecord.revision) <= upto
    )
    return session.exec(query.order_by(col(StepRecord.revision))).all()


def commit_of(session: Session, version_id: str, person_id: str, ref: str) -> Sequence[StepRecord]:
    """The steps that a person's commit left in the log, if it was accepted before."""
    query = select(StepRecord).where(
        StepRecord.version_id == version_id, StepRecord.person_id == person_id, StepRecord.ref == ref
    )
    return session.exec(query.order_by(col(StepRecord.revision))).all()


def people_named(session: Session, ids: Sequence[str] | frozenset[str] | set[str]) -> dict[str, str]:
    """Names by id, of those who are known."""
    rows = session.exec(select(Person).where(col(Person.id).in_(list(ids)))).all() if ids else []
    return {person.id: person.name for person in rows}


def person(session: Session, person_id: str) -> Person:
    """The person; raises `UnknownPerson`."""
    found = session.get(Person, person_id)
    if found is None:
        raise UnknownPerson(person=person_id)
    return found


def team_names(session: Session, language: str) -> dict[str, str]:
    """Every team's name in a language, by id."""
    rows = session.exec(select(Team).order_by(Team.id)).all()
    return {team.id: team.name_fr if language == "fr" else team.name_en for team in rows}


def actors(session: Session, at: object) -> list[Actor]:
    """Everybody who holds a role at a moment and has not left, with all that they hold."""
    query = select(Membership, Person).where(
        col(Membership.person_id) == col(Person.id),
        col(Person.left_at).is_(None),
        col(Membership.from_at) <= at,
        col(Membership.until_at).is_(None) | (col(Membership.until_at) > at),
    )
    people: dict[str, Person] = {}
    held: dict[str, set[tuple[Role, str]]] = {}
    for membership, person in session.exec(query):
        people[person.id] = person
        held.setdefault(person.id, set()).add((Role(membership.role), membership.team_id))
    return [Actor(id_, one.name, one.language, frozenset(held[id_])) for id_, one in sorted(people.items())]


def members(session: Session, teams: frozenset[str], roles: frozenset[Role], at: object) -> dict[str, frozenset[str]]:
    """Team to the people who hold one of the roles in it at a moment."""
    query = select(Membership).where(
        col(Membership.team_id).in_(sorted(teams)),
        col(Membership.role).in_(sorted(roles)),
        col(Membership.from_at) <= at,
        col(Membership.until_at).is_(None) | (col(Membership.until_at) > at),
    )
    found: dict[str, set[str]] = {team: set() for team in teams}
    for row in session.exec(query):
        found[row.team_id].add(row.person_id)
    return {team: frozenset(people) for team, people in found.items()}


def slice_hashes(row: Version, document: Node) -> dict[str, str]:
    """Every slice of a version with its hash: the sections in order, then the outline and the meta data."""
    found = {section.id: section.hash for section in sections(document)}
    found[OUTLINE] = outline_hash(outline(document), document.attr("numbering"))
    found[META] = meta_hash(
        title=row.title, language=row.language, kind=row.kind, audience=row.audience, summary=row.summary
    )
    return found


def publication_hashes(row: Publication) -> dict[str, str]:
    """Every slice of a published version with its hash."""
    found = {section.id: section.hash for section in sections(parse(json.loads(row.document)))}
    return {**found, OUTLINE: row.outline_hash, META: row.meta_hash}


def places(document: Node) -> dict[str, Place]:
    """The outline's lines by section."""
    return {place.id: place for place in outline(document)}


def slice_history(session: Session, version_id: str) -> dict[str, list[SectionRevision]]:
    """Every slice's hashes in the order in which they came."""
    query = select(SectionRevision).where(SectionRevision.version_id == version_id)
    query = query.options(defer(SectionRevision.makers), defer(SectionRevision.lost))  # type: ignore[arg-type]
    found: dict[str, list[SectionRevision]] = {}
    for row in session.exec(query.order_by(col(SectionRevision.revision))):
        found.setdefault(row.section, []).append(row)
    return found


def hash_at(session: Session, version_id: str, slice_id: str, revision: int) -> str:
    """The hash that a slice had at a revision; "" where it was not there."""
    query = select(SectionRevision.hash).where(
        SectionRevision.version_id == version_id,
        SectionRevision.section == slice_id,
        col(SectionRevision.revision) <= revision,
    )
    return session.exec(query.order_by(col(SectionRevision.revision).desc()).limit(1)).first() or ""


def makers(session: Session, version_id: str, slice_id: str, *where: Any) -> list[Makers | None]:
    """Who had made the slice when it last changed, if it ever did; None where that is not known."""
    query = select(SectionRevision.makers).where(
        SectionRevision.version_id == version_id, SectionRevision.section == slice_id, *where
    )
    return [read(found) for found in session.exec(query.order_by(col(SectionRevision.revision).desc()).limit(1))]


def newest_makers(session: Session, version_id: str, parts: Collection[str] | None = None) -> dict[str, Makers | None]:
    """Slice to who had made it when it last changed, of all or some slices; None where that is not known."""
    last = select(SectionRevision.section, func.max(SectionRevision.revision).label("revision"))
    last = last.where(SectionRevision.version_id == version_id)
    if parts is not None:
        last = last.where(col(SectionRevision.section).in_(sorted(parts)))
    newest = last.group_by(SectionRevision.section).subquery()
    query = select(SectionRevision.section, SectionRevision.makers).where(
        SectionRevision.version_id == version_id,
        SectionRevision.section == newest.c.section,
        SectionRevision.revision == newest.c.revision,
    )
    return {section: read(found) for section, found in session.exec(query)}


def lost_words(session: Session, version_id: str, *, before: int) -> list[tuple[str, int, str]]:
    """(section, revision, words) for every commit of the version that took words away before a revision."""
    columns = (SectionRevision.section, SectionRevision.revision, SectionRevision.lost)
    query = select(*columns).where(SectionRevision.version_id == version_id, SectionRevision.lost != "")
    rows = session.exec(query.where(col(SectionRevision.revision) < before))
    return [(section, revision, words) for section, revision, words in rows]


def authors(session: Session, version_id: str) -> dict[tuple[str, int], frozenset[str]]:
    """(slice, revision) to those who made the words then."""
    found: dict[tuple[str, int], set[str]] = {}
    for row in session.exec(select(Authorship).where(Authorship.version_id == version_id)):
        found.setdefault((row.section, row.revision), set()).add(row.person_id)
    return {key: frozenset(people) for key, people in found.items()}


def contributors_of(
    session: Session, row: Version, hashes: Mapping[str, str], *, anchor_version_id: str | None = None
) -> dict[str, frozenset[str]]:
    """Slice to everybody who wrote its present words since the anchor, and whoever wrote them in another version.

    Without an anchor (nothing is in force) the words go back through every version that this one came from.
    """
    line = _line(session, row, {anchor_version_id})
    lineage = _Lineage(session, {version.id: version for version in versions(session, row.guideline_id)})
    elsewhere = _authors_elsewhere(session, row, line, hashes, lineage, settled=anchor_version_id is not None)
    return {
        slice_id: lineage.contributors(line, slice_id) | elsewhere.get(slice_id, frozenset()) for slice_id in hashes
    }


def changes_since(session: Session, version_id: str, slice_id: str, revision: int) -> list[WordChange]:
    """How the slice's words changed after a revision, oldest first."""
    written = authors(session, version_id)
    return [
        WordChange(row.revision, slice_id, row.hash, written.get((slice_id, row.revision), frozenset()), row.at)
        for row in slice_history(session, version_id).get(slice_id, [])
        if row.revision > revision
    ]


def publications(session: Session, guideline_id: str) -> Sequence[Publication]:
    """Every published version of a guideline, newest number first."""
    query = select(Publication).where(Publication.guideline_id == guideline_id)
    return session.exec(query.order_by(col(Publication.major).desc(), col(Publication.minor).desc())).all()


def versions(session: Session, guideline_id: str) -> Sequence[Version]:
    """Every version of a guideline, newest first."""
    query = select(Version).where(Version.guideline_id == guideline_id)
    return session.exec(query.order_by(col(Version.created_at).desc(), col(Version.id))).all()


@dataclass(slots=True)
class _Lineage:
    """How slices came to their words in the versions of a guideline, each version read once."""

    session: Session
    versions: Mapping[str, Version]
    read: dict[str, tuple[dict[str, list[SectionRevision]], dict[tuple[str, int], frozenset[str]]]] = field(
        default_factory=dict
    )
    known: dict[tuple[str, str, str, int | None], frozenset[str]] = field(default_factory=dict)
    standing: dict[tuple[str, str, int | None], frozenset[str] | None] = field(default_factory=dict)

    def contributors(self, line: Sequence[Version], slice_id: str, upto: int | None = None) -> frozenset[str]:
        """Those who made the slice's words, each question answered once."""
        key = (line[0].id, line[-1].id, slice_id, upto)
        if key not in self.known:
            self.known[key] = contributors(self.changes(line, slice_id, upto))
        return self.known[key]

    def changes(self, line: Sequence[Version], slice_id: str, upto: int | None = None) -> list[Change]:
        """The slice's changes through a line of versions, the oldest first; of the last one up to a revision."""
        found = []
        for place, version in enumerate(line):
            history, written = self._of(version.id)
            until = upto if version is line[-1] else None
            for change in history.get(slice_id, []):
                if until is not None and change.revision > until:
                    break
                people = written.get((slice_id, change.revision), frozenset())
                brought: frozenset[str] = frozenset()
                for origin in json.loads(change.carried_from):
                    other, last = origin if isinstance(origin, list) else (origin, change.revision - 1)
                    brought |= self.contributors(line[: place + 1], other, upto=last)
                standing = self._standing(version.id, slice_id, until) if people else None
                found.append(Change(change.hash, people, change.cause == "restore", brought, standing))
        return found

    def _standing(self, version_id: str, slice_id: str, upto: int | None) -> frozenset[str] | None:
        key = (version_id, slice_id, upto)
        if key not in self.standing and upto is None:
            for part, made in newest_makers(self.session, version_id).items():
                self.standing[version_id, part, None] = None if made is None else made.people
        elif key not in self.standing:
            made = makers(self.session, version_id, slice_id, col(SectionRevision.revision) <= upto)[0]
            self.standing[key] = None if made is None else made.people
        return self.standing[key]

    def _of(self, version_id: str) -> tuple[dict[str, list[SectionRevision]], dict[tuple[str, int], frozenset[str]]]:
        if version_id not in self.read:
            self.read[version_id] = (slice_history(self.session, version_id), authors(self.session, version_id))
        return self.read[version_id]


def _line(session: Session, row: Version, ends: Collection[str | None]) -> list[Version]:
    """The version after those it came from, back to the first of the ends and without it."""
    line = [row]
    while (base := line[0].base_version_id) is not None and base not in ends:
        line.insert(0, version(session, base))
    return line


def _authors_elsewhere(
    session: Session,
    row: Version,
    line: Sequence[Version],
    hashes: Mapping[str, str],
    lineage: _Lineage,
    *,
    settled: bool,
) -> dict[str, frozenset[str]]:
    """Words first written in another version, or under another heading, keep their authors when they are retyped."""
    start = {part: changes[0].hash for part in hashes if settled and (changes := lineage.changes([row], part))}
    wanted: dict[str, set[str]] = {}
    for part, found in hashes.items():
        if start.get(part) != found:
            wanted.setdefault(found, set()).add(part)
    own = {version.id for version in line}
    ends = {publication.version_id for publication in publications(session, row.guideline_id)} if settled else set()
    query = select(SectionRevision).where(col(SectionRevision.hash).in_(list(wanted)))
    query = query.where(
        col(SectionRevision.version_id).in_(list(lineage.versions)), SectionRevision.cause != "base"
    )  # what a draft inherits was not written there
    people: dict[str, set[str]] = {}
    for place in session.exec(query) if wanted else ():
        for part in wanted[place.hash]:
            if place.version_id in own and place.section == part:
                continue  # its own history, told already
            there = _line(session, lineage.versions[place.version_id], ends)
            people.setdefault(part, set()).update(lineage.contributors(there, place.section, upto=place.revision))
    return {part: frozenset(found) for part, found in people.items()}
