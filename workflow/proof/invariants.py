"""The ghost: what must be true of words that readers get, told again without the product's rules.

It knows who first made each text out of which, and what each signer's page showed. It calls no function of coverage,
eligibility or what is outstanding, so that a fault in one of them cannot hide itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from guidelines.people import Role
from guidelines.sections import META, OUTLINE
from workflow.change_class.agreement import Said
from workflow.facts import Choice
from workflow.policy import Change, Requirement
from workflow.proof.model import PINNED, PRESENT, Part, Setting, World


class Broken(NamedTuple):
    """An invariant that does not hold: its code, and the section and team concerned."""

    code: str
    part: int = -1
    team: str = ""
    requirement: str = ""


@dataclass(frozen=True)
class Ghost:
    """The judge of publications in a setting."""

    setting: Setting

    def published(self, world: World) -> Iterator[Broken]:
        """Every invariant that a publication of these words breaks."""
        if not self.setting.bounds.first_edition and all(world.text(part) == 0 for part in self._parts()):
            yield Broken("nothing_changed")
        for part in self._parts():
            if world.blocked[part]:
                yield Broken("published_over_thread", part)
            if self.setting.policy.objection == "blocks":
                yield from self._objected(world, part)
            if self.setting.bounds.first_edition or world.text(part) != 0:
                yield from self._signed(world, part)

    def _parts(self) -> range:
        return range(len(self.setting.parts))

    def _objected(self, world: World, part: int) -> Iterator[Broken]:
        for person in world.people:
            log = person.parts[part].log
            if log and log[-1].choice is Choice.OBJECT:
                yield Broken("published_over_objection", part, log[-1].team)

    def _signed(self, world: World, part: int) -> Iterator[Broken]:
        makers = self.makers(world, part)
        approved = self._approved(world, part)
        broken = list(self._unmet(world, part, makers, approved))
        yield from broken
        both = not self.setting.bounds.classes or self.class_agreed(world) != "editorial"
        if both and not broken and not set(approved.values()) - {self.setting.owner_team}:
            yield Broken("one_side", part, self.setting.policy.other_side)

    def _unmet(self, world: World, part: int, makers: set[int], approved: dict[int, str]) -> Iterator[Broken]:
        for need in self._needs(world):
            if not self._concerns(need, part, world):
                continue
            given = {who for who, team in approved.items() if team == need.team}
            if need.people is not None:
                names = {who: self.setting.groups[world.people[who].group].named for who in given}
                given = {who for who in given if names[who] in need.people}
            counted = given - makers if need.authors == "excluded" else given
            if self._lacks(need, world, counted, makers):
                own = bool(given - counted)
                yield Broken("own_words" if own else "not_approved", part, need.team, need.id)
            elif need.authors == "second_pair" and not set(approved) - makers:
                yield Broken("own_words", part, need.team, need.id)

    def _lacks(self, need: Requirement, world: World, counted: set[int], makers: set[int]) -> bool:
        if need.quorum != "all":
            return len(counted) < need.quorum
        due = {
            who
            for who, person in enumerate(world.people)
            if person.flags == PRESENT | PINNED and need.team in self.setting.groups[person.group].teams()
        }
        return not counted or not due - makers <= counted

    def _approved(self, world: World, part: int) -> dict[int, str]:
        """Who last said yes to the words that stand, having seen them, and for which team: one team each."""
        found = {}
        for who, person in enumerate(world.people):
            log = person.parts[part].log
            teams = {team for _, team in self.setting.groups[person.group].memberships}
            own = bool(log) and (log[-1].team in teams or bool(self.setting.moves))
            if own and log[-1].choice is Choice.APPROVE and log[-1].saw == world.text(part):
                found[who] = log[-1].team
        return found

    def makers(self, world: World, part: int) -> set[int]:
        """Who wrote the words that stand, or words that they were made out of since what is in force."""
        history = world.histories[part]
        made: dict[int, set[int]] = {}
        for at, written in enumerate(history):
            if written.text in made:
                continue
            before = made[history[at - 1].text] if at else set()
            writers = {who for who, person in enumerate(world.people) if person.parts[part].wrote >> at & 1}
            made[written.text] = before | writers
        return made[history[-1].text]

    def class_agreed(self, world: World) -> Change:
        """The class that both sides really agreed on, of these very words: by two, of whom the one wrote none of it."""
        changed = [part for part in self._parts() if world.text(part) != 0]
        weight = max((world.histories[part][-1].weight for part in changed), default=0)
        makers = {who for part in changed for who in self.makers(world, part)}
        if self.setting.bounds.first_edition:
            return "substantive"
        claims = [(who, person.claim) for who, person in enumerate(world.people)]
        said = [(who, claim) for who, claim in claims if claim is not None and claim.texts == world.texts]
        if any(one.said is Said.CONTEST for _, one in said):
            return "substantive"
        for change in ("editorial", "clarifying"):
            stating = {who for who, one in said if one.said is Said.STATE and one.change == change}
            agreeing = {who for who, one in said if one.said is Said.AGREE and one.change == change} - makers
            sides = any(one != other for one in stating for other in agreeing if self._sides(world, one, other))
            if sides and weight - ("editorial", "clarifying").index(change) <= 1:
                return "editorial" if change == "editorial" else "clarifying"
        return "substantive"

    def _sides(self, world: World, one: int, other: int) -> bool:
        policy = self.setting.policy
        teams = [{team for _, team in self.setting.groups[world.people[who].group].memberships} for who in (one, other)]
        return policy.owner_team in teams[0] and policy.other_side in teams[1]

    def _needs(self, world: World) -> Iterator[Requirement]:
        agreed = self.class_agreed(world) if self.setting.bounds.classes else "substantive"
        for need in self.setting.policy.requirements():
            when = need.when
            if (
                self.setting.kind in (when.kinds or [self.setting.kind])
                and self.setting.language in (when.languages or [self.setting.language])
                and agreed in (when.classes or [agreed])
            ):
                yield need

    def _concerns(self, need: Requirement, part: int, world: World) -> bool:
        """Whether the team must have seen these words; of the outline, if it loses a section by it."""
        found = self.setting.parts[part]
        if need.scope == "all":
            return True
        if found.id == META:
            return False
        if found.id == OUTLINE:
            return need.scope == "outline" or any(self._theirs(need, other) for other in self.setting.parts)
        outlines = [at for at, other in enumerate(self.setting.parts) if other.id == OUTLINE]
        return self._theirs(need, found) and all(world.text(at) == 0 for at in outlines)

    def _theirs(self, need: Requirement, part: Part) -> bool:
        if part.id in (OUTLINE, META):
            return False
        if need.scope == "owned":
            return part.owner_team == need.team
        return any(need.scope == f"tag:{tag}" for tag in part.tags)


def can_withdraw(setting: Setting, world: World) -> bool:
    """Whether somebody is there who ought to be able to end this version."""
    return any(
        person.flags & PRESENT and (Role.PUBLISHER, setting.owner_team) in setting.groups[person.group].memberships
        for person in world.people
    )
