"""One open editor: who it is, and what waits to be sent to it, within bounds."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final

from litestar import WebSocket
from litestar.exceptions import WebSocketDisconnect

from api.live.frames import write_frame
from api.refusals import say
from guidelines.people import Actor

MOST_WAITING: Final = 256
MOST_BYTES: Final = 1_048_576
#: How long a closing may take before the connection is given up.
CLOSING: Final = 5.0

SIGNED_OUT: Final = 4001
MAY_NOT_SEE: Final = 4003
UNKNOWN_VERSION: Final = 4004
TOO_SLOW: Final = 4008
MALFORMED: Final = 4009
OTHER_SCHEMA: Final = 4010
SILENT: Final = 1001
OWN_FAULT: Final = 1011
#: The server stops: come back to the next one.
RESTARTING: Final = 1012
#: Nothing can be stored now: keep what is typed and come back.
TRY_LATER: Final = 1013


@dataclass(frozen=True, slots=True)
class Waiting:
    """A frame in line. A passing one may be given up; the opening one does not count."""

    frame: str
    passing: bool = False
    size: int = 0


@dataclass(slots=True, eq=False)
class Client:
    """An open editor, from its first frame to the end of its connection.

    The room puts frames in; `write` takes them out in order. Whoever does not keep up is closed and catches up later:
    cursors are given up first, and the opening frame (the whole text) does not count against the limit.
    """

    id: str
    token: str
    language: str
    #: Known once the room has let it in.
    person_id: str = ""
    name: str = ""
    actor: Actor | None = None
    #: The frame that last told it the threads: others' private ones must not even be felt.
    threads: str = ""
    can: str = "read"
    state: str = ""
    #: A commit of this client waits for its answer.
    committing: bool = False
    #: And so does a decision.
    resolving: bool = False
    #: What ids of suggestions made here begin with; "" while none may be made.
    session_key: str = ""
    #: Whether suggestions of others may be decided on.
    decides: bool = False
    close_code: int | None = None
    waiting: deque[Waiting] = field(default_factory=deque)
    size: int = 0
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    def send(self, frame: str, *, passing: bool = False, opening: bool = False) -> None:
        """Puts a frame in line. A passing one (a cursor) may be given up; the opening one is never too large."""
        if self.close_code is not None:
            return
        if not opening and self._is_full(frame):
            self._give_up_passing()
            if passing:
                return
            if self._is_full(frame):
                self.size -= sum(item.size for item in self.waiting)
                self.waiting.clear()
                self.close(TOO_SLOW)
                return
        size = 0 if opening else len(frame)
        self.size += size
        self.waiting.append(Waiting(frame, passing, size))
        self.wake.set()

    def close(self, close_code: int, reload: str = "", sentence: str = "") -> None:
        """Ends the connection once what waits is sent.

        `reload` is the code of why the page cannot go on, said in words (those of `sentence`, if it has none itself).
        """
        if self.close_code is None and reload:
            title, detail = say(sentence or reload, {}, self.language)
            self.send(write_frame("reload", code=reload, title=title, detail=detail))
        if self.close_code is None:
            self.close_code = close_code
        self.wake.set()
        self.closing.set()

    def tell_trouble(self, code: str) -> None:
        """Says why the connection will be closed though the page is right: what it holds stays there meanwhile."""
        title, detail = say(code, {}, self.language)
        self.send(write_frame("trouble", code=code, title=title, detail=detail))

    async def write(self, socket: "WebSocket[Any, Any, Any]") -> None:
        """Sends what waits until the client is closed or gone."""
        while True:
            while self.waiting:
                item = self.waiting.popleft()
                await socket.send_text(item.frame)
                self.size -= item.size
            if self.close_code is not None:
                return
            self.wake.clear()
            await self.wake.wait()

    async def end(self, socket: "WebSocket[Any, Any, Any]") -> None:
        """Closes the connection with the client's code, if it is still there."""
        if self.close_code is None or socket.connection_state == "disconnect":
            return
        try:
            await asyncio.wait_for(socket.close(self.close_code), CLOSING)
        except (TimeoutError, WebSocketDisconnect, RuntimeError, OSError):
            return

    def _is_full(self, frame: str) -> bool:
        return len(self.waiting) >= MOST_WAITING or self.size + len(frame) > MOST_BYTES

    def _give_up_passing(self) -> None:
        self.size -= sum(item.size for item in self.waiting if item.passing)
        self.waiting = deque(item for item in self.waiting if not item.passing)
