"""Administration of people: who is here, in which team, in which role; joining by link or by CSV file, and leaving."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, FromQuery, MultipartBody
from sqlmodel import col, select

from api import accounts, people
from api.errors import InvalidPeopleFile, InvalidRequest, NotFound
from api.pages.forms import Form, submitted
from api.people_words import role_names, say_fault, say_imported
from api.refusals import Refusal
from api.render import page
from api.tables import Account
from api.visit import Access, ThisVisit, Visit, Work
from guidelines import queries as writing
from guidelines.people import Role
from guidelines.tables import Membership, Person, Team

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Row:
    """A person of the list: what they may do, and whether they have a password yet."""

    person: Person
    roles: list[Membership]
    can_sign_in: bool


@get("/admin/people", access=Access.ADMIN, sync_to_thread=True)
def people_page(
    visit: ThisVisit, q: FromQuery[str] = "", done: FromQuery[str] = "", counts: FromQuery[str] = ""
) -> "Response[str]":
    """Everybody here, found by name or address. `counts` is what an import did: 12.3.1."""
    with visit.read() as work:
        return _page(visit, work, q=q, done=done, imported=_imported(counts, visit.language))


@post("/admin/people", access=Access.ADMIN, sync_to_thread=True)
def add_person(visit: ThisVisit, data: Form) -> "Response[Any]":
    """Adds a person and shows the one-time link to send them."""
    name, email, language = (data.get(key, "") for key in ("name", "email", "language"))

    try_link: list[str] = []

    def act(work: Work) -> str:
        person = people.add_person(work.session, name=name, email=email, language=language, at=work.at)
        if data.get("role"):
            role = _role(data)
            people.give_role(work.session, person.id, role, data.get("team", ""), at=work.at, recorded_by=work.actor.id)
        try_link.append(_link(visit, accounts.invite(work.session, person.id, work.at)))
        return ""

    answer = submitted(visit, act, lambda work, refusal: _page(visit, work, refusal=refusal, form=data))
    if not try_link:
        return answer
    with visit.read() as work:
        return _page(visit, work, link=try_link[0], invited=name)


@post("/admin/people/import", access=Access.ADMIN, sync_to_thread=True)
def import_people(visit: ThisVisit, data: MultipartBody[dict[str, Any]]) -> "Response[Any]":
    """Adds the people of a CSV file: all rows, or none and the list of what to correct."""
    file = data.get("file")
    content = file.file.read() if isinstance(file, UploadFile) else b""
    name = file.filename if isinstance(file, UploadFile) else ""
    faults: list[people.Fault] = []

    def act(work: Work) -> str:
        teams = work.session.exec(select(Team.id)).all()
        try:
            rows = people.read_people(content, teams)
        except InvalidPeopleFile as error:
            faults.extend(error.facts["rows"])
            raise
        done = people.import_people(work.session, rows, at=work.at, recorded_by=work.actor.id)
        return f"/{visit.language}/admin/people?done=imported&counts={done.added}.{done.changed}.{done.unchanged}"

    return submitted(
        visit, act, lambda work, refusal: _page(visit, work, refusal=refusal, faults=faults, file_name=name)
    )


@post("/admin/people/{person_id:str}/roles", access=Access.ADMIN, sync_to_thread=True)
def give_role(visit: ThisVisit, person_id: FromPath[str], data: Form) -> "Response[Any]":
    """Gives a role in a team."""

    def act(work: Work) -> str:
        _known(work, person_id)
        people.give_role(
            work.session, person_id, _role(data), data.get("team", ""), at=work.at, recorded_by=work.actor.id
        )
        return f"/{visit.language}/admin/people?done=role_given#p-{person_id}"

    return submitted(visit, act, lambda work, refusal: _page(visit, work, refusal=refusal))


@post("/admin/people/{person_id:str}/roles/end", access=Access.ADMIN, sync_to_thread=True)
def end_role(visit: ThisVisit, person_id: FromPath[str], data: Form) -> "Response[Any]":
    """Takes a role back; the past stays as it was."""

    def act(work: Work) -> str:
        _known(work, person_id)
        people.end_role(work.session, person_id, _role(data), data.get("team", ""), at=work.at)
        return f"/{visit.language}/admin/people?done=role_ended#p-{person_id}"

    return submitted(visit, act, lambda work, refusal: _page(visit, work, refusal=refusal))


@post("/admin/people/{person_id:str}/invitation", access=Access.ADMIN, sync_to_thread=True)
def invite_again(visit: ThisVisit, person_id: FromPath[str]) -> "Response[Any]":
    """A new one-time link: for somebody who lost the first one, or a password."""
    with visit.write() as work:
        person = _known(work, person_id)
        link = _link(visit, accounts.invite(work.session, person_id, work.at))
    with visit.read() as work:
        return _page(visit, work, link=link, invited=person.name)


@post("/admin/people/{person_id:str}/leave", access=Access.ADMIN, sync_to_thread=True)
def let_go(visit: ThisVisit, person_id: FromPath[str]) -> "Response[Any]":
    """The person leaves; `people.let_go` says what that ends and what it keeps."""

    def act(work: Work) -> str:
        _known(work, person_id)
        people.let_go(work.session, person_id, at=work.at)
        return f"/{visit.language}/admin/people?done=left"

    return submitted(visit, act, lambda work, refusal: _page(visit, work, refusal=refusal))


@post("/admin/teams", access=Access.ADMIN, sync_to_thread=True)
def add_team(visit: ThisVisit, data: Form) -> "Response[Any]":
    """Adds a team under the word that policies will use for it."""

    def act(work: Work) -> str:
        name_fr, name_en = data.get("name_fr", ""), data.get("name_en", "")
        people.add_team(work.session, data.get("id", "").strip(), name_fr=name_fr, name_en=name_en)
        return f"/{visit.language}/admin/people?done=team_added#teams"

    return submitted(visit, act, lambda work, refusal: _page(visit, work, refusal=refusal))


def _page(
    visit: Visit,
    work: Work,
    *,
    q: str = "",
    done: str = "",
    refusal: Refusal | None = None,
    form: dict[str, str] | None = None,
    link: str = "",
    invited: str = "",
    faults: list[people.Fault] | None = None,
    imported: str = "",
    file_name: str = "",
) -> "Response[str]":
    team_names = writing.team_names(work.session, visit.language)
    return page(
        visit,
        work,
        "people.html",
        status=refusal.status if refusal else 200,
        rows=_rows(work, q),
        teams=work.session.exec(select(Team).order_by(Team.id)).all(),
        team_names=team_names,
        role_names=role_names(visit.language),
        imported=imported,
        q=q,
        done=done,
        refusal=refusal,
        form=form or {},
        link=link,
        invited=invited,
        faults=[(fault, say_fault(fault, team_names, visit.language)) for fault in faults or []],
        file_name=file_name,
    )


def _rows(work: Work, q: str) -> list[Row]:
    query = select(Person).where(col(Person.left_at).is_(None)).order_by(Person.name, Person.id)
    if words := q.strip():
        query = query.where(col(Person.name).icontains(words, autoescape=True) | col(Person.email).icontains(words))
    found = work.session.exec(query.limit(SHOWN)).all()
    ids = [person.id for person in found]
    roles: dict[str, list[Membership]] = {}
    held = select(Membership).where(col(Membership.person_id).in_(ids), col(Membership.until_at).is_(None))
    for membership in work.session.exec(held):
        roles.setdefault(membership.person_id, []).append(membership)
    accounted = set(work.session.exec(select(Account.person_id).where(col(Account.person_id).in_(ids))))
    return [Row(person, roles.get(person.id, []), person.id in accounted) for person in found]


def _imported(counts: str, language: str) -> str:
    numbers = counts.split(".")
    whole = len(numbers) == 3 and all(one.isascii() and one.isdigit() and len(one) < 6 for one in numbers)
    return say_imported(people.Imported(*map(int, numbers)), language) if whole else ""


def _known(work: Work, person_id: str) -> Person:
    person = work.session.get(Person, person_id)
    if person is None:
        raise NotFound()
    return person


def _role(form: dict[str, str]) -> Role:
    try:
        return Role(form.get("role", ""))
    except ValueError:
        raise InvalidRequest(fields=[("role", "unknown")]) from None


def _link(visit: Visit, token: str) -> str:
    return f"{visit.config.public_url}/{visit.language}/invitation/{token}"


handlers = [people_page, add_person, import_people, give_role, end_role, invite_again, let_go, add_team]
