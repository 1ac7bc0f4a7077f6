"""The whole story by forms, in both languages: written, discussed, signed, published, read, confirmed, changed."""

import pytest
from sqlalchemy import Engine

from tests.api.browsing import Company, Page

MARKDOWN = b"# Speaking\n\nAsk first.\n\n# Pictures\n\nWritten consent.\n"


@pytest.fixture
def company(engine: Engine) -> Company:
    return Company(engine)


def version_of(page: Page) -> str:
    return str(page.answer.url.path).split("/")[3]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_guideline_goes_from_first_draft_to_a_confirmed_second_version_by_forms(
    company: Company, language: str
) -> None:
    aicha, mathieu, julie, ines = (company.visitor(name, language) for name in ("aicha", "mathieu", "julie", "ines"))
    editor = aicha.send(
        aicha.read("/guidelines/new"), "/guidelines/new", files={"file": ("charter.md", MARKDOWN)}, title="Our charter"
    )
    version = version_of(editor)
    assert "Ask first." in editor.words
    assert f"/live/{version}" in editor.answer.text

    review = aicha.send(editor, "/submit")
    assert (version_of(review), review.answer.url.path.rsplit("/", 1)[1]) == (version, "review")
    talk = julie.send(julie.read(f"/versions/{version}/review"), "/threads", text="Whom?", quote="Ask first")
    assert "Whom?" in talk.words
    answered = aicha.send(aicha.read(f"/versions/{version}/review"), "/reply", text="The press office.")
    assert "The press office." in answered.words
    resolved = julie.send(julie.read(f"/versions/{version}/review"), "/resolve")
    assert not resolved.offers("/resolve")
    assert resolved.offers("/reopen")

    assert not aicha.read(f"/versions/{version}/review").offers("/approve")
    assert version in mathieu.read("/").answer.text
    assert not mathieu.send(mathieu.read(f"/versions/{version}/review"), "/approve", sections="").offers("/publish")
    signed = julie.send(julie.read(f"/versions/{version}/review"), "/approve", sections="")
    assert signed.offers("/retract")
    published = aicha.send(aicha.read(f"/versions/{version}/review"), "/publish", change_note="First edition.")
    assert published.answer.url.path == f"/{language}/guidelines/our-charter"

    home = ines.read("/")
    assert "Our charter 1.0" in home.words
    text = ines.read("/handbook/our-charter")
    confirmed = ines.send(text, "/confirm")
    assert not confirmed.offers("/confirm")
    assert "Our charter 1.0" in ines.read("/").words

    draft = aicha.send(aicha.read("/guidelines/our-charter"), "/draft")
    second = version_of(draft)
    changed = {"file": ("charter.md", MARKDOWN.replace(b"Ask first.", b"Ask the press office first."))}
    aicha.send(aicha.read("/guidelines/our-charter"), "/import", files=changed)
    review = aicha.send(aicha.read(f"/versions/{second}/edit"), "/submit")
    assert "the press office" in review.words
    for person in (mathieu, julie):
        person.send(person.read(f"/versions/{second}/review"), "/approve", sections="")
    aicha.send(aicha.read(f"/versions/{second}/review"), "/class", change="clarifying")
    agreed = julie.send(julie.read(f"/versions/{second}/review"), "/class/agree")
    assert not agreed.offers("/class/agree")
    aicha.send(aicha.read(f"/versions/{second}/review"), "/publish", number="minor", change_note="Whom to ask.")
    text = ines.read("/handbook/our-charter")
    assert "Whom to ask." in text.words
    assert text.offers("/confirm")
    compared = ines.read("/handbook/our-charter/compare?old=1.0&new=1.1")
    assert "<ins>" in compared.answer.text
    evidence = aicha.read("/guidelines/our-charter/evidence")
    assert "Julie" in evidence.words


def test_a_visitor_without_an_account_comes_to_the_handbook(company: Company) -> None:
    page = company.visitor(None).read("/")
    assert page.answer.url.path == "/en/handbook"


def test_home_names_what_waits_for_whom(company: Company) -> None:
    with company.acting() as house:
        house.create()
        house.submit("v1")
    assert "wait for a sign-off by comms" in company.visitor("mathieu").read("/").words
    assert "wait for a sign-off by legal" in company.visitor("julie").read("/").words
    author = company.visitor("aicha").read("/").words
    assert "wait for your sign-off" not in author
    assert "With others" in author
    assert "Charter" not in company.visitor("ines").read("/").words


def test_home_asks_for_an_answer_where_another_spoke_last(company: Company) -> None:
    with company.acting() as house:
        house.create()
    julie, aicha = company.visitor("julie"), company.visitor("aicha")
    company.visitor("julie").post("/versions/v1/threads", section="s1", text="Whom should they ask?")
    assert "Whom should they ask?" in aicha.read("/").words
    assert "Whom should they ask?" not in julie.read("/").words
    aicha.send(aicha.read("/versions/v1/review"), "/reply", text="The press office.")
    assert "The press office." in julie.read("/").words
    assert "The press office." not in aicha.read("/").words


def test_the_remark_that_sent_a_text_back_stands_on_its_editors_page(company: Company) -> None:
    with company.acting() as house:
        house.create()
        house.submit("v1")
    julie = company.visitor("julie")
    julie.send(julie.read("/versions/v1/review"), "/request-changes", remark="Name the office.")
    assert "Julie requests changes: “Name the office.”" in company.visitor("aicha").read("/").words
