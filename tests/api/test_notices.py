"""The bell, links in mails, the choice of mails, and the chat's page, over HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.database import transaction
from api.mail import links
from api.notices.kinds import NoticeKind
from guidelines.people import Role
from tests.api.test_entry import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    yield built
    built.engine.dispose()


def test_a_mails_link_signs_nobody_in_and_leads_its_person_once(house: House) -> None:
    julie = house.add("Julie", (Role.REVIEWER, "legal"))
    house.add("Samuel", (Role.REVIEWER, "legal"))
    with transaction(house.engine) as session:
        token = links.to_place(session, julie, "preferences", house.now)
    with house.visitor() as stranger:
        answer = stranger.get(f"/en/go/{token}", follow_redirects=False)
        assert answer.headers["location"] == f"/en/sign-in?next=/en/go/{token}"
    with house.signed_in("Samuel") as samuel:
        assert samuel.get(f"/en/go/{token}", follow_redirects=False).headers["location"] == "/en/notices?link=used"
    with house.signed_in("Julie") as client:
        assert client.get(f"/en/go/{token}", follow_redirects=False).headers["location"] == "/en/preferences"
        assert client.get(f"/en/go/{token}", follow_redirects=False).headers["location"] == "/en/notices?link=used"


def test_one_click_ends_the_mails_of_a_kind_and_opening_the_link_ends_nothing(house: House) -> None:
    julie = house.add("Julie")
    with transaction(house.engine) as session:
        token = links.to_unsubscribe(session, julie, [NoticeKind.ASKED], house.now)
    with house.visitor() as program:
        assert program.get(f"/en/unsubscribe/{token}").status_code == 200
        with transaction(house.engine, read_only=True) as session:
            assert links.unmailed(session, julie) == set()
        answer = program.post(f"/en/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    with transaction(house.engine, read_only=True) as session:
        assert links.unmailed(session, julie) == {NoticeKind.ASKED}


def test_the_kinds_of_mail_are_chosen_by_form_and_by_program(house: House) -> None:
    house.add("Julie")
    with house.signed_in("Julie") as client:
        client.post("/en/mail", data={"mail-mentioned": "yes"})
        assert client.get("/api/v1/me/mail").json() == {"kinds": ["mentioned"]}
        client.put("/api/v1/me/mail", json={"kinds": ["asked", "mentioned"]})
        assert client.get("/api/v1/me/mail").json() == {"kinds": ["asked", "mentioned"]}
        assert client.get("/api/v1/me/notices").json() == {"unread": 0, "items": []}


def test_only_an_administrator_adds_an_address_and_sees_its_secret_once(house: House) -> None:
    house.add("Olga", (Role.ADMIN, ""))
    house.add("Julie")
    url = "https://chat.example.org/hook"
    with house.signed_in("Julie") as julie:
        assert julie.post("/api/v1/hooks", json={"url": url}).status_code == 403
    with house.signed_in("Olga") as olga:
        secret = olga.post("/api/v1/hooks", json={"url": url}).json()["secret"]
        assert len(secret) > 30
        assert secret not in olga.get("/api/v1/hooks").text + olga.get("/en/admin/chat").text
        assert olga.post("/api/v1/hooks", json={"url": "http://169.254.169.254/x"}).status_code == 400
        shown = olga.post("/en/admin/chat", data={"url": "http://localhost:1/", "language": "en"})
        assert "network that the server may not speak to" in shown.text
