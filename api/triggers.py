"""The second wall: triggers by which the database itself refuses to change evidence, whoever asks.

Each refuses one operation on one table under a condition, in words that SQLite and PostgreSQL both speak. They follow
from the code and have no history of their own: `api.migrate` puts those of this release in place after every upgrade,
and `missing` tells which ones a database lacks.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, MetaData, UniqueConstraint, event, text
from sqlmodel import SQLModel

import guidelines.tables  # noqa: F401 - what the triggers stand on
import workflow.policy_tables
import workflow.tables  # noqa: F401
from workflow.events import GENESIS
from workflow.machine import MOVING, State, state_changes

PREFIX: Final = "charte_"

#: Rows that are written once: decisions, events, what readers have read, what was pinned, what was said.
WRITTEN_ONCE: Final = (
    "acknowledgement",
    "class_statement",
    "comment",
    "event",
    "policy",
    "policy_event",
    "policy_proof",
    "publication",
    "roster",
    "schedule",
    "seal",
    "sign_off",
    "step",
    "suggestion_session",
    "time_stamp",
)
#: Rows that others stand on: some of their columns may change, they themselves stay.
LASTING: Final = (
    "guideline", "membership", "person", "policy_edition", "printed_name", "seal_key", "suggestion", "thread",
    "version", "version_state",
)  # fmt: skip
#: Who wrote which words, and when: it stands still with the text it tells of.
PROJECTIONS: Final = ("authorship", "outline_revision", "section_revision")
#: What each keeps from its first moment on, and what a version keeps as long as its text stands still.
OF_A_GUIDELINE: Final = ("id", "created_at", "created_by")
#: What of a guideline stands from its first publication on.
OF_WHAT_READERS_HAVE: Final = ("slug", "owner_team")
OF_A_THREAD: Final = (
    "id", "version_id", "quote", "prefix", "suffix", "section", "suggestion", "lane", "created_at", "created_by",
)  # fmt: skip
OF_A_VERSION: Final = ("id", "guideline_id", "created_at", "created_by")
OF_A_FROZEN_TEXT: Final = ("base_version_id", "title", "language", "kind", "audience", "summary")
OF_A_SUGGESTION: Final = ("version_id", "id", "person_id", "revision", "at", "note")
OF_A_PROPOSAL: Final = (
    "id", "name", "number", "body", "hash", "base_hash", "reason", "proposed_by", "proposed_at",
)  # fmt: skip
#: Where a proposal goes from where.
PROPOSALS_GO: Final = (
    ("checking", "proposed"), ("checking", "unsound"), ("checking", "withdrawn"), ("proposed", "in_force"),
    ("proposed", "refused"), ("proposed", "withdrawn"), ("in_force", "superseded"),
)  # fmt: skip
PINNED: Final = ("policy_hash", "submitted_at", "submitted_by", "round")
ONE_PER_GUIDELINE: Final = (State.PUBLISHED, State.INTERIM, State.SCHEDULED)


@dataclass(frozen=True, slots=True)
class Trigger:
    """Refuses `operation` on `table` where `when` holds (always, if empty), with `why` as the database's message."""

    table: str
    operation: str
    rule: str
    why: str
    when: str = ""
    #: The one database that needs it; both, if empty.
    only: str = ""

    @property
    def name(self) -> str:
        return f"{PREFIX}{self.table}_{self.operation.lower()}_{self.rule}"


def triggers() -> list[Trigger]:
    """Every trigger of this release."""
    return [*_written_once(), *_lasting(), *_version(), *_version_state(), *_text(), *_decisions(), *_policies()]


def create(connection: Connection, tables: Iterable[str] | None = None) -> None:
    """Creates the triggers on the tables named, or all of them."""
    wanted = None if tables is None else set(tables)
    for trigger in _of(connection.dialect.name):
        if wanted is None or trigger.table in wanted:
            for statement in _statements(trigger, connection.dialect.name):
                connection.exec_driver_sql(statement)


def drop(connection: Connection) -> None:
    """Removes every trigger of ours, so that a migration may rewrite what they protect."""
    postgresql = connection.dialect.name == "postgresql"
    for table, name in _names(connection):
        connection.exec_driver_sql(f"DROP TRIGGER {name} ON {table}" if postgresql else f"DROP TRIGGER {name}")
    if postgresql:
        ours = (
            "SELECT proname FROM pg_proc WHERE starts_with(proname, :prefix)"
            " AND pronamespace = current_schema()::regnamespace"
        )
        for function in connection.execute(text(ours), {"prefix": PREFIX}).scalars().all():
            connection.exec_driver_sql(f"DROP FUNCTION {function}()")


def missing(connection: Connection) -> list[str]:
    """Names of this release's triggers that the database lacks, has in another form, or has switched off."""
    dialect = connection.dialect.name
    found = obeyed(connection)
    return [trigger.name for trigger in _of(dialect) if found.get(trigger.name) != _text_of(trigger, dialect)]


@event.listens_for(SQLModel.metadata, "after_create")
def _with_the_tables(_metadata: MetaData, connection: Connection, *, tables: Any, **_more: Any) -> None:
    create(connection, [table.name for table in tables])


def _written_once() -> Iterator[Trigger]:
    for table in WRITTEN_ONCE:
        for operation in ("UPDATE", "DELETE"):
            yield Trigger(table, operation, "once", "a row of this table is written once")
    for table in (*WRITTEN_ONCE, *LASTING, *PROJECTIONS, "snapshot"):
        yield Trigger(table, "TRUNCATE", "never", "this table is never emptied", only="postgresql")
    # SQLite's INSERT OR REPLACE pushes rows out without asking the triggers on DELETE.
    for table in (*WRITTEN_ONCE, *LASTING):
        yield Trigger(table, "INSERT", "replacing", "a row of this table is never replaced", _taken(table), "sqlite")


def _lasting() -> Iterator[Trigger]:
    of_a_membership = ("id", "person_id", "team_id", "role", "from_at", "recorded_by")
    origin = "where a guideline comes from never changes"
    yield Trigger("guideline", "DELETE", "never", "a guideline is never deleted")
    yield Trigger("guideline", "UPDATE", "origin", origin, _differ(OF_A_GUIDELINE))
    read = "EXISTS (SELECT 1 FROM publication WHERE publication.guideline_id = OLD.id)"
    stands = "what readers have keeps its address and its team"
    yield Trigger("guideline", "UPDATE", "read", stands, f"{read} AND {_differ(OF_WHAT_READERS_HAVE)}")
    # Name and address may change: that is how a person is forgotten.
    yield Trigger("person", "DELETE", "never", "a person's name may be erased, the person is never deleted")
    yield Trigger("person", "UPDATE", "id", "a person stays the one whom the log names", _differ(("id",)))
    erased = f"{_differ(('sign_off_seq', 'person_id'))} OR NEW.name <> '' OR NEW.salt <> ''"
    yield Trigger("printed_name", "DELETE", "never", "a printed name is erased, its row is never deleted")
    yield Trigger("printed_name", "UPDATE", "erased", "a printed name is kept or erased, never changed", erased)
    turned = f"{_differ(('id', 'public_key', 'from_at'))} OR OLD.until_at IS NOT NULL"
    yield Trigger("seal_key", "DELETE", "never", "a key that has sealed is never forgotten")
    yield Trigger("seal_key", "UPDATE", "facts", "of a key only the end is set, once", turned)
    yield Trigger("membership", "DELETE", "never", "a membership is ended, never deleted")
    yield Trigger("membership", "UPDATE", "facts", "of a membership only the end changes", _differ(of_a_membership))
    yield Trigger("thread", "DELETE", "never", "a thread is resolved, never deleted")
    yield Trigger("thread", "UPDATE", "facts", "what a thread was opened on stands", _differ(OF_A_THREAD))
    yield Trigger("suggestion", "DELETE", "never", "a suggestion is decided or withdrawn, never deleted")
    yield Trigger("suggestion", "UPDATE", "facts", "whose a suggestion is never changes", _differ(OF_A_SUGGESTION))
    decided = "OLD.state IN ('accepted', 'rejected')"
    yield Trigger("suggestion", "UPDATE", "decided", "what was decided on a suggestion stands", decided)
    opened = "OLD.state <> 'open' AND NEW.state <> 'open'"
    yield Trigger("suggestion", "UPDATE", "open", "only an open suggestion is decided", opened)
    yield Trigger("suggestion", "INSERT", "open", "a suggestion begins open", "NEW.state <> 'open'")


def _version() -> Iterator[Trigger]:
    state = _state("OLD", "id")
    # In a review the log goes on, by suggestions and decisions.
    reviewed = f"{state} = '{State.IN_REVIEW}' AND NEW.revision > OLD.revision"
    moved = f"OLD.revision <> NEW.revision AND NOT ({reviewed})"
    frozen = f"OLD.frozen AND NEW.frozen AND ({_differ(OF_A_FROZEN_TEXT)} OR {moved})"
    thawed = f"OLD.frozen AND NOT NEW.frozen AND {state} NOT IN ({_words(MOVING)})"
    yield Trigger("version", "DELETE", "never", "a version is withdrawn, never deleted")
    yield Trigger("version", "UPDATE", "origin", "where a version comes from never changes", _differ(OF_A_VERSION))
    yield Trigger("version", "UPDATE", "frozen", "the text stands still", frozen)
    yield Trigger("version", "UPDATE", "thawed", "the text of a version in this state stands still for ever", thawed)


def _version_state() -> Iterator[Trigger]:
    joined = " OR ".join(f"(OLD.state = '{old}' AND NEW.state = '{new}')" for old, new in sorted(state_changes()))
    moving_text = f"NEW.state <> '{State.DRAFT}' AND NOT {_frozen('NEW')}"
    unread = "NOT EXISTS (SELECT 1 FROM publication WHERE publication.version_id = NEW.version_id)"
    second = (
        "EXISTS (SELECT 1 FROM version_state AS other WHERE other.guideline_id = NEW.guideline_id"
        " AND other.version_id <> NEW.version_id AND other.state = NEW.state)"
        f" AND NEW.state IN ({_words(ONE_PER_GUIDELINE)})"
    )
    table = "version_state"
    yield Trigger(table, "DELETE", "never", "a version always has a state")
    yield Trigger(table, "INSERT", "draft", "a version begins as a draft", f"NEW.state <> '{State.DRAFT}'")
    yield Trigger(
        table, "UPDATE", "machine", "no action joins these states", f"OLD.state <> NEW.state AND NOT ({joined})"
    )
    yield Trigger(table, "UPDATE", "origin", "a state stays its version's", _differ(("version_id", "guideline_id")))
    pin = f"OLD.state <> 'draft' AND {_differ(PINNED)} AND NOT ({_repinned()} AND NEW.round = OLD.round + 1)"
    yield Trigger(table, "UPDATE", "pinned", "what a submit pinned stands", pin)
    yield Trigger(
        table, "UPDATE", "frozen", "only a draft's text may move", f"OLD.state <> NEW.state AND {moving_text}"
    )
    yield Trigger(
        table, "UPDATE", "publication", "a published version has a publication", f"NEW.state = 'published' AND {unread}"
    )
    yield Trigger(table, "UPDATE", "one", "one version of a guideline at a time", second)


def _text() -> Iterator[Trigger]:
    frozen = "the text stands still"
    reviewed = f"{_state('NEW')} = '{State.IN_REVIEW}'"
    suggested = f"{reviewed} AND NEW.cause IN ('suggest', 'resolve')"
    yield Trigger("step", "INSERT", "frozen", frozen, f"{_frozen('NEW')} AND NOT ({suggested})")
    decided = (
        "EXISTS (SELECT 1 FROM step WHERE step.version_id = NEW.version_id AND step.revision = NEW.revision"
        " AND step.cause = 'resolve')"
    )
    for table in PROJECTIONS:
        yield Trigger(table, "INSERT", "frozen", frozen, f"{_frozen('NEW')} AND NOT ({reviewed} AND {decided})")
        yield Trigger(table, "UPDATE", "frozen", frozen, f"{_frozen('OLD')} OR {_frozen('NEW')}")
        yield Trigger(table, "DELETE", "frozen", frozen, _frozen("OLD"))
    head = "(SELECT version.revision FROM version WHERE version.id = NEW.version_id)"
    of_the_past = f"{_frozen('NEW')} AND ({_taken('snapshot')} OR NEW.revision <> {head})"
    yield Trigger("snapshot", "INSERT", "frozen", frozen, of_the_past)
    yield Trigger(
        "snapshot",
        "UPDATE",
        "words",
        "a snapshot keeps its words",
        _differ(("version_id", "revision", "document_hash")),
    )
    yield Trigger("snapshot", "UPDATE", "frozen", frozen, f"{_frozen('OLD')} AND {_differ(('body',))}")
    yield Trigger("snapshot", "DELETE", "frozen", frozen, f"{_frozen('OLD')} OR OLD.revision = 0")


def _decisions() -> Iterator[Trigger]:
    chained = (
        f"NOT (NEW.seq = 1 AND NEW.previous_hash = '{GENESIS}') AND NOT EXISTS (SELECT 1 FROM event AS last"
        " WHERE last.guideline_id = NEW.guideline_id AND last.seq = NEW.seq - 1 AND last.hash = NEW.previous_hash)"
    )
    read = (
        "NOT EXISTS (SELECT 1 FROM publication WHERE publication.version_id = NEW.version_id"
        " AND publication.document_hash = NEW.document_hash)"
    )
    reviewed = f"COALESCE({_state('NEW')}, '') NOT IN ({_words((State.IN_REVIEW, State.SCHEDULED, State.INTERIM))})"
    submitted = f"COALESCE({_state('NEW')}, '') <> '{State.DRAFT}' AND NOT ({_repinned()})"
    yield Trigger("event", "INSERT", "chained", "an event follows the one before it", chained)
    yield Trigger("sign_off", "INSERT", "reviewed", "only a version in review is signed", reviewed)
    of_a_review = f"COALESCE({_state('NEW')}, '') <> '{State.IN_REVIEW}'"
    yield Trigger("class_statement", "INSERT", "reviewed", "a class is stated of a text in review", of_a_review)
    yield Trigger("schedule", "INSERT", "reviewed", "only a text in review gets a day", of_a_review)
    yield Trigger("roster", "INSERT", "submitted", "a roster is pinned at submit", submitted)
    yield Trigger(
        "publication", "INSERT", "frozen", "only a text that stands still is published", f"NOT {_frozen('NEW')}"
    )
    yield Trigger("acknowledgement", "INSERT", "read", "only a publication's words are confirmed", read)
    published = "NOT EXISTS (SELECT 1 FROM publication WHERE publication.version_id = NEW.version_id)"
    yield Trigger("seal", "INSERT", "published", "only a publication is sealed", published)


def _policies() -> Iterator[Trigger]:
    table = "policy_edition"
    chained = (
        f"NOT (NEW.seq = 1 AND NEW.previous_hash = '{GENESIS}') AND NOT EXISTS (SELECT 1 FROM policy_event AS last"
        " WHERE last.seq = NEW.seq - 1 AND last.hash = NEW.previous_hash)"
    )
    goes = " OR ".join(f"(OLD.state = '{old}' AND NEW.state = '{new}')" for old, new in PROPOSALS_GO)
    found, decided = _differ(("found", "checked_at")), _differ(("decided_by", "decided_at", "decided_reason"))
    stands = f"(OLD.checked_at IS NOT NULL AND {found}) OR (OLD.decided_at IS NOT NULL AND {decided})"
    yield Trigger("policy_event", "INSERT", "chained", "an event follows the one before it", chained)
    yield Trigger(table, "DELETE", "never", "what was proposed is never deleted")
    yield Trigger(table, "INSERT", "checking", "a proposal begins with its check", "NEW.state <> 'checking'")
    yield Trigger(table, "UPDATE", "facts", "what was proposed never changes", _differ(OF_A_PROPOSAL))
    yield Trigger(table, "UPDATE", "stands", "what was found and decided stands", stands)
    yield Trigger(table, "UPDATE", "goes", "no decision leads there", f"OLD.state <> NEW.state AND NOT ({goes})")


def _repinned() -> str:
    """Whether the last thing that the guideline's log tells is that the version goes on under another policy."""
    return (
        "EXISTS (SELECT 1 FROM event WHERE event.version_id = NEW.version_id AND event.kind = 'version_repinned'"
        " AND event.seq = (SELECT MAX(last.seq) FROM event AS last WHERE last.guideline_id = event.guideline_id))"
    )


def _differ(columns: Iterable[str]) -> str:
    return "(" + " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns) + ")"


def _frozen(row: str) -> str:
    return f"EXISTS (SELECT 1 FROM version WHERE version.id = {row}.version_id AND version.frozen)"


def _state(row: str, column: str = "version_id") -> str:
    return f"(SELECT version_state.state FROM version_state WHERE version_state.version_id = {row}.{column})"


def _words(states: Iterable[State]) -> str:
    return ", ".join(f"'{state}'" for state in sorted(states))


def _taken(table: str) -> str:
    """Whether a row with one of the new row's unique keys is there already."""
    found = SQLModel.metadata.tables[table]
    keys = [[column.name for column in found.primary_key]]
    keys += [[column.name for column in key.columns] for key in found.constraints if isinstance(key, UniqueConstraint)]
    same = [" AND ".join(f"taken.{column} = NEW.{column}" for column in key) for key in sorted(keys)]
    return f"EXISTS (SELECT 1 FROM {table} AS taken WHERE {' OR '.join(f'({key})' for key in same)})"


def _of(dialect: str) -> list[Trigger]:
    return [trigger for trigger in triggers() if trigger.only in ("", dialect)]


def _statements(trigger: Trigger, dialect: str) -> Iterator[str]:
    body = _text_of(trigger, dialect)
    if dialect == "sqlite":
        yield body
        return
    per = "STATEMENT" if trigger.operation == "TRUNCATE" else "ROW"
    yield f"CREATE OR REPLACE FUNCTION {trigger.name}() RETURNS trigger LANGUAGE plpgsql AS $body${body}$body$"
    yield (
        f"CREATE TRIGGER {trigger.name} BEFORE {trigger.operation} ON {trigger.table}"
        f" FOR EACH {per} EXECUTE FUNCTION {trigger.name}()"
    )


def _text_of(trigger: Trigger, dialect: str) -> str:
    """What the trigger does, as the database keeps it."""
    said = f"{trigger.table}: {trigger.why}".replace("'", "''")
    if dialect == "sqlite":
        when = f" WHEN {trigger.when.replace('IS DISTINCT FROM', 'IS NOT')}" if trigger.when else ""
        return (
            f"CREATE TRIGGER {trigger.name} BEFORE {trigger.operation} ON {trigger.table}{when}"
            f" BEGIN SELECT RAISE(ABORT, '{said}'); END"
        )
    row = "OLD" if trigger.operation == "DELETE" else "NEW"
    refusal = f"RAISE EXCEPTION USING MESSAGE = '{said}', ERRCODE = 'integrity_constraint_violation';"
    return f"BEGIN IF {trigger.when or 'true'} THEN {refusal} END IF; RETURN {row}; END"


def _names(connection: Connection) -> list[tuple[str, str]]:
    if connection.dialect.name == "sqlite":
        query = "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, 7) = :prefix"
    else:
        query = (
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE starts_with(t.tgname, :prefix) AND c.relnamespace = current_schema()::regnamespace"
        )
    return [(row[0], row[1]) for row in connection.execute(text(query), {"prefix": PREFIX})]


def obeyed(connection: Connection) -> dict[str, str]:
    """Name of every trigger of ours that is switched on for every row, with what it does."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, 7) = :prefix"
    else:
        query = (
            "SELECT t.tgname, p.prosrc FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON"
            " p.oid = t.tgfoid WHERE starts_with(t.tgname, :prefix) AND t.tgenabled IN ('O', 'A')"
            " AND t.tgqual IS NULL AND t.tgattr::text = ''"
            " AND c.relnamespace = current_schema()::regnamespace"
        )
    return {row[0]: row[1] for row in connection.execute(text(query), {"prefix": PREFIX})}
