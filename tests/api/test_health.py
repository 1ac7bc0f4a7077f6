"""Health is asked every few seconds: it is cheap, quiet, and waits for nobody."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient
from sqlalchemy import Engine, text

from api import writable
from api.app import create_app
from api.config import Config
from api.database import make_engine, transaction
from api.migrate import ScriptDirectory, migrate
from tests import postgres


def test_health_reads_no_migrations_again_says_nothing_and_waits_for_no_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/charte.db"
    engine = make_engine(url)
    migrate(engine)
    client = TestClient(create_app(Config(database_url=url), engine=engine))
    assert client.get("/healthz").status_code == 200
    monkeypatch.setattr(ScriptDirectory, "from_config", None)
    capsys.readouterr()
    with transaction(engine) as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = version_num"))
        assert client.get("/healthz").json() == {"status": "ok", "database": "ok"}
    engine.dispose()
    assert "alembic" not in capsys.readouterr().err


class Watched:
    """A served SQLite file whose health is asked for at a clock that the test moves."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "charte.db"
        url = f"sqlite:///{self.file}"
        self.engine = make_engine(url)
        migrate(self.engine)
        self.app = create_app(Config(database_url=url), engine=self.engine)
        self.client = TestClient(self.app)
        self.probe = self.app.state.services.extras["probe"]
        self.now = 0.0
        self.probe.elapsed = lambda: self.now

    def says(self) -> tuple[int, str]:
        self.now += writable.EVERY + 1
        answer = self.client.get("/healthz")
        return answer.status_code, answer.json()["database"]


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    built = Watched(tmp_path)
    yield built
    built.engine.dispose()


TAKEN_AWAY = """
import os, sys
from api.database import make_engine
from api.writable import why_not_writable
file = sys.argv[1]
engine = make_engine(f"sqlite:///{file}")
for mode in (0o644, 0o444, 0o644):
    os.chmod(file, mode)
    print(why_not_writable(engine))
"""


def test_a_file_whose_right_to_write_was_taken_away_is_noticed_and_found_well_again(watched: Watched) -> None:
    # To root nothing is read-only, unless the capability is taken away.
    humbly = ["setpriv", "--bounding-set", "-dac_override"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*humbly, sys.executable, "-c", TAKEN_AWAY, str(watched.file)], capture_output=True, text=True, check=True
    )
    well, refused, again = done.stdout.splitlines()
    assert (well, again) == ("None", "None")
    assert "readonly" in refused


def test_a_disk_without_room_is_noticed(watched: Watched) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (writable.ROOM // 2, hard))
    try:
        assert watched.says() == (503, "read_only")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert watched.says() == (200, "ok")


def test_trying_leaves_no_trace_and_is_done_once_in_a_while(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sorted((path.name, path.stat().st_size) for path in watched.file.parent.iterdir())
    tries: list[Engine] = []
    tried = writable.why_not_writable
    monkeypatch.setattr(writable, "why_not_writable", lambda engine: tries.append(engine) or tried(engine))
    watched.says()
    for _ in range(20):
        watched.client.get("/healthz")
    assert len(tries) == 1
    assert sorted((path.name, path.stat().st_size) for path in watched.file.parent.iterdir()) == before


def test_a_server_that_only_reads_is_noticed(postgres_url: str) -> None:
    engine = make_engine(postgres.fresh_database(postgres_url, f"health_{os.getpid()}"))
    assert writable.why_not_writable(engine) is None
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"ALTER DATABASE {engine.url.database} SET default_transaction_read_only = on"))
    engine.dispose()
    assert writable.why_not_writable(engine)
    engine.dispose()
