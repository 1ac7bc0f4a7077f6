"""People in words: what a role is called, what is wrong with a line of a CSV file, what an import did."""

from collections.abc import Mapping
from typing import Final

from api.i18n import N_, say_number, translations
from api.people import CSV_ROWS, Fault, Imported
from guidelines.people import Role

_ROLES: Final = {
    Role.READER: N_("Reader"),
    Role.EDITOR: N_("Editor"),
    Role.REVIEWER: N_("Reviewer"),
    Role.PUBLISHER: N_("Publisher"),
    Role.LEAD: N_("Lead"),
    Role.ADMIN: N_("Administrator"),
}

#: (column, problem) to a sentence; the column "" stands for any.
_FAULTS: Final = {
    ("language", "unknown"): N_("Write one of these words: %(languages)s."),
    ("role", "unknown"): N_("Write one of these words: %(roles)s."),
    ("team", "unknown"): N_("Write one of these words: %(teams)s. Or add the team first."),
    ("team", "empty"): N_("This role is held in a team. Write one of these words: %(teams)s."),
    ("team", "no_team"): N_("There is no team yet. Add it first, then send the file again."),
    ("email", "duplicate"): N_("The same person, team and role stand further up. Delete this line."),
    ("", "empty"): N_("Nothing is written here. Fill it in, or delete the line."),
    ("", "too_long"): N_("Longer than 200 characters, or with signs that cannot be shown. Shorten it."),
    ("", "malformed"): N_("This is not an e-mail address. Write it like ada@example.org."),
    ("", "turning"): N_("A hidden sign turns the direction of writing. Type it anew by hand."),
    ("", "missing_column"): N_("The first line names the columns, and this one is missing. Add it."),
    ("", "too_many_rows"): N_("A file has at most %(most)s lines of people. Divide it."),
    ("", "not_text"): N_("This is not a text file. Save the sheet as CSV and send that."),
}
#: A file in which nothing is written has no column to fill in.
_EMPTY_FILE: Final = N_("Nothing is written in the file. Its first line names the columns, each other one a person.")


def role_names(language: str) -> dict[Role, str]:
    """What every role is called, from the one that may least."""
    say = translations(language).gettext
    return {role: say(name) for role, name in _ROLES.items()}


def say_fault(fault: Fault, teams: Mapping[str, str], language: str) -> str:
    """What is wrong with a value of a file, what is accepted, and what to do. `teams` is id to name."""
    say = translations(language).gettext
    problem = "no_team" if fault.column == "team" and not teams else fault.problem
    words = _FAULTS.get((fault.column, problem)) or _FAULTS.get(("", problem)) or problem
    if problem == "empty" and not fault.column:
        words = _EMPTY_FILE
    return say(words) % {
        "languages": "fr, en",
        "roles": _glossed({role.value: name for role, name in role_names(language).items()}),
        "teams": _glossed(teams),
        "most": say_number(CSV_ROWS, language),
    }


def say_imported(done: Imported, language: str) -> str:
    """How many people an import added, changed and left as they were, in one sentence."""
    ngettext = translations(language).ngettext
    say = translations(language).gettext
    added = ngettext("%(num)d person added", "%(num)d people added", done.added) % {"num": done.added}
    parts = [added if done.added else say(N_("Nobody added"))]
    if done.changed:
        parts.append(ngettext("%(num)d changed", "%(num)d changed", done.changed) % {"num": done.changed})
    if done.unchanged:
        parts.append(ngettext("%(num)d unchanged", "%(num)d unchanged", done.unchanged) % {"num": done.unchanged})
    return ", ".join(parts) + "."


def _glossed(words: Mapping[str, str]) -> str:
    """Words of a file, each with what it stands for where that is another word."""
    said = [word if word.casefold() == name.casefold() else f"{word} ({name})" for word, name in words.items()]
    return ", ".join(said)
