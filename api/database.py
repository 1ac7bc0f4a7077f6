"""The database at the edge: one engine per process, one transaction per request, committed here and nowhere else.

SQLite runs in WAL mode with `synchronous=FULL`: an acknowledged commit survives a power cut. A process has one
connection that writes, and that one alone checkpoints (versions before 3.51.3 can damage a file whose log two
connections reset); writers wait for it in turn. Readers have connections of their own and wait for nobody.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, QueuePool, create_engine, event
from sqlmodel import Session

#: SQLite's writing engine to the one from which a read-only transaction takes its connection.
_readers: Final[WeakKeyDictionary[Engine, Engine]] = WeakKeyDictionary()
#: Seconds that a writer waits for its turn.
TURN: Final = 30


def make_engine(url: str) -> Engine:
    """An engine for the address, with SQLite made durable and strict about foreign keys."""
    if url.startswith("sqlite"):
        return _make_sqlite(url)
    return create_engine(url, pool_size=10, max_overflow=20, pool_pre_ping=True)


@contextmanager
def transaction(engine: Engine, *, read_only: bool = False) -> Iterator[Session]:
    """A session whose work is committed at the end, or rolled back whole when anything is raised.

    A read-only transaction never takes SQLite's write lock and is always rolled back.
    """
    with (
        (_readers.get(engine, engine) if read_only else engine).connect() as connection,
        Session(connection, expire_on_commit=False, autoflush=not read_only) as session,
    ):
        try:
            yield session
            if read_only:
                session.expunge_all()  # what was read stays readable after the transaction
                session.rollback()
            else:
                session.commit()
        except BaseException:
            session.rollback()
            raise


def _make_sqlite(url: str) -> Engine:
    options: dict[str, Any] = {"connect_args": {"timeout": TURN, "check_same_thread": False}, "poolclass": QueuePool}
    writer = create_engine(url, pool_size=1, max_overflow=0, pool_timeout=TURN, **options)
    reader = create_engine(url, pool_size=10, max_overflow=20, **options)
    event.listen(writer, "connect", _prepare_sqlite)
    event.listen(writer, "begin", _begin_immediate)
    event.listen(reader, "connect", _prepare_sqlite_reader)
    event.listen(reader, "begin", _begin)
    event.listen(writer, "engine_disposed", lambda _writer: reader.dispose())
    _readers[writer] = reader
    return writer


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    _set(connection, "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000")


def _prepare_sqlite_reader(connection: Any, _record: Any) -> None:
    _set(connection, "busy_timeout=30000", "wal_autocheckpoint=0", "query_only=ON")


def _set(connection: Any, *pragmas: str) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (*pragmas, "trusted_schema=OFF"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN")
