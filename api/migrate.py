"""Brings the database to the newest form: Alembic's migrations, run from Python, one process at a time."""

from importlib.resources import files
from typing import Any

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from api import triggers

#: Any number, the same in every process: PostgreSQL's advisory lock around a migration.
LOCK = 4_843_120


def alembic_config(connection: Connection | None = None, url: str = "") -> AlembicConfig:
    """Alembic's configuration without a file of its own."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(files("api").joinpath("migrations")))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine) -> None:
    """Upgrades to the newest revision and puts this release's triggers in place, all or nothing."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        triggers.drop(connection)
        command.upgrade(alembic_config(connection), "head")
        triggers.create(connection)


def outdated(engine: Engine) -> str | None:
    """What the database lacks: the revision it should be at, or a trigger; None when it is up to date."""
    script = ScriptDirectory.from_config(alembic_config())
    head: Any = script.get_current_head()
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        lacking = triggers.missing(connection) if current == head else [str(head)]
    return lacking[0] if lacking else None
