"""The whole story by token: written, discussed, corrected, signed, published, read, confirmed, compared."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine

from api.database import transaction
from guidelines.people import Actor
from tests.api.programs import TEXT, Company
from workflow.acknowledgement import confirm

API = "/api/v1"


@pytest.fixture
def company(engine: Engine) -> Iterator[Company]:
    built = Company(engine)
    with built.client:
        yield built


def insertion(position: int, words: str) -> dict[str, object]:
    return {
        "stepType": "replace", "from": position, "to": position,
        "slice": {"content": [{"type": "text", "text": words}]},
    }  # fmt: skip


def test_a_guideline_goes_from_first_draft_to_the_handbook(company: Company) -> None:
    version_id = company.begin()
    at = f"{API}/versions/{version_id}"
    found = company.get(at, "aicha")
    assert (found["state"], found["revision"], found["approved"]) == ("draft", 0, False)
    assert [part["title"] for part in found["sections"] if part["kind"] == "section"] == ["Speaking", "Pictures"]
    assert found["actions"]["submit"]["allowed"]
    assert found["actions"]["publish"]["code"] == "wrong_state"

    thread = company.post(f"{at}/threads", "julie", {"text": "Whom?", "quote": "Ask first"}, 201)
    assert (thread["quote"], thread["section"]) == ("Ask first", found["sections"][0]["id"])
    company.post(f"{at}/threads/{thread['id']}/comments", "aicha", {"text": "The press office."}, 201)
    written = company.post(f"{at}/steps", "mathieu", {"revision": 0, "ref": "m1", "steps": [insertion(14, " us")]})
    assert (written["revision"], written["kept"]) == (1, [0])
    assert company.post(f"{at}/threads/{thread['id']}/resolve", "julie")["open"] is False
    assert "Ask us first." in company.ask("GET", f"{at}/document/md", "julie").text

    in_review = company.post(f"{at}/submit", "aicha")
    assert in_review["state"] == "in_review"
    assert {(line["reason"], line["team"]) for line in in_review["outstanding"]} == {
        ("not_yet", "comms"), ("not_yet", "legal"),
    }  # fmt: skip
    company.sign(version_id, "camille", "comms")
    signed = company.sign(version_id, "julie", "legal")
    assert signed["statement"].startswith("For legal, I have read")
    assert company.get(at, "aicha")["approved"] is True
    published = company.post(f"{at}/publish", "aicha", {"number": "major", "change_note": "First."})
    assert published["number"] == "1.0"

    read = company.get(f"{API}/handbook/charter", None)
    assert (read["number"], read["hash"]) == ("1.0", published["hash"])
    assert [(line["team"], line["person"]) for line in read["approvals"]] == [("comms", "Camille"), ("legal", "Julie")]
    confirmed = company.ask(
        "PUT", f"{API}/handbook/charter/editions/1.0/acknowledgement", "ines", json={"hash": read["hash"]}
    ).json()
    assert confirmed["statement"] == "I have read “Charter”, version 1.0."
    log = company.get(f"{API}/guidelines/charter/events", "julie")["items"]
    assert [entry["kind"] for entry in log] == [
        "guideline_created", "version_submitted", "signed_off", "signed_off", "version_published", "version_sealed",
        "version_acknowledged",
    ]  # fmt: skip
    assert company.get(f"{API}/guidelines/charter/events/verification", "julie")["intact"] is True


def test_a_second_edition_supersedes_the_first_and_both_can_be_compared(company: Company) -> None:
    company.publish(company.begin())
    second = company.post(f"{API}/guidelines/charter/drafts", "aicha", status=201)["version_id"]
    at = f"{API}/versions/{second}"
    text = TEXT.replace("Written consent", "Spoken consent")
    assert company.ask("PUT", f"{at}/document", "aicha", json={"markdown": text}).json()["revision"] == 1
    assert company.post(f"{at}/submit", "aicha")["outstanding"][0]["section"] == "b2"
    company.sign(second, "mathieu", "comms")
    company.sign(second, "julie", "legal")
    proposed = company.get(f"{at}/class", "julie")
    assert (proposed["proposed"], proposed["in_effect"], proposed["said"]) == ("substantive", "substantive", [])
    assert [part["id"] for part in proposed["slices"]] == ["b2"]
    assert "“Written” becomes “Spoken”" in proposed["slices"][0]["reasons"][0]["words"]
    assert company.ask("POST", f"{at}/publish", "aicha", json={"number": "minor"}).json()["code"] == "number_too_low"
    assert company.ask("POST", f"{at}/class", "aicha", json={"change": "editorial"}).json()["code"] == "class_too_low"
    assert company.post(f"{at}/class", "aicha", {"change": "clarifying"})["in_effect"] == "substantive"
    assert company.post(f"{at}/class/answers", "julie", {"answer": "agree"})["in_effect"] == "clarifying"
    published = company.post(f"{at}/publish", "aicha", {})
    assert (published["number"], published["change"]) == ("1.1", "clarifying")

    editions = company.get(f"{API}/handbook/charter/editions", None)
    assert [(line["number"], line["in_force"]) for line in editions] == [("1.1", True), ("1.0", False)]
    compared = company.get(f"{API}/handbook/charter/redline?old=1.0&new=1.1", None)
    changed = [block for block in compared["blocks"] if block["op"] != "equal"]
    assert changed == [
        {"op": "change", "type": "paragraph", "runs": [["-", "Written"], ["+", "Spoken"], ["=", " consent."]]}
    ]
    assert len(compared["changes"]) == 1


def test_a_redlines_two_sides_are_the_two_texts(company: Company) -> None:
    version_id = company.begin()
    at = f"{API}/versions/{version_id}"
    before = company.ask("GET", f"{at}/document/md", "aicha").text
    company.ask("PUT", f"{at}/document", "aicha", json={"markdown": TEXT + "\nAnd dated.\n\n# More\n\nOf it.\n"})
    found = company.get(f"{at}/redline?against={version_id}&old_revision=0", "aicha")
    old = [
        "".join(text for sign, text in block["runs"] if sign != "+")
        for block in found["blocks"]
        if block["op"] not in ("insert", "move_to")
    ]
    new = [
        "".join(text for sign, text in block["runs"] if sign != "-")
        for block in found["blocks"]
        if block["op"] not in ("delete", "move_from")
    ]
    assert old == ["Speaking", "Ask first.", "Pictures", "Written consent."]
    assert new == [*old, "And dated.", "More", "Of it."]
    assert before == TEXT
    for format in ("html", "md", "json"):
        assert "dated" in company.ask("GET", f"{at}/redline/{format}", "aicha").text


def test_a_draft_is_compared_with_what_is_in_force(company: Company) -> None:
    company.publish(company.begin())
    second = company.post(f"{API}/guidelines/charter/drafts", "aicha", status=201)["version_id"]
    for against in ("in_force", "base"):
        found = company.get(f"{API}/versions/{second}/redline?against={against}", "julie")
        assert {block["op"] for block in found["blocks"]} == {"equal"}
    refused = company.get(f"{API}/versions/{second}/redline?against={company.begin('other')}", "julie", 400)
    assert refused["code"] == "invalid_request"


def test_an_acknowledgement_is_given_once_and_counted(company: Company) -> None:
    hash_ = company.publish(company.begin())["hash"]
    address = f"{API}/handbook/charter/editions/1.0/acknowledgement"
    assert company.ask("GET", address, "ines").status_code == 404
    first = company.ask("PUT", address, "ines", json={"hash": hash_}).json()
    assert company.ask("PUT", address, "ines", json={"hash": hash_}).json() == first
    assert company.get(address, "ines") == first
    assert company.get(f"{address}s/count", "aicha") == {"count": 1}
    assert company.get(f"{address}s/count", "ines", 404)["code"] == "not_found"
    assert company.ask("PUT", address, "julie", json={"hash": "0" * 64}).json()["code"] == "other_edition"


@pytest.mark.parametrize("format", ["md", "html", "json"])
def test_a_published_version_is_the_same_bytes_every_time(company: Company, format: str) -> None:
    company.publish(company.begin())
    address = f"{API}/handbook/charter/editions/1.0/export/{format}"
    first, second = company.ask("GET", address, None), company.ask("GET", address, "ines")
    assert first.content == second.content
    assert "Written consent." in first.text
    assert first.headers["content-disposition"] == f'attachment; filename="charter-1.0.{format}"'


def test_a_search_ignores_accents_and_case_and_never_finds_a_draft(company: Company) -> None:
    company.publish(company.begin("images", markdown="# Photographies\n\nÉcrire d’abord.\n", language="fr"))
    company.begin("secret", markdown="# Secret\n\nÉcrire aussi.\n")
    hits = company.get(f"{API}/handbook/search?q=ECRIRE", None)["hits"]
    marked = [[piece["text"] for piece in hit["passage"] if piece["found"]] for hit in hits]
    assert [hit["slug"] for hit in hits] == ["images"]
    assert marked == [["Écrire"]]
    nothing = company.get(f"{API}/handbook/search?q=ecrire&language=en", None)
    assert nothing == {"hits": [], "unmatched": ["ecrire"]}


def test_a_file_is_taken_for_what_its_bytes_say(company: Company) -> None:
    version_id = company.begin()
    address = f"{API}/versions/{version_id}/import"
    good = {"file": ("new.md", b"# Speaking\n\nAsk twice.\n")}
    assert company.ask("POST", address, "aicha", files=good).json()["revision"] == 1
    document = company.ask("GET", f"{API}/versions/{version_id}/document/json", "aicha").content
    assert company.ask("POST", address, "aicha", files={"file": ("new.json", document)}).json()["revision"] == 1
    wrong = {"file": ("new.md", b"%PDF-1.7 nothing")}
    answer = company.ask("POST", address, "aicha", files=wrong)
    assert (answer.status_code, answer.json()["code"]) == (415, "wrong_type")
    odd = company.ask("POST", address, "aicha", files={"file": ("new.odt", b"words")})
    assert (odd.status_code, odd.json()["code"]) == (404, "unknown_format")


def test_steps_since_a_revision_rebuild_what_others_wrote(company: Company) -> None:
    at = f"{API}/versions/{company.begin()}"
    for number, words in enumerate(("Now ", "Well ")):
        sent = {"revision": number, "ref": f"r{number}", "steps": [insertion(11, words)]}
        company.post(f"{at}/steps", "mathieu", sent)
    found = company.get(f"{at}/steps?since=1", "aicha")
    assert (found["revision"], [step["revision"] for step in found["steps"]]) == (2, [2])
    assert found["steps"][0]["by"] == {"id": "mathieu", "name": "Mathieu"}


def test_the_same_commit_counts_once(company: Company) -> None:
    at = f"{API}/versions/{company.begin()}"
    commit = {"revision": 0, "ref": "once", "steps": [insertion(11, "Now ")]}
    first, again = company.post(f"{at}/steps", "mathieu", commit), company.post(f"{at}/steps", "mathieu", commit)
    assert (first["already"], again["already"]) == (False, True)
    assert again == first | {"already": True}
    assert company.get(f"{at}/document", "mathieu")["hash"] == first["hash"]


def test_another_persons_name_for_a_commit_never_takes_ones_words(company: Company) -> None:
    at = f"{API}/versions/{company.begin()}"
    company.post(f"{at}/steps", "aicha", {"revision": 0, "ref": "1", "steps": [insertion(11, "Now ")]})
    mine = {"revision": 1, "ref": "1", "steps": [insertion(1, "Well, ")]}
    first, again = company.post(f"{at}/steps", "mathieu", mine), company.post(f"{at}/steps", "mathieu", mine)
    assert (first["already"], again["already"], again["revision"]) == (False, True, 2)
    assert [step["by"]["id"] for step in company.get(f"{at}/steps", "julie")["steps"]] == ["aicha", "mathieu"]
    other = mine | {"steps": [insertion(1, "Lost? ")]}
    refused = company.ask("POST", f"{at}/steps", "mathieu", json=other)
    assert (refused.status_code, refused.json()["code"]) == (409, "ref_taken")
    assert company.get(f"{at}/document", "mathieu")["hash"] == first["hash"]


def test_a_sections_history_names_who_changed_its_words(company: Company) -> None:
    at = f"{API}/versions/{company.begin()}"
    company.post(f"{at}/steps", "mathieu", {"revision": 0, "ref": "m", "steps": [insertion(11, "Now ")]})
    history = company.get(f"{at}/sections/b0/history", "julie")
    assert [(change["revision"], [by["name"] for by in change["by"]]) for change in history] == [
        (0, ["Aicha"]), (1, ["Mathieu"]),
    ]  # fmt: skip
    assert [change["revision"] for change in company.get(f"{at}/sections/b2/history", "julie")] == [0]


def test_what_is_signed_beside_the_text_changes_by_itself(company: Company) -> None:
    at = f"{API}/versions/{company.begin()}"
    before = company.get(f"{at}/hash", "aicha")
    changed = company.ask("PATCH", at, "aicha", json={"audience": "Everybody"}).json()
    after = company.get(f"{at}/hash", "aicha")
    assert (changed["title"], changed["audience"]) == ("Charter", "Everybody")
    assert {name for name in after["slices"] if after["slices"][name] != before["slices"][name]} == {"meta"}


def test_a_decision_is_taken_back_and_an_objection_lifted(company: Company) -> None:
    version_id = company.begin()
    at = f"{API}/versions/{version_id}"
    company.post(f"{at}/submit", "aicha")
    company.sign(version_id, "mathieu", "comms")
    company.post(f"{at}/sign-offs", "mathieu", {"decision": "retract", "team": "comms", "remark": "Again."}, 201)
    company.sign(version_id, "julie", "legal", decision="object", remark="Not so.", sections=["b2"])
    reasons = {line["reason"] for line in company.get(at, "aicha")["outstanding"]}
    assert {"objection", "latest_decision_is"} <= reasons
    company.post(f"{at}/sign-offs", "samuel", {"decision": "lift", "team": "legal"}, 201)
    assert "objection" not in {line["reason"] for line in company.get(at, "aicha")["outstanding"]}
    decisions = company.get(f"{at}/sign-offs", "ines", 404)
    assert decisions["code"] == "unknown_version"
    assert [line["decision"] for line in company.get(f"{at}/sign-offs", "aicha")] == [
        "approve", "retract", "object", "lift",
    ]  # fmt: skip


def test_changes_are_requested_reopened_and_withdrawn_with_reasons(company: Company) -> None:
    at = f"{API}/versions/{company.begin()}"
    company.post(f"{at}/submit", "aicha")
    assert company.post(f"{at}/request-changes", "julie", {"remark": " "}, 422)["code"] == "remark_missing"
    assert company.post(f"{at}/request-changes", "julie", {"remark": "Clearer."})["state"] == "draft"
    company.post(f"{at}/submit", "aicha")
    assert company.post(f"{at}/reopen", "mathieu", {})["state"] == "draft"
    assert company.post(f"{at}/withdraw", "aicha", {"remark": "Not needed."})["state"] == "withdrawn"


def test_a_text_brought_in_while_a_reader_confirms_leaves_one_log(company: Company) -> None:
    hash_ = company.publish(company.begin())["hash"]
    draft = company.post(f"{API}/guidelines/charter/drafts", "aicha", status=201)["version_id"]
    ines = Actor("ines", "Ines", "en")
    first = company.get(f"{API}/handbook/charter/editions/1.0", None)["version_id"]
    with ThreadPoolExecutor(1) as writers:
        with transaction(company.engine) as session:
            confirm(session, ines, first, document_hash=hash_, statement="Read.", language="en", at=company.tick())
            text = {"markdown": "Other words.\n"}
            written = writers.submit(company.ask, "PUT", f"{API}/versions/{draft}/document", "aicha", json=text)
            time.sleep(0.3)
        assert written.result(30).status_code == 200
    assert company.get(f"{API}/guidelines/charter/events/verification", "julie")["intact"] is True


def test_live_rooms_are_told_after_every_write_that_concerns_them(company: Company) -> None:
    told: list[str] = []
    company.app.state.services.extras["notify"] = told.append
    version_id = company.begin()
    at = f"{API}/versions/{version_id}"
    thread = company.post(f"{at}/threads", "julie", {"text": "Why?"}, 201)["id"]
    company.post(f"{at}/threads/{thread}/comments", "aicha", {"text": "So."}, 201)
    company.post(f"{at}/threads/{thread}/resolve", "julie")
    company.post(f"{at}/threads/{thread}/reopen", "julie")
    company.post(f"{at}/steps", "mathieu", {"revision": 0, "ref": "m", "steps": [insertion(11, "Now ")]})
    company.ask("PATCH", at, "aicha", json={"title": "Charter of words"})
    company.ask("PUT", f"{at}/document", "aicha", json={"markdown": TEXT})
    company.post(f"{at}/submit", "aicha")
    company.sign(version_id, "julie", "legal")
    company.post(f"{at}/request-changes", "julie", {"remark": "Clearer."})
    assert told == [version_id] * 10
    company.post(f"{at}/steps", "mathieu", {"revision": 99, "ref": "bad", "steps": [insertion(1, "x")]}, 410)
    assert len(told) == 10
