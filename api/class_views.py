"""What the review page and the interface for programs show of the class of a change: proposed, stated, in effect."""

from dataclasses import dataclass

from api.class_words import class_name, classes, say_reasons
from api.i18n import N_, say_moment, translations
from api.refusals import refusal
from api.views import Names
from api.visit import Work
from api.words import slice_name
from workflow import classing
from workflow.change_class.agreement import Said, answers, may_lower, stated
from workflow.change_class.findings import Proposal, highest
from workflow.errors import WroteTheChange
from workflow.machine import Action, State
from workflow.policy import Change
from workflow.possible import possible
from workflow.queries import Standing
from workflow.tables import ClassStatement


@dataclass(frozen=True, slots=True)
class Judged:
    """One slice that changed: where, its class, why."""

    id: str
    place: str
    change: Change
    name: str
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class ClassView:
    """Everything about the class of a version in review."""

    proposed: Change
    in_effect: Change
    in_effect_name: str
    proposed_name: str
    parts: list[Judged]
    #: What was said of these very words, in order.
    told: list[str]
    stated: Change | None
    choices: list[tuple[Change, str, str]]
    may_state: bool
    may_agree: bool
    may_contest: bool
    #: Why the person cannot agree although they are of the other side; "" otherwise.
    why_not: str


def class_view(work: Work, found: Standing, names: Names, language: str) -> ClassView | None:
    """The class of a version in review; None where there is nothing to compare with or nothing to decide."""
    facts = found.facts
    if found.state is not State.IN_REVIEW or found.anchor is None or facts.changed is None:
        return None
    proposed = classing.proposals(work.session, found)
    claim = stated(facts.statements, facts.changed)
    refusals = possible(found, work.actor)
    against = refusals[Action.AGREE_CLASS]
    answered = {one.person for one in answers(facts.statements, facts.changed) if one.said is Said.AGREE}
    highest_ = highest(one.change for one in proposed.values())
    return ClassView(
        proposed=highest_,
        in_effect=facts.change,
        in_effect_name=class_name(facts.change, language),
        proposed_name=class_name(highest_, language),
        parts=_parts(proposed, names, language),
        told=_told(work, found, names, language),
        stated=claim.change if claim else None,
        choices=[choice for choice in classes(language) if may_lower(highest_, choice[0])],
        may_state=refusals[Action.STATE_CLASS] is None,
        may_agree=against is None and work.actor.id not in answered,
        may_contest=refusals[Action.CONTEST_CLASS] is None,
        why_not=refusal(against, language).title if isinstance(against, WroteTheChange) else "",
    )


def _parts(proposed: dict[str, Proposal], names: Names, language: str) -> list[Judged]:
    return [
        Judged(
            part,
            slice_name(part, names.sections, language),
            one.change,
            class_name(one.change, language),
            say_reasons(one, language),
        )
        for part, one in proposed.items()
    ]


def _told(work: Work, found: Standing, names: Names, language: str) -> list[str]:
    """What was said of the words as they stand, a sentence each."""
    facts = found.facts
    claim = stated(facts.statements, facts.changed) if facts.changed else None
    if claim is None or facts.changed is None:
        return []
    say = translations(language).gettext
    words = {
        Said.STATE: N_("%(person)s states for %(team)s: %(change)s, %(when)s."),
        Said.AGREE: N_("%(person)s agrees for %(team)s, %(when)s."),
        Said.CONTEST: N_("%(person)s contests it for %(team)s, %(when)s: “%(reason)s”"),
    }
    lines = []
    for one in (claim, *answers(facts.statements, facts.changed)):
        row = work.session.get_one(ClassStatement, one.seq)
        said = {
            "person": names.people.get(row.person_id, ""),
            "team": names.teams.get(row.team_id, row.team_id),
            "change": class_name(one.change, language),
            "when": say_moment(row.at, language),
            "reason": row.reason,
        }
        lines.append(say(words[one.said]) % said)
    return lines
