"""What a permission is made of: small claims about a person and a version. The name is the reason's code when false."""

from collections.abc import Callable
from dataclasses import dataclass

from guidelines.people import Actor, Role
from workflow.machine import State


@dataclass(frozen=True, slots=True)
class Context:
    """What a claim may look at besides the person."""

    owner_team: str
    state: State = State.DRAFT
    #: Teams that sign under the version's policy.
    signing_teams: frozenset[str] = frozenset()
    #: The policy's other side.
    other_side: str = ""


Predicate = Callable[[Actor, Context], bool]


def is_owner_editor(actor: Actor, context: Context) -> bool:
    """You edit for the team that owns this text."""
    return actor.has(Role.EDITOR, context.owner_team)


def is_owner_publisher(actor: Actor, context: Context) -> bool:
    """You publish for the team that owns this text."""
    return actor.has(Role.PUBLISHER, context.owner_team)


def is_in_a_signing_team(actor: Actor, context: Context) -> bool:
    """You belong to a team that signs this text."""
    return any(actor.has(role, team) for team in context.signing_teams for role in (Role.REVIEWER, Role.EDITOR))


def is_reviewer_of_a_signing_team(actor: Actor, context: Context) -> bool:
    """You sign for a team that this text needs."""
    return any(signs_for(actor, team) for team in context.signing_teams)


def signs_for_the_other_side(actor: Actor, context: Context) -> bool:
    """You sign for the other side."""
    return signs_for(actor, context.other_side)


def works_on_texts(actor: Actor, _context: Context) -> bool:
    """You belong to a team that writes or signs."""
    return any(role in (Role.EDITOR, Role.REVIEWER, Role.PUBLISHER) for role, _ in actor.memberships)


def is_admin(actor: Actor, _context: Context) -> bool:
    """You administer Charte."""
    return actor.has(Role.ADMIN)


def version_is_draft(_actor: Actor, context: Context) -> bool:
    """The version is a draft."""
    return context.state is State.DRAFT


def version_is_moving(_actor: Actor, context: Context) -> bool:
    """The version is a draft or in review."""
    return context.state in (State.DRAFT, State.IN_REVIEW)


def version_takes_suggestions(_actor: Actor, context: Context) -> bool:
    """The version is in review, before it is published."""
    return context.state is State.IN_REVIEW


def signs_for(actor: Actor, team: str) -> bool:
    """Whether the person's sign-off may count for the team: its reviewers, and the editors of a team that owns."""
    return actor.has(Role.REVIEWER, team) or actor.has(Role.EDITOR, team)
