"""Health is asked every few seconds: it is cheap, quiet, and waits for nobody."""

from pathlib import Path

import pytest
from litestar.testing import TestClient
from sqlalchemy import text

from api.app import create_app
from api.config import Config
from api.database import make_engine, transaction
from api.migrate import ScriptDirectory, migrate


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
