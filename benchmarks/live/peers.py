"""The two servers and the process that writes to either; the server has a core of its own where there are two."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from api import accounts
from api.database import make_engine, transaction
from api.live.socket import SCHEMA_HASH
from api.migrate import migrate
from benchmarks.cost import CLIENT_CORE, SERVER_CORE, cpu_of_group
from guidelines.document import Node
from guidelines.people import Role
from guidelines.tables import Membership, Person, Team
from tests.builders import doc, h1, p
from tests.conformance.conftest import node
from tests.served import free_port
from tests.workflow import house as company
from workflow import drafts

HERE = Path(__file__).parent
WORDS = "Staff speak for the company only when they were asked to, and say so when they speak for themselves. "
WATCHERS = 3
WARM, DRAIN = 2.0, 3.0


@dataclass(frozen=True, slots=True)
class Peer:
    """A running server and the plan by which it is written to."""

    folder: Path
    process: "subprocess.Popen[Any]"
    plan: dict[str, Any]


@contextmanager
def charte(folder: Path, load: Any) -> Iterator[Peer]:
    """Charte on SQLite, with a person for each writer."""
    database_url = f"sqlite:///{folder}/charte.db"
    tokens = found(database_url, load)
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "CHARTE_DATABASE_URL": database_url, "CHARTE_PUBLIC_URL": origin}
    command = [sys.executable, "-m", "api.cli", "serve", "--port", str(port)]
    names = [f"w{number}" for number in range(load.writers)]
    plan = _plan(load, names, f"ws://127.0.0.1:{port}", tokens)
    plan |= {"kind": "charte", "origin": origin, "schema": SCHEMA_HASH}
    with _running(command, environment, folder, b"Charte listens") as process:
        _wait_for(port)
        yield Peer(folder, process, plan)


@contextmanager
def hocuspocus(folder: Path, load: Any) -> Iterator[Peer]:
    """Hocuspocus on SQLite."""
    install()
    port = free_port()
    command = [str(node()), "hocuspocus.mjs", str(port), str(folder / "documents.db"), str(load.blocks)]
    names = [f"w{number}" for number in range(load.writers)]
    plan = _plan(load, names, f"ws://127.0.0.1:{port}", {}) | {"kind": "hocuspocus"}
    with _running(command, dict(os.environ), folder, b"ready") as process:
        yield Peer(folder, process, plan)


def install() -> None:
    """Hocuspocus and the writers' packages, once."""
    if not (HERE / "node_modules").is_dir():
        npm = node().parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        command = [str(node()), str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=HERE, check=True)


def found(database_url: str, load: Any) -> dict[str, str]:
    """A company of so many editors and its drafts; answers each one's session."""
    engine = make_engine(database_url)
    migrate(engine)
    at = datetime.now(UTC)
    document = doc(*(_block(number) for number in range(load.blocks)))
    with transaction(engine) as session:
        session.add(Team(id="comms", name_fr="Communication", name_en="Communications"))
        session.add(Team(id="legal", name_fr="Juridique", name_en="Legal"))
        for name in _names(load):
            session.add(Person(id=name, email=f"{name}@x.example", name=f"Writer {name}", language="en", created_at=at))
            session.flush()
            session.add(Membership(person_id=name, team_id="comms", role=Role.EDITOR, from_at=company.START))
        session.flush()
        author = company.Actor("w0", "Writer w0", "en", frozenset({(Role.EDITOR, "comms")}))
        for number in range(load.documents):
            drafts.create_guideline(
                session, author, guideline_id=f"g{number}", version_id=f"v{number}", slug=f"s{number}", title="Text",
                language="en", kind="charter", owner_team="comms", document=document, at=at,
            )  # fmt: skip
        tokens = {name: accounts.open_session(session, name, user_agent="", at=at) for name in _names(load)}
    engine.dispose()
    return tokens


def _block(number: int) -> Node:
    """A heading for each ten blocks, as guidelines have; nobody types into one."""
    return h1("Speaking for the company", id=f"s{number}") if number % 10 == 9 else p(WORDS * 3, id=f"p{number}")


def type_for(peer: Peer, seconds: float, *, fresh: bool = True) -> tuple[dict[str, Any], float, float]:
    """Lets the writers type; what they saw, and the server's CPU seconds before and after the measured time."""
    install()
    warm = WARM + len(peer.plan["writers"]) / 50 if fresh else 1.0
    path = peer.folder / "plan.json"
    path.write_text(json.dumps({**peer.plan, "seconds": seconds, "warm": warm, "drain": DRAIN}))
    command = _pinned([str(node()), "writers.mjs", str(path)], CLIENT_CORE)
    marks: list[float] = []
    with subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, text=True) as writing:
        assert writing.stdout is not None
        for line in writing.stdout:
            if line.strip() in ("begin", "end"):
                marks.append(cpu_of_group(peer.process.pid))
            else:
                found: dict[str, Any] = json.loads(line)
    assert writing.returncode == 0, "the writers failed"
    return found, marks[0], marks[1]


def megabytes(peer: Peer) -> float:
    """Memory of the process group, pages shared by its processes counted once each."""
    total = 0
    for rollup in Path("/proc").glob("[0-9]*/smaps_rollup"):
        if os.getpgid(int(rollup.parent.name)) == peer.process.pid:
            total += next(int(line.split()[1]) for line in rollup.read_text().splitlines() if line.startswith("Pss:"))
    return total / 1024


def _names(load: Any) -> list[str]:
    return [f"w{number}" for number in range(load.writers)] + [f"watch{number}" for number in range(WATCHERS)]


def _plan(load: Any, names: list[str], url: str, tokens: dict[str, str]) -> dict[str, Any]:
    def one(name: str, document: int, block: int) -> dict[str, Any]:
        cookie = f"charte_session={tokens.get(name, '')}"
        return {"name": name, "document": f"v{document}", "block": block, "cookie": cookie}

    writers = [
        one(name, document, _place(number, load.blocks, len(names)))
        for document in range(load.documents)
        for number, name in enumerate(names)
    ]
    alone = load.documents == 1
    watchers = [one(f"watch{number}", 0, 0) for number in range(WATCHERS)] if alone else []
    return {"url": url, "rate": load.rate, "writers": writers, "watchers": watchers}


def _place(number: int, blocks: int, writers: int) -> int:
    """The paragraph of one writer's own."""
    paragraphs = [block for block in range(blocks) if block % 10 != 9]
    return paragraphs[number * len(paragraphs) // writers]


@contextmanager
def _running(
    command: list[str], environment: dict[str, str], folder: Path, ready: bytes
) -> "Iterator[subprocess.Popen[Any]]":
    log = folder / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            _pinned(command, SERVER_CORE), cwd=HERE if command[1].endswith(".mjs") else None, env=environment,
            stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
    try:
        end = time.monotonic() + 30
        while ready not in log.read_bytes():
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the server did not start:\n{log.read_text()}")
            time.sleep(0.05)
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _pinned(command: list[str], core: str) -> list[str]:
    return ["taskset", "-c", core, *command]


def _wait_for(port: int) -> None:
    import urllib.error
    import urllib.request

    for _ in range(200):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
