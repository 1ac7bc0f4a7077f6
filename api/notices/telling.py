"""From what happened to whom it concerns: the jobs that events and comments put aside.

They read the version as it stands when they run: who was asked and has signed meanwhile is not told.
"""

import hashlib
import json
from typing import Any, Final

from sqlmodel import col, select

from api.hooks.telling import tell_hooks
from api.jobs.kinds import Desk
from api.notices.kinds import NoticeKind
from api.notices.planning import plan_deadlines
from api.notices.putting import tell
from guidelines import jobs, mentions
from guidelines import queries as writing
from guidelines.lanes import seen_by
from guidelines.mentions import PERSON
from guidelines.people import Role
from guidelines.tables import Comment, Person, Thread, Version
from workflow import handbook, queries
from workflow.coverage import Void
from workflow.events import Kind
from workflow.machine import State
from workflow.outstanding import outstanding
from workflow.permissions import sees_guidelines
from workflow.queries import Standing
from workflow.tables import Event

#: People told in one transaction of a text that concerns everybody.
AT_ONCE: Final = 500


def tell_event(desk: Desk, payload: dict[str, Any]) -> None:
    """Tells whom an entry of the log concerns, and the chat."""
    event = desk.session.get_one(Event, (payload["guideline"], payload["seq"]))
    if event.version_id is None:
        return
    tell_hooks(desk, event)
    if event.kind == Kind.PUBLISHED:
        jobs.put(desk.session, "published", f"published:{event.version_id}:", run_at=desk.at, version=event.version_id)
    found = queries.standing(desk.session, event.version_id, desk.at)
    if event.kind in (Kind.CHANGES_REQUESTED, Kind.OBJECTED):
        kind = NoticeKind.OBJECTED if event.kind == Kind.OBJECTED else NoticeKind.CHANGES_REQUESTED
        _tell_owners(desk, found, event, kind)
    if found.state is State.IN_REVIEW:
        _tell_signers(desk, found, event)
        plan_deadlines(desk, found)


def tell_published(desk: Desk, payload: dict[str, Any]) -> None:
    """Tells everybody of a text to confirm, some of them at a time."""
    version, after = payload["version"], payload.get("after", "")
    if queries.state_of(desk.session, version).state != State.PUBLISHED:
        return
    here = select(Person.id).where(col(Person.left_at).is_(None), col(Person.id) > after)
    people = desk.session.exec(here.order_by(Person.id).limit(AT_ONCE)).all()
    row = writing.version(desk.session, version)
    tell(
        desk,
        NoticeKind.PUBLISHED,
        set(people) - handbook.confirmed_by(desk.session, version),
        about=version,
        guideline_id=row.guideline_id,
        version_id=version,
    )
    if len(people) == AT_ONCE:
        last = people[-1]
        key = f"published:{version}:{last}"
        jobs.put(desk.session, "published", key, run_at=desk.at, version=version, after=last)


def tell_comment(desk: Desk, payload: dict[str, Any]) -> None:
    """Tells those whom a comment names and who may read it."""
    comment = desk.session.get_one(Comment, payload["comment"])
    thread = desk.session.get_one(Thread, comment.thread_id)
    named = mentions.mentioned(comment.text)
    people = {one.id for one in named if one.kind == PERSON}
    teams = {one.id for one in named if one.kind != PERSON}
    told = {
        actor.id
        for actor in writing.actors(desk.session, desk.at)
        if (actor.id in people or actor.teams & teams) and sees_guidelines(actor) and seen_by(thread.lane, actor)
    }
    _tell_thread(desk, NoticeKind.MENTIONED, told - {comment.person_id}, thread, comment.id, comment=comment.id)


def tell_assigned(desk: Desk, payload: dict[str, Any]) -> None:
    """Tells somebody that a thread waits for them."""
    thread = desk.session.get_one(Thread, payload["thread"])
    if thread.assigned_to == payload["person"] and thread.resolved_at is None:
        about = f"{thread.id}:{thread.changes}"
        by = payload["by"] or thread.created_by
        _tell_thread(desk, NoticeKind.ASSIGNED, {payload["person"]}, thread, about, by=by)


def _tell_thread(desk: Desk, kind: NoticeKind, people: set[str], thread: Thread, about: str, **data: str) -> None:
    guideline_id = desk.session.get_one(Version, thread.version_id).guideline_id
    tell(
        desk, kind, people, about=about, guideline_id=guideline_id, version_id=thread.version_id, thread_id=thread.id,
        **data,
    )  # fmt: skip


def _tell_owners(desk: Desk, found: Standing, event: Event, kind: NoticeKind) -> None:
    owner = found.guideline.owner_team
    people = writing.members(desk.session, frozenset({owner}), frozenset({Role.EDITOR}), desk.at)[owner]
    data = json.loads(event.data)
    tell(
        desk,
        kind,
        people - {event.person_id or ""},
        about=f"{event.guideline_id}:{event.seq}",
        guideline_id=found.guideline.id,
        version_id=found.version.id,
        seq=event.seq,
        team=data.get("team", ""),
    )


def _tell_signers(desk: Desk, found: Standing, event: Event) -> None:
    """Those who can sign what waits now; who had signed words that changed since is told that."""
    asked: dict[tuple[str, int], set[str]] = {}
    again: dict[tuple[str, str], set[str]] = {}
    for line in outstanding(found.facts):
        if not line.requirement or line.stage_closed:
            continue
        fallen = {void.decision.person for void in line.because if void.reason is Void.OTHER_WORDS}
        for person in line.who_can - {event.person_id or ""}:
            if person in fallen:
                again.setdefault((person, line.team), set()).add(line.slice_id)
            else:
                asked.setdefault((line.team, line.stage), set()).add(person)
    common = {"guideline_id": found.guideline.id, "version_id": found.version.id}
    for (team, stage), people in asked.items():
        about = f"{found.version.id}:{found.state_row.round}:{stage}:{team}"
        tell(desk, NoticeKind.ASKED, people - {who for who, _ in again}, about=about, team=team, **common)
    for (person, team), slices in again.items():
        about = f"{found.version.id}:{team}:{_digest(found, slices)}"
        tell(desk, NoticeKind.AGAIN, {person}, about=about, team=team, slices=sorted(slices), **common)


def _digest(found: Standing, slices: set[str]) -> str:
    """Of the words as they stand: for the same words nobody is asked again twice."""
    hashes = sorted(part.hash for part in found.facts.slices if part.id in slices)
    return hashlib.sha256("".join(hashes).encode()).hexdigest()[:16]
