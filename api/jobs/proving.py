"""The job that proves a policy: the search runs in a process of its own and holds no transaction."""

from datetime import datetime
from typing import Any

from api.jobs.kinds import Desk
from api.policy_reports import report_apart
from api.visit import Services
from workflow import policy_change
from workflow.policy_tables import PolicyProof


def begin(desk: Desk, payload: dict[str, Any]) -> dict[str, Any] | None:
    """What to prove; nothing where it has been proved meanwhile."""
    if desk.session.get(PolicyProof, payload["hash"]) is None:
        return payload
    policy_change.keep_proof(desk.session, payload["hash"], {}, at=desk.at)
    return None


def prove(_services: Services, sent: dict[str, Any]) -> dict[str, Any]:
    """The report; what it raises is tried again."""
    return report_apart(sent["body"])


def end(desk: Desk, sent: dict[str, Any], report: dict[str, Any]) -> datetime | None:
    """Keeps the report, and puts what waited for it to the other side or refuses it."""
    policy_change.keep_proof(desk.session, sent["hash"], report, at=desk.at)
    return None
