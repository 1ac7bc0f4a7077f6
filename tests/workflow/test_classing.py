"""The class of a change: proposed by the rules, in effect when both sides agree on these words, void after any edit."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from api.database import transaction
from guidelines.document import Node
from tests.builders import b, doc, h1, h2, p
from tests.workflow.house import PEOPLE, House, found
from workflow import acknowledgement, classing, drafts, events, handbook, queries, review
from workflow.audit import audit
from workflow.change_class.findings import Why
from workflow.change_class.whole import Text, propose_all, proposed
from workflow.errors import (
    ClassTooLow,
    NothingStated,
    NotPermitted,
    NumberTooLow,
    RemarkMissing,
    SignOffsMissing,
    WrongState,
    WroteTheChange,
)
from workflow.outstanding import outstanding
from workflow.policy import shipped

#: Behind "Ask first" of the first section, and at its beginning.
END, START = 20, 11


@pytest.fixture
def house(engine: Engine) -> Iterator[House]:
    with transaction(engine) as session:
        built = found(session)
        built.first_edition()
        yield built


def change(house: House, version_id: str = "v2", words: str = " kindly", at: int = END, by: str = "mathieu") -> None:
    house.draft(version_id)
    house.write(version_id, by, at, words)
    house.submit(version_id)


def in_effect(house: House, version_id: str = "v2") -> str:
    return queries.standing(house.session, version_id, house.now).facts.change


def proposal(house: House, version_id: str = "v2") -> dict[str, tuple[str, set[Why]]]:
    standing = queries.standing(house.session, version_id, house.now)
    found_ = classing.proposals(house.session, standing)
    return {part: (one.change, {finding.why for finding in one.findings}) for part, one in found_.items()}


def state(house: House, change_: Any, by: str = "aicha", version_id: str = "v2") -> None:
    classing.state_class(house.session, house.actor(by), version_id, change=change_, at=house.tick())


def agree(house: House, by: str = "samuel", version_id: str = "v2") -> None:
    classing.agree_class(house.session, house.actor(by), version_id, at=house.tick())


def contest(house: House, by: str = "julie", version_id: str = "v2") -> None:
    classing.contest_class(house.session, house.actor(by), version_id, reason="It narrows the rule.", at=house.tick())


def test_an_unagreed_change_is_one_of_substance_whatever_the_rules_propose(house: House) -> None:
    change(house, words="  ")
    assert proposal(house)["s1"] == ("editorial", {Why.TYPOGRAPHY})
    assert in_effect(house) == "substantive"
    state(house, "editorial")
    assert in_effect(house) == "substantive"
    agree(house)
    assert in_effect(house) == "editorial"


def test_people_may_agree_on_one_step_less_and_never_on_two(house: House) -> None:
    change(house, words=" never")
    assert proposal(house)["s1"][0] == "substantive"
    with pytest.raises(ClassTooLow):
        state(house, "editorial")
    house.agree("v2", "clarifying")
    assert in_effect(house) == "clarifying"


def test_of_a_first_edition_only_substance_can_be_stated(engine: Engine) -> None:
    with transaction(engine) as session:
        house = found(session)
        house.create()
        house.submit("v1")
        with pytest.raises(ClassTooLow):
            state(house, "clarifying", version_id="v1")
        assert in_effect(house, "v1") == "substantive"


def test_a_contest_stands_until_the_class_is_stated_anew(house: House) -> None:
    change(house)
    house.agree("v2")
    contest(house)
    assert in_effect(house) == "substantive"
    agree(house)  # a colleague who agrees again does not outvote it
    assert in_effect(house) == "substantive"
    agree(house, by="julie")
    assert in_effect(house) == "clarifying"
    contest(house)
    state(house, "clarifying")
    assert in_effect(house) == "substantive"
    agree(house)
    assert in_effect(house) == "clarifying"


def test_any_edit_voids_the_agreement_even_one_that_is_undone(house: House) -> None:
    change(house)
    house.agree("v2")
    review.reopen(house.session, house.actor("aicha"), "v2", at=house.tick())
    house.write("v2", "mathieu", END, "x")
    house.step("v2", "mathieu", {"stepType": "replace", "from": END, "to": END + 1})
    house.submit("v2")
    assert in_effect(house) == "substantive"
    with pytest.raises(NothingStated):
        agree(house)


def test_the_agreement_survives_a_round_without_an_edit(house: House) -> None:
    change(house)
    house.agree("v2")
    review.reopen(house.session, house.actor("aicha"), "v2", at=house.tick())
    house.submit("v2")
    assert in_effect(house) == "clarifying"


def test_a_new_title_voids_the_agreement_as_any_edit_does(house: House) -> None:
    change(house)
    house.agree("v2")
    review.reopen(house.session, house.actor("aicha"), "v2", at=house.tick())
    drafts.set_meta(
        house.session, house.actor("aicha"), "v2", title="Charter for all", kind="charter", audience="", summary="",
        at=house.tick(),
    )  # fmt: skip
    house.submit("v2")
    assert in_effect(house) == "substantive"


def test_whoever_wrote_in_what_changed_does_not_agree_to_its_class(house: House) -> None:
    change(house, by="julie")
    state(house, "clarifying")
    with pytest.raises(WroteTheChange):
        agree(house, by="julie")
    agree(house, by="samuel")
    assert in_effect(house) == "clarifying"


def test_one_person_of_both_sides_does_not_agree_with_themselves(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    change(house)
    monkeypatch.setitem(PEOPLE, "aicha", PEOPLE["aicha"] | PEOPLE["samuel"])
    state(house, "clarifying", by="aicha")
    with pytest.raises(WroteTheChange):
        agree(house, by="aicha")


def test_each_side_says_only_what_is_its_own_and_only_in_review(house: House) -> None:
    house.draft("v2")
    house.write("v2", "mathieu", END, " kindly")
    with pytest.raises(WrongState):
        state(house, "clarifying")
    house.submit("v2")
    with pytest.raises(NotPermitted):
        state(house, "clarifying", by="samuel")
    state(house, "clarifying")
    with pytest.raises(NotPermitted):
        agree(house, by="camille")
    with pytest.raises(RemarkMissing):
        classing.contest_class(house.session, house.actor("julie"), "v2", reason=" ", at=house.tick())


def test_the_class_says_how_the_number_grows_and_a_publisher_only_more(house: House) -> None:
    change(house)
    house.approve("v2", "camille", "comms")
    house.approve("v2", "julie", "legal")
    with pytest.raises(NumberTooLow):
        house.publish("v2", number="minor")
    house.agree("v2")
    published = house.publish("v2")
    assert ((published.major, published.minor), published.change, published.asks_again) == ((1, 1), "clarifying", True)
    change(house, "v3", words=" ever")
    house.approve("v3", "camille", "comms")
    house.approve("v3", "julie", "legal")
    published = house.publish("v3")
    assert ((published.major, published.minor), published.change, published.asks_again) == ((2, 0), "substantive", True)


def test_after_a_change_of_typography_nobody_confirms_again(house: House) -> None:
    def confirms(version_id: str) -> None:
        row = queries.published(house.session, "g")
        assert row is not None
        acknowledgement.confirm(
            house.session, house.actor("ines"), version_id, document_hash=row.document_hash, statement="Read.",
            language="en", at=house.tick(),
        )  # fmt: skip

    confirms("v1")
    change(house, words="  ")
    house.agree("v2", "editorial")
    house.approve("v2", "camille", "comms")
    house.approve("v2", "julie", "legal")
    assert house.publish("v2").asks_again is False
    assert handbook.confirmed(house.session, "ines") == {"v1", "v2"}
    assert handbook.confirmed(house.session, "julie") == set()
    assert handbook.confirmed_by(house.session, "v2") == {"ines"}
    change(house, "v3", words=" ever")
    house.approve("v3", "camille", "comms")
    house.approve("v3", "julie", "legal")
    house.publish("v3")
    assert "v3" not in handbook.confirmed(house.session, "ines")
    assert handbook.confirmed_by(house.session, "v3") == set()


@pytest.fixture
def light(engine: Engine) -> Iterator[House]:
    """A text under the light policy: legal signs nothing of what both sides agree to be editorial."""
    with transaction(engine) as session:
        house = found(session)
        drafts.create_guideline(
            session, house.actor("aicha"), guideline_id="g", version_id="v1", slug="charter", title="Charter",
            language="en", kind="charter", owner_team="comms", policy="light", at=house.tick(),
            document=doc(h1("Speaking", id="s1"), p("Ask first."), h1("Pictures", id="s2"), p("Written consent.")),
        )  # fmt: skip
        house.submit("v1")
        house.approve("v1", "mathieu", "comms")
        house.approve("v1", "julie", "legal")
        house.publish("v1")
        yield house


def small_step(house: House, version_id: str, words: str) -> None:
    change(house, version_id, words=words)
    house.agree(version_id, "editorial")
    house.approve(version_id, "camille", "comms")


def test_typography_agreed_by_both_sides_is_published_without_a_signature_of_the_other(light: House) -> None:
    change(light, words="  ")
    light.approve("v2", "camille", "comms")
    with pytest.raises(SignOffsMissing):
        light.publish("v2")
    light.agree("v2", "editorial")
    assert light.publish("v2").change == "editorial"
    contested = queries.standing(light.session, "v2", light.now)
    assert contested.facts.change == "editorial"


def test_small_steps_are_measured_from_the_words_signed_in_full_and_not_from_one_another(light: House) -> None:
    """Two editions lowered to editorial would make a large change that legal never signed."""
    change(light, "v2", words=" well")
    assert proposal(light, "v2")["s1"][0] == "substantive"
    review.withdraw(light.session, light.actor("aicha"), "v2", reason="Too much.", at=light.tick())
    light.draft("v3")
    light.step("v3", "mathieu", {"stepType": "replace", "from": END, "to": END + 1})  # the last dot
    light.submit("v3")
    light.agree("v3", "editorial")
    light.approve("v3", "camille", "comms")
    light.publish("v3")
    light.draft("v4")
    light.write("v4", "mathieu", END, " well")
    light.submit("v4")
    standing = queries.standing(light.session, "v4", light.now)
    assert standing.anchor is not None
    assert (standing.anchor.version_id, standing.in_force.version_id) == ("v1", "v3")  # type: ignore[union-attr]
    assert {(line.slice_id, line.team) for line in outstanding(standing.facts)} == {("s1", "comms"), ("s1", "legal")}


def test_words_that_go_back_to_those_signed_in_full_are_no_unchanged_version(light: House) -> None:
    change(light, "v2", words="  ")
    light.agree("v2", "editorial")
    light.approve("v2", "camille", "comms")
    light.publish("v2")
    light.draft("v3")
    assert queries.standing(light.session, "v3", light.now).facts.unchanged
    light.step("v3", "mathieu", {"stepType": "replace", "from": END, "to": END + 2})
    standing = queries.standing(light.session, "v3", light.now)
    assert (standing.facts.unchanged, outstanding(standing.facts)) == (False, [])


def test_what_was_said_of_the_class_stands_in_the_log_and_is_audited(house: House) -> None:
    change(house)
    house.agree("v2")
    contest(house)
    assert audit(house.session, "g") == []
    told = [event.kind for event in events.history(house.session, "g")]
    assert told[-3:] == ["class_stated", "class_agreed", "class_contested"]


# The whole of a version, without a database.


def text(*blocks: Node, **more: str) -> Text:
    numbering = more.pop("numbering", "none")
    document = doc(*blocks)
    document = Node(document.type, {**document.attrs, "numbering": numbering}, document.content)
    given = {"title": "Charter", "summary": "", "kind": "charter", "audience": "all", "language": "en", **more}
    return Text(document, **given)


ONE, TWO = (h1("One", id="a"), p("Ask first.")), (h1("Two", id="b"), p("Written consent."))


@pytest.mark.parametrize(
    ("before", "after", "part", "change_", "why"),
    [
        (text(*ONE, *TWO), text(*TWO, *ONE), "outline", "clarifying", Why.SECTIONS_MOVED),
        (
            text(*ONE, *TWO, numbering="headings"), text(*TWO, *ONE, numbering="headings"), "outline", "substantive",
            Why.CLAUSES_MOVED,
        ),
        (text(*ONE, *TWO), text(*ONE), "outline", "substantive", Why.SECTION_REMOVED),
        (text(*ONE), text(*ONE, *TWO), "b", "substantive", Why.SECTION_ADDED),
        (text(*ONE), text(h2("One", id="a"), p("Ask first.")), "outline", "clarifying", Why.SECTIONS_MOVED),
        (text(*ONE), text(*ONE, numbering="clauses"), "outline", "substantive", Why.NUMBERING),
        (text(*ONE), text(*ONE, title="Charter pictures"), "meta", "substantive", Why.WORD_ADDED),
        (text(*ONE), text(*ONE, title="Charter."), "meta", "editorial", Why.TYPOGRAPHY),
        (text(*ONE), text(*ONE, kind="policy"), "meta", "substantive", Why.KIND),
        (text(*ONE), text(*ONE, audience="managers"), "meta", "substantive", Why.AUDIENCE),
        (text(*ONE), text(*ONE, language="fr"), "meta", "substantive", Why.LANGUAGE),
        (text(*ONE), text(h1("One", id="a"), p("Ask ", b("first"), ".")), "a", "editorial", Why.TYPOGRAPHY),
    ],
)  # fmt: skip
def test_what_is_signed_beside_the_words_has_a_class_too(
    before: Text, after: Text, part: str, change_: str, why: Why
) -> None:
    found_ = propose_all(before, after)
    assert (found_[part].change, why in {finding.why for finding in found_[part].findings}) == (change_, True)
    assert proposed(before, after) == change_


def test_nothing_changed_proposes_nothing_and_a_first_edition_everything() -> None:
    assert propose_all(text(*ONE), text(*ONE)) == {}
    assert {one.change for one in propose_all(None, text(*ONE, *TWO)).values()} == {"substantive"}


def test_a_shipped_policy_asks_less_of_small_changes() -> None:
    asked = {
        change_: {need.team for _, need in shipped()["light"].active(kind="guide", language="fr", change=change_)}
        for change_ in ("editorial", "clarifying", "substantive")
    }
    assert asked == {"editorial": {"comms"}, "clarifying": {"comms", "legal"}, "substantive": {"comms", "legal"}}
