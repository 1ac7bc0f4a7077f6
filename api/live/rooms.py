"""The rooms of one server process: opened when somebody comes, gone when the last one leaves.

They belong to the event loop; other threads reach them by `Rooms.notify` alone. On PostgreSQL, where several processes
may have one version open, each tells the others what it has logged.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from litestar import Litestar

from api.live.client import RESTARTING, Client
from api.live.hosts import Hosts, Word, stop
from api.live.room import Room
from api.visit import Services

#: How long the end of the application waits for commits that are being made.
ENDING: Final = 10.0


@dataclass(slots=True)
class Rooms:
    """Every room of this process."""

    services: Services
    rooms: dict[str, Room] = field(default_factory=dict)
    tasks: set["asyncio.Task[None]"] = field(default_factory=set)
    loop: asyncio.AbstractEventLoop | None = None
    closing: bool = False
    hosts: Hosts | None = None

    def enter(self, version_id: str, client: Client, have: int | None) -> Room:
        """The version's room, with the client in line for its first frame."""
        self.loop = asyncio.get_running_loop()
        room = self.rooms.get(version_id)
        if room is None or room.ended:
            room = self.rooms[version_id] = Room(self.services, version_id, self.hosts)
            room.presence.introduce(asks=True)
            room.join(client, have)
            task = asyncio.create_task(self._run(room))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        else:
            room.join(client, have)
        if self.closing:
            client.close(RESTARTING)
        return room

    def notify(self, version_id: str) -> None:
        """Says from any thread that the version was changed: its text, its state or its threads. Never waits."""
        loop = self.loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._nudge, version_id)

    @asynccontextmanager
    async def lifespan(self, _app: Litestar) -> AsyncIterator[None]:
        """The rooms while the application runs; at its end the sockets are closed and running commits finished."""
        self.loop = asyncio.get_running_loop()
        listening = self._listen()
        try:
            yield
        finally:
            self.closing = True
            for room in list(self.rooms.values()):
                room.end(RESTARTING)
            if self.tasks:
                await asyncio.wait(set(self.tasks), timeout=ENDING)
            if listening is not None:
                await stop({listening})

    def _listen(self) -> "asyncio.Task[None] | None":
        """The task that speaks with the other processes, where there can be any."""
        if self.services.engine.dialect.name != "postgresql":
            return None
        self.hosts = Hosts(self.services.engine.url, self._hear, self._meet, self._lose)
        return asyncio.create_task(self.hosts.run())

    def _hear(self, host: str, word: Word) -> None:
        if room := self.rooms.get(word.version):
            room.hear(host, word)

    def _meet(self) -> None:
        for room in list(self.rooms.values()):
            room.meet()

    def _lose(self, host: str) -> None:
        for room in list(self.rooms.values()):
            room.lose(host)

    async def _run(self, room: Room) -> None:
        try:
            await room.run()
        finally:
            if self.rooms.get(room.version_id) is room:
                del self.rooms[room.version_id]

    def _nudge(self, version_id: str) -> None:
        if self.hosts is not None:
            self.hosts.tell(Word(version_id, changed=True))
        if room := self.rooms.get(version_id):
            room.nudge()
