"""Brings the database to the newest form: Alembic's migrations, run from Python, one process at a time."""

import logging
from functools import cache
from importlib.resources import files

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from api import triggers
from api.database import transaction

#: Any number, the same in every process: PostgreSQL's advisory lock around a migration.
LOCK = 4_843_120

logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells of every connection it looks at


def alembic_config(connection: Connection | None = None, url: str = "") -> AlembicConfig:
    """Alembic's configuration without a file of its own."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(files("api").joinpath("migrations")))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine) -> list[str]:
    """Upgrades to the newest revision and puts this release's triggers in place, all or nothing.

    Answers which triggers a database that was at this revision already had lost.
    """
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        lost = triggers.missing(connection) if _at_head(connection) else []
        triggers.drop(connection)
        command.upgrade(alembic_config(connection), "head")
        triggers.create(connection)
    return lost


def outdated(engine: Engine, *, guards: bool = True) -> str | None:
    """What the database lacks: the revision it should be at, or (if asked) a trigger; None when it is up to date.

    It only reads, and never waits for a writer: those who keep watch ask it every few seconds.
    """
    with transaction(engine, read_only=True) as session:
        connection = session.connection()
        if not _at_head(connection):
            return _head()
        lacking = triggers.missing(connection) if guards else []
    return lacking[0] if lacking else None


@cache
def _head() -> str:
    return str(ScriptDirectory.from_config(alembic_config()).get_current_head())


def _at_head(connection: Connection) -> bool:
    there = inspect(connection).has_table("alembic_version")
    return there and str(connection.scalar(text("SELECT version_num FROM alembic_version"))) == _head()
