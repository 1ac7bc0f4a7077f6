"""The review by forms: exact words are signed, what changed is shown, refusals help and keep what was typed."""

import re
from datetime import UTC, datetime

import pytest
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import Engine

from api import accounts, people
from api.database import transaction
from api.routing import PAGES
from api.words import say_changes
from guidelines import authority, steps
from guidelines.changes import Change, Kind
from guidelines.document import document_hash, serialise
from guidelines.people import Role
from guidelines.sections import sections
from tests.api.browsing import Company, Page, Visitor
from tests.builders import doc, h1, p
from tests.workflow.house import House
from workflow import drafts

REVIEW = "/versions/v1/review"
#: Where "first" begins in the text of the house.
FIRST = 14


@pytest.fixture
def company(engine: Engine) -> Company:
    built = Company(engine)
    with built.acting() as house:
        house.create()
        house.submit("v1")
    return built


def sign(visitor: Visitor, *, version: str = "v1") -> Page:
    return visitor.send(visitor.read(f"/versions/{version}/review"), "/approve", sections="")


def fresh(company: Company, name: str) -> Visitor:
    """Somebody who signs in again: sessions end after a working day."""
    visitor = company.visitor(name)
    with transaction(company.engine) as session:
        token = accounts.open_session(session, name, user_agent="tests", at=company.now)
    visitor.client.cookies.set("charte_session", token, domain="testserver.local")
    return visitor


def carry_to_the_front(house: House, version_id: str, by: str, section: str) -> None:
    """Cuts a section with all its blocks and puts it first, as one commit."""
    opened = authority.open_document(house.session, version_id)
    blocks = next(part.blocks for part in sections(opened.document) if part.id == section)
    sizes = [steps.tree_of(opened.document).content.content[place].node_size for place in range(4)]
    place = opened.document.content.index(blocks[0])
    start = sum(sizes[:place])
    end = start + sum(sizes[place : place + len(blocks)])
    cut = {"stepType": "replace", "from": start, "to": end}
    content = serialise(opened.document)["content"][place : place + len(blocks)]
    put = {"stepType": "replace", "from": 0, "to": 0, "slice": {"content": content}}
    authority.receive(
        house.session, version_id, actor=house.actor(by), ref="carry", base_revision=opened.revision,
        steps_json=[cut, put], at=house.tick(),
    )  # fmt: skip


def rewritten(company: Company, words: str = " the office") -> None:
    """Taken back to the draft, written on by Mathieu, submitted again."""
    aicha = company.visitor("aicha")
    aicha.send(aicha.read(REVIEW), "/reopen")
    with company.acting() as house:
        house.write("v1", "mathieu", FIRST, words)
        house.submit("v1")


def test_a_sign_off_can_be_undone_at_once_and_only_by_its_maker(company: Company) -> None:
    julie = company.visitor("julie")
    signed = sign(julie)
    assert "Undo" in signed.words
    address = str(signed.answer.url).split("/en", 1)[1]
    assert "Undo" not in company.visitor("samuel").read(address).words
    undone = julie.send(signed, "/retract")
    assert "Your decision has been taken back." in undone.words
    assert undone.offers("/approve")
    assert "Undo" not in julie.read(address).words


def test_one_section_is_signed_and_the_page_goes_on_to_the_next(company: Company) -> None:
    julie = company.visitor("julie")
    page = julie.read(REVIEW)
    first = next(form for form in page.forms if form.fields.get("sections") == "s1" and "shown_hash" in form.fields)
    answer = Page(julie.client.post(first.action, data=first.fields))
    assert answer.status == 200
    assert str(answer.answer.url).endswith("#s2")
    assert any(form.fields.get("sections") == "s1" for form in answer.forms if form.action.endswith("/retract"))


def test_the_statement_shown_is_the_one_that_is_kept(company: Company) -> None:
    from sqlmodel import select

    from workflow.tables import SignOff

    julie = company.visitor("julie", "fr")
    words = "Pour l’équipe legal, j’ai lu ces mots de «\u00a0Charter\u00a0» et j’en approuve la publication."
    assert words in julie.read(REVIEW).answer.text
    sign(julie)
    with transaction(company.engine, read_only=True) as session:
        row = session.exec(select(SignOff)).one()
    assert (row.statement, row.language) == (words, "fr")


def test_a_stale_page_signs_nothing_and_shows_what_changed_since(company: Company) -> None:
    julie = company.visitor("julie")
    stale = julie.read(REVIEW)
    rewritten(company)
    answer = julie.send(stale, "/approve", status=409, sections="")
    assert "The text is no longer the one you had before you" in answer.words
    assert "What changed meanwhile" in answer.words
    assert "<ins>" in answer.answer.text
    assert "“the office” is added" in answer.words
    assert not answer.offers("/retract")


def test_a_stale_page_that_lies_about_its_words_gets_no_comparison(company: Company) -> None:
    julie = company.visitor("julie")
    stale = julie.read(REVIEW)
    rewritten(company)
    answer = julie.send(stale, "/approve", status=409, sections="", shown_hash=document_hash(doc(h1("x"), p("y"))))
    assert "What changed meanwhile" not in answer.words


def test_a_sign_off_of_older_words_says_which_words_changed_by_whom_and_when(company: Company) -> None:
    julie = company.visitor("julie")
    sign(julie)
    rewritten(company)
    page = julie.read(REVIEW)
    assert "A sign-off of this section no longer holds" in page.words
    fallen = page.words.split("You signed for legal on ", 1)[1]
    assert re.match(
        r"24 November 2026, 10:0\d\. These words were changed by Mathieu on 24 November 2026, 10:0\d:", fallen
    )
    assert "In “Speaking”, “the office” is added." in fallen
    assert "legal: to sign again" in page.words
    home = julie.read("/").words
    assert "A sign-off fell. In “Speaking”, “the office” is added." in home
    again = sign(julie)
    assert "A sign-off of this section no longer holds" not in again.words


def test_a_fallen_sign_off_on_the_title_and_audience_says_what_they_were(company: Company) -> None:
    julie, aicha = company.visitor("julie"), company.visitor("aicha")
    sign(julie)
    aicha.send(aicha.read(REVIEW), "/reopen")
    aicha.send(aicha.read("/guidelines/charter"), "/details", title="Interim", audience="Everybody")
    aicha.send(
        aicha.read("/guidelines/charter"), "/details", title="Charter for all", audience="Everybody", kind="guide"
    )
    aicha.send(aicha.read("/versions/v1/edit"), "/submit")
    page = julie.read(REVIEW)
    assert "Changed by Aicha on 24 November 2026" in page.words
    assert "Title, “Charter” becomes “Charter for all”." in page.words
    assert "Kind, “Charter” becomes “Guide”." in page.words
    assert "For whom, “Everybody” is added." in page.words
    assert "Interim" not in page.words.split("Changed by", 1)[1]


def test_a_fallen_sign_off_on_the_order_shows_the_order_that_was_signed_and_the_one_of_now(company: Company) -> None:
    julie, aicha = company.visitor("julie"), company.visitor("aicha")
    sign(julie)
    aicha.send(aicha.read(REVIEW), "/reopen")
    with company.acting() as house:
        carry_to_the_front(house, "v1", "mathieu", "s2")
    aicha.send(aicha.read("/versions/v1/edit"), "/submit")
    page = julie.read(REVIEW)
    assert "The order was changed by Mathieu on 24 November 2026" in page.words
    assert "stands elsewhere in the order." in page.words
    assert "Order that was signed Speaking Pictures" in page.words
    assert "Order now Pictures Speaking" in page.words


def test_sign_offs_that_fell_by_the_same_words_are_told_in_one_notice(company: Company) -> None:
    julie, camille = company.visitor("julie"), company.visitor("camille")
    sign(julie)
    sign(camille)
    rewritten(company)
    page = julie.read(REVIEW)
    assert page.words.count("A sign-off of this section no longer holds") == 1
    told = page.words.split("A sign-off of this section no longer holds", 1)[1]
    assert re.match(
        r" You signed for legal on [\w ,:]{20,30}\. Camille signed for comms on |"
        r" Camille signed for comms on [\w ,:]{20,30}\. You signed for legal on ",
        told,
    )
    assert told.count("“the office” is added.") == 1


def test_words_quoted_never_begin_with_a_space_or_with_a_mark_alone() -> None:
    added = Change(Kind.ADDED, "s1", "b", after=" , even\u00a0so")
    said = say_changes([added], {"s1": ("3", "Pictures")}, "fr")[0].words
    assert said == "Dans la section 3, «\u00a0…, even\u00a0so\u00a0» est ajouté."


def test_the_sections_whose_words_stand_keep_their_sign_offs(company: Company) -> None:
    julie = company.visitor("julie")
    sign(julie)
    rewritten(company)
    open_ = [form.fields["sections"] for form in julie.read(REVIEW).forms if form.fields.get("sections")]
    assert "s1" in open_
    waiting = [
        form.fields["sections"]
        for form in julie.read(REVIEW).forms
        if form.action.endswith("/approve") and form.fields.get("sections")
    ]
    assert waiting == ["s1"] * 2  # its own button and the one of the card


def test_publishing_with_something_outstanding_is_refused_with_the_list(company: Company) -> None:
    sign(company.visitor("julie"))
    answer = company.visitor("aicha").post("/versions/v1/publish", number="major")
    assert answer.status == 409
    assert "Nothing was published." in answer.words
    everything = "Speaking, Pictures, Order of the sections and Title, audience and summary"
    assert f"{everything}: comms has not signed yet. Camille or Mathieu can sign there." in answer.words
    assert company.visitor(None).client.get("/en/handbook/charter").status_code == 404


def test_who_wrote_the_words_is_told_in_which_sections(company: Company) -> None:
    page = company.visitor("aicha").read(REVIEW)
    stale = {"shown_hash": company_hash(company), "team": "comms"}
    answer = company.visitor("aicha").post("/versions/v1/approve", **stale)
    assert not page.offers("/approve")
    assert answer.status == 403
    assert "You wrote in: Speaking, Pictures, Order of the sections and Title, audience and summary." in answer.words


def test_where_somebody_wrote_the_page_names_who_of_the_team_can_sign(company: Company) -> None:
    page = company.visitor("aicha").read(REVIEW)
    assert "You wrote in" in page.words
    assert page.words.count("Camille or Mathieu can sign there.") >= 2  # in the card, and among what is outstanding
    assert "Julie or Samuel can sign there." in page.words


def test_where_nobody_of_a_team_is_left_who_may_sign_the_page_says_so_and_what_helps(company: Company) -> None:
    aicha = company.visitor("aicha")
    aicha.send(aicha.read(REVIEW), "/reopen")
    with company.acting() as house:
        for name in ("mathieu", "camille"):
            house.write("v1", name, FIRST, " all")
        house.submit("v1")
    page = aicha.read(REVIEW)
    assert "You wrote in Speaking, and nobody else of comms may sign there." in page.words
    assert "Speaking: too few of comms are left who may sign there. What helps: an administrator adds" in page.words


def test_what_was_asked_for_stands_whole_on_the_draft_and_on_the_review_that_follows(company: Company) -> None:
    remark = "Say who gives consent, and for how long. " * 8
    julie = company.visitor("julie")
    julie.send(julie.read(REVIEW), "/request-changes", remark=remark)
    draft = company.visitor("aicha").read("/versions/v1/edit")
    assert "Julie asked for changes on " in draft.words
    assert remark.strip() in draft.words
    rewritten_draft = company.visitor("aicha").read(REVIEW)
    assert remark.strip() in rewritten_draft.words
    with company.acting() as house:
        house.write("v1", "mathieu", FIRST, " the office")
        house.submit("v1")
    again = julie.read(REVIEW)
    assert remark.strip() in again.words
    assert any(href.endswith("/en/") for href in again.links)


def test_a_draft_taken_back_by_its_owners_asks_for_nothing(company: Company) -> None:
    aicha = company.visitor("aicha")
    aicha.send(aicha.read(REVIEW), "/reopen")
    assert "asked for changes" not in aicha.read("/versions/v1/edit").words


def test_a_thread_whose_words_are_gone_is_open_all_the_same(company: Company) -> None:
    julie = company.visitor("julie")
    julie.send(julie.read(REVIEW), "/threads", section="s1", quote="Ask first.", text="Whom?")
    aicha = company.visitor("aicha")
    aicha.send(aicha.read(REVIEW), "/reopen")
    with company.acting() as house:
        house.step("v1", "mathieu", {"stepType": "replace", "from": FIRST - 3, "to": FIRST + 7})
    page = julie.read(REVIEW)
    assert "1 open" in page.words
    assert "Text removed" in page.words
    assert "Ask first." in page.words
    assert "No open thread" not in page.words


def test_a_changed_summary_is_shown_and_voids_the_sign_offs_of_what_goes_with_the_title_only(company: Company) -> None:
    for name in ("mathieu", "julie"):
        sign(company.visitor(name))
    aicha = company.visitor("aicha")
    aicha.send(aicha.read(REVIEW), "/reopen")
    with company.acting() as house:
        drafts.set_meta(
            house.session, house.actor("aicha"), "v1", at=house.tick(), title="Charter", kind="charter", audience="",
            summary="What we say in public.",
        )  # fmt: skip
        house.submit("v1")
        assert {(reason, part) for reason, part, _ in house.missing("v1")} == {("changed_since", "meta")}
    page = company.visitor("julie").read(REVIEW)
    assert "Summary · What we say in public." in page.words
    assert "Summary, “What we say in public.” is added." in page.words


def test_an_address_that_only_takes_forms_leads_to_its_page_when_it_is_opened_by_itself(company: Company) -> None:
    marc = company.visitor("aicha")
    sent = [
        path
        for handler in PAGES
        if isinstance(handler, HTTPRouteHandler)
        and "POST" in handler.http_methods
        and "GET" not in handler.http_methods
        for path in handler.paths
    ]
    shown = {
        path
        for handler in PAGES
        if isinstance(handler, HTTPRouteHandler) and "GET" in handler.http_methods
        for path in handler.paths
    }
    found = {
        path: marc.client.get("/en" + re.sub(r"{(\w+):\w+}", "x", path), follow_redirects=False)
        for path in sent
        if path not in shown
    }
    assert len(found) > 20
    for path, answer in found.items():
        assert answer.status_code == 303, path
    approve = marc.client.get("/fr/versions/v1/approve", follow_redirects=False)
    assert approve.headers["location"] == "/fr/versions/v1/review"
    targets = {answer.headers["location"] for answer in found.values()}
    assert targets == {
        "/en/", "/en/admin/people", "/en/preferences", "/en/handbook/x/x", "/en/guidelines/x", "/en/versions/x/review",
        "/en/policies/x", "/en/policies/x/x", "/en/admin/chat", "/en/notices",
    }  # fmt: skip


def company_hash(company: Company) -> str:
    with company.acting() as house:
        return house.shown("v1")


def test_signing_for_another_team_is_refused(company: Company) -> None:
    answer = company.visitor("julie").post("/versions/v1/approve", team="comms", shown_hash=company_hash(company))
    assert answer.status == 403
    assert "You do not sign for this team here" in answer.words


def test_an_objection_holds_back_publication_until_a_colleague_lifts_it(company: Company) -> None:
    julie, samuel = company.visitor("julie"), company.visitor("samuel")
    julie.send(julie.read(REVIEW), "/object", sections="s2", remark="Whose consent?")
    page = samuel.read(REVIEW)
    assert "Pictures: Julie objects for legal: “Whose consent?”" in page.words
    assert not company.visitor("mathieu").read(REVIEW).offers("/lift")
    lifted = samuel.send(page, "/lift")
    assert "The objection has been lifted." in lifted.words
    assert "Whose consent?" not in lifted.words


def test_an_objection_is_seen_in_its_section_and_its_maker_takes_it_back_before_signing(company: Company) -> None:
    julie = company.visitor("julie")
    page = julie.send(julie.read(REVIEW), "/object", sections="s2", remark="Whose consent?")
    assert page.words.count("Julie objects for legal: “Whose consent?”") >= 3  # outline, section, outstanding
    assert "took the sign-off" not in page.words
    assert "s2" not in [form.fields.get("sections") for form in page.forms if form.action.endswith("/approve")]
    refused = julie.post("/versions/v1/approve", team="legal", shown_hash=company_hash(company), sections="s2")
    assert "Take your objection back first" in refused.words
    back = julie.send(page, "/retract", sections="s2")
    assert "objects" not in back.words
    assert "s2" in [form.fields.get("sections") for form in back.forms if form.action.endswith("/approve")]


def test_what_a_colleague_signed_already_neither_counts_nor_waits(company: Company) -> None:
    julie, samuel = company.visitor("julie"), company.visitor("samuel")
    julie.post("/versions/v1/approve", team="legal", shown_hash=company_hash(company), sections="s1")
    page = samuel.read(REVIEW)
    assert "Your sign-off is awaited." in page.words
    assert "Sign off all 3" in page.words
    approvals = [form.fields["sections"] for form in page.forms if form.action.endswith("/approve")]
    assert "s1" in approvals
    assert "s2 outline meta" in approvals
    sign(julie)
    after = samuel.read(REVIEW)
    assert "still need" not in after.words
    assert "Waits for you" not in after.words


@pytest.mark.parametrize("action", ["/object", "/request-changes"])
def test_a_decision_that_needs_a_reason_says_so_and_offers_its_form_again(company: Company, action: str) -> None:
    julie = company.visitor("julie")
    answer = julie.send(julie.read(REVIEW), action, status=422, remark="   ")
    assert "A reason in words is needed" in answer.words
    assert answer.offers(action)


def test_a_reason_that_is_too_long_stands_in_the_form_again(company: Company) -> None:
    julie = company.visitor("julie")
    remark = "Much too long. " * 200
    answer = julie.send(julie.read(REVIEW), "/request-changes", status=422, remark=remark)
    assert answer.form("/request-changes").fields["remark"].strip() == remark.strip()


def test_a_number_that_is_none_is_refused_and_the_note_is_kept(company: Company) -> None:
    for name in ("mathieu", "julie"):
        sign(company.visitor(name))
    aicha = company.visitor("aicha")
    answer = aicha.send(aicha.read(REVIEW), "/publish", status=422, number="huge", change_note="First edition.")
    assert "the number: not one of those known here" in answer.words
    assert answer.form("/publish").fields["change_note"] == "First edition."


def test_a_version_is_in_force_from_the_company_s_day_whatever_the_form_says(company: Company) -> None:
    for name in ("mathieu", "julie"):
        sign(company.visitor(name))
    company.now = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    aicha = fresh(company, "aicha")
    page = aicha.read(REVIEW)
    assert "effective_on" not in page.form("/publish").fields
    aicha.send(page, "/publish", effective_on="2030-01-01")
    assert "Since 25 November 2026" in company.visitor(None).read("/handbook/charter").words


def test_requesting_changes_leads_back_to_the_draft(company: Company) -> None:
    julie = company.visitor("julie")
    page = julie.send(julie.read(REVIEW), "/request-changes", remark="Name the office.")
    assert "The text is a draft again, with your remark." in page.words
    assert company.visitor("aicha").read("/versions/v1/edit").status == 200


def test_a_section_that_is_gone_is_shown_where_it_stood(company: Company) -> None:
    for name in ("mathieu", "julie"):
        sign(company.visitor(name))
    aicha = company.visitor("aicha")
    aicha.send(aicha.read(REVIEW), "/publish")
    aicha.send(aicha.read("/guidelines/charter"), "/draft")
    shorter = {"file": ("charter.md", b"# Speaking\n\nAsk first.\n")}
    imported = aicha.send(aicha.read("/guidelines/charter"), "/import", files=shorter)
    version = next(link for link in imported.links if link.endswith("/edit")).split("/")[3]
    page = aicha.send(aicha.read(f"/versions/{version}/edit"), "/submit")
    assert "<del>Written consent.</del>" in page.answer.text
    assert "a paragraph is removed: “Written consent.”" in page.words


def test_a_published_version_is_neither_written_on_nor_decided_about(company: Company) -> None:
    for name in ("mathieu", "julie"):
        sign(company.visitor(name))
    aicha = company.visitor("aicha")
    aicha.send(aicha.read(REVIEW), "/publish")
    answer = aicha.read("/versions/v1/edit", status=409)
    assert "A published text is never changed" in answer.words
    assert "Start a new draft: it begins with the same words." in answer.words
    assert "/en/guidelines/charter" in answer.links
    assert aicha.post("/versions/v1/reopen").status == 409
    assert aicha.post("/versions/v1/submit").status == 409
    assert aicha.read(REVIEW).answer.url.path == "/en/handbook/charter/1.0"


def test_whoever_may_suggest_comes_from_the_review_to_the_text_and_back(company: Company) -> None:
    for name, told in (
        ("aicha", "you decide on what others suggest"),
        ("julie", "you suggest, comms decides"),
    ):
        visitor = company.visitor(name)
        assert {"/en/versions/v1/edit", "/en/versions/v1/edit#s1"} <= set(visitor.read(REVIEW).links)
        text = visitor.read("/versions/v1/edit")
        assert text.answer.url.path == "/en/versions/v1/edit"
        assert told in text.words
        assert "/en/versions/v1/review" in text.links


def test_whoever_may_not_suggest_reads_a_version_in_review_on_its_review_page(company: Company) -> None:
    camille = company.visitor("camille")
    with transaction(company.engine) as session:
        people.end_role(session, "camille", Role.EDITOR, "comms", at=company.now)
    page = camille.read("/versions/v1/edit")
    assert page.answer.url.path == "/en/versions/v1/review"
    assert not [link for link in page.links if "/edit" in link]


def test_withdrawing_needs_a_reason_and_takes_the_text_out_of_force(company: Company) -> None:
    for name in ("mathieu", "julie"):
        sign(company.visitor(name))
    aicha = company.visitor("aicha")
    aicha.send(aicha.read(REVIEW), "/publish")
    refused = aicha.send(aicha.read("/guidelines/charter"), "/withdraw", status=422, remark=" ")
    assert "A reason in words is needed" in refused.words
    gone = aicha.send(aicha.read("/guidelines/charter"), "/withdraw", remark="The company was sold.")
    assert "The company was sold." in gone.words or "Withdrawn" in gone.words
    assert "withdrawn" in company.visitor(None).read("/handbook/charter/1.0").words
    assert company.visitor(None).client.get("/en/handbook/charter").status_code == 404


def test_words_that_no_longer_stand_cannot_be_quoted_and_the_comment_is_kept(company: Company) -> None:
    julie = company.visitor("julie")
    answer = julie.send(julie.read(REVIEW), "/threads", status=422, quote="never written", text="Whose?")
    assert "the words concerned: not found in the section as it stands" in answer.words
    kept = next(form for form in answer.forms if form.fields.get("section") == "s1")
    assert (kept.fields["quote"], kept.fields["text"]) == ("never written", "Whose?")


def test_an_open_thread_that_holds_back_publication_is_outstanding_until_resolved(company: Company) -> None:
    for name in ("mathieu", "julie"):
        sign(company.visitor(name))
    julie, aicha = company.visitor("julie"), company.visitor("aicha")
    julie.post("/versions/v1/threads", section="s1", text="Wait.", blocking="yes")
    held = aicha.read(REVIEW)
    assert not held.offers("/publish")
    assert "Speaking: an open thread holds back publication." in held.words
    julie.send(julie.read(REVIEW), "/resolve")
    assert aicha.read(REVIEW).offers("/publish")


def test_a_thread_of_another_version_does_not_exist_here(company: Company) -> None:
    answer = company.visitor("julie").post("/versions/v1/threads/nowhere/reply", text="Hello?")
    assert answer.status == 404
    assert "There is no such thread" in answer.words


def test_whoever_has_the_text_open_is_told_of_each_decision_and_comment(company: Company) -> None:
    told: list[str] = []
    company.app.state.services.extras["notify"] = told.append
    julie = company.visitor("julie")
    julie.send(julie.read(REVIEW), "/threads", text="Whom?")
    sign(julie)
    julie.send(julie.read(REVIEW), "/request-changes", 422, remark=" ")
    assert told == ["v1", "v1"]
