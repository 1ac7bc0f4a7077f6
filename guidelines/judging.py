"""Judges a commit in a text with suggestions: raises what it is refused with, by name, before anything is stored."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

from prosemirror.model import Node as Tree
from prosemirror.transform import Step
from sqlmodel import Session

from guidelines import steps
from guidelines.errors import (
    BaseChanged,
    DocumentChanged,
    NotASuggestion,
    OtherSuggestionChanged,
    OtherSuggestionForged,
    RowSpanned,
    SuggestionConflict,
    SuggestionForeign,
    SuggestionLeft,
    SuggestionMalformed,
)
from guidelines.people import Actor
from guidelines.plain_law import plain_breach
from guidelines.suggest_law import Breach, keeps_intent, suggest_breach
from guidelines.suggestion_layers import suggestion_ids
from guidelines.suggestion_rows import Owners
from guidelines.tables import Version

REFUSALS: Final[Mapping[Breach, type[NotASuggestion]]] = {
    Breach.DOCUMENT: DocumentChanged,
    Breach.BASE: BaseChanged,
    Breach.OTHERS: OtherSuggestionChanged,
    Breach.FORGED: OtherSuggestionForged,
    Breach.FORM: SuggestionMalformed,
    Breach.SPAN: RowSpanned,
    Breach.LEFT: SuggestionLeft,
}


def judge_suggestion(
    session: Session, row: Version, actor: Actor, before: Tree, after: Tree, *, moved: bool = False
) -> None:
    """Raises unless the commit is this person's suggestion. One that was moved behind others' is for its maker to do
    again: `SuggestionConflict`."""
    owners = Owners(session, row.id)
    new = suggestion_ids(after) - suggestion_ids(before)
    if foreign := sorted(name for name in new if owners.of(name) != actor.id):
        raise SuggestionForeign(suggestions=foreign)
    _refuse(suggest_breach(before, after, lambda name: owners.of(name) == actor.id), moved)


def judge_intent(
    session: Session,
    row: Version,
    actor: Actor,
    *,
    seen: Tree,
    sent: Sequence[Step],
    found: Tree,
    merged: Tree,
    writers: Collection[str],
) -> None:
    """Raises `SuggestionConflict` unless a commit moved behind those of `writers` still says what its author saw."""
    owners = Owners(session, row.id)
    meant = seen
    for step in sent:
        applied = steps.apply(meant, step)
        if applied is None:
            raise SuggestionConflict()
        meant = applied
    others = set(writers) - {actor.id}
    if not keeps_intent(seen, meant, found, merged, lambda name: owners.of(name) in others):
        raise SuggestionConflict()


def judge_edit(
    session: Session,
    row: Version,
    actor: Actor,
    before: Tree,
    after: Tree,
    made: Callable[[], Sequence[Step]],
    *,
    moved: bool = False,
) -> None:
    """Raises when a plain edit, made by these steps, alters anybody's suggestion otherwise than by what it removes."""
    owners = Owners(session, row.id)

    def texts() -> list[Tree]:
        found = [before]
        for step in made():
            applied = steps.apply(found[-1], step)
            found.append(found[-1] if applied is None else applied)
        return found

    _refuse(plain_breach(before, after, texts, lambda name: owners.of(name) == actor.id), moved)


def _refuse(breach: Breach | None, moved: bool) -> None:
    if breach is not None:
        raise SuggestionConflict() if moved else REFUSALS[breach]()
