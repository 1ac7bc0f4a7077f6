"""Threads by REST and by forms: on suggestions, assigned, due, blocking where their words are; people by name."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from guidelines import authority, discussion, suggestion_rows
from tests.api.browsing import Company as Desk
from tests.api.programs import Company
from tests.builders import doc, h1, p
from tests.workflow.house import House
from workflow import queries

API = "/api/v1"


@pytest.fixture
def company(engine: Engine) -> Iterator[Company]:
    built = Company(engine)
    with built.client:
        yield built


@pytest.fixture
def desk(engine: Engine) -> Iterator[Desk]:
    built = Desk(engine)
    with built.acting() as house:
        house.create()
    with built.visitor("aicha").client:
        yield built


def test_people_and_teams_are_looked_up_called_and_told_by_name(company: Company) -> None:
    at = f"{API}/versions/{company.begin()}/threads"
    found = company.get(f"{at}/mentionable?q=sa", "aicha")
    assert found == [{"kind": "person", "id": "samuel", "name": "Samuel", "reference": "@[person:samuel]"}]
    assert company.get(f"{at}/mentionable?q=ines", "aicha") == [], "a reader may not see the text"
    said = f"{found[0]['reference']} or @Legal, by Friday?"
    thread = company.post(at, "aicha", {"text": said, "assigned_to": "samuel", "due_on": "2026-11-27"}, 201)
    assert thread["comments"][0]["text"] == "@Samuel or @legal, by Friday?"
    assert [one["id"] for one in thread["comments"][0]["mentions"]] == ["samuel", "legal"]
    assert (thread["assigned_to"], thread["due_on"]) == ({"id": "samuel", "name": "Samuel"}, "2026-11-27")
    refused = company.post(at, "aicha", {"text": "@[person:ines]?"}, 422)
    assert refused["facts"] == {"field": "text", "problem": "mention_unknown"}
    assert company.post(at, "aicha", {"text": "?", "assigned_to": "ines"}, 422)["facts"]["problem"] == "cannot_read"


def test_what_is_asked_of_whom_can_be_changed_and_the_rest_stays(company: Company) -> None:
    version_id = company.begin()
    at = f"{API}/versions/{version_id}/threads"
    thread = company.post(at, "julie", {"text": "Whom?", "quote": "Ask first"}, 201)

    def ask(**value: Any) -> Any:
        return company._json("PATCH", f"{at}/{thread['id']}", "mathieu", 200, json=value)

    asked = ask(assigned_to="aicha", due_on="2026-12-01", blocking=True)
    assert (asked["assigned_to"]["id"], asked["due_on"], asked["blocking"]) == ("aicha", "2026-12-01", True)
    asked = ask(due_on=None)
    assert (asked["assigned_to"]["id"], asked["due_on"], asked["blocking"]) == ("aicha", None, True)


def _suggest(house: House) -> str:
    """A suggestion in the text, as an editor's commit makes one."""
    actor = house.actor("aicha")
    suggestion_rows.open_session(house.session, "v1", actor, key="k1", at=house.tick())
    opened = authority.open_document(house.session, "v1")
    position = next(at + 1 for at, node in _blocks(opened.tree) if node.type.name == "paragraph")
    content = [{"type": "text", "text": "Always ", "marks": [{"type": "ins", "attrs": {"s": "k1.1"}}]}]
    step = {"stepType": "replace", "from": position, "to": position, "slice": {"content": content}}
    authority.receive(
        house.session, "v1", actor=actor, ref="s1", base_revision=opened.revision, steps_json=[step], at=house.tick(),
        cause="suggest",
    )  # fmt: skip
    return "k1.1"


def _blocks(tree: Any) -> Iterator[tuple[int, Any]]:
    position = 0
    for child in tree.content.content:
        yield position, child
        position += child.node_size


def test_a_blocking_thread_holds_back_the_section_where_its_words_stand_now(engine: Engine) -> None:
    clause = "Written consent is needed."
    desk = Desk(engine)
    with desk.acting() as house:
        house.create(doc(h1("Speaking", id="s1"), p("Ask first."), h1("Pictures", id="s2"), p(clause), p("The end.")))
        thread = discussion.open_thread(
            house.session, house.actor("julie"), "v1", thread_id="t", comment_id="c", text="No.", at=house.tick(),
            quote=clause, blocking=True,
        )  # fmt: skip

        def blocking() -> frozenset[str]:
            return queries.standing(house.session, "v1", house.now).facts.blocking

        assert (thread.section, blocking()) == ("s2", {"s2"})
        tree = authority.open_document(house.session, "v1").tree
        start, node = next((at, one) for at, one in _blocks(tree) if one.text_content == clause)
        house.step("v1", "aicha", {"stepType": "replace", "from": start, "to": start + node.node_size})
        assert blocking() == {"s2"}, "to take the words away settles nothing"
        after = next(at + one.node_size for at, one in _blocks(tree) if one.text_content == "Ask first.")
        pasted = {"content": [{"type": "paragraph", "content": [{"type": "text", "text": clause}]}]}
        house.step("v1", "aicha", {"stepType": "replace", "from": after, "to": after, "slice": pasted})
        assert blocking() == {"s1"}


def test_a_blocking_thread_on_a_section_that_is_gone_holds_back_the_whole(desk: Desk) -> None:
    with desk.acting() as house:
        discussion.open_thread(
            house.session, house.actor("julie"), "v1", thread_id="t", comment_id="c", text="No.", at=house.tick(),
            section="s2", blocking=True,
        )  # fmt: skip
        tree = authority.open_document(house.session, "v1").tree
        start = next(at for at, one in _blocks(tree) if one.text_content == "Pictures")
        house.step("v1", "aicha", {"stepType": "replace", "from": start, "to": tree.content.size})
        assert queries.standing(house.session, "v1", house.now).facts.blocking == {""}


def test_without_a_script_a_thread_is_opened_for_somebody_and_until_a_day(desk: Desk) -> None:
    julie = desk.visitor("julie")
    page = julie.read("/versions/v1/review")
    form = next(form for form in page.forms if form.action.endswith("/threads") and not form.fields.get("section"))
    page = julie.post(
        form.action.removeprefix("/en"), text="@Mathieu, may I?", assigned_to="mathieu", due_on="2026-11-26",
        blocking="yes",
    )  # fmt: skip
    assert "@Mathieu, may I?" in page.words
    assert "Waits for Mathieu, due on 26 November 2026" in page.words
    assert "Holds back publication" in page.words
    home = desk.visitor("mathieu").read("/").words
    assert "@Mathieu, may I?" in home
    assert "due on 26 November 2026" in home
    refused = julie.post("/versions/v1/threads", text="Psst", due_on="tomorrow", section="s1")
    assert refused.status == 422
    assert "the day it is due" in refused.words


def test_a_private_thread_says_so_and_offers_only_its_team(desk: Desk) -> None:
    julie = desk.visitor("julie")
    page = julie.post("/versions/v1/threads", text="Between us.", section="s1", lane="legal")
    assert "Only legal sees this" in page.words
    form = next(form for form in page.forms if form.action.endswith("/ask"))
    assert "blocking" not in form.fields
    with desk.acting() as house:
        (found,) = discussion.threads(house.session, "v1", house.actor("samuel"))
    page = julie.post(f"/versions/v1/threads/{found.thread.id}/ask", assigned_to="samuel")
    assert "Waits for Samuel" in page.words
    refused = julie.post(f"/versions/v1/threads/{found.thread.id}/ask", assigned_to="mathieu")
    assert refused.status == 422
    assert "not somebody who may read this thread" in refused.words


def test_what_is_assigned_waits_although_its_person_spoke_last_and_no_longer_once_closed(desk: Desk) -> None:
    with desk.acting() as house:
        thread = discussion.open_thread(
            house.session, house.actor("samuel"), "v1", thread_id="t", comment_id="c", text="I check that.",
            at=house.tick(), section="s1",
        )  # fmt: skip
        thread.assigned_to, thread.due_on, thread.changes = "samuel", date(2026, 11, 20), 1
    assert "I check that." in desk.visitor("samuel").read("/").words
    with desk.acting() as house:
        thread = discussion.thread_of(house.session, "v1", "t", house.actor("samuel"))
        discussion.resolve(house.session, house.actor("samuel"), thread, at=house.tick())
    assert "I check that." not in desk.visitor("samuel").read("/").words


def test_a_thread_on_a_suggestion_keeps_its_words_and_its_section(desk: Desk) -> None:
    with desk.acting() as house:
        name = _suggest(house)
        thread = discussion.open_thread(
            house.session, house.actor("julie"), "v1", thread_id="t", comment_id="c", text="Why always?",
            at=house.tick(), suggestion=name,
        )  # fmt: skip
        assert (thread.suggestion, thread.section, thread.quote) == (name, "s1", "Always")
    assert "About a suggestion" in desk.visitor("aicha").read("/versions/v1/review").words
    refused = desk.visitor("julie").post("/versions/v1/threads", text="?", suggestion="k9.9")
    assert refused.status == 422
