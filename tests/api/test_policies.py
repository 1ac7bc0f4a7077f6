"""Approval policies by pages and by REST: proposed, proved, drawn, refused with a story, agreed to, pinned anew."""

import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from api import policy_form, policy_views
from api.job_kinds import KINDS
from api.jobs.runner import Runner
from api.policy_diagram import diagram
from api.policy_reports import report_apart, report_of
from api.policy_sentences import sentences
from tests.api import programs
from tests.api.browsing import Company, Page, Visitor
from workflow.policy import Policy, check_policy, shipped
from workflow.policy_text import as_toml

PAGE = "/policies/standard"
WHY = "Two lawyers read what employees are held to."
API = "/api/v1/policies"


@pytest.fixture
def company(engine: Engine) -> Company:
    return Company(engine)


@pytest.fixture
def house(engine: Engine) -> programs.Company:
    return programs.Company(engine)


def work(company: Any) -> None:
    """Does what was put aside, proofs among it."""
    Runner(company.app.state.services, {**KINDS}).run_due()


def standard(**more: Any) -> dict[str, Any]:
    value = shipped()["standard"].model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    return {**value, **more}


def owner_alone() -> Policy:
    """Anybody but the owner team reads tagged sections only."""
    value = standard()
    value["stage"][0]["require"][1]["scope"] = "tag:data"
    return check_policy(value)


def propose(visitor: Visitor, **typed: str) -> Page:
    return visitor.send(visitor.read(f"{PAGE}/change"), "/change", reason=WHY, **typed)


def test_a_change_by_form_is_proved_agreed_to_and_in_force(company: Company) -> None:
    aicha, julie = company.visitor("aicha"), company.visitor("julie")
    page = propose(aicha, s0r1_quorum="2")
    assert "Every state that people can bring a text into is being explored" in page.words
    assert "<progress" in page.answer.text
    work(company)
    page = julie.read(f"{PAGE}/2")
    assert "states explored" in page.words
    assert "quorum = 2" in page.words
    assert WHY in page.words
    assert not aicha.read(f"{PAGE}/2").offers("/agree")
    page = julie.send(page, "/agree")
    assert "In force for what is submitted from now on" in page.words
    assert "Version 2" in page.words
    assert "Legal" in page.words or "legal (2 people)" in page.words
    assert "states explored" in page.words


def test_an_unsound_policy_is_refused_with_its_story_in_the_language_of_the_page(company: Company) -> None:
    aicha = company.visitor("aicha")
    page = aicha.send(
        aicha.read("/policies"), "/policies", reason=WHY, files={"file": ("mine.toml", as_toml(owner_alone()).encode())}
    )
    assert page.status == 200
    work(company)
    page = aicha.read(f"{PAGE}/2")
    assert "Refused by the check" in page.words
    assert "What could happen" in page.words
    assert re.search(r"Claire \(comms\) changes “Section 1”.*publishes\.", page.words)
    assert "Yet nobody outside the owner team ever signed off" in page.words
    assert "Only “comms”, the owner, must read every section" in page.words
    french = company.visitor("aicha", "fr").read(f"{PAGE}/2")
    assert "Or personne hors de l’équipe propriétaire" in french.words
    assert "Claire (comms) modifie « Section 1 »." in french.words.replace("\xa0", " ")
    assert not company.visitor("julie").read(f"{PAGE}/2").offers("/agree")
    assert aicha.read(f"{PAGE}/change?version=2").form("/change").fields["s0r1_tag"] == "data"


def test_the_other_side_refuses_with_a_reason_and_the_owner_side_takes_back(company: Company) -> None:
    aicha, julie = company.visitor("aicha"), company.visitor("julie")
    propose(aicha, s0r1_quorum="2")
    work(company)
    assert "reason" in julie.send(julie.read(f"{PAGE}/2"), "/refuse", 422, reason=" ").words
    page = julie.send(julie.read(f"{PAGE}/2"), "/refuse", reason="One of us is away.")
    assert "Refused by the other side" in page.words
    assert "One of us is away." in page.words
    propose(aicha, months="6")
    work(company)
    assert "Taken back" in aicha.send(aicha.read(f"{PAGE}/3"), "/take-back").words


def test_what_the_form_cannot_mean_is_refused_and_what_was_typed_is_kept(company: Company) -> None:
    aicha = company.visitor("aicha")
    form = aicha.read(f"{PAGE}/change")
    page = aicha.send(form, "/change", 422, reason=WHY, s0_fr="", title_en="Something else")
    assert page.form("/change").fields["title_en"] == "Something else"
    assert aicha.send(form, "/change", 409, reason=WHY).status == 409
    assert aicha.send(form, "/change", 422, reason=" ", months="3").status == 422


def test_a_button_adds_a_line_and_a_stage_without_scripts_and_an_empty_one_is_none(company: Company) -> None:
    aicha = company.visitor("aicha")
    page = aicha.send(aicha.read(f"{PAGE}/change"), "/change", add="0", title_en="Kept")
    fields = page.form("/change").fields
    assert (fields["s0r2_team"], fields["title_en"]) == ("", "Kept")
    page = aicha.send(page, "/change", add="stage")
    fields = page.form("/change").fields
    assert fields["s1r0_team"] == ""
    page = aicha.send(page, "/change", reason=WHY, s1_fr="Fin", s1_en="End", s1r0_team="legal", s1r0_quorum="2")
    work(company)
    page = aicha.read(f"{PAGE}/2")
    assert "Stage 2, End: legal (2 people)" in page.words


def test_a_new_policy_is_proposed_by_form_under_a_name_that_nobody_has(company: Company) -> None:
    aicha = company.visitor("aicha")
    names = {"title_fr": "Autre", "title_en": "Other", "reason": WHY}
    page = aicha.send(aicha.read("/new-policy"), "/new-policy", 400, name="light", **names)
    assert "taken already" in page.words
    page = aicha.send(aicha.read("/new-policy"), "/new-policy", name="other", **names)
    work(company)
    assert "Waits for the other side" in aicha.read("/policies/other/1").words
    assert "Other" in aicha.read("/policies").words


def test_only_the_owner_side_is_offered_a_change_and_nobody_gets_around_it(company: Company) -> None:
    julie = company.visitor("julie")
    page = julie.read(PAGE)
    assert not any(link.endswith("/change") for link in page.links)
    assert "Editors of comms propose changes" in julie.read(f"{PAGE}/change").words
    fields = policy_form.fields_of(shipped()["standard"])
    assert julie.post(f"{PAGE}/change", **{**fields, "s0r0_quorum": "2", "reason": WHY}).status == 403
    propose(company.visitor("aicha"), s0r1_quorum="2")
    work(company)
    assert company.visitor("mathieu").post(f"{PAGE}/2/agree").status == 403


def test_a_policy_that_came_with_charte_is_proved_when_somebody_asks(company: Company) -> None:
    julie = company.visitor("julie")
    page = julie.send(julie.read(PAGE), "/prove")
    assert "Being checked" in page.words
    work(company)
    page = julie.read(PAGE)
    assert "states explored" in page.words
    assert "by different people who wrote none of them" in page.words
    assert "Came with Charte." in page.words


def test_the_file_is_the_policy_and_a_file_that_is_none_is_refused(company: Company) -> None:
    aicha = company.visitor("aicha")
    answer = aicha.client.get("/en/policies/standard/file")
    assert answer.headers["content-disposition"] == 'attachment; filename="standard.toml"'
    assert answer.text == as_toml(shipped()["standard"])
    assert aicha.client.get("/en/policies/standard/file?version=1").text == answer.text
    page = aicha.read("/policies")
    for content, status in ((b"\xff\xfe", 400), (b"", 400), (b"format = 1", 422), (b"#" * 200_001, 413)):
        files = {"file": ("mine.toml", content)}
        assert aicha.send(page, "/policies", status, reason="Mine.", files=files).form("/policies").fields["reason"]
    assert aicha.read("/policies/nowhere", 404).status == 404
    assert aicha.read(f"{PAGE}/77", 404).status == 404


def test_an_administrator_pins_a_review_anew_and_the_log_says_so(company: Company) -> None:
    with company.acting() as found:
        found.create()
        found.submit("v1")
        found.approve("v1", "julie", "legal")
    propose(company.visitor("aicha"), s0r1_quorum="2")
    work(company)
    julie = company.visitor("julie")
    page = julie.send(julie.read(f"{PAGE}/2"), "/agree")
    assert not page.offers("/repin")
    camille = company.visitor("camille")
    page = camille.send(camille.read(PAGE), "/repin", reason="The new one from now on.")
    assert "in review under the policy of now" in page.words
    assert not page.offers("/repin")
    page = camille.read("/guidelines/charter/evidence")
    assert "Camille put the review under the approval policy of now" in page.words
    assert "Nothing has been altered" in page.words
    assert julie.post(f"{PAGE}/repin", version_id="v1", reason="Mine.").status == 403


def test_an_employee_sees_nothing_of_policies(company: Company) -> None:
    ines = company.visitor("ines")
    for path in ("/policies", PAGE, f"{PAGE}/change", f"{PAGE}/file", f"{PAGE}/2", "/new-policy"):
        assert ines.client.get(f"/en{path}").status_code == 404


def test_programs_propose_wait_and_decide(house: programs.Company) -> None:
    value = standard()
    value["stage"][0]["require"][1]["quorum"] = 2
    row = house.post(API, "aicha", {"policy": value, "reason": WHY}, 201)
    assert (row["state"], row["number"], row["proof"]) == ("checking", 2, None)
    work(house)
    row = house.get(f"{API}/standard/versions/2", "julie")
    assert row["state"] == "proposed"
    assert row["proof"]["states"] > 1000
    decision = f"{API}/standard/versions/2/decision"
    assert house.post(decision, "aicha", {"decision": "agree"}, 403)["code"] == "not_permitted"
    assert house.post(decision, "julie", {"decision": "refuse"}, 422)["code"] == "remark_missing"
    assert house.post(decision, "julie", {"decision": "agree"})["state"] == "in_force"
    assert house.post(decision, "julie", {"decision": "agree"}, 409)["code"] == "edition_decided"
    found = house.get(f"{API}/standard", "mathieu")
    assert (found["number"], found["policy"]["stage"][0]["require"][1]["quorum"]) == (2, 2)
    assert [one["number"] for one in house.get(f"{API}/standard/versions", "julie")] == [2]
    assert {one["name"] for one in house.get(API, "julie")} == set(shipped())
    assert house.post(API, "aicha", {"toml": found["toml"], "reason": WHY}, 409)["code"] == "policy_unchanged"
    house.get(f"{API}/nowhere", "julie", 404)
    house.get(API, "ines", 404)


def test_programs_check_without_proposing_and_take_a_proposal_back(house: programs.Company) -> None:
    report = house.post(f"{API}/check", "julie", {"toml": as_toml(owner_alone())})
    assert not report["sound"]
    assert report["told"]["fr"]["story"][-1].startswith("Or personne hors de l’équipe propriétaire")
    value = standard()
    value["stage"][0]["require"][1]["team"] = "nobody"
    report = house.post(f"{API}/check", "julie", {"policy": value})
    assert not report["sound"]
    assert "unknown_team" in {one["code"] for one in report["findings"]}
    assert house.post(f"{API}/check", "julie", {}, 400)["code"] == "invalid_request"
    house.post(API, "aicha", {"policy": standard(review_every_months=3), "reason": WHY}, 201)
    assert house.post(API, "aicha", {"policy": standard(review_every_months=4), "reason": WHY}, 409)["facts"] == {
        "name": "standard", "number": 2,
    }  # fmt: skip
    taken = house.post(f"{API}/standard/versions/2/decision", "mathieu", {"decision": "take_back"})
    assert taken["state"] == "withdrawn"


def test_a_file_is_read_for_a_program(house: programs.Company) -> None:
    answer = house.ask("POST", f"{API}/upload", "aicha", files={"file": ("a.toml", as_toml(owner_alone()).encode())})
    assert check_policy(answer.json()["policy"]) == owner_alone()


def test_a_search_in_a_process_of_its_own_says_what_one_here_says() -> None:
    policy = shipped()["light"]
    apart, here = report_apart(policy.canonical()), report_of(policy)
    for report in (apart, here):
        report.pop("seconds")
        for words in report["told"].values():
            words.pop("counted")
    assert json.loads(json.dumps(here)) == apart


@pytest.mark.parametrize("name", sorted(shipped()))
def test_the_form_of_a_shipped_policy_means_that_policy(name: str) -> None:
    policy = shipped()[name]
    assert policy_form.policy_of(policy_form.fields_of(policy), policy) == policy


texts = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=8)
needs = st.fixed_dictionaries(
    {"team": st.sampled_from(["comms", "legal", "hr"])},
    optional={
        "quorum": st.one_of(st.integers(1, 50), st.just("all")),
        "scope": st.sampled_from(["all", "owned", "outline", "tag:data"]),
        "authors": st.sampled_from(["excluded", "second_pair"]),
        "due_days": st.integers(1, 365),
        "escalate_to": st.sampled_from(["comms-lead", "legal-lead"]),
        "people": st.just(["julie"]),
        "when": st.fixed_dictionaries(
            {},
            optional={
                "classes": st.sampled_from([["editorial"], ["clarifying", "substantive"]]),
                "kinds": st.just(["charter", "guide"]),
                "languages": st.just(["fr"]),
            },
        ),
    },
)


@settings(deadline=None)
@given(stages=st.lists(st.lists(needs, min_size=1, max_size=4), min_size=1, max_size=4), name=texts)
def test_any_policy_comes_back_from_its_form_and_can_be_drawn(stages: list[list[dict[str, Any]]], name: str) -> None:
    count = iter(range(99))
    value = standard(
        title={"fr": name, "en": name},
        stage=[
            {"name": {"fr": name, "en": name}, "require": [{"id": f"r{next(count)}", **need} for need in stage]}
            for stage in stages
        ],
    )
    policy = check_policy(value)
    assert policy_form.policy_of(policy_form.fields_of(policy), policy) == policy
    for language in ("fr", "en"):
        drawn = ElementTree.fromstring(str(diagram(policy, {}, language)))
        boxes = [one for one in drawn.iter("rect") if "node" in one.get("class", "")]
        assert len(boxes) == sum(map(len, stages)) + 2 + (policy.interim is not None)
        width, height = map(int, drawn.get("viewBox", "").split()[2:])
        for box in drawn.iter("rect"):
            assert int(box.get("x", 0)) + int(box.get("width", 0)) <= width
            assert int(box.get("y", 0)) + int(box.get("height", 0)) <= height
        assert len(sentences(policy, {}, language)) >= sum(map(len, stages)) + 2


def test_a_redline_of_two_files_says_what_went_and_what_came() -> None:
    changed = check_policy(standard(review_every_months=3))
    lines = list(policy_views.compared(shipped()["standard"], changed))
    assert [words for kind, words in lines if kind == "del"] == ["review_every_months = 12"]
    assert [words for kind, words in lines if kind == "ins"] == ["review_every_months = 3"]
    assert "\n".join(words for kind, words in lines if kind != "del") + "\n" == as_toml(changed)
