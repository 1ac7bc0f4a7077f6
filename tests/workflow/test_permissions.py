"""Permissions: the whole table against a table written by hand, and the mechanism against made-up clauses."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidelines.people import Actor, Role
from workflow import permissions
from workflow.errors import NotPermitted
from workflow.machine import State
from workflow.permissions import Permission
from workflow.predicates import Context

PEOPLE = {
    "comms editor": {(Role.EDITOR, "comms")},
    "comms publisher": {(Role.PUBLISHER, "comms")},
    "legal reviewer": {(Role.REVIEWER, "legal")},
    "hr editor": {(Role.EDITOR, "hr")},
    "hr reviewer": {(Role.REVIEWER, "hr")},
    "reader": {(Role.READER, "comms")},
    "admin": {(Role.ADMIN, "")},
    "employee": set(),
}
WRITERS = {"comms editor", "legal reviewer"}
WORKERS = {"comms editor", "comms publisher", "legal reviewer", "hr editor", "hr reviewer"}
#: Permission to who has it on a text of comms that comms and legal sign, by state: "draft", "in_review", "published".
GRANTED: dict[Permission, dict[str, set[str]]] = {
    Permission.GUIDELINE_CREATE: {"*": {"comms editor"}},
    Permission.GUIDELINE_SEE: {"*": WORKERS | {"admin"}},
    Permission.DRAFT_START: {"*": {"comms editor"}},
    Permission.DRAFT_EDIT: {"draft": WRITERS},
    Permission.SUGGEST: {"draft": WRITERS, "in_review": WRITERS},
    Permission.RESOLVE: {"draft": WRITERS, "in_review": {"comms editor"}},
    Permission.DISCUSS: {"draft": WRITERS, "in_review": WRITERS},
    Permission.SUBMIT: {"*": {"comms editor"}},
    Permission.SIGN: {"*": WRITERS},
    Permission.STATE_CLASS: {"*": {"comms editor"}},
    Permission.ANSWER_CLASS: {"*": {"legal reviewer"}},
    Permission.REQUEST_CHANGES: {"*": WRITERS},
    Permission.REOPEN: {"*": {"comms editor"}},
    Permission.PUBLISH: {"*": {"comms publisher"}},
    Permission.WITHDRAW: {"*": {"comms publisher"}, "draft": {"comms editor", "comms publisher"}},
    Permission.AUDIT: {"*": WORKERS | {"admin"}},
    Permission.POLICY_PROPOSE: {"*": {"comms editor"}},
    Permission.POLICY_DECIDE: {"*": {"legal reviewer"}},
    Permission.REPIN: {"*": {"admin"}},
}


def actor(name: str) -> Actor:
    return Actor("p", name, "en", frozenset(PEOPLE[name]))


def context(state: State) -> Context:
    return Context("comms", state, frozenset({"comms", "legal"}), "legal")


def test_the_table_by_hand_knows_every_permission() -> None:
    assert set(GRANTED) == set(Permission) == set(permissions.PERMISSIONS)


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("state", [State.DRAFT, State.IN_REVIEW, State.PUBLISHED])
def test_who_may_what_when(permission: Permission, state: State) -> None:
    found = {name for name in PEOPLE if permissions.may(permission, actor(name), context(state))}
    granted = GRANTED[permission]
    assert found == granted.get(state.value, granted.get("*", set()))


def test_a_refusal_names_the_permission_and_its_reasons() -> None:
    with pytest.raises(NotPermitted) as refusal:
        permissions.demand(Permission.PUBLISH, actor("legal reviewer"), context(State.IN_REVIEW))
    assert refusal.value.facts["permission"] is Permission.PUBLISH
    assert refusal.value.facts["reasons"] == ["is_owner_publisher"]
    permissions.demand(Permission.PUBLISH, actor("comms publisher"), context(State.IN_REVIEW))


def claim(name: str, holds: bool):  # type: ignore[no-untyped-def]
    def found(_actor: Actor, _context: Context) -> bool:
        return holds

    found.__name__ = name
    return found


CLAUSES = st.lists(st.lists(st.booleans(), min_size=1, max_size=3), min_size=1, max_size=4)


@given(CLAUSES)
def test_any_clause_grants_and_a_clause_needs_all_of_its_claims(clauses: list[list[bool]]) -> None:
    made = [[claim(f"c{i}{j}", holds) for j, holds in enumerate(clause)] for i, clause in enumerate(clauses)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(permissions, "PERMISSIONS", {Permission.AUDIT: made})
        reasons = permissions.why_not(Permission.AUDIT, actor("employee"), context(State.DRAFT))
    assert (reasons == ()) is any(all(clause) for clause in clauses)
    fewest = min(clause.count(False) for clause in clauses)
    assert len(reasons) == fewest


def test_more_memberships_never_take_a_right_away() -> None:
    for one, two in combinations(PEOPLE, 2):
        both = Actor("p", "both", "en", frozenset(PEOPLE[one] | PEOPLE[two]))
        for permission in Permission:
            for state in State:
                alone = permissions.may(permission, actor(one), context(state))
                assert not alone or permissions.may(permission, both, context(state))
