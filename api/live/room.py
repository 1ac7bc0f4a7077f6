"""A room: everybody who has one version open, with one task that takes commits and tells what is on disk.

It belongs to the event loop. Batches form by themselves: a commit is taken at once, and whatever comes in while a
transaction runs is taken by the next one, which waits a little for more where others have just been taken.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, ParamSpec, TypeVar

from sqlalchemy.exc import OperationalError, SQLAlchemyError

from api.errors import Fault, SignInRequired
from api.live import work
from api.live.client import MALFORMED, MAY_NOT_SEE, OWN_FAULT, SIGNED_OUT, TRY_LATER, UNKNOWN_VERSION, Client
from api.live.frames import Commit, Cursor, Logged, Resolve, commit_value, write_frame
from api.live.hosts import Hosts, Word
from api.live.presence import Presence
from api.live.turn import Sent
from api.live.work import Look, Opening, Sight
from api.refusals import Refusal, refusal, say
from api.visit import Services
from guidelines.authority import Accepted
from guidelines.deciding import Decided
from guidelines.document_cache import DocumentCache
from guidelines.errors import InvalidStep, UnknownVersion

log = logging.getLogger("charte")

LOOK_EVERY: Final = 0.75
HASH_EVERY: Final = 5.0
MOST_CURSORS: Final = 4
#: Malformed steps of one client in a minute before it is closed.
MOST_INVALID: Final = 10
MOST_BATCH: Final = 64
#: Between two batches so much is waited for more: where many write, one transaction and one frame serve several.
PAUSE: Final = 0.008
#: A batch that took longer than this has the next one wait for more, so long at most.
LONG: Final = 0.015
WIDEST: Final = 0.03

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(slots=True)
class Joining:
    """A client that waits for its first frame, and the revision it has."""

    client: Client
    have: int | None


class Room:
    """A version's open editors and the one task that serves them."""

    def __init__(self, services: Services, version_id: str, hosts: Hosts | None = None) -> None:
        self.services, self.version_id, self.hosts = services, version_id, hosts
        self.cache = DocumentCache(most=1)
        self.clients: dict[str, Client] = {}
        self.joining: list[Joining] = []
        self.commits: list[tuple[Client, Commit | Resolve]] = []
        self.presence = Presence(version_id, self.clients, hosts)
        self.revision = -1
        #: How far another process says that the log has come.
        self.heard = -1
        self.seen: Look | None = None
        self.nudged = self.ended = False
        #: When the last batch of commits was made, and how long it took.
        self.batched = self.took = 0.0
        self.wake = asyncio.Event()
        self.looked = self.hashed = 0.0
        self.hashed_revision = -1
        self.invalid: dict[str, list[float]] = {}

    @property
    def is_empty(self) -> bool:
        return not self.clients and not self.joining

    def join(self, client: Client, have: int | None) -> None:
        """Puts a client in line for its first frame."""
        self.joining.append(Joining(client, have))
        self.wake.set()

    def commit(self, client: Client, commit: Commit | Resolve) -> None:
        """Puts a commit or decisions in line; a client has one of each at a time."""
        decides = isinstance(commit, Resolve)
        if client.resolving if decides else client.committing:
            client.close(MALFORMED)
            return
        client.resolving, client.committing = client.resolving or decides, client.committing or not decides
        self.commits.append((client, commit))
        self.wake.set()

    def point(self, client: Client, cursor: Cursor) -> None:
        """Notes where a client is; the others are told ten times a second at most."""
        self.presence.point(client.id, cursor)
        self.wake.set()

    def hear(self, host: str, word: Word) -> None:
        """Takes what another process says of this version."""
        self.heard = max(self.heard, word.revision)
        self.nudged = self.nudged or word.changed
        if self.presence.hear(host, word) and not self.presence.nameless:
            self.presence.tell_people()
        if word.asks:
            self.presence.introduce()
        self.wake.set()

    def meet(self) -> None:
        """Other processes may have come, and words of theirs been missed."""
        self.presence.introduce(asks=True)
        self.nudge()

    def lose(self, host: str) -> None:
        """Another process is gone."""
        if self.presence.lose(host):
            self.presence.tell_people()

    def nudge(self) -> None:
        """Something about the version was changed by another path: look at once."""
        self.nudged = True
        self.wake.set()

    def leave(self, client: Client) -> None:
        """Forgets a client. Its commit, if one is in line, is still taken: the writer asked for it."""
        self.joining = [joining for joining in self.joining if joining.client is not client]
        self.presence.leave(client.id)
        self.invalid.pop(client.id, None)
        if self.clients.pop(client.id, None) is not None:
            self.presence.introduce()
            self.presence.tell_people()
        self.wake.set()

    def end(self, code: int, trouble: str = "") -> None:
        """Closes every client, with words on the trouble if there is any, and lets the task come to its end."""
        self.ended = True
        for client in self._everybody():
            if trouble:
                client.tell_trouble(trouble)
            client.close(code)
        self.wake.set()

    async def run(self) -> None:
        """Serves until the last client has left. When it fails, clients are closed: they reconnect to a new room."""
        try:
            while not self.ended and not (self.is_empty and not self.commits):
                await self._wait()
                await self._serve()
        except UnknownVersion:
            self.end(UNKNOWN_VERSION)
        except SQLAlchemyError as error:
            log.error("the database does not serve the room of %s", self.version_id, exc_info=error)
            self.end(TRY_LATER, trouble=work.trouble(error))
        except Exception as error:
            log.error("the room of %s failed", self.version_id, exc_info=error)
            self.end(OWN_FAULT)
        finally:
            self.ended = True

    async def _serve(self) -> None:
        if self.joining:
            await self._let_in()
        if self.commits:
            await self._take_commits()
        if self.heard > self.revision >= 0:
            await self._keep_up(self.heard)
        if nameless := self.presence.nameless:
            self.presence.names |= await self._do(work.names, nameless)
            self.presence.tell_people()
        now = time.monotonic()
        if self.clients and (self.nudged or now - self.looked >= LOOK_EVERY):
            await self._look()
        if (due := self.presence.due()) is not None and due <= 0:
            self.presence.tell_cursors(now)
        if self.clients and self.hashed_revision != self.revision and now - self.hashed >= HASH_EVERY:
            await self._tell_hash()

    async def _wait(self) -> None:
        if self.commits or self.joining or self.nudged:
            self.wake.clear()
            return
        due = self.looked + LOOK_EVERY - time.monotonic()
        if (pointing := self.presence.due()) is not None:
            due = min(due, pointing)
        with suppress(TimeoutError):
            await asyncio.wait_for(self.wake.wait(), max(0.0, due))
        self.wake.clear()

    async def _take_commits(self) -> None:
        begun = time.monotonic()
        since = begun - self.batched
        if self.took > LONG and since < WIDEST:
            await asyncio.sleep(min(self.took, WIDEST))
        elif since < PAUSE:
            await asyncio.sleep(PAUSE - since)
        begun = time.monotonic()
        taken, self.commits = self.commits[:MOST_BATCH], self.commits[MOST_BATCH:]
        batch = [Sent(client.token, commit) for client, commit in taken]
        made = await self._do(work.make, self.revision, batch, self.cache)
        self.batched = time.monotonic()
        self.took = self.batched - begun
        if made.commits:
            self.revision = made.revision
            self._tell(made.commits, made.names)
            if made.suggestions is not None:
                self._send_all(write_frame("suggestions", list=made.suggestions))
            if self.hosts is not None:
                self.hosts.tell(Word(self.version_id, revision=made.revision))
        told = {commit.revision for commit in made.commits}
        for (client, commit), answer in zip(taken, made.answers, strict=True):
            client.resolving = client.resolving and not isinstance(commit, Resolve)
            client.committing = client.committing and isinstance(commit, Resolve)
            with self._alone(client):
                self._answer(client, commit, answer, told)

    def _answer(
        self, client: Client, commit: Commit | Resolve, answer: Accepted | Decided | Exception, told: set[int]
    ) -> None:
        if isinstance(answer, Accepted | Decided):
            if not answer.steps or answer.revision not in told:
                alone = work.again(answer, client.person_id)
                client.send(write_frame("commits", list=[commit_value(alone, {client.person_id: client.name})]))
            return
        if isinstance(answer, SignInRequired):
            client.close(SIGNED_OUT, "sign_in_required")
            return
        refused = _refusal(answer, client.language)
        code = str(answer.facts["kind"]) if isinstance(answer, InvalidStep) else refused.code
        client.send(write_frame("nack", ref=commit.ref, code=code, title=refused.title, detail=refused.detail))
        if isinstance(answer, InvalidStep):
            self._count_invalid(client)

    def _count_invalid(self, client: Client) -> None:
        now = time.monotonic()
        recent = [moment for moment in self.invalid.get(client.id, []) if now - moment < 60]
        self.invalid[client.id] = [*recent, now]
        if len(recent) + 1 >= MOST_INVALID:
            client.close(MALFORMED)

    async def _let_in(self) -> None:
        while self.joining:
            joining = self.joining[0]
            client = joining.client
            found = None
            with self._alone(client):
                found = await self._do(work.opening, client.token, joining.have, self.cache)
                if found is not None:
                    client.session_key = await self._do(work.session_key, found.look.sights[client.token])
            if found is not None:
                await self._keep_up(found.look.revision)
            if joining not in self.joining:
                continue  # it left meanwhile
            self.joining.remove(joining)
            with self._alone(client):
                self._receive(client, found)

    def _receive(self, client: Client, found: Opening | None) -> None:
        if found is None:
            client.close(SIGNED_OUT, "sign_in_required")
        elif self._admit(client, found.look.sights[client.token]):
            client.state = found.look.state
            client.threads = write_frame("threads", list=found.threads)
            client.send(self._first_frame(client, found), opening=True)
            if self.seen is None:
                self.seen, self.looked = found.look, time.monotonic()
            self.presence.introduce()
            self.presence.tell_people(but=client)
            self.presence.tell_cursors_to(client)

    def _first_frame(self, client: Client, found: Opening) -> str:
        more: dict[str, Any] = {
            "revision": found.look.revision,
            "can": client.can,
            "decide": client.decides,
            "session": client.session_key,
            "suggestions": found.suggestions,
            "state": found.look.state,
            "you": {"id": client.person_id, "name": client.name, "client": client.id},
            "threads": found.threads,
            "people": self.presence.people(),
        }
        if found.commits is None:
            return write_frame("init", doc=found.document, hash=found.hash, **more)
        return write_frame("catchup", commits=[commit_value(one, dict(found.names)) for one in found.commits], **more)

    def _admit(self, client: Client, sight: Sight) -> bool:
        if sight.actor is None:
            client.close(SIGNED_OUT, "sign_in_required")
        elif not sight.sees:
            client.close(MAY_NOT_SEE, "not_permitted")
        else:
            client.actor, client.person_id, client.name = sight.actor, sight.actor.id, sight.actor.name
            client.language = sight.actor.language
            client.can, client.decides = sight.can, sight.decides
            self.clients[client.id] = client
            return True
        return False

    async def _look(self) -> None:
        self.nudged, self.looked = False, time.monotonic()
        found = await self._do(work.look, {client.token for client in self.clients.values()})
        await self._keep_up(found.revision)
        for client in list(self.clients.values()):
            if client.token in found.sights:
                with self._alone(client):
                    sight = found.sights[client.token]
                    client.session_key = client.session_key or await self._do(work.session_key, sight)
                    self._tell_sight(client, found, sight)
        if self.seen is not None and self.seen.threads != found.threads:
            await self._tell_threads()
        if self.seen is not None and self.seen.suggestions != found.suggestions:
            self._send_all(write_frame("suggestions", list=await self._do(work.suggestions)))
        self.seen = found

    def _tell_sight(self, client: Client, found: Look, sight: Sight) -> None:
        before = (client.can, client.decides, client.state)
        if not self._admit(client, sight) or before == (sight.can, sight.decides, found.state):
            return
        client.state = found.state
        why = " ".join(say(sight.why, {}, client.language)) if sight.why else ""
        may = {"can": sight.can, "decide": sight.decides, "session": client.session_key}
        client.send(write_frame("state", state=found.state, why=why, **may))

    async def _keep_up(self, revision: int) -> None:
        """Tells what came into the log by another path, up to a revision that is on disk."""
        if self.revision < 0:
            self.revision = self.hashed_revision = revision
        if revision > self.revision:
            commits, names = await self._do(work.missed, self.revision, revision)
            self.revision = revision
            self._tell(commits, names)

    async def _tell_threads(self) -> None:
        """Each is told what it may know of; whoever was told just this already is not told again."""
        readers = {client.id: client.actor for client in self.clients.values() if client.actor is not None}
        listed = await self._do(work.threads, readers)
        for client in list(self.clients.values()):
            if client.id in listed and client.threads != (frame := write_frame("threads", list=listed[client.id])):
                client.threads = frame
                client.send(frame)

    async def _tell_hash(self) -> None:
        self.hashed, revision = time.monotonic(), self.revision
        found = await self._do(work.hash_at, revision, self.cache)
        self.hashed_revision = revision
        self._send_all(write_frame("hash", revision=revision, hash=found))
        if self.seen is not None and self.seen.threads[0]:
            await self._tell_threads()

    def _tell(self, commits: Sequence[Logged], names: Mapping[str, str]) -> None:
        if commits:
            self._send_all(write_frame("commits", list=[commit_value(commit, dict(names)) for commit in commits]))

    def _send_all(self, frame: str) -> None:
        for client in self.clients.values():
            client.send(frame)

    def _everybody(self) -> list[Client]:
        return [*self.clients.values(), *(joining.client for joining in self.joining)]

    @contextmanager
    def _alone(self, client: Client) -> Iterator[None]:
        """What fails while one client is answered ends that client's connection, and never the room of the others."""
        try:
            yield
        except (UnknownVersion, OperationalError):
            raise
        except Exception as error:
            log.error("a client in the room of %s cannot be answered", self.version_id, exc_info=error)
            client.close(OWN_FAULT)

    async def _do(self, act: Callable[..., T], *arguments: Any) -> T:
        """Runs a piece of work on this version in a thread."""
        return await asyncio.to_thread(act, self.services, self.version_id, *arguments)


def _refusal(error: Exception, language: str) -> Refusal:
    """The refusal in words; where no words can be made of it, that something failed here."""
    try:
        return refusal(error, language)
    except Exception as failed:
        fault = f"{id(failed):x}"[-8:]
        log.error("fault %s: there are no words for a refusal", fault, exc_info=failed)
        return refusal(Fault(fault=fault), language)
