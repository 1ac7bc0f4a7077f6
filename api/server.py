"""Serves the configured database with Granian: HTTP and WebSocket from one process, or several on PostgreSQL."""

import sys

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from litestar import Litestar
from sqlalchemy.exc import OperationalError

from api.app import create_app
from api.config import BadConfiguration, Config, read_config
from api.database import make_engine
from api.migrate import outdated


def application() -> Litestar:
    """The application on the configured database: what each server process runs."""
    return create_app(read_config())


def serve(*, host: str, port: int, workers: int) -> int:
    """Serves until interrupted; refuses a database that lacks a migration, or several processes on SQLite."""
    config = read_config()
    check(config, workers)
    print(f"Charte: {config.public_url}", flush=True)
    run("api.server:application", host=host, port=port, workers=workers)
    return 0


def check(config: Config, workers: int) -> None:
    """Raises `BadConfiguration` for what would fail at the first request."""
    if workers > 1 and config.database_url.startswith("sqlite"):
        raise BadConfiguration("--workers: SQLite is served by one process. Use PostgreSQL, or leave --workers out.")
    engine = make_engine(config.database_url)
    try:
        if outdated(engine) is not None:
            raise BadConfiguration("CHARTE_DATABASE_URL: the database is not at this release. Run: charte migrate")
    except OperationalError as error:
        reason = str(error.orig).splitlines()[0]
        raise BadConfiguration(f"CHARTE_DATABASE_URL: cannot connect: {reason}. Check that it runs.") from None
    finally:
        engine.dispose()


def run(target: str, *, host: str, port: int, workers: int = 1) -> None:
    """Starts Granian on a factory and waits until it is told to stop."""
    Granian(
        target,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        factory=True,
        log_access=False,
        log_level=LogLevels.warning,
        websockets=True,
        respawn_failed_workers=True,
    ).serve()
    sys.stdout.flush()
