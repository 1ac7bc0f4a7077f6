"""The rooms of one server process: opened when somebody comes, gone when the last one leaves.

They belong to the event loop; other threads reach them by `Rooms.notify` alone.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from litestar import Litestar

from api.live.client import RESTARTING, Client
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

    def enter(self, version_id: str, client: Client, have: int | None) -> Room:
        """The version's room, with the client in line for its first frame."""
        self.loop = asyncio.get_running_loop()
        room = self.rooms.get(version_id)
        if room is None or room.ended:
            room = self.rooms[version_id] = Room(self.services, version_id)
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
        try:
            yield
        finally:
            self.closing = True
            for room in list(self.rooms.values()):
                room.end(RESTARTING)
            if self.tasks:
                await asyncio.wait(set(self.tasks), timeout=ENDING)

    async def _run(self, room: Room) -> None:
        try:
            await room.run()
        finally:
            if self.rooms.get(room.version_id) is room:
                del self.rooms[room.version_id]

    def _nudge(self, version_id: str) -> None:
        if room := self.rooms.get(version_id):
            room.nudge()
