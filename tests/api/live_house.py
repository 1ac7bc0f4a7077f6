"""Live editing for tests: a company on a database, its sockets, and an editor that rebases as the browser does."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from queue import Empty
from typing import Any

from litestar import Litestar
from litestar.exceptions import WebSocketDisconnect
from litestar.testing import TestClient
from litestar.testing.websocket_test_session import WebSocketTestSession
from sqlalchemy import Engine
from sqlmodel import Session

from api import accounts
from api.app import create_app
from api.config import Config
from api.database import transaction
from api.live.socket import SCHEMA_HASH
from guidelines import authority, queries, steps
from guidelines.document import Node, document_hash, plain_text
from tests.builders import doc, h1, p
from tests.workflow import house as company

ORIGIN = "http://testserver.local"
DOCUMENT = doc(h1("Speaking", id="s1"), p("Ask first.", id="p1"), h1("Pictures", id="s2"), p("Written.", id="p2"))
PATIENCE = 20.0


def insert(position: int, words: str) -> dict[str, Any]:
    return {
        "stepType": "replace", "from": position, "to": position,
        "slice": {"content": [{"type": "text", "text": words}]},
    }  # fmt: skip


def delete(start: int, end: int) -> dict[str, Any]:
    return {"stepType": "replace", "from": start, "to": end}


def full(step: Any) -> Any:
    """A step as it came, in full: plain words put in travel as a position and a text."""
    return insert(*step) if isinstance(step, list) else step


class LiveHouse:
    """The application with one draft `v1` and a session for everybody in the company."""

    def __init__(self, engine: Engine, document: Node | None = DOCUMENT) -> None:
        """Without a document the company and its draft are there already: this is another server beside the first."""
        self.engine = engine
        self.moved = 0.0
        self.config = Config(database_url="sqlite://", public_url=ORIGIN)
        self.app: Litestar = create_app(self.config, engine=engine, now=lambda: datetime.now(UTC))
        self.tokens: dict[str, str] = {}
        with transaction(engine) as session:
            if document is not None:
                company.found(session).create(document)
            for name in company.PEOPLE:
                self.tokens[name] = accounts.open_session(session, name, user_agent="", at=datetime.now(UTC))

    def act(self, work: Callable[[company.House], Any]) -> Any:
        """Does something in the company by another path than the socket."""
        with transaction(self.engine) as session:
            return work(company.House(session, datetime.now(UTC)))

    def read(self, work: Callable[[Session], Any]) -> Any:
        with transaction(self.engine, read_only=True) as session:
            return work(session)

    def log(self) -> list[tuple[int, str, str]]:
        """(revision, ref, person) of every logged step, in order."""
        rows = self.read(lambda session: queries.steps_between(session, "v1", 0, 10**9))
        return [(row.revision, row.ref, row.person_id) for row in rows]

    def document(self) -> Node:
        return self.read(lambda session: authority.open_document(session, "v1").document)

    def text(self) -> str:
        return plain_text(self.document())

    def connect(
        self, client: "TestClient[Litestar]", name: str, version_id: str = "v1", **headers: str
    ) -> AbstractContextManager[WebSocketTestSession]:
        sent = {"origin": ORIGIN, "cookie": f"charte_session={self.tokens.get(name, '')}", **headers}
        return client.websocket_connect(f"/live/{version_id}", headers=sent)


@dataclass
class Editor:
    """What the browser does, over a test socket: an open document, one commit in flight, the rest waiting."""

    socket: WebSocketTestSession
    revision: int = -1
    confirmed: Any = None
    flying: list[Any] = field(default_factory=list)
    waiting: list[Any] = field(default_factory=list)
    sent: dict[str, Any] | None = None
    can: str = ""
    number: int = 0
    name: str = "e"
    frames: list[dict[str, Any]] = field(default_factory=list)

    def open(self, have: int | None = None) -> dict[str, Any]:
        self.socket.send_json({"t": "open", "schema": SCHEMA_HASH, "have": have})
        frame = self.until("init" if have is None else "catchup")
        return frame

    @property
    def tree(self) -> Any:
        """The text as the writer sees it."""
        tree = self.confirmed
        for step in (*self.flying, *self.waiting):
            tree = steps.apply(tree, step)
        return tree

    @property
    def hash(self) -> str:
        return document_hash(steps.node_of(self.tree))

    def type(self, step: dict[str, Any]) -> bool:
        """Applies a step at once, to be sent; False when it does not apply here."""
        parsed = steps.parse_step(step)
        if steps.apply(self.tree, parsed) is None:
            return False
        self.waiting.append(parsed)
        return True

    def flush(self) -> None:
        """Sends what waits, unless a commit is in flight."""
        if self.sent is not None or not self.waiting:
            return
        self.flying, self.waiting = self.waiting[:64], self.waiting[64:]
        self.number += 1
        made = [step.to_json() for step in self.flying]
        self.sent = {"t": "commit", "ref": f"{self.name}-{self.number}", "base": self.revision, "steps": made}
        self.socket.send_json(self.sent)

    def until(self, kind: str, patience: float = PATIENCE) -> dict[str, Any]:
        """Takes frames until one of this kind, which it returns."""
        end = time.monotonic() + patience
        while True:
            try:
                frame = self.socket.receive_json(timeout=max(0.01, end - time.monotonic()))
            except Empty:
                raise AssertionError(f"no {kind} came") from None
            self.take(frame)
            if frame["t"] == kind:
                return frame

    def drain(self, patience: float = 0.0) -> None:
        """Takes the frames that are there."""
        while True:
            try:
                self.take(self.socket.receive_json(block=patience > 0, timeout=patience or None))
            except Empty:
                return

    def settle(self) -> None:
        """Sends and takes until nothing of one's own is left to confirm."""
        while self.sent is not None or self.waiting:
            self.flush()
            self.until("commits")

    def take(self, frame: dict[str, Any]) -> None:
        self.frames.append(frame)
        kind = frame["t"]
        if kind == "init":
            self.confirmed, self.revision = steps.ENGINE.node_from_json(frame["doc"]), frame["revision"]
        if kind in ("init", "catchup", "state"):
            self.can = frame["can"]
        if kind in ("catchup", "commits"):
            for commit in frame.get("commits", frame.get("list")):
                self._commit(commit)
        if kind == "nack" and self.sent is not None and frame["ref"] == self.sent["ref"]:
            back = [step.invert(tree) for step, tree in self._flown()]
            kept = steps.rebase(self.waiting, list(reversed(back)), self.confirmed)
            self.flying, self.waiting, self.sent = [], list(kept.steps), None

    def _flown(self) -> list[tuple[Any, Any]]:
        pairs, tree = [], self.confirmed
        for step in self.flying:
            pairs.append((step, tree))
            tree = steps.apply(tree, step)
        return pairs

    def _commit(self, commit: dict[str, Any]) -> None:
        mine = self.sent is not None and commit["ref"] == self.sent["ref"]
        logged = [steps.parse_step(full(step)) for step in commit["steps"]]
        if commit["revision"] > self.revision:
            assert commit["revision"] - len(logged) == self.revision, "a commit is missing"
            if mine:
                back = list(reversed([step.invert(tree) for step, tree in self._flown()]))
                self._advance(logged)
                self.waiting = list(steps.rebase(self.waiting, [*back, *logged], self.confirmed).steps)
                self.flying = []
            else:
                self._advance(logged)
                moved = steps.rebase([*self.flying, *self.waiting], logged, self.confirmed)
                flew = sum(place < len(self.flying) for place in moved.kept)
                self.flying, self.waiting = list(moved.steps[:flew]), list(moved.steps[flew:])
            self.revision = commit["revision"]
        elif mine:
            self.waiting, self.flying = [], []
        if mine:
            self.sent = None

    def _advance(self, logged: list[Any]) -> None:
        for step in logged:
            self.confirmed = steps.apply(self.confirmed, step)
            assert self.confirmed is not None


def closing_code(editor: Editor) -> int:
    """The code with which the authority closes the socket."""
    try:
        while True:
            editor.take(editor.socket.receive_json(timeout=15))
    except WebSocketDisconnect as closed:
        return closed.code
