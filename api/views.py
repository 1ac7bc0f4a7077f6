"""Versions in motion as lists and cards show them: whose turn it is, since when, which sections are signed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby

from api.i18n import N_, say_list, translations
from api.publications import section_names
from api.visit import Work
from api.words import say_court, say_outstanding, say_since, slice_name
from guidelines import queries as writing
from guidelines.document import Node
from guidelines.sections import META, OUTLINE
from guidelines.tables import Version
from workflow import queries
from workflow.coverage import Void, counting, objections, voided
from workflow.errors import SelfApproval
from workflow.facts import Slice, VersionFacts, to_sign
from workflow.machine import State
from workflow.outstanding import Outstanding, Reason, is_text, outstanding
from workflow.queries import Standing

MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class Names:
    """Names of teams, people and sections, once for a page."""

    teams: Mapping[str, str]
    people: Mapping[str, str]
    sections: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Visa:
    """How far a team has come with its sign-offs."""

    tone: str
    team: str
    words: str


@dataclass(frozen=True, slots=True)
class Moving:
    """A version in motion in a list: its state, whose turn it is, its sections' marks."""

    id: str
    version: Version
    slug: str
    title: str
    lang: str
    state: str
    chip: str
    court: str
    court_words: str
    since: str
    sentence: str
    pips: list[str]
    visas: list[Visa] = field(default_factory=list)


def names_of(work: Work, found: Standing, language: str, *, also: frozenset[str] = frozenset()) -> Names:
    """The names that a page about a version needs; `also` are people besides those who wrote and signed."""
    ids = {decision.person for decision in found.facts.decisions} | also
    ids |= {person for people in found.facts.contributors.values() for person in people}
    ids |= {person for people in found.facts.members.values() for person in people}
    return Names(
        writing.team_names(work.session, language),
        writing.people_named(work.session, ids),
        section_names(found.document),
    )


def moving(work: Work, found: Standing, language: str) -> Moving:
    """A version in motion, for a list or a card."""
    names = names_of(work, found, language)
    waiting = waiting_teams(found)
    side = "left" if waiting == [found.guideline.owner_team] else "right"
    words = say_court([names.teams.get(team, team) for team in waiting], language)
    since = say_since(found.state_row.since, work.at, language)
    return Moving(
        found.version.id,
        found.version,
        found.guideline.slug,
        found.version.title,
        found.version.language,
        found.state.value,
        state_chip(found),
        side,
        words,
        since,
        _sentence(found, words, len(waiting), since, language),
        pips(found.facts) if found.state is State.IN_REVIEW else [],
        _visas(found, names, language),
    )


def state_chip(found: Standing) -> str:
    """The word of the chip: the state, or `approved`, which is read from the facts."""
    return "approved" if queries.is_approved(found) else found.state.value


def waiting_teams(found: Standing) -> list[str]:
    """The teams whose turn it is: those that must sign, the owner for a draft or an approved text."""
    if found.state is not State.IN_REVIEW:
        return [found.guideline.owner_team]
    teams = [line.team for line in outstanding(found.facts) if line.team and not line.stage_closed]
    return list(dict.fromkeys(teams)) or [found.guideline.owner_team]


def pips(facts: VersionFacts) -> list[str]:
    """A mark for each section: done, fallen, waits, or none where nothing needs signing."""
    return [pip(part, facts) for part in facts.slices if is_text(part.id)]


def pip(slice_: Slice, facts: VersionFacts) -> str:
    """The mark of one section."""
    needs = [need for _, need in facts.requirements if slice_ in to_sign(need, facts)]
    if not needs:
        return "none"
    signed = all(counting(need, slice_, facts) for need in needs)
    if objections(slice_.id, facts) and (facts.policy.objection == "blocks" or not signed):
        return "fallen"
    if signed:
        return "done"
    fell = any(void.reason is Void.OTHER_WORDS for need in needs for void in voided(need, slice_, facts))
    return "fallen" if fell else "waits"


def outstanding_words(lines: list[Outstanding], names: Names, language: str) -> list[str]:
    """What is missing, one sentence each; sections that merely wait for the same team are told together."""
    told = []
    plain = [line for line in lines if line.reason is Reason.NOT_YET]
    alike = sorted(plain, key=lambda line: (line.stage, line.team, sorted(line.who_can)))
    for _, group in groupby(alike, key=lambda line: (line.stage, line.team, line.who_can)):
        waiting = list(group)
        told.append(_said(waiting[0], names, language, slices_named([x.slice_id for x in waiting], names, language)))
    return told + [_said(line, names, language) for line in lines if line.reason is not Reason.NOT_YET]


def slices_named(ids: list[str], names: Names, language: str) -> str:
    """The sections in a sentence: by name while they are few."""
    catalogue = translations(language)
    if len(ids) > MOST_NAMED:
        return catalogue.ngettext("%(num)d section", "%(num)d sections", len(ids)) % {"num": len(ids)}
    return say_list([slice_name(name, names.sections, language) for name in ids], language)


def name_written(error: SelfApproval, document: Node, language: str) -> None:
    """Lets the refusal call the sections by their names, in reading order; programs keep the ids beside them."""
    numbers = section_names(document)
    written = [part for part in (*numbers, OUTLINE, META) if part in error.facts["sections"]]
    error.facts["named"] = [slice_name(part, numbers, language) for part in written]


def _said(line: Outstanding, names: Names, language: str, place: str = "") -> str:
    return say_outstanding(
        line, numbers=names.sections, teams=names.teams, people=names.people, language=language, place=place
    )


def _sentence(found: Standing, court: str, teams: int, since: str, language: str) -> str:
    catalogue = translations(language)
    say = catalogue.gettext
    if found.state is State.DRAFT:
        return say(N_("A draft, %(since)s.")) % {"since": since}
    if queries.is_approved(found):
        return say(N_("Approved: nothing is outstanding. It can be published."))
    turn = catalogue.ngettext(
        "It is up to the team %(court)s, %(since)s.", "It is up to the teams %(court)s, %(since)s.", teams
    )
    return turn % {"court": court, "since": since}


def _visas(found: Standing, names: Names, language: str) -> list[Visa]:
    if found.state is not State.IN_REVIEW:
        return []
    say = translations(language).gettext
    rows = []
    for _, need in found.facts.requirements:
        wanted = to_sign(need, found.facts)
        done = [part for part in wanted if counting(need, part, found.facts)]
        objected = any(one.team == need.team for part in wanted for one in objections(part.id, found.facts))
        fell = objected or any(part not in done and voided(need, part, found.facts) for part in wanted)
        tone = "ok" if len(done) == len(wanted) and not objected else "fallen" if fell else "waits"
        words = say(N_("%(done)s of %(all)s")) % {"done": len(done), "all": len(wanted)}
        rows.append(Visa(tone, names.teams.get(need.team, need.team), words))
    return rows
