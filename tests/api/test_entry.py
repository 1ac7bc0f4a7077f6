"""Coming in: accounts, sessions, one-time links, limits on guessing, forgery."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from litestar.testing import TestClient
from sqlalchemy import Engine
from sqlmodel import SQLModel, select

from api import accounts, people
from api.app import create_app
from api.config import Config
from api.database import make_engine, transaction
from api.secrets import csrf_token
from api.tables import WebSession
from guidelines.people import Role
from guidelines.tables import Membership

PASSWORD = "a short sentence is enough"


class House:
    """The application on a fresh database, with a clock that the test moves."""

    def __init__(self, folder: Path) -> None:
        self.now = datetime(2026, 11, 24, 9, tzinfo=UTC)
        url = f"sqlite:///{folder}/charte.db"
        self.engine = make_engine(url)
        SQLModel.metadata.create_all(self.engine)
        self.config = Config(database_url=url, public_url="http://testserver.local", organisation="Solenne")
        self.app = create_app(self.config, engine=self.engine, now=lambda: self.now)

    def add(self, name: str, *roles: tuple[Role, str], language: str = "en", password: str = PASSWORD) -> str:
        with transaction(self.engine) as session:
            for team in ("comms", "legal"):
                people.add_team(session, team, name_fr=team, name_en=team)
            email = f"{name.lower()}@solenne.example"
            person = people.add_person(session, name=name, email=email, language=language, at=self.now)
            for role, team in roles:
                people.give_role(session, person.id, role, team, at=self.now, recorded_by=None)
            accounts.set_password(session, person.id, password, self.now)
            return person.id

    @contextmanager
    def visitor(self) -> "Iterator[TestClient[object]]":
        """A browser of its own. The client is not entered: several at once would each start the application anew."""
        yield TestClient(self.app, base_url="http://testserver.local")  # type: ignore[arg-type]

    @contextmanager
    def signed_in(self, name: str) -> "Iterator[TestClient[object]]":
        with self.visitor() as client:
            answer = sign_in(client, name)
            assert answer.status_code == 303
            client.headers["x-csrf-token"] = csrf_token(client.cookies["charte_session"])
            yield client


def sign_in(client: "TestClient[object]", name: str, password: str = PASSWORD, next: str = "") -> object:
    form = {"email": f"{name.lower()}@solenne.example", "password": password, "next": next}
    return client.post("/en/sign-in", data=form, follow_redirects=False)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    yield built
    built.engine.dispose()


def test_signing_in_leads_where_one_wanted_to_go(house: House) -> None:
    house.add("Julie")
    with house.visitor() as client:
        answer = sign_in(client, "Julie", next="/en/preferences")
        assert (answer.status_code, answer.headers["location"]) == (303, "/en/preferences")
        assert client.get("/en/preferences").status_code == 200


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:1"])
def test_signing_in_never_leads_to_another_site(house: House, elsewhere: str) -> None:
    house.add("Julie")
    with house.visitor() as client:
        assert sign_in(client, "Julie", next=elsewhere).headers["location"] == "/en/"


def test_a_wrong_password_and_an_unknown_person_get_the_same_answer(house: House) -> None:
    house.add("Julie")
    with house.visitor() as client:
        wrong = sign_in(client, "Julie", "not this one, no")
        unknown = sign_in(client, "Nobody", "not this one, no")
        assert wrong.status_code == unknown.status_code == 401
        assert wrong.text.replace("julie", "nobody") == unknown.text


def test_the_account_waits_after_five_failures_and_opens_again_by_itself(house: House) -> None:
    house.add("Julie")
    with house.visitor() as client:
        for _ in range(accounts.TRIES_PER_ACCOUNT):
            assert sign_in(client, "Julie", "not this one, no").status_code == 401
        assert sign_in(client, "Julie").status_code == 429
        house.now += accounts.TRIES_WINDOW + timedelta(seconds=1)
        assert sign_in(client, "Julie").status_code == 303


def test_a_session_ends_after_its_life(house: House) -> None:
    house.add("Julie")
    with house.signed_in("Julie") as client:
        house.now += accounts.SESSION_LIFE
        assert client.get("/en/preferences", follow_redirects=False).headers["location"].startswith("/en/sign-in")


def test_signing_out_everywhere_ends_every_browser_and_token(house: House) -> None:
    house.add("Julie")
    with house.signed_in("Julie") as one, house.signed_in("Julie") as other:
        token = one.post("/api/v1/me/tokens", json={"name": "script"}).json()["token"]
        assert one.post("/en/sign-out", data={"everywhere": "yes"}, follow_redirects=False).status_code == 303
        assert other.get("/api/v1/me").status_code == 401
    with house.visitor() as program:
        assert program.get("/api/v1/me", headers={"authorization": f"Bearer {token}"}).status_code == 401


def test_a_request_without_the_sessions_token_changes_nothing(house: House) -> None:
    house.add("Julie")
    with house.signed_in("Julie") as client:
        del client.headers["x-csrf-token"]
        assert client.post("/en/sign-out", data={"everywhere": "yes"}).status_code == 403
        assert client.get("/api/v1/me").status_code == 200


@pytest.mark.parametrize("header", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}])
def test_a_request_from_another_site_is_refused_even_with_the_token(house: House, header: dict[str, str]) -> None:
    house.add("Julie")
    with house.signed_in("Julie") as client:
        answer = client.post("/en/sign-out", data={"everywhere": "yes"}, headers=header)
        assert answer.status_code == 403
        assert client.get("/api/v1/me").status_code == 200


def test_a_bearer_token_acts_with_its_persons_rights_and_needs_no_form_token(house: House) -> None:
    house.add("Julie", (Role.REVIEWER, "legal"))
    with house.signed_in("Julie") as client:
        token = client.post("/api/v1/me/tokens", json={"name": "script"}).json()["token"]
    with house.visitor() as program:
        program.headers["authorization"] = f"Bearer {token}"
        me = program.get("/api/v1/me").json()
        assert (me["name"], me["memberships"]) == ("Julie", [{"role": "reviewer", "team": "legal"}])
        assert program.patch("/api/v1/me", json={"language": "fr"}).status_code == 200
        assert program.get("/api/v1/people").status_code == 403


def test_an_unknown_or_ended_token_is_nobody(house: House) -> None:
    house.add("Julie")
    with house.signed_in("Julie") as client:
        token = client.post("/api/v1/me/tokens", json={"name": "script"}).json()["token"]
        listed = client.get("/api/v1/me/tokens").json()
        assert token.split("_", 2)[2] not in str(listed)
        client.delete(f"/api/v1/me/tokens/{listed[0]['id']}")
    with house.visitor() as program:
        for bearer in (token, token[:-1] + "x", "charte_x_y", "nonsense"):
            assert program.get("/api/v1/me", headers={"authorization": f"Bearer {bearer}"}).status_code == 401


def test_only_hashes_of_tokens_are_stored(house: House) -> None:
    house.add("Julie")
    with house.signed_in("Julie") as client, transaction(house.engine, read_only=True) as session:
        rows = session.exec(select(WebSession)).all()
        assert rows
        assert client.cookies["charte_session"] not in str(rows)


def test_the_first_administrator_comes_by_a_link_that_works_once(house: House) -> None:
    with transaction(house.engine) as session:
        token = accounts.invite(session, None, house.now)
    form = {"name": "Admin", "email": "admin@solenne.example", "password": PASSWORD}
    with house.visitor() as client:
        assert client.get(f"/fr/invitation/{token}").status_code == 200
        assert client.post(f"/fr/invitation/{token}", data=form, follow_redirects=False).status_code == 303
        assert client.get("/fr/admin/people").status_code == 200
    with house.visitor() as other:
        assert other.get(f"/fr/invitation/{token}").status_code == 404
        assert other.post(f"/fr/invitation/{token}", data=form | {"email": "b@c.example"}).status_code == 404


def test_once_there_is_an_administrator_no_first_administrators_link_is_good(house: House) -> None:
    with transaction(house.engine) as session:
        tokens = [accounts.invite(session, None, house.now) for _ in range(2)]
    form = {"name": "Admin", "email": "admin@solenne.example", "password": PASSWORD}
    with house.visitor() as client:
        assert client.post(f"/fr/invitation/{tokens[0]}", data=form, follow_redirects=False).status_code == 303
    with house.visitor() as other:
        assert other.get(f"/fr/invitation/{tokens[1]}").status_code == 404
        assert other.post(f"/fr/invitation/{tokens[1]}", data=form | {"email": "b@c.example"}).status_code == 404


@pytest.mark.parametrize("links", [1, 2])
def test_of_two_who_would_be_the_first_administrator_at_once_one_is(engine: Engine, links: int) -> None:
    now = datetime(2026, 11, 24, 9, tzinfo=UTC)
    with transaction(engine) as session:
        tokens = [accounts.invite(session, None, now) for _ in range(links)]
    app = create_app(Config(database_url="", public_url="http://testserver.local"), engine=engine, now=lambda: now)
    start = Barrier(2)

    def accept(number: int) -> int:
        client = TestClient(app, base_url="http://testserver.local")
        form = {"name": "Admin", "email": f"admin-{number}@solenne.example", "password": PASSWORD}
        start.wait()
        answer = client.post(f"/fr/invitation/{tokens[number % links]}", data=form, follow_redirects=False)
        return answer.status_code

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(accept, range(2))) == [303, 404]
    with transaction(engine, read_only=True) as session:
        assert len(session.exec(select(Membership).where(Membership.role == Role.ADMIN)).all()) == 1


def test_a_link_is_no_longer_good_once_its_person_has_left(house: House) -> None:
    person_id = house.add("Julie")
    house.add("Admin", (Role.ADMIN, ""))
    with transaction(house.engine) as session:
        token = accounts.invite(session, person_id, house.now)
    with house.visitor() as client:
        assert client.get(f"/fr/invitation/{token}").status_code == 200
        with transaction(house.engine) as session:
            people.let_go(session, person_id, at=house.now)
        assert client.get(f"/fr/invitation/{token}").status_code == 404
        assert client.post(f"/fr/invitation/{token}", data={"password": PASSWORD}).status_code == 404


def test_a_weak_first_password_keeps_the_link_and_the_form(house: House) -> None:
    with transaction(house.engine) as session:
        token = accounts.invite(session, None, house.now)
    form = {"name": "Admin", "email": "admin@solenne.example", "password": "short"}
    with house.visitor() as client:
        answer = client.post(f"/fr/invitation/{token}", data=form)
        assert answer.status_code == 422
        assert 'value="admin@solenne.example"' in answer.text
        assert client.get(f"/fr/invitation/{token}").status_code == 200


def test_every_page_forbids_scripts_and_frames_of_others(house: House) -> None:
    with house.visitor() as client:
        headers = client.get("/en/sign-in").headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"


def test_a_page_of_an_administrator_is_refused_to_others_in_their_language(house: House) -> None:
    house.add("Julie")
    with house.signed_in("Julie") as client:
        answer = client.get("/fr/admin/people")
        assert answer.status_code == 403
        assert "réservée aux administrateurs" in answer.text


def test_programs_get_problem_json(house: House) -> None:
    with house.visitor() as client:
        answer = client.get("/api/v1/me")
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "sign_in_required"


def test_a_mistyped_address_is_answered_in_words_to_people_and_as_a_problem_to_programs(house: House) -> None:
    with house.visitor() as client:
        for path in ("/foo", "/signin", "/de/handbook"):
            page = client.get(path, headers={"accept": "text/html"})
            assert (page.status_code, page.headers["content-type"].split(";")[0]) == (404, "text/html")
            program = client.get(path, headers={"accept": "application/json"})
            assert (program.status_code, program.headers["content-type"]) == (404, "application/problem+json")
        assert client.get("/api/v1/foo", headers={"accept": "text/html"}).headers["content-type"] == (
            "application/problem+json"
        )
