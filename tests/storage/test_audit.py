"""The audit: whatever is changed, removed, added or reordered behind the product's back is found and located."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel

from api import triggers
from api.database import transaction
from tests.workflow.house import found
from workflow import drafts, events
from workflow.audit import Audited, audit, audit_everything
from workflow.events import Damage, Fault
from workflow.tables import Event

#: Each table of evidence, with the words by which a fault names one of its rows.
EVIDENCE = {
    "event": "",
    "sign_off": "sign_off {seq}",
    "publication": "publication {version_id}",
    "acknowledgement": "acknowledgement {id}",
    "version_state": "version {version_id}",
    "roster": "roster of version {version_id}, round {round}",
    "policy": "policy {hash}",
    "version": "version {id}",
    "step": "version {version_id}",
    "section_revision": "version {version_id}, revision {revision}: section {section}",
    "authorship": "version {version_id}, revision {revision}: author {section}: {person_id}",
    "outline_revision": "version {version_id}, revision {revision}: outline",
    "snapshot": "version {version_id}",
}
#: What is no evidence: of the meta slice the words are in the event log, and a source is not written yet.
NO_EVIDENCE = {
    ("section_revision", "source_version_id"),
    ("section_revision", "source_revision"),
}
#: Another value that the foreign keys admit.
OTHERS = {
    "person_id": ("samuel", "camille"),
    "principal_id": ("samuel", "camille"),
    "created_by": ("samuel", "camille"),
    "published_by": ("samuel", "camille"),
    "submitted_by": ("samuel", "camille"),
    "version_id": ("w1", "v1"),
    "base_version_id": ("w1", "x1"),
    "guideline_id": ("g2", "g"),
    "policy_hash": (None, None),
}

Row = dict[str, Any]


def table(name: str) -> Table:
    return SQLModel.metadata.tables[name]


def rows(connection: Connection, name: str) -> list[Row]:
    """The table's rows. Of the steps those that a submit has told: a draft's are not told yet."""
    found = connection.execute(select(table(name)).order_by(*table(name).primary_key)).mappings()
    return [dict(row) for row in found if (name, row.get("version_id")) != ("step", "w1")]


def other(column: str, value: Any) -> Any:
    """A value that differs a little."""
    if column in OTHERS:
        return next(choice for choice in OTHERS[column] if choice != value or choice is None)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1000
    if isinstance(value, datetime):
        return value + timedelta(microseconds=1)
    if isinstance(value, date):
        return value + timedelta(days=1)
    if isinstance(value, bytes):
        return value[:-1] + bytes([value[-1] ^ 1])
    if value is None:
        return _said(column)
    return value[:-1] + ("x" if value[-1:] != "x" else "y")


def _said(column: str) -> Any:
    moment = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    return moment if column.endswith("_at") else 7 if column in ("delegation_id", "own") else "x"


def same_row(name: str, row: Row) -> Any:
    keys = [column == row[column.name] for column in table(name).primary_key]
    condition = keys[0]
    for key in keys[1:]:
        condition &= key
    return condition


def everything(session: Session) -> list[Fault]:
    session.expire_all()
    return [fault for faults in audit_everything(session).faults.values() for fault in faults]


@pytest.fixture
def open_house(lived: Engine) -> Iterator[Session]:
    """A session in which the triggers are gone; what it does is undone."""
    yield from _without_triggers(lived)


@pytest.fixture
def open_sqlite(lived_on_sqlite: Engine) -> Iterator[Session]:
    yield from _without_triggers(lived_on_sqlite)


def _without_triggers(engine: Engine) -> Iterator[Session]:
    with engine.connect() as connection, Session(connection) as session:
        triggers.drop(connection)
        yield session
        session.rollback()


def changes(connection: Connection, name: str) -> Iterator[tuple[Row, str, Any]]:
    for row in rows(connection, name):
        for column in table(name).columns:
            value = other(column.name, row[column.name])
            if (name, column.name) not in NO_EVIDENCE and value != row[column.name]:
                yield row, column.name, value


def apply(session: Session, statement: Any) -> list[Fault] | None:
    """What the audit finds after the statement, which is undone; None when the database itself refused it."""
    connection = session.connection()
    nested = connection.begin_nested()
    try:
        connection.execute(statement)
    except IntegrityError:
        nested.rollback()
        return None
    found = everything(session)
    nested.rollback()
    return found


def located(name: str, row: Row, found: list[Fault]) -> bool:
    if name == "event":
        return any(fault.seq == row["seq"] or f"version {row['version_id']}" in fault.detail for fault in found)
    return any(EVIDENCE[name].format(**row) in fault.detail for fault in found)


def test_what_was_lived_is_sound(open_house: Session) -> None:
    assert everything(open_house) == []


@pytest.mark.parametrize("name", EVIDENCE)
def test_every_changed_field_of_every_row_is_found_and_located(open_sqlite: Session, name: str) -> None:
    tried = 0
    for row, column, value in changes(open_sqlite.connection(), name):
        if name == "section_revision" and (row["section"], column) == ("meta", "hash"):
            continue  # told in the event log
        found = apply(open_sqlite, update(table(name)).where(same_row(name, row)).values({column: value}))
        tried += 1
        moved = {**row, column: value}
        assert found is None or located(name, row, found) or located(name, moved, found), (row, column, value, found)
    assert tried >= len(table(name).columns) - 2


@pytest.mark.parametrize("name", EVIDENCE)
def test_a_changed_row_is_found_on_either_database(open_house: Session, name: str) -> None:
    for number, (row, column, value) in enumerate(changes(open_house.connection(), name)):
        if number % 7 == 0 and (row.get("section"), column) != ("meta", "hash"):
            found = apply(open_house, update(table(name)).where(same_row(name, row)).values({column: value}))
            moved = {**row, column: value}
            assert found is None or located(name, row, found) or located(name, moved, found), (row, column, found)


@pytest.mark.parametrize("name", [name for name in EVIDENCE if name != "snapshot"])
def test_every_row_that_was_removed_is_missed(open_sqlite: Session, name: str) -> None:
    for row in rows(open_sqlite.connection(), name):
        found = apply(open_sqlite, delete(table(name)).where(same_row(name, row)))
        assert found is None or located(name, row, found), (row, found)


def test_every_pair_of_neighbours_that_was_swapped_is_found(open_house: Session) -> None:
    log = rows(open_house.connection(), "event")
    for one, two in pairwise(log):
        if one["guideline_id"] != two["guideline_id"]:
            continue
        connection = open_house.connection()
        nested = connection.begin_nested()
        for seat, guest in ((one, two), (two, one)):
            values = {name: value for name, value in guest.items() if name not in ("guideline_id", "seq")}
            connection.execute(update(table("event")).where(same_row("event", seat)).values(values))
        assert any(fault.seq in (one["seq"], two["seq"]) for fault in everything(open_house))
        nested.rollback()


def _rehash(session: Session, guideline_id: str) -> None:
    """Makes the chain sound again, as a clever intruder would."""
    session.expire_all()
    previous = events.GENESIS
    for event in events.history(session, guideline_id):
        event.previous_hash = previous
        event.hash = previous = events.entry_hash(event)
    session.flush()


def test_an_end_that_was_cut_off_is_missed_however_short(open_house: Session) -> None:
    log = [row for row in rows(open_house.connection(), "event") if row["guideline_id"] == "g"]
    assert len(log) > 12
    for kept in range(len(log)):
        cut = delete(table("event")).where((table("event").c.guideline_id == "g") & (table("event").c.seq > kept))
        found = apply(open_house, cut)
        assert found, kept
        assert {fault.damage for fault in found} == {Damage.EVIDENCE}


def test_a_decision_nobody_made_is_found(open_house: Session) -> None:
    row = rows(open_house.connection(), "sign_off")[-1]
    found = apply(open_house, insert(table("sign_off")).values({**row, "seq": 99, "person_id": "samuel"}))
    assert found is not None
    assert "sign_off 99 is told by no event" in {fault.detail for fault in found}


def test_an_event_rewritten_with_the_whole_chain_after_it_differs_from_its_row(open_house: Session) -> None:
    told = {"signed_off", "objected", "sign_off_retracted", "objection_lifted", "version_published",
            "version_acknowledged"}  # fmt: skip
    for row in [row for row in rows(open_house.connection(), "event") if row["kind"] in told]:
        for values in ({"person_id": "mathieu"}, {"at": row["at"] + timedelta(days=1)}, {"version_id": "w1"}):
            if all(row[name] == value for name, value in values.items()):
                continue
            nested = open_house.connection().begin_nested()
            open_house.connection().execute(update(table("event")).where(same_row("event", row)).values(values))
            _rehash(open_house, row["guideline_id"])
            assert any(fault.seq == row["seq"] for fault in everything(open_house)), (row, values)
            nested.rollback()


def test_the_audit_of_one_guideline_is_not_disturbed_by_another(open_house: Session) -> None:
    changed = update(Event).where(Event.guideline_id == "g2").values(data="{}")
    nested = open_house.connection().begin_nested()
    open_house.connection().execute(changed)
    open_house.expire_all()
    assert audit(open_house, "g") == []
    assert audit(open_house, "g2") != []
    nested.rollback()


def alone(engine: Engine, *statements: str) -> tuple[dict[str, list[str]], int]:
    """What the audit says after statements that neither a trigger nor a foreign key has stopped; they are undone."""
    with engine.connect() as connection, Session(connection) as session:
        if engine.dialect.name == "sqlite":
            _foreign_keys(connection, "OFF")
        triggers.drop(connection)
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for statement in statements:
            assert connection.exec_driver_sql(statement).rowcount > 0
        audited = audit_everything(session)
        session.rollback()
        connection.rollback()
        if engine.dialect.name == "sqlite":
            _foreign_keys(connection, "ON")
    return {name: [str(fault) for fault in faults] for name, faults in audited.faults.items() if faults}, audited.events


def _foreign_keys(connection: Connection, switch: str) -> None:
    """Past SQLAlchemy, which would open a transaction, in which SQLite does not listen."""
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(f"PRAGMA foreign_keys = {switch}")


def counted(engine: Engine) -> int:
    return alone(engine)[1]


@pytest.mark.parametrize(
    ("statement", "name", "fault"),
    [
        (
            "DELETE FROM guideline WHERE id = 'g2'",
            "guideline g2",
            "event 1: orphaned (event g2 1: guideline_id g2 is m",
        ),
        ("DELETE FROM guideline WHERE id = 'g2'", "guideline g2", "orphaned (version w1: guideline_id g2 is missing)"),
        ("DELETE FROM version WHERE id = 'v1'", "charter", "orphaned (publication v1: version_id v1 is missing)"),
        ("DELETE FROM version WHERE id = 'v1'", "charter", "event 2: orphaned (event g 2: version_id v1 is missing)"),
        ("DELETE FROM version WHERE id = 'v1'", "database", "orphaned (sign_off 1: version_id v1 is missing)"),
        ("DELETE FROM version WHERE id = 'v1'", "database", "orphaned (step v1 1: version_id v1 is missing)"),
        ("DELETE FROM person WHERE id = 'ines'", "charter", "orphaned (acknowledgement 1: person_id ines is missing)"),
        ("DELETE FROM person WHERE id = 'julie'", "charter", "orphaned (sign_off 1: person_id julie is missing)"),
        ("DELETE FROM thread WHERE id = 't1'", "database", "orphaned (comment c1: thread_id t1 is missing)"),
    ],
)
def test_a_row_that_has_lost_what_it_stands_on_is_found(lived: Engine, statement: str, name: str, fault: str) -> None:
    said, read = alone(lived, statement)
    assert any(line.startswith(fault) for line in said[name]), said
    assert read == counted(lived)


def test_an_event_whose_guideline_and_versions_are_gone_is_counted_and_found(lived: Engine) -> None:
    said, read = alone(
        lived,
        *(f"DELETE FROM {table} WHERE version_id = 'w1'" for table in ("version_state", "snapshot")),
        "DELETE FROM version WHERE guideline_id = 'g2'",
        "DELETE FROM guideline WHERE id = 'g2'",
    )
    assert "event 1: evidence_differs (the guideline is missing)" in said["guideline g2"]
    assert read == counted(lived)


GARBAGE = {
    "event_at": ("UPDATE event SET at = 'soon' WHERE guideline_id = 'g' AND seq = 3", "event 3: changed"),
    "event_data": ("UPDATE event SET data = 7 WHERE guideline_id = 'g' AND seq = 3", "event 3: changed"),
    "event_blob": ("UPDATE event SET data = x'ff00' WHERE guideline_id = 'g' AND seq = 3", "event 3: changed"),
    "event_text": (
        "UPDATE event SET data = CAST(x'ff' AS TEXT) WHERE guideline_id = 'g' AND seq = 3", "event 3: ",
    ),
    "event_seq": ("UPDATE event SET seq = 'third' WHERE guideline_id = 'g' AND seq = 3", "event third has no place"),
    "told_otherwise": (
        "UPDATE event SET data = '{\"revision\":[],\"roster\":[],\"sign_off\":[]}' WHERE guideline_id = 'g'",
        "event 3: changed",
    ),
    "snapshot": ("UPDATE snapshot SET body = x'00' WHERE version_id = 'v1'", "of a body that cannot be read"),
    "snapshot_text": ("UPDATE snapshot SET body = 'words' WHERE version_id = 'v1'", "of a body that cannot be read"),
    "step": ("UPDATE step SET step = '[' WHERE version_id = 'v1'", "the log cannot be read"),
    "step_at": ("UPDATE step SET at = 'soon' WHERE version_id = 'v1' AND revision = 1", "revision 1: step cannot be"),
    "section": ("UPDATE section_revision SET at = 'soon' WHERE version_id = 'v1' AND section = 's1'", ": section s1"),
    "outline": ("UPDATE outline_revision SET at = 'soon' WHERE version_id = 'v1'", "version v1, revision 0: outline"),
    "version": ("UPDATE version SET created_at = 'soon' WHERE id = 'v1'", "version v1 cannot be read (ValueError)"),
    "revision": ("UPDATE version SET revision = 'many' WHERE id = 'v1'", "version v1"),
    "state": ("UPDATE version_state SET since = 'soon' WHERE version_id = 'v1'", "the state of version v1 cannot be"),
    "round": ("UPDATE roster SET round = 'one' WHERE version_id = 'v1' AND round = 1", "version v1, round one is told"),
    "policy": ("UPDATE policy SET recorded_at = 'soon'", "submitted of version v1 cannot be read (ValueError)"),
    "sign_off": ("UPDATE sign_off SET at = 'soon' WHERE seq = 1", "sign_off 1 cannot be read (ValueError)"),
    "publication": ("UPDATE publication SET effective_on = 'x'", "publication v1 cannot be read (ValueError)"),
    "guideline": ("UPDATE guideline SET created_at = 'soon' WHERE id = 'g'", "the guideline cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("name", GARBAGE)
def test_what_cannot_be_read_is_a_fault_in_its_place_and_the_rest_is_still_looked_at(
    lived_on_sqlite: Engine, name: str
) -> None:
    statement, fault = GARBAGE[name]
    said, read = alone(
        lived_on_sqlite, statement,
        "UPDATE version SET title = 'Other' WHERE id = 'v2'",
        "UPDATE version SET title = 'Other' WHERE id = 'w1'",
    )  # fmt: skip
    assert any(fault in line for line in said["charter"]), said
    assert any("version v2 has another title" in line for line in said["charter"]), said
    assert [line for line in said["crisis"] if "policy" not in line] == [
        "event 1: evidence_differs (version w1 has another title)"
    ]
    assert read == counted(lived_on_sqlite)


def test_a_moment_that_python_does_not_know_is_a_fault_on_postgresql(lived_on_postgresql: Engine) -> None:
    said, _ = alone(lived_on_postgresql, "UPDATE event SET at = 'infinity' WHERE guideline_id = 'g' AND seq = 3")
    assert "event 3: changed" in said["charter"]
    assert list(said) == ["charter"]


@pytest.mark.parametrize("column", ["slug", "owner_team"])
def test_a_guideline_moved_to_other_hands_or_another_address_is_found(lived: Engine, column: str) -> None:
    said, _ = alone(lived, f"UPDATE guideline SET {column} = 'legal' WHERE id = 'g'")
    (faults,) = said.values()
    sealed = "event 15: evidence_differs (of version v1 something else was sealed: publication.json)"
    assert faults == [f"event 1: evidence_differs (the guideline has another {column})", sealed]


def test_a_guideline_that_moved_before_anything_was_published_is_as_last_told(engine: Engine) -> None:
    with transaction(engine) as session:
        house = found(session)
        house.create()
        drafts.move_guideline(session, house.actor("aicha"), "g", slug="social", language="fr", at=house.tick())
    with transaction(engine, read_only=True) as session:
        assert audit_everything(session) == Audited({"social": []}, 2)
    said, _ = alone(engine, "UPDATE guideline SET slug = 'charter'", "UPDATE version SET language = 'en'")
    assert said["charter"] == [
        "event 2: evidence_differs (the guideline has another slug)",
        "event 2: evidence_differs (version v1 has another language)",
    ]


def test_an_audit_changes_nothing(engine: Engine) -> None:
    with transaction(engine) as session:
        found(session).first_edition()
    with transaction(engine, read_only=True) as session:
        assert audit_everything(session) == Audited({"charter": []}, 5)
        assert not session.dirty
