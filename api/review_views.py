"""What the review page shows of each section: its redline, who signed, whose sign-off fell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from api.falls import Fall, Falls
from api.i18n import N_, translations
from api.views import Names, pip
from api.visit import Work
from api.words import MOST_QUOTED, kind_name, shortened, slice_name
from exports.html import render_blocks
from exports.numbering import numbers
from exports.redline import render_entries
from guidelines import discussion, mentions
from guidelines.people import Actor
from guidelines.redline import Redline, by_section
from guidelines.sections import FRONT, OUTLINE, Section, sections
from guidelines.tables import Comment
from workflow import signing
from workflow.coverage import Void, counting, latest, objections, voided
from workflow.facts import Choice, Slice, to_sign
from workflow.outstanding import is_text
from workflow.predicates import signs_for
from workflow.queries import Standing


@dataclass(frozen=True, slots=True)
class Mark:
    """A team's mark at the foot of a section: ok with a name, waiting, or fallen with words that name the team."""

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
    #: Whether the comparison shows something here, be it only a section that is gone.
    touched: bool
    tone: str
    state: str
    body: Markup
    marks: list[Mark]
    falls: list[Fall] = field(default_factory=list)
    can_sign: bool = False
    can_retract: bool = False
    sign_label: str = ""
    retract_team: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """One comment of a thread, with its author's name."""

    person_id: str
    name: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Talk:
    """A thread as cards show it."""

    id: str
    quote: str
    place: str
    anchor: str
    removed: bool
    open: bool
    blocking: bool
    comments: list[Remark]
    #: The team that keeps it to itself, by name; "" for none.
    lane: str = ""
    assigned: str = ""
    assigned_to: str = ""
    due_on: date | None = None
    late: bool = False
    suggestion: bool = False


def team_to_sign(found: Standing, actor: Actor) -> str:
    """The team for which the person signs here: the one with something left to sign first; "" for none."""
    teams = [need.team for _, need in found.facts.requirements if signs_for(actor, need.team)]
    waits = [team for team in teams if signing.waiting(found, actor, team)]
    open_ = waits or [team for team in teams if signing.signable(found, actor, team)]
    return (open_ or teams or [""])[0]


class Reader:
    """Draws the sections of one version for one person: everything that it reads is read once."""

    def __init__(self, work: Work, found: Standing, comparison: Redline | None, names: Names, language: str) -> None:
        self.work = work
        self.found = found
        self.names = names
        self.language = language
        self.say = translations(language).gettext
        self.actor = work.actor
        self.team = team_to_sign(found, work.actor)
        self.mine = [part.id for part in signing.waiting(found, work.actor, self.team)]
        self.signable = {part.id for part in signing.signable(found, work.actor, self.team)}
        self.bodies, self.touched = self._bodies(comparison)
        self.fell = Falls(work, found, names, language)

    def parts(self) -> list[Part]:
        """Every section as it is read and signed, then the outline and the meta data where they changed."""
        listed = [self._part(slice_) for slice_ in self.found.facts.slices]
        return [part for part in listed if is_text(part.id) or part.changed]

    def falls(self, slice_: Slice) -> list[Fall]:
        """The sign-offs that fell because the words changed and that nobody has replaced."""
        return self.fell.of(slice_)

    def _part(self, slice_: Slice) -> Part:
        changed = any(slice_ in to_sign(need, self.found.facts) for _, need in self.found.facts.requirements)
        number, title = self.names.sections.get(slice_.id, ("", ""))
        held = latest(self.found.facts, slice_.id).get(self.actor.id)
        can_sign, waits = slice_.id in self.signable, slice_.id in self.mine
        objecting = self._objecting(slice_)
        mark = pip(slice_, self.found.facts)
        return Part(
            slice_.id,
            slice_.id,
            number,
            title or slice_name(slice_.id, self.names.sections, self.language),
            changed,
            changed or slice_.id in self.touched,
            "yours" if waits and not objecting else {"done": "ok", "fallen": "fallen"}.get(mark, "quiet"),
            " ".join(found.words for found in objecting) or self._state(mark, waits),
            self.bodies.get(slice_.id, Markup()) if is_text(slice_.id) else self._beside(slice_.id),
            self._marks(slice_),
            self.falls(slice_),
            can_sign,
            held is not None and held.choice in (Choice.APPROVE, Choice.OBJECT) and not can_sign,
            self._sign_label(number, title or slice_name(slice_.id, self.names.sections, self.language)),
            held.team if held else "",
        )

    def _objecting(self, slice_: Slice) -> list[Mark]:
        said = self.say(N_("%(person)s objects for %(team)s: “%(remark)s”"))
        marks = []
        for decision in objections(slice_.id, self.found.facts):
            team = self.names.teams.get(decision.team, decision.team)
            person = self.names.people.get(decision.person, "")
            remark = shortened(decision.remark, MOST_QUOTED)
            marks.append(Mark("fallen", team, words=said % {"person": person, "team": team, "remark": remark}))
        return marks

    def _state(self, mark: str, waits: bool) -> str:
        if waits:
            return self.say(N_("Fallen: waits for you")) if mark == "fallen" else self.say(N_("Waits for you"))
        words = {"done": N_("Signed off"), "fallen": N_("A sign-off fell"), "none": N_("Unchanged")}
        return self.say(words.get(mark, N_("Waits")))

    def _sign_label(self, number: str, title: str) -> str:
        if number:
            return self.say(N_("Sign off section %(number)s")) % {"number": number}
        return self.say(N_("Sign off “%(title)s”")) % {"title": title}

    def _marks(self, slice_: Slice) -> list[Mark]:
        marks = self._objecting(slice_)
        objecting = {mark.team for mark in marks}
        for _, need in self.found.facts.requirements:
            if slice_ not in to_sign(need, self.found.facts):
                continue
            team = self.names.teams.get(need.team, need.team)
            signed = counting(need, slice_, self.found.facts)
            if signed:
                marks += [Mark("ok", team, self.names.people.get(decision.person, "")) for decision in signed]
            elif any(void.reason is Void.OTHER_WORDS for void in voided(need, slice_, self.found.facts)):
                words = self.say(N_("%(team)s: to sign again")) % {"team": team}
                marks.append(Mark("fallen", team, words=words))
            elif team not in objecting:
                marks.append(Mark("waits", team))
        return marks

    def _bodies(self, comparison: Redline | None) -> tuple[dict[str, Markup], set[str]]:
        """Section to its text, as a redline where there is something to compare with; and where that shows changes."""
        text_language = self.found.version.language
        document = self.found.document
        if comparison is None:
            given = {id(document.content[place]): number for place, number in numbers(document).items()}
            return {part.id: Markup("".join(_clean(part, given, text_language))) for part in sections(document)}, set()
        grouped = dict(by_section(comparison))
        present = [slice_.id for slice_ in self.found.facts.slices if is_text(slice_.id)]
        if FRONT in grouped and FRONT not in present and present:
            grouped[present[0]] = [*grouped.pop(FRONT), *grouped.get(present[0], [])]
        bodies = {
            name: Markup(render_entries(entries, document, language=text_language, labels=self.language))
            for name, entries in grouped.items()
        }
        return bodies, {name for name, entries in grouped.items() if any(entry.op != "equal" for entry in entries)}

    def _beside(self, slice_id: str) -> Markup:
        """The outline or the meta data, in words: what is signed beside the text."""
        if slice_id == OUTLINE:
            names = [slice_name(name, self.names.sections, self.language) for name in self.names.sections]
            items = Markup("").join(Markup("<li>{}</li>").format(name) for name in names)
            return Markup('<ul class="unmarked">{}</ul>').format(items)
        row, former = self.found.version, self.found.in_force
        lines = (
            (self.say(N_("Title")), former.title if former else "", row.title),
            (
                self.say(N_("Kind")),
                kind_name(former.guideline_kind, self.language) if former else "",
                kind_name(row.kind, self.language),
            ),
            (self.say(N_("For whom")), former.audience if former else "", row.audience),
            (self.say(N_("Summary")), former.summary if former else "", row.summary),
        )
        return Markup("").join(_line(name, before, after, former is not None) for name, before, after in lines)


def talks(
    threads: Sequence[discussion.Discussed], people: Mapping[str, str], names: Names, language: str, today: date
) -> list[Talk]:
    """Threads for cards, with names; `people` are those of `threads.names_in`."""
    return [
        Talk(
            found.thread.id,
            found.thread.quote,
            slice_name(found.thread.section, names.sections, language),
            found.thread.section,
            found.removed,
            found.is_open,
            found.thread.blocking,
            [_remark(row, people, names.teams) for row in found.comments],
            names.teams.get(found.thread.lane, found.thread.lane),
            people.get(found.thread.assigned_to or "", ""),
            found.thread.assigned_to or "",
            found.thread.due_on,
            found.is_open and found.thread.due_on is not None and found.thread.due_on < today,
            bool(found.thread.suggestion),
        )
        for found in threads
    ]


def _remark(row: Comment, people: Mapping[str, str], teams: Mapping[str, str]) -> Remark:
    return Remark(row.person_id, people.get(row.person_id, "…"), row.at, mentions.said(row.text, people, teams))


def _line(name: str, before: str, after: str, compared: bool) -> Markup:
    if compared and before != after:
        gone = Markup("<del>{}</del> ").format(before) if before else Markup()
        return Markup("<p>{} · {}<ins>{}</ins></p>").format(name, gone, after)
    return Markup("<p>{} · {}</p>").format(name, after) if after else Markup()


def _clean(part: Section, given: Mapping[int, str], language: str) -> Any:
    return render_blocks([(block, given.get(id(block), "")) for block in part.blocks], language)
