"""The edge's transaction: whole or not at all, one writing connection to a SQLite file, readers who wait for nobody."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, SQLModel, col, func, select

import workflow.tables  # noqa: F401 - every table, for create_all
from api.database import make_engine, transaction
from guidelines.tables import Team


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path}/charte.db")
    SQLModel.metadata.create_all(engine)
    yield engine
    engine.dispose()


def add(session: Session, team: str) -> None:
    session.add(Team(id=team, name_fr=team, name_en=team))
    session.flush()


def count(engine: Engine) -> int:
    with transaction(engine, read_only=True) as session:
        return session.exec(select(func.count(col(Team.id)))).one()


def test_what_raises_leaves_nothing(engine: Engine) -> None:
    def half() -> None:
        with transaction(engine) as session:
            add(session, "comms")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert count(engine) == 0


def test_what_ends_well_is_there_for_everybody(engine: Engine) -> None:
    with transaction(engine) as session:
        add(session, "comms")
    assert count(engine) == 1


def test_a_reading_transaction_keeps_nothing(engine: Engine) -> None:
    with transaction(engine, read_only=True) as session:
        session.add(Team(id="comms", name_fr="c", name_en="c"))
    assert count(engine) == 0


def test_sqlite_refuses_to_write_where_one_only_reads(sqlite: Engine) -> None:
    with pytest.raises(OperationalError), transaction(sqlite, read_only=True) as session:
        session.connection().execute(text("INSERT INTO team VALUES ('comms', 'c', 'c')"))


def test_a_reader_does_not_wait_for_a_writer(engine: Engine) -> None:
    with transaction(engine) as session:
        add(session, "comms")
        assert count(engine) == 0
    assert count(engine) == 1


def test_sqlite_has_one_connection_that_writes_and_writers_take_turns(sqlite: Engine) -> None:
    seen: set[int] = set()

    def write(name: str) -> None:
        with transaction(sqlite) as session:
            seen.add(id(session.connection().connection.driver_connection))
            add(session, name)

    writers = [threading.Thread(target=write, args=(f"team-{number}",)) for number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert (len(seen), count(sqlite)) == (1, 8)


def test_an_acknowledged_commit_is_on_disk_and_only_the_writer_checkpoints(sqlite: Engine) -> None:
    def pragmas(read_only: bool) -> tuple[object, ...]:
        with transaction(sqlite, read_only=read_only) as session:
            names = ("journal_mode", "synchronous", "foreign_keys", "wal_autocheckpoint")
            return tuple(session.connection().exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names)

    assert pragmas(read_only=False) == ("wal", 2, 1, 1000)
    assert pragmas(read_only=True)[3] == 0
