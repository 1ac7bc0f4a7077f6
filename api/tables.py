"""The tables of the edge: how people sign in, and what they have read. Secrets are stored as hashes only."""

# No `from __future__ import annotations` here: SQLModel reads the annotations at run time.
from datetime import datetime

from sqlalchemy import Index, Text, text
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


class Notice(SQLModel, table=True):
    """Something that concerns a person, for their bell and their mail.

    It refers to what happened and repeats no words: what it may say is asked when it is read, and when it is sent.
    """

    __tablename__ = "notice"

    id: int | None = Field(default=None, primary_key=True)
    #: What it is about: told twice, it is one notice.
    key: str = Field(unique=True, max_length=200)
    person_id: str = Field(foreign_key="person.id")
    #: asked, again, changes_requested, objected, mentioned, assigned, published, reminder, escalation, review_due.
    kind: str = Field(max_length=20)
    at: datetime = Field(sa_type=Moment)
    guideline_id: str = Field(foreign_key="guideline.id")
    version_id: str = Field(foreign_key="version.id")
    thread_id: str | None = Field(default=None, foreign_key="thread.id")
    #: JSON of ids and dates.
    data: str = Field(default="{}", sa_type=Text)
    read_at: datetime | None = Field(default=None, sa_type=Moment)
    #: waiting, taken (by a delivery), over (there was nothing to say any more), none (not wanted, or no mail is sent).
    mail: str = Field(default="none", max_length=10)
    delivery_id: str | None = Field(default=None, max_length=32)

    __table_args__ = (
        Index("notice_of", "person_id", "read_at"),
        Index("notice_to_mail", "person_id",
              sqlite_where=text("mail = 'waiting'"), postgresql_where=text("mail = 'waiting'")),
        Index("notice_delivery", "delivery_id"),
    )  # fmt: skip


class Delivery(SQLModel, table=True):
    """One message on its way out, to a person by mail or to a chat: tried, sent, or left."""

    __tablename__ = "delivery"

    id: str = Field(primary_key=True, max_length=32)
    #: mail or hook.
    channel: str = Field(max_length=10)
    person_id: str | None = Field(default=None, foreign_key="person.id")
    hook_id: str | None = Field(default=None, foreign_key="hook.id", index=True)
    #: What a chat is told, as it is signed; a mail is written when it is sent.
    body: str = Field(default="", sa_type=Text)
    #: waiting, sending, sent, over (nothing to say any more), failed, unknown (the sender died while sending).
    state: str = Field(default="waiting", max_length=10)
    created_at: datetime = Field(sa_type=Moment)
    #: When it was last begun, and when its receiver took it.
    tried_at: datetime | None = Field(default=None, sa_type=Moment)
    sent_at: datetime | None = Field(default=None, sa_type=Moment)
    tries: int = 0
    error: str = Field(default="", max_length=300)


class Hook(SQLModel, table=True):
    """An address of the company's chat that is told what happens to guidelines, without any of their words."""

    __tablename__ = "hook"

    id: str = Field(primary_key=True, max_length=32)
    url: str = Field(max_length=500)
    #: Signs each message. It is needed in clear: whoever has the database has it.
    secret: str = Field(max_length=100)
    language: str = Field(max_length=2)
    created_at: datetime = Field(sa_type=Moment)
    created_by: str = Field(foreign_key="person.id")
    #: Failures since the last success; after too many it is switched off.
    failures: int = 0
    off_at: datetime | None = Field(default=None, sa_type=Moment)
    off_because: str = Field(default="", max_length=300)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)


class Unmailed(SQLModel, table=True):
    """A kind of notice that a person does not want by mail; their bell has it all the same."""

    __tablename__ = "unmailed"

    person_id: str = Field(foreign_key="person.id", primary_key=True)
    kind: str = Field(primary_key=True, max_length=20)


class MailLink(SQLModel, table=True):
    """What a link in a mail stands for. It signs nobody in: it leads its own person to a place, or ends mails."""

    __tablename__ = "mail_link"

    token_hash: str = Field(primary_key=True, max_length=64)
    person_id: str = Field(foreign_key="person.id")
    #: place or unsubscribe.
    purpose: str = Field(max_length=20)
    #: The address behind the language, or the kinds to end.
    target: str = Field(max_length=500)
    created_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    used_at: datetime | None = Field(default=None, sa_type=Moment)
