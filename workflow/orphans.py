"""Rows that refer to a guideline, a version, a person or a thread that is gone: no chain leads to them any more."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import exists, inspect
from sqlmodel import Session, SQLModel, col, select

from guidelines.tables import (
    Authorship,
    Comment,
    Guideline,
    Membership,
    OutlineRevision,
    Person,
    Publication,
    SectionRevision,
    Snapshot,
    StepRecord,
    Suggestion,
    SuggestionSession,
    Thread,
    Version,
)
from workflow.events import Damage, Fault
from workflow.policy_tables import PolicyEdition
from workflow.tables import (
    Acknowledgement,
    ClassStatement,
    Event,
    Policy,
    PrintedName,
    Roster,
    Schedule,
    Seal,
    SealKey,
    SignOff,
    TimeStamp,
    VersionState,
)

TABLES: Final[tuple[type[SQLModel], ...]] = (
    Guideline, Version, VersionState, Event, SignOff, Roster, Publication, Acknowledgement, StepRecord, Snapshot,
    SectionRevision, Authorship, OutlineRevision, Thread, Comment, Membership, Suggestion, SuggestionSession,
    ClassStatement, Schedule,
    PrintedName, Seal, TimeStamp, PolicyEdition,
)  # fmt: skip
#: What a column of this name names, in whichever table it stands.
NAMED: Final[dict[str, Any]] = {
    "guideline_id": Guideline.id,
    "version_id": Version.id,
    "base_version_id": Version.id,
    "thread_id": Thread.id,
    "policy_hash": Policy.hash,
    "key_id": SealKey.id,
    "sign_off_seq": SignOff.seq,
    **dict.fromkeys(
        (
            "person_id",
            "principal_id",
            "created_by",
            "submitted_by",
            "published_by",
            "resolved_by",
            "removed_by",
            "decided_by",
            "assigned_to",
            "proposed_by",
        ),
        Person.id,
    ),
}


def orphans(session: Session) -> Iterator[tuple[str, Fault]]:
    """Every such row, with the id of its guideline, or "" where nothing tells it."""
    guidelines = {row[0]: row[1] for row in session.execute(select(Version.id, Version.guideline_id))}
    for table in TABLES:
        columns = table.__table__.columns  # type: ignore[attr-defined]
        for name in [column.name for column in columns if column.name in NAMED]:
            yield from _orphans(session, table, name, guidelines)


def _orphans(
    session: Session, table: type[SQLModel], name: str, guidelines: dict[str, str]
) -> Iterator[tuple[str, Fault]]:
    keys = [column.name for column in inspect(table).primary_key]
    told = [column for column in ("guideline_id", "version_id") if column in table.model_fields]
    wanted = list(dict.fromkeys([*keys, *told, name]))
    column, target = getattr(table, name), NAMED[name]
    # Of its own alias: a version may refer to a version.
    other = target.class_.__table__.alias("named")
    there = exists().where(other.c[target.key] == column)
    query = select(*(getattr(table, one) for one in wanted)).where(col(column).is_not(None), ~there)
    for found in session.execute(query).all():
        row = dict(zip(wanted, found, strict=True))
        place = " ".join(str(row[key]) for key in keys)
        seq = row["seq"] if table is Event and isinstance(row["seq"], int) else 0
        owner = row.get("guideline_id") or guidelines.get(row.get("version_id", ""), "")
        detail = f"{table.__tablename__} {place}: {name} {row[name]} is missing"
        yield str(owner), Fault(seq, Damage.ORPHANED, detail)
