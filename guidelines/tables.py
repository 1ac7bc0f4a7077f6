"""The tables of this package; no behaviour. Only its queries and use cases import them.

Facts are stored, readings are computed: nothing here says "approved", "in force" or "outstanding".
"""

# No `from __future__ import annotations` here: SQLModel reads the annotations at run time.
from datetime import date, datetime
from typing import Final

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from guidelines.moment import Moment


class Person(SQLModel, table=True):
    """A human being. Names live here only: evidence refers to the id, so that a name can be erased."""

    __tablename__ = "person"

    id: str = Field(primary_key=True, max_length=32)
    #: Lower case; what the person signs in with.
    email: str = Field(unique=True, max_length=254)
    name: str = Field(max_length=200)
    #: Language of the interface: fr or en.
    language: str = Field(max_length=2)
    created_at: datetime = Field(sa_type=Moment)
    #: Since when the person may no longer sign in; past decisions stay.
    left_at: datetime | None = Field(default=None, sa_type=Moment)


class Team(SQLModel, table=True):
    """A team that writes or signs. Its id is the word policies use, such as `legal`."""

    __tablename__ = "team"

    id: str = Field(primary_key=True, max_length=40)
    name_fr: str = Field(max_length=100)
    name_en: str = Field(max_length=100)


class Membership(SQLModel, table=True):
    """A person's role in a team for a time. Ended, never deleted."""

    __tablename__ = "membership"

    id: int | None = Field(default=None, primary_key=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    #: "" for an admin, whose role is not held in a team.
    team_id: str = Field(default="", max_length=40)
    role: str = Field(max_length=20)
    from_at: datetime = Field(sa_type=Moment)
    until_at: datetime | None = Field(default=None, sa_type=Moment)
    recorded_by: str | None = Field(default=None, max_length=32)


class Guideline(SQLModel, table=True):
    """The lasting thing. What is signed about it (title, language, kind, audience) stands on its versions."""

    __tablename__ = "guideline"

    id: str = Field(primary_key=True, max_length=32)
    slug: str = Field(unique=True, max_length=80)
    owner_team: str = Field(foreign_key="team.id")
    #: Name of the approval policy; a version pins its hash at submit.
    policy: str = Field(max_length=80)
    #: Shelf of the handbook on which readers find it, in the guideline's language; "" for none.
    shelf: str = Field(default="", max_length=100)
    #: The other-language twin, if there is one.
    translation_of: str | None = Field(default=None, foreign_key="guideline.id")
    created_at: datetime = Field(sa_type=Moment)
    created_by: str = Field(foreign_key="person.id")


class Version(SQLModel, table=True):
    """An edition from its first draft on. Its text is the fold of its steps; its state is workflow's."""

    __tablename__ = "version"

    id: str = Field(primary_key=True, max_length=32)
    guideline_id: str = Field(foreign_key="guideline.id", index=True)
    #: The version in force when this one was started; publishing requires that it still is.
    base_version_id: str | None = Field(default=None, foreign_key="version.id")
    #: The slice `meta`: signed like words.
    title: str = Field(max_length=200)
    language: str = Field(max_length=2)
    kind: str = Field(max_length=40)
    audience: str = Field(default="", max_length=200)
    #: One sentence for the shelf.
    summary: str = Field(default="", max_length=500)
    #: Steps accepted so far: the concurrency token.
    revision: int = 0
    #: Whether the text stands still: no step is accepted, whoever asks, but suggestions and decisions in a review.
    frozen: bool = False
    created_at: datetime = Field(sa_type=Moment)
    created_by: str = Field(foreign_key="person.id")


#: How the commits of changed meta data are named: they take a revision without touching the text. No writer's is.
META_COMMIT: Final = "meta-"
#: The cause of a commit that suggests, and of one that decides on suggestions.
SUGGEST: Final = "suggest"
RESOLVE: Final = "resolve"


class StepRecord(SQLModel, table=True):
    """One accepted step of a version's log: who, when, and the change itself. Never changed."""

    __tablename__ = "step"

    version_id: str = Field(foreign_key="version.id", primary_key=True)
    #: The revision that this step leads to; 1 for the first.
    revision: int = Field(primary_key=True)
    #: The writer's own name for the commit it came in: at most once per version and writer.
    ref: str = Field(max_length=64)
    #: Place within the commit, from 0.
    ord: int
    #: Which of the writer's own steps this is, from 0; None for what the authority added.
    own: int | None = None
    person_id: str = Field(max_length=32)
    at: datetime = Field(sa_type=Moment)
    #: edit, restore, merge, import, repair, suggest, resolve.
    cause: str = Field(max_length=20)
    #: The step's JSON.
    step: str = Field(sa_type=Text)
    #: SHA-256 of the commit as the writer sent it, to know it again; empty for the authority's own.
    sent: str = Field(default="", max_length=64)

    __table_args__ = (UniqueConstraint("version_id", "person_id", "ref", "ord"),)


class SuggestionSession(SQLModel, table=True):
    """The key that one open editor's suggestions begin with, and whose it is. Never changed: an id says whose it is."""

    __tablename__ = "suggestion_session"

    version_id: str = Field(foreign_key="version.id", primary_key=True)
    key: str = Field(primary_key=True, max_length=32)
    person_id: str = Field(foreign_key="person.id")
    at: datetime = Field(sa_type=Moment)


class Suggestion(SQLModel, table=True):
    """A suggestion from its first place in the text on: whose, since when, what became of it. Its words are the text's.

    Accepted and rejected are final. Withdrawn (its maker took it out) and overtaken (another's change left nothing of
    it) are not: its maker may undo.
    """

    __tablename__ = "suggestion"

    version_id: str = Field(foreign_key="version.id", primary_key=True)
    id: str = Field(primary_key=True, max_length=48)
    person_id: str = Field(foreign_key="person.id")
    #: The revision that first held it.
    revision: int
    at: datetime = Field(sa_type=Moment)
    #: The maker's reason, given with it.
    note: str = Field(default="", sa_type=Text)
    #: open, accepted, rejected, withdrawn, overtaken.
    state: str = Field(default="open", max_length=20)
    #: By whom, when and with which revision it ceased to be open.
    decided_by: str | None = Field(default=None, max_length=32)
    decided_at: datetime | None = Field(default=None, sa_type=Moment)
    decided_revision: int | None = None


class Snapshot(SQLModel, table=True):
    """The document at a revision, so that opening costs the tail of the log and not its length."""

    __tablename__ = "snapshot"

    version_id: str = Field(foreign_key="version.id", primary_key=True)
    revision: int = Field(primary_key=True)
    #: zlib of the document's JSON.
    body: bytes = Field(sa_type=LargeBinary)
    document_hash: str = Field(max_length=64)


class SectionRevision(SQLModel, table=True):
    """A section's hash from this revision on; `gone` when it left the document. Projection of the steps."""

    __tablename__ = "section_revision"

    version_id: str = Field(foreign_key="version.id", primary_key=True)
    revision: int = Field(primary_key=True)
    section: str = Field(primary_key=True, max_length=64)
    #: "" when the section is no longer there.
    hash: str = Field(max_length=64)
    #: edit, restore, merge, import, resolve, base (revision 0: inherited from the base version).
    cause: str = Field(max_length=20)
    #: Where restored, merged or imported words came from, if they have a history here.
    source_version_id: str | None = Field(default=None, max_length=32)
    source_revision: int | None = None
    #: JSON list of the sections from which words came into this one: by the same commit (a split, a join, a move, a
    #: copy), or, as [section, revision], pasted after an earlier commit had taken them away.
    carried_from: str = Field(default="[]", sa_type=Text)
    at: datetime = Field(sa_type=Moment)
    #: Who put there what stands (`makers.Makers`); "" where that is not known, and every author may have.
    makers: str = Field(default="", sa_type=Text)
    #: The words that this commit took away, with their neighbours.
    lost: str = Field(default="", sa_type=Text)

    __table_args__ = (Index("section_revision_hash", "version_id", "section", "hash"),)


class Authorship(SQLModel, table=True):
    """Who made the section's words what they are at this revision. Projection of the steps."""

    __tablename__ = "authorship"

    version_id: str = Field(foreign_key="version.id", primary_key=True)
    revision: int = Field(primary_key=True)
    section: str = Field(primary_key=True, max_length=64)
    person_id: str = Field(primary_key=True, max_length=32)


class OutlineRevision(SQLModel, table=True):
    """The outline from this revision on: list of [id, level, owner team, tags]. Projection of the steps."""

    __tablename__ = "outline_revision"

    version_id: str = Field(foreign_key="version.id", primary_key=True)
    revision: int = Field(primary_key=True)
    outline: str = Field(sa_type=Text)
    #: How headings and clauses are numbered: signed with the order.
    numbering: str = Field(max_length=20)
    hash: str = Field(max_length=64)
    at: datetime = Field(sa_type=Moment)
    person_id: str | None = Field(default=None, max_length=32)


class Thread(SQLModel, table=True):
    """A discussion on a selection, a section, a suggestion, or the whole text of a version."""

    __tablename__ = "thread"

    id: str = Field(primary_key=True, max_length=32)
    version_id: str = Field(foreign_key="version.id", index=True)
    #: The anchor: positions valid at `at_revision`, mapped forward through the steps. None: the whole text.
    from_position: int | None = None
    to_position: int | None = None
    at_revision: int
    #: The words commented on, and what stood around them, for showing and for finding them again.
    quote: str = Field(default="", sa_type=Text)
    prefix: str = Field(default="", max_length=64)
    suffix: str = Field(default="", max_length=64)
    section: str = Field(default="", max_length=64)
    #: Since which revision the words are gone, and who removed them; None while they stand.
    removed_revision: int | None = None
    removed_by: str | None = Field(default=None, max_length=32)
    blocking: bool = False
    created_at: datetime = Field(sa_type=Moment)
    created_by: str = Field(foreign_key="person.id")
    resolved_at: datetime | None = Field(default=None, sa_type=Moment)
    resolved_by: str | None = Field(default=None, max_length=32)
    #: The suggestion that it is about; "" for none.
    suggestion: str = Field(default="", max_length=48)
    #: The one team whose members may know of it; "" for everybody who sees the text. Never changed.
    lane: str = Field(default="", max_length=40)
    #: Whom it waits for, and until which day.
    assigned_to: str | None = Field(default=None, foreign_key="person.id")
    due_on: date | None = None
    #: How often what is asked here was changed: closed, opened again, assigned, due, blocking.
    changes: int = 0


class Comment(SQLModel, table=True):
    """One remark in a thread; the first one opens it."""

    __tablename__ = "comment"

    id: str = Field(primary_key=True, max_length=32)
    thread_id: str = Field(foreign_key="thread.id", index=True)
    person_id: str = Field(foreign_key="person.id")
    at: datetime = Field(sa_type=Moment)
    #: As it was said; whom it names stands in it by id (`mentions`).
    text: str = Field(sa_type=Text)


class Publication(SQLModel, table=True):
    """A published version as readers have it, frozen: words, number, dates. Protected by triggers."""

    __tablename__ = "publication"

    version_id: str = Field(foreign_key="version.id", primary_key=True)
    guideline_id: str = Field(foreign_key="guideline.id", index=True)
    #: normal or interim.
    kind: str = Field(max_length=20)
    major: int
    minor: int
    title: str = Field(max_length=200)
    language: str = Field(max_length=2)
    guideline_kind: str = Field(max_length=40)
    audience: str = Field(default="", max_length=200)
    summary: str = Field(default="", max_length=500)
    #: What changed, in the publisher's words.
    change_note: str = Field(default="", max_length=2000)
    #: The document's JSON.
    document: str = Field(sa_type=Text)
    document_hash: str = Field(max_length=64)
    meta_hash: str = Field(max_length=64)
    outline_hash: str = Field(max_length=64)
    #: Its words folded for search: no accents, no case.
    search_text: str = Field(sa_type=Text)
    published_at: datetime = Field(sa_type=Moment)
    published_by: str = Field(foreign_key="person.id")
    #: First day in force.
    effective_on: date
    #: The class of the change, as both sides agreed or as the rules had it; None where nobody said.
    change: str | None = Field(default=None, max_length=20)
    #: Whether those who confirmed the version before are asked again; None, as they were before anybody chose: yes.
    asks_again: bool | None = None

    __table_args__ = (UniqueConstraint("guideline_id", "major", "minor"),)


class Job(SQLModel, table=True):
    """Work put aside in the transaction that causes it, done later by whichever process takes it, once."""

    __tablename__ = "job"

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=40)
    #: What it is about: asked for twice, it is one job.
    key: str = Field(unique=True, max_length=200)
    #: JSON of ids; no words, so that a name can be erased and rights are asked when it is done.
    payload: str = Field(sa_type=Text)
    #: Not before this moment.
    run_at: datetime = Field(sa_type=Moment)
    #: How often it was taken: who took it may finish it only as long as nobody has taken it since.
    attempts: int = 0
    #: Failures since it last went well.
    tries: int = 0
    #: Until when it is somebody's.
    lease_until: datetime | None = Field(default=None, sa_type=Moment)
    done_at: datetime | None = Field(default=None, sa_type=Moment)
    #: Since when nobody tries any more, and what went wrong last.
    given_up_at: datetime | None = Field(default=None, sa_type=Moment)
    error: str = Field(default="", max_length=500)

    __table_args__ = (
        Index("job_open", "run_at",
              sqlite_where=text("done_at IS NULL AND given_up_at IS NULL"),
              postgresql_where=text("done_at IS NULL AND given_up_at IS NULL")),
    )  # fmt: skip
