"""The life of a version: all of its states and transitions, as one table."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from workflow.errors import PublishedImmutable, WrongState


class State(StrEnum):
    """Where a version stands. `approved` and `in force` are no states: they are read from the facts."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    INTERIM = "interim"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Action(StrEnum):
    """What may be done with a version. `supersede`, `lapse` and `hold` happen by themselves."""

    EDIT = "edit"
    SUGGEST = "suggest"
    #: Accepting and rejecting suggestions.
    RESOLVE = "resolve"
    SUBMIT = "submit"
    APPROVE = "approve"
    OBJECT = "object"
    RETRACT = "retract"
    LIFT = "lift"
    #: Of the class of the change: the owner team states it, the other side agrees or contests.
    STATE_CLASS = "state_class"
    AGREE_CLASS = "agree_class"
    CONTEST_CLASS = "contest_class"
    REQUEST_CHANGES = "request_changes"
    REOPEN = "reopen"
    SCHEDULE = "schedule"
    #: The day has come and something stands against it, or somebody took back what it rests on.
    HOLD = "hold"
    PUBLISH = "publish"
    PUBLISH_INTERIM = "publish_interim"
    RATIFY = "ratify"
    SUPERSEDE = "supersede"
    LAPSE = "lapse"
    WITHDRAW = "withdraw"


S, A = State, Action

TRANSITIONS: Final[Mapping[tuple[State, Action], State]] = {
    (S.DRAFT, A.EDIT): S.DRAFT,
    (S.DRAFT, A.SUGGEST): S.DRAFT,
    (S.DRAFT, A.RESOLVE): S.DRAFT,
    (S.DRAFT, A.SUBMIT): S.IN_REVIEW,
    (S.DRAFT, A.PUBLISH_INTERIM): S.INTERIM,
    (S.DRAFT, A.WITHDRAW): S.WITHDRAWN,
    (S.IN_REVIEW, A.SUGGEST): S.IN_REVIEW,
    (S.IN_REVIEW, A.RESOLVE): S.IN_REVIEW,
    (S.IN_REVIEW, A.APPROVE): S.IN_REVIEW,
    (S.IN_REVIEW, A.OBJECT): S.IN_REVIEW,
    (S.IN_REVIEW, A.RETRACT): S.IN_REVIEW,
    (S.IN_REVIEW, A.LIFT): S.IN_REVIEW,
    (S.IN_REVIEW, A.STATE_CLASS): S.IN_REVIEW,
    (S.IN_REVIEW, A.AGREE_CLASS): S.IN_REVIEW,
    (S.IN_REVIEW, A.CONTEST_CLASS): S.IN_REVIEW,
    (S.IN_REVIEW, A.REQUEST_CHANGES): S.DRAFT,
    (S.IN_REVIEW, A.REOPEN): S.DRAFT,
    (S.IN_REVIEW, A.SCHEDULE): S.SCHEDULED,
    (S.IN_REVIEW, A.PUBLISH): S.PUBLISHED,
    (S.IN_REVIEW, A.PUBLISH_INTERIM): S.INTERIM,
    (S.IN_REVIEW, A.WITHDRAW): S.WITHDRAWN,
    (S.SCHEDULED, A.RETRACT): S.SCHEDULED,
    (S.SCHEDULED, A.CONTEST_CLASS): S.SCHEDULED,
    (S.SCHEDULED, A.HOLD): S.IN_REVIEW,
    (S.SCHEDULED, A.REQUEST_CHANGES): S.DRAFT,
    (S.SCHEDULED, A.REOPEN): S.DRAFT,
    (S.SCHEDULED, A.PUBLISH): S.PUBLISHED,
    (S.SCHEDULED, A.WITHDRAW): S.WITHDRAWN,
    (S.INTERIM, A.APPROVE): S.INTERIM,
    (S.INTERIM, A.OBJECT): S.INTERIM,
    (S.INTERIM, A.RETRACT): S.INTERIM,
    (S.INTERIM, A.LIFT): S.INTERIM,
    (S.INTERIM, A.RATIFY): S.PUBLISHED,
    (S.INTERIM, A.SUPERSEDE): S.SUPERSEDED,
    (S.INTERIM, A.LAPSE): S.LAPSED,
    (S.INTERIM, A.WITHDRAW): S.WITHDRAWN,
    (S.PUBLISHED, A.SUPERSEDE): S.SUPERSEDED,
    (S.PUBLISHED, A.WITHDRAW): S.WITHDRAWN,
}

#: The states from which nothing leads on.
TERMINAL: Final = frozenset({S.SUPERSEDED, S.WITHDRAWN, S.LAPSED})
#: The states whose text readers have or had: never edited again.
FROZEN: Final = frozenset({S.PUBLISHED, S.INTERIM, S.SUPERSEDED, S.LAPSED})
#: The states of a version that somebody is working on.
MOVING: Final = frozenset({S.DRAFT, S.IN_REVIEW, S.SCHEDULED})


def advance(state: State, action: Action) -> State:
    """The state that the action leads to; raises `WrongState` where the table has none."""
    found = TRANSITIONS.get((state, action))
    if found is not None:
        return found
    if action in (Action.EDIT, Action.SUGGEST, Action.RESOLVE) and state in FROZEN:
        raise PublishedImmutable(state=state, action=action)
    raise WrongState(state=state, action=action)


def possible(state: State, action: Action) -> bool:
    """Whether the action exists from this state."""
    return (state, action) in TRANSITIONS


def state_changes() -> frozenset[tuple[State, State]]:
    """Every pair of different states that some action joins: what the database's trigger lets pass."""
    return frozenset((old, new) for (old, _), new in TRANSITIONS.items() if old is not new)


def _check(table: Mapping[tuple[State, Action], State]) -> None:
    """Refuses to be imported with a table that breaks what every reader of it relies on."""
    reached, waiting = {State.DRAFT}, [State.DRAFT]
    while waiting:
        here = waiting.pop()
        for (old, _), new in table.items():
            if old is here and new not in reached:
                reached.add(new)
                waiting.append(new)
    if reached != set(State):
        raise ValueError(f"states never reached: {set(State) - reached}")
    if leaving := {old for old, _ in table if old in TERMINAL}:
        raise ValueError(f"terminal states with a way out: {leaving}")
    if back := {old for (old, _), new in table.items() if old in FROZEN and new in MOVING}:
        raise ValueError(f"published texts that could be edited again: {back}")


_check(TRANSITIONS)
