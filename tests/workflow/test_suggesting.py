"""Suggestions in the life of a version: what they hold back, whose the words become, what the log tells."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from api.database import transaction
from guidelines import authority, deciding, suggestion_rows, versions
from guidelines.deciding import Decided
from guidelines.document import plain_text
from guidelines.errors import FrozenVersion, SuggestionsOpen
from guidelines.suggestion_layers import suggestion_ids
from tests.builders import doc, h1, p
from tests.workflow.house import House, found
from workflow import audit, drafts, events, queries, review, suggesting
from workflow.errors import NotPermitted, OwnSuggestion, PublishedImmutable, SignOffsMissing, SuggestionOpen
from workflow.events import Kind

#: Where "Ask first." begins in the house's text.
START = 11


@pytest.fixture
def house(engine: Engine) -> Iterator[House]:
    with transaction(engine) as session:
        made = found(session)
        made.create()
        for name in ("aicha", "mathieu", "julie", "samuel"):
            suggestion_rows.open_session(session, "v1", made.actor(name), key=name, at=made.tick())
        yield made


def suggest(house: House, by: str, *steps: dict[str, Any], note: str = "") -> None:
    suggesting.may_suggest(house.session, house.actor(by), "v1")
    revision = authority.open_document(house.session, "v1").revision
    authority.receive(
        house.session, "v1", actor=house.actor(by), ref=f"{by}-{revision}", base_revision=revision,
        steps_json=list(steps), at=house.tick(), cause="suggest", note=note,
    )  # fmt: skip


def added(position: int, words: str, suggestion: str) -> dict[str, Any]:
    marked = {"type": "text", "text": words, "marks": [{"type": "ins", "attrs": {"s": suggestion}}]}
    return {"stepType": "replace", "from": position, "to": position, "slice": {"content": [marked]}}


def removed(start: int, end: int, suggestion: str) -> dict[str, Any]:
    return {"stepType": "addMark", "from": start, "to": end, "mark": {"type": "del", "attrs": {"s": suggestion}}}


def decide(house: House, by: str, accept: tuple[str, ...] = (), reject: tuple[str, ...] = ()) -> Decided:
    opened = authority.open_document(house.session, "v1")
    return suggesting.decide(
        house.session, house.actor(by), "v1", accept=accept, reject=reject, seen_revision=opened.revision,
        ref=f"decide-{opened.revision}", at=house.tick(),
    )  # fmt: skip


def contributors(house: House) -> set[str]:
    return set(queries.standing(house.session, "v1", house.now).facts.contributors["s1"])


def test_a_suggestion_moves_no_hash_and_holds_its_section_alone_back(house: House) -> None:
    house.submit("v1")
    before = house.shown("v1")
    house.approve("v1", "mathieu", "comms")
    suggest(house, "julie", added(START, "Always ", "julie.1"))

    assert house.shown("v1") == before
    assert ("suggestion_open", "s1", "") in house.missing("v1")
    assert ("changed_since", "s1", "comms") not in house.missing("v1")
    with pytest.raises(SuggestionOpen) as refusal:
        house.approve("v1", "samuel", "legal", ["s1"])
    assert refusal.value.facts["sections"] == ["s1"]
    house.approve("v1", "samuel", "legal")
    assert {line for line in house.missing("v1") if line[1] == "s2"} == set()
    with pytest.raises(SignOffsMissing):
        house.publish("v1")


def test_accepting_voids_the_sign_offs_of_that_section_alone_and_names_whose_words_came(house: House) -> None:
    house.submit("v1")
    house.approve("v1", "mathieu", "comms")
    house.approve("v1", "samuel", "legal")
    suggest(house, "julie", added(START, "Always ", "julie.1"), note="Not only once.")
    done = decide(house, "mathieu", accept=("julie.1",))

    assert {line for line in house.missing("v1") if line[0] == "changed_since"} == {
        ("changed_since", "s1", "comms"), ("changed_since", "s1", "legal"),
    }  # fmt: skip
    assert {part for _, part, _ in house.missing("v1")} == {"s1"}
    assert contributors(house) == {"aicha", "julie"}
    told = [event for event in events.history(house.session, "g") if event.kind == Kind.SUGGESTIONS_DECIDED]
    assert [event.person_id for event in told] == ["mathieu"]
    said = json.loads(told[0].data)["suggestions"]["julie.1"]
    assert said == {"outcome": "accepted", "by": "julie", "hash": done.hashes["julie.1"]}
    assert audit.audit(house.session, "g") == []


def test_accepting_what_touches_another_s_suggestion_makes_the_decider_a_writer(house: House) -> None:
    suggest(house, "julie", added(START, "Always ", "julie.1"))
    suggest(house, "samuel", added(START + 7, "and ever ", "samuel.1"))
    decide(house, "mathieu", accept=("julie.1",))

    assert contributors(house) == {"aicha", "julie", "mathieu"}
    assert audit.audit(house.session, "g") == []


def test_words_of_two_people_accepted_at_once_are_each_one_s_where_they_stand(house: House) -> None:
    suggest(house, "julie", added(START, "Always ", "julie.1"))
    suggest(house, "samuel", added(START + 7 + 22, "Signed. ", "samuel.1"))
    decide(house, "mathieu", accept=("julie.1", "samuel.1"))

    facts = queries.standing(house.session, "v1", house.now).facts
    assert set(facts.contributors["s1"]) == {"aicha", "julie"}
    assert set(facts.contributors["s2"]) == {"aicha", "samuel"}


def test_in_a_review_the_owner_team_decides_and_nobody_on_their_own(house: House) -> None:
    house.submit("v1")
    suggest(house, "julie", added(START, "Always ", "julie.1"))
    suggest(house, "aicha", added(START, "We ", "aicha.1"))
    with pytest.raises(NotPermitted):
        decide(house, "samuel", accept=("julie.1",))
    with pytest.raises(NotPermitted):
        decide(house, "julie", accept=("julie.1",))
    with pytest.raises(OwnSuggestion):
        decide(house, "aicha", accept=("aicha.1", "julie.1"))
    assert decide(house, "julie", reject=("julie.1",)).outcome == {"julie.1": "withdrawn"}
    assert decide(house, "mathieu", accept=("aicha.1",)).outcome == {"aicha.1": "accepted"}


def test_a_deletion_within_a_rejected_insertion_is_overtaken(house: House) -> None:
    suggest(house, "julie", added(START, "Always ", "julie.1"))
    suggest(house, "samuel", removed(START + 1, START + 3, "samuel.1"))
    assert decide(house, "mathieu", reject=("julie.1",)).outcome == {"julie.1": "rejected", "samuel.1": "overtaken"}
    assert audit.audit(house.session, "g") == []


def test_an_open_suggestion_goes_with_the_text_into_the_review_and_back(house: House) -> None:
    suggest(house, "julie", added(START, "Always ", "julie.1"))
    house.submit("v1")
    review.reopen(house.session, house.actor("aicha"), "v1", at=house.tick())
    assert suggestion_ids(authority.open_document(house.session, "v1").tree) == {"julie.1"}
    assert audit.audit(house.session, "g") == []


def test_a_text_with_open_suggestions_is_not_replaced_and_not_published(house: House) -> None:
    suggest(house, "julie", added(START, "Always ", "julie.1"))
    with pytest.raises(SuggestionsOpen):
        drafts.import_text(
            house.session, house.actor("aicha"), "v1", doc(h1("New", id="s1"), p("Text.")), ref="i", at=house.tick()
        )
    version = queries.standing(house.session, "v1", house.now).version
    with pytest.raises(SuggestionsOpen):
        versions.publish(
            house.session, house.actor("aicha"), version, number=(1, 0), change_note="", effective_on=house.now.date(),
            at=house.tick(),
        )  # fmt: skip


def test_a_published_text_takes_no_suggestion_and_holds_none(house: House) -> None:
    house.submit("v1")
    suggest(house, "julie", added(START, "Always ", "julie.1"))
    decide(house, "mathieu", reject=("julie.1",))
    house.approve("v1", "mathieu", "comms")
    house.approve("v1", "julie", "legal")
    publication = house.publish("v1")
    assert "ins" not in publication.document
    with pytest.raises(PublishedImmutable):
        suggesting.may_suggest(house.session, house.actor("julie"), "v1")
    assert audit.audit(house.session, "g") == []


def test_all_of_a_person_or_of_a_section_are_decided_at_once(house: House) -> None:
    suggest(house, "julie", added(START, "Always ", "julie.1"), added(START + 7 + 22, "Signed. ", "julie.2"))
    suggest(house, "samuel", added(START, "Well: ", "samuel.1"))

    def chosen(**more: Any) -> list[str]:
        revision = authority.open_document(house.session, "v1").revision
        return suggesting.chosen(house.session, house.actor("aicha"), "v1", seen_revision=revision, accept=True, **more)

    assert chosen(person="julie") == ["julie.1", "julie.2"]
    assert chosen(section="s1") == ["julie.1", "samuel.1"]
    assert chosen(person="julie", section="s2") == ["julie.2"]
    decide(house, "aicha", accept=tuple(chosen(section="s1")))
    assert "Well: Always Ask first." in plain_text(authority.open_document(house.session, "v1").document)
    assert chosen() == ["julie.2"]


def test_a_plain_step_does_not_pass_as_a_suggestion_in_a_text_that_stands_still(house: House) -> None:
    house.submit("v1")
    with pytest.raises(FrozenVersion):
        authority.receive(
            house.session, "v1", actor=house.actor("aicha"), ref="x", base_revision=0, at=house.tick(),
            steps_json=[{"stepType": "replace", "from": 1, "to": 2}],
        )  # fmt: skip


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE suggestion SET state = 'rejected'", "was decided otherwise"),
        ("UPDATE suggestion SET decided_by = 'julie'", "was decided otherwise"),
        ("UPDATE suggestion SET person_id = 'samuel'", "was decided otherwise"),
        ("DELETE FROM suggestion", "was decided otherwise"),
    ],
)
def test_the_audit_notices_what_was_altered_of_a_decision(house: House, statement: str, fault: str) -> None:
    from api import triggers

    suggest(house, "julie", added(START, "Always ", "julie.1"))
    decide(house, "mathieu", accept=("julie.1",))
    triggers.drop(house.session.connection())
    house.session.connection().execute(text(statement))
    house.session.expire_all()
    assert any(fault in str(one) for one in audit.audit(house.session, "g"))
    house.session.rollback()


def test_a_decision_stands_for_ever_on_the_database(house: House) -> None:
    suggest(house, "julie", added(START, "Always ", "julie.1"))
    decide(house, "mathieu", accept=("julie.1",))
    with pytest.raises(IntegrityError, match="what was decided on a suggestion stands"):
        house.session.connection().execute(text("UPDATE suggestion SET state = 'open'"))
    house.session.rollback()


def test_without_the_rule_of_whole_suggestions_the_decider_would_sign_their_own_sentence(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from guidelines import accepted_words

    monkeypatch.setattr(accepted_words, "combined_suggestions", lambda *_: frozenset())
    with pytest.raises(AssertionError):
        test_accepting_what_touches_another_s_suggestion_makes_the_decider_a_writer(house)


def test_without_what_suggestions_concern_a_section_would_be_signed_under_one(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "suggested_slices", lambda _tree: {})
    with pytest.raises(AssertionError):
        test_a_suggestion_moves_no_hash_and_holds_its_section_alone_back(house)


def test_without_what_was_seen_a_suggestion_would_be_decided_unread(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    suggest(house, "julie", added(START, "Always ", "julie.1"))
    suggest(house, "julie", added(START + 7, "never ", "julie.1"))
    more = {"accept": ("julie.1",), "reject": (), "seen_revision": 1, "at": house.now}
    with pytest.raises(deciding.SuggestionChanged):
        suggesting.decide(house.session, house.actor("mathieu"), "v1", ref="a", **more)
    monkeypatch.setattr(deciding, "_unchanged", lambda seen, now, wanted: {})
    assert suggesting.decide(house.session, house.actor("mathieu"), "v1", ref="b", **more).outcome
