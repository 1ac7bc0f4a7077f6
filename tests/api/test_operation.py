"""Operating Charte from a shell: migrating, people, exports; each refusal is one line that says how to mend it."""

import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlmodel import select

from api import accounts, cli, clock
from api.cli import main
from api.database import make_engine, transaction
from api.demo import company
from guidelines.tables import Membership, Person
from tests.commands import refused, run, tamper


@pytest.fixture
def empty(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a database will be."""
    monkeypatch.setenv("CHARTE_DATABASE_URL", f"sqlite:///{folder}/new.db")
    return folder / "new.db"


def test_migrate_makes_the_database_and_a_second_time_changes_nothing(
    empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["migrate"]) == cli.DONE
    assert capsys.readouterr().out == f"sqlite:///{empty}: made\n"
    with closing(sqlite3.connect(empty)) as connection:
        before = list(connection.iterdump())
    assert main(["migrate"]) == cli.DONE
    assert capsys.readouterr().out == f"sqlite:///{empty}: at this release already\n"
    with closing(sqlite3.connect(empty)) as connection:
        assert list(connection.iterdump()) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["serve"],
        ["people", "first-admin"],
        ["people", "import", "old.md"],
        ["people", "team", "legal", "Juridique", "Legal"],
        ["export", "text", "-o", "out.html"],
        ["audit", "verify"],
    ],
    ids=" ".join,
)
def test_a_database_that_is_not_there_is_named_and_none_is_made(
    empty: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    line = refused(capsys, *arguments)
    assert line == f"charte: CHARTE_DATABASE_URL: there is no database at {empty} yet. Run: charte migrate\n"
    assert not empty.exists()


def test_a_database_of_an_older_form_is_not_served(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sqlite3.connect(empty).close()
    empty.touch()
    assert "is not at this release. Run: charte migrate" in refused(capsys, "serve")


def test_a_database_of_a_newer_release_is_left_alone(configured: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tamper(configured, "UPDATE alembic_version SET version_num = 'later'")
    assert "a newer release of Charte made this database" in refused(capsys, "migrate")


def test_a_file_that_is_no_database_is_named(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty.write_text("not a database")
    for command in (["migrate"], ["audit", "verify"]):
        assert "CHARTE_DATABASE_URL: file is not a database" in refused(capsys, *command)


@pytest.mark.parametrize("setting", ["", "mysql://a/b", "sqlite:////nowhere/at/all.db"])
def test_a_bad_setting_is_refused_by_name(
    setting: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHARTE_DATABASE_URL", setting)
    assert refused(capsys, "migrate").startswith("charte: CHARTE_DATABASE_URL: ")


def test_several_processes_are_refused_on_sqlite(configured: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "--workers: SQLite is served by one process" in refused(capsys, "serve", "--workers", "2")


def test_the_first_administrator_is_invited_once(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["migrate"])
    capsys.readouterr()
    assert main(["people", "first-admin"]) == cli.DONE
    link = capsys.readouterr().out
    token = re.fullmatch(r"http://127\.0\.0\.1:8000/fr/invitation/([\w-]{43})\n", link)
    assert token
    engine = make_engine(f"sqlite:///{empty}")
    with transaction(engine) as session:
        assert accounts.invitation(session, token[1], clock.now()).person_id is None
    engine.dispose()


def test_with_an_administrator_nobody_else_is_invited_from_here(
    configured: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = refused(capsys, "people", "first-admin")
    assert "There is an administrator already" in line
    assert "charte people invite EMAIL" in line


def test_a_known_person_without_a_password_gets_a_link_in_their_language(
    configured: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "people.csv").write_text("name,email,language,role\nAda Lin,ada@x.example,en,admin\n")
    main(["people", "import", "people.csv"])
    capsys.readouterr()
    assert main(["people", "invite", " Ada@X.example"]) == cli.DONE
    token = re.fullmatch(r"http://127\.0\.0\.1:8000/en/invitation/([\w-]{43})\n", capsys.readouterr().out)
    assert token
    engine = make_engine(f"sqlite:///{configured}")
    with transaction(engine, read_only=True) as session:
        invited = accounts.invitation(session, token[1], clock.now()).person_id
        assert session.get_one(Person, invited).email == "ada@x.example"
    engine.dispose()


def test_only_those_who_are_here_are_invited(configured: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "nobody@x.example: nobody has this address" in refused(capsys, "people", "invite", "nobody@x.example")
    gone = company.PEOPLE[-1].email
    with closing(sqlite3.connect(configured)) as connection, connection:
        connection.execute("UPDATE person SET left_at = '2026-01-01 00:00:00.000000' WHERE email = ?", (gone,))
    assert f"{gone}: has left" in refused(capsys, "people", "invite", gone)


def test_people_are_added_once(configured: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "people.csv").write_text("name;email;language;team;role\nAda Lin;ada@x.example;en;legal;reviewer\n")
    assert main(["people", "import", "people.csv"]) == cli.DONE
    assert main(["people", "import", "people.csv"]) == cli.DONE
    assert capsys.readouterr().out == (
        "1 people added, 0 changed, 0 unchanged\n0 people added, 0 changed, 1 unchanged\n"
    )
    engine = make_engine(f"sqlite:///{configured}")
    with transaction(engine, read_only=True) as session:
        ada = session.exec(select(Person).where(Person.email == "ada@x.example")).one()
        (held,) = session.exec(select(Membership).where(Membership.person_id == ada.id))
        assert (held.team_id, held.role) == ("legal", "reviewer")
    engine.dispose()


def test_a_faulty_row_is_named_and_nobody_is_added(
    configured: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "people.csv").write_text("name,email,team,role\nAda,ada@x.example,,\nBob,bob,zz,chief\n")
    line = refused(capsys, "people", "import", "people.csv")
    assert (
        line == "charte: people.csv: nobody was added. Correct line 3: email “bob” is no address; line 3: role “chief” "
        "is not known (known are: editor, reviewer, publisher, lead, reader, admin).\n"
    )
    with closing(sqlite3.connect(configured)) as connection:
        assert connection.execute("SELECT count(*) FROM person").fetchone() == (len(company.PEOPLE),)


def test_a_missing_file_of_people_is_named(configured: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "nobody.csv: No such file" in refused(capsys, "people", "import", "nobody.csv")


def test_a_team_is_added_once(configured: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["people", "team", "safety", "Sécurité", "Safety"]) == cli.DONE
    assert main(["people", "team", "safety", "Autre", "Other"]) == cli.DONE
    names = "team safety (Sécurité, Safety)"
    assert capsys.readouterr().out == f"{names} added\n{names} is there already and stays as it is\n"
    with closing(sqlite3.connect(configured)) as connection:
        found = connection.execute("SELECT name_fr, name_en FROM team WHERE id = 'safety'").fetchone()
    assert found == ("Sécurité", "Safety")


@pytest.mark.parametrize("words", [("Not an id", "a", "b"), ("good", " ", "b")])
def test_a_team_without_an_id_or_a_name_is_refused(
    configured: Path, words: tuple[str, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(capsys, "people", "team", *words).startswith(f"charte: {words[0]}: ")


def test_a_published_version_comes_with_its_approval_record(configured: Path, folder: Path) -> None:
    assert main(["export", company.CHARTER_FR.slug, "-o", "out.html"]) == cli.DONE
    page = (folder / "out.html").read_text("utf-8")
    assert 'name="charte:version" content="1.1"' in page
    assert "Samuel Okafor" in page
    assert "Aïcha Benali" in page


def test_a_former_version_is_asked_for_by_number(configured: Path, folder: Path) -> None:
    assert main(["export", company.CHARTER_FR.slug, "--version", "1.0", "-o", "out.html"]) == cli.DONE
    assert "Camille Perrin" in (folder / "out.html").read_text("utf-8")


def test_the_same_version_is_the_same_bytes_in_another_process(configured: Path, folder: Path) -> None:
    for name in ("one.html", "two.html"):
        assert run("export", company.PRESS_EN.slug, "-o", name, cwd=folder).returncode == cli.DONE
    assert (folder / "one.html").read_bytes() == (folder / "two.html").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nothing", "-o", "out.html"], "There is no such guideline"),
        (["press-requests", "--version", "9.9", "-o", "out.html"], "There is no such version"),
        (["outils-ia", "-o", "out.html"], "There is no such guideline"),
        (["press-requests", "-o", "out.pdf"], "cannot export “.pdf”. End the name with one of"),
        (["press-requests", "-o", "nowhere/out.html"], "there is no folder nowhere"),
    ],
    ids=["unknown", "number", "draft", "format", "folder"],
)
def test_what_is_not_in_print_or_cannot_be_written_is_refused(
    configured: Path, folder: Path, arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(os.listdir(folder))
    assert reason in refused(capsys, "export", *arguments)
    assert [name for name in sorted(os.listdir(folder)) if name not in before] in (
        [],
        ["charte.db-shm", "charte.db-wal"],
    )
