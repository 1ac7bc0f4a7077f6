"""Changing a policy: whose act it is, one at a time, sound or refused, under the policy that it replaces."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import select

from api.database import transaction
from guidelines.people import Role
from guidelines.tables import Job, Membership, Person, Team
from tests.workflow.house import START, House, found
from workflow import audit, events, policy_change, policy_log, queries, repinning, review
from workflow.errors import (
    EditionDecided,
    NotPermitted,
    OwnProposal,
    PolicyOpen,
    PolicyUnchanged,
    PolicyUnfit,
    RemarkMissing,
    UnknownEdition,
    WrongState,
)
from workflow.policy import Policy, check_policy, read_policy, shipped
from workflow.policy_tables import PolicyEdition, PolicyEvent, PolicyProof
from workflow.policy_text import as_toml

SOUND = {"sound": True, "states": 1, "told": {}}
UNSOUND = {"sound": False, "states": 1, "told": {}}
REASON = "Two lawyers read what employees are held to."


@pytest.fixture
def house(engine: Engine) -> Iterator[House]:
    with transaction(engine) as session:
        yield found(session)


def stricter(**more: Any) -> Policy:
    """The standard policy with two lawyers."""
    value = shipped()["standard"].model_dump(mode="json", exclude_none=True)
    value["stage"][0]["require"][1]["quorum"] = 2
    value.pop("interim", None)
    return check_policy({**value, **more})


def propose(house: House, policy: Policy | None = None, by: str = "aicha", report: Any = SOUND) -> PolicyEdition:
    policy = policy or stricter()
    row = policy_change.propose(house.session, house.actor(by), policy, reason=REASON, at=house.tick())
    if report:
        policy_change.keep_proof(house.session, policy.hash, report, at=house.tick())
    return row


def in_force(house: House, name: str = "standard") -> Policy:
    return queries.newest_policy(house.session, name)


def test_what_one_side_proposes_and_the_other_agrees_to_is_in_force(house: House) -> None:
    row = propose(house)
    assert in_force(house) == shipped()["standard"]
    policy_change.agree(house.session, house.actor("julie"), "standard", row.number, at=house.tick())
    assert in_force(house) == stricter()
    kinds = [event.kind for event in policy_log.history(house.session, "standard")]
    assert kinds == ["policy_proposed", "policy_checked", "policy_agreed"]
    assert not any(audit.audit_everything(house.session).faults.values())


def test_a_second_agreement_supersedes_the_first_and_the_way_back_is_another(house: House) -> None:
    for policy in (stricter(), shipped()["standard"]):
        row = propose(house, policy)
        policy_change.agree(house.session, house.actor("samuel"), "standard", row.number, at=house.tick())
    assert in_force(house) == shipped()["standard"]
    assert [row.state for row in policy_change.editions(house.session, "standard")] == ["in_force", "superseded"]
    assert not any(audit.audit_everything(house.session).faults.values())


@pytest.mark.parametrize("who", ["julie", "samuel", "ines"])
def test_only_the_owner_side_proposes(house: House, who: str) -> None:
    with pytest.raises(NotPermitted):
        propose(house, by=who)


@pytest.mark.parametrize("who", ["aicha", "mathieu", "ines"])
def test_only_the_other_side_decides(house: House, who: str) -> None:
    row = propose(house)
    for decide in (policy_change.agree, policy_change.refuse):
        more = {"reason": "No."} if decide is policy_change.refuse else {}
        with pytest.raises(NotPermitted):
            decide(house.session, house.actor(who), "standard", row.number, at=house.tick(), **more)  # type: ignore[operator]


def test_whoever_is_of_both_sides_does_not_agree_to_their_own(house: House) -> None:
    both = house.actor("aicha")
    both = type(both)(both.id, both.name, "en", both.memberships | {(Role.REVIEWER, "legal")})
    row = policy_change.propose(house.session, both, stricter(), reason=REASON, at=house.tick())
    policy_change.keep_proof(house.session, row.hash, SOUND, at=house.tick())
    with pytest.raises(OwnProposal):
        policy_change.agree(house.session, both, "standard", row.number, at=house.tick())


def test_a_policy_cannot_hand_itself_over_to_others(house: House) -> None:
    """The sides that decide are those of the policy in force, whoever the new text names."""
    house.session.add(Team(id="hr", name_fr="RH", name_en="HR"))
    house.session.flush()
    row = propose(house, stricter(other_side="hr"))
    policy_change.agree(house.session, house.actor("julie"), "standard", row.number, at=house.tick())
    row = propose(house, shipped()["standard"])
    with pytest.raises(NotPermitted):
        policy_change.agree(house.session, house.actor("julie"), "standard", row.number, at=house.tick())


def test_a_new_name_is_decided_under_the_standard_policy(house: House) -> None:
    house.session.add(Team(id="hr", name_fr="RH", name_en="HR"))
    house.session.flush()
    row = propose(house, stricter(name="aside", other_side="hr"))
    assert (row.number, row.base_hash) == (1, "")
    policy_change.agree(house.session, house.actor("julie"), "aside", 1, at=house.tick())
    assert "aside" in policy_change.names(house.session)


def test_an_unsound_text_is_never_put_to_the_other_side(house: House) -> None:
    row = propose(house, report=UNSOUND)
    assert row.state == "unsound"
    with pytest.raises(EditionDecided):
        policy_change.agree(house.session, house.actor("julie"), "standard", row.number, at=house.tick())
    assert propose(house, stricter(review_every_months=3)).number == row.number + 1


def test_what_nobody_here_could_meet_is_refused_however_sound_elsewhere(house: House) -> None:
    value = stricter().model_dump(mode="json", exclude_none=True)
    value["stage"][0]["require"][1]["quorum"] = 9
    row = propose(house, check_policy(value))
    assert row.state == "unsound"
    assert [one.code for one in policy_change.found_in(row) if one.severity == "refuse"] == [
        "team_too_small", "no_distinct_people",
    ]  # fmt: skip


def test_a_text_waits_for_its_proof_and_one_that_was_proved_does_not_wait_again(house: House) -> None:
    row = propose(house, report=None)
    assert row.state == "checking"
    (job,) = house.session.exec(select(Job).where(Job.kind == "policy_proof")).all()
    assert json.loads(job.payload)["hash"] == row.hash
    policy_change.keep_proof(house.session, row.hash, SOUND, at=house.tick())
    assert row.state == "proposed"
    policy_change.refuse(house.session, house.actor("julie"), "standard", row.number, reason="No.", at=house.tick())
    assert propose(house, report=None).state == "proposed"


def test_who_left_meanwhile_counts_when_it_is_agreed_to(house: House) -> None:
    row = propose(house)
    house.session.get_one(Person, "samuel").left_at = house.tick()
    house.session.flush()
    with pytest.raises(PolicyUnfit):
        policy_change.agree(house.session, house.actor("julie"), "standard", row.number, at=house.tick())


def test_one_change_at_a_time_and_never_to_what_is_there(house: House) -> None:
    with pytest.raises(PolicyUnchanged):
        propose(house, shipped()["standard"])
    row = propose(house)
    with pytest.raises(PolicyOpen):
        propose(house, stricter(review_every_months=3))
    policy_change.withdraw(house.session, house.actor("mathieu"), "standard", row.number, at=house.tick())
    propose(house, stricter(review_every_months=3))
    assert not any(audit.audit_everything(house.session).faults.values())


def test_a_change_and_a_refusal_say_why(house: House) -> None:
    with pytest.raises(RemarkMissing):
        policy_change.propose(house.session, house.actor("aicha"), stricter(), reason=" ", at=house.tick())
    row = propose(house)
    with pytest.raises(RemarkMissing):
        policy_change.refuse(house.session, house.actor("julie"), "standard", row.number, reason="", at=house.tick())
    with pytest.raises(UnknownEdition):
        policy_change.edition(house.session, "standard", 77)


def test_a_version_in_review_keeps_its_policy_until_it_is_pinned_anew(house: House) -> None:
    house.create()
    house.submit("v1")
    house.approve("v1", "mathieu", "comms")
    house.approve("v1", "julie", "legal")
    assert house.missing("v1") == set()
    row = propose(house)
    policy_change.agree(house.session, house.actor("julie"), "standard", row.number, at=house.tick())
    assert house.missing("v1") == set()
    admin = type(house.actor("ines"))("ines", "Ines", "en", frozenset({(Role.ADMIN, "")}))
    with pytest.raises(NotPermitted):
        repinning.repin(house.session, house.actor("aicha"), "v1", reason=REASON, at=house.tick())
    repinning.repin(house.session, admin, "v1", reason=REASON, at=house.tick())
    # Both sign-offs survive, by team and scope: only the second lawyer is missing.
    assert {team for _, _, team in house.missing("v1")} == {"legal"}
    house.approve("v1", "samuel", "legal")
    house.publish("v1")
    assert not any(audit.audit_everything(house.session).faults.values())
    with pytest.raises(WrongState):
        repinning.repin(house.session, admin, "v1", reason=REASON, at=house.tick())


def test_a_pin_moves_once_and_says_why(house: House) -> None:
    house.create()
    house.submit("v1")
    admin = type(house.actor("ines"))("ines", "Ines", "en", frozenset({(Role.ADMIN, "")}))
    with pytest.raises(PolicyUnchanged):
        repinning.repin(house.session, admin, "v1", reason=REASON, at=house.tick())
    with pytest.raises(RemarkMissing):
        repinning.repin(house.session, admin, "v1", reason=" ", at=house.tick())


def test_a_draft_sent_back_is_submitted_under_the_policy_of_now_with_its_teams(house: House) -> None:
    house.session.add(Team(id="hr", name_fr="RH", name_en="HR"))
    house.session.flush()
    house.session.add(Membership(person_id="ines", team_id="hr", role=Role.REVIEWER, from_at=START))
    house.create()
    house.submit("v1")
    review.request_changes(house.session, house.actor("julie"), "v1", remark="More.", at=house.tick())
    value = stricter().model_dump(mode="json", exclude_none=True)
    value["stage"][0]["require"].append({"id": "hr", "team": "hr", "quorum": "all"})
    row = propose(house, check_policy(value))
    policy_change.agree(house.session, house.actor("julie"), "standard", row.number, at=house.tick())
    house.write("v1", "aicha", 1, "Now ")
    house.submit("v1")
    assert "hr" in {team for _, _, team in house.missing("v1")}
    assert queries.standing(house.session, "v1", house.now).facts.roster["hr"] == {"ines"}


@pytest.mark.parametrize(
    ("table", "change"),
    [
        (PolicyEvent, {"person_id": "samuel"}),
        (PolicyEvent, {"data": "{}"}),
        (PolicyEvent, {"at": START - timedelta(days=1)}),
        (PolicyEdition, {"body": "{}"}),
        (PolicyEdition, {"reason": "Because."}),
        (PolicyEdition, {"proposed_by": "mathieu"}),
        (PolicyEdition, {"decided_by": "samuel"}),
        (PolicyEdition, {"found": "[{}]"}),
        (PolicyEdition, {"state": "refused"}),
        (PolicyProof, {"report": "{}"}),
    ],
)
def test_whatever_is_changed_behind_the_log_is_found(house: House, table: Any, change: dict[str, Any]) -> None:
    from api import triggers

    row = propose(house)
    policy_change.agree(house.session, house.actor("julie"), "standard", row.number, at=house.tick())
    triggers.drop(house.session.connection())
    first = house.session.exec(select(table)).first()
    for name, value in change.items():
        setattr(first, name, value)
    house.session.flush()
    house.session.expire_all()
    assert audit.audit_everything(house.session).faults["policies"]


def test_a_proposal_nobody_told_and_an_entry_cut_out_are_found(house: House) -> None:
    from api import triggers

    row = propose(house)
    triggers.drop(house.session.connection())
    copy = PolicyEdition(**{**row.model_dump(), "id": None, "name": "other"})
    house.session.add(copy)
    house.session.flush()
    assert "is told by no event" in str(audit.audit_everything(house.session).faults["policies"])
    house.session.delete(copy)
    house.session.delete(policy_log.history(house.session)[0])
    house.session.flush()
    assert events.Damage.MISSING in {one.damage for one in audit.audit_everything(house.session).faults["policies"]}


words = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), min_size=1, max_size=12)


@given(fr=words, en=words, kinds=st.lists(words, min_size=1, max_size=3), months=st.integers(1, 60))
def test_a_policys_file_reads_as_the_policy(fr: str, en: str, kinds: list[str], months: int) -> None:
    policy = stricter(title={"fr": fr, "en": en}, review_every_months=months, applies={"kinds": kinds})
    assert read_policy(as_toml(policy)) == policy


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_shipped_policys_file_reads_as_the_policy(name: str) -> None:
    assert read_policy(as_toml(shipped()[name])) == shipped()[name]
