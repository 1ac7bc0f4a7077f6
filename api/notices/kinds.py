"""The kinds of notices, what they are called, and which of them do not wait."""

from enum import StrEnum
from typing import Final

from api.i18n import N_


class NoticeKind(StrEnum):
    """What a notice tells."""

    ASKED = "asked"
    AGAIN = "again"
    CHANGES_REQUESTED = "changes_requested"
    OBJECTED = "objected"
    MENTIONED = "mentioned"
    ASSIGNED = "assigned"
    PUBLISHED = "published"
    REMINDER = "reminder"
    ESCALATION = "escalation"
    REVIEW_DUE = "review_due"


#: As a person chooses among them in the preferences.
NAMES: Final = {
    NoticeKind.ASKED: N_("A text waits for my sign-off"),
    NoticeKind.AGAIN: N_("Words changed that I had signed"),
    NoticeKind.CHANGES_REQUESTED: N_("Changes to our text are requested"),
    NoticeKind.OBJECTED: N_("Somebody objects to our text"),
    NoticeKind.MENTIONED: N_("Somebody names me in a comment"),
    NoticeKind.ASSIGNED: N_("A thread waits for me"),
    NoticeKind.PUBLISHED: N_("A text came into force that I am to confirm"),
    NoticeKind.REMINDER: N_("My sign-off is due"),
    NoticeKind.ESCALATION: N_("A team of mine has not signed in time"),
    NoticeKind.REVIEW_DUE: N_("A text of ours is to be looked at again"),
}
ICONS: Final = {
    NoticeKind.ASKED: "pen-line",
    NoticeKind.AGAIN: "unlink",
    NoticeKind.CHANGES_REQUESTED: "undo-2",
    NoticeKind.OBJECTED: "circle-alert",
    NoticeKind.MENTIONED: "message-square",
    NoticeKind.ASSIGNED: "message-square",
    NoticeKind.PUBLISHED: "book-open-check",
    NoticeKind.REMINDER: "clock",
    NoticeKind.ESCALATION: "clock",
    NoticeKind.REVIEW_DUE: "calendar-clock",
}
#: Mailed at once, without waiting for others.
URGENT: Final = frozenset({NoticeKind.MENTIONED})
