"""No acknowledgement leaves before what it acknowledges is stored, as the system calls of a real server show."""

import asyncio
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from api.database import make_engine
from api.migrate import migrate
from tests import postgres
from tests.live.typists import WRITERS, Typist, found
from tests.served import free_port

ACKNOWLEDGED = 150
ACK = re.compile(r't\\?":\\?"commits')


@pytest.fixture
def strace() -> str:
    """The tracer. Without it a test is skipped, loudly; where CI is set it fails."""
    if tool := shutil.which("strace"):
        return tool
    reason = "no strace: apt-get install strace"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass
class Seen:
    """What a trace shows: acknowledgements, and those that left while something was not yet stored."""

    acknowledgements: int = 0
    early: int = 0
    stored: int = 0


@contextmanager
def traced(strace: str, calls: str, folder: Path, database_url: str, *more: str) -> Iterator[tuple[str, Path]]:
    """A server whose system calls are written down; ends with the block."""
    port, trace = free_port(), folder / "trace"
    url = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "CHARTE_DATABASE_URL": database_url, "CHARTE_PUBLIC_URL": url}
    command = [strace, "-f", "-y", "-qq", "-s", "1000", "-e", f"trace={calls}", "-e", "signal=none", "-o", str(trace)]
    command += [sys.executable, "-m", "tests.live.traced", str(port), *more]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        for _ in range(300):
            assert process.poll() is None, (folder / "server.log").read_text(errors="replace")
            try:
                with urllib.request.urlopen(f"{url}/healthz", timeout=5):
                    break
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.1)
        yield url, trace
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


async def _type(url: str, tokens: dict[str, str], versions: tuple[str, ...]) -> None:
    """One document and one writer at a time in the air: what is unstored is then what is acknowledged next."""
    for version_id in versions:
        writer = Typist(url, version_id, WRITERS[0], tokens[WRITERS[0]], random.Random(1))
        task = asyncio.create_task(writer.run())
        async with asyncio.timeout(60):
            while len(writer.acknowledged) < ACKNOWLEDGED:
                await asyncio.sleep(0.01)
                if task.done():
                    task.result()
        writer.stopping = True
        await asyncio.wait_for(task, 30)


def read_sqlite(trace: Path) -> Seen:
    """The log is dirty from a write to it until an fdatasync of it has come back."""
    seen, dirty, syncing = Seen(), False, set()
    for line in trace.read_text(errors="replace").splitlines():
        thread, call = line.split(maxsplit=1)
        if "charte.db-wal>" in call and call.startswith(("pwrite64(", "write(")):
            dirty = True
        elif "charte.db-wal>" in call and call.startswith(("fdatasync(", "fsync(")):
            if "unfinished" in call:
                syncing.add(thread)
            else:
                seen.stored += dirty
                dirty = False
        elif "sync resumed" in call and thread in syncing:
            syncing.discard(thread)
            seen.stored += dirty
            dirty = False
        elif ACK.search(call):
            seen.acknowledgements += 1
            seen.early += dirty
    return seen


def read_postgres(trace: Path) -> Seen:
    """A step is in the air from the moment it is sent to the database until that has answered COMMIT."""
    seen, open_ = Seen(), False
    for line in trace.read_text(errors="replace").splitlines():
        call = line.split(maxsplit=1)[1]
        if ACK.search(call):
            seen.acknowledgements += 1
            seen.early += open_
        elif "sendto(" in call and "stepType" in call:
            open_ = True
        elif "recv" in call and "COMMIT" in call:
            seen.stored += open_
            open_ = False
    return seen


@pytest.mark.parametrize("careless", [False, True])
def test_on_sqlite_no_acknowledgement_leaves_before_its_log_is_synced(
    strace: str, tmp_path: Path, careless: bool
) -> None:
    """And a broken twin, which leaves the syncing to the system, is seen."""
    database_url = f"sqlite:///{tmp_path}/charte.db"
    engine = make_engine(database_url)
    migrate(engine)
    tokens = found(engine, ("v1",))
    engine.dispose()
    calls = "pwrite64,write,fsync,fdatasync,sendto,sendmsg,writev"
    with traced(strace, calls, tmp_path, database_url, *(["careless"] if careless else [])) as (url, trace):
        asyncio.run(_type(url, tokens, ("v1",)))
    seen = read_sqlite(trace)
    assert seen.acknowledgements >= ACKNOWLEDGED
    if careless:
        assert seen.early > ACKNOWLEDGED // 2
    else:
        assert seen.early == 0
        assert seen.stored >= ACKNOWLEDGED


def test_on_postgresql_no_acknowledgement_leaves_before_the_commit_is_answered(
    strace: str, tmp_path: Path, postgres_url: str
) -> None:
    database_url = postgres.fresh_database(postgres_url, f"durable_{os.getpid()}")
    engine = make_engine(database_url)
    migrate(engine)
    tokens = found(engine, ("v1",))
    with engine.connect() as connection:
        told = connection.execute(text("SELECT source FROM pg_settings WHERE name = 'synchronous_commit'")).scalar()
    engine.dispose()
    assert told in ("command line", "default", "configuration file"), "Charte never turns the syncing off"
    with traced(strace, "sendto,recvfrom,write,writev,sendmsg", tmp_path, database_url) as (url, trace):
        asyncio.run(_type(url, tokens, ("v1",)))
    seen = read_postgres(trace)
    assert seen.acknowledgements >= ACKNOWLEDGED
    assert seen.early == 0
    assert seen.stored >= ACKNOWLEDGED
