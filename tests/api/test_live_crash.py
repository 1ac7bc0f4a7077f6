"""Live editing on a real server that is killed under typing: what anybody was told is in the log, once, in order."""

import json
import os
import random
import signal
import socket as net
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect

from api import accounts
from api.database import make_engine, transaction
from api.live.socket import SCHEMA_HASH
from api.migrate import migrate
from guidelines import authority, queries
from guidelines.document import plain_text
from tests import served
from tests.api.live_house import insert
from tests.workflow import house as company

KILLS = 5
WRITERS = ("aicha", "julie", "mathieu")


@dataclass
class Typist(threading.Thread):
    """Types as fast as it is answered, over any number of connections; notes all that it is ever told."""

    url: str
    name_: str
    token: str
    stop: threading.Event
    have: int | None = None
    number: int = 0
    flying: dict[str, Any] | None = None
    acknowledged: dict[str, int] = field(default_factory=dict)
    told: list[tuple[int, str]] = field(default_factory=list)
    fault: BaseException | None = None

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                try:
                    with _connected(self.url, self.token) as socket:
                        self._type(socket)
                except (ConnectionClosed, InvalidHandshake, OSError, TimeoutError, EOFError):
                    time.sleep(0.05)
        except BaseException as fault:
            self.fault = fault
            raise

    def _type(self, socket: ClientConnection) -> None:
        _send(socket, {"t": "open", "schema": SCHEMA_HASH, "have": self.have})
        while self._take(socket) not in ("init", "catchup"):
            pass
        if self.flying is not None:
            _send(socket, self.flying)
        while self.flying is not None or not self.stop.is_set():
            if self.flying is None:
                self.number += 1
                ref = f"{self.name_}-{self.number}"
                self.flying = {"t": "commit", "ref": ref, "base": self.have, "steps": [insert(1, f"[{ref}]")]}
                _send(socket, self.flying)
            self._take(socket)

    def _take(self, socket: ClientConnection) -> str:
        frame = json.loads(socket.recv(timeout=20))
        if frame["t"] == "init":
            self.have = frame["revision"]
        assert frame["t"] != "nack", frame
        for commit in frame.get("commits", frame.get("list", []) if frame["t"] == "commits" else []):
            self.told.append((commit["revision"], commit["ref"]))
            self.have = max(self.have or 0, commit["revision"])
            if self.flying is not None and commit["ref"] == self.flying["ref"]:
                self.acknowledged[commit["ref"]] = commit["revision"]
                self.flying = None
        return str(frame["t"])


@contextmanager
def _connected(url: str, token: str, *, sleepy: bool = False) -> Iterator[ClientConnection]:
    """A connection; a sleepy one takes next to nothing that it is not asked to."""
    more: dict[str, Any] = {}
    if sleepy:
        plain = net.socket()
        plain.setsockopt(net.SOL_SOCKET, net.SO_RCVBUF, 4096)
        plain.connect(("127.0.0.1", int(url.rsplit(":", 1)[1])))
        more = {"sock": plain, "max_queue": 1}
    socket = connect(
        f"ws{url.removeprefix('http')}/live/v1",
        origin=url,  # type: ignore[arg-type]
        additional_headers={"Cookie": f"charte_session={token}"},
        open_timeout=5,
        close_timeout=0.2,
        compression=None,
        max_size=None,
        **more,
    )
    try:
        yield socket
    finally:
        socket.close()


def _send(socket: ClientConnection, frame: dict[str, Any]) -> None:
    socket.send(json.dumps(frame))


def _house(folder: Path) -> tuple[str, dict[str, str]]:
    """A database with one draft, and a session for each writer."""
    url = f"sqlite:///{folder}/charte.db"
    engine = make_engine(url)
    migrate(engine)
    with transaction(engine) as session:
        company.found(session).create()
        tokens = {name: accounts.open_session(session, name, user_agent="", at=datetime.now(UTC)) for name in WRITERS}
    engine.dispose()
    return url, tokens


def test_killed_under_typing_every_commit_that_anybody_was_told_of_stands_once_and_in_order(tmp_path: Path) -> None:
    database_url, tokens = _house(tmp_path)
    port, rng, stop = served.free_port(), random.Random(7), threading.Event()
    typists = [Typist(f"http://127.0.0.1:{port}", name, tokens[name], stop) for name in WRITERS]
    for number in range(KILLS + 1):
        with served.serve(tmp_path, database_url, port) as running:
            if number == 0:
                for typist in typists:
                    typist.start()
            _wait_for_progress(typists)
            time.sleep(rng.uniform(0.02, 0.8))
            if number < KILLS:
                os.killpg(running.process.pid, signal.SIGKILL)
                running.process.wait()
                continue
            stop.set()
            for typist in typists:
                typist.join(30)
                assert not typist.is_alive()
    assert [typist.fault for typist in typists] == [None, None, None]
    _check(database_url, typists)


def _wait_for_progress(typists: list[Typist]) -> None:
    before = [len(typist.acknowledged) for typist in typists]
    end = time.monotonic() + 30
    while any(len(typist.acknowledged) <= seen for typist, seen in zip(typists, before, strict=True)):
        assert time.monotonic() < end, "the writers do not come back"
        time.sleep(0.02)


def _check(database_url: str, typists: list[Typist]) -> None:
    engine = make_engine(database_url)
    with transaction(engine, read_only=True) as session:
        log = [(row.revision, row.ref) for row in queries.steps_between(session, "v1", 0, 10**9)]
        words = plain_text(authority.open_document(session, "v1").document)
        assert session.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    engine.dispose()
    assert [revision for revision, _ in log] == list(range(1, len(log) + 1))
    refs = [ref for _, ref in log]
    assert len(set(refs)) == len(refs)
    stored = {ref: revision for revision, ref in log}
    for typist in typists:
        assert len(typist.acknowledged) > KILLS
        assert typist.flying is None
        assert {ref: stored.get(ref) for ref in typist.acknowledged} == typist.acknowledged
        assert set(typist.told) <= set(log)
        own = [ref for ref in refs if ref.startswith(f"{typist.name_}-")]
        assert own == [f"{typist.name_}-{number}" for number in range(1, typist.number + 1)]
    assert all(words.count(f"[{ref}]") == 1 for ref in refs)


def test_who_stops_reading_is_closed_and_catches_up_while_the_others_go_on(tmp_path: Path) -> None:
    database_url, tokens = _house(tmp_path)
    text_ = "x" * 50_000
    with served.serve(tmp_path, database_url) as running:
        with _connected(running.url, tokens["aicha"], sleepy=True) as aicha:
            _send(aicha, {"t": "open", "schema": SCHEMA_HASH, "have": None})
            assert json.loads(aicha.recv(timeout=10))["t"] == "init"
            with _connected(running.url, tokens["julie"]) as julie:
                _send(julie, {"t": "open", "schema": SCHEMA_HASH, "have": None})
                people, revision, slowest = 2, 0, 0.0
                while people == 2:
                    assert revision < 2_000, "the writer who does not read is never closed"
                    step = (
                        {"stepType": "replace", "from": 1, "to": 1 + len(text_)} if revision % 2 else insert(1, text_)
                    )
                    started = time.monotonic()
                    _send(julie, {"t": "commit", "ref": f"r{revision}", "base": revision, "steps": [step]})
                    while (frame := json.loads(julie.recv(timeout=20)))["t"] != "commits":
                        people = len(frame["list"]) if frame["t"] == "people" else people
                    revision = frame["list"][-1]["revision"]
                    slowest = max(slowest, time.monotonic() - started)
                assert slowest < 5
        with _connected(running.url, tokens["aicha"]) as aicha:
            _send(aicha, {"t": "open", "schema": SCHEMA_HASH, "have": 0})
            back = json.loads(aicha.recv(timeout=10))
            assert back["t"] in ("catchup", "init")
            assert back["revision"] == revision


def test_a_server_told_to_stop_ends_soon_and_leaves_no_socket_open(tmp_path: Path) -> None:
    database_url, tokens = _house(tmp_path)
    with served.serve(tmp_path, database_url) as running, _connected(running.url, tokens["aicha"]) as socket:
        _send(socket, {"t": "open", "schema": SCHEMA_HASH, "have": None})
        assert json.loads(socket.recv(timeout=10))["t"] == "init"
        started = time.monotonic()
        os.killpg(running.process.pid, signal.SIGTERM)
        with suppress(ConnectionClosed):
            while True:
                socket.recv(timeout=10)
        running.process.wait(10)
        assert time.monotonic() - started < 10
    log = (tmp_path / "server.log").read_text()
    assert "Traceback" not in log
    assert "never retrieved" not in log
