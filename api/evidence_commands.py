"""What an operator does for evidence: keys, bundles, checks, time-stamps, and erasing a person's name."""

from pathlib import Path

from sqlmodel import select

from api import clock, people
from api.config import read_config
from api.errors import BadInput
from api.evidence import evidence_of, version_named
from api.files import write_file
from api.keys import keys, new_key, place_of, seal_published
from api.operation import database
from api.timestamps import stamp_seals
from exports.evidence_check import report
from guidelines import queries as writing
from guidelines.tables import Person
from workflow import sealing
from workflow.seal_audit import fits


def make_key() -> str:
    """Makes a key in place of the one before; what was done, in one line."""
    with database("keys new") as (config, session):
        row = new_key(session, config, clock.now())
        return f"key {row.id} made in {place_of(config)}; public half: {row.public_key}"


def list_keys() -> list[str]:
    """A line for every key: id, public half, since when and until when."""
    with database() as (_, session):
        ends = {row.id: f"{row.until_at:%Y-%m-%d}" if row.until_at else "in use" for row in keys(session)}
        return [f"{row.id}  {row.public_key}  {row.from_at:%Y-%m-%d}  {ends[row.id]}" for row in keys(session)]


def write_evidence(named: str, output: Path) -> None:
    """Writes a version's bundle to a file, whole or not at all."""
    with database() as (config, session):
        _, data = evidence_of(session, config, version_named(session, named))
    write_file(output, data)


def seal_former() -> str:
    """Seals what was published before there were seals, as it stands now."""
    with database("evidence seal") as (config, session):
        rows = sealing.unsealed(session)
        for row in rows:
            writing.lock_guideline(session, row.guideline_id)
            seal_published(session, config, row.version_id, at=clock.now())
        return f"{len(rows)} former publications sealed"


def stamp() -> tuple[bool, str]:
    """Takes the time-stamps that are missing: whether none is any more, and what was done."""
    if not read_config().timestamp_url:
        raise BadInput("CHARTE_TIMESTAMP_URL: not set. Give the address of a time-stamp authority.")
    with database("evidence stamp") as (config, session):
        done = stamp_seals(session, config.timestamp_url, clock.now())
    said = f"{done.stamped} seals stamped"
    return not done.waiting, f"{said}, {done.waiting} wait: {done.why}" if done.waiting else said


def verify_bundle(bundle: Path, *, trusted: list[str], authority: Path | None) -> int:
    """Checks a bundle offline and prints what was found; the exit code."""
    return report(bundle, keys=trusted, authority=authority, check=fits)


def erase_person(email: str) -> str:
    """Erases a person's name and address everywhere but in what others have written; what was done, in one line."""
    with database("people erase") as (_, session):
        person = session.exec(select(Person).where(Person.email == email.strip().lower())).first()
        if person is None:
            raise BadInput(f"{email}: nobody has this address. Look it up on the page of people.")
        people.erase(session, person, at=clock.now())
        return f"{email}: name and address erased, sign-in closed; decisions stay, under the number {person.id}"
