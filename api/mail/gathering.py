"""Gathers a person's notices into one mail: what is urgent at once, the rest when it has been quiet for a while."""

from datetime import datetime
from typing import Any

from sqlmodel import col, select

from api.jobs.kinds import Desk
from api.notices.kinds import URGENT
from api.notices.putting import LONGEST, QUIET, WAITING
from api.secrets import new_id
from api.tables import Delivery, Notice
from guidelines import jobs

#: Told apart in one mail; what is beyond is told in the next.
MOST: int = 40


def gather(desk: Desk, payload: dict[str, Any]) -> datetime | None:
    """Makes a delivery of what waits for the person; returns when to look again while more keeps coming."""
    query = (
        select(Notice)
        .where(Notice.person_id == payload["person"], Notice.mail == WAITING)
        .order_by(col(Notice.id))
        .with_for_update()
    )
    waiting = desk.session.exec(query).all()
    urgent = [notice for notice in waiting if notice.kind in URGENT]
    rest = [notice for notice in waiting if notice.kind not in URGENT]
    if urgent:
        _deliver(desk, payload["person"], urgent[:MOST])
    if not rest:
        return None
    ripe_at = min(max(one.at for one in rest) + QUIET, min(one.at for one in rest) + LONGEST)
    if ripe_at > desk.at:
        return ripe_at
    _deliver(desk, payload["person"], rest[:MOST])
    return desk.at if len(rest) > MOST or len(urgent) > MOST else None


def _deliver(desk: Desk, person_id: str, notices: list[Notice]) -> None:
    row = Delivery(id=new_id(), channel="mail", person_id=person_id, created_at=desk.at)
    desk.session.add(row)
    desk.session.flush()
    for notice in notices:
        notice.mail, notice.delivery_id = "taken", row.id
    jobs.put(desk.session, "post", f"post:{row.id}", run_at=desk.at, delivery=row.id)
