"""Which texts in force should be looked at again: so many months after they came into force, as their policy says."""

import json
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlalchemy.orm import load_only
from sqlmodel import Session, col, select

from guidelines.tables import Guideline, Publication
from workflow.deadlines import after_months
from workflow.machine import State
from workflow.policy import check_policy
from workflow.tables import Policy as PolicyRow
from workflow.tables import VersionState


@dataclass(frozen=True, slots=True)
class Due:
    """A text in force whose day has come."""

    guideline: Guideline
    publication: Publication
    due_on: date


def reviews_due(session: Session, today: date, teams: frozenset[str] | None = None) -> list[Due]:
    """The texts in force to be looked at again by today, of all teams or of those that own them; longest due first."""
    query = (
        select(Guideline, Publication, PolicyRow)
        .join(VersionState, col(VersionState.guideline_id) == col(Guideline.id))
        .join(Publication, col(Publication.version_id) == col(VersionState.version_id))
        .join(PolicyRow, col(PolicyRow.hash) == col(VersionState.policy_hash))
        .where(VersionState.state == State.PUBLISHED)
        .options(
            load_only(
                Publication.title,  # type: ignore[arg-type]
                Publication.language,  # type: ignore[arg-type]
                Publication.major,  # type: ignore[arg-type]
                Publication.minor,  # type: ignore[arg-type]
                Publication.effective_on,  # type: ignore[arg-type]
                Publication.guideline_id,  # type: ignore[arg-type]
            )
        )
    )
    if teams is not None:
        query = query.where(col(Guideline.owner_team).in_(sorted(teams)))
    found = []
    for guideline, publication, policy in session.exec(query):
        months = _months(policy.hash, policy.body)
        if months and (due_on := after_months(publication.effective_on, months)) <= today:
            found.append(Due(guideline, publication, due_on))
    return sorted(found, key=lambda due: (due.due_on, due.guideline.slug))


@lru_cache(maxsize=256)
def _months(_hash: str, body: str) -> int | None:
    return check_policy(json.loads(body)).review_every_months
