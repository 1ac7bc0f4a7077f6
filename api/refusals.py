"""A refusal in the visitor's language: status, stable code, what happened, what would help.

`STATUS` is the one table from the house's errors to HTTP; `refusal_words` has the words for every code. The
most specific class wins, so a new error must be added here before a test lets it land.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from api import errors as edge
from api.field_words import FIELDS, PROBLEMS
from api.i18n import N_, say_list, say_number, say_size, translations
from api.refusal_words import FALLBACK, SENTENCES, TO_PROGRAMS
from exports import errors as exporting
from guidelines import errors as writing
from workflow import errors as deciding

HOUSE: Final = (edge.ApiError, writing.GuidelineError, deciding.WorkflowError, exporting.ExportError)

STATUS: Final[Mapping[type[Exception], int]] = {
    edge.SignInRequired: 401,
    edge.WrongCredentials: 401,
    edge.TooManyTries: 429,
    edge.Forged: 403,
    edge.InvalidInvitation: 404,
    edge.WeakPassword: 422,
    edge.NotFound: 404,
    edge.UnknownAddress: 404,
    edge.NotAdmin: 403,
    edge.InvalidRequest: 400,
    edge.FileTooLarge: 413,
    edge.InvalidPeopleFile: 422,
    edge.DuplicateEmail: 409,
    edge.LastAdmin: 409,
    edge.SealKeyMissing: 409,
    edge.Fault: 500,
    writing.UnknownGuideline: 404,
    writing.UnknownVersion: 404,
    writing.UnknownSection: 404,
    writing.UnknownThread: 404,
    writing.UnknownPerson: 404,
    writing.DuplicateSlug: 409,
    writing.InvalidField: 422,
    writing.InvalidStep: 422,
    writing.StaleRevision: 410,
    writing.RefTaken: 409,
    writing.DocumentFull: 422,
    writing.FrozenVersion: 409,
    writing.NotASuggestion: 422,
    writing.SuggestionForeign: 403,
    deciding.NotPermitted: 403,
    deciding.NotPublished: 404,
    deciding.InvalidPolicy: 422,
    deciding.UnknownPolicy: 404,
    deciding.UnknownEdition: 404,
    deciding.RemarkMissing: 422,
    exporting.TooLarge: 413,
    exporting.Empty: 422,
    exporting.NotText: 422,
    exporting.WrongType: 415,
    exporting.UnknownFormat: 404,
    exporting.TooComplex: 422,
    exporting.TooDeep: 422,
    exporting.InvalidDocument: 422,
}

#: Faulty lines of a file that a sentence names, and how much of what stands there.
MOST_ROWS: Final = 10
MOST_QUOTED: Final = 40
#: Beyond it a number has no separators: more digits than decimals hold cannot be set at all.
MOST_SAID: Final = 2**53


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is answered: as problem+json to programs, as a notice or a page to people."""

    status: int
    code: str
    title: str
    detail: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def refusal(error: Exception, language: str, *, to_program: bool = False) -> Refusal:
    """The answer to one of the house's errors, to somebody at a page or to a program."""
    code: str = getattr(error, "code", "error")
    facts: Mapping[str, Any] = getattr(error, "facts", {})
    title, detail = say(code, facts, language, to_program=to_program)
    return Refusal(status_of(error), code, title, detail, facts)


def status_of(error: Exception) -> int:
    """The status of the error's class, or of the nearest class above it in the table."""
    for ancestor in type(error).__mro__:
        if ancestor in STATUS:
            return STATUS[ancestor]
    return 409


def say(code: str, facts: Mapping[str, Any], language: str, *, to_program: bool = False) -> tuple[str, str]:
    """What happened and what would help, in the language."""
    catalogue = translations(language)
    title, detail = SENTENCES.get(code, FALLBACK)
    if to_program:
        title, detail = TO_PROGRAMS.get(code, (title, detail))
    said = _Said((name, _said(value, language, name)) for name, value in facts.items())
    if code == "file_too_large":
        said.update({name: say_size(facts[name], language) for name in ("size", "limit") if name in facts})
    if "limit" in facts and code == "invalid_field":
        said["problem"] += catalogue.gettext(N_(" (limit: {limit})")).format_map(said)
    return catalogue.gettext(title).format_map(said), catalogue.gettext(detail).format_map(said)


def _said_rows(rows: Sequence[tuple[int, str, str, str]], language: str) -> str:
    """The faulty lines of a file, the first few of them."""
    gettext = translations(language).gettext
    said = []
    for row, column, problem, value in rows[:MOST_ROWS]:
        words = _said(problem, language, "problem")
        line = N_("line {row}, {column}: {problem}") if column else N_("line {row}: {problem}")
        if value and problem != "missing_column":
            line = N_("line {row}, {column} “{value}”: {problem}")
        facts = {"row": _said(row, language), "column": column, "problem": words, "value": value[:MOST_QUOTED]}
        said.append(gettext(line).format(**facts))
    if len(rows) > MOST_ROWS:
        said.append(gettext(N_("and {number} more")).format(number=_said(len(rows) - MOST_ROWS, language)))
    return "; ".join(said) if language == "en" else "\u202f; ".join(said)


class _Said(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "…"


def _said(value: Any, language: str, name: str = "") -> str:
    gettext = translations(language).gettext
    if name == "fields" and isinstance(value, list):
        pairs = [(_said(field, language, "field"), _said(problem, language, "problem")) for field, problem in value]
        return say_list([f"{field} ({problem})" if field else problem for field, problem in pairs], language)
    if name == "rows" and isinstance(value, list):
        return _said_rows(value, language)
    if name in ("field", "problem"):
        known = FIELDS if name == "field" else PROBLEMS
        return gettext(known[value]) if value in known else str(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return say_list([_said(item, language) for item in value], language)
    if isinstance(value, Mapping):
        return str(value.get(language) or say_list([_said(item, language) for item in value.values()], language))
    if value is None:
        return gettext(N_("none"))
    return say_number(value, language) if type(value) is int and abs(value) <= MOST_SAID else str(value)
