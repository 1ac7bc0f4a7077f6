"""Those who write and those who sign, as values: an actor and what memberships allow it to claim."""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What a membership lets a person do. Everybody with an account reads; the other roles are held in a team."""

    EDITOR = "editor"
    REVIEWER = "reviewer"
    PUBLISHER = "publisher"
    #: Whom a policy's `escalate_to` means by the team's name and `-lead`; gives no right of its own.
    LEAD = "lead"
    READER = "reader"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Actor:
    """The person who acts, with the memberships held at this moment (role, team; an admin's team is "")."""

    id: str
    name: str
    language: str = "fr"
    memberships: frozenset[tuple[Role, str]] = field(default_factory=frozenset)

    def has(self, role: Role, team: str | None = None) -> bool:
        """Whether the actor holds the role, in the team if one is named."""
        return any(held is role and team in (None, held_in) for held, held_in in self.memberships)

    @property
    def teams(self) -> frozenset[str]:
        """The teams the actor belongs to, whatever the role."""
        return frozenset(team for _, team in self.memberships if team)
