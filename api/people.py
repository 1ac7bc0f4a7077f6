"""People and teams: added one by one or from a CSV file, given roles, and let go without touching their past."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from api.accounts import has_administrator, sign_out_everywhere
from api.errors import DuplicateEmail, FileTooLarge, InvalidPeopleFile, InvalidRequest, LastAdmin
from api.secrets import new_id
from api.tables import Account, ApiToken, Invitation, WebSession
from guidelines.free_text import turns
from guidelines.people import Role
from guidelines.tables import Membership, Person, Team
from workflow.tables import PrintedName

EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]+")
TEAM = re.compile(r"[a-z][a-z0-9-]{0,39}")
CSV_LIMIT = 5_000_000
CSV_ROWS = 20_000
#: The name of whoever was erased, in their own language.
ERASED = {"fr": "Personne retirée", "en": "Person removed"}
COLUMNS = ("name", "email", "language", "team", "role")


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One checked row of a CSV file: a person, and a role in a team if the row names one."""

    name: str
    email: str
    language: str
    team: str
    role: Role


class Fault(NamedTuple):
    """What is wrong with a CSV file: in which line, in which column ("": the whole line), and what stands there."""

    line: int
    column: str
    problem: str
    value: str = ""


class Imported(NamedTuple):
    """How many people an import added, gave a role that they had not, and left as they were."""

    added: int
    changed: int
    unchanged: int


def add_team(session: Session, team_id: str, *, name_fr: str, name_en: str) -> Team:
    """A new team. Its id is what policies and addresses use: lower case, digits and hyphens."""
    if not TEAM.fullmatch(team_id):
        raise InvalidRequest(fields=[("id", "slug")])
    if not name_fr.strip() or not name_en.strip():
        raise InvalidRequest(fields=[("name", "empty")])
    if turns(name_fr) or turns(name_en):
        raise InvalidRequest(fields=[("name", "turning")])
    if existing := session.get(Team, team_id):
        return existing
    team = Team(id=team_id, name_fr=name_fr.strip(), name_en=name_en.strip())
    session.add(team)
    session.flush()
    return team


def add_person(session: Session, *, name: str, email: str, language: str, at: datetime) -> Person:
    """A new person without any role; raises `DuplicateEmail` when the address is taken, whatever its case."""
    problems = list(_problems(name=name, email=email, language=language))
    if problems:
        raise InvalidRequest(fields=problems)
    email = email.strip().lower()
    if session.exec(select(Person).where(Person.email == email)).first():
        raise DuplicateEmail(email=email)
    person = Person(id=new_id(), email=email, name=name.strip(), language=language, created_at=at)
    session.add(person)
    session.flush()
    return person


def give_role(
    session: Session, person_id: str, role: Role, team_id: str, *, at: datetime, recorded_by: str | None
) -> bool:
    """Opens a membership unless the person already holds it. An admin's or reader's role is held in no team."""
    held_in = "" if role in (Role.ADMIN, Role.READER) else team_id
    if role not in (Role.ADMIN, Role.READER) and session.get(Team, team_id) is None:
        raise InvalidRequest(fields=[("team", "unknown")])
    if any(row.role == role and row.team_id == held_in for row in memberships(session, person_id, at)):
        return False
    session.add(Membership(person_id=person_id, team_id=held_in, role=role, from_at=at, recorded_by=recorded_by))
    session.flush()
    return True


def end_role(session: Session, person_id: str, role: Role, team_id: str, *, at: datetime) -> None:
    """Closes a membership; refuses to leave the house without an administrator."""
    for row in memberships(session, person_id, at):
        if row.role == role and row.team_id == team_id:
            row.until_at = at
    session.flush()
    _keep_an_admin(session, at)


def let_go(session: Session, person_id: str, *, at: datetime) -> None:
    """The person leaves: no sign-in, no role, every session ended. Past decisions stay as they are."""
    person = session.get(Person, person_id)
    if person is None or person.left_at is not None:
        return
    person.left_at = at
    for row in memberships(session, person_id, at):
        row.until_at = at
    sign_out_everywhere(session, person_id, at)
    session.flush()
    _keep_an_admin(session, at)


def erase(session: Session, person: Person, *, at: datetime) -> None:
    """Forgets who somebody is: name, address, password, keys and browsers are gone, and the names they signed under.

    Whatever they decided stays, under an id that names nobody. Raises `LastAdmin`.
    """
    let_go(session, person.id, at=at)
    person.name = ERASED[person.language]
    person.email = f"{person.id}@removed.invalid"
    for printed in session.exec(select(PrintedName).where(PrintedName.person_id == person.id)):
        printed.name = printed.salt = ""
    for table in (Account, WebSession, ApiToken, Invitation):
        for row in session.exec(select(table).where(table.person_id == person.id)):
            session.delete(row)
    session.flush()


def memberships(session: Session, person_id: str, at: datetime) -> Sequence[Membership]:
    """The person's memberships that hold at this moment."""
    return session.exec(
        select(Membership).where(
            Membership.person_id == person_id,
            Membership.from_at <= at,
            col(Membership.until_at).is_(None) | (col(Membership.until_at) > at),
        )
    ).all()


def read_people(data: bytes, teams: Iterable[str]) -> list[PersonRow]:
    """The rows of a CSV file (UTF-8 with or without BOM, else Windows-1252; comma, semicolon or tab).

    All rows or none: raises `InvalidPeopleFile` with every `Fault`. Words that Charte gives are read in any case.
    """
    if len(data) > CSV_LIMIT:
        raise FileTooLarge(size=len(data), limit=CSV_LIMIT)
    rows = _table(_decoded(data))
    known, seen = set(teams), dict[str, int]()
    faults: list[Fault] = []
    people: list[PersonRow] = []
    for number, row in rows:
        values = {column: (row.get(column) or "").strip() for column in COLUMNS}
        language = values["language"].lower() or "fr"
        role, team = values["role"].lower() or "reader", values["team"].lower()
        found = list(_problems(name=values["name"], email=values["email"], language=language))
        if role not in set(Role):
            found.append(("role", "unknown"))
        elif role not in ("reader", "admin") and team not in known:
            found.append(("team", "unknown" if team else "empty"))
        email = values["email"].lower()
        key = f"{email}|{team}|{role}"
        if key in seen:
            found.append(("email", "duplicate"))
        seen.setdefault(key, number)
        faults += [Fault(number, column, problem, values[column]) for column, problem in found]
        if not found:
            people.append(PersonRow(values["name"], email, language, team, Role(role)))
    if faults:
        raise InvalidPeopleFile(rows=faults)
    return people


def import_people(session: Session, rows: Iterable[PersonRow], *, at: datetime, recorded_by: str | None) -> Imported:
    """Stores checked rows. Known people get the role added, nothing removed."""
    added, changed, everybody = set[str](), set[str](), set[str]()
    for row in rows:
        person = session.exec(select(Person).where(Person.email == row.email)).first()
        if person is None:
            person = add_person(session, name=row.name, email=row.email, language=row.language, at=at)
            added.add(person.id)
        everybody.add(person.id)
        if give_role(session, person.id, row.role, row.team, at=at, recorded_by=recorded_by):
            changed.add(person.id)
    return Imported(len(added), len(changed - added), len(everybody - added - changed))


def _problems(*, name: str, email: str, language: str) -> Iterable[tuple[str, str]]:
    if not name.strip():
        yield ("name", "empty")
    elif len(name) > 200 or any(ord(character) < 32 for character in name):
        yield ("name", "too_long")
    elif turns(name):
        yield ("name", "turning")
    if len(email.strip()) > 254 or not EMAIL.fullmatch(email.strip()):
        yield ("email", "malformed")
    if language not in ("fr", "en"):
        yield ("language", "unknown")


def _keep_an_admin(session: Session, at: datetime) -> None:
    if not has_administrator(session, at):
        raise LastAdmin()


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _table(text: str) -> Iterable[tuple[int, dict[str, str]]]:
    if not text.strip() or "\0" in text:
        raise InvalidPeopleFile(rows=[Fault(1, "", "empty" if not text.strip() else "not_text")])
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    header = [(name or "").strip().lower() for name in reader.fieldnames or []]
    if missing := [column for column in ("name", "email") if column not in header]:
        raise InvalidPeopleFile(rows=[Fault(1, column, "missing_column", first.strip()[:80]) for column in missing])
    reader.fieldnames = header
    for count, row in enumerate(reader, start=1):
        if count > CSV_ROWS:
            raise InvalidPeopleFile(rows=[Fault(reader.line_num, "", "too_many_rows")])
        if any((value or "").strip() for value in row.values() if not isinstance(value, list)):
            yield reader.line_num, {key: value for key, value in row.items() if isinstance(value, str)}
