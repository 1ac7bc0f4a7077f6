"""Serves the configured database with Granian: HTTP and WebSocket from one process, or several on PostgreSQL."""

import errno
import socket
import sys
from collections.abc import Callable
from functools import partial

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from litestar.types import ASGIApp
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from api.app import create_app
from api.config import BadConfiguration, Config, local_address, read_config
from api.database import make_engine
from api.errors import BadInput
from api.front import with_page_cache
from api.lock import alone
from api.operation import check_database, reason_of


def application(config: Config) -> ASGIApp:
    """The application on the configured database: what each server process runs."""
    return with_page_cache(create_app(config, works=True))


def serve(*, host: str, port: int, workers: int) -> int:
    """Serves until interrupted; refuses a database that lacks a migration, or several processes on SQLite."""
    config = read_config(listens=local_address(host, port))
    check(config, workers)
    address = free_address(host, port)
    with alone(config.database_url, "serve"):
        print(announcement(config, address, port), flush=True)
        run(partial(application, config), host=address, port=port, workers=workers)
    return 0


def announcement(config: Config, address: str, port: int) -> str:
    """Where the server listens, and where people reach it when that is another address."""
    listens = f"http://{f'[{address}]' if ':' in address else address}:{port}"
    if listens == config.public_url:
        return f"Charte listens on {listens}"
    return f"Charte listens on {listens}\nPeople reach it at {config.public_url} (CHARTE_PUBLIC_URL)"


def check(config: Config, workers: int) -> None:
    """Raises `BadConfiguration` for what would fail at the first request."""
    if workers > 1 and config.database_url.startswith("sqlite"):
        raise BadConfiguration("--workers: SQLite is served by one process. Use PostgreSQL, or leave --workers out.")
    engine = make_engine(config.database_url)
    try:
        check_database(config, engine)
        check_writable(engine)
    finally:
        engine.dispose()


def check_writable(engine: Engine) -> None:
    """Raises `BadConfiguration` for a SQLite file that can only be read: it opens well, and every writer fails."""
    if engine.dialect.name != "sqlite":
        return
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = version_num")
            connection.rollback()
    except SQLAlchemyError as error:
        raise BadConfiguration(
            f"CHARTE_DATABASE_URL: {engine.url.database} cannot be written ({reason_of(error)}). "
            "Give the user that serves the right to write it."
        ) from None


def free_address(host: str, port: int) -> str:
    """The numeric address to listen on; raises `BadInput` when it is no address of this machine or is taken."""
    try:
        family, kind, _, _, found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise BadInput(f"--host {host}: no such address. Give one of this machine, such as 127.0.0.1.") from None
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(found)
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise BadInput(
                    f"--host {host}: is no address of this machine. Give one that is, such as 127.0.0.1, "
                    "or 0.0.0.0 for all of them."
                ) from None
            raise BadInput(
                f"--port {port}: cannot listen on {host}:{port} ({error.strerror}). Stop what listens there, "
                "or give another port with --port."
            ) from None
    return str(found[0])


def run(load: Callable[[], ASGIApp], *, host: str, port: int, workers: int = 1) -> None:
    """Starts Granian on a factory and waits until it is told to stop."""
    Granian(
        "charte",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        log_access=False,
        log_level=LogLevels.warning,
        websockets=True,
        respawn_failed_workers=True,
    ).serve(target_loader=load, wrap_loader=False)
    sys.stdout.flush()
