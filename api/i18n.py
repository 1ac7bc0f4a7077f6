"""French and English: catalogues, the language of a visit, dates and numbers as each language writes them.

The source language is English; `locale/fr/LC_MESSAGES/charte.po` is read as it stands (no compiled copy can be stale).
"""

import io
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale, negotiate_locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

LANGUAGES: Final = ("fr", "en")
DEFAULT: Final = "fr"
#: Where the company is unless its configuration says otherwise.
COMPANY_ZONE: Final = "Europe/Paris"
_zone = ZoneInfo(COMPANY_ZONE)
#: « que » and « de » before a fact, and the first names whose h is mute: before the others nothing is elided.
_ELIDING: Final = re.compile(r"\b([Qq]u|[Dd])e %\((\w+)\)s")
_LIGATURES: Final = str.maketrans({"œ": "oe", "æ": "ae"})
_MUTE_H: Final = frozenset(
    "hector helene helena heloise henri henriette henry hermann hermine hermione herve hilaire hippolyte homere"
    " honore honorine horace hortense hubert hugues huguette humbert hyacinthe".split()
)
_LOCALES: Final = {"fr": Locale("fr", "FR"), "en": Locale("en", "GB")}


def N_(message: str) -> str:
    """Marks a message for the catalogue where it is written but not yet said."""
    return message


@cache
def translations(language: str) -> NullTranslations:
    """The catalogue of a language; English is its own source."""
    if language == "en":
        return NullTranslations()
    path = files("api").joinpath("locale", language, "LC_MESSAGES", "charte.po")
    if not path.is_file():
        return NullTranslations()
    with path.open("rb") as lines:
        catalogue = read_po(lines, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def negotiated(accept_language: str) -> str:
    """The language that an Accept-Language header asks for first among ours."""
    wanted = [part.split(";")[0].strip() for part in accept_language.split(",") if part.strip()]
    return negotiate_locale(wanted, LANGUAGES, sep="-") or DEFAULT


def set_company_zone(name: str) -> None:
    """Sets the clock that everything is said by: a process serves one company."""
    global _zone
    _zone = ZoneInfo(name)


def company_zone() -> ZoneInfo:
    """The time zone whose clock pages show."""
    return _zone


def company_day(at: datetime) -> date:
    """The day on which a moment falls where the company is."""
    return at.astimezone(_zone).date()


def say_date(day: date, language: str) -> str:
    """A day in full: 23 November 2026, 1er décembre 2026."""
    if isinstance(day, datetime):
        day = day.astimezone(_zone).date()
    said = format_date(day, "long", locale=_LOCALES[language])
    return said.replace("1 ", "1er ", 1) if language == "fr" and day.day == 1 else said


def say_day(day: date, language: str) -> str:
    """A day without its year, as in a list: Wednesday 25 November."""
    if isinstance(day, datetime):
        day = day.astimezone(_zone).date()
    said = format_date(day, "EEEE d MMMM", locale=_LOCALES[language])
    return said.replace(" 1 ", " 1er ", 1) if language == "fr" and day.day == 1 else said


def lately(at: datetime, now: datetime) -> bool:
    """Whether a moment is one of this day or of the six before."""
    return 0 <= (company_day(now) - company_day(at)).days < 7


def say_lately(at: datetime, now: datetime, language: str) -> str:
    """A moment as one says it: the time today, the day of this week, else the date; 10:02, Friday, 3 March."""
    there, here = at.astimezone(_zone), now.astimezone(_zone)
    days = (here.date() - there.date()).days
    if days == 0:
        return say_time(at, language)
    if 0 < days < 7:
        return format_date(there, "EEEE", locale=_LOCALES[language])
    if there.year != here.year:
        return say_date(at, language)
    return say_day(at, language).split(" ", 1)[1]


def say_moment(at: datetime, language: str) -> str:
    """A day and a time in the company's time zone: 24 November 2026, 10:02; 24 novembre 2026 à 10 h 02."""
    between = " à " if language == "fr" else ", "
    return say_date(at, language) + between + say_time(at, language)


def say_time(at: datetime, language: str) -> str:
    """A time of day: 10:02; 10 h 02, and 10 h on the hour."""
    there = at.astimezone(_zone)
    if language == "fr":
        return f"{there.hour}\u00a0h" + (f"\u00a0{there.minute:02}" if there.minute else "")
    return f"{there:%H:%M}"


def say_size(size: int, language: str) -> str:
    """A size in bytes as people say it: 512 bytes, 5 MB, 20.3 Mo."""
    for least, english, french in ((1_000_000, "MB", "Mo"), (1_000, "KB", "Ko")):
        if size >= least:
            number = format_decimal(round(size / least, 1), locale=_LOCALES[language])
            return f"{number}\u00a0{french if language == 'fr' else english}"
    return translations(language).ngettext("%(num)d byte", "%(num)d bytes", size) % {"num": size}


def said(message: str, facts: Mapping[str, str], language: str) -> str:
    """The message of the catalogue with its facts; French elides « que » and « de » before those that want it."""
    words = translations(language).gettext(message)
    if language == "fr":
        words = _ELIDING.sub(lambda found: _elided(found, facts), words)
    return words % facts


def _elided(found: re.Match[str], facts: Mapping[str, str]) -> str:
    small, name = found[1], found[2]
    first = facts[name].split(" ", 1)[0]
    plain = unicodedata.normalize("NFD", first.casefold().translate(_LIGATURES)).encode("ascii", "ignore").decode()
    vowel = plain[:1] in set("aeiou") or (plain[:1] == "y" and plain[1:2] not in set("aeiou") | {""})
    return f"{small}’%({name})s" if vowel or plain in _MUTE_H else found[0]


def say_number(number: float, language: str) -> str:
    """A number with its language's separators: 1,248, 1 248."""
    return format_decimal(number, locale=_LOCALES[language])


def say_list(items: Iterable[str], language: str) -> str:
    """Items joined as in a sentence: a, b and c."""
    found = list(items)
    if len(found) < 2:
        return "".join(found)
    return ", ".join(found[:-1]) + (" et " if language == "fr" else " and ") + found[-1]
