"""What a person may do with a version now, and the refusal they would meet otherwise: asked before, the same answer.

Nothing here decides: state, right and what is unmet are judged by the machine, the permissions and `outstanding`.
"""

from collections.abc import Mapping
from typing import Final

from guidelines.people import Actor
from workflow import classing, machine, signing
from workflow.coverage import latest
from workflow.errors import (
    AlreadySigned,
    BaseMoved,
    NothingChanged,
    NotPermitted,
    NotYourSlot,
    SignOffsMissing,
    WorkflowError,
    WrongState,
)
from workflow.facts import Choice
from workflow.machine import Action, State
from workflow.outstanding import outstanding
from workflow.permissions import Permission, demand
from workflow.predicates import signs_for
from workflow.queries import Standing

#: Every action that people take by themselves, with the right it needs.
NEEDS: Final[Mapping[Action, Permission]] = {
    Action.EDIT: Permission.DRAFT_EDIT,
    Action.SUGGEST: Permission.SUGGEST,
    Action.RESOLVE: Permission.RESOLVE,
    Action.SUBMIT: Permission.SUBMIT,
    Action.APPROVE: Permission.SIGN,
    Action.OBJECT: Permission.SIGN,
    Action.RETRACT: Permission.SIGN,
    Action.LIFT: Permission.SIGN,
    Action.STATE_CLASS: Permission.STATE_CLASS,
    Action.AGREE_CLASS: Permission.ANSWER_CLASS,
    Action.CONTEST_CLASS: Permission.ANSWER_CLASS,
    Action.REQUEST_CHANGES: Permission.REQUEST_CHANGES,
    Action.REOPEN: Permission.REOPEN,
    Action.SCHEDULE: Permission.PUBLISH,
    Action.PUBLISH: Permission.PUBLISH,
    Action.WITHDRAW: Permission.WITHDRAW,
}


WRITING: Final = frozenset({Action.EDIT, Action.SUGGEST, Action.RESOLVE})


def possible(found: Standing, actor: Actor) -> dict[Action, WorkflowError | None]:
    """Each action with what stands against it for this person; None when it may be taken."""
    return {action: _refusal(found, actor, action) for action in NEEDS}


def _refusal(found: Standing, actor: Actor, action: Action) -> WorkflowError | None:
    try:
        if action in WRITING:  # for writing the state comes first: it explains the missing right
            machine.advance(found.state, action)
        demand(NEEDS[action], actor, found.context)
        machine.advance(found.state, action)
    except (NotPermitted, WrongState) as error:
        return error
    return _unmet(found, actor, action)


def _unmet(found: Standing, actor: Actor, action: Action) -> WorkflowError | None:
    if action is Action.SUBMIT and found.facts.unchanged:
        return NothingChanged(version=found.version.id)
    if action is Action.PUBLISH and found.state is State.SCHEDULED:
        return WrongState(state=found.state, action=action)
    if action in (Action.PUBLISH, Action.SCHEDULE):
        return _unpublishable(found)
    if action in (Action.STATE_CLASS, Action.AGREE_CLASS, Action.CONTEST_CLASS):
        return classing.why_not(action, actor, found.facts)
    if action in (Action.APPROVE, Action.RETRACT, Action.LIFT):
        return _no_decision(found, actor, action)
    return None


def _unpublishable(found: Standing) -> WorkflowError | None:
    if not found.facts.base_ok and found.in_force is not None:
        return BaseMoved(number=f"{found.in_force.major}.{found.in_force.minor}")
    missing = outstanding(found.facts)
    return SignOffsMissing(outstanding=missing, count=len(missing)) if missing else None


def _no_decision(found: Standing, actor: Actor, action: Action) -> WorkflowError | None:
    """Nothing left to sign for any of the person's teams, or nothing to take back."""
    teams = [need.team for _, need in found.facts.requirements if signs_for(actor, need.team)]
    if action is Action.APPROVE:
        refusals = [signing.why_not_signable(found, actor, team) for team in teams]
        return None if None in refusals else refusals[0] if refusals else NotYourSlot(team="")
    for part in found.facts.slices:
        held = latest(found.facts, part.id)
        mine = held.get(actor.id)
        if action is Action.RETRACT and mine is not None and mine.choice in (Choice.APPROVE, Choice.OBJECT):
            return None
        if action is Action.LIFT and any(d.choice is Choice.OBJECT and d.team in teams for d in held.values()):
            return None
    return AlreadySigned(sections=[])
