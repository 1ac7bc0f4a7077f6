"""Rules of the product, each broken in one way, and the company in which the search must notice it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

import workflow.coverage
import workflow.eligible
import workflow.facts
import workflow.machine
import workflow.outstanding
import workflow.permissions
from guidelines import lineage
from guidelines.people import Role
from tests.workflow.test_outstanding import need, policy
from workflow.change_class import agreement
from workflow.facts import Choice, VersionFacts
from workflow.machine import Action, State
from workflow.outstanding import Reason
from workflow.permissions import Permission
from workflow.policy import Policy, shipped
from workflow.proof import views
from workflow.proof.model import Bounds, Group, Part, Setting
from workflow.proof.steps import Steps


def group(*memberships: tuple[Role, str], named: str = "") -> Group:
    return Group(frozenset(memberships), named)


COMMS = group((Role.EDITOR, "comms"), (Role.PUBLISHER, "comms"))
LEGAL = group((Role.REVIEWER, "legal"))
DPO = group((Role.REVIEWER, "dpo"))
BOTH = group((Role.REVIEWER, "legal"), (Role.EDITOR, "comms"))
STANDARD = shipped()["standard"]
LIGHT = shipped()["light"]
S1 = (Part("s1"),)


def small(
    rules: Policy = STANDARD,
    groups: tuple[Group, ...] = (COMMS, LEGAL),
    persons: tuple[int, ...] = (0, 0, 1, 1),
    parts: tuple[Part, ...] = S1,
    **bounds: Any,
) -> Setting:
    return Setting(rules, "charter", "fr", groups, persons, parts, Bounds(**{"edits": 2, "remembered": 0, **bounds}))


def by_class(**bounds: Any) -> Setting:
    return small(LIGHT, **{"edits": 1, "classes": True, "kinds": (1,), **bounds})


TAGGED = (Part("s1"), Part("s2", tags=frozenset({"data"})), Part("outline"))
WITH_DPO = policy([need("comms"), need("legal"), need("dpo", scope="tag:data")])
PAIR = policy([need("comms", authors="second_pair"), need("legal", authors="second_pair")])
EVERYBODY = policy([need("comms"), need("legal", quorum="all")])
NAMED = policy([need("comms"), need("legal")], [need("legal", id="head", people=["head"])])
HEAD = group((Role.REVIEWER, "legal"), named="head")
TWICE = policy([need("comms", scope="outline")], [need("comms", id="again"), need("legal")])

Patch = pytest.MonkeyPatch


def any_words(patch: Patch) -> None:
    def counting(requirement: Any, part: Any, found: Any) -> Any:
        return [
            one
            for one in workflow.coverage._approvals(requirement, part, found)
            if not workflow.coverage.wrote(one, part, found, requirement)
        ]

    patch.setattr(workflow.outstanding, "counting", counting)


def _any_page(patch: Patch) -> None:
    patch.setattr(workflow.eligible, "check_shown", lambda *_: None)


def _writers_sign(patch: Patch) -> None:
    patch.setattr(lineage, "contributors", lambda _: frozenset())


def _owners_alone_write(patch: Patch) -> None:
    """Only those of the team that owns the text count as its authors."""
    right = views.Rules.contributors

    def contributors(self: Any, case: Any) -> Any:
        return right(self, case) & self.teams(case.people, 0)["comms"]

    patch.setattr(views.Rules, "contributors", contributors)


def _last_writer_only(patch: Patch) -> None:
    patch.setattr(lineage, "contributors", lambda history: list(history)[-1].authors)


def _restore_launders(patch: Patch) -> None:
    def forgetful(history: Any) -> Any:
        path: list[Any] = []
        for change in history:
            known = [place for place, former in enumerate(path) if former.hash == change.hash]
            path = path[: known[0] + 1] if known else [*path, change]
        return frozenset(author for change in path for author in change.authors)

    patch.setattr(lineage, "contributors", forgetful)


def _deaf_to_retraction(patch: Patch) -> None:
    right = workflow.coverage._latest

    def latest(found: Any, slice_id: str) -> Any:
        return right(replace(found, decisions=[d for d in found.decisions if d.choice is not Choice.RETRACT]), slice_id)

    patch.setattr(workflow.coverage, "_latest", latest)


def _any_approval_counts(patch: Patch) -> None:
    """Pure hashes: an approval of these words counts whatever its maker decided since."""

    def approvals(requirement: Any, part: Any, found: Any) -> Iterator[Any]:
        for one in found.decisions:
            if part.id in one.hashes and one.choice is Choice.APPROVE and one.team == requirement.team:
                yield one

    patch.setattr(workflow.coverage, "_approvals", approvals)


def _deaf_to_objection(patch: Patch) -> None:
    patch.setattr(workflow.outstanding, "objections", lambda *_: [])


def _deaf_to_threads(patch: Patch) -> None:
    right = workflow.outstanding.outstanding_of
    patch.setattr(
        workflow.outstanding,
        "outstanding_of",
        lambda part, found: right(part, replace(found, blocking=frozenset())),
    )


def _two_slots(patch: Patch) -> None:
    def latest(found: Any, slice_id: str) -> Any:
        return {f"{one.principal} {one.team}": one for one in found.decisions if slice_id in one.hashes}

    patch.setattr(workflow.coverage, "latest", latest)
    patch.setattr(workflow.eligible, "latest", latest)
    patch.setattr(workflow.eligible, "slots_taken", lambda *_: frozenset())


def _counted_not_matched(patch: Patch) -> None:
    patch.setattr(workflow.outstanding, "_acts_for_two_teams", lambda _: False)


def _scope_lost(patch: Patch) -> None:
    patch.setattr(workflow.facts, "scope_moved", lambda *_: frozenset())


def _nobody_is_all(patch: Patch) -> None:
    """All of a team of whom everybody wrote is satisfied by nobody."""

    def missing(requirement: Any, part: Any, found: Any) -> int:
        have = {one.principal for one in workflow.outstanding.counting(requirement, part, found)}
        if requirement.quorum != "all":
            return max(0, requirement.quorum - len(have))
        due = found.roster[requirement.team] & found.members[requirement.team]
        return len(due - found.contributors[part.id] - have)

    patch.setattr(workflow.outstanding, "_missing", missing)


def _no_second_pair(patch: Patch) -> None:
    patch.setattr(workflow.outstanding, "_signed_by_another", lambda *_: True)


def _unchanged(patch: Patch) -> None:
    patch.setattr(VersionFacts, "unchanged", property(lambda _: False))


def _published_is_edited(patch: Patch) -> None:
    right, may = workflow.machine.possible, workflow.permissions.may
    edit = workflow.machine.Action.EDIT
    patch.setattr(
        workflow.machine, "possible", lambda at, what: (at is State.PUBLISHED and what is edit) or right(at, what)
    )
    patch.setattr(workflow.permissions, "may", lambda what, *rest: what is Permission.DRAFT_EDIT or may(what, *rest))


def _one_too_few(patch: Patch) -> None:
    right = workflow.outstanding._missing
    patch.setattr(workflow.outstanding, "_missing", lambda *facts: max(0, right(*facts) - 1))


def _one_team_is_enough(patch: Patch) -> None:
    right = workflow.outstanding._requirement
    patch.setattr(
        workflow.outstanding,
        "_requirement",
        lambda stage, need_, *more: None if need_.team == "legal" else right(stage, need_, *more),
    )


def _names_do_not_matter(patch: Patch) -> None:
    right = workflow.coverage._approvals
    patch.setattr(
        workflow.coverage,
        "_approvals",
        lambda requirement, *more: right(requirement.model_copy(update={"people": None}), *more),
    )


def _settled_by_name(patch: Patch) -> None:
    """A section that stood in force is settled, whatever it says now."""
    patch.setattr(workflow.facts, "settled", lambda _, part, found: part.id in found.anchor)


def _anybody_signs_for_any_team(patch: Patch) -> None:
    patch.setattr(workflow.eligible, "signs_for", lambda *_: True)
    patch.setattr(Group, "teams", lambda _: ["comms", "legal"])


def _nobody_withdraws(patch: Patch) -> None:
    right = workflow.permissions.may
    patch.setattr(
        workflow.permissions, "may", lambda what, *rest: what is not Permission.WITHDRAW and right(what, *rest)
    )


def _only_the_objector_lifts(patch: Patch) -> None:
    right = workflow.eligible.slices_to_take_back

    def take_back(actor: Any, team: str, choice: Choice, found: Any, sections: Any = None) -> Any:
        if choice is Choice.LIFT:
            raise workflow.eligible.AlreadySigned(sections=[])
        return right(actor, team, choice, found, sections)

    patch.setattr(workflow.eligible, "slices_to_take_back", take_back)


def _dead_ends_are_not_told(patch: Patch) -> None:
    patch.setattr(workflow.outstanding, "is_hopeless", lambda _: False)


def _a_team_is_asked_once(patch: Patch) -> None:
    """Only the first requirement of a team can be signed."""
    right = workflow.eligible.entries_of
    patch.setattr(workflow.eligible, "entries_of", lambda *more: right(*more)[:1])


def _a_second_pair_of_ones_own_team(patch: Patch) -> None:
    """The second pair of eyes is looked for among the team that asks, though any team may give it."""
    right = workflow.outstanding._requirement

    def requirement(stage: int, need_: Any, part: Any, found: Any) -> Any:
        line = right(stage, need_, part, found)
        if line is None or line.reason is not Reason.NO_SECOND_PAIR:
            return line
        own = workflow.outstanding.can_sign(need_, part, found) - found.contributors[part.id]
        return replace(line, who_can=own)

    patch.setattr(workflow.outstanding, "_requirement", requirement)


def _one_side_says_the_class(patch: Patch) -> None:
    """What the owner team states is in effect, whether or not anybody agrees."""

    def agreed(said: Any, changed: Any) -> Any:
        claim = agreement.stated(said, changed)
        return claim.change if claim and agreement.may_lower(changed.proposed, claim.change) else "substantive"

    patch.setattr(workflow.facts, "agreed", agreed)


def _a_class_for_any_words(patch: Patch) -> None:
    """An agreement stays in effect when the words change behind it."""
    patch.setattr(agreement, "_of_these_words", lambda *_: True)


def _no_floor(patch: Patch) -> None:
    """Any class can be agreed on, however far below what the rules propose."""
    patch.setattr(agreement, "may_lower", lambda *_: True)


def _writers_agree_to_the_class(patch: Patch) -> None:
    right_refuse, right_agreed = agreement.refuse_to_agree, agreement.agreed
    nobody: frozenset[str] = frozenset()
    patch.setattr(
        agreement,
        "refuse_to_agree",
        lambda who, said, changed: right_refuse(who, said, replace(changed, writers=nobody)),
    )
    patch.setattr(workflow.facts, "agreed", lambda said, changed: right_agreed(said, replace(changed, writers=nobody)))


def _a_contest_is_ignored(patch: Patch) -> None:
    right = agreement.answers
    patch.setattr(
        agreement, "answers", lambda *known: [one for one in right(*known) if one.said is not agreement.Said.CONTEST]
    )


def _the_day_checks_nothing(patch: Patch) -> None:
    """What was in order when the day was set is published on it; and taking a sign-off back leaves the day standing."""
    patch.setattr(Steps, "day_brings", lambda *_: Action.PUBLISH)
    patch.setattr(Steps, "_held", lambda _, after: after)


def _a_scheduled_text_is_edited(patch: Patch) -> None:
    """Whoever writes for the owner may write on a text that has a day, and the day does not look again."""
    right, may = workflow.machine.possible, workflow.permissions.may
    edit = workflow.machine.Action.EDIT
    patch.setattr(
        workflow.machine, "possible", lambda at, what: (at is State.SCHEDULED and what is edit) or right(at, what)
    )
    patch.setattr(workflow.permissions, "may", lambda what, *rest: what is Permission.DRAFT_EDIT or may(what, *rest))
    patch.setattr(Steps, "day_brings", lambda *_: Action.PUBLISH)


def _all_is_not_pinned(patch: Patch) -> None:
    """All of a team are those who are of it now: whoever joins after the submit must sign as well."""
    right = views.Rules.facts

    def of_now(self: Any, *given: Any, **more: Any) -> VersionFacts:
        found = right(self, *given, **more)
        return replace(found, roster=found.members)

    patch.setattr(views.Rules, "facts", of_now)


@dataclass(frozen=True)
class Variant:
    breaks: Callable[[Patch], None]
    code: str
    setting: Setting
    #: Acts of the shortest story.
    acts: int


VARIANTS: dict[str, Variant] = {
    "a sign-off counts for any words": Variant(any_words, "not_approved", small(), 8),
    "any page may be signed": Variant(_any_page, "not_approved", small(), 5),
    "writers sign": Variant(_writers_sign, "own_words", small(), 5),
    "only the owner team writes": Variant(_owners_alone_write, "own_words", small(), 5),
    "only the last writer counts as one": Variant(_last_writer_only, "own_words", small(), 6),
    "a restore launders authors": Variant(_restore_launders, "own_words", small(edits=3), 7),
    "a sign-off counts after it was taken back": Variant(
        _deaf_to_retraction, "not_approved", small(edits=1, remembered=1), 6
    ),
    "any approval of the words counts": Variant(_any_approval_counts, "not_approved", small(edits=1, remembered=1), 6),
    "an objection is ignored": Variant(
        _deaf_to_objection, "published_over_objection", small(edits=1, objections=True), 6
    ),
    "a blocking thread is ignored": Variant(_deaf_to_threads, "published_over_thread", small(edits=1, threads=True), 6),
    "people are counted, not matched": Variant(
        _counted_not_matched, "dead_end_untold", small(groups=(COMMS, BOTH), persons=(0, 1), edits=1), 2
    ),
    "one human fills two slots": Variant(
        _two_slots, "not_approved", small(groups=(COMMS, BOTH), persons=(0, 1), edits=1, remembered=1), 5
    ),
    "a tag is taken away unasked": Variant(
        _scope_lost, "not_approved", small(WITH_DPO, (COMMS, LEGAL, DPO), (0, 0, 1, 2), TAGGED), 5
    ),
    "all of a team may be nobody": Variant(_nobody_is_all, "not_approved", small(EVERYBODY, persons=(0, 0, 1)), 4),
    "no second pair of eyes": Variant(_no_second_pair, "own_words", small(PAIR, persons=(0, 1)), 6),
    "an unchanged version is published": Variant(_unchanged, "nothing_changed", small(), 2),
    "a published text is edited": Variant(_published_is_edited, "published_changed", small(), 6),
    "one sign-off too few": Variant(_one_too_few, "not_approved", small(), 3),
    "one side is enough": Variant(_one_team_is_enough, "not_approved", small(), 4),
    "anybody of the team for the one named": Variant(
        _names_do_not_matter, "not_approved", small(NAMED, (COMMS, LEGAL, HEAD), (0, 0, 1, 2)), 5
    ),
    "what stood in force is settled": Variant(_settled_by_name, "not_approved", small(), 3),
    "anybody signs for any team": Variant(_anybody_signs_for_any_team, "not_approved", small(), 5),
    "nobody can withdraw": Variant(_nobody_withdraws, "cannot_withdraw", small(edits=1), 0),
    "only the objector can lift": Variant(
        _only_the_objector_lifts, "dead_end_untold", small(edits=1, events=1, objections=True), 4
    ),
    "dead ends are not told": Variant(_dead_ends_are_not_told, "dead_end_untold", small(), 3),
    "a team is asked once": Variant(
        _a_team_is_asked_once, "dead_end_untold", small(TWICE, parts=(Part("s1"), Part("outline")), edits=1), 2
    ),
    "one side says the class": Variant(_one_side_says_the_class, "not_approved", by_class(), 5),
    "an agreement on the class holds for any words": Variant(
        _a_class_for_any_words, "not_approved", by_class(edits=2, kinds=(0, 2)), 9
    ),
    "the class has no floor": Variant(_no_floor, "not_approved", by_class(kinds=(2,)), 6),
    "writers agree to the class": Variant(_writers_agree_to_the_class, "not_approved", by_class(), 6),
    "a contest of the class is ignored": Variant(_a_contest_is_ignored, "not_approved", by_class(), 7),
    "the day checks nothing": Variant(
        _the_day_checks_nothing, "scheduled_unmet", small(edits=1, days=True, remembered=1), 6
    ),
    "a scheduled text is edited": Variant(_a_scheduled_text_is_edited, "scheduled_unmet", small(days=True), 6),
    "all of a team is not pinned": Variant(
        _all_is_not_pinned,
        "scheduled_unmet",
        replace(small(EVERYBODY, persons=(0, 0, 1), edits=1, events=1, days=True), absent=(1,)),
        6,
    ),
    "a second pair of the same team": Variant(
        _a_second_pair_of_ones_own_team, "dead_end_imagined", small(PAIR, persons=(0, 1, 1), edits=1), 3
    ),
}
