"""The main job, a browser for each: written by comms, corrected by legal, signed by both, published, read, in Word."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from guidelines.people import Role
from tests.e2e.desk import Desk
from tests.served import Served, charte

COMMS_WRITER = ((Role.EDITOR, "comms"), (Role.PUBLISHER, "comms"))
LAWYER = ((Role.REVIEWER, "legal"),)


@dataclass(frozen=True, slots=True)
class Words:
    """What is written in the story, in one language."""

    title: str
    first: str
    opening: str
    by_legal: str
    second: str
    clause: str
    remark: str
    answer: str
    request: str
    added: str
    sought: str


WORDS = {
    "fr": Words(
        title="Charte des réseaux sociaux",
        first="Parler de son métier",
        opening="Vous pouvez dire où vous travaillez.",
        by_legal=" Ne citez aucun client sans son accord écrit.",
        second="Photos et personnes",
        clause="Demandez l’accord avant de publier une photo.",
        remark="L’accord doit être écrit.",
        answer="C’est ajouté.",
        request="Dites que l’accord est écrit.",
        added=" L’accord est écrit et daté.",
        sought="metier",
    ),
    "en": Words(
        title="Social media charter",
        first="Speaking about your work",
        opening="You may say where you work.",
        by_legal=" Name no client without their written consent.",
        second="Pictures and people",
        clause="Ask for consent before you publish a picture.",
        remark="Consent must be in writing.",
        answer="It is there now.",
        request="Say that consent is in writing.",
        added=" Consent is written and dated.",
        sought="consent",
    ),
}


@pytest.fixture(params=["fr", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def served(tmp_path: Path, language: str) -> Iterator[Served]:
    company = {
        "Aïcha Benali": (language, COMMS_WRITER),
        "Mathieu Lefèvre": (language, ((Role.EDITOR, "comms"),)),
        "Julie Roche": (language, LAWYER),
        "Samuel Okafor": (language, LAWYER),
        "Inès Castel": (language, ((Role.READER, ""),)),
    }
    with charte(tmp_path, company) as running:
        yield running


def test_a_guideline_goes_from_first_draft_to_the_staff_handbook(
    browser: Browser, served: Served, language: str, tmp_path: Path, pictures: Path, request: pytest.FixtureRequest
) -> None:
    words = WORDS[language]
    aicha, julie, mathieu, samuel = (
        Desk(browser, served.url, name, language).sign_in()
        for name in ("Aïcha Benali", "Julie Roche", "Mathieu Lefèvre", "Samuel Okafor")
    )

    # Comms begins a text and writes; legal opens the same draft and writes in it at the same time.
    aicha.go("/guidelines/new")
    aicha.page.locator("input[name=title]").fill(words.title)
    aicha.press("Start the draft")
    expect(aicha.text).to_be_visible()
    aicha.write_at_the_end(f"# {words.first}\n{words.opening}")
    aicha.is_saved()
    version = aicha.page.url.split("/versions/")[1].split("/")[0]
    julie.go(f"/versions/{version}/edit")
    expect(julie.text).to_contain_text(words.opening)
    julie.write_at_the_end(words.by_legal)
    julie.is_saved()
    expect(aicha.text).to_contain_text(words.by_legal.strip())
    aicha.write_at_the_end(f"\n# {words.second}\n{words.clause}")
    aicha.is_saved()
    expect(julie.text).to_contain_text(words.clause)
    assert julie.read() == aicha.read()

    # Legal comments on words; the comment follows them through edits around it; comms answers and resolves.
    quoted = words.clause.split(maxsplit=1)[1].rstrip(".")
    julie.comment(quoted, words.remark)
    expect(aicha.thread(words.remark)).to_be_visible()
    aicha.write_before(words.clause.split(maxsplit=1)[0], "→ ")
    aicha.is_saved()
    expect(aicha.page.locator(".ProseMirror mark", has_text=quoted)).to_be_visible()
    aicha.reply(words.remark, words.answer)
    expect(julie.thread(words.answer)).to_be_visible()
    aicha.resolve(words.remark)
    aicha.photograph(pictures, "editor")

    # Comms submits: the text stands still under legal's hands.
    aicha.press("Submit for review")
    expect(aicha.page.locator(".chip.in-review").first).to_be_visible()
    expect(julie.page.locator(".ProseMirror.suggests")).to_be_visible()

    # Nobody signs what they wrote: Julie may not sign the first section, Samuel signs all of it for Legal.
    julie.go(f"/versions/{version}/review")
    expect(julie.section_button(words.first)).to_have_count(0)
    expect(julie.section_button(words.second)).to_have_count(1)
    for signer in (samuel, mathieu):
        signer.go(f"/versions/{version}/review")
        signer.approve_all()
    aicha.go(f"/versions/{version}/review")
    expect(aicha.page.locator(".chip.approved").first).to_be_visible()

    # Legal asks for a change; only the sign-offs of the section that changes fall, and the page says by which words.
    julie.go(f"/versions/{version}/review")
    julie.request_changes(words.request)
    aicha.go(f"/versions/{version}/edit")
    expect(aicha.text).to_contain_text(words.clause)
    aicha.write_at_the_end(words.added)
    aicha.is_saved()
    aicha.press("Submit for review")
    samuel.go(f"/versions/{version}/review")
    samuel.photograph(pictures, "review-fallen")
    fallen = samuel.page.locator(".notice.bad")
    # Of the section that changed, Communications' sign-off and Legal's by the same words.
    expect(fallen).to_have_count(1)
    for said in ("Mathieu Lefèvre", "Aïcha Benali", words.added.strip().rstrip(".")):
        expect(fallen).to_contain_text(said)
    for signer in (samuel, mathieu):
        signer.go(f"/versions/{version}/review")
        signer.approve_all()

    # Comms publishes; an employee finds it without an accent, reads and confirms it.
    aicha.go(f"/versions/{version}/review")
    aicha.press("Publish to the handbook")
    reader = Desk(browser, served.url, "Inès Castel", language, width=390)
    reader.go(f"/handbook/search?q={words.sought}")
    reader.page.locator(".hit a").first.click()
    expect(reader.page.locator("h1")).to_have_text(words.title)
    reader.sign_in()
    reader.go("/")
    reader.page.get_by_role("link", name=words.title).first.click()
    reader.page.locator("input[name=read]").check()
    reader.press("Confirm that I have read it")
    expect(reader.page.locator("#confirm .notice.ok")).to_be_visible()
    reader.photograph(pictures, "confirmed")

    with reader.page.expect_download() as download:
        reader.page.get_by_role("link", name="Word").first.click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    for desk in (aicha, julie, mathieu, samuel, reader):
        assert desk.faults == []

    # The Word file opens in LibreOffice, which turns it into a PDF that says the same words.
    text = words_of_pdf(file, request.getfixturevalue("libreoffice"))
    for sentence in (words.title, words.first, words.opening, words.added.strip(), "Samuel Okafor", "Mathieu Lefèvre"):
        assert sentence in text


def words_of_pdf(file: Path, libreoffice: str) -> str:
    """What the PDF says that LibreOffice makes of a Word file."""
    profile = f"-env:UserInstallation=file://{file.parent}/office"
    convert = [libreoffice, profile, "--headless", "--convert-to", "pdf", "--outdir", str(file.parent), str(file)]
    subprocess.run(convert, check=True, capture_output=True, timeout=180)
    text = subprocess.run(["pdftotext", "-layout", str(file.with_suffix(".pdf")), "-"], capture_output=True, check=True)
    return " ".join(text.stdout.decode().split())
