"""What an operator does beside serving: migrate, make the first administrator, import people, export, verify."""

from pathlib import Path

from sqlmodel import Session, col, func, select

from api import accounts, clock, people
from api.config import BadConfiguration, read_config
from api.database import make_engine, transaction
from api.errors import BadInput
from api.files import ending, write_file
from api.migrate import migrate
from api.publications import publication_of
from exports.formats import EXPORTS, export
from guidelines.people import Role
from guidelines.tables import Guideline, Membership, Team
from workflow import events, handbook


def migrate_database() -> None:
    """Brings the configured database to this release's form."""
    engine = make_engine(read_config().database_url)
    migrate(engine)
    engine.dispose()


def first_admin_link() -> str:
    """A one-time link that makes the first administrator; refused once there is one."""
    config = read_config()
    engine = make_engine(config.database_url)
    with transaction(engine) as session:
        admins = select(func.count()).where(Membership.role == Role.ADMIN, col(Membership.until_at).is_(None))
        if session.exec(admins).one():
            raise BadConfiguration("There is an administrator already: ask them for an invitation.")
        token = accounts.invite(session, None, clock.now())
    return f"{config.public_url}/fr/invitation/{token}"


def import_people_file(file: Path) -> tuple[int, int]:
    """Adds the people of a CSV file, all or none: (added, known already)."""
    engine = make_engine(read_config().database_url)
    with transaction(engine) as session:
        rows = people.read_people(file.read_bytes(), session.exec(select(Team.id)).all())
        return people.import_people(session, rows, at=clock.now(), recorded_by=None)


def add_team(team_id: str, name_fr: str, name_en: str) -> None:
    """Adds a team."""
    with transaction(make_engine(read_config().database_url)) as session:
        people.add_team(session, team_id, name_fr=name_fr, name_en=name_en)


def export_version(slug: str, number: str | None, output: Path) -> None:
    """Writes a published version to a file, by its ending; nothing is written when anything fails."""
    format = ending(output)
    if format not in EXPORTS:
        endings = ", ".join(f".{name}" for name in EXPORTS)
        raise BadInput(f"{output}: cannot export “{output.suffix or output.name}”. End the name with one of {endings}.")
    config = read_config()
    with transaction(make_engine(config.database_url), read_only=True) as session:
        entry = handbook.edition(session, slug, number)
        data = export(publication_of(session, entry, config.organisation), format)
    write_file(output, data)


def verify_audit() -> bool:
    """Checks every guideline's chain of events and evidence; prints each fault, then one line of summary."""
    with transaction(make_engine(read_config().database_url), read_only=True) as session:
        return report_audit(session)


def report_audit(session: Session) -> bool:
    """Prints what `events.verify` finds for each guideline; whether nothing was found."""
    entries = faults = 0
    for guideline in session.exec(select(Guideline).order_by(Guideline.slug)):
        history = events.history(session, guideline.id)
        entries += len(history)
        for fault in events.verify(history):
            faults += 1
            print(f"{guideline.slug}: {fault}")
    print(f"{entries} events checked, {faults} faults" if faults else f"{entries} events checked, nothing altered")
    return faults == 0
