"""When the things of a record happened, as the company's own clock showed it; where that clock stands is said once."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from exports.labels import LABELS, hour
from exports.publication import Publication


def day_in(publication: Publication, at: datetime) -> date:
    """The day on which a moment falls where the company is, wherever the file is made."""
    return at.astimezone(ZoneInfo(publication.time_zone)).date()


def when(publication: Publication, at: datetime) -> str:
    """A moment of the record; it bears its own offset where the record's are not all the same."""
    there = at.astimezone(ZoneInfo(publication.time_zone))
    words = hour(there, publication.language)
    return f"{words} ({_offset(there)})" if len(_offsets(publication)) > 1 else words


def clock_note(publication: Publication) -> str:
    """Which clock the record's times are read from: the zone, and how far it was from UTC."""
    say = LABELS[publication.language]
    return say["times"].format(zone=publication.time_zone, offset=say["then"].join(_offsets(publication)))


def _offsets(publication: Publication) -> list[str]:
    """Every offset of the record, in the order of its lines."""
    zone = ZoneInfo(publication.time_zone)
    moments: Iterable[datetime] = (line.at for line in publication.approvals)
    return list(dict.fromkeys(_offset(at.astimezone(zone)) for at in moments))


def _offset(there: datetime) -> str:
    minutes = int((there.utcoffset() or there - there).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    if not minutes:
        return "UTC"
    return f"UTC{'−' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")
