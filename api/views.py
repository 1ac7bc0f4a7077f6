"""What the pages of those who write and sign show: rows and sentences made from the facts, no markup."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from api.i18n import N_, say_moment, translations
from api.publications import section_names
from api.visit import Work
from api.words import say_court, say_outstanding, slice_name
from exports.html import render_blocks
from exports.numbering import numbers
from exports.redline import render_entries
from guidelines import queries as writing
from guidelines.people import Actor
from guidelines.redline import Redline, by_section
from guidelines.sections import META, Section, sections
from guidelines.tables import Version
from workflow import queries, signing
from workflow.coverage import Void, counting, latest, voided
from workflow.facts import Choice, Slice, VersionFacts, to_sign
from workflow.machine import State
from workflow.outstanding import is_text, outstanding
from workflow.predicates import signs_for
from workflow.queries import Standing
from workflow.tables import VersionState


@dataclass(frozen=True, slots=True)
class Mark:
    """A team's mark at the foot of a section: ok with a name, fallen or waiting with words."""

    tone: str
    team: str
    name: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One slice of a version under review."""

    id: str
    anchor: str
    number: str
    title: str
    changed: bool
    tone: str
    state: str
    body: Markup
    marks: list[Mark]
    fallen: str = ""
    can_sign: bool = False
    can_retract: bool = False
    sign_label: str = ""
    retract_team: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """Names of teams and people, once for a page."""

    teams: Mapping[str, str]
    people: Mapping[str, str]
    sections: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Moving:
    """A version in motion in a list: its state, whose turn it is, its sections' marks."""

    id: str
    version: Version
    slug: str
    state: str
    chip: str
    court: str
    court_words: str
    since: str
    sentence: str
    pips: list[str]
    visas: list[Any] = field(default_factory=list)


def names_of(work: Work, found: Standing, language: str) -> Names:
    """The names that a page about a version needs."""
    ids = {decision.person for decision in found.facts.decisions}
    ids |= {person for people in found.facts.contributors.values() for person in people}
    return Names(
        writing.team_names(work.session, language),
        writing.people_named(work.session, ids),
        section_names(found.document),
    )


def team_to_sign(found: Standing, actor: Actor) -> str:
    """The team for which the person signs here: the one with something left to sign first."""
    teams = [need.team for _, need in found.facts.requirements if signs_for(actor, need.team)]
    open_ = [team for team in teams if signing.signable(found, actor, team)]
    return (open_ or teams or [""])[0]


def parts(found: Standing, comparison: Redline | None, actor: Actor, names: Names, language: str) -> list[Part]:
    """Every section as it is read and signed, then the outline and the meta data where they changed."""
    team = team_to_sign(found, actor)
    mine = {part.id for part in signing.signable(found, actor, team)}
    bodies = _bodies(found, comparison, language)
    listed = [_part(slice_, found, actor, names, bodies, mine, language) for slice_ in found.facts.slices]
    return [part for part in listed if is_text(part.id) or part.changed]


def moving(work: Work, row: VersionState, language: str) -> Moving:
    """A version in motion, for a list."""
    found = queries.standing(work.session, row.version_id, work.at)
    say = translations(language).gettext
    names = names_of(work, found, language)
    waiting = waiting_teams(found)
    owner = found.guideline.owner_team
    side = "none" if not waiting else "left" if waiting == [owner] else "right"
    words = say_court([names.teams.get(team, team) for team in waiting], language)
    since = say(N_("since %(moment)s")) % {"moment": say_moment(found.state_row.since, language)}
    chip = "approved" if queries.is_approved(found) else found.state.value
    return Moving(
        found.version.id,
        found.version,
        found.guideline.slug,
        found.state.value,
        chip,
        side,
        words,
        since,
        _sentence(found, words, since, language),
        pips(found.facts) if found.state is State.IN_REVIEW else [],
        _visas(found, names, language),
    )


def waiting_teams(found: Standing) -> list[str]:
    """The teams whose turn it is: those that must sign, the owner for a draft or an approved text."""
    if found.state is not State.IN_REVIEW:
        return [found.guideline.owner_team]
    teams = [line.team for line in outstanding(found.facts) if line.team and not line.stage_closed]
    return list(dict.fromkeys(teams)) or [found.guideline.owner_team]


def pips(facts: VersionFacts) -> list[str]:
    """A mark for each section: done, fallen, waits, or none where nothing needs signing."""
    return [_pip(part, facts) for part in facts.slices if is_text(part.id)]


def outstanding_words(found: Standing, names: Names, language: str) -> list[str]:
    """What is missing, one sentence each; sections that wait alike for the same team are told together."""
    lines = outstanding(found.facts)
    return [
        say_outstanding(line, numbers=names.sections, teams=names.teams, people=names.people, language=language)
        for line in lines[:12]
    ]


def _part(
    slice_: Slice,
    found: Standing,
    actor: Actor,
    names: Names,
    bodies: Mapping[str, Markup],
    mine: set[str],
    language: str,
) -> Part:
    say = translations(language).gettext
    facts = found.facts
    changed = any(slice_ in to_sign(need, facts) for _, need in facts.requirements)
    pip = _pip(slice_, facts)
    number, title = names.sections.get(slice_.id, ("", ""))
    held = latest(facts, slice_.id).get(actor.id)
    retract = held is not None and held.choice in (Choice.APPROVE, Choice.OBJECT)
    can_sign = slice_.id in mine
    tone = "yours" if can_sign else {"done": "ok", "fallen": "fallen"}.get(pip, "quiet")
    state = {"done": say(N_("Signed off")), "fallen": say(N_("A sign-off fell"))}.get(pip, say(N_("Waits")))
    shown = title or slice_name(slice_.id, names.sections, language)
    return Part(
        slice_.id,
        slice_.id,
        number,
        shown,
        changed,
        tone,
        say(N_("Waits for you")) if can_sign else state,
        bodies.get(slice_.id, Markup("<p>{}</p>").format(_meta_words(found, slice_.id, names))),
        _marks(slice_, found, names, language),
        _fallen(slice_, found, names, language),
        can_sign,
        retract and not can_sign,
        say(N_("Sign off “%(title)s”")) % {"title": shown},
        held.team if held else "",
    )


def _meta_words(found: Standing, slice_id: str, names: Names) -> str:
    if slice_id == META:
        row = found.version
        return " · ".join(filter(None, (row.title, row.kind, row.audience)))
    return " · ".join(f"{number} {title}".strip() for number, title in names.sections.values())


def _bodies(found: Standing, comparison: Redline | None, language: str) -> dict[str, Markup]:
    """Section to its text, as a redline where there is something to compare with."""
    text_language = found.version.language
    if comparison is not None:
        return {
            name: Markup(render_entries(entries, found.document, language=text_language, labels=language))
            for name, entries in by_section(comparison)
        }
    given = {id(found.document.content[place]): number for place, number in numbers(found.document).items()}
    return {part.id: Markup("".join(_clean(part, given, text_language))) for part in sections(found.document)}


def _clean(part: Section, given: Mapping[int, str], language: str) -> Any:
    return render_blocks([(block, given.get(id(block), "")) for block in part.blocks], language)


def _pip(slice_: Slice, facts: VersionFacts) -> str:
    needs = [need for _, need in facts.requirements if slice_ in to_sign(need, facts)]
    if not needs:
        return "none"
    done = all(counting(need, slice_, facts) for need in needs)
    if done:
        return "done"
    fell = any(void.reason is Void.OTHER_WORDS for need in needs for void in voided(need, slice_, facts))
    return "fallen" if fell else "waits"


def _marks(slice_: Slice, found: Standing, names: Names, language: str) -> list[Mark]:
    say = translations(language).gettext
    marks = []
    for _, need in found.facts.requirements:
        if slice_ not in to_sign(need, found.facts):
            continue
        team = names.teams.get(need.team, need.team)
        signed = counting(need, slice_, found.facts)
        if signed:
            marks += [Mark("ok", team, names.people.get(decision.person, "")) for decision in signed]
        elif voided(need, slice_, found.facts):
            marks.append(Mark("fallen", team, words=say(N_("to sign again"))))
        else:
            marks.append(Mark("waits", team))
    return marks


def _fallen(slice_: Slice, found: Standing, names: Names, language: str) -> str:
    """Whose sign-off fell, and when; the words that broke it stand in the redline below."""
    say = translations(language).gettext
    for _, need in found.facts.requirements:
        for void in voided(need, slice_, found.facts):
            if void.reason is Void.OTHER_WORDS:
                authors = found.facts.contributors.get(slice_.id, frozenset())
                who = ", ".join(sorted(names.people.get(person, "") for person in authors)) or say(N_("Somebody"))
                return say(
                    N_("%(person)s signed for %(team)s on %(when)s. The words were changed since, by %(who)s.")
                ) % {
                    "person": names.people.get(void.decision.person, ""),
                    "team": names.teams.get(need.team, need.team),
                    "when": say_moment(void.decision.at, language),
                    "who": who,
                }
    return ""


def _sentence(found: Standing, court: str, since: str, language: str) -> str:
    say = translations(language).gettext
    if found.state is State.DRAFT:
        return say(N_("A draft, %(since)s.")) % {"since": since}
    if queries.is_approved(found):
        return say(N_("Approved: nothing is outstanding. It can be published."))
    return say(N_("The ball is with %(court)s, %(since)s.")) % {"court": court, "since": since}


def _visas(found: Standing, names: Names, language: str) -> list[dict[str, str]]:
    if found.state is not State.IN_REVIEW:
        return []
    say = translations(language).gettext
    rows = []
    for _, need in found.facts.requirements:
        wanted = to_sign(need, found.facts)
        done = [part for part in wanted if counting(need, part, found.facts)]
        fell = [part for part in wanted if part not in done and voided(need, part, found.facts)]
        tone = "ok" if len(done) == len(wanted) else "fallen" if fell else "waits"
        words = say(N_("%(done)s of %(all)s")) % {"done": len(done), "all": len(wanted)}
        rows.append({"tone": tone, "team": names.teams.get(need.team, need.team), "words": words})
    return rows
