"""Fixtures for all tests: both databases, a browser, and the real texts that lie beside the checkout."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import Engine, text
from sqlmodel import SQLModel

import api.tables
import api.triggers  # noqa: F401 - every table and trigger, for create_all
import workflow.tables  # noqa: F401
from api.database import make_engine
from tests import postgres
from tests.browser import chromium


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A running PostgreSQL, one for each test process: `postgres.fresh_database` makes databases on it."""
    with postgres.server() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_engine(postgres_url: str) -> Iterator[Engine]:
    """A database on the running PostgreSQL with every table and trigger."""
    built = make_engine(postgres.fresh_database(postgres_url, f"charte_{os.getpid()}"))
    SQLModel.metadata.create_all(built)
    yield built
    built.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database with every table and trigger: each test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        built = make_engine(f"sqlite:///{tmp_path}/charte.db")
        SQLModel.metadata.create_all(built)
        yield built
        built.dispose()
        return
    built = request.getfixturevalue("postgres_engine")
    tables = ", ".join(table.name for table in SQLModel.metadata.sorted_tables)
    with built.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # the triggers refuse it
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
    yield built


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium. It ends with its module: Playwright bears neither a second one nor an event loop beside it."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real texts. Without it a test is skipped, loudly; where CI is set it fails."""
    folder = Path(os.environ.get("CHARTE_CORPUS", Path(__file__).parents[2] / "shared" / "corpus"))
    if not folder.is_dir():
        reason = f"no real texts at {folder}: set CHARTE_CORPUS"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
