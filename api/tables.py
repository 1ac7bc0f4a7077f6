"""The tables of the edge: how people sign in, and what they have read. Secrets are stored as hashes only."""

# No `from __future__ import annotations` here: SQLModel reads the annotations at run time.
from datetime import datetime

from sqlmodel import Field, SQLModel

from guidelines.moment import Moment


class Account(SQLModel, table=True):
    """A person's local credentials. Without a row the person cannot sign in by password."""

    __tablename__ = "account"

    person_id: str = Field(foreign_key="person.id", primary_key=True)
    #: argon2id.
    password_hash: str = Field(max_length=200)
    changed_at: datetime = Field(sa_type=Moment)


class WebSession(SQLModel, table=True):
    """One signed-in browser. The cookie holds the token, this row its hash; rotated at every sign-in."""

    __tablename__ = "web_session"

    token_hash: str = Field(primary_key=True, max_length=64)
    person_id: str = Field(foreign_key="person.id", index=True)
    created_at: datetime = Field(sa_type=Moment)
    last_seen_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    revoked_at: datetime | None = Field(default=None, sa_type=Moment)
    auth_method: str = Field(default="password", max_length=20)
    user_agent: str = Field(default="", max_length=300)


class ApiToken(SQLModel, table=True):
    """An opaque bearer token, shown once."""

    __tablename__ = "api_token"

    id: str = Field(primary_key=True, max_length=16)
    person_id: str = Field(foreign_key="person.id", index=True)
    name: str = Field(max_length=100)
    secret_hash: str = Field(max_length=64)
    created_at: datetime = Field(sa_type=Moment)
    expires_at: datetime | None = Field(default=None, sa_type=Moment)
    last_used_at: datetime | None = Field(default=None, sa_type=Moment)
    revoked_at: datetime | None = Field(default=None, sa_type=Moment)


class SignInFailure(SQLModel, table=True):
    """A failed sign-in, counted per account name and per address; old rows are swept."""

    __tablename__ = "sign_in_failure"

    id: int | None = Field(default=None, primary_key=True)
    #: `account:<hash of the e-mail>` or `address:<ip>`.
    subject: str = Field(max_length=100, index=True)
    at: datetime = Field(sa_type=Moment)


class LastRead(SQLModel, table=True):
    """How far a person has read a version that is written on. Theirs alone, and no evidence of anything."""

    __tablename__ = "last_read"

    version_id: str = Field(foreign_key="version.id", primary_key=True)
    person_id: str = Field(foreign_key="person.id", primary_key=True)
    #: The newest revision that they have had before them, and when.
    revision: int
    at: datetime = Field(sa_type=Moment)
    #: What they had read when they came back to it this time.
    before: int


class Invitation(SQLModel, table=True):
    """A one-time link to set a password: the first admin's, a new colleague's, or a reset."""

    __tablename__ = "invitation"

    token_hash: str = Field(primary_key=True, max_length=64)
    #: None for the first admin, whose person does not exist yet.
    person_id: str | None = Field(default=None, foreign_key="person.id")
    created_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    used_at: datetime | None = Field(default=None, sa_type=Moment)
