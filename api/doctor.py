"""Looks at an installation before it serves: one line for each thing that would keep it from serving well."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from api import assets
from api.config import BadConfiguration, Config, read_config
from api.database import make_engine, transaction
from api.errors import SealKeyMissing
from api.keys import held_signer, keys, makes_its_own, place_of
from api.migrate import outdated
from api.operation import missing_file, reason_of

#: The first release without the fault that can damage a WAL file which several connections write and checkpoint.
SOUND_FOR_MANY: Final = (3, 51, 3)


class Level(StrEnum):
    """How a thing looked at is."""

    OK = "ok"
    NOTE = "note"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at, and what to do when it is not well."""

    name: str
    level: Level
    words: str


def examine() -> bool:
    """Prints every finding; whether none keeps this installation from serving."""
    found = list(findings())
    for finding in found:
        print(f"{finding.level:<4}  {finding.name:<13}  {finding.words}")
    return all(finding.level is not Level.FAIL for finding in found)


def findings() -> Iterator[Finding]:
    """What there is to say, in the order in which it has to be mended."""
    try:
        config = read_config()
    except BadConfiguration as error:
        yield Finding("configuration", Level.FAIL, str(error))
    else:
        yield Finding("configuration", Level.OK, f"people reach it at {config.public_url}")
        yield from _database(config)
    yield _assets()
    yield _sqlite()


def _database(config: Config) -> Iterator[Finding]:
    where = make_url(config.database_url).render_as_string(hide_password=True)
    if missing_file(config):
        yield Finding("database", Level.FAIL, f"{where}: there is none yet. Run: charte migrate")
        return
    engine = make_engine(config.database_url)
    try:
        lacking = outdated(engine)
        key = _seal_key(config, engine) if lacking is None else None
    except SQLAlchemyError as error:
        words = f"{where}: {reason_of(error)}. Check that it runs and that CHARTE_DATABASE_URL is right"
        yield Finding("database", Level.FAIL, words)
        return
    finally:
        engine.dispose()
    yield Finding("database", Level.OK, f"{where} answers")
    if key is not None:
        yield key
    words = "at this release" if lacking is None else f"lacks {lacking}. Run: charte migrate"
    yield Finding("migration", Level.OK if lacking is None else Level.FAIL, words)


def _seal_key(config: Config, engine: Engine) -> Finding:
    """Without a key nothing can be published, which is to be known before somebody tries."""
    try:
        with transaction(engine, read_only=True) as session:
            place = place_of(config, engine.url)
            if place is not None and makes_its_own(session, config, place):
                return Finding("seal key", Level.OK, f"{place}: made with the first publication")
            signer, known = held_signer(session, config), {row.id: row for row in keys(session)}
    except SealKeyMissing as error:
        words = f"{error.facts['place']}: {error.facts['reason']}. Put the key back, or run: charte keys new"
        return Finding("seal key", Level.FAIL, words)
    if signer.key_id in known and known[signer.key_id].until_at is not None:
        return Finding("seal key", Level.FAIL, f"{signer.key_id}: another took its place. Put that one there")
    return Finding("seal key", Level.OK, f"{signer.key_id}: public half {signer.public_key}")


def _assets() -> Finding:
    try:
        names = assets.manifest().values()
    except FileNotFoundError as error:
        return Finding("assets", Level.FAIL, str(error))
    lost = sorted(name for name in names if not (assets.FOLDER / name).is_file())
    if lost:
        return Finding("assets", Level.FAIL, f"{assets.FOLDER}: {', '.join(lost)} missing. Run: make install")
    return Finding("assets", Level.OK, f"{len(names)} files built")


def _sqlite() -> Finding:
    said, mended = sqlite3.sqlite_version, ".".join(map(str, SOUND_FOR_MANY))
    if sqlite3.sqlite_version_info >= SOUND_FOR_MANY:
        return Finding("sqlite", Level.OK, f"{said}: sound")
    words = (
        f"{said}: {mended} mended a rare fault in files that several processes write. Let one process serve it alone"
    )
    return Finding("sqlite", Level.NOTE, words)
