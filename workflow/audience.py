"""Whom a thread may name and wait for: those who may read it, so that nobody is called to what is hidden from them."""

from datetime import datetime

from sqlmodel import Session

from guidelines import queries
from guidelines.lanes import seen_by
from guidelines.mentions import Audience
from guidelines.people import Actor
from workflow.permissions import sees_guidelines


def audience(session: Session, lane: str, at: datetime) -> Audience:
    """The people who may read a thread in this lane at that moment ("" for none), and the teams they are in."""
    actors = queries.actors(session, at)
    reading = [actor for actor in actors if sees_guidelines(actor) and seen_by(lane, actor)]
    teams = {team for actor in reading for team in actor.teams} if not lane else {lane}
    names = {language: queries.team_names(session, language) for language in ("fr", "en")}
    return Audience(
        {actor.id: actor.name for actor in reading},
        {team: (names["fr"].get(team, team), names["en"].get(team, team)) for team in sorted(teams)},
    )


def audience_of(session: Session, actor: Actor, lane: str, at: datetime) -> Audience:
    """The same as somebody may look it up: empty for a lane that is not theirs."""
    return audience(session, lane, at) if seen_by(lane, actor) else Audience()
