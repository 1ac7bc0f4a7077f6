"""One process at a time writes to a SQLite file; it says where it listens, and refuses what it cannot serve."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from api import cli, lock
from api.cli import main
from api.config import Config
from api.server import announcement
from tests.commands import CHARTE, refused
from tests.served import free_port, serve


@pytest.fixture
def served(configured: Path) -> Iterator[Path]:
    """The demo's database with a real server on it."""
    with serve(configured.parent, f"sqlite:///{configured}"):
        yield configured


def test_beside_a_server_nothing_else_writes_and_everything_else_reads(
    served: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lock, "PATIENCE", 0.1)
    (folder / "people.csv").write_text("name,email\nAda Lin,ada@x.example\n")
    (folder / "other.db").symlink_to(served)
    for command in (
        ["serve", "--port", str(free_port())],
        ["migrate"],
        ["people", "first-admin"],
        ["people", "invite", "ada@x.example"],
        ["people", "import", "people.csv"],
        ["people", "team", "safety", "Sécurité", "Safety"],
        ["demo", "--folder", str(folder), "--port", str(free_port())],
    ):
        line = refused(capsys, *command)
        assert re.match(rf"charte: {re.escape(str(served))}: in use by charte serve, process \d+\. ", line), line
    monkeypatch.setenv("CHARTE_DATABASE_URL", f"sqlite:///{folder}/other.db")
    assert "in use by charte serve" in refused(capsys, "migrate")
    assert main(["audit", "verify"]) == cli.DONE
    assert main(["doctor"]) == cli.DONE
    assert main(["export", "press-requests", "-o", "out.html"]) == cli.DONE


def test_a_server_that_was_killed_leaves_no_lock(configured: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serve(configured.parent, f"sqlite:///{configured}") as running:
        os.killpg(running.process.pid, signal.SIGKILL)
        running.process.wait()
    assert main(["migrate"]) == cli.DONE
    with serve(configured.parent, f"sqlite:///{configured}"):
        pass


def test_a_server_whose_parent_alone_was_killed_still_keeps_others_out(
    configured: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lock, "PATIENCE", 0.1)
    with serve(configured.parent, f"sqlite:///{configured}") as running:
        os.kill(running.process.pid, signal.SIGKILL)
        running.process.wait()
        try:
            assert "in use by charte serve" in refused(capsys, "migrate")
        finally:
            os.killpg(running.process.pid, signal.SIGKILL)


def test_a_file_that_can_only_be_read_is_not_served(history: Path) -> None:
    with tempfile.TemporaryDirectory() as place:
        database = Path(place) / "charte.db"
        shutil.copy(history, database)
        database.chmod(0o444)
        # To root nothing is read-only, unless the capability is taken away.
        humbly = ["setpriv", "--bounding-set", "-dac_override"] if os.geteuid() == 0 else []
        done = subprocess.run(
            [*humbly, CHARTE, "serve", "--port", str(free_port())], cwd=place, capture_output=True, text=True,
            env={**os.environ, "CHARTE_DATABASE_URL": f"sqlite:///{database}"}, timeout=60,
        )  # fmt: skip
    assert (done.returncode, done.stdout) == (cli.BAD_INPUT, "")
    assert re.fullmatch(r"charte: CHARTE_DATABASE_URL: \S+ cannot be written \(.*readonly.*\)\. .+\n", done.stderr)


def test_a_host_of_another_machine_is_named_as_the_host(configured: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "charte: --host 192.0.2.1: is no address of this machine" in refused(capsys, "serve", "--host", "192.0.2.1")


@pytest.mark.parametrize(
    ("public", "address", "said"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1", "Charte listens on http://127.0.0.1:8000"),
        ("https://c.example", "::1", "Charte listens on http://[::1]:8000\nPeople reach it at https://c.example"),
    ],
)
def test_a_server_says_where_it_listens_and_where_people_reach_it(public: str, address: str, said: str) -> None:
    assert announcement(Config("", public_url=public), address, 8000).removesuffix(" (CHARTE_PUBLIC_URL)") == said
