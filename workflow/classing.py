"""The class of a change: proposed by the rules, stated by the owner team, agreed to or contested by the other side."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from guidelines.people import Actor
from workflow import class_facts, events
from workflow import queries as reading
from workflow.change_class.agreement import UNAGREED, Changed, Said, claimed, refuse_to_agree, refuse_to_state
from workflow.change_class.findings import Proposal, highest
from workflow.change_class.whole import propose_all
from workflow.errors import WorkflowError
from workflow.events import Kind
from workflow.evidence import fingerprint
from workflow.facts import VersionFacts
from workflow.machine import Action, State
from workflow.permissions import Permission
from workflow.policy import Change
from workflow.queries import Standing
from workflow.tables import ClassStatement
from workflow.transition import allowed, hold, reason_in_words, remark_if_any

_KINDS = {Said.STATE: Kind.CLASS_STATED, Said.AGREE: Kind.CLASS_AGREED, Said.CONTEST: Kind.CLASS_CONTESTED}


def proposals(session: Session, found: Standing) -> dict[str, Proposal]:
    """What the rules propose for each slice that differs from the anchor, with every reason."""
    before = class_facts.text_of_publication(found.anchor) if found.anchor else None
    return propose_all(before, class_facts.text_of(found.version, found.document), class_facts.company_names(session))


def state_class(
    session: Session,
    actor: Actor,
    version_id: str,
    *,
    change: Change,
    at: datetime,
    shown_hash: str | None = None,
    reason: str = "",
) -> ClassStatement:
    """The owner team says of which class the change is; both sides begin anew with it.

    Raises `ClassTooLow` for more than one step below the rules' proposal, `StaleSignOff` when the page showed another
    text.
    """
    found = allowed(session, actor, version_id, Permission.STATE_CLASS, Action.STATE_CLASS, at)
    reading.check_shown(found, shown_hash)
    changed = found.facts.changed
    if changed is not None:
        changed = replace(changed, proposed=highest(one.change for one in proposals(session, found).values()))
    refuse_to_state(changed, change)
    words = remark_if_any(reason)
    return _say(session, found, actor, Said.STATE, change, changed, words, at)


def agree_class(
    session: Session, actor: Actor, version_id: str, *, at: datetime, shown_hash: str | None = None
) -> ClassStatement:
    """The other side agrees to what is stated. Raises `NothingStated`, `WroteTheChange`, `ClassTooLow`."""
    found = allowed(session, actor, version_id, Permission.ANSWER_CLASS, Action.AGREE_CLASS, at)
    reading.check_shown(found, shown_hash)
    change = refuse_to_agree(actor.id, found.facts.statements, found.facts.changed)
    return _say(session, found, actor, Said.AGREE, change, found.facts.changed, "", at)


def contest_class(session: Session, actor: Actor, version_id: str, *, reason: str, at: datetime) -> ClassStatement:
    """The other side says no, with a reason: the change counts as substantive until the class is stated anew."""
    found = allowed(session, actor, version_id, Permission.ANSWER_CLASS, Action.CONTEST_CLASS, at)
    change = claimed(found.facts.statements, found.facts.changed).change
    words = reason_in_words(reason)
    if found.state is State.SCHEDULED:  # what the day rests on is gone
        hold(session, found, "class_contested", at, actor.id)
    return _say(session, found, actor, Said.CONTEST, change, found.facts.changed, words, at)


def why_not(action: Action, actor: Actor, facts: VersionFacts) -> WorkflowError | None:
    """The refusal that the person would meet, whatever class they meant to state; None when there is none."""
    try:
        if action is Action.AGREE_CLASS:
            refuse_to_agree(actor.id, facts.statements, facts.changed)
        elif action is Action.CONTEST_CLASS:
            claimed(facts.statements, facts.changed)
    except WorkflowError as error:
        return error
    return None


def _say(
    session: Session,
    found: Standing,
    actor: Actor,
    said: Said,
    change: Change,
    changed: Changed | None,
    reason: str,
    at: datetime,
) -> ClassStatement:
    team = found.guideline.owner_team if said is Said.STATE else found.facts.policy.other_side
    row = ClassStatement(
        version_id=found.version.id,
        person_id=actor.id,
        team_id=team,
        said=said.value,
        change=change,
        proposed=changed.proposed if changed else UNAGREED,
        anchor_hash=changed.anchor if changed else "",
        words_hash=changed.words if changed else "",
        revision=found.version.revision,
        reason=reason,
        at=at,
    )
    session.add(row)
    session.flush()
    data = {
        "statement": row.seq,
        "team": team,
        "change": change,
        "proposed": row.proposed,
        "reason": reason,
        "evidence": fingerprint(row),
    }
    events.record(
        session, found.guideline.id, _KINDS[said], person_id=actor.id, version_id=found.version.id, at=at, data=data
    )
    return row
