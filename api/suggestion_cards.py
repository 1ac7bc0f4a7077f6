"""Open suggestions as the review page lists them: whose, where, what each does in words, who may decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from api.i18n import N_, translations
from api.visit import Work
from guidelines import authority, queries, suggestion_rows
from guidelines.suggestions import Kind, Suggestion, suggestions_in
from workflow.machine import State
from workflow.permissions import Permission, may
from workflow.queries import Standing

#: What a piece does that no words show.
DEEDS: Final[Mapping[Kind, str]] = {
    Kind.SPLIT: N_("A new paragraph"),
    Kind.JOINED: N_("Two paragraphs become one"),
    Kind.FORM: N_("Words look otherwise"),
    Kind.PROPERTIES: N_("A paragraph of another kind"),
    Kind.ROW_ADDED: N_("A new row"),
    Kind.ROW_REMOVED: N_("A row goes"),
    Kind.RULE_ADDED: N_("A line across the page"),
    Kind.RULE_REMOVED: N_("A line across the page goes"),
}


@dataclass(frozen=True, slots=True)
class Card:
    """One open suggestion. `own` says that rejecting it is taking it back."""

    id: str
    person_id: str
    name: str
    at: datetime
    note: str
    inserted: str
    deleted: str
    deeds: Sequence[str]
    own: bool
    may_accept: bool
    may_reject: bool


def cards(work: Work, found: Standing, language: str) -> list[Card]:
    """The open suggestions of a version in the order of its text."""
    rows = {row.id: row for row in suggestion_rows.open_rows(work.session, found.version.id)}
    if not rows:
        return []
    tree = authority.open_document(work.session, found.version.id).tree
    names = queries.people_named(work.session, {row.person_id for row in rows.values()})
    decides = may(Permission.RESOLVE, work.actor, found.context)
    suggests = may(Permission.SUGGEST, work.actor, found.context)
    listed = []
    for one in suggestions_in(tree):
        row = rows[one.id]
        own = row.person_id == work.actor.id
        listed.append(
            Card(
                id=one.id,
                person_id=row.person_id,
                name=names.get(row.person_id, ""),
                at=row.at,
                note=row.note,
                inserted=one.inserted,
                deleted=one.deleted,
                deeds=_deeds(one, language),
                own=own,
                may_accept=decides and not (own and found.state is not State.DRAFT),
                may_reject=suggests if own else decides,
            )
        )
    return listed


def _deeds(one: Suggestion, language: str) -> list[str]:
    say = translations(language).gettext
    kinds = dict.fromkeys(piece.kind for piece in one.pieces)
    return [say(DEEDS[kind]) for kind in kinds if kind in DEEDS]
