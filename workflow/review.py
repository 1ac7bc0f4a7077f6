"""Review: every action that moves a version on, each in the caller's transaction.

Each takes the lock on the guideline, reads the facts, says why not in one of three ways (wrong state, missing right,
unmet requirement) or writes the rows and one event. None commits. Whether a version is approved is never stored.
"""

from datetime import date, datetime

from sqlmodel import Session

from guidelines import queries as writing
from guidelines import versions
from guidelines.document import document_hash
from guidelines.errors import InvalidField
from guidelines.people import Actor
from guidelines.tables import Publication
from workflow import events
from workflow import queries as reading
from workflow.errors import BaseMoved, NothingChanged, SignOffsMissing, WrongState
from workflow.events import Kind
from workflow.evidence import fingerprint
from workflow.machine import Action, State
from workflow.numbering import Step, asks_again, next_number, step_of
from workflow.outstanding import outstanding
from workflow.permissions import Permission
from workflow.queries import Standing
from workflow.tables import Policy as PolicyRow
from workflow.tables import Roster
from workflow.transition import allowed, move, reason_in_words, remark_if_any, set_state


def submit(session: Session, actor: Actor, version_id: str, *, at: datetime) -> Standing:
    """Opens the review: the text stands still, policy, kind, language and roster are pinned."""
    found = allowed(session, actor, version_id, Permission.SUBMIT, Action.SUBMIT, at)
    if found.facts.unchanged:
        raise NothingChanged(version=version_id)
    policy = reading.newest_policy(session, found.guideline.policy)
    if session.get(PolicyRow, policy.hash) is None:
        session.add(PolicyRow(hash=policy.hash, name=policy.name, body=policy.canonical(), recorded_at=at))
        session.flush()
    state = found.state_row
    state.policy_hash, state.submitted_at, state.submitted_by = policy.hash, at, actor.id
    state.round += 1
    for team, people in found.facts.members.items():
        for person_id in sorted(people):
            session.add(Roster(version_id=version_id, round=state.round, team_id=team, person_id=person_id))
    versions.freeze(session, version_id)
    data = {
        "policy": policy.hash,
        "policy_evidence": fingerprint(session.get_one(PolicyRow, policy.hash)),
        "document": document_hash(found.document),
        "round": state.round,
        "roster": {team: sorted(people) for team, people in found.facts.members.items()},
        **events.log_told(session, found.version),
    }
    return move(session, found, actor, Action.SUBMIT, Kind.SUBMITTED, at, data)


def request_changes(session: Session, actor: Actor, version_id: str, *, remark: str, at: datetime) -> Standing:
    """Sends the version back to the draft with a remark; sign-offs stay, for the words they name."""
    found = allowed(session, actor, version_id, Permission.REQUEST_CHANGES, Action.REQUEST_CHANGES, at)
    reason = reason_in_words(remark)
    versions.thaw(session, version_id)
    return move(session, found, actor, Action.REQUEST_CHANGES, Kind.CHANGES_REQUESTED, at, {"remark": reason})


def reopen(session: Session, actor: Actor, version_id: str, *, at: datetime, remark: str = "") -> Standing:
    """The owner team takes the version back to the draft."""
    found = allowed(session, actor, version_id, Permission.REOPEN, Action.REOPEN, at)
    versions.thaw(session, version_id)
    return move(session, found, actor, Action.REOPEN, Kind.REOPENED, at, {"remark": remark_if_any(remark)})


def publish(
    session: Session,
    actor: Actor,
    version_id: str,
    *,
    number: str = "",
    at: datetime,
    today: date,
    change_note: str = "",
    ask_again: bool | None = None,
) -> Publication:
    """Freezes, numbers and puts in force, and supersedes the version before, all in one transaction.

    The class of the change, computed anew from the very words, says how the number grows and who confirms again;
    `number` may ask for a major one, `ask_again` decides where the class leaves it open.
    It is in force from `today`: the company's day, which only the edge knows (at midnight UTC is another one).
    Raises `SignOffsMissing` with the list while anything is outstanding.
    """
    found = allowed(session, actor, version_id, Permission.PUBLISH, Action.PUBLISH, at)
    if found.state is State.SCHEDULED:  # a day is promised: only that day brings it, or the promise is taken back
        raise WrongState(state=found.state, action=Action.PUBLISH)
    refuse_to_publish(found, number)
    return put_in_force(
        session, found, actor, number=number, change_note=change_note, ask_again=ask_again, at=at, today=today
    )


def refuse_to_publish(found: Standing, number: str = "") -> None:
    """Raises what stands against publication now: the same for publishing, for promising a day, and on that day."""
    if number and number not in tuple(Step):
        raise InvalidField(field="number", problem="unknown")
    if not found.facts.base_ok:
        raise BaseMoved(number=_number(found.in_force))
    if missing := outstanding(found.facts):
        raise SignOffsMissing(outstanding=missing, count=len(missing))
    if found.in_force is not None:
        step_of(found.facts.change, number)


def put_in_force(
    session: Session,
    found: Standing,
    actor: Actor,
    *,
    number: str,
    change_note: str,
    ask_again: bool | None,
    at: datetime,
    today: date,
) -> Publication:
    """Numbers and freezes a version against which nothing stands, and supersedes the one before."""
    former, change = found.in_force, found.facts.change
    numbers = [(row.major, row.minor) for row in writing.publications(session, found.guideline.id)]
    step = step_of(change, number) if numbers else Step.MAJOR
    if former is not None:
        set_state(session, reading.state_of(session, former.version_id), Action.SUPERSEDE, at)
        session.flush()
    publication = versions.publish(
        session,
        actor,
        found.version,
        number=next_number(max(numbers, default=None), step),
        change_note=change_note,
        effective_on=today,
        at=at,
        change=change,
        asks_again=asks_again(change, ask_again),
    )
    data = {
        "number": f"{publication.major}.{publication.minor}",
        "document": publication.document_hash,
        "change": change,
        "supersedes": former.version_id if former else None,
        "sign_offs": [decision.seq for decision in found.facts.decisions],
        "evidence": fingerprint(publication),
    }
    move(session, found, actor, Action.PUBLISH, Kind.PUBLISHED, at, data)
    return publication


def withdraw(session: Session, actor: Actor, version_id: str, *, reason: str, at: datetime) -> Standing:
    """Ends a version for good; of a published one nothing is in force afterwards. Needs a reason."""
    found = allowed(session, actor, version_id, Permission.WITHDRAW, Action.WITHDRAW, at)
    words = reason_in_words(reason)
    versions.freeze(session, version_id)
    return move(session, found, actor, Action.WITHDRAW, Kind.WITHDRAWN, at, {"reason": words})


def _number(publication: Publication | None) -> str | None:
    return f"{publication.major}.{publication.minor}" if publication else None
