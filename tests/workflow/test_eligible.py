"""Who may decide: rules that the search for dead ends has found wanting, told as examples."""

from dataclasses import replace

import pytest

from guidelines.people import Actor, Role
from tests.workflow.test_outstanding import decision, facts, lines, need, policy
from workflow import eligible
from workflow.errors import AlreadySigned, NotYourSlot, SelfApproval, StageClosed, StaleSignOff
from workflow.facts import Choice, Slice, scope_moved
from workflow.outstanding import Reason, outstanding

JULIE = Actor("julie", "Julie", memberships=frozenset({(Role.REVIEWER, "legal")}))
SAMUEL = Actor("samuel", "Samuel", memberships=frozenset({(Role.REVIEWER, "legal")}))
AICHA = Actor("aicha", "Aïcha", memberships=frozenset({(Role.EDITOR, "comms")}))


def may_sign(actor: Actor, team: str, found: object, *sections: str) -> list[str]:
    entries = eligible.check_team(actor, team, found)  # type: ignore[arg-type]
    return [part.id for part in eligible.slices_to_sign(actor, entries, found, sections or None)]  # type: ignore[arg-type]


def test_a_team_that_is_asked_twice_may_sign_what_either_requirement_asks_for() -> None:
    twice = facts(policy([need("legal", id="first", scope="outline")], [need("legal", id="then"), need("comms")]))
    assert may_sign(JULIE, "legal", twice) == ["outline"]
    signed = replace(twice, decisions=(decision(1, "julie", "legal", outline="ho"),))
    assert may_sign(JULIE, "legal", signed) == ["s1", "s2", "meta"]


def test_where_people_are_named_nobody_else_of_their_team_counts() -> None:
    rules = policy([need("legal", people=["julie"]), need("legal", id="any")])
    other = facts(rules, decisions=(decision(1, "samuel", "legal"),))
    assert lines(other) == {("not_yet", "legal")}
    assert lines(facts(rules, decisions=(decision(1, "julie", "legal"),))) == set()


def test_a_stage_a_hand_in_the_words_an_old_page_and_another_team_each_have_their_refusal() -> None:
    found = facts(policy([need("comms")], [need("legal")]), contributors={"s1": frozenset({"aicha"})})
    with pytest.raises(StageClosed):
        may_sign(JULIE, "legal", found, "s1")
    with pytest.raises(SelfApproval):
        may_sign(AICHA, "comms", found, "s1")
    assert may_sign(AICHA, "comms", found) == ["s2", "outline", "meta"]
    with pytest.raises(NotYourSlot):
        may_sign(JULIE, "comms", found)
    with pytest.raises(StaleSignOff):
        may_sign(AICHA, "comms", found, "s9")
    with pytest.raises(StaleSignOff):
        eligible.check_shown("then", "now")


def test_what_was_signed_on_these_words_is_not_signed_again_and_can_be_taken_back_once() -> None:
    found = facts(slices=(Slice("s1", "h1"),), decisions=(decision(1, "julie", "legal"),))
    with pytest.raises(AlreadySigned):
        may_sign(JULIE, "legal", found)
    assert eligible.slices_to_take_back(JULIE, "legal", Choice.RETRACT, found)
    back = replace(found, decisions=(*found.decisions, decision(2, "julie", "legal", Choice.RETRACT)))
    with pytest.raises(AlreadySigned):
        eligible.slices_to_take_back(JULIE, "legal", Choice.RETRACT, back)


def test_an_objection_is_lifted_by_its_team_and_by_no_other() -> None:
    found = facts(decisions=(decision(1, "julie", "legal", Choice.OBJECT),))
    assert [part.id for part in eligible.slices_to_take_back(SAMUEL, "legal", Choice.LIFT, found)] == ["s1"]
    with pytest.raises(AlreadySigned):
        eligible.slices_to_take_back(AICHA, "comms", Choice.LIFT, found)


def test_a_team_that_loses_or_gains_a_section_signs_the_outline() -> None:
    rules = policy([need("comms"), need("legal"), need("dpo", scope="tag:data")])
    tagged, plain = Slice("s1", "h1", tags=frozenset({"data"})), Slice("s1", "h1")
    needs = list(rules.requirements())
    assert scope_moved(needs, [tagged], [plain]) == {"dpo"}
    assert scope_moved(needs, [plain], [tagged]) == {"dpo"}
    assert scope_moved(needs, [tagged], []) == {"dpo"}
    assert scope_moved(needs, [tagged], [tagged]) == frozenset()
    moved = facts(rules, scope_moved=frozenset({"dpo"}))
    assert ("not_yet", "dpo") in lines(moved, "outline")
    assert ("not_yet", "dpo") not in lines(moved, "s1")


def test_one_person_of_two_teams_is_no_two_people_and_a_slot_can_be_given_up_for_another() -> None:
    """Nora is of both; without a colleague on either side nothing can be approved, with one it can."""
    nora = {"comms": frozenset({"nora"}), "legal": frozenset({"nora"})}
    alone = facts(slices=(Slice("s1", "h1"),), members=nora)
    assert Reason.NOBODY_CAN in {line.reason for line in outstanding(alone)}
    two = replace(alone, members={**nora, "legal": frozenset({"nora", "julie"})})
    assert Reason.NOBODY_CAN not in {line.reason for line in outstanding(two)}
    signed = replace(two, decisions=(decision(1, "nora", "legal"),))
    assert Reason.NOBODY_CAN not in {line.reason for line in outstanding(signed)}, "she can take it back"
