"""Fixtures for the commands: a folder to work in, and the demo's history on an embedded database."""

from pathlib import Path

import pytest

from api.demo import serve
from tests.commands import NEW, OLD


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with two versions of a text."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.md").write_text(OLD, "utf-8")
    (tmp_path / "new.md").write_text(NEW, "utf-8")
    return tmp_path


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's database: read by these tests, copied by those that change it."""
    return serve.prepare(tmp_path_factory.mktemp("history"))


@pytest.fixture
def configured(history: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the demo's database, named by the environment."""
    database = folder / "charte.db"
    database.write_bytes(history.read_bytes())
    key = history.with_name(f"{history.name}.seal-key")
    if key.exists():
        database.with_name(f"{database.name}.seal-key").write_bytes(key.read_bytes())
    monkeypatch.setenv("CHARTE_DATABASE_URL", f"sqlite:///{database}")
    return database
