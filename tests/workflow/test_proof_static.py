"""What is found in a policy without a search: each finding by a policy that has it, and none in the shipped ones."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidelines.people import Actor, Role
from tests.workflow.test_outstanding import need, policy
from workflow.matching import matched
from workflow.policy import Policy, shipped
from workflow.proof.people import Organisation, supposed
from workflow.proof.static import Finding, Severity, findings, unfit


def person(name: str, *memberships: tuple[Role, str]) -> Actor:
    return Actor(name, name, memberships=frozenset(memberships))


E, R = Role.EDITOR, Role.REVIEWER
COMPANY = Organisation(
    frozenset({"comms", "legal", "dpo", "on-call", "empty"}),
    (
        person("aicha", (E, "comms")),
        person("mathieu", (E, "comms")),
        person("camille", (E, "comms"), (R, "on-call")),
        person("julie", (R, "legal")),
        person("samuel", (R, "legal")),
        person("dora", (R, "dpo")),
        person("ines", (Role.READER, "legal")),
    ),
    {"legal-lead": frozenset({"julie"}), "boss": frozenset({"ines"}), "vacant": frozenset()},
)
BOTH = (need("comms"), need("legal"))


def interim(**more: Any) -> dict[str, Any]:
    return {"team": "on-call", "quorum": 1, "alone": "with_reason", "clock_hours": 72, **more}


def rules(*more: dict[str, Any], **whole: Any) -> Policy:
    return policy([*BOTH, *more], **whole)


REFUSED: dict[str, tuple[Policy, str, str]] = {
    "a team nobody knows": (rules(need("ghosts")), "unknown_team", "stage.0.require.2.team"),
    "a role nobody knows": (
        rules(need("legal", id="x", escalate_to="king")), "unknown_role", "stage.0.require.2.escalate_to",
    ),
    "a person nobody knows": (
        rules(need("legal", id="x", people=["nobody"])), "unknown_person", "stage.0.require.2.people",
    ),
    "a person of another team": (
        rules(need("legal", id="x", people=["aicha"])), "person_of_another_team", "stage.0.require.2.people",
    ),
    "more sign-offs than people": (
        rules(need("legal", id="x", quorum=3)), "team_too_small", "stage.0.require.2.quorum",
    ),
    "a team of nobody": (rules(need("empty", quorum="all")), "team_too_small", "stage.0.require.2.quorum"),
    "fewer named than wanted": (
        rules(need("legal", id="x", quorum=2, people=["julie"])), "too_few_named", "stage.0.require.2.quorum",
    ),
    "the owner alone": (policy([need("comms")]), "owner_alone", "stage"),
    "the owner alone when clarifying": (
        policy([need("comms"), need("legal", when={"classes": ["editorial", "substantive"]})]), "owner_alone", "stage",
    ),
    "the other side for its tag only": (policy([need("comms"), need("legal", scope="tag:x")]), "owner_alone", "stage"),
    "nothing for one language": (policy([need("legal", when={"languages": ["fr"]})]), "nothing_required", "stage"),
    "both sides the same": (rules(other_side="comms"), "one_side", "other_side"),
    "one on call without a word": (
        rules(interim=interim(alone="never")), "interim_alone", "interim.quorum",
    ),
    "too few on call": (rules(interim=interim(quorum=2)), "team_too_small", "interim.quorum"),
}  # fmt: skip
WARNED: dict[str, tuple[Policy, str, str]] = {
    "a writer locks the team out": (
        rules(need("dpo")), "author_locks_out", "stage.0.require.2.authors",
    ),
    "all hangs on one": (rules(need("dpo", authors="second_pair")), "hangs_on_one_person", "stage"),
    "a deadline told to nobody": (
        rules(need("dpo", escalate_to="vacant")), "escalates_to_nobody", "stage.0.require.2.escalate_to",
    ),
    "a deadline told to those who let it pass": (
        rules(need("legal", id="x", escalate_to="legal-lead")),
        "escalates_to_the_same_team",
        "stage.0.require.2.escalate_to",
    ),
}  # fmt: skip


def found_in(rules_: Policy, code: str, company: Organisation = COMPANY) -> list[Finding]:
    return [finding for finding in findings(rules_, company) if finding.code == code]


@pytest.mark.parametrize("name", REFUSED)
def test_an_unfit_policy_is_refused_with_the_place(name: str) -> None:
    rules_, code, place = REFUSED[name]
    assert [(one.severity, one.place) for one in found_in(rules_, code)][:1] == [(Severity.REFUSE, place)]
    assert unfit(findings(rules_, COMPANY))


@pytest.mark.parametrize("name", WARNED)
def test_a_policy_that_is_merely_unwise_is_not_refused(name: str) -> None:
    rules_, code, place = WARNED[name]
    assert [(one.severity, one.place) for one in found_in(rules_, code)][:1] == [(Severity.WARN, place)]
    assert not unfit(findings(rules_, COMPANY))


def test_a_sound_policy_among_enough_people_has_no_finding() -> None:
    assert findings(rules(), COMPANY) == []


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_shipped_policy_is_fit_among_the_people_it_supposes(name: str) -> None:
    found = findings(shipped()[name], supposed(shipped()[name]))
    assert not unfit(found)


def test_people_who_cannot_be_in_two_places_are_found_by_matching() -> None:
    one = person("nora", (E, "comms"), (R, "legal"))
    company = Organisation(frozenset({"comms", "legal"}), (one,))
    assert [finding.severity for finding in found_in(rules(), "no_distinct_people", company)] == [Severity.REFUSE]
    two = replace(company, people=(one, person("julie", (R, "legal"))))
    assert found_in(rules(), "no_distinct_people", two) == []
    assert [finding.facts["person"] for finding in found_in(rules(), "hangs_on_one_person", two)] == ["julie", "nora"]


@given(st.lists(st.frozensets(st.sampled_from("abcde")), max_size=5))
def test_matching_gives_each_slot_one_of_its_people_and_no_one_twice_and_fills_as_many_as_can_be(
    slots: list[frozenset[str]],
) -> None:
    filled = matched(slots)
    assert len(set(filled.values())) == len(filled)
    assert all(who in slots[slot] for who, slot in filled.items())

    def most(at: int, taken: frozenset[str]) -> int:
        if at == len(slots):
            return 0
        return max([most(at + 1, taken), *(1 + most(at + 1, taken | {who}) for who in slots[at] - taken)])

    assert len(filled) == most(0, frozenset())
