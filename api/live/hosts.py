"""The other server processes on the same PostgreSQL: what they have logged, and who has which version open there.

Everything goes over one NOTIFY channel, after the commit it tells of, on connections of its own. Texts never do: a
version's id and the revision that its log has reached, people and clients by id, and places. Nothing depends on a word
arriving: each room looks for itself about once a second.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import URL

from api.secrets import new_id

if TYPE_CHECKING:
    from psycopg import AsyncConnection

log = logging.getLogger("charte")

CHANNEL: Final = "charte_live"
#: PostgreSQL takes fewer than 8,000 bytes.
MOST_PAYLOAD: Final = 7_800
#: People and places of one version that one process tells the others.
MOST_TOLD: Final = 60
#: A process says this often that it is there, and is gone when it was not heard for so long.
BEAT: Final = 2.0
GONE: Final = 7.0
AGAIN: Final = 1.0

#: Client, person.
Here = tuple[str, str]
#: Client, revision, anchor, head.
Place = tuple[str, int, int, int]


class Word(msgspec.Struct, omit_defaults=True):
    """What a process says about one version; what it leaves out it says nothing of."""

    version: str
    #: How far the log has come.
    revision: int = -1
    #: State, rights or threads moved: look.
    changed: bool = False
    #: Everybody who has the version open in that process.
    people: list[Here] | None = None
    places: list[Place] | None = None
    #: A room was opened here: say who is there.
    asks: bool = False


class Said(msgspec.Struct, omit_defaults=True):
    """One NOTIFY."""

    host: str
    words: list[Word] = []
    gone: bool = False


class Hosts:
    """This process among the others. It belongs to the event loop."""

    def __init__(
        self, url: URL, hear: Callable[[str, Word], None], meet: Callable[[], None], lose: Callable[[str], None]
    ) -> None:
        """`hear` takes another's word; `meet` is called when words may have been missed; `lose` is told who is gone."""
        self.url, self.hear, self.meet, self.lose = url, hear, meet, lose
        self.id = new_id()
        self.others: dict[str, float] = {}
        self.waiting: dict[str, Word] = {}
        self.wake = asyncio.Event()
        self.connected = False

    def tell(self, word: Word) -> None:
        """Puts a word in line; with others about the same version it becomes one. Places are not kept for later."""
        if not self.connected:
            word.places = None
        known = self.waiting.setdefault(word.version, word)
        if known is not word:
            known.revision = max(known.revision, word.revision)
            known.changed, known.asks = known.changed or word.changed, known.asks or word.asks
            known.people = known.people if word.people is None else word.people
            known.places = _newest(known.places, word.places)
        self.wake.set()

    async def run(self) -> None:
        """Speaks and listens from the first word on; after a fault it begins again."""
        import psycopg

        await self.wake.wait()
        while True:
            try:
                await self._serve()
            except (psycopg.Error, OSError, TimeoutError) as error:
                log.warning("the channel to the other server processes is cut, texts go on: %s", error)
            finally:
                self.connected = False
            await asyncio.sleep(AGAIN)

    async def _serve(self) -> None:
        async with await self._connect() as ear, await self._connect() as mouth:
            await ear.execute(f"LISTEN {CHANNEL}")
            # Neither durable nor worth a wait: the rows that it tells of are.
            await mouth.execute("SET synchronous_commit = off")
            self.connected = True
            self.meet()
            tasks = {asyncio.create_task(self._listen(ear)), asyncio.create_task(self._speak(mouth))}
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            finally:
                await stop(tasks)
                with suppress(Exception):
                    async with asyncio.timeout(AGAIN):
                        await self._notify(mouth, Said(self.id, gone=True))

    async def _connect(self) -> "AsyncConnection[Any]":
        from psycopg import AsyncConnection

        address = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        return await AsyncConnection.connect(address, autocommit=True, connect_timeout=10)

    async def _listen(self, ear: "AsyncConnection[Any]") -> None:
        """One's own beats come back: when they do not, the connection is dead."""
        while True:
            heard = 0
            async for notice in ear.notifies(timeout=GONE, stop_after=1):
                heard += 1
                self._take(notice.payload)
            if not heard:
                raise TimeoutError("nothing is heard")

    def _take(self, payload: str) -> None:
        now = asyncio.get_running_loop().time()
        for host in [host for host, heard in self.others.items() if now - heard > GONE]:
            self._forget(host)
        try:
            said = msgspec.json.decode(payload, type=Said)
        except msgspec.DecodeError:
            return  # not one of ours, or of another release: rooms look for themselves
        if said.host == self.id:
            return
        if said.gone:
            self._forget(said.host)
            return
        known, self.others[said.host] = said.host in self.others, now
        if not known:
            self.meet()
        for word in said.words:
            self.hear(said.host, word)

    def _forget(self, host: str) -> None:
        if self.others.pop(host, None) is not None:
            self.lose(host)

    async def _speak(self, mouth: "AsyncConnection[Any]") -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(BEAT):
                    await self.wake.wait()
            self.wake.clear()
            words, self.waiting = list(self.waiting.values()), {}
            for said in self._parcels(words):
                await self._notify(mouth, said)

    def _parcels(self, words: list[Word]) -> Iterator[Said]:
        """The words in as few notices as they fit in; one without words is a beat."""
        parcel, size = Said(self.id), 0
        for word in words:
            word.people = word.people and word.people[:MOST_TOLD]
            word.places = word.places and word.places[:MOST_TOLD]
            length = len(msgspec.json.encode(word)) + 1
            if parcel.words and size + length > MOST_PAYLOAD - 100:
                yield parcel
                parcel, size = Said(self.id), 0
            parcel.words.append(word)
            size += length
        yield parcel

    async def _notify(self, mouth: "AsyncConnection[Any]", said: Said) -> None:
        payload = msgspec.json.encode(said)
        if len(payload) <= MOST_PAYLOAD:
            await mouth.execute("SELECT pg_notify(%s, %s)", (CHANNEL, payload.decode()))


async def stop(tasks: set["asyncio.Task[None]"]) -> None:
    """Cancels tasks until they have ended: a `wait_for` that ends at the same moment can swallow one cancellation."""
    while tasks:
        for task in tasks:
            task.cancel()
        done, tasks = await asyncio.wait(tasks, timeout=0.1)
        for task in done:
            task.cancelled() or task.exception()


def _newest(known: list[Place] | None, more: list[Place] | None) -> list[Place] | None:
    if not known or not more:
        return more or known
    return list({place[0]: place for place in (*known, *more)}.values())
