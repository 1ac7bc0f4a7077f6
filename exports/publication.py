"""A published version as exporters see it: a frozen value, complete, so that the same value gives the same bytes."""

from dataclasses import dataclass
from datetime import date, datetime

from guidelines.document import Node


@dataclass(frozen=True, slots=True)
class Approval:
    """One line of the approval record."""

    team: str
    person: str
    at: datetime
    #: What was signed, by name: numbers and titles of sections, and what is signed beside the text.
    sections: tuple[str, ...]
    #: Hash of the document that the signer's page showed.
    hash: str
    #: The sentence agreed to, as it was shown, and the language it was shown in; "" where that is the text's.
    statement: str = ""
    on_behalf_of: str | None = None
    statement_language: str = ""


@dataclass(frozen=True, slots=True)
class Publication:
    """Everything an export says."""

    guideline_id: str
    slug: str
    title: str
    language: str
    kind: str
    audience: str
    organisation: str
    owner_team: str
    number: str
    document: Node
    document_hash: str
    published_at: datetime
    effective_on: date
    summary: str = ""
    #: What changed since the version before, in the publisher's words.
    change_note: str = ""
    policy_title: str = ""
    policy_hash: str = ""
    approvals: tuple[Approval, ...] = ()
    #: Under which key it was sealed at publication, and the hash that was sealed; "" before there were seals.
    seal_key: str = ""
    seal_hash: str = ""
    #: Name of the time zone whose clock the record's times are read from.
    time_zone: str = "Europe/Paris"
