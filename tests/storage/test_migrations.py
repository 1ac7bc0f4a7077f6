"""Migrations: they lead to the very tables and triggers that the code describes, and back to nothing."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, inspect, text
from sqlmodel import Session, SQLModel

from api import triggers
from api.database import make_engine
from api.migrate import alembic_config, migrate, outdated
from guidelines.sections import meta_hash
from tests import postgres
from tests.workflow.house import found
from workflow import drafts


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database without a single table."""
    if request.param == "sqlite":
        built = make_engine(f"sqlite:///{tmp_path}/empty.db")
    else:
        built = make_engine(
            postgres.fresh_database(request.getfixturevalue("postgres_url"), f"charte_migrations_{os.getpid()}")
        )
    yield built
    built.dispose()


def described(connection: Connection) -> dict[str, object]:
    """Everything that tells two databases apart: columns, keys, indexes and triggers by table."""
    found = inspect(connection)
    tables = sorted(name for name in found.get_table_names() if name != "alembic_version")
    parts: dict[str, object] = {
        name: (
            [(column["name"], str(column["type"]), column["nullable"]) for column in found.get_columns(name)],
            found.get_pk_constraint(name)["constrained_columns"],
            sorted(
                (tuple(key["constrained_columns"]), key["referred_table"], tuple(key["referred_columns"]))
                for key in found.get_foreign_keys(name)
            ),
            sorted(tuple(key["column_names"]) for key in found.get_unique_constraints(name)),
            sorted(
                (str(index["name"]), tuple(map(str, index["column_names"])), index["unique"])
                for index in found.get_indexes(name)
            ),
        )
        for name in tables
    }
    return {**parts, "triggers": triggers.obeyed(connection)}


def test_a_migrated_database_is_the_one_that_the_code_describes(empty: Engine) -> None:
    assert migrate(empty) == []
    with empty.connect() as connection:
        assert (
            compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), SQLModel.metadata)
            == []
        )
        migrated = described(connection)
    with empty.begin() as connection:
        triggers.drop(connection)
        command.downgrade(alembic_config(connection), "base")
    with empty.begin() as connection:
        SQLModel.metadata.create_all(connection)
        assert described(connection) == migrated


def test_alembic_has_nothing_to_add(empty: Engine) -> None:
    migrate(empty)
    with empty.begin() as connection:
        command.check(alembic_config(connection))


def test_the_way_back_leaves_no_table_and_no_trigger(empty: Engine) -> None:
    migrate(empty)
    with empty.begin() as connection:
        triggers.drop(connection)
        command.downgrade(alembic_config(connection), "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
        assert triggers.obeyed(connection) == {}
    migrate(empty)
    assert outdated(empty) is None


def test_migrating_twice_changes_nothing(empty: Engine) -> None:
    migrate(empty)
    with empty.connect() as connection:
        once = described(connection)
    migrate(empty)
    with empty.connect() as connection:
        assert described(connection) == once


def test_an_empty_database_is_told_to_be_outdated(empty: Engine) -> None:
    assert outdated(empty) == "0011"


def test_a_trigger_taken_away_is_told_and_put_back(empty: Engine) -> None:
    migrate(empty)
    with empty.begin() as connection:
        on = " ON event" if connection.dialect.name == "postgresql" else ""
        connection.execute(text(f"DROP TRIGGER charte_event_update_once{on}"))
    assert outdated(empty) == "charte_event_update_once"
    assert outdated(empty, guards=False) is None
    assert migrate(empty) == ["charte_event_update_once"]
    assert outdated(empty) is None
    assert migrate(empty) == []


def test_a_migration_that_fails_leaves_the_database_as_it_was(empty: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_connection: Connection) -> None:
        raise RuntimeError("the disk is full")

    migrate(empty)
    with empty.connect() as connection:
        before = described(connection)
    monkeypatch.setattr(triggers, "create", fail)
    with pytest.raises(RuntimeError):
        migrate(empty)
    with empty.connect() as connection:
        assert described(connection) == before


def meta_hash_kept(connection: Connection) -> str:
    """The newest of the only version, by the text alone: the tables of another form know no classes."""
    query = "SELECT hash FROM section_revision WHERE section = 'meta' ORDER BY revision DESC LIMIT 1"
    return str(connection.execute(text(query)).scalar_one())


def test_meta_data_in_motion_are_signed_with_their_summary_from_its_migration_on(empty: Engine) -> None:
    migrate(empty)
    with empty.begin() as connection, Session(connection) as session:
        house = found(session)
        house.create()
        row = drafts.set_meta(
            session, house.actor("aicha"), "v1", title="Charter", kind="charter", audience="", at=house.tick(),
            summary="What we say in public.",
        )  # fmt: skip
        told = {"title": row.title, "language": row.language, "kind": row.kind, "audience": row.audience}
        without, signed = meta_hash(**told, summary=""), meta_hash(**told, summary=row.summary)
        session.commit()
    with empty.begin() as connection:
        assert meta_hash_kept(connection) == signed
        triggers.drop(connection)
        command.downgrade(alembic_config(connection), "0004")
        assert meta_hash_kept(connection) == without
    migrate(empty)
    with empty.connect() as connection:
        assert meta_hash_kept(connection) == signed
