"""Private lanes: a thread that one team keeps to itself is known inside that team alone.

Every place that reads threads or comments asks `seen_by` (rows at hand) or `visible_to` (a query): nowhere else is it
decided who may know of one.
"""

from typing import Final

from sqlalchemy import ColumnElement, or_
from sqlmodel import col

from guidelines.errors import InvalidField
from guidelines.people import Actor
from guidelines.tables import Thread

#: Somebody of no team: what is known to this reader is known to everybody who sees the text.
ANYBODY: Final = Actor("", "")


def seen_by(lane: str, actor: Actor) -> bool:
    """Whether the person may know of a thread in this lane; "" is no lane."""
    return not lane or lane in actor.teams


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The same as a condition on the rows of `Thread`."""
    return or_(col(Thread.lane) == "", col(Thread.lane).in_(sorted(actor.teams)))


def check_lane(lane: str, actor: Actor, *, blocking: bool) -> None:
    """Raises `InvalidField` for a lane of another's team, and for one that would hold back what others sign."""
    if not seen_by(lane, actor):
        raise InvalidField(field="lane", problem="not_yours")
    if lane and blocking:
        raise InvalidField(field="blocking", problem="private")
