"""The anchor: the newest words in force that were signed in full, which "unchanged" is measured against."""

import json

from sqlmodel import Session

from guidelines import queries as writing
from guidelines.tables import Publication
from workflow import policy as policy_rules
from workflow.policy import Change, Policy
from workflow.tables import Policy as PolicyRow
from workflow.tables import VersionState


def anchor_of(session: Session, in_force: Publication | None) -> Publication | None:
    """The newest version, back from the one in force, that was published with everything its policy can ask for.

    What was published as less than substantive with fewer sign-offs is no anchor: two small steps would make a large
    one that nobody read.
    """
    row = in_force
    while row is not None and not signed_in_full(session, row):
        base = writing.version(session, row.version_id).base_version_id
        row = session.get(Publication, base) if base else None
    return row


def published_as(session: Session, version_id: str) -> Change | None:
    """The class that the version was published with; None for one that never was."""
    row = session.get(Publication, version_id)
    return None if row is None else policy_rules.change_named(row.change or "substantive")


def signed_in_full(session: Session, row: Publication) -> bool:
    """Whether the policy asked for as much under the class that it was published with as it ever does."""
    change = policy_rules.change_named(row.change or "substantive")
    policy = pinned_policy(session, row)
    if change == "substantive" or policy is None:
        return change == "substantive"
    kind, language = row.guideline_kind, row.language
    return policy.active(kind=kind, language=language, change=change) == policy.active(kind=kind, language=language)


def pinned_policy(session: Session, row: Publication) -> Policy | None:
    """The policy that the version was reviewed under; None where none was pinned."""
    state = session.get(VersionState, row.version_id)
    pinned = state.policy_hash if state else None
    found = session.get(PolicyRow, pinned) if pinned else None
    return policy_rules.check_policy(json.loads(found.body), name=found.name) if found else None
