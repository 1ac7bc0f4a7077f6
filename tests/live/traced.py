"""A server for strace to watch: `python -m tests.live.traced PORT [careless]`; careless never waits for the disk."""

import sys
from functools import partial
from typing import Any

from api import database
from api.config import read_config
from api.server import application, run


def main() -> None:
    """Serves; the careless one is broken: it tells of commits that a power cut can still take away."""
    if sys.argv[2:] == ["careless"]:
        prepare = database._prepare_sqlite

        def careless(connection: Any, record: Any) -> None:
            prepare(connection, record)
            connection.execute("PRAGMA synchronous=NORMAL")

        database._prepare_sqlite = careless
    run(partial(application, read_config()), host="127.0.0.1", port=int(sys.argv[1]))


if __name__ == "__main__":
    main()
