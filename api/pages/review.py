"""The review of a version: what changed, who signed, what is outstanding, and the decisions that may be taken here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from litestar import Response, get
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from markupsafe import Markup

from api.asked_changes import asked_changes
from api.class_views import class_view
from api.i18n import N_, company_day, translations
from api.pages.seen import demand_seen
from api.refusals import Refusal
from api.render import page
from api.review_views import Part, Reader, Talk, talks
from api.suggestion_cards import cards
from api.threads import names_in
from api.views import Moving, Names, moving, names_of, outstanding_words, pips, slices_named
from api.visit import Access, ThisVisit, Visit, Work
from api.words import Said, agreement, done_words, say_changes, say_decision
from exports.redline import render_entries
from guidelines import authority, discussion
from guidelines import queries as writing
from guidelines.changes import changes_of
from guidelines.document import document_hash
from guidelines.errors import GuidelineError
from guidelines.redline import redline
from guidelines.tables import Publication
from workflow import handbook, queries, scheduling
from workflow.audience import audience
from workflow.coverage import objections
from workflow.facts import Choice
from workflow.handbook import document_of
from workflow.machine import FROZEN, Action, State, possible
from workflow.numbering import Step, asks_again, next_number, step_of
from workflow.outstanding import outstanding
from workflow.permissions import Permission, may
from workflow.predicates import signs_for
from workflow.queries import Standing
from workflow.tables import SignOff

#: How long after submitting the page that says so offers to undo it; taking the draft back stays possible after that.
UNDO_SUBMIT: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Mays:
    """What the person may do here now: the state has the action and the person the right."""

    comment: bool
    suggest: bool
    approve: bool
    request_changes: bool
    object: bool
    submit: bool
    publish: bool
    reopen: bool
    edit: bool
    withdraw: bool


@dataclass(frozen=True, slots=True)
class Undo:
    """A sign-off just given, to take back with one button."""

    team: str
    sections: str
    words: str


@dataclass(frozen=True, slots=True)
class Objection:
    """An objection that stands, which a colleague of the objector may lift."""

    team: str
    sections: str
    words: str


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What changed between the words that a stale page showed and the present ones."""

    said: list[Said]
    body: Markup


@get("/versions/{version_id:str}/review", access=Access.MEMBER, sync_to_thread=True)
def review_page(
    visit: ThisVisit,
    version_id: FromPath[str],
    view: FromQuery[str] = "",
    done: FromQuery[str] = "",
    sign_off: FromQuery[str] = "",
) -> "Response[Any]":
    """The version under review; a published one is read in the handbook."""
    with visit.read() as work:
        demand_seen(work)
        found = queries.standing(work.session, version_id, work.at)
        if found.state in FROZEN:
            row = work.session.get_one(Publication, version_id)
            return Redirect(f"/{visit.language}/handbook/{found.guideline.slug}/{row.major}.{row.minor}")
        return show(visit, work, version_id, view=view, done=done, sign_off=sign_off)


def show(
    visit: Visit,
    work: Work,
    version_id: str,
    *,
    view: str = "",
    done: str = "",
    sign_off: str = "",
    refusal: Refusal | None = None,
    form: dict[str, str] | None = None,
    sent: str = "",
) -> "Response[Any]":
    """The page; with a refusal, what was typed into the form `sent` stands in it again."""
    demand_seen(work)
    found = queries.standing(work.session, version_id, work.at)
    if refusal is not None and found.state in FROZEN:
        return refused(visit, work, refusal, found)
    language = visit.language
    discussed = discussion.threads(work.session, version_id, work.actor)
    names = names_of(work, found, language)
    # Against the words that were signed in full: what readers last had may hold small steps that nobody signed.
    comparison = redline(document_of(found.anchor), found.document) if found.anchor else None
    reader = Reader(work, found, None if view == "clean" else comparison, names, language)
    parts = reader.parts()
    mays = _mays(work, found, reader)
    moved = moving(work, found, language)
    listed = talks(discussed, names_in(work.session, discussed), names, language, company_day(work.at))
    return page(
        visit,
        work,
        "review.html",
        status=refusal.status if refusal else 200,
        guideline=found.guideline,
        version=found.version,
        state=found.state.value,
        state_chip=moved.chip,
        court_sentence=_court(found, moved),
        former=_former(work, found),
        asked=asked_changes(work, found),
        parts=parts,
        to_read=sum(part.changed for part in parts),
        view="clean" if view == "clean" or comparison is None else "redline",
        changes=say_changes(changes_of(comparison), names.sections, language) if comparison else [],
        **_decision(found, reader, parts, mays, language),
        may=mays,
        shown_hash=document_hash(found.document),
        my_team=reader.team,
        to_sign=reader.mine,
        statement=agreement(found.version.title, names.teams.get(reader.team, ""), language) if reader.team else "",
        numbers=_numbers(work, found),
        asks_again=_asks_again(found, form or {}),
        class_of_change=class_view(work, found, names, language),
        outstanding=outstanding_words(outstanding(found.facts), names, language) if _in_review(found) else [],
        objections=_objections(work, found, names, language),
        suggestions=cards(work, found, language),
        refusal=refusal,
        meanwhile=_meanwhile(work, found, names, form or {}, language) if _is_stale(refusal) else None,
        form=form or {},
        sent=sent,
        done=done_words(done, language),
        undo=_undo(work, found, sign_off, names, language),
        tomorrow=(company_day(work.at) + timedelta(days=1)).isoformat(),
        undo_submit=done == "submitted" and mays.reopen and _has_just_submitted(work, found),
        **_discussion(listed),
        **_asking(work, discussed, names),
    )


def refused(visit: Visit, work: Work, refusal: Refusal, found: Standing) -> "Response[Any]":
    """A refusal about a version that nobody works on any more: a page of its own that leads to the guideline."""
    href = f"/{visit.language}/guidelines/{found.guideline.slug}"
    words = translations(visit.language).gettext(N_("Open the guideline"))
    return page(visit, work, "refused.html", status=refusal.status, refusal=refusal, way_on=(href, words))


def _in_review(found: Standing) -> bool:
    return found.state is State.IN_REVIEW


def _is_stale(refusal: Refusal | None) -> bool:
    return refusal is not None and refusal.code == "content_changed"


def _mays(work: Work, found: Standing, reader: Reader) -> Mays:
    def can(permission: Permission, action: Action) -> bool:
        return possible(found.state, action) and may(permission, work.actor, found.context)

    approved = queries.is_approved(found)
    return Mays(
        comment=may(Permission.DISCUSS, work.actor, found.context),
        suggest=_in_review(found) and may(Permission.SUGGEST, work.actor, found.context),
        approve=bool(reader.mine),
        request_changes=can(Permission.REQUEST_CHANGES, Action.REQUEST_CHANGES),
        object=bool(reader.team) and can(Permission.SIGN, Action.OBJECT),
        submit=can(Permission.SUBMIT, Action.SUBMIT),
        publish=approved and can(Permission.PUBLISH, Action.PUBLISH),
        reopen=can(Permission.REOPEN, Action.REOPEN),
        edit=can(Permission.DRAFT_EDIT, Action.EDIT),
        withdraw=can(Permission.WITHDRAW, Action.WITHDRAW),
    )


def _decision(found: Standing, reader: Reader, parts: Sequence[Part], mays: Mays, language: str) -> dict[str, Any]:
    wrote, others = _left_to_others(found, reader, parts)
    title, words, label = say_decision(
        state=found.state.value,
        approved=queries.is_approved(found),
        team=reader.names.teams.get(reader.team, ""),
        mine=len(reader.mine),
        wrote=slices_named(wrote, reader.names, language) if wrote else "",
        others=others,
        may_publish=mays.publish,
        revision=found.version.revision,
        promised=_promised(reader.work, found),
        language=language,
    )
    marks = pips(found.facts) if _in_review(found) else []
    return {"decision_title": title, "decision_words": words, "approve_label": label, "pip_marks": marks}


def _promised(work: Work, found: Standing) -> date | None:
    row = scheduling.scheduled(work.session, found.version.id) if found.state is State.SCHEDULED else None
    return row.day if row else None


def _left_to_others(found: Standing, reader: Reader, parts: Sequence[Part]) -> tuple[list[str], list[str]]:
    """The sections that wait for the person's team and that they wrote in; and who of the team can sign them."""
    lines = [
        line
        for line in outstanding(found.facts)
        if line.team == reader.team
        and line.requirement
        and reader.actor.id in found.facts.contributors.get(line.slice_id, frozenset())
    ]
    waiting = {line.slice_id for line in lines}
    people = {person for line in lines for person in line.who_can}
    if any(not line.who_can for line in lines):
        people, waiting = set(), {line.slice_id for line in lines if not line.who_can}
    return [part.id for part in parts if part.id in waiting], sorted(reader.names.people[person] for person in people)


def _court(found: Standing, moved: Moving) -> str:
    return moved.sentence if found.state in (State.IN_REVIEW, State.DRAFT) else ""


def _former(work: Work, found: Standing) -> handbook.Entry | None:
    if found.anchor is None:
        return None
    row = found.anchor
    return handbook.edition(work.session, found.guideline.slug, f"{row.major}.{row.minor}")


def _numbers(work: Work, found: Standing) -> list[tuple[str, str]]:
    """(choice, the number it gives) for the publisher."""
    taken = max(
        ((row.major, row.minor) for row in writing.publications(work.session, found.guideline.id)), default=None
    )
    least = step_of(found.facts.change) if taken else Step.MAJOR
    steps = (Step.MINOR, Step.MAJOR) if least is Step.MINOR else (Step.MAJOR,)
    return [(step.value, "{}.{}".format(*next_number(taken, step))) for step in steps]


def _asks_again(found: Standing, form: Mapping[str, str]) -> bool | None:
    """What the box says of confirming again; None where the class decides."""
    if found.in_force is None or found.facts.change == "substantive":
        return None
    return form.get("ask_again") == "yes" if "ask_again_shown" in form else asks_again(found.facts.change)


def _objections(work: Work, found: Standing, names: Names, language: str) -> list[Objection]:
    """Objections of the person's team-mates: somebody must be able to lift them."""
    held: dict[int, tuple[Any, list[str]]] = {}
    for slice_ in found.facts.slices:
        for decision in objections(slice_.id, found.facts):
            held.setdefault(decision.seq, (decision, []))[1].append(slice_.id)
    return [
        Objection(decision.team, " ".join(ids), slices_named(ids, names, language))
        for decision, ids in held.values()
        if decision.person != work.actor.id and signs_for(work.actor, decision.team)
    ]


def _meanwhile(work: Work, found: Standing, names: Names, form: dict[str, str], language: str) -> Meanwhile | None:
    """From the words that the stale page showed; None when the page does not say truly which they were."""
    try:
        opened = authority.document_at(work.session, found.version.id, int(form.get("shown_revision", "")))
    except (ValueError, GuidelineError):
        return None
    if document_hash(opened.document) != form.get("shown_hash"):
        return None
    since = redline(opened.document, found.document)
    changed = [entry for entry in since.entries if entry.op != "equal"]
    body = render_entries(changed, found.document, language=found.version.language, labels=language)
    return Meanwhile(say_changes(changes_of(since), names.sections, language), Markup(body))


def _undo(work: Work, found: Standing, sign_off: str, names: Names, language: str) -> Undo | None:
    """The sign-off named by the address, while it is the person's own on this version and still in force."""
    seq = int(sign_off) if sign_off.isascii() and sign_off.isdigit() and len(sign_off) < 10 else 0
    row = work.session.get(SignOff, seq) if seq else None
    if row is None or row.version_id != found.version.id or row.person_id != work.actor.id:
        return None
    given = next((decision for decision in found.facts.decisions if decision.seq == seq), None)
    newest = [decision for decision in found.facts.decisions if decision.person == work.actor.id][-1:]
    if given is None or given.choice is not Choice.APPROVE or newest != [given] or not _in_review(found):
        return None
    ids = [slice_.id for slice_ in found.facts.slices if slice_.id in given.hashes]
    return Undo(row.team_id, " ".join(ids), slices_named(ids, names, language))


def _has_just_submitted(work: Work, found: Standing) -> bool:
    row = found.state_row
    return (
        _in_review(found)
        and row.submitted_by == work.actor.id
        and row.submitted_at is not None
        and work.at - row.submitted_at < UNDO_SUBMIT
    )


def _discussion(listed: Sequence[Talk]) -> dict[str, Any]:
    return {
        "open_threads": [talk for talk in listed if talk.open and not talk.removed],
        "removed_threads": [talk for talk in listed if talk.open and talk.removed],
        "resolved_threads": [talk for talk in listed if not talk.open],
    }


def _asking(work: Work, discussed: Sequence[discussion.Discussed], names: Names) -> dict[str, Any]:
    """What the forms of threads offer: whom one may wait for in each lane, and the lanes of the person's own."""
    lanes = sorted(work.actor.teams)
    kept = {"", *(found.thread.lane for found in discussed)}
    reading = {names.teams.get(lane, lane) if lane else "": audience(work.session, lane, work.at) for lane in kept}
    return {
        "lanes": [(lane, names.teams.get(lane, lane)) for lane in lanes],
        "readers": {lane: sorted(one.people.items(), key=lambda person: person[1]) for lane, one in reading.items()},
    }


handlers = [review_page]
