"""What waits for a person, and how much: the home page lists it, and the top bar of every page counts it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from api.asked_changes import asked_changes
from api.falls import Falls
from api.i18n import N_, company_day, say_date, say_lately, translations
from api.review_views import team_to_sign
from api.standings import Kept, Standings
from api.threads import names_in
from api.views import Moving, moving, names_of, slices_named
from api.visit import Visit, Work
from api.words import shortened
from guidelines import discussion, mentions
from guidelines import queries as writing
from guidelines.mentions import PERSON, TEAM, Mention
from guidelines.people import Actor, Role
from workflow import handbook, queries, signing
from workflow.facts import Slice
from workflow.machine import State
from workflow.permissions import Permission, may, sees_guidelines
from workflow.queries import Standing
from workflow.review_due import Due, reviews_due

MOST_QUOTED: Final = 90
#: So many that wait for others are listed.
MOST_OTHERS: Final = 12


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that waits, as a line: where it leads and why it is there."""

    href: str
    title: str
    why: str
    since: str = ""
    lang: str = ""
    pips: list[str] = field(default_factory=list)
    fallen: bool = False


@dataclass(slots=True)
class Tasks:
    """Everything of one person's page."""

    to_sign: list[Row] = field(default_factory=list)
    to_write: list[Row] = field(default_factory=list)
    to_publish: list[Row] = field(default_factory=list)
    to_answer: list[Row] = field(default_factory=list)
    to_confirm: list[Row] = field(default_factory=list)
    done: list[Row] = field(default_factory=list)
    #: The longest waiting of those that wait for others, and how many these are.
    with_others: list[Moving] = field(default_factory=list)
    others: int = 0

    @property
    def waiting(self) -> int:
        """How many things wait for this very person."""
        return sum(map(len, (self.to_sign, self.to_write, self.to_publish, self.to_answer, self.to_confirm)))


def tasks_of(visit: Visit, work: Work) -> Tasks:
    """What waits, read from the facts of every version in motion and from the handbook."""
    tasks = Tasks()
    standings: Standings = visit.services.extras["standings"]
    if sees_guidelines(work.actor):
        talked = discussion.open_threads(work.session, work.actor)
        for kept in standings.moving(work):
            _sort(visit, work, kept, tasks)
            tasks.to_answer += _to_answer(visit, work, kept.found, talked.get(kept.found.version.id, []))
        today = company_day(work.at)
        for due in reviews_due(work.session, today, work.actor.teams):
            if work.actor.has(Role.EDITOR, due.guideline.owner_team):
                tasks.to_write.append(_to_look_at(due, visit.language))
    confirmed = queries.acknowledged(work.session, work.actor.id)
    carried = handbook.confirmed(work.session, work.actor.id)
    for entry in standings.shelf(work, visit.language):
        version_id = entry.publication.version_id
        if version_id in confirmed or version_id not in carried:
            _sort_reading(entry, confirmed.get(version_id), tasks, visit.language)
        else:
            _sort_carried(entry, tasks, visit.language)
    return tasks


def _sort(visit: Visit, work: Work, kept: Kept, tasks: Tasks) -> None:
    """Puts a version where it belongs on this person's page; only what is shown is put into words."""
    person = (work.actor.id, work.actor.memberships, visit.language)
    place, row = kept.once(person, lambda: _sorted(visit, work, kept))
    if row is not None:
        getattr(tasks, place).append(row)
        return
    tasks.others += 1
    if tasks.others <= MOST_OTHERS:
        moved = kept.once(("moving", visit.language), lambda: moving(work, kept.found, visit.language))
        tasks.with_others.append(moved)


def _sorted(visit: Visit, work: Work, kept: Kept) -> tuple[str, Row | None]:
    """The list that the version belongs to and its line there; no line for what waits for others."""
    found = kept.found
    if found.state is State.DRAFT:
        if found.guideline.owner_team in work.actor.teams and may(Permission.DRAFT_EDIT, work.actor, found.context):
            return "to_write", _to_write(visit, work, found, moving(work, found, visit.language))
    elif found.state is State.IN_REVIEW and not kept.missing:
        if may(Permission.PUBLISH, work.actor, found.context):
            why = translations(visit.language).gettext(N_("Approved: nothing is outstanding. It can be published."))
            return "to_publish", _row(visit, moving(work, found, visit.language), "review#decide", why)
    elif work.actor.id in kept.signers:
        team = team_to_sign(found, work.actor)
        if mine := signing.waiting(found, work.actor, team) if team else []:
            return "to_sign", _to_sign(visit, work, found, moving(work, found, visit.language), team, mine)
    return "", None


def _to_look_at(due: Due, language: str) -> Row:
    """A text in force that its policy wants to be looked at again."""
    row = due.publication
    words = translations(language).gettext(N_("In force since %(date)s: to be looked at again by %(due)s."))
    why = words % {"date": say_date(row.effective_on, language), "due": say_date(due.due_on, language)}
    title = f"{row.title} {row.major}.{row.minor}"
    return Row(f"/{language}/guidelines/{due.guideline.slug}", title, why, "", row.language)


def _to_sign(visit: Visit, work: Work, found: Standing, row: Moving, team: str, mine: Sequence[Slice]) -> Row:
    """Which sections, for which team; a sign-off of one's own that fell is told with the words that broke it."""
    catalogue = translations(visit.language)
    names = names_of(work, found, visit.language)
    fell, ids = Falls(work, found, names, visit.language), [slice_.id for slice_ in mine]
    facts = {"sections": slices_named(ids, names, visit.language), "team": names.teams.get(team, team)}
    falls = [fall for slice_ in mine for fall in fell.of(slice_)]
    if falls:
        sentence = catalogue.gettext(N_("A sign-off fell. %(words)s"))
        words = falls[0].said[0].words if falls[0].said else falls[0].signed[0]
        return _row(visit, row, "review", sentence % {"words": words}, fallen=True)
    sentence = catalogue.ngettext(
        "%(sections)s waits for a sign-off by %(team)s.", "%(sections)s wait for a sign-off by %(team)s.", len(ids)
    )
    return _row(visit, row, "review", sentence % facts)


def _to_write(visit: Visit, work: Work, found: Standing, row: Moving) -> Row:
    say = translations(visit.language).gettext
    asked = asked_changes(work, found)
    if asked is not None:
        why = say(N_("%(person)s requests changes: “%(words)s”")) % {
            "person": asked.name,
            "words": shortened(asked.remark, MOST_QUOTED),
        }
    elif found.in_force is not None:
        number = f"{found.in_force.major}.{found.in_force.minor}"
        why = say(N_("A draft that begins with the words of version %(number)s.")) % {"number": number}
    else:
        why = say(N_("A first draft."))
    return _row(visit, row, "edit", why)


def _to_answer(visit: Visit, work: Work, found: Standing, listed: Sequence[discussion.Discussed]) -> list[Row]:
    """Open threads that wait for the person: assigned, or with another's last word where the person took part, was
    named, or edits the text for its owner. What is due comes first."""
    if not listed or not may(Permission.DISCUSS, work.actor, found.context):
        return []
    owner = found.guideline.owner_team
    mine = work.actor.has(Role.EDITOR, owner)
    owners = writing.members(work.session, frozenset({owner}), frozenset({Role.EDITOR}), work.at)[owner] if mine else ()
    say = translations(visit.language).gettext
    names, teams = names_in(work.session, listed), writing.team_names(work.session, visit.language)
    rows = []
    for thread in sorted(listed, key=lambda one: one.thread.due_on or date.max):
        last, due = thread.comments[-1], thread.thread.due_on
        assigned = thread.thread.assigned_to == work.actor.id
        part = any(comment.person_id == work.actor.id for comment in thread.comments) or _is_named(work.actor, thread)
        answered = last.person_id == work.actor.id or (not part and (not mine or last.person_id in owners))
        if answered and not assigned:
            continue
        facts = {"person": names.get(last.person_id, "…"), "title": found.version.title}
        why = say(N_("%(person)s in %(title)s")) % facts
        if due is not None:
            why = say(N_("%(what)s, due on %(date)s")) % {"what": why, "date": say_date(due, visit.language)}
        href = f"/{visit.language}/versions/{found.version.id}/review#t-{thread.thread.id}"
        words = shortened(mentions.said(last.text, names, teams), MOST_QUOTED)
        late = assigned and due is not None and due < company_day(work.at)
        rows.append(Row(href, words, why, say_lately(last.at, work.at, visit.language), fallen=late))
    return rows


def _is_named(actor: Actor, thread: discussion.Discussed) -> bool:
    named = {one for comment in thread.comments for one in mentions.mentioned(comment.text)}
    return bool(named & {Mention(PERSON, actor.id), *(Mention(TEAM, team) for team in actor.teams)})


def _sort_reading(entry: handbook.Entry, confirmation: Any, tasks: Tasks, language: str) -> None:
    say = translations(language).gettext
    row = entry.publication
    title = f"{row.title} {entry.number}"
    if confirmation is not None:
        when = say(N_("Confirmed on %(date)s.")) % {"date": say_date(confirmation.at, language)}
        tasks.done.append(Row(f"/{language}/handbook/{entry.guideline.slug}", title, when, "", row.language))
        return
    since = say(N_("In force since %(date)s.")) % {"date": say_date(row.effective_on, language)}
    why = row.change_note or row.summary or since
    tasks.to_confirm.append(
        Row(
            f"/{language}/handbook/{entry.guideline.slug}#confirm",
            title,
            why,
            say_date(row.effective_on, language),
            row.language,
        )
    )


def _sort_carried(entry: handbook.Entry, tasks: Tasks, language: str) -> None:
    """Confirmed before small changes that ask for nothing again."""
    row = entry.publication
    words = translations(language).gettext(N_("You confirmed the version before; nothing is asked of you again."))
    href = f"/{language}/handbook/{entry.guideline.slug}"
    tasks.done.append(Row(href, f"{row.title} {entry.number}", words, "", row.language))


def _row(visit: Visit, row: Moving, place: str, why: str, *, fallen: bool = False) -> Row:
    href = f"/{visit.language}/versions/{row.id}/{place}"
    return Row(href, row.title, why, row.since, row.lang, row.pips, fallen)
