"""What an operator does beside serving: migrate, make the first administrator, import people, export, verify."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Final

from alembic.util.exc import CommandError
from sqlalchemy import Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, select

from api import accounts, clock, people, triggers
from api.config import BadConfiguration, Config, read_config
from api.database import make_engine, transaction
from api.errors import BadInput, InvalidPeopleFile, SealKeyMissing
from api.files import ending, write_file
from api.keys import signer_of
from api.lock import alone
from api.migrate import migrate, outdated
from api.publications import publication_of
from exports.formats import EXPORTS, export
from guidelines.people import Role
from guidelines.tables import Person, Team
from workflow import handbook
from workflow.audit import audit_everything


def migrate_database() -> str:
    """Brings the configured database to this release's form; what was done, in one line."""
    config = read_config()
    where = make_url(config.database_url).render_as_string(hide_password=True)
    engine = make_engine(config.database_url)
    try:
        with alone(config.database_url, "migrate"):
            new = missing_file(config) is not None
            lacked = outdated(engine)
            lost = migrate(engine)
            _first_key(config, engine)
    except CommandError:
        raise BadConfiguration(
            "CHARTE_DATABASE_URL: a newer release of Charte made this database. Install that release or a newer one."
        ) from None
    finally:
        engine.dispose()
    if lacked is None:
        return f"{where}: at this release already"
    if lost:
        return f"{where}: guards were missing and stand again: {', '.join(lost)}. Run: charte audit verify"
    return f"{where}: {'made' if new else 'brought to this release'}"


def _first_key(config: Config, engine: Engine) -> None:
    """An embedded database has its key from the beginning; elsewhere one is named by the setting."""
    with suppress(SealKeyMissing), transaction(engine) as session:
        signer_of(session, config, clock.now())


@contextmanager
def database(writer: str = "", *, guards: bool = True) -> Iterator[tuple[Config, Session]]:
    """The configuration and one transaction on its database, once it is known to be at this release.

    Only a command that gives its name as the writer may write: it then has a SQLite file to itself.
    """
    config = read_config()
    engine = make_engine(config.database_url)
    try:
        check_database(config, engine, guards=guards)
        with (
            alone(config.database_url, writer) if writer else nullcontext(),
            transaction(engine, read_only=not writer) as session,
        ):
            yield config, session
    finally:
        engine.dispose()


def check_database(config: Config, engine: Engine, *, guards: bool = True) -> None:
    """Raises `BadConfiguration` for a database that cannot be reached or is not at this release; makes none."""
    if lost := missing_file(config):
        raise BadConfiguration(f"CHARTE_DATABASE_URL: there is no database at {lost} yet. Run: charte migrate")
    try:
        lacking = outdated(engine, guards=guards)
    except SQLAlchemyError as error:
        raise BadConfiguration(f"CHARTE_DATABASE_URL: {reason_of(error)}. Check that it runs.") from None
    if lacking is not None:
        raise BadConfiguration("CHARTE_DATABASE_URL: the database is not at this release. Run: charte migrate")


def missing_file(config: Config) -> Path | None:
    """Where an embedded database should lie, if there is none: connecting would make an empty one."""
    if not config.database_url.startswith("sqlite"):
        return None
    place = Path(make_url(config.database_url).database or "")
    return None if place.is_file() else place


def reason_of(error: SQLAlchemyError) -> str:
    """The driver's own words, in one line."""
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]


def first_admin_link() -> str:
    """A one-time link that makes the first administrator; refused once there is one."""
    with database("people first-admin") as (config, session):
        if accounts.has_administrator(session, clock.now()):
            raise BadInput(
                "There is an administrator already. They invite others on the page of people; "
                "if they lost their password, run: charte people invite EMAIL"
            )
        return f"{config.public_url}/fr/invitation/{accounts.invite(session, None, clock.now())}"


def invitation_link(email: str) -> str:
    """A one-time link with which a known person sets a password, whoever they are and whether they had one or not."""
    with database("people invite") as (config, session):
        person = session.exec(select(Person).where(Person.email == email.strip().lower())).first()
        if person is None:
            raise BadInput(f"{email}: nobody has this address. Add them first, with: charte people import FILE")
        if person.left_at is not None:
            raise BadInput(f"{email}: has left. Only those who are here are invited.")
        return f"{config.public_url}/{person.language}/invitation/{accounts.invite(session, person.id, clock.now())}"


def import_people_file(file: Path) -> people.Imported:
    """Adds the people of a CSV file, all or none."""
    data = file.read_bytes()
    with database("people import") as (_, session):
        try:
            rows = people.read_people(data, session.exec(select(Team.id)).all())
        except InvalidPeopleFile as error:
            raise BadInput(f"{file}: nobody was added. {_faulty(error.facts['rows'])}") from None
        return people.import_people(session, rows, at=clock.now(), recorded_by=None)


def add_team(team_id: str, name_fr: str, name_en: str) -> str:
    """Adds a team; what was done, in one line."""
    if not people.TEAM.fullmatch(team_id):
        raise BadInput(f"{team_id}: is no id for a team. Take a lower-case letter, then letters, digits or hyphens.")
    if not name_fr.strip() or not name_en.strip():
        raise BadInput(f"{team_id}: a name is empty. Give the team's name in French, then in English.")
    with database("people team") as (_, session):
        known = session.get(Team, team_id) is not None
        team = people.add_team(session, team_id, name_fr=name_fr, name_en=name_en)
        names = f"{team.id} ({team.name_fr}, {team.name_en})"
        return f"team {names} is there already and stays as it is" if known else f"team {names} added"


PROBLEMS: Final = {
    "empty": "is empty",
    "malformed": "is no address",
    "too_long": "is too long",
    "unknown": "is not known",
    "duplicate": "stands in an earlier line",
    "missing_column": "is missing as a column",
    "not_text": "is not text",
    "too_many_rows": f"has more than {people.CSV_ROWS} rows",
}
MOST_ROWS_SAID: Final = 10


def _faulty(rows: Sequence[people.Fault]) -> str:
    """The faulty lines in one line, the first few of them."""
    said = []
    for line, column, why, value in rows:
        quoted = f" “{value}”" if value and why != "missing_column" else ""
        said.append(f"line {line}: {column or 'the file'}{quoted} {PROBLEMS.get(why, why)}{_accepted(column, why)}")
    more = f"; and {len(said) - MOST_ROWS_SAID} more" if len(said) > MOST_ROWS_SAID else ""
    return f"Correct {'; '.join(said[:MOST_ROWS_SAID])}{more}."


def _accepted(column: str, why: str) -> str:
    accepted = {"role": [role.value for role in Role], "language": ["fr", "en"]}.get(column, [])
    return f" (known are: {', '.join(accepted)})" if accepted and why == "unknown" else ""


def export_version(slug: str, number: str | None, output: Path) -> None:
    """Writes a published version to a file, by its ending; nothing is written when anything fails."""
    format = ending(output)
    if format not in EXPORTS:
        endings = ", ".join(f".{name}" for name in EXPORTS)
        raise BadInput(f"{output}: cannot export “{output.suffix or output.name}”. End the name with one of {endings}.")
    with database() as (config, session):
        entry = handbook.edition(session, slug, number)
        data = export(publication_of(session, entry, config.organisation, config.time_zone), format)
    write_file(output, data)


def verify_audit() -> bool:
    """Checks every guideline's chain of events and evidence; prints each fault, then one line of summary."""
    with database(guards=False) as (_, session):
        return report_audit(session)


def report_audit(session: Session) -> bool:
    """Prints every guard that is missing and every fault that the audit finds, by guideline; whether there was none."""
    lost = triggers.missing(session.connection())
    for name in lost:
        print(f"database: a guard is missing: {name}")
    found = audit_everything(session)
    for slug, faults in found.faults.items():
        for fault in faults:
            print(f"{slug}: {fault}")
    count = len(lost) + sum(map(len, found.faults.values()))
    print(
        f"{found.events} events checked, {count} faults" if count else f"{found.events} events checked, nothing altered"
    )
    return count == 0
