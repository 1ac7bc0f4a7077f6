"""Published pages for visitors without an account, kept as bytes in front of the application.

What a publication says never changes; what is in force does. Every page is therefore kept under a generation: a value
read from the database at most once a second, that differs as soon as something is published or withdrawn, in whatever
process. A page is thus at most a second behind. Whoever carries a session cookie passes by: their page is their own.
"""

import asyncio
import gzip
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

PATHS: Final = re.compile(r"/(?:fr|en)/handbook(?:/(?!search$)[a-z0-9-]+(?:/[0-9.]+)?)?")
FRESH: Final = 1.0
MOST: Final = 512


@dataclass(frozen=True, slots=True)
class Kept:
    """One page, ready to send: its headers and bytes as they are and compressed."""

    etag: bytes
    plain: Message
    plain_body: Message
    packed: Message
    packed_body: Message
    unchanged: Message


class PageCache:
    """An ASGI application in front of another. `generation` reads the database and is called in a thread."""

    def __init__(
        self,
        app: ASGIApp,
        generation: Callable[[], object],
        *,
        cookie: str,
        elapsed: Callable[[], float] = monotonic,
    ) -> None:
        self.app = app
        self.generation = generation
        self.cookie = f"{cookie}=".encode()
        self.elapsed = elapsed
        self.pages: dict[str, Kept] = {}
        self.current: object = None
        self.checked = float("-inf")
        self.checking = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers from memory when it may, else asks the application and keeps what may be kept."""
        if scope["type"] != ScopeType.HTTP or not self._may_keep(scope):
            await self.app(scope, receive, send)
            return
        if self.elapsed() - self.checked > FRESH:
            await self._check()
        path = scope["path"]
        kept = self.pages.get(path)
        if kept is None:
            generation = self.current
            kept = await self._ask(scope, receive, send)
            if kept is None:
                return
            if generation == self.current:
                while len(self.pages) >= MOST:
                    self.pages.pop(next(iter(self.pages)))
                self.pages[path] = kept
        await _answer(kept, scope, send)

    def _may_keep(self, scope: HTTPScope) -> bool:
        if scope["method"] != "GET" or scope["query_string"] or not PATHS.fullmatch(scope["path"]):
            return False
        return not any(
            name == b"authorization" or (name == b"cookie" and self.cookie in value) for name, value in scope["headers"]
        )

    async def _check(self) -> None:
        async with self.checking:
            if self.elapsed() - self.checked <= FRESH:
                return
            found = await asyncio.to_thread(self.generation)
            if found != self.current:
                self.pages.clear()
                self.current = found
            self.checked = self.elapsed()

    async def _ask(self, scope: HTTPScope, receive: Receive, send: Send) -> Kept | None:
        """The application's answer to keep; one that is not a plain page is passed on as it comes."""
        start: Message | None = None
        parts: list[bytes] = []
        passed = False

        async def catch(message: Message) -> None:
            nonlocal start, passed
            if message["type"] == "http.response.start":
                start = message
                passed = message["status"] != 200
            elif message["type"] == "http.response.body" and not passed:
                parts.append(message["body"])
            if passed:
                await send(message)

        await self.app(scope, receive, catch)
        if passed or start is None:
            return None
        return _keep(start, b"".join(parts))


def _keep(start: Message, body: bytes) -> Kept:
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'.encode()
    raw: list[tuple[bytes, bytes]] = list(start["headers"])  # type: ignore[typeddict-item]
    headers = [pair for pair in raw if pair[0] not in (b"content-length", b"cache-control", b"etag", b"vary")]
    headers += [(b"etag", etag), (b"cache-control", b"no-cache"), (b"vary", b"accept-encoding, cookie")]
    packed = gzip.compress(body, 9, mtime=0)
    length = (b"content-length", str(len(body)).encode())
    packed_headers = [*headers, (b"content-length", str(len(packed)).encode()), (b"content-encoding", b"gzip")]
    return Kept(
        etag,
        {"type": "http.response.start", "status": 200, "headers": [*headers, length]},
        {"type": "http.response.body", "body": body, "more_body": False},
        {"type": "http.response.start", "status": 200, "headers": packed_headers},
        {"type": "http.response.body", "body": packed, "more_body": False},
        {"type": "http.response.start", "status": 304, "headers": headers},
    )


async def _answer(kept: Kept, scope: HTTPScope, send: Send) -> None:
    wants_gzip = False
    for name, value in scope["headers"]:
        if name == b"if-none-match" and kept.etag in value:
            await send(kept.unchanged)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        if name == b"accept-encoding":
            wants_gzip = b"gzip" in value
    if wants_gzip:
        await send(kept.packed)
        await send(kept.packed_body)
    else:
        await send(kept.plain)
        await send(kept.plain_body)
