"""What fields are called in a sentence, and what may be wrong with them."""

from collections.abc import Mapping
from typing import Final

from api.i18n import N_

#: What fields are called in a sentence, and what may be wrong with them. Other names are shown as programs sent them.
FIELDS: Final[Mapping[str, str]] = {
    "title": N_("the title"),
    "slug": N_("the address"),
    "language": N_("the language"),
    "kind": N_("the kind"),
    "owner_team": N_("the owner team"),
    "audience": N_("the audience"),
    "summary": N_("the summary"),
    "shelf": N_("the shelf"),
    "text": N_("the comment"),
    "quote": N_("the words concerned"),
    "number": N_("the number"),
    "change_note": N_("the note for readers"),
    "remark": N_("the reason"),
    "note": N_("the note"),
    "name": N_("the name"),
    "email": N_("the e-mail address"),
    "role": N_("the role"),
    "team": N_("the team"),
    "id": N_("the word used in policies"),
    "section": N_("the section"),
    "suggestion": N_("the suggestion"),
    "lane": N_("the team that keeps the thread to itself"),
    "blocking": N_("the holding back of publication"),
    "assigned_to": N_("whom the thread waits for"),
    "day": N_("the day"),
    "due_on": N_("the day it is due"),
    "url": N_("the address"),
}
PROBLEMS: Final[Mapping[str, str]] = {
    "past": N_("begun already"),
    "length": N_("empty or too long"),
    "too_long": N_("too long"),
    "too_large": N_("too large"),
    "unknown": N_("not one of those known here"),
    "taken": N_("taken already"),
    "slug": N_("lower-case letters, digits and hyphens only"),
    "malformed": N_("not written as expected"),
    "empty": N_("empty"),
    "missing": N_("missing"),
    "turning": N_("with a hidden sign that turns the direction of writing"),
    "reserved": N_("kept for Charte itself"),
    "not_found": N_("not found in the section as it stands"),
    "not_yours": N_("not a team of yours"),
    "private": N_("not for a thread that others cannot see: they could not answer it"),
    "cannot_read": N_("not somebody who may read this thread"),
    "mention_unknown": N_("names somebody who may not read this thread"),
    "mention_ambiguous": N_("names somebody by a first name that several have: write the whole name"),
    "duplicate": N_("already in an earlier line"),
    "missing_column": N_("missing as a column"),
    "too_many_rows": N_("more than 20,000 rows"),
    "not_text": N_("not text"),
    "private_address": N_("in a network that the server may not speak to (see CHARTE_WEBHOOK_NETWORKS)"),
}
