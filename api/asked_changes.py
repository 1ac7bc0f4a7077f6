"""What was asked for when a version was sent back: shown where it is written on, and when it is read anew."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from api.visit import Work
from guidelines import queries as writing
from workflow import events
from workflow.events import Kind
from workflow.machine import State
from workflow.queries import Standing

_DECISIVE: Final = (Kind.CHANGES_REQUESTED, Kind.SUBMITTED, Kind.REOPENED)


@dataclass(frozen=True, slots=True)
class AskedChanges:
    """Who asked for changes, when, with which remark."""

    name: str
    at: datetime
    remark: str


def asked_changes(work: Work, found: Standing) -> AskedChanges | None:
    """The newest request for changes: of a draft while it is what sent it back, of a review what came before it."""
    told = [
        event
        for event in events.history(work.session, found.guideline.id)
        if event.version_id == found.version.id and event.kind in _DECISIVE
    ]
    if found.state is State.IN_REVIEW:
        told = told[:-1]
    if found.state not in (State.DRAFT, State.IN_REVIEW) or not told or told[-1].kind != Kind.CHANGES_REQUESTED:
        return None
    event = told[-1]
    person = event.person_id or ""
    name = writing.people_named(work.session, {person}).get(person, "…")
    return AskedChanges(name, event.at, str(json.loads(event.data).get("remark", "")))
