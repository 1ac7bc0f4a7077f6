"""People and one's own settings by forms: joining by link or file, roles, leaving, language, password, tokens."""

import re
from urllib.parse import urlsplit

import pytest
from litestar.testing import TestClient
from sqlalchemy import Engine

from api import people, people_words
from guidelines.people import Role
from tests.api.browsing import ORIGIN, Company, Page, Visitor

PASSWORD = "a short sentence is enough"
PEOPLE = "/admin/people"


@pytest.fixture
def company(engine: Engine) -> Company:
    return Company(engine)


@pytest.fixture
def admin(company: Company) -> Visitor:
    return company.visitor("camille")


def link_on(page: Page) -> str:
    found = re.search(r"/(?:en|fr)/invitation/[\w-]+", page.answer.text)
    assert found is not None
    return found[0]


def fresh(company: Company) -> Visitor:
    return Visitor(TestClient(company.app, base_url=ORIGIN, raise_server_exceptions=False), "en")


def test_a_person_joins_by_the_link_that_the_page_shows_once(company: Company, admin: Visitor) -> None:
    page = admin.send(
        admin.read(PEOPLE), PEOPLE, name="Noé", email="noe@x.example", language="en", role="reviewer", team="legal"
    )
    link = link_on(page)
    assert link not in admin.read(PEOPLE).answer.text
    noe = fresh(company)
    form = noe.client.get(link)
    assert "Noé" in form.text
    weak = Page(noe.client.post(link, data={"password": "short"}))
    assert weak.status == 422
    assert "This password is too short or too long" in weak.words
    home = Page(noe.client.post(link, data={"password": PASSWORD}))
    assert urlsplit(str(home.answer.url)).path == "/en/"
    assert noe.read("/guidelines").status == 200
    assert fresh(company).client.get(link).status_code == 404


def test_an_address_that_somebody_has_is_refused_and_the_form_is_kept(admin: Visitor) -> None:
    page = admin.send(admin.read(PEOPLE), PEOPLE, 409, name="Julie Two", email="julie@x.example")
    assert "Somebody has this address already" in page.words
    assert page.form(PEOPLE).fields["name"] == "Julie Two"


def test_a_file_with_faulty_lines_adds_nobody_and_names_line_value_and_what_is_accepted(admin: Visitor) -> None:
    lines = [
        "name,email,language,team,role", "Noé,noe@x.example,fr,legal,reviewer", "Eve,not an address,it,legal,reviewer",
        "", "Max,max@x.example,fr,nowhere,reviewer", "Zoé,zoe@x.example,fr,,Boss", "Léo,leo@x.example,fr,,editor",
        "Noé,NOE@x.example,fr,Legal,Reviewer",
    ]  # fmt: skip
    content = "\n".join(lines).encode()
    page = admin.send(admin.read(PEOPLE), "/import", 422, files={"file": ("people.csv", content)})
    assert "nobody was added" in page.words
    for said in (
        "Line 3 email not an address This is not an e-mail address. Write it like ada@example.org.",
        "Line 3 language it Write one of these words: fr, en.",
        "Line 5 team nowhere Write one of these words: comms, legal. Or add the team first.",
        "Line 6 role Boss Write one of these words: reader, editor, reviewer, publisher, lead, admin (Administrator).",
        "Line 7 team nothing This role is held in a team. Write one of these words: comms, legal.",
        "Line 8 email NOE@x.example The same person, team and role stand further up. Delete this line.",
    ):
        assert said in page.words, page.words
    assert "noe@x.example" not in admin.read(f"{PEOPLE}?q=noe").answer.text


def test_what_a_file_did_is_counted_by_person(admin: Visitor) -> None:
    rows = "name,email,language,team,role\nNoé,noe@x.example,fr,legal,reviewer\nEve,eve@x.example,en,comms,Editor\n"
    page = admin.send(admin.read(PEOPLE), "/import", files={"file": ("people.csv", rows.encode())})
    assert "2 people added." in page.words
    assert "noe@x.example" in page.words
    assert "eve@x.example" in page.words
    rows += "Noé,noe@x.example,fr,comms,editor\nMax,max@x.example,,,\nMax,max@x.example,,legal,reviewer\n"
    again = admin.send(admin.read(PEOPLE), "/import", files={"file": ("people.csv", rows.encode())})
    assert "1 person added, 1 changed, 1 unchanged." in again.words
    same = admin.send(admin.read(PEOPLE), "/import", files={"file": ("people.csv", rows.encode())})
    assert "Nobody added, 3 unchanged." in same.words


@pytest.mark.parametrize("counts", ["1.2", "a.b.c", "1.2.9999999", "<b>.1.1", "²..1"])
def test_counts_that_no_import_gave_say_nothing(admin: Visitor, counts: str) -> None:
    page = admin.read(f"{PEOPLE}?done=imported&counts={counts}")
    assert "The file has been imported." in page.words


def test_every_role_and_every_fault_has_words_in_both_languages() -> None:
    teams = {"legal": "Legal"}
    for language in ("en", "fr"):
        assert set(people_words.role_names(language)) == set(Role)
        for column in ("name", "email", "language", "team", "role", ""):
            for problem in ("empty", "too_long", "malformed", "turning", "missing_column", "too_many_rows", "not_text"):
                assert " " in people_words.say_fault(people.Fault(2, column, problem), teams, language)
    for column in ("language", "role", "team"):
        assert " " in people_words.say_fault(people.Fault(2, column, "unknown"), teams, "fr")
    assert "no team yet" in people_words.say_fault(people.Fault(2, "team", "unknown"), {}, "en")


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04nonsense"])
def test_a_file_that_is_no_list_of_people_is_refused(admin: Visitor, content: bytes) -> None:
    page = admin.send(admin.read(PEOPLE), "/import", 422, files={"file": ("people.csv", content)})
    assert "Lines to correct" in page.words


def test_a_role_given_and_taken_back_opens_and_closes_its_pages(company: Company, admin: Visitor) -> None:
    ines = company.visitor("ines")
    ines.read("/guidelines", 404)
    admin.send(admin.read(PEOPLE), "ines/roles", role="reviewer", team="legal")
    ines.read("/guidelines")
    admin.send(admin.read(PEOPLE), "ines/roles/end")
    ines.read("/guidelines", 404)


def test_who_leaves_is_out_at_once_and_their_sign_offs_stay(company: Company, admin: Visitor) -> None:
    with company.acting() as house:
        house.first_edition()
    julie = company.visitor("julie")
    julie.read("/guidelines")
    admin.send(admin.read(PEOPLE), "julie/leave")
    assert julie.client.get("/en/guidelines").url.path == "/en/sign-in"
    assert "Julie" in company.visitor(None).read("/handbook/charter").words


def test_the_last_administrator_stays(admin: Visitor) -> None:
    page = admin.send(admin.read(PEOPLE), "camille/leave", 409)
    assert "This would leave nobody to administer Charte" in page.words


def test_the_language_chosen_is_kept_and_answered_in(company: Company) -> None:
    julie = company.visitor("julie")
    page = julie.send(julie.read("/preferences"), "/language", language="fr")
    assert page.answer.url.path == "/fr/preferences"
    assert julie.client.get("/").url.path == "/fr/"


def test_a_new_password_needs_the_present_one(company: Company, admin: Visitor) -> None:
    ines = company.visitor("ines")
    page = ines.send(ines.read("/preferences"), "/password", 401, present="not this one", password=PASSWORD)
    assert "do not go together" in page.words
    link = link_on(admin.send(admin.read(PEOPLE), "ines/invitation"))
    set_password(ines, link, PASSWORD)
    changed = ines.send(ines.read("/preferences"), "/password", present=PASSWORD, password="another short sentence")
    assert "Saved." in changed.words


def test_a_token_is_shown_once_acts_and_ends(company: Company) -> None:
    julie = company.visitor("julie")
    page = julie.send(julie.read("/preferences"), "/tokens", name="Report", days="30")
    found = re.search(r"charte_\w+_[\w-]+", page.answer.text)
    assert found is not None
    token = {"authorization": f"Bearer {found[0]}"}
    again = julie.read("/preferences")
    assert found[0] not in again.answer.text
    program = fresh(company).client
    assert program.get("/api/v1/me", headers=token).json()["name"] == "Julie"
    julie.send(again, "/revoke")
    assert program.get("/api/v1/me", headers=token).status_code == 401


def test_a_browser_whose_session_ended_elsewhere_signs_in_again_by_the_form(company: Company, admin: Visitor) -> None:
    set_password(fresh(company), link_on(admin.send(admin.read(PEOPLE), "julie/invitation")), PASSWORD)
    here, elsewhere = company.visitor("julie"), fresh(company)
    for browser in (elsewhere, here):
        page = browser.send(browser.read("/sign-in"), "/sign-in", email="julie@x.example", password=PASSWORD)
        assert page.answer.url.path == "/en/"
    page = elsewhere.read("/preferences")
    elsewhere.client.post("/en/sign-out", data=next(form.fields for form in page.forms if "everywhere" in form.fields))
    page = here.send(here.read("/sign-in"), "/sign-in", email="julie@x.example", password=PASSWORD)
    assert page.answer.url.path == "/en/"


def set_password(visitor: Visitor, link: str, password: str) -> None:
    form = Page(visitor.client.get(link)).forms[0]
    assert Page(visitor.client.post(link, data={**form.fields, "password": password})).status == 200


def test_signing_out_everywhere_leads_to_the_sign_in_page(company: Company) -> None:
    julie = company.visitor("julie")
    page = julie.read("/preferences")
    form = next(form for form in page.forms if form.fields.get("everywhere"))
    assert Page(julie.client.post(form.action, data=form.fields)).answer.url.path == "/en/sign-in"
    assert julie.client.get("/en/preferences").url.path == "/en/sign-in"


def test_the_reference_of_the_interface_needs_nothing_from_elsewhere(company: Company) -> None:
    answer = company.visitor(None).client.get("/api")
    assert answer.status_code == 200
    sources = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert any("swagger-ui-bundle" in source for source in sources)
    assert not [source for source in sources if "//" in source]
    assert "/api" in company.visitor("julie").read("/preferences").links


def test_a_session_is_named_by_its_browser_with_all_that_it_says_on_hover(company: Company) -> None:
    page = company.visitor("julie").read("/preferences")
    assert re.search(r'<span title="tests">tests</span>', page.answer.text)
