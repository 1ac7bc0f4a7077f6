"""Whether the database takes what is written now: tried without leaving a trace, and without waiting for a writer."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, Final

from sqlalchemy import Engine, text

from api.database import transaction

#: Seconds for which an answer stands, however often it is asked for.
EVERY: Final = 5.0
#: Bytes that must find room beside a SQLite file: a commit of many steps with its snapshot.
ROOM: Final = 1_048_576
_BUSY: Final = ("SQLITE_BUSY", "SQLITE_LOCKED")


class WriteProbe:
    """Tries to write at most every few seconds; those who ask meanwhile, or beside a try, get the last answer."""

    def __init__(self, engine: Engine, *, elapsed: Callable[[], float] = monotonic) -> None:
        self.engine = engine
        self.elapsed = elapsed
        self.tried = float("-inf")
        self.found: str | None = None
        self.trying = Lock()

    def why_not(self) -> str | None:
        """Why nothing can be written; None when it can. Raises `SQLAlchemyError` where the database is out of reach."""
        if self.elapsed() - self.tried > EVERY and self.trying.acquire(blocking=False):
            try:
                self.found = why_not_writable(self.engine)
                self.tried = self.elapsed()
            finally:
                self.trying.release()
        return self.found


def why_not_writable(engine: Engine) -> str | None:
    """Why nothing can be written; None when it can."""
    if engine.dialect.name == "sqlite":
        return _sqlite_refuses(engine)
    with transaction(engine, read_only=True) as session:
        read_only = session.connection().scalar(text("SHOW transaction_read_only")) == "on"
    return "the server only reads" if read_only else None


def _sqlite_refuses(engine: Engine) -> str | None:
    """A connection of its own sees rights that open ones no longer ask for; one that writes already is proof enough.

    What is rolled back never reaches the disk, so that whether there is room is tried beside the file.
    """
    database = engine.dialect.loaded_dbapi
    place = str(engine.url.database)
    try:
        connection: Any = database.connect(place, timeout=0, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("UPDATE alembic_version SET version_num = version_num")
            connection.execute("ROLLBACK")
        finally:
            connection.close()
        with tempfile.TemporaryFile(dir=Path(place).resolve().parent) as file:
            file.write(bytes(ROOM))
    except database.OperationalError as error:
        return None if getattr(error, "sqlite_errorname", "").startswith(_BUSY) else str(error)
    except OSError as error:
        return error.strerror or str(error)
    return None
