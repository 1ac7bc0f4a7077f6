"""What the REST interface refuses: always problem+json, with a stable code, in the person's language."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from api import accounts
from api.database import transaction
from api.secrets import csrf_token
from guidelines.tables import Person
from guidelines.versions import RESERVED_SLUGS
from tests.api.programs import ORIGIN, Company
from tests.api.test_rest_story import insertion

API = "/api/v1"


@pytest.fixture
def company(engine: Engine) -> Iterator[Company]:
    built = Company(engine)
    with built.client:
        yield built


def refused(answer: Any) -> tuple[int, str]:
    """Status and code, once the problem has been found to be whole."""
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert set(problem) == {"type", "title", "status", "code", "detail", "facts"}
    assert problem["type"] == f"urn:charte:error:{problem['code']}"
    assert problem["title"]
    assert problem["detail"]
    assert "{" not in problem["title"] + problem["detail"]
    assert problem["status"] == answer.status_code
    return answer.status_code, problem["code"]


def in_review(company: Company) -> str:
    version_id = company.begin()
    company.post(f"{API}/versions/{version_id}/submit", "aicha")
    return version_id


def test_the_three_answers_to_a_wrong_request_are_told_apart(company: Company) -> None:
    version_id = company.begin()
    at = f"{API}/versions/{version_id}"
    publish = {"number": "major"}
    assert refused(company.ask("POST", f"{at}/publish", "julie", json=publish)) == (403, "not_permitted")
    assert refused(company.ask("POST", f"{at}/publish", "aicha", json=publish)) == (409, "wrong_state")
    company.post(f"{at}/submit", "aicha")
    unmet = company.ask("POST", f"{at}/publish", "aicha", json=publish)
    assert refused(unmet) == (409, "signoffs_missing")
    first = unmet.json()["facts"]["outstanding"][0]
    assert first == {
        "reason": "not_yet", "section": "b0", "requirement": "comms", "team": "comms", "missing": 1,
        "who_can": ["camille", "mathieu"],
    }  # fmt: skip


def test_what_may_be_done_now_is_what_is_then_refused_or_not(company: Company) -> None:
    requests: dict[str, tuple[str, Any]] = {
        "submit": ("submit", None),
        "approve": ("sign-offs", {"decision": "approve", "team": "comms"}),
        "object": ("sign-offs", {"decision": "object", "team": "comms", "remark": "No."}),
        "retract": ("sign-offs", {"decision": "retract", "team": "comms"}),
        "lift": ("sign-offs", {"decision": "lift", "team": "comms"}),
        "request_changes": ("request-changes", {"remark": "Clearer."}),
        "reopen": ("reopen", {}),
        "publish": ("publish", {"number": "major"}),
        "withdraw": ("withdraw", {"remark": "Not needed."}),
    }
    for stage in ("draft", "in_review", "signed", "published"):
        for action, (address, body) in requests.items():
            for person in ("aicha", "mathieu"):
                version_id = company.begin(f"{stage.replace('_', '-')}-{action.replace('_', '-')}-{person}")
                at = f"{API}/versions/{version_id}"
                if stage == "in_review":
                    company.post(f"{at}/submit", "aicha")
                elif stage == "signed":
                    company.post(f"{at}/submit", "aicha")
                    company.sign(version_id, "mathieu", "comms")
                    company.sign(version_id, "julie", "legal")
                elif stage == "published":
                    company.publish(version_id)
                found = company.get(at, person)
                promised = found["actions"][action]
                sent = body | {"shown_hash": found["hash"]} if body and "team" in body else body
                answer = company.ask("POST", f"{at}/{address}", person, json=sent)
                said = None if answer.status_code < 300 else answer.json()["code"]
                assert promised["code"] == said, (stage, action, person)


def test_writing_on_a_text_that_stands_still_is_refused_with_what_to_do(company: Company) -> None:
    version_id = in_review(company)
    at = f"{API}/versions/{version_id}"
    commit = {"revision": 0, "ref": "m", "steps": [insertion(1, "x")]}
    assert refused(company.ask("POST", f"{at}/steps", "mathieu", json=commit)) == (409, "wrong_state")
    assert refused(company.ask("PUT", f"{at}/document", "mathieu", json={"markdown": "x"})) == (409, "wrong_state")
    company.sign(version_id, "mathieu", "comms")
    company.sign(version_id, "julie", "legal")
    company.post(f"{at}/publish", "aicha", {"number": "major"})
    published = company.ask("PUT", f"{at}/document", "mathieu", json={"markdown": "x"})
    assert refused(published) == (409, "published_immutable")
    assert "new draft" in published.json()["detail"]


def words_beside_an_address(paths: set[str]) -> set[str]:
    """What stands, in some address, where another address has the guideline's own."""
    inside = {path.split("{slug:str}")[0] for path in paths if "{slug:str}" in path}
    following = {
        path.removeprefix(prefix).split("/")[0] for prefix in inside for path in paths if path.startswith(prefix)
    }
    return {word for word in following if word and not word.startswith("{")}


def test_no_guideline_takes_a_word_that_an_address_of_charte_has_in_its_place(company: Company) -> None:
    words = words_beside_an_address({route.path for route in company.app.routes})
    assert words == RESERVED_SLUGS
    assert words_beside_an_address({"/x/{slug:str}/new", "/x/own", "/y/other"}) == {"own"}
    good = {"title": "Pictures", "language": "en", "owner_team": "comms", "slug": "pictures"}
    for word in sorted(words):
        for sent in ({"slug": word}, {"slug": "", "title": word.title()}):
            answer = company.ask("POST", f"{API}/guidelines", "aicha", json=good | sent)
            assert refused(answer) == (422, "invalid_field")
            assert answer.json()["detail"] == "Correct the address: kept for Charte itself."
    assert company.ask("POST", f"{API}/guidelines", "aicha", json=good).status_code == 201


def test_a_section_that_the_version_does_not_have_is_refused(company: Company) -> None:
    at = f"{API}/versions/{company.begin()}"
    thread = {"text": "Why?", "section": "nowhere"}
    answer = company.ask("POST", f"{at}/threads", "mathieu", json=thread)
    assert refused(answer) == (422, "invalid_field")
    assert company.get(f"{at}/threads", "mathieu") == []
    for known in ("", "b0", "meta", "outline"):
        company.post(f"{at}/threads", "mathieu", thread | {"section": known}, 201)
    assert refused(company.ask("GET", f"{at}/sections/nowhere/history", "mathieu")) == (404, "unknown_section")


def test_words_that_read_otherwise_than_they_are_stored_are_refused_by_every_door(company: Company) -> None:
    at = f"{API}/versions/{company.begin()}"
    words = "Approved \u202eton"
    document = {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": words}]}]}
    steps = {"revision": 0, "ref": "r", "steps": [insertion(1, words)]}
    answers = [
        company.ask("PUT", f"{at}/document", "mathieu", json={"markdown": words}),
        company.ask("PUT", f"{at}/document", "mathieu", json={"markdown": "Approved &#x202E;ton"}),
        company.ask("PUT", f"{at}/document", "mathieu", json={"document": document}),
        company.ask("POST", f"{at}/steps", "mathieu", json=steps),
        company.ask("PATCH", at, "mathieu", json={"summary": words}),
    ]
    assert [answer.status_code for answer in answers] == [422] * 5
    assert all("turns the direction of writing" in answer.json()["detail"] for answer in answers)
    assert company.get(f"{at}/document", "mathieu")["revision"] == 0


def test_a_confirmation_of_other_words_is_told_what_to_confirm(company: Company) -> None:
    company.publish(company.begin())
    address = f"{API}/handbook/charter/editions/1.0/acknowledgement"
    answer = company.ask("PUT", address, "ines", json={"hash": "0" * 64})
    assert refused(answer) == (409, "other_edition")
    now = company.get(f"{API}/handbook/charter", None)["hash"]
    assert answer.json()["detail"] == f"Nothing was confirmed. Read the version, then confirm with its hash: {now}."
    assert company.ask("PUT", address, "ines", json={"hash": now}).status_code == 200


def test_a_file_of_people_is_refused_with_each_row_in_words(company: Company) -> None:
    lines = "name,email,team,role\nA,a@x.example,,reader\n,b,,reader\nC,c@x.example,nowhere,editor\n"
    many = "name,email\n" + "X,nobody\n" * 12
    address = f"{API}/people/import"
    answer = company.ask("POST", address, "camille", files={"file": ("people.csv", lines.encode())})
    assert refused(answer) == (422, "people_file_invalid")
    assert answer.json()["detail"] == (
        "Correct these lines and send the file again: line 3, name: empty; line 3, email “b”: not written as expected; "
        "line 4, team “nowhere”: not one of those known here."
    )
    longer = company.ask("POST", address, "camille", files={"file": ("people.csv", many.encode())})
    assert longer.json()["detail"].endswith("; and 13 more.")


def test_a_stale_sign_off_leads_to_the_redline_of_what_changed(company: Company) -> None:
    version_id = in_review(company)
    at = f"{API}/versions/{version_id}"
    shown = company.get(f"{at}/hash", "julie")["hash"]
    company.post(f"{at}/reopen", "aicha", {})
    company.post(f"{at}/steps", "mathieu", {"revision": 0, "ref": "m", "steps": [insertion(11, "Now ")]})
    company.post(f"{at}/submit", "aicha")
    decision = {"decision": "approve", "team": "legal", "shown_hash": shown}
    answer = company.ask("POST", f"{at}/sign-offs", "julie", json=decision)
    assert refused(answer) == (409, "content_changed")
    changed = company.get(answer.json()["facts"]["redline"], "julie")
    assert [["+", "Now "], ["=", "Ask first."]] in [block["runs"] for block in changed["blocks"]]
    assert company.get(f"{at}/sign-offs", "julie") == []


def test_nobody_signs_what_they_wrote(company: Company) -> None:
    version_id = in_review(company)
    found = company.sign(version_id, "aicha", "comms", status=403)
    assert (found["code"], found["facts"]["sections"]) == ("self_approval", ["b0", "b2", "meta", "outline"])
    named = "Speaking, Pictures, Order of the sections and Title, audience and summary"
    assert found["detail"] == f"You wrote in: {named}. A colleague of your team signs there."
    allowed = company.get(f"{API}/versions/{version_id}", "aicha")["actions"]["approve"]
    assert allowed["detail"] == found["detail"]


def test_a_reader_cannot_tell_a_draft_from_nothing(company: Company) -> None:
    version_id = company.begin()
    for path in ("", "/document", "/document/md", "/hash", "/steps", "/threads", "/sign-offs", "/redline"):
        there = company.ask("GET", f"{API}/versions/{version_id}{path}", "ines")
        nowhere = company.ask("GET", f"{API}/versions/nowhere{path}", "ines")
        assert refused(there) == refused(nowhere) == (404, "unknown_version")
        assert there.text.replace(version_id, "nowhere") == nowhere.text
    for path in ("charter", "charter/events", "charter/policy", "charter/events/verification"):
        assert refused(company.ask("GET", f"{API}/guidelines/{path}", "ines")) == (404, "unknown_guideline")
    for path, body in (("submit", None), ("steps", {"revision": 0, "ref": "r", "steps": [{}]}), ("reopen", {})):
        answer = company.ask("POST", f"{API}/versions/{version_id}/{path}", "ines", json=body)
        assert refused(answer) == (404, "unknown_version")
    assert company.get(f"{API}/guidelines", "ines") == {"items": [], "next": None}
    assert refused(company.ask("GET", f"{API}/handbook/charter", None)) == (404, "unknown_guideline")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (400, "invalid_request")),
        ({"title": "   "}, (422, "invalid_field")),
        ({"title": "x" * 1_000_000}, (422, "invalid_field")),
        ({"slug": "Not a slug"}, (422, "invalid_field")),
        ({"language": "xx"}, (422, "invalid_field")),
        ({"owner_team": "legal"}, (403, "not_permitted")),
        ({"policy": "none such"}, (404, "unknown_policy")),
        ({"markdown": "x", "document": {}}, (400, "invalid_request")),
        ({"document": {"type": "doc", "content": [{"type": "nothing"}]}}, (422, "document_invalid")),
        ({"markdown": "x" * 5_000_001}, (413, "file_too_large")),
        ({"colour": "blue"}, (400, "invalid_request")),
        ({"slug": "taken"}, (409, "duplicate_slug")),
    ],
)
def test_a_guideline_that_cannot_be_begun_says_why(
    company: Company, body: dict[str, Any], expected: tuple[int, str]
) -> None:
    company.begin("taken")
    good = {"title": "Charter", "language": "en", "owner_team": "comms"}
    answer = company.ask("POST", f"{API}/guidelines", "aicha", json={**good, **body} if body else {})
    assert refused(answer) == expected
    assert [row["slug"] for row in company.get(f"{API}/guidelines", "aicha")["items"]] == ["taken"]


def test_a_second_draft_names_the_one_that_is_open(company: Company) -> None:
    version_id = company.begin()
    answer = company.ask("POST", f"{API}/guidelines/charter/drafts", "aicha")
    assert refused(answer) == (409, "draft_open")
    assert answer.json()["facts"]["version_id"] == version_id


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_program_is_answered_in_its_persons_language(company: Company, language: str) -> None:
    with transaction(company.engine) as session:
        session.get_one(Person, "aicha").language = language
    late = company.ask("GET", f"{API}/versions/nowhere", "aicha").json()
    early = company.ask("POST", f"{API}/guidelines", "aicha", json=[]).json()
    assert late["title"] == {"fr": "Cette version n’existe pas", "en": "There is no such version"}[language]
    assert (
        early["title"]
        == {
            "fr": "Le formulaire est incomplet ou contient une erreur",
            "en": "Something in the form is missing or malformed",
        }[language]
    )


def test_a_program_that_names_a_language_gets_it(company: Company) -> None:
    answer = company.ask("GET", f"{API}/versions/nowhere", "aicha", headers={"accept-language": "fr-CH,fr;q=0.9"})
    assert answer.json()["title"] == "Cette version n’existe pas"


def test_without_a_token_nothing_but_the_handbook_is_answered(company: Company) -> None:
    public = {"list_handbook", "search_handbook", "read_in_force", "list_editions", "read_edition",
              "compare_editions", "download_comparison", "export_edition", "health", "list_seal_keys"}  # fmt: skip
    for template, operations in company.openapi["paths"].items():
        for method, operation in operations.items():
            path = re.sub(r"{\w+}", "1", template)
            answer = company.client.request(method.upper(), path)
            if operation["operationId"] in public:
                assert answer.status_code != 401
            elif "requestBody" in operation:
                assert answer.status_code in (400, 401), path
            else:
                assert refused(answer) == (401, "sign_in_required"), path


def test_a_cookie_needs_the_sessions_token_and_a_bearer_does_not(company: Company) -> None:
    version_id = company.begin()
    with transaction(company.engine) as session:
        cookie = accounts.open_session(session, "aicha", at=company.now, user_agent="")
    browser = {"cookie": f"charte_session={cookie}"}
    submit = f"{API}/versions/{version_id}/submit"
    assert refused(company.client.post(submit, headers=browser)) == (403, "csrf_failed")
    foreign = browser | {"x-csrf-token": csrf_token(cookie), "origin": "https://evil.example"}
    assert refused(company.client.post(submit, headers=foreign)) == (403, "csrf_failed")
    own = browser | {"x-csrf-token": csrf_token(cookie), "origin": ORIGIN}
    assert company.client.post(submit, headers=own).status_code == 200
    assert company.post(f"{API}/versions/{version_id}/reopen", "aicha", {})["state"] == "draft"
