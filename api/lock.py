"""One process at a time on a SQLite file: a lock beside it, kept by the system and gone with whoever held it."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url

from api.errors import BadInput

try:
    import fcntl
except ImportError:  # Windows: nobody is kept out there
    fcntl = None  # type: ignore[assignment]

#: Seconds to wait for one who is about to end, such as a server that is being restarted.
PATIENCE: Final = 2.0


@contextmanager
def alone(database_url: str, command: str) -> Iterator[None]:
    """Keeps every other server and writing command off the database; raises `BadInput` while one is at work.

    PostgreSQL needs no such thing. The file stays where it is: whoever removed it could remove another's lock.
    """
    url = make_url(database_url)
    if fcntl is None or url.get_backend_name() != "sqlite" or not url.database:
        yield
        return
    database = Path(url.database)
    place = database.resolve()
    with place.with_name(f"{place.name}.lock").open("a+", encoding="utf-8") as file:
        if not _taken(file.fileno()):
            file.seek(0)
            raise BadInput(
                f"{database}: in use by {file.read(100).strip() or 'another process'}. A SQLite file has one process "
                f"that writes: stop that one before you run charte {command}, or use its pages."
            )
        file.truncate(0)
        file.write(f"charte {command}, process {os.getpid()}")
        file.flush()
        yield


def _taken(file: int) -> bool:
    """Whether the lock is ours now. Processes begun from this one share it, so that it lasts as long as any of them."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(0.05)
        else:
            return True
