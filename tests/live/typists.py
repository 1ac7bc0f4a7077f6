"""Writers over real sockets that type as fast as they are answered, through any cuts, and note all they are told."""

import asyncio
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, text
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from api import accounts
from api.database import make_engine, transaction
from api.live.socket import SCHEMA_HASH
from guidelines import authority, queries, steps
from guidelines.document import Node, document_hash, plain_text
from tests.api.live_house import DOCUMENT, full, insert
from tests.workflow import house as company
from workflow import drafts

WRITERS = ("aicha", "mathieu", "camille", "julie", "samuel")
VERSIONS = ("v1", "v2", "v3")
CUT = (ConnectionClosed, InvalidHandshake, OSError, TimeoutError, EOFError)


def found(engine: Engine, versions: tuple[str, ...] = VERSIONS, document: Node = DOCUMENT) -> dict[str, str]:
    """A company with a draft for each version; answers a session's token for each writer."""
    with transaction(engine) as session:
        acting = company.found(session)
        for version_id in versions:
            drafts.create_guideline(
                session, acting.actor("aicha"), guideline_id=f"g-{version_id}", version_id=version_id,
                slug=version_id, title=version_id, language="en", kind="charter", owner_team="comms",
                document=document, at=acting.tick(),
            )  # fmt: skip
        at = datetime.now(UTC)
        return {name: accounts.open_session(session, name, user_agent="", at=at) for name in WRITERS}


@dataclass
class Typist:
    """One writer in one version: what is confirmed, and one commit under way, as the browser keeps them."""

    url: str
    version_id: str
    name: str
    token: str
    rng: random.Random
    stopping: bool = False
    have: int | None = None
    tree: Any = None
    number: int = 0
    flying: dict[str, Any] | None = None
    opened: int = 0
    acknowledged: dict[str, int] = field(default_factory=dict)
    told: list[tuple[int, str, str]] = field(default_factory=list)
    closed: Counter[int] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)

    async def run(self) -> None:
        while not self.stopping or self.flying is not None:
            try:
                async with self._connected() as socket:
                    await self._type(socket)
            except CUT as cut:
                if isinstance(cut, ConnectionClosed):
                    self.closed[cut.rcvd.code if cut.rcvd else 1006] += 1
                await asyncio.sleep(0.03)

    def _connected(self) -> connect:
        return connect(
            f"ws{self.url.removeprefix('http')}/live/{self.version_id}",
            origin=self.url,  # type: ignore[arg-type]
            additional_headers={"Cookie": f"charte_session={self.token}"},
            open_timeout=5,
            close_timeout=0.2,
            compression=None,
            max_size=None,
            ping_interval=None,
            proxy=None,
        )

    async def _type(self, socket: ClientConnection) -> None:
        await _send(socket, {"t": "open", "schema": SCHEMA_HASH, "have": self.have})
        while await self._take(socket) not in ("init", "catchup"):
            pass
        self.opened += 1
        if self.flying is not None:
            await _send(socket, self.flying)
        while self.flying is not None or not self.stopping:
            if self.flying is None:
                self.number += 1
                ref = f"{self.name}-{self.number}"
                self.flying = {"t": "commit", "ref": ref, "base": self.have, "steps": [self._step(ref)]}
                await _send(socket, self.flying)
            await self._take(socket)

    def _step(self, ref: str) -> dict[str, Any]:
        """A word that can be found again, at a place where no other word is broken."""
        words = self.tree.content.content[0].text_content
        gaps = [0, *(place + 1 for place, letter in enumerate(words) if letter == "]")]
        return insert(1 + self.rng.choice(gaps), f"[{ref}]")

    async def _take(self, socket: ClientConnection) -> str:
        frame = json.loads(await asyncio.wait_for(socket.recv(), 30))
        kind = str(frame["t"])
        assert kind != "nack", frame
        if kind == "trouble":
            self.troubles.append(frame["code"])
        if kind == "init":
            self.have, self.tree = frame["revision"], steps.ENGINE.node_from_json(frame["doc"])
        for commit in frame.get("commits", frame.get("list", []) if kind == "commits" else []):
            self._advance(commit)
        return kind

    def _advance(self, commit: dict[str, Any]) -> None:
        who = commit["by"]["id"]
        assert self.have is not None
        if commit["revision"] > self.have:
            assert commit["revision"] - len(commit["steps"]) == self.have, "a commit is missing"
            for step in commit["steps"]:
                self.tree = steps.apply(self.tree, steps.parse_step(full(step)))
            self.have = commit["revision"]
        self.told.append((commit["revision"], commit["ref"], who))
        if self.flying is not None and (commit["ref"], who) == (self.flying["ref"], self.name):
            self.acknowledged[commit["ref"]] = commit["revision"]
            self.flying = None

    @property
    def hash(self) -> str:
        return document_hash(steps.node_of(self.tree))


async def _send(socket: ClientConnection, frame: dict[str, Any]) -> None:
    await socket.send(json.dumps(frame))


def judge(database_url: str, typists: list[Typist]) -> Counter[str]:
    """What became of the acknowledged commits: lost, twice, out of order; and how many there were."""
    engine = make_engine(database_url)
    found: Counter[str] = Counter(lost=0, twice=0, disordered=0)
    for version_id in sorted({typist.version_id for typist in typists}):
        with transaction(engine, read_only=True) as session:
            log = [
                (row.revision, row.ref, row.person_id) for row in queries.steps_between(session, version_id, 0, 10**9)
            ]
            document = authority.open_document(session, version_id).document
        words = plain_text(document)
        stored = {(ref, who): revision for revision, ref, who in log}
        found["disordered"] += [revision for revision, _, _ in log] != list(range(1, len(log) + 1))
        found["twice"] += len(log) - len(stored) + sum(words.count(f"[{ref}]") > 1 for ref, _ in stored)
        found["lost"] += sum(words.count(f"[{ref}]") < 1 for ref, _ in stored)
        for typist in typists:
            if typist.version_id != version_id:
                continue
            found["acknowledged"] += len(typist.acknowledged)
            for ref, revision in typist.acknowledged.items():
                found["lost"] += (ref, typist.name) not in stored
                found["disordered"] += stored.get((ref, typist.name), revision) != revision
            found["lost"] += len(set(typist.told) - set(log))
            own = [ref for _, ref, who in log if who == typist.name]
            found["disordered"] += own != [f"{typist.name}-{number}" for number in range(1, typist.number + 1)]
            found["diverged"] += typist.have == (log[-1][0] if log else 0) and typist.hash != document_hash(document)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    engine.dispose()
    return found
