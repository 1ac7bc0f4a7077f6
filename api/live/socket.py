"""The WebSocket `/live/{version_id}`: who is there, the first frame, then frames both ways until one end has enough."""

import asyncio
import hashlib
import time
from importlib.resources import files
from typing import Any, Final

from litestar import WebSocket
from litestar.exceptions import WebSocketDisconnect
from litestar.handlers import websocket
from litestar.params import FromPath

from api.live.client import CLOSING, MALFORMED, OTHER_SCHEMA, OWN_FAULT, SILENT, Client
from api.live.frames import Commit, Cursor, MalformedFrame, Open, Ping, Resolve, read_frame, write_frame
from api.live.room import MOST_CURSORS, Room
from api.live.rooms import Rooms
from api.secrets import new_id
from api.visit import Access, Services, cookie_name, language_of

#: How long a socket may stay silent: before its first frame, and later (the editor pings every 20 s).
OPENING: Final = 10.0
SILENCE: Final = 60.0
#: Both ends must read documents alike.
SCHEMA_HASH: Final = hashlib.sha256(files("guidelines").joinpath("schema.json").read_bytes()).hexdigest()
PONG: Final = write_frame("pong")


@websocket("/live/{version_id:str}", access=Access.MEMBER)
async def live(socket: "WebSocket[Any, Any, Any]", version_id: FromPath[str]) -> None:
    """One open editor. Another site's page is refused before anything is said; the rest learns why it is closed."""
    services: Services = socket.app.state.services
    if socket.headers.get("origin") != services.config.origin:
        await socket.receive()
        await socket.close(code=4403)
        return
    await socket.accept()
    token = socket.cookies.get(cookie_name(services.config), "")
    client = Client(id=new_id(), token=token, language=language_of(socket))
    connection = _Connection(socket, client, services.extras["rooms"], version_id)
    await connection.serve()


class _Connection:
    """A socket between its acceptance and its end."""

    def __init__(self, socket: "WebSocket[Any, Any, Any]", client: Client, rooms: Rooms, version_id: str) -> None:
        self.socket, self.client, self.rooms, self.version_id = socket, client, rooms, version_id
        self.room: Room | None = None
        self.pointed: list[float] = []

    async def serve(self) -> None:
        """Reads and writes until the client is closed or gone; leaves nothing running."""
        client = self.client
        reading = asyncio.create_task(self._read())
        writing = asyncio.create_task(client.write(self.socket))
        closing = asyncio.create_task(client.closing.wait())
        tasks = {reading, writing, closing}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if client.close_code is not None and not writing.done():
                await asyncio.wait({writing}, timeout=CLOSING)
        finally:
            if self.room is not None:
                self.room.leave(client)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await client.end(self.socket)

    async def _read(self) -> None:
        try:
            await self._open(await self._frame(OPENING))
            while self.client.close_code is None:
                self._take(await self._frame(SILENCE))
        except WebSocketDisconnect:
            return
        except MalformedFrame:
            self.client.close(MALFORMED)
        except TimeoutError:
            self.client.close(SILENT)
        except Exception:
            self.client.close(OWN_FAULT)
            raise

    async def _frame(self, patience: float) -> Any:
        async with asyncio.timeout(patience):
            text = await self.socket.receive_text()
        return read_frame(text)

    async def _open(self, frame: Any) -> None:
        if not isinstance(frame, Open):
            raise MalformedFrame("the first frame is open")
        if frame.schema != SCHEMA_HASH:
            self.client.close(OTHER_SCHEMA, "schema_changed", "version_gone")
            return
        self.room = self.rooms.enter(self.version_id, self.client, frame.have)

    def _take(self, frame: Any) -> None:
        room = self.room
        if isinstance(frame, Ping):
            self.client.send(PONG)
        elif isinstance(frame, Commit | Resolve) and room is not None:
            room.commit(self.client, frame)
        elif isinstance(frame, Cursor) and room is not None:
            if self._may_point():
                room.point(self.client, frame)
        else:
            raise MalformedFrame("a second open")

    def _may_point(self) -> bool:
        now = time.monotonic()
        self.pointed = [moment for moment in self.pointed if now - moment < 1.0]
        if len(self.pointed) >= MOST_CURSORS:
            return False
        self.pointed.append(now)
        return True
