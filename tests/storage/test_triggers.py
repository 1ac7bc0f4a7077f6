"""The second wall: what raw SQL may not do to evidence, on both databases, trigger by trigger."""

from contextlib import suppress
from itertools import product

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from api import triggers
from api.triggers import LASTING, PROJECTIONS, WRITTEN_ONCE
from workflow.machine import State, state_changes


def copy(table: str, where: str, **changes: str) -> str:
    """SQL that inserts a row like one that is there, with some columns changed."""
    names = [column.name for column in SQLModel.metadata.tables[table].columns]
    values = ", ".join(changes.get(name, name) for name in names)
    return f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} WHERE {where}"


ATTEMPTS: dict[str, tuple[str, ...]] = {
    "guideline_delete_never": ("DELETE FROM guideline WHERE id = 'g3'",),
    "guideline_update_origin": ("UPDATE guideline SET created_by = 'julie' WHERE id = 'g2'",),
    "guideline_update_read": ("UPDATE guideline SET owner_team = 'legal' WHERE id = 'g'",),
    "person_delete_never": ("DELETE FROM person WHERE id = 'samuel'",),
    "person_update_id": ("UPDATE person SET id = 'somebody' WHERE id = 'samuel'",),
    "thread_delete_never": ("DELETE FROM thread WHERE id = 't1'",),
    "thread_update_facts": ("UPDATE thread SET quote = 'Never' WHERE id = 't1'",),
    "suggestion_delete_never": ("DELETE FROM suggestion WHERE id = 'k1.1'",),
    "suggestion_update_facts": ("UPDATE suggestion SET person_id = 'samuel' WHERE id = 'k1.1'",),
    "suggestion_update_decided": (
        "UPDATE suggestion SET state = 'accepted' WHERE id = 'k1.1'",
        "UPDATE suggestion SET state = 'open' WHERE id = 'k1.1'",
    ),
    "suggestion_update_open": (
        "UPDATE suggestion SET state = 'withdrawn' WHERE id = 'k1.1'",
        "UPDATE suggestion SET state = 'accepted' WHERE id = 'k1.1'",
    ),
    "suggestion_insert_open": (copy("suggestion", "id = 'k1.1'", id="'k1.9'", state="'accepted'"),),
    "version_delete_never": ("DELETE FROM version WHERE id = 'w1'",),
    "version_update_origin": ("UPDATE version SET created_by = 'julie' WHERE id = 'w1'",),
    "version_update_frozen": ("UPDATE version SET title = 'Another' WHERE id = 'v2'",),
    "version_update_thawed": ("UPDATE version SET frozen = false WHERE id = 'v1'",),
    "version_state_delete_never": ("DELETE FROM version_state WHERE version_id = 'w1'",),
    "version_state_insert_draft": (
        copy("version", "id = 'v2'", id="'v9'"),
        copy("version_state", "version_id = 'v2'", version_id="'v9'"),
    ),
    "version_state_update_machine": ("UPDATE version_state SET state = 'in_review' WHERE version_id = 'v1'",),
    "version_state_update_origin": ("UPDATE version_state SET guideline_id = 'g' WHERE version_id = 'w1'",),
    "version_state_update_pinned": ("UPDATE version_state SET round = 7 WHERE version_id = 'v2'",),
    "version_state_update_frozen": ("UPDATE version_state SET state = 'in_review' WHERE version_id = 'w1'",),
    "version_state_update_publication": (
        "UPDATE version_state SET state = 'superseded' WHERE version_id = 'v1'",
        "UPDATE version_state SET state = 'published' WHERE version_id = 'v2'",
    ),
    "version_state_update_one": (
        copy("publication", "version_id = 'v1'", version_id="'v2'", major="9"),
        "UPDATE version_state SET state = 'published' WHERE version_id = 'v2'",
    ),
    "step_insert_frozen": (copy("step", "version_id = 'v2' AND revision = 1", revision="2", ref="'late'"),),
    "authorship_insert_frozen": (copy("authorship", "version_id = 'v2'", person_id="'samuel'"),),
    "authorship_update_frozen": ("UPDATE authorship SET person_id = 'samuel' WHERE version_id = 'v2'",),
    "authorship_delete_frozen": ("DELETE FROM authorship WHERE version_id = 'v2'",),
    "section_revision_insert_frozen": (
        copy("section_revision", "version_id = 'v2' AND revision = 1", revision="9"),
    ),
    "section_revision_update_frozen": ("UPDATE section_revision SET hash = 'x' WHERE version_id = 'v2'",),
    "section_revision_delete_frozen": ("DELETE FROM section_revision WHERE version_id = 'v2'",),
    "outline_revision_insert_frozen": (copy("outline_revision", "version_id = 'v2'", revision="9"),),
    "outline_revision_update_frozen": ("UPDATE outline_revision SET outline = '[]' WHERE version_id = 'v2'",),
    "outline_revision_delete_frozen": ("DELETE FROM outline_revision WHERE version_id = 'v2'",),
    "snapshot_insert_frozen": (copy("snapshot", "version_id = 'v2' AND revision = 0", revision="5"),),
    "snapshot_update_words": ("UPDATE snapshot SET document_hash = 'x' WHERE version_id = 'w1'",),
    "snapshot_update_frozen": (
        "UPDATE snapshot SET body = (SELECT other.body FROM snapshot AS other WHERE other.version_id = 'w1')"
        " WHERE version_id = 'v2'",
    ),
    "snapshot_delete_frozen": ("DELETE FROM snapshot WHERE version_id = 'v2'",),
    "event_insert_chained": (copy("event", "guideline_id = 'g' AND seq = 1", seq="99"),),
    "sign_off_insert_reviewed": (copy("sign_off", "version_id = 'v2'", seq="999", version_id="'v1'"),),
    "class_statement_insert_reviewed": (copy("class_statement", "version_id = 'v2'", seq="999", version_id="'v1'"),),
    "schedule_insert_reviewed": (copy("schedule", "version_id = 'y1'", seq="999", version_id="'v1'"),),
    "roster_insert_submitted": (
        copy("roster", "version_id = 'v2' AND person_id = 'julie'", person_id="'ines'"),
    ),
    "publication_insert_frozen": (copy("publication", "version_id = 'v1'", version_id="'w1'", major="9"),),
    "acknowledgement_insert_read": (
        copy("acknowledgement", "version_id = 'v1'", id="999", person_id="'julie'", document_hash="'0'"),
    ),
    "seal_insert_published": (copy("seal", "version_id = 'v1'", version_id="'v2'"),),
    "seal_key_delete_never": (
        copy("seal_key", "until_at IS NULL", id="'other'"), "DELETE FROM seal_key WHERE id = 'other'",
    ),
    "seal_key_update_facts": ("UPDATE seal_key SET public_key = 'x'",),
    "printed_name_delete_never": ("DELETE FROM printed_name",),
    "printed_name_update_erased": ("UPDATE printed_name SET name = 'Somebody Else'",),
    "policy_event_insert_chained": (copy("policy_event", "seq = 1", seq="99"),),
    "policy_edition_delete_never": ("DELETE FROM policy_edition",),
    "policy_edition_insert_checking": (
        copy("policy_edition", "name = 'light' AND number = 3", id="99", number="99", name="'other'"),
    ),
    "policy_edition_update_facts": ("UPDATE policy_edition SET body = '{}'",),
    "policy_edition_update_stands": ("UPDATE policy_edition SET found = '[]' WHERE state = 'in_force'",),
    "policy_edition_update_goes": ("UPDATE policy_edition SET state = 'unsound' WHERE state = 'proposed'",),
    "membership_delete_never": ("DELETE FROM membership WHERE person_id = 'samuel'",),
    "membership_update_facts": ("UPDATE membership SET role = 'admin' WHERE person_id = 'samuel'",),
    **{f"{table}_update_once": (f"UPDATE {table} SET {column}",) for table, column in {
        "acknowledgement": "statement = 'x'", "comment": "text = 'x'", "event": "person_id = 'julie'",
        "policy": "body = '{}'", "policy_event": "person_id = 'samuel'", "policy_proof": "report = '{}'",
        "publication": "title = 'x'", "roster": "person_id = 'ines'",
        "sign_off": "hashes = '{}'", "class_statement": "change = 'editorial'", "schedule": "number = 'minor'",
        "seal": "manifest = '{}'", "time_stamp": "authority = 'https://y'",
        "step": "person_id = 'julie'", "suggestion_session": "person_id = 'samuel'",
    }.items()},
    **{f"{table}_delete_once": (f"DELETE FROM {table}",) for table in WRITTEN_ONCE},
    **{
        f"{table}_truncate_never": (f"TRUNCATE {table} CASCADE",)
        for table in (*WRITTEN_ONCE, *LASTING, *PROJECTIONS, "snapshot")
    },
    **{f"{table}_insert_replacing": (
        *([copy("roster", "version_id = 'v2'", version_id="'w1'")] if table == "roster" else []),
        f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE {where}",
    ) for table, where in {
        **dict.fromkeys(
            ("acknowledgement", "comment", "event", "guideline", "membership", "person", "policy",
             "policy_event", "policy_proof", "printed_name", "publication", "seal", "seal_key", "time_stamp",
             "suggestion", "suggestion_session", "thread", "version"), "1",
        ),
        "policy_edition": "state = 'checking'",
        **dict.fromkeys(("roster", "step", "version_state"), "version_id = 'w1'"), "sign_off": "version_id = 'v2'",
        "class_statement": "version_id = 'v2'", "schedule": "1",
    }.items()},
}  # fmt: skip


def of(name: str) -> triggers.Trigger:
    return next(trigger for trigger in triggers.triggers() if trigger.name == f"charte_{name}")


def attempt(connection: Connection, name: str) -> str:
    """The database's answer to the last statement of the attempt; "" when it obeyed."""
    *before, last = ATTEMPTS[name]
    for statement in before:
        connection.execute(text(statement))
    try:
        connection.execute(text(last))
    except IntegrityError as error:
        return str(error.orig)
    return ""


def test_every_trigger_has_an_attempt() -> None:
    assert {f"charte_{name}" for name in ATTEMPTS} == {trigger.name for trigger in triggers.triggers()}


def needing(kind: str) -> list[str]:
    """Names of the attempts that only this database knows; of those that both know, for ""."""
    return [name for name in ATTEMPTS if of(name).only == kind]


def check(engine: Engine, name: str) -> None:
    """The attempt is refused by its trigger; without that trigger its refusal is gone."""
    trigger = of(name)
    refusal = f"{trigger.table}: {trigger.why}"
    with engine.connect() as connection:
        assert refusal in attempt(connection, name)
        connection.rollback()
        _switch_off(connection, trigger)
        assert refusal not in attempt(connection, name)
        connection.rollback()


@pytest.mark.parametrize("name", needing(""))
def test_raw_sql_is_refused_by_its_trigger_and_by_no_other(lived: Engine, name: str) -> None:
    check(lived, name)


@pytest.mark.parametrize("name", needing("postgresql"))
def test_evidence_is_not_emptied(lived_on_postgresql: Engine, name: str) -> None:
    check(lived_on_postgresql, name)


@pytest.mark.parametrize("name", needing("sqlite"))
def test_evidence_is_not_pushed_out_by_a_row_with_its_key(lived_on_sqlite: Engine, name: str) -> None:
    check(lived_on_sqlite, name)


def _switch_off(connection: Connection, trigger: triggers.Trigger) -> None:
    on = f" ON {trigger.table}" if connection.dialect.name == "postgresql" else ""
    connection.execute(text(f"DROP TRIGGER {trigger.name}{on}"))


def test_the_state_moves_only_as_the_machine_says(lived: Engine) -> None:
    allowed = set()
    with lived.connect() as connection:
        for old, new in product(State, State):
            if old is new:
                continue
            triggers.drop(connection)
            connection.execute(text(f"UPDATE version_state SET state = '{old}' WHERE version_id = 'v1'"))
            triggers.create(connection)
            with suppress(IntegrityError):
                connection.execute(text(f"UPDATE version_state SET state = '{new}' WHERE version_id = 'v1'"))
                allowed.add((old, new))
            connection.rollback()
    assert allowed == state_changes()


def test_a_dropped_trigger_is_missed(lived: Engine) -> None:
    with lived.connect() as connection:
        assert triggers.missing(connection) == []
        _switch_off(connection, of("event_update_once"))
        assert triggers.missing(connection) == ["charte_event_update_once"]


def test_a_trigger_that_was_weakened_or_switched_off_is_missed(lived: Engine) -> None:
    trigger = of("event_update_once")
    with lived.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"ALTER TABLE event DISABLE TRIGGER {trigger.name}"))
        else:
            _switch_off(connection, trigger)
            connection.exec_driver_sql(
                f"CREATE TRIGGER {trigger.name} BEFORE UPDATE ON event WHEN 0 BEGIN SELECT RAISE(ABORT, 'x'); END"
            )
        assert triggers.missing(connection) == [trigger.name]


@pytest.mark.parametrize(
    "weaker", ["UPDATE ON event FOR EACH ROW WHEN (false)", "UPDATE OF kind ON event FOR EACH ROW"]
)
def test_a_trigger_that_looks_at_fewer_rows_is_missed(lived_on_postgresql: Engine, weaker: str) -> None:
    trigger = of("event_update_once")
    with lived_on_postgresql.connect() as connection:
        _switch_off(connection, trigger)
        statement = f"CREATE TRIGGER {trigger.name} BEFORE {weaker} EXECUTE FUNCTION {trigger.name}()"
        connection.exec_driver_sql(statement)
        assert triggers.missing(connection) == [trigger.name]


def test_a_published_state_is_not_pushed_out_by_a_second_one(lived: Engine) -> None:
    """SQLite's UPDATE OR REPLACE would delete the row that is in the way without asking anybody."""
    or_replace = "OR REPLACE " if lived.dialect.name == "sqlite" else ""
    with lived.connect() as connection:
        connection.execute(text(copy("publication", "version_id = 'v1'", version_id="'v2'", major="9")))
        with pytest.raises(IntegrityError):
            connection.execute(text(f"UPDATE {or_replace}version_state SET state='published' WHERE version_id='v2'"))


@pytest.mark.parametrize("column", triggers.OF_A_GUIDELINE)
def test_nothing_of_where_a_guideline_comes_from_is_changed(lived: Engine, column: str) -> None:
    values = {"created_at": "'2020-01-01 00:00:00+00:00'", "created_by": "'julie'"}
    with lived.connect() as connection, pytest.raises(IntegrityError, match="where a guideline comes from"):
        connection.execute(text(f"UPDATE guideline SET {column} = {values.get(column, chr(39) + 'x' + chr(39))}"))


@pytest.mark.parametrize("column", triggers.OF_WHAT_READERS_HAVE)
def test_what_readers_have_keeps_its_address_and_its_team(lived: Engine, column: str) -> None:
    with lived.connect() as connection:
        with pytest.raises(IntegrityError, match="what readers have keeps its address"):
            connection.execute(text(f"UPDATE guideline SET {column} = 'legal' WHERE id = 'g'"))
        connection.rollback()
        connection.execute(text(f"UPDATE guideline SET {column} = 'legal' WHERE id = 'g2'"))


@pytest.mark.parametrize("column", triggers.OF_A_THREAD)
def test_nothing_that_a_thread_was_opened_on_is_changed(lived: Engine, column: str) -> None:
    values = {"created_at": "'2020-01-01 00:00:00+00:00'", "created_by": "'samuel'", "version_id": "'w1'"}
    with lived.connect() as connection, pytest.raises(IntegrityError, match="what a thread was opened on stands"):
        connection.execute(text(f"UPDATE thread SET {column} = {values.get(column, chr(39) + 'x' + chr(39))}"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE person SET name = 'erased', email = 'erased@example.org', left_at = created_at WHERE id = 'samuel'",
        "UPDATE guideline SET shelf = 'Daily', policy = 'light' WHERE id = 'g2'",
        "UPDATE thread SET blocking = true, resolved_at = created_at, resolved_by = 'julie', from_position = 3",
        "UPDATE membership SET until_at = from_at WHERE person_id = 'samuel'",
    ],
    ids=["a name is erased", "a shelf", "a thread is resolved", "a membership is ended"],
)
def test_what_has_to_change_may(lived: Engine, statement: str) -> None:
    with lived.connect() as connection:
        assert connection.execute(text(statement)).rowcount > 0
