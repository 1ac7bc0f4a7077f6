"""The tables of this package; no behaviour. Triggers keep sign-offs, events and acknowledgements from being changed."""

# No `from __future__ import annotations` here: SQLModel reads the annotations at run time.
from datetime import date, datetime

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from guidelines.moment import Moment


class VersionState(SQLModel, table=True):
    """Where a version is in its life. Only `machine.advance` changes it; a trigger refuses other pairs of states."""

    __tablename__ = "version_state"

    version_id: str = Field(foreign_key="version.id", primary_key=True)
    guideline_id: str = Field(foreign_key="guideline.id", index=True)
    state: str = Field(max_length=20)
    #: Since when it is in this state.
    since: datetime = Field(sa_type=Moment)
    #: Pinned at submit, with the kind and language that policies ask about.
    policy_hash: str | None = Field(default=None, foreign_key="policy.hash")
    submitted_at: datetime | None = Field(default=None, sa_type=Moment)
    submitted_by: str | None = Field(default=None, max_length=32)
    #: How often it was submitted: the round of review.
    round: int = 0

    __table_args__ = (
        Index("one_published", "guideline_id", unique=True,
              sqlite_where=text("state = 'published'"), postgresql_where=text("state = 'published'")),
        Index("one_interim", "guideline_id", unique=True,
              sqlite_where=text("state = 'interim'"), postgresql_where=text("state = 'interim'")),
        Index("one_scheduled", "guideline_id", unique=True,
              sqlite_where=text("state = 'scheduled'"), postgresql_where=text("state = 'scheduled'")),
    )  # fmt: skip


class Policy(SQLModel, table=True):
    """An approval policy by the hash of its canonical value. Never changed; a new text is a new row."""

    __tablename__ = "policy"

    hash: str = Field(primary_key=True, max_length=64)
    name: str = Field(max_length=80, index=True)
    #: Canonical JSON of the validated policy.
    body: str = Field(sa_type=Text)
    recorded_at: datetime = Field(sa_type=Moment)


class Roster(SQLModel, table=True):
    """Who belonged to a team when the version was submitted: joiners are not required, `all` cannot become empty."""

    __tablename__ = "roster"

    version_id: str = Field(foreign_key="version.id", primary_key=True)
    round: int = Field(primary_key=True)
    team_id: str = Field(primary_key=True, max_length=40)
    person_id: str = Field(primary_key=True, max_length=32)


class SignOff(SQLModel, table=True):
    """One person's decision for a team on exact words. Whether it counts is computed, never stored."""

    __tablename__ = "sign_off"

    seq: int | None = Field(default=None, primary_key=True)
    version_id: str = Field(foreign_key="version.id", index=True)
    round: int
    #: Who clicked, for whom (the same unless a delegation says otherwise), and the printed name at that moment's team.
    person_id: str = Field(foreign_key="person.id")
    principal_id: str = Field(foreign_key="person.id")
    delegation_id: int | None = None
    team_id: str = Field(max_length=40)
    #: The policy requirement's id; evidence names it.
    requirement: str = Field(max_length=80)
    #: approve, object, retract, lift.
    decision: str = Field(max_length=20)
    #: JSON {section id, `outline` or `meta`: the hash that stood there}.
    hashes: str = Field(sa_type=Text)
    #: Hash of the document that the signer's page showed.
    shown_hash: str = Field(max_length=64)
    #: The anchor words' document hash at that moment; "" on a first edition.
    anchor_hash: str = Field(default="", max_length=64)
    revision: int
    policy_hash: str = Field(max_length=64)
    #: Why the person was allowed: `membership` or `delegation`.
    why_allowed: str = Field(max_length=40)
    #: The exact sentence agreed to, and its language.
    statement: str = Field(sa_type=Text)
    language: str = Field(max_length=2)
    remark: str = Field(default="", sa_type=Text)
    at: datetime = Field(sa_type=Moment)
    #: How the person had signed in, and when.
    auth_method: str = Field(default="password", max_length=20)
    authenticated_at: datetime | None = Field(default=None, sa_type=Moment)
    #: Which membership allowed it, and the role held by it; None for what was signed before that was kept.
    membership_id: int | None = None
    role: str | None = Field(default=None, max_length=20)
    #: Hash of the rendering that the signer's page showed; None where no page of ours showed one.
    view_hash: str | None = Field(default=None, max_length=64)
    #: Salted hash of the name under which it was signed; the name itself can be erased.
    name_hash: str | None = Field(default=None, max_length=64)


class PrintedName(SQLModel, table=True):
    """The name under which a decision was signed, outside the chain: erased, it leaves a hash that tells nothing."""

    __tablename__ = "printed_name"

    sign_off_seq: int = Field(foreign_key="sign_off.seq", primary_key=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    #: "" once the person has been erased, as is the salt.
    name: str = Field(max_length=200)
    salt: str = Field(max_length=32)


class SealKey(SQLModel, table=True):
    """A public key whose private half has sealed publications, and for how long. Old seals verify with old keys."""

    __tablename__ = "seal_key"

    #: The beginning of the key's SHA-256.
    id: str = Field(primary_key=True, max_length=16)
    #: Ed25519, raw, in hex.
    public_key: str = Field(max_length=64)
    from_at: datetime = Field(sa_type=Moment)
    #: When another took its place; None while it may seal.
    until_at: datetime | None = Field(default=None, sa_type=Moment)


class Seal(SQLModel, table=True):
    """The seal over a published version: a signature over the hashes of everything that it was published on."""

    __tablename__ = "seal"

    version_id: str = Field(foreign_key="version.id", primary_key=True)
    #: The record's manifest, as it was signed.
    manifest: str = Field(sa_type=Text)
    manifest_hash: str = Field(max_length=64)
    #: JSON of what may be called otherwise later: the organisation, its clock, names of teams.
    printed: str = Field(sa_type=Text)
    key_id: str = Field(foreign_key="seal_key.id", max_length=16)
    signature: str = Field(max_length=128)
    at: datetime = Field(sa_type=Moment)
    #: Whoever published it, or whoever had it sealed later; None for an operator's command.
    person_id: str | None = Field(default=None, foreign_key="person.id")


class TimeStamp(SQLModel, table=True):
    """An outside authority's word (RFC 3161) for when a seal's manifest existed. Verified by its own signature."""

    __tablename__ = "time_stamp"

    version_id: str = Field(foreign_key="seal.version_id", primary_key=True)
    manifest_hash: str = Field(max_length=64)
    authority: str = Field(max_length=500)
    token: bytes = Field(sa_type=LargeBinary)
    at: datetime = Field(sa_type=Moment)


class ClassStatement(SQLModel, table=True):
    """What somebody said of the class of a change, on exact words. Whether it is in effect is computed."""

    __tablename__ = "class_statement"

    seq: int | None = Field(default=None, primary_key=True)
    version_id: str = Field(foreign_key="version.id", index=True)
    person_id: str = Field(foreign_key="person.id")
    team_id: str = Field(max_length=40)
    #: state, agree, contest.
    said: str = Field(max_length=20)
    #: editorial, clarifying, substantive; and what the rules proposed at that moment.
    change: str = Field(max_length=20)
    proposed: str = Field(max_length=20)
    #: Over the hashes of every slice of the anchor, and of the words as they stood.
    anchor_hash: str = Field(max_length=64)
    words_hash: str = Field(max_length=64)
    revision: int
    reason: str = Field(default="", sa_type=Text)
    at: datetime = Field(sa_type=Moment)


class Schedule(SQLModel, table=True):
    """A promise to publish a version on a day; the newest one of a scheduled version is in effect."""

    __tablename__ = "schedule"

    seq: int | None = Field(default=None, primary_key=True)
    version_id: str = Field(foreign_key="version.id", index=True)
    person_id: str = Field(foreign_key="person.id")
    day: date
    #: When that day begins where the company is.
    due_at: datetime = Field(sa_type=Moment)
    #: What publishing will be asked for, as `publish` takes it.
    number: str = Field(default="", max_length=10)
    change_note: str = Field(default="", sa_type=Text)
    ask_again: bool | None = None
    at: datetime = Field(sa_type=Moment)


class Acknowledgement(SQLModel, table=True):
    """An employee's confirmation of having read one published version. Once per person and version."""

    __tablename__ = "acknowledgement"

    id: int | None = Field(default=None, primary_key=True)
    version_id: str = Field(foreign_key="version.id", index=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    document_hash: str = Field(max_length=64)
    #: The exact sentence shown, and its language.
    statement: str = Field(sa_type=Text)
    language: str = Field(max_length=2)
    at: datetime = Field(sa_type=Moment)

    __table_args__ = (UniqueConstraint("version_id", "person_id"),)


class Event(SQLModel, table=True):
    """An entry of a guideline's log: each holds the hash of the one before. Refers to people by id only."""

    __tablename__ = "event"

    guideline_id: str = Field(foreign_key="guideline.id", primary_key=True)
    seq: int = Field(primary_key=True)
    at: datetime = Field(sa_type=Moment)
    #: In the past tense: version_submitted, signed_off, version_published ...
    kind: str = Field(max_length=40)
    #: None when the clock acted.
    person_id: str | None = Field(default=None, max_length=32)
    version_id: str | None = Field(default=None, max_length=32)
    #: JSON of what happened, canonical.
    data: str = Field(sa_type=Text)
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)
