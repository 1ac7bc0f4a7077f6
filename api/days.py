"""The day on which a scheduled version is to be published: when it begins, and what is done when it has come."""

from datetime import UTC, date, datetime, time
from typing import Any

from api.i18n import company_day, company_zone
from api.jobs.kinds import Desk
from api.keys import seal_published
from guidelines.errors import InvalidField
from workflow import scheduling


def beginning_of(day: date) -> datetime:
    """The moment at which the day begins where the company is."""
    return datetime.combine(day, time(0), company_zone()).astimezone(UTC)


def day_named(text: str) -> date:
    """A day as forms send it; raises `InvalidField`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidField(field="day", problem="unknown") from None


def publish_on_day(desk: Desk, payload: dict[str, Any]) -> None:
    """Publishes what was promised for the day and still may be; the version is in review again otherwise."""
    row = scheduling.publish_on_day(desk.session, payload["schedule"], at=desk.at, today=company_day(desk.at))
    if row is not None:
        seal_published(desk.session, desk.services.config, row.version_id, at=desk.at, person_id=row.published_by)
