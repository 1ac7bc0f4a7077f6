"""The tables of approval policies as they are changed: editions, proofs, and their log; no behaviour."""

# No `from __future__ import annotations` here: SQLModel reads the annotations at run time.
from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from guidelines.moment import Moment


class PolicyEdition(SQLModel, table=True):
    """One text of a policy: proposed, checked, decided on. Only its state, what was found and the decision change."""

    __tablename__ = "policy_edition"

    id: int | None = Field(default=None, primary_key=True)
    #: The policy's name, which all of its editions have.
    name: str = Field(max_length=80)
    number: int
    #: Canonical JSON of the validated policy, and its hash.
    body: str = Field(sa_type=Text)
    hash: str = Field(max_length=64, index=True)
    #: Hash of the policy that was in force, under which this one is decided; "" for a new name.
    base_hash: str = Field(default="", max_length=64)
    reason: str = Field(sa_type=Text)
    #: checking, proposed, unsound, in_force, superseded, refused, withdrawn.
    state: str = Field(default="checking", max_length=20)
    #: JSON of what was found among the company's people when it was checked; "" until then.
    found: str = Field(default="", sa_type=Text)
    proposed_by: str = Field(foreign_key="person.id")
    proposed_at: datetime = Field(sa_type=Moment)
    checked_at: datetime | None = Field(default=None, sa_type=Moment)
    decided_by: str | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = Field(default=None, sa_type=Moment)
    decided_reason: str = Field(default="", sa_type=Text)

    __table_args__ = (
        UniqueConstraint("name", "number"),
        Index("one_policy_in_force", "name", unique=True,
              sqlite_where=text("state = 'in_force'"), postgresql_where=text("state = 'in_force'")),
        Index("one_policy_open", "name", unique=True,
              sqlite_where=text("state IN ('checking', 'proposed')"),
              postgresql_where=text("state IN ('checking', 'proposed')")),
    )  # fmt: skip


class PolicyProof(SQLModel, table=True):
    """What the search over a policy's states showed. It is the policy's, whoever proposes it: written once."""

    __tablename__ = "policy_proof"

    hash: str = Field(primary_key=True, max_length=64)
    #: JSON: sound, states, transitions, seconds, bounds, findings, and the sentences in both languages.
    report: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=Moment)


class PolicyEvent(SQLModel, table=True):
    """An entry of the policies' log, one for the installation: each holds the hash of the one before."""

    __tablename__ = "policy_event"

    seq: int = Field(primary_key=True)
    at: datetime = Field(sa_type=Moment)
    #: In the past tense: policy_proposed, policy_checked, policy_agreed ...
    kind: str = Field(max_length=40)
    #: None when the check acted.
    person_id: str | None = Field(default=None, max_length=32)
    name: str = Field(max_length=80)
    number: int
    #: JSON of what happened, canonical.
    data: str = Field(sa_type=Text)
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)
