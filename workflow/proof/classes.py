"""The class of a change in a search: who may say what of it, and which class the product takes to be in effect."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from workflow.change_class import agreement
from workflow.change_class.agreement import Changed, Said, Statement
from workflow.change_class.findings import RANK
from workflow.errors import WorkflowError
from workflow.facts import VersionFacts
from workflow.policy import CHANGES, Change
from workflow.proof.model import Claim, View, World
from workflow.proof.views import Case, Rules


@dataclass(eq=False)
class Classes:
    """The rules of the class, applied to whole states."""

    rules: Rules

    @cached_property
    def by_weight(self) -> tuple[Change, ...]:
        return tuple(sorted(CHANGES, key=lambda change: RANK[change]))

    def in_effect(self, world: World) -> Change:
        """The class that the product computes from what was said, by its facts and not beside them."""
        facts = self._facts(world)
        return facts.change

    def acts(self, world: World, who: int) -> Iterator[Claim]:
        """What the person may say now, if they are of the side concerned: the edge asks for their right."""
        changed, said = self._changed(world), self._statements(world)
        for change in self.by_weight[:2]:  # stating substance is saying nothing
            try:
                agreement.refuse_to_state(changed, change)
            except WorkflowError:
                continue
            yield Claim(Said.STATE, change, world.texts, world.revision)
        try:
            agreed = agreement.refuse_to_agree(self._name(world, who), said, changed)
            yield Claim(Said.AGREE, agreed, world.texts, world.revision)
        except WorkflowError:
            pass
        try:
            claimed = agreement.claimed(said, changed)
            yield Claim(Said.CONTEST, claimed.change, world.texts, world.revision)
        except WorkflowError:
            pass

    def _facts(self, world: World) -> VersionFacts:
        views = self._views(world, 0)
        case = Case(0, world.histories[0], False, True, views)
        return self.rules.facts([case], statements=self._statements(world), changed=self._changed(world))

    def _statements(self, world: World) -> tuple[Statement, ...]:
        """In an order in which they can have been said: a statement ends every answer to the one before."""
        claims = [(who, one.claim) for who, one in enumerate(world.people) if one.claim is not None]
        claims.sort(key=lambda found: found[1].said is not Said.STATE)
        return tuple(
            Statement(seq, self._name(world, who), one.said, one.change, "anchor", f"{one.texts}", one.revision)
            for seq, (who, one) in enumerate(claims, start=1)
        )

    def _changed(self, world: World) -> Changed:
        parts = [part for part, history in enumerate(world.histories) if history[-1].text != 0]
        writers: frozenset[str] = frozenset()
        for part in parts:
            case = Case(part, world.histories[part], False, True, self._views(world, part))
            writers |= self.rules.contributors(case)
        first = self.rules.setting.bounds.first_edition
        weights = [world.histories[part][-1].weight for part in parts]
        proposed = self.by_weight[max(weights, default=0)]
        return Changed("" if first else "anchor", f"{world.texts}", world.revision, writers, proposed)

    def _name(self, world: World, who: int) -> str:
        return self.rules.name(self._views(world, 0), who)

    @staticmethod
    def _views(world: World, part: int) -> Sequence[View]:
        return tuple(View(one.group, one.flags, one.parts[part]) for one in world.people)
