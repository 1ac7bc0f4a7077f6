"""What altered evidence and an unsound installation look like from a shell: every fault named, and exit code 1."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from api import cli
from api.cli import main
from api.database import make_engine
from api.demo import company
from tests.commands import tamper


def test_a_sound_log_is_said_to_be_sound(configured: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "verify"]) == cli.DONE
    assert re.fullmatch(r"\d+ events checked, nothing altered\n", capsys.readouterr().out)


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE event SET data = '{}' WHERE {g} AND seq = 3", "event 3: changed"),
        ("UPDATE event SET person_id = 'other' WHERE {g} AND seq = 2", "event 2: changed"),
        ("UPDATE event SET at = '2020-01-01 00:00:00.000000' WHERE {g} AND seq = 2", "event 2: changed"),
        ("DELETE FROM event WHERE {g} AND seq = 2", "event 2: missing"),
        ("DELETE FROM event WHERE {g} AND seq = 1", "event 1: missing"),
        ("DELETE FROM event WHERE {g} AND seq = (SELECT max(seq) FROM event WHERE {g})", "evidence_differs"),
        ("UPDATE publication SET document = replace(document, 'friendly', 'rude') WHERE {g}", "evidence_differs"),
        ("UPDATE event SET seq = CASE seq WHEN 2 THEN -3 ELSE -2 END WHERE {g} AND seq IN (2, 3)", "reordered"),
    ],
    ids=["data", "person", "time", "one", "first", "last", "words", "order"],
)
def test_whatever_was_altered_is_named(
    configured: Path, statement: str, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = f"guideline_id = (SELECT id FROM guideline WHERE slug = '{company.PRESS_EN.slug}')"
    more = ["UPDATE event SET seq = -seq WHERE seq < 0"] if "CASE" in statement else []
    tamper(configured, statement.replace("{g}", chosen), *more)
    _trust(configured)
    assert main(["audit", "verify"]) == cli.NO
    said = capsys.readouterr().out
    assert f"{company.PRESS_EN.slug}: " in said
    assert fault in said
    assert re.search(r"\d+ events checked, [1-9]\d* faults\n\Z", said)


def test_a_guard_taken_away_is_a_fault_and_the_rest_is_still_checked(
    configured: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(configured)) as connection, connection:
        connection.execute("DROP TRIGGER charte_event_update_once")
        connection.execute("UPDATE event SET data = '{}' WHERE seq = 3")
    assert main(["audit", "verify"]) == cli.NO
    said = capsys.readouterr().out
    assert "database: a guard is missing: charte_event_update_once\n" in said
    assert f"{company.PRESS_EN.slug}: event 3: changed\n" in said
    assert main(["migrate"]) == cli.DONE
    assert ": guards were missing and stand again: charte_event_update_once. Run:" in capsys.readouterr().out
    assert main(["audit", "verify"]) == cli.NO
    assert "guard" not in capsys.readouterr().out


def test_a_sound_installation_is_told_line_by_line(configured: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == cli.DONE
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines] == ["configuration", "database", "seal", "migration", "assets", "sqlite"]
    assert not [line for line in lines if line.startswith("FAIL")]


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("", r"FAIL  configuration  CHARTE_DATABASE_URL: not set"),
        ("sqlite:///new.db", r"FAIL  database       sqlite:///new\.db: there is none yet. Run: charte migrate"),
        ("sqlite:///old.md", r"FAIL  database       sqlite:///old\.md: file is not a database"),
        ("sqlite:///empty.db", r"FAIL  migration      lacks \d{4}. Run: charte migrate"),
        ("postgresql+psycopg://me:secret@127.0.0.1:1/x", r"FAIL  database       postgresql\+psycopg://me:\*\*\*@"),
    ],
    ids=["none", "no file", "no database", "no tables", "no server"],
)
def test_what_is_not_well_is_named_with_how_to_mend_it(
    folder: Path, url: str, fault: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "empty.db").touch()
    monkeypatch.setenv("CHARTE_DATABASE_URL", url)
    assert main(["doctor"]) == cli.NO
    said = capsys.readouterr().out
    assert re.search(f"^{fault}", said, re.MULTILINE)
    assert "secret" not in said
    assert not (folder / "new.db").exists()


def test_a_bundle_that_was_never_built_is_a_fault(
    configured: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from api import assets

    monkeypatch.setattr(assets, "FOLDER", folder)
    assets.manifest.cache_clear()
    assert main(["doctor"]) == cli.NO
    assert "FAIL  assets" in capsys.readouterr().out


def _trust(database: Path) -> None:
    """Puts the triggers back, as somebody would who hides what they did."""
    from api.migrate import migrate

    engine = make_engine(f"sqlite:///{database}")
    migrate(engine)
    engine.dispose()
