"""Coverage and what is outstanding: laws over random facts, and each rule against an example told in words."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.coverage import Void, counting, latest, objections, voided
from workflow.facts import Choice, Decision, Slice, VersionFacts, to_sign
from workflow.machine import State
from workflow.outstanding import Outstanding, Reason, can_sign, open_stage, outstanding, outstanding_of, stage_is_open
from workflow.policy import Policy, check_policy

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
MEMBERS = {
    "comms": frozenset({"aicha", "mathieu", "nora"}),
    "legal": frozenset({"julie", "samuel", "nora"}),
    "dpo": frozenset({"dora"}),
}
PEOPLE = sorted({person for people in MEMBERS.values() for person in people} | {"ines"})


def policy(*stages: list[dict[str, Any]], **more: Any) -> Policy:
    return check_policy(
        {
            "format": 1, "name": "p", "title": {"fr": "p", "en": "p"}, "owner_team": "comms", "other_side": "legal",
            "stage": [{"name": {"fr": "s", "en": "s"}, "require": needs} for needs in stages], **more,
        }
    )  # fmt: skip


def need(team: str, **more: Any) -> dict[str, Any]:
    return {"id": more.pop("id", team), "team": team, **more}


STANDARD = policy([need("comms"), need("legal")])


def facts(rules: Policy = STANDARD, **more: Any) -> VersionFacts:
    given_ = {
        "version_id": "v", "state": State.IN_REVIEW, "policy": rules, "kind": "charter", "language": "en",
        "slices": (Slice("s1", "h1"), Slice("s2", "h2"), Slice("outline", "ho"), Slice("meta", "hm")),
        "anchor": {}, "anchor_teams": {}, "contributors": {}, "decisions": (), "members": MEMBERS, **more,
    }  # fmt: skip
    return VersionFacts(**given_)


def decision(seq: int, person: str, team: str, choice: Choice = Choice.APPROVE, **hashes: str) -> Decision:
    return Decision(seq, person, person, team, team, choice, hashes or {"s1": "h1"}, 0, AT)


def lines(found: VersionFacts, slice_id: str = "s1") -> set[tuple[str, str]]:
    return {(line.reason.value, line.team) for line in outstanding(found) if line.slice_id == slice_id}


# Random facts.

HASHES = st.sampled_from(["h1", "h2", "old"])
IDS = st.sampled_from(["s1", "s2", "outline", "meta"])
NEEDS = st.fixed_dictionaries(
    {
        "team": st.sampled_from(["comms", "legal", "dpo"]),
        "quorum": st.sampled_from([1, 2, "all"]),
        "scope": st.sampled_from(["all", "owned", "outline", "tag:data"]),
        "authors": st.sampled_from(["excluded", "second_pair"]),
    }
)


@st.composite
def any_facts(draw: st.DrawFn) -> VersionFacts:
    stages = draw(st.lists(st.lists(NEEDS, min_size=1, max_size=2), min_size=1, max_size=2))
    named = [[{"id": f"n{i}{j}", **one} for j, one in enumerate(needs)] for i, needs in enumerate(stages)]
    rules = policy(
        *named,
        objection=draw(st.sampled_from(["blocks", "counts"])),
        gate=draw(st.sampled_from(["version", "section"])),
    )
    slices = tuple(
        Slice(part, draw(HASHES), draw(st.sampled_from([None, "legal"])), frozenset(draw(st.sets(st.just("data")))))
        for part in ("s1", "s2", "outline", "meta")
    )
    decisions = tuple(
        Decision(
            seq, person, person, draw(st.sampled_from(sorted(MEMBERS))), "x", draw(st.sampled_from(Choice)),
            draw(st.dictionaries(IDS, HASHES, min_size=1)), 0, AT,
        )
        for seq, person in enumerate(draw(st.lists(st.sampled_from(PEOPLE), max_size=8)))
    )  # fmt: skip
    groups = st.frozensets(st.sampled_from(PEOPLE), max_size=2)
    return facts(
        rules,
        slices=slices,
        decisions=decisions,
        anchor=draw(st.dictionaries(IDS, HASHES)),
        anchor_teams=draw(st.dictionaries(IDS, st.frozensets(st.sampled_from(sorted(MEMBERS))))),
        contributors=draw(st.dictionaries(IDS, groups)),
        roster=draw(st.dictionaries(st.sampled_from(sorted(MEMBERS)), groups)),
        base_ok=draw(st.booleans()),
        blocking=draw(st.frozensets(st.sampled_from(["s1", ""]))),
    )


def only(found: VersionFacts, part: Slice) -> VersionFacts:
    """The same facts as if the version had one slice."""
    return replace(found, slices=(part,))


def bare(line: Outstanding) -> tuple[Any, ...]:
    """Without the stage, which opens when *all* slices of the one before are signed: that is no matter of one slice."""
    return (
        line.reason,
        line.slice_id,
        line.requirement,
        line.team,
        line.missing,
        line.who_can,
        tuple((gone.decision.seq, gone.slice_id, gone.reason) for gone in line.because),
    )


@settings(max_examples=200, deadline=None)
@given(any_facts())
def test_what_is_outstanding_is_the_union_over_the_slices_and_what_concerns_the_whole(found: VersionFacts) -> None:
    whole = {bare(line) for line in outstanding(found)}
    parts = {bare(line) for part in found.slices for line in outstanding_of(part, only(found, part))}
    version_wide = {bare(line) for line in outstanding(found) if line.slice_id == ""}
    assert whole == parts | version_wide
    assert {line[0] for line in version_wide} <= {
        Reason.NOTHING_CHANGED, Reason.BASE_MOVED, Reason.THREAD_BLOCKING
    }  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(any_facts())
def test_a_sign_off_that_counts_is_an_approval_of_these_words_by_nobody_excluded(found: VersionFacts) -> None:
    for _, requirement in found.requirements:
        for part in found.slices:
            for one in counting(requirement, part, found):
                assert (one.choice, one.team, one.hashes[part.id]) == (Choice.APPROVE, requirement.team, part.hash)
                newer = [
                    d for d in found.decisions if d.person == one.person and part.id in d.hashes and d.seq > one.seq
                ]
                assert all(d.choice is Choice.LIFT for d in newer) or not newer
                if requirement.authors == "excluded":
                    assert one.person not in found.contributors.get(part.id, frozenset())
            out = [gone.decision.seq for gone in voided(requirement, part, found)]
            assert not {one.seq for one in counting(requirement, part, found)} & set(out)


@settings(max_examples=200, deadline=None)
@given(any_facts(), st.sampled_from(PEOPLE))
def test_a_retraction_never_makes_anything_less_outstanding(found: VersionFacts, person: str) -> None:
    """Taking an approval back only adds to what is missing; an objection taken back may remove its own line."""
    held = {
        part.id for part in found.slices if (one := latest(found, part.id).get(person)) and one.choice is Choice.APPROVE
    }
    if not held:
        return
    back = Decision(99, person, person, "comms", "x", Choice.RETRACT, dict.fromkeys(held, "h1"), 0, AT)
    after = replace(found, decisions=(*found.decisions, back))
    missing = {(line.slice_id, line.requirement): line.missing for line in outstanding(found) if line.requirement}
    more = {(line.slice_id, line.requirement): line.missing for line in outstanding(after) if line.requirement}
    assert all(more.get(key, 0) >= count for key, count in missing.items())


@settings(max_examples=150, deadline=None)
@given(any_facts())
def test_signing_is_open_in_the_first_incomplete_stage_and_before(found: VersionFacts) -> None:
    first = open_stage(found)
    for stage, requirement in found.requirements:
        for part in to_sign(requirement, found):
            if found.policy.gate == "version":
                assert stage_is_open(stage, part, found) is (first is None or stage <= first)


@settings(max_examples=150, deadline=None)
@given(any_facts())
def test_who_can_sign_is_a_member_who_wrote_nothing_of_it_and_holds_no_slot(found: VersionFacts) -> None:
    for _, requirement in found.requirements:
        for part in found.slices:
            people = can_sign(requirement, part, found)
            assert people <= MEMBERS[requirement.team]
            if requirement.authors == "excluded":
                assert not people & found.contributors.get(part.id, frozenset())


# Rules told in words.


def test_words_that_were_left_and_come_back_count_again_if_it_is_the_last_word_on_them() -> None:
    left = facts(decisions=(decision(1, "julie", "legal", s1="h1"),), slices=(Slice("s1", "other"),))
    assert ("changed_since", "legal") in lines(left)
    assert ("changed_since", "legal") not in lines(replace(left, slices=(Slice("s1", "h1"),)))


def test_words_that_come_back_do_not_count_for_whom_approved_others_since() -> None:
    moved = facts(decisions=(decision(1, "julie", "legal", s1="h1"), decision(2, "julie", "legal", s1="other")))
    assert ("changed_since", "legal") in lines(moved)


def test_an_approval_after_an_objection_ends_it_and_the_other_way_round() -> None:
    yes, no = decision(1, "julie", "legal"), decision(2, "julie", "legal", Choice.OBJECT)
    assert ("objection", "legal") in lines(facts(decisions=(yes, no)))
    again = decision(3, "julie", "legal")
    assert ("objection", "legal") not in lines(facts(decisions=(yes, no, again)))


def test_only_a_sign_off_can_be_told_as_taken_back_and_an_objection_is_told_as_one() -> None:
    no = decision(1, "julie", "legal", Choice.OBJECT)
    objected = {("objection", "legal"), ("not_yet", "legal"), ("not_yet", "comms")}
    assert lines(facts(decisions=(no,))) == objected
    back = decision(2, "julie", "legal", Choice.RETRACT)
    assert ("latest_decision_is", "legal") not in lines(facts(decisions=(no, back)))
    yes = decision(1, "julie", "legal")
    assert ("latest_decision_is", "legal") in lines(facts(decisions=(yes, back)))
    assert lines(facts(decisions=(yes, replace(no, seq=2)))) == objected


def test_a_lift_ends_the_objections_of_its_own_team_only() -> None:
    both = (decision(1, "samuel", "legal", Choice.OBJECT), decision(2, "aicha", "comms", Choice.OBJECT))
    lifted = facts(decisions=(*both, decision(3, "julie", "legal", Choice.LIFT)))
    assert [one.person for one in objections("s1", lifted)] == ["aicha"]


def test_with_objections_that_count_a_no_is_no_approval_and_no_more() -> None:
    rules = policy([need("legal")], objection="counts")
    no = facts(rules, decisions=(decision(1, "samuel", "legal", Choice.OBJECT),))
    assert lines(no) == {("objection", "legal")}
    yes = replace(no, decisions=(*no.decisions, decision(2, "julie", "legal")))
    assert lines(yes) == set()


def test_a_quorum_is_counted_for_each_section_by_itself() -> None:
    rules = policy([need("legal", quorum=2)])
    split = facts(
        rules,
        slices=(Slice("s1", "h1"), Slice("s2", "h2")),
        decisions=(
            decision(1, "julie", "legal", s1="h1", s2="h2"), decision(2, "samuel", "legal", s1="h1"),
            decision(3, "nora", "legal", s2="h2"),
        ),
    )  # fmt: skip
    assert outstanding(split) == []
    assert {line.missing for line in outstanding(replace(split, decisions=split.decisions[:1]))} == {1}


def test_the_same_words_signed_for_another_team_in_force_are_settled_only_for_that_team() -> None:
    known = facts(
        slices=(Slice("s1", "h1"), Slice("s2", "new")),
        anchor={"s1": "h1"},
        anchor_teams={"s1": frozenset({"comms"})},
    )
    assert lines(known) == {("not_yet", "legal")}


def test_scopes_cover_what_they_say() -> None:
    slices = (Slice("s1", "h1", "legal", frozenset({"data"})), Slice("s2", "h2"), Slice("outline", "ho"))
    asked = {
        scope: {line.slice_id for line in outstanding(facts(policy([need("legal", scope=scope)]), slices=slices))}
        for scope in ("all", "owned", "tag:data", "tag:other", "outline")
    }
    assert asked == {
        "all": {"s1", "s2", "outline"}, "owned": {"s1"}, "tag:data": {"s1"}, "tag:other": set(), "outline": {"outline"},
    }  # fmt: skip


def test_all_of_a_team_is_the_roster_of_the_submit_less_leavers_and_writers_and_never_nobody() -> None:
    rules = policy([need("legal", quorum="all")])
    roster = {"legal": frozenset({"julie", "samuel", "gone"})}
    one_slice = (Slice("s1", "h1"),)
    due = outstanding(facts(rules, roster=roster, slices=one_slice))
    assert [(line.missing, line.who_can) for line in due] == [(2, frozenset({"julie", "samuel"}))]
    wrote = facts(rules, roster=roster, slices=one_slice, contributors={"s1": frozenset({"julie", "samuel"})})
    assert [(line.reason, line.missing) for line in outstanding(wrote)] == [(Reason.NOBODY_CAN, 1)]


def test_nobody_left_to_sign_is_told_as_such() -> None:
    rules = policy([need("dpo")])
    alone = facts(rules, contributors={"s1": frozenset({"dora"})}, slices=(Slice("s1", "h1"),))
    assert lines(alone) == {("nobody_can", "dpo")}


def test_a_second_pair_of_eyes_is_somebody_who_wrote_none_of_it() -> None:
    rules = policy([need("comms", authors="second_pair"), need("legal", authors="second_pair")])
    wrote = {"s1": frozenset({"aicha", "julie"})}
    signed = (decision(1, "aicha", "comms"), decision(2, "julie", "legal"))
    own = facts(rules, slices=(Slice("s1", "h1"),), contributors=wrote, decisions=signed)
    assert {line.reason for line in outstanding(own)} == {Reason.NO_SECOND_PAIR}
    other = replace(own, decisions=(signed[0], decision(2, "samuel", "legal")))
    assert outstanding(other) == []


def test_a_signer_who_wrote_the_words_afterwards_is_named() -> None:
    found = facts(decisions=(decision(1, "julie", "legal"),), contributors={"s1": frozenset({"julie"})})
    legal = next(need_ for _, need_ in found.requirements if need_.team == "legal")
    assert [gone.reason for gone in voided(legal, found.slices[0], found)] == [Void.WROTE_IT]


def test_a_text_equal_to_the_one_in_force_says_so() -> None:
    same = facts(anchor={"s1": "h1", "s2": "h2", "outline": "ho", "meta": "hm"})
    assert Reason.NOTHING_CHANGED in {line.reason for line in outstanding(same)}
    less = replace(same, slices=same.slices[1:])
    assert Reason.NOTHING_CHANGED not in {line.reason for line in outstanding(less)}
