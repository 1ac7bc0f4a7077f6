"""The database at the edge: one engine per process, one transaction per request, committed here and nowhere else.

SQLite runs in WAL mode with `synchronous=FULL` (an acknowledged commit survives a power cut) and begins every
writing transaction with BEGIN IMMEDIATE, so that two writers wait for each other instead of failing half-way.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlmodel import Session


def make_engine(url: str) -> Engine:
    """An engine for the address, with SQLite made durable and strict about foreign keys."""
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(url, pool_size=10, max_overflow=20, pool_pre_ping=True)


@contextmanager
def transaction(engine: Engine, *, read_only: bool = False) -> Iterator[Session]:
    """A session whose work is committed at the end, or rolled back whole when anything is raised.

    A read-only transaction never takes SQLite's write lock and is always rolled back.
    """
    options = {"charte_read_only": True} if read_only else {}
    with (
        engine.connect().execution_options(**options) as connection,
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


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        "trusted_schema=OFF",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    read_only = connection.get_execution_options().get("charte_read_only")
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
