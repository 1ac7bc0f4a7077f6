"""What a notice says to its person now: only what they may know of at this moment, in their language."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from sqlmodel import col, select

from api.i18n import N_, said, say_date
from api.jobs.kinds import Desk
from api.notices.kinds import NoticeKind
from api.notices.planning import deadlines_of
from api.tables import Notice
from api.visit import Services, Work
from api.words import shortened
from guidelines import mentions
from guidelines import queries as writing
from guidelines.lanes import seen_by
from guidelines.people import Actor
from guidelines.tables import Comment, Guideline, Person, Publication, Thread, Version
from workflow import handbook, queries, signing
from workflow.machine import State
from workflow.permissions import sees_guidelines
from workflow.queries import Standing
from workflow.tables import Event

MOST_QUOTED = 400


@dataclass(frozen=True, slots=True)
class Told:
    """A notice as it is read: a sentence, the words it is about, and where it leads (behind the language)."""

    kind: NoticeKind
    sentence: str
    words: str
    place: str
    language: str
    title: str


_SENTENCES = {
    NoticeKind.ASKED: N_("“%(title)s” waits for your sign-off for %(team)s"),
    NoticeKind.AGAIN: N_("Words changed in “%(title)s” that you had signed for %(team)s"),
    NoticeKind.CHANGES_REQUESTED: N_("%(person)s requests changes to “%(title)s”"),
    NoticeKind.OBJECTED: N_("%(person)s objects to “%(title)s” for %(team)s"),
    NoticeKind.MENTIONED: N_("%(person)s names you in “%(title)s”"),
    NoticeKind.ASSIGNED: N_("%(person)s asks you to answer in “%(title)s”"),
    NoticeKind.PUBLISHED: N_("“%(title)s” %(number)s is in force: read it and confirm"),
    NoticeKind.REMINDER: N_("“%(title)s”: the sign-off for %(team)s is due on %(date)s"),
    NoticeKind.ESCALATION: N_("“%(title)s”: %(team)s has not signed by %(date)s"),
    NoticeKind.REVIEW_DUE: N_("“%(title)s” was to be looked at again by %(date)s"),
}
_ABOUT_THREADS = (NoticeKind.MENTIONED, NoticeKind.ASSIGNED)


def read(work: Work, notice: Notice, language: str) -> Told | None:
    """The notice as its person may read it now; None when they may not know of it (any more)."""
    kind = NoticeKind(notice.kind)
    data: dict[str, Any] = json.loads(notice.data)
    if kind is NoticeKind.PUBLISHED:
        return _published(work, notice, language)
    if not sees_guidelines(work.actor):
        return None
    version = work.session.get_one(Version, notice.version_id)
    words, person, place = "", "", f"versions/{version.id}/review"
    if kind in _ABOUT_THREADS:
        thread = work.session.get_one(Thread, notice.thread_id)
        if not seen_by(thread.lane, work.actor):
            return None
        comment = _comment(work, thread, data)
        person = data.get("by") or comment.person_id
        words, place = _said(work, comment, language), f"{place}#t-{thread.id}"
    elif kind in (NoticeKind.CHANGES_REQUESTED, NoticeKind.OBJECTED):
        event = work.session.get_one(Event, (notice.guideline_id, data["seq"]))
        person, words = event.person_id or "", str(json.loads(event.data).get("remark", ""))
    elif kind is NoticeKind.REVIEW_DUE:
        place = f"guidelines/{work.session.get_one(Guideline, notice.guideline_id).slug}"
    facts = _facts(work, version.title, person, data, language)
    sentence = said(_SENTENCES[kind], facts, language)
    return Told(kind, sentence, shortened(words, MOST_QUOTED), place, version.language, version.title)


def still_stands(work: Work, services: Services, notice: Notice) -> bool:
    """Whether there is still something to do: what was done meanwhile is not mailed."""
    data: dict[str, Any] = json.loads(notice.data)
    ask = _STANDING.get(NoticeKind(notice.kind))
    return ask is None or ask(work, services, notice, data)


def waits_for(found: Standing, actor: Actor, team: str) -> list[str]:
    """The slices that wait for the person's sign-off for the team."""
    return [part.id for part in signing.waiting(found, actor, team)] if found.state is State.IN_REVIEW else []


def _signs(work: Work, _services: Services, notice: Notice, data: dict[str, Any]) -> bool:
    return bool(waits_for(queries.standing(work.session, notice.version_id, work.at), work.actor, data["team"]))


def _is_late(work: Work, services: Services, notice: Notice, data: dict[str, Any]) -> bool:
    found = queries.standing(work.session, notice.version_id, work.at)
    late = deadlines_of(Desk(work.session, work.at, services), found)
    return (data["requirement"], data["due_on"]) in {(one.requirement.id, one.due_on.isoformat()) for one in late}


def _in_state(state: State, work: Work, _services: Services, notice: Notice, _data: dict[str, Any]) -> bool:
    return queries.state_of(work.session, notice.version_id).state == state


def _unconfirmed(work: Work, _services: Services, notice: Notice, _data: dict[str, Any]) -> bool:
    in_force = queries.state_of(work.session, notice.version_id).state == State.PUBLISHED
    return in_force and handbook.acknowledgement(work.session, work.actor.id, notice.version_id) is None


def _awaited(work: Work, _services: Services, notice: Notice, _data: dict[str, Any]) -> bool:
    thread = work.session.get_one(Thread, notice.thread_id)
    return thread.resolved_at is None and thread.assigned_to == work.actor.id


_STANDING: dict[NoticeKind, Callable[[Work, Services, Notice, dict[str, Any]], bool]] = {
    NoticeKind.ASKED: _signs,
    NoticeKind.AGAIN: _signs,
    NoticeKind.REMINDER: _signs,
    NoticeKind.ESCALATION: _is_late,
    NoticeKind.CHANGES_REQUESTED: partial(_in_state, State.DRAFT),
    NoticeKind.PUBLISHED: _unconfirmed,
    NoticeKind.ASSIGNED: _awaited,
    NoticeKind.REVIEW_DUE: partial(_in_state, State.PUBLISHED),
}


def _published(work: Work, notice: Notice, language: str) -> Told | None:
    row = work.session.get(Publication, notice.version_id)
    guideline = work.session.get_one(Guideline, notice.guideline_id)
    if row is None or queries.state_of(work.session, notice.version_id).state == State.WITHDRAWN:
        return None
    facts = {"title": row.title, "number": f"{row.major}.{row.minor}"}
    sentence = said(_SENTENCES[NoticeKind.PUBLISHED], facts, language)
    words = shortened(row.change_note or row.summary, MOST_QUOTED)
    place = f"handbook/{guideline.slug}#confirm"
    return Told(NoticeKind.PUBLISHED, sentence, words, place, row.language, row.title)


def _facts(work: Work, title: str, person: str, data: Mapping[str, Any], language: str) -> dict[str, str]:
    team = str(data.get("team", ""))
    due_on = data.get("due_on")
    return {
        "title": title,
        "team": writing.team_names(work.session, language).get(team, team),
        "person": writing.people_named(work.session, {person}).get(person, mentions.NAMELESS),
        "date": say_date(date.fromisoformat(due_on), language) if due_on else "",
    }


def _comment(work: Work, thread: Thread, data: Mapping[str, Any]) -> Comment:
    """The comment that names somebody, or the one that opened the thread."""
    if "comment" in data:
        return work.session.get_one(Comment, data["comment"])
    return first_comment(work, thread.id)


def first_comment(work: Work, thread_id: str) -> Comment:
    """The comment that opened a thread."""
    query = select(Comment).where(Comment.thread_id == thread_id).order_by(col(Comment.at), col(Comment.id))
    return work.session.exec(query.limit(1)).one()


def _said(work: Work, comment: Comment, language: str) -> str:
    people = {one.id for one in mentions.mentioned(comment.text) if one.kind == mentions.PERSON}
    names = writing.people_named(work.session, people)
    return mentions.said(comment.text, names, writing.team_names(work.session, language))


def language_of(work: Work) -> str:
    """That in which the person reads."""
    return work.session.get_one(Person, work.actor.id).language
