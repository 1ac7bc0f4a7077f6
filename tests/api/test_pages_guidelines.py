"""Guidelines by forms: begun, described, imported; what cannot be kept is refused, and what was typed stays."""

import pytest
from sqlalchemy import Engine

from guidelines import queries as writing
from tests.api.browsing import Company, Page

NEW = "/guidelines/new"


@pytest.fixture
def company(engine: Engine) -> Company:
    return Company(engine)


def begin(company: Company, status: int = 422, files: object = None, **typed: str) -> Page:
    aicha = company.visitor("aicha")
    return aicha.send(aicha.read(NEW), NEW, status, files=files or {"file": ("", b"")}, **typed)


@pytest.mark.parametrize("title", ["   ", "x" * 201, "a\x07b"])
def test_a_title_that_says_nothing_or_too_much_is_refused_and_the_rest_is_kept(company: Company, title: str) -> None:
    page = begin(company, title=title, audience="Everybody", shelf="Speaking", slug="charter")
    assert "Correct the title: empty or too long (limit: 200)." in page.words
    kept = page.form(NEW).fields
    assert (kept["audience"], kept["shelf"], kept["slug"]) == ("Everybody", "Speaking", "charter")
    assert kept["title"] == title


def test_an_address_that_is_taken_is_refused(company: Company) -> None:
    begin(company, 200, title="Charter", slug="charter")
    page = begin(company, 409, title="Another", slug="charter")
    assert "Another guideline has this address" in page.words
    assert page.form(NEW).fields["title"] == "Another"


@pytest.mark.parametrize(
    ("name", "content", "status", "words"),
    [
        ("charter.md", b"\x89PNG\r\n\x1a\n0000", 415, "The file is not what its name says"),
        ("charter.md", b"", 422, "The file is empty"),
        ("charter.md", b"caf\xe9", 422, "This file cannot be read as text"),
        ("charter.pdf", b"%PDF-1.7", 404, "There is no format pdf"),
        ("charter.json", b'{"type": "paragraph"}', 422, "The document breaks a rule of its schema"),
        ("charter.md", b"a" * 20_000_000, 413, "The file is too large"),
    ],
)
def test_a_file_that_is_no_text_is_refused_and_nothing_is_begun(
    company: Company, name: str, content: bytes, status: int, words: str
) -> None:
    page = begin(company, status, files={"file": (name, content)}, title="Charter")
    assert words in page.words
    assert page.form(NEW).fields["title"] == "Charter"
    assert "Charter" not in company.visitor("aicha").read("/guidelines").words


def test_an_upload_beyond_every_limit_is_refused_with_the_limit(company: Company) -> None:
    aicha = company.visitor("aicha")
    form = aicha.read(NEW).form(NEW)
    answer = aicha.client.post(
        form.action, data={**form.fields, "title": "x"}, files={"file": ("x.md", b"a" * 26_000_000)}
    )
    assert answer.status_code == 413


def test_the_title_and_what_goes_with_it_are_changed_while_it_is_a_draft(company: Company) -> None:
    begin(company, 200, title="Charter", language="en")
    aicha = company.visitor("aicha")
    saved = aicha.send(aicha.read("/guidelines/charter"), "/details", title="Our charter", audience="Everybody")
    assert "Our charter" in saved.words
    refused = aicha.send(saved, "/details", status=422, title=" ", audience="Kept")
    assert refused.form("/details").fields["audience"] == "Kept"


def test_address_language_team_and_shelf_are_changed_until_the_first_publication(company: Company) -> None:
    begin(company, 200, title="Charter", slug="charter", language="en", shelf="Speaking")
    aicha = company.visitor("aicha")
    page = aicha.read("/guidelines/charter")
    kept = page.form("/details").fields
    assert (kept["slug"], kept["language"], kept["owner_team"], kept["shelf"]) == ("charter", "en", "comms", "Speaking")
    moved = aicha.send(page, "/details", slug="social-media", language="fr", shelf="Parler")
    assert moved.answer.url.path == "/en/guidelines/social-media"
    kept = moved.form("/details").fields
    assert (kept["slug"], kept["language"], kept["shelf"]) == ("social-media", "fr", "Parler")
    log = aicha.read("/guidelines/social-media/evidence").words
    assert "Aicha changed the address, the language and the shelf" in log
    assert "changed the title" not in log


def test_an_address_that_was_left_leads_to_the_new_one(company: Company) -> None:
    begin(company, 200, title="Charter", slug="charter")
    aicha = company.visitor("aicha")
    aicha.send(aicha.read("/guidelines/charter"), "/details", slug="social-media")
    aicha.send(aicha.read("/guidelines/social-media"), "/details", slug="social")
    for left in ("charter", "social-media"):
        assert aicha.read(f"/guidelines/{left}").answer.url.path == "/en/guidelines/social"
    aicha.read("/guidelines/chart", status=404)
    company.visitor("ines").read("/guidelines/charter", status=404)
    begin(company, 200, title="Another", slug="charter")
    assert aicha.read("/guidelines/charter").answer.url.path == "/en/guidelines/charter"


@pytest.mark.parametrize(
    ("field", "value", "status", "words"),
    [
        ("slug", "new", 422, "Correct the address: kept for Charte itself."),
        ("slug", "Not an address", 422, "Correct the address"),
        ("slug", "taken", 409, "Another guideline has this address"),
        ("language", "it", 422, "Correct the language"),
        ("owner_team", "legal", 403, "This is not among your rights"),
        ("owner_team", "nowhere", 403, "This is not among your rights"),
        ("shelf", "x" * 101, 422, "Correct the shelf: too long (limit: 100)."),
    ],
)
def test_what_a_guideline_could_not_begin_with_it_cannot_be_moved_to(
    company: Company, field: str, value: str, status: int, words: str
) -> None:
    begin(company, 200, title="Charter", slug="charter")
    begin(company, 200, title="Taken", slug="taken")
    aicha = company.visitor("aicha")
    page = aicha.send(aicha.read("/guidelines/charter"), "/details", status, **{"title": "Kept", field: value})
    assert words in page.words
    assert page.form("/details").fields["title"] == "Kept"
    assert "Kept" not in aicha.read("/guidelines").words


def test_a_guideline_that_readers_have_stays_where_it_is(company: Company) -> None:
    begin(company, 200, title="Charter", slug="charter")
    aicha = company.visitor("aicha")
    before = aicha.read("/guidelines/charter")
    with company.acting() as house:
        version = writing.versions(house.session, writing.guideline_by_slug(house.session, "charter").id)[0].id
        house.submit(version)
        house.approve(version, "mathieu", "comms")
        house.approve(version, "julie", "legal")
        house.publish(version)
    aicha.send(aicha.read("/guidelines/charter"), "/draft")
    page = aicha.send(before, "/details", 409, slug="elsewhere", title="Moved")
    assert "This text has been published: its address, language, team and shelf stay" in page.words
    assert "slug" not in page.form("/details").fields
    assert "Moved" not in aicha.read("/guidelines").words


def test_a_lawyer_who_writes_along_is_not_offered_to_move_the_guideline(company: Company) -> None:
    begin(company, 200, title="Charter", slug="charter")
    julie = company.visitor("julie")
    form = julie.read("/guidelines/charter").form("/details")
    assert "slug" not in form.fields
    answer = julie.post("/guidelines/charter/details", title="Charter", kind="guide", slug="mine")
    assert answer.status == 403


def test_a_second_draft_is_not_started(company: Company) -> None:
    with company.acting() as house:
        house.first_edition()
    aicha, mathieu = company.visitor("aicha"), company.visitor("mathieu")
    before = mathieu.read("/guidelines/charter")
    aicha.send(aicha.read("/guidelines/charter"), "/draft")
    answer = mathieu.send(before, "/draft", status=409)
    assert "A version is in preparation already" in answer.words


def test_a_draft_without_a_change_is_not_submitted(company: Company) -> None:
    with company.acting() as house:
        house.first_edition()
        house.draft("v2")
    aicha = company.visitor("aicha")
    answer = aicha.send(aicha.read("/versions/v2/edit"), "/submit", status=409)
    assert "The text is word for word the one in force" in answer.words


def test_a_draft_is_given_up_with_one_button(company: Company) -> None:
    begin(company, 200, title="Charter", language="en")
    aicha = company.visitor("aicha")
    page = aicha.send(aicha.read("/guidelines/charter"), "/withdraw")
    assert "The version has been withdrawn." in page.words


@pytest.mark.parametrize(
    "path",
    ["/guidelines/nowhere", "/guidelines/nowhere/evidence", "/versions/nowhere/edit", "/versions/nowhere/review",
     "/handbook/nowhere", "/handbook/nowhere/1.0", "/nowhere"],
)  # fmt: skip
@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_does_not_exist_is_404_in_the_visitors_language(company: Company, path: str, language: str) -> None:
    page = company.visitor("aicha", language).read(path, status=404)
    assert f'<html lang="{language}">' in page.answer.text


def test_the_list_is_filtered_by_what_waits(company: Company) -> None:
    with company.acting() as house:
        house.first_edition()
    begin(company, 200, title="Another", language="en")
    aicha = company.visitor("aicha")
    assert "Another" in aicha.read("/guidelines").words
    waiting = aicha.read("/guidelines?show=mine").words
    assert ("Another" in waiting, "Charter" in waiting) == (True, False)
    in_force = aicha.read("/guidelines?show=in-force").words
    assert ("Another" in in_force, "Charter" in in_force) == (False, True)


def test_evidence_names_who_signed_and_checks_the_log(company: Company) -> None:
    with company.acting() as house:
        house.first_edition()
    page = company.visitor("julie").read("/guidelines/charter/evidence")
    assert "Nothing has been altered" in page.words
    assert "Mathieu" in page.words
    assert "Nobody signed a section they had written." in page.words


def test_evidence_tells_when_an_entry_was_altered(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    from api.pages import evidence
    from workflow import events

    with company.acting() as house:
        house.first_edition()
    real = events.history

    def altered(session: object, guideline_id: str) -> object:
        found = real(session, guideline_id)  # type: ignore[arg-type]
        found[1].person_id = "ines"
        return found

    monkeypatch.setattr(evidence.events, "history", altered)
    page = company.visitor("julie").read("/guidelines/charter/evidence")
    assert "Something has been altered" in page.words


@pytest.mark.parametrize("path", ["/handbook/charter", "/handbook/charter/1.1"])
def test_a_published_version_keeps_naming_who_signed_it_when_they_wrote_the_one_before(
    company: Company, path: str
) -> None:
    with company.acting() as house:
        house.first_edition()
        house.draft("v2")
        house.write("v2", "mathieu", 14, " us")
        house.submit("v2")
        house.approve("v2", "aicha", "comms")
        house.approve("v2", "samuel", "legal")
        house.agree("v2")
        house.publish("v2")
    page = company.visitor("julie").read(path)
    assert "Aicha" in page.words
    assert "Samuel" in page.words
