"""What a mail shows of the text: the redline of the sections that wait for its reader, and each change in words."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from api.falls import Falls
from api.views import Names, names_of
from api.visit import Work
from api.words import say_changes, slice_name
from exports.redline import render_entries
from guidelines.changes import changes_of
from guidelines.document import Node, parse
from guidelines.redline import by_section, redline
from workflow.outstanding import is_text
from workflow.queries import Standing

#: Characters of drawn text that a mail carries; what is beyond stands on the page.
MOST_DRAWN: Final = 60_000


@dataclass(frozen=True, slots=True)
class Shown:
    """One section in a mail."""

    title: str
    told: list[str]
    body: Markup


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The sections of one reader, as many as a mail carries, and how many are left out."""

    sections: list[Shown]
    left_out: int = 0


def excerpt(work: Work, found: Standing, slices: Sequence[str], language: str, *, again: bool) -> Excerpt:
    """The reader's sections against the words in force; `again`: against the words that were signed."""
    names = names_of(work, found, language)
    shown = _fallen(work, found, slices, names, language) if again else _compared(found, slices, names, language)
    size, kept = 0, []
    for one in shown:
        size += len(one.body)
        if size > MOST_DRAWN:
            break
        kept.append(one)
    return Excerpt(kept, len(shown) - len(kept))


def _compared(found: Standing, slices: Sequence[str], names: Names, language: str) -> list[Shown]:
    whole = redline(_in_force(found), found.document)
    changes = say_changes(changes_of(whole), names.sections, language) if found.in_force is not None else []
    shown = []
    for section, entries in by_section(whole):
        if section not in slices:
            continue
        new = found.in_force is None
        drawn = entries if new else [entry for entry in entries if entry.op != "equal"]
        body = Markup(render_entries(drawn, found.document, language=found.version.language, labels=language))
        told = [change.bare for change in changes if change.anchor == section]
        shown.append(Shown(slice_name(section, names.sections, language), told, body))
    there = {section for section, _ in by_section(whole)}
    beside = [part for part in slices if not is_text(part) or part not in there]
    return shown + [Shown(slice_name(part, names.sections, language), [], Markup()) for part in beside]


def _fallen(work: Work, found: Standing, slices: Sequence[str], names: Names, language: str) -> list[Shown]:
    falls = Falls(work, found, names, language)
    shown = []
    for part in found.facts.slices:
        if part.id not in slices:
            continue
        for fall in falls.of(part):
            told = [fall.changed, *(change.bare or change.words for change in fall.said)]
            shown.append(Shown(slice_name(part.id, names.sections, language), told, fall.body))
    return shown


def _in_force(found: Standing) -> Node:
    return parse(json.loads(found.in_force.document)) if found.in_force is not None else Node("doc", {}, ())
