"""Pinning a version in review anew: the same words go on under the policy that bears the name now.

Sign-offs survive where the new policy asks the same team over the same sections: whether they count is computed.
"""

from datetime import datetime

from sqlmodel import Session

from guidelines import queries as writing
from guidelines.document import document_hash
from guidelines.people import Actor
from workflow import events
from workflow import queries as reading
from workflow.errors import PolicyUnchanged, WrongState
from workflow.events import Kind
from workflow.evidence import fingerprint
from workflow.machine import State
from workflow.permissions import Permission, demand
from workflow.queries import SIGNERS, Standing
from workflow.tables import Policy as PolicyRow
from workflow.tables import Roster
from workflow.transition import reason_in_words


def repin(session: Session, actor: Actor, version_id: str, *, reason: str, at: datetime) -> Standing:
    """Pins the version to the policy of now, with a roster of now; a scheduled one keeps what it has."""
    found = reading.standing(session, version_id, at, locked=True)
    demand(Permission.REPIN, actor, found.context)
    if found.state is not State.IN_REVIEW:
        raise WrongState(state=found.state, action="repin")
    words = reason_in_words(reason)
    policy = reading.newest_policy(session, found.guideline.policy)
    state = found.state_row
    if policy.hash == state.policy_hash:
        raise PolicyUnchanged(name=policy.name)
    if session.get(PolicyRow, policy.hash) is None:
        session.add(PolicyRow(hash=policy.hash, name=policy.name, body=policy.canonical(), recorded_at=at))
        session.flush()
    teams = frozenset(need.team for need in policy.requirements())
    members = writing.members(session, teams, SIGNERS, at)
    data = {
        "policy": policy.hash,
        "policy_evidence": fingerprint(session.get_one(PolicyRow, policy.hash)),
        "former": state.policy_hash,
        "document": document_hash(found.document),
        "round": state.round + 1,
        "roster": {team: sorted(people) for team, people in members.items()},
        "reason": words,
        **events.log_told(session, found.version),
    }
    # The database lets a pin move only where the log has just told it.
    events.record(
        session, found.guideline.id, Kind.REPINNED, person_id=actor.id, version_id=version_id, at=at, data=data
    )
    for team, people in members.items():
        for person_id in sorted(people):
            session.add(Roster(version_id=version_id, round=state.round + 1, team_id=team, person_id=person_id))
    session.flush()
    state.policy_hash, state.round = policy.hash, state.round + 1
    session.add(state)
    session.flush()
    return reading.standing(session, version_id, at)
