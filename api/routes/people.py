"""REST: people and teams, for administrators; the list of teams for everybody who is signed in."""

from typing import Annotated

from litestar import Router, delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody, MultipartBody
from pydantic import BaseModel, Field
from sqlmodel import col, select

from api import accounts, people
from api.errors import InvalidRequest, NotFound
from api.routes.me import Membership
from api.routes.paging import Cursor, Limit, Page, paged, read_cursor
from api.routes.reference import SIGNED_IN
from api.routes.texts import Upload
from api.visit import Access, ThisVisit, Work
from guidelines.people import Role
from guidelines.tables import Person as PersonRow
from guidelines.tables import Team as TeamRow


class Person(BaseModel):
    """Somebody with an account."""

    id: str
    name: str
    email: str
    language: str
    has_left: bool
    memberships: list[Membership]


class NewPerson(BaseModel):
    """A person to add."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    email: Annotated[str, Field(min_length=3, max_length=254)]
    language: Annotated[str, Field(pattern="^(fr|en)$")] = "fr"


class Invitation(BaseModel):
    """A one-time link to set a password, good for seven days."""

    link: str


class Imported(BaseModel):
    """How many people an import added, gave a role that they had not, and left as they were."""

    added: int
    changed: int
    unchanged: int


class Team(BaseModel):
    """A team, by the word that policies use for it."""

    id: Annotated[str, Field(pattern="^[a-z][a-z0-9-]{0,39}$")]
    name_fr: Annotated[str, Field(min_length=1, max_length=100)]
    name_en: Annotated[str, Field(min_length=1, max_length=100)]


@get("/people", access=Access.ADMIN, sync_to_thread=True)
def list_people(visit: ThisVisit, limit: Limit = 50, cursor: Cursor = "") -> Page[Person]:
    """Everybody who is here, by name."""
    place = read_cursor(cursor, str, str)
    query = select(PersonRow).where(col(PersonRow.left_at).is_(None)).order_by(PersonRow.name, PersonRow.id)
    if place:
        name, person_id = place
        query = query.where(
            (col(PersonRow.name) > name) | ((col(PersonRow.name) == name) & (col(PersonRow.id) > person_id))
        )
    with visit.read() as work:
        rows, following = paged(work.session.exec(query.limit(limit + 1)).all(), limit, lambda row: (row.name, row.id))
        return Page(items=[_shape(work, row) for row in rows], next=following)


@get("/people/{person_id:str}", access=Access.ADMIN, refuses=(404,), sync_to_thread=True)
def get_person(visit: ThisVisit, person_id: FromPath[str]) -> Person:
    """One person."""
    with visit.read() as work:
        return _shape(work, _known(work, person_id))


@post("/people", access=Access.ADMIN, refuses=(409, 422), sync_to_thread=True)
def add_person(visit: ThisVisit, data: JSONBody[NewPerson]) -> Person:
    """Adds a person without any role."""
    with visit.write() as work:
        row = people.add_person(work.session, name=data.name, email=data.email, language=data.language, at=work.at)
        return _shape(work, row)


@post("/people/import", access=Access.ADMIN, refuses=(409, 413, 422), sync_to_thread=True)
def import_people(visit: ThisVisit, data: MultipartBody[Upload]) -> Imported:
    """Adds the people of a CSV file (name, email, language, team, role): all rows or none."""
    content = data.file.file.read()
    with visit.write() as work:
        rows = people.read_people(content, work.session.exec(select(TeamRow.id)).all())
        done = people.import_people(work.session, rows, at=work.at, recorded_by=work.actor.id)
        return Imported(**done._asdict())


@post("/people/{person_id:str}/invitation", access=Access.ADMIN, refuses=(404,), sync_to_thread=True)
def invite(visit: ThisVisit, person_id: FromPath[str]) -> Invitation:
    """A new one-time link to set a password."""
    with visit.write() as work:
        _known(work, person_id)
        token = accounts.invite(work.session, person_id, work.at)
    return Invitation(link=f"{visit.config.public_url}/{visit.language}/invitation/{token}")


@post("/people/{person_id:str}/roles", access=Access.ADMIN, refuses=(404, 409), sync_to_thread=True)
def give_role(visit: ThisVisit, person_id: FromPath[str], data: JSONBody[Membership]) -> Person:
    """Gives a role in a team."""
    with visit.write() as work:
        row = _known(work, person_id)
        role = _role(data.role)
        people.give_role(work.session, person_id, role, data.team, at=work.at, recorded_by=work.actor.id)
        return _shape(work, row)


@delete("/people/{person_id:str}/roles/{role:str}", access=Access.ADMIN, refuses=(404, 409), sync_to_thread=True)
def end_role(visit: ThisVisit, person_id: FromPath[str], role: FromPath[str], team: FromQuery[str] = "") -> None:
    """Takes a role back."""
    with visit.write() as work:
        _known(work, person_id)
        people.end_role(work.session, person_id, _role(role), team, at=work.at)


@delete("/people/{person_id:str}", access=Access.ADMIN, refuses=(404, 409), sync_to_thread=True)
def let_go(visit: ThisVisit, person_id: FromPath[str]) -> None:
    """The person leaves; their decisions stay."""
    with visit.write() as work:
        _known(work, person_id)
        people.let_go(work.session, person_id, at=work.at)


@get("/teams", access=Access.MEMBER, sync_to_thread=True)
def list_teams(visit: ThisVisit) -> list[Team]:
    """All teams."""
    with visit.read() as work:
        rows = work.session.exec(select(TeamRow).order_by(TeamRow.id))
        return [Team(id=row.id, name_fr=row.name_fr, name_en=row.name_en) for row in rows]


@post("/teams", access=Access.ADMIN, sync_to_thread=True)
def add_team(visit: ThisVisit, data: JSONBody[Team]) -> Team:
    """Adds a team."""
    with visit.write() as work:
        people.add_team(work.session, data.id, name_fr=data.name_fr, name_en=data.name_en)
    return data


def _shape(work: Work, row: PersonRow) -> Person:
    found = people.memberships(work.session, row.id, work.at)
    return Person(
        id=row.id,
        name=row.name,
        email=row.email,
        language=row.language,
        has_left=row.left_at is not None,
        memberships=[Membership(role=held.role, team=held.team_id) for held in found],
    )


def _known(work: Work, person_id: str) -> PersonRow:
    row = work.session.get(PersonRow, person_id)
    if row is None:
        raise NotFound()
    return row


def _role(word: str) -> Role:
    try:
        return Role(word)
    except ValueError:
        raise InvalidRequest(fields=[("role", "unknown")]) from None


router = Router(
    path="",
    tags=["People"],
    security=SIGNED_IN,
    route_handlers=[
        list_people, get_person, add_person, import_people, invite, give_role, end_role, let_go, list_teams, add_team,
    ],
)  # fmt: skip
