"""On which days the company works: Monday to Friday without the public holidays of its country."""

from collections.abc import Callable
from datetime import date, datetime, time
from functools import cache
from typing import Final

import holidays

from api.i18n import company_zone

#: When the company's day begins, for what is told on a day.
MORNING: Final = time(8)


def works_in(country: str) -> Callable[[date], bool]:
    """Whether somebody works on a day in a country such as FR, or in a part of it such as FR-57; "": every weekday."""
    free = _holidays(country)
    return lambda day: day.weekday() < 5 and day not in free


def is_known(country: str) -> bool:
    """Whether the holidays of that country, and of that part of it, are known."""
    try:
        _holidays(country)
    except (NotImplementedError, KeyError):
        return False
    return True


def morning_of(day: date) -> datetime:
    """The beginning of the company's working day."""
    return datetime.combine(day, MORNING, tzinfo=company_zone())


@cache
def _holidays(country: str) -> holidays.HolidayBase:
    if not country:
        return holidays.HolidayBase()
    name, _, part = country.partition("-")
    return holidays.country_holidays(name, subdiv=part or None)
