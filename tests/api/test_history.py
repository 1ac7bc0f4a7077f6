"""The history of a draft, on pages and by REST: stops, who wrote what, the way back, and what is new to one."""

import re
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from api import last_read
from guidelines.document import parse, plain_text
from tests.api.browsing import Company as Pages
from tests.api.browsing import Page
from tests.api.programs import Company as Programs
from tests.api.test_rest_refusals import refused

API = "/api/v1"


@pytest.fixture
def company(engine: Engine) -> Programs:
    return Programs(engine)


@pytest.fixture
def pages(engine: Engine) -> Pages:
    built = Pages(engine)
    with built.acting() as house:
        house.create()
        house.write("v1", "mathieu", 1, "Plain ")
        house.now = house.now + last_read.SITTING
        house.write("v1", "julie", 15, " softly")
    return built


def typing(at: int, words: str) -> dict[str, Any]:
    return {"stepType": "replace", "from": at, "to": at, "slice": {"content": [{"type": "text", "text": words}]}}


def write(company: Programs, version: str, by: str, revision: int, *changes: dict[str, Any]) -> int:
    body = {"revision": revision, "ref": f"{by}-{revision}-{len(changes)}", "steps": list(changes)}
    return int(company.post(f"{API}/versions/{version}/steps", by, body)["revision"])


def text(company: Programs, version: str, revision: int | None = None) -> str:
    suffix = "" if revision is None else f"?revision={revision}"
    return plain_text(parse(company.get(f"{API}/versions/{version}/document{suffix}", "aicha")["document"]))


def later(company: Programs) -> None:
    company.now += last_read.SITTING + last_read.SITTING


def test_the_stops_and_the_writers_of_a_draft_are_told(company: Programs) -> None:
    version = company.begin()
    write(company, version, "mathieu", 0, typing(1, "Plain "), typing(7, "good "))
    company.now += last_read.SITTING
    write(company, version, "julie", 2, typing(1, "So: "))
    company.post(f"{API}/versions/{version}/submit", "aicha")
    company.post(f"{API}/versions/{version}/request-changes", "julie", {"remark": "Shorter."})
    found = company.get(f"{API}/versions/{version}/history", "julie")
    assert [(stop["kind"], stop["revision"], [by["id"] for by in stop["by"]]) for stop in found] == [
        ("guideline_created", 0, ["aicha"]), ("edit", 2, ["mathieu"]), ("edit", 3, ["julie"]),
        ("version_submitted", 3, ["aicha"]), ("changes_requested", 3, ["julie"]),
    ]  # fmt: skip
    for revision in (None, 0, 1, 3):
        suffix = "" if revision is None else f"?revision={revision}"
        written = company.get(f"{API}/versions/{version}/writers{suffix}", "aicha")
        said = "\n".join("".join(run["text"] for run in line["runs"]) for line in written["lines"])
        assert said == text(company, version, revision)
    runs = [(run["text"], run["by"]["id"]) for run in written["lines"][0]["runs"]]
    assert runs == [("So: ", "julie"), ("Plain ", "mathieu"), ("good ", "mathieu"), ("Speaking", "aicha")]


def test_restoring_brings_the_text_back_as_ones_own_commit_and_undoing_is_restoring(company: Programs) -> None:
    version = company.begin()
    before = text(company, version)
    write(company, version, "mathieu", 0, typing(1, "Plain "))
    head = write(company, version, "julie", 1, typing(1, "So: "))
    between = text(company, version)
    answer = company.post(f"{API}/versions/{version}/restore", "camille", {"revision": 0, "ref": "back"})
    assert text(company, version) == before
    assert answer["revision"] > head
    again = company.post(f"{API}/versions/{version}/restore", "camille", {"revision": 0, "ref": "back"})
    assert again["revision"] == answer["revision"]
    last = company.get(f"{API}/versions/{version}/history", "aicha")[-1]
    assert (last["kind"], [by["id"] for by in last["by"]]) == ("restore", ["camille"])
    company.post(f"{API}/versions/{version}/restore", "camille", {"revision": head})
    assert text(company, version) == between
    assert [text(company, version, revision) for revision in (0, head)] == [before, between]


def test_only_a_draft_is_restored_and_only_by_those_who_may_write_in_it(company: Programs) -> None:
    version = company.begin()
    write(company, version, "mathieu", 0, typing(1, "Plain "))
    at = f"{API}/versions/{version}/restore"
    assert refused(company.ask("POST", at, "aicha", json={"revision": 9})) == (410, "version_gone")
    assert refused(company.ask("POST", at, "aicha", json={"revision": -1}))[0] == 400
    assert refused(company.ask("POST", at, "ines", json={"revision": 0})) == (404, "unknown_version")
    company.post(f"{API}/versions/{version}/submit", "aicha")
    assert refused(company.ask("POST", at, "aicha", json={"revision": 0})) == (409, "wrong_state")
    for path in ("history", "writers", "last-read"):
        assert refused(company.ask("GET", f"{API}/versions/{version}/{path}", "ines")) == (404, "unknown_version")
        assert refused(company.ask("GET", f"{API}/versions/{version}/{path}", None)) == (401, "sign_in_required")
    assert refused(company.ask("PUT", f"{API}/versions/{version}/last-read", "ines", json={"revision": 0}))[0] == 404


def test_what_was_read_is_kept_for_each_person_and_stays_new_for_as_long_as_they_stay(company: Programs) -> None:
    version = company.begin()
    at = f"{API}/versions/{version}/last-read"
    assert company.get(at, "julie")["before"] is None
    assert company.ask("PUT", at, "julie", json={"revision": 0}).json()["before"] == 0
    write(company, version, "mathieu", 0, typing(1, "Plain "))
    later(company)
    assert company.get(at, "julie") | {"at": None} == {"before": 0, "revision": 0, "at": None, "head": 1}
    for _ in range(3):
        assert company.ask("PUT", at, "julie", json={"revision": 1}).json()["before"] == 0
    later(company)
    assert company.get(at, "julie")["before"] == 1
    assert company.get(at, "mathieu")["before"] == 1
    assert company.get(at, "camille")["before"] is None
    assert refused(company.ask("PUT", at, "julie", json={"revision": 7})) == (410, "version_gone")


def test_the_page_leads_through_every_moment_without_scripts(pages: Pages) -> None:
    julie = pages.visitor("julie")
    page = julie.read("/versions/v1/history")
    assert "Writing, Julie" in page.words
    seen = [page]
    while before := [link for link in page.links if link.endswith(f"history?stop={2 - len(seen)}")]:
        page = julie.read(before[0].removeprefix("/en"))
        seen.append(page)
    told = ["Writing, Julie", "Writing, Mathieu", "Begun, Aicha"]
    assert [name for page in seen for name in told if f"{name}," in page.words] == told
    for view in ("former", "now", "clean", "writers", "unread", "nonsense"):
        pages.visitor("julie", "fr").read(f"/versions/v1/history?stop=1&view={view}")
    for odd in ("stop=99", "stop=-1", "stop=x", "revision=1", "revision=99", "stop=1&revision=0", "done=0", "done=x"):
        julie.read(f"/versions/v1/history?{odd}")


def test_the_page_shows_the_text_of_the_moment_and_what_came_with_it(pages: Pages) -> None:
    julie = pages.visitor("julie")
    assert "Plain" not in text_on(julie.read("/versions/v1/history?stop=0&view=clean"))
    assert "Plain Speaking" in text_on(julie.read("/versions/v1/history?stop=1&view=clean"))
    assert "<ins> softly" in julie.read("/versions/v1/history?stop=2").answer.text
    assert "<ins>Plain" in julie.read("/versions/v1/history?stop=0&view=now").answer.text
    written = julie.read("/versions/v1/history?view=writers").answer.text
    assert re.search(r'<span class="written p\d" title="Mathieu, [^"]+">Plain </span>', written)


def test_a_state_is_restored_from_its_page_and_that_is_undone_with_one_button(pages: Pages) -> None:
    aicha = pages.visitor("aicha")
    answer = aicha.send(aicha.read("/versions/v1/history?stop=0"), "/restore")
    assert "The earlier state has been restored" in answer.words
    assert "Plain" not in text_on(aicha.read("/versions/v1/history?view=clean"))
    aicha.send(answer, "/restore")
    assert "Plain Speaking" in text_on(aicha.read("/versions/v1/history?view=clean"))


def test_who_may_not_see_the_draft_finds_no_history_and_who_may_not_write_no_button(pages: Pages) -> None:
    pages.visitor("ines").read("/versions/v1/history", 404)
    assert pages.visitor("ines").post("/versions/v1/restore", revision="0").status == 404
    pages.visitor("aicha").read("/versions/none/history", 404)
    assert pages.visitor("aicha").read("/versions/v1/history?stop=0").offers("/restore")
    with pages.acting() as house:
        house.submit("v1")
    assert not pages.visitor("aicha").read("/versions/v1/history?stop=0").offers("/restore")
    refused = pages.visitor("aicha").post("/versions/v1/restore", revision="0")
    assert refused.status == 409
    assert "Begun" in refused.words


def test_opening_the_editor_is_reading_and_what_came_since_is_shown(pages: Pages) -> None:
    camille = pages.visitor("camille")
    camille.read("/versions/v1/edit")
    with pages.acting() as house:
        house.write("v1", "mathieu", 1, "Newest ")
        house.now += last_read.SITTING * 3
    for _ in range(2):
        page = camille.read("/versions/v1/history?view=unread")
        assert "Who wrote since" in page.words
        assert "<ins>Newest" in page.answer.text
        assert "<ins>Plain" not in page.answer.text
    with pages.acting() as house:
        house.now += last_read.SITTING * 3
    assert "Nothing has changed since you last read it." in camille.read("/versions/v1/history?view=unread").words


def test_a_database_that_takes_no_writing_keeps_nobody_from_reading(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    monkeypatch.setattr(last_read, "has_read", full)
    pages.visitor("aicha").read("/versions/v1/history")


def text_on(page: Page) -> str:
    """What stands on the sheet."""
    sheet = page.answer.text.split('class="sheet"')[1].split("</article>")[0]
    return " ".join(re.sub("<[^>]+>", "", sheet).split())
