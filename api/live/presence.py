"""Who has a version open and where they are, in this process and in the others: told, never stored."""

import time
from collections.abc import Mapping
from typing import Any, Final

from api.live.client import Client
from api.live.frames import Cursor, write_frame
from api.live.hosts import Hosts, Word

CURSORS_EVERY: Final = 0.1


class Presence:
    """The people of one room and their cursors. Cursors are the first thing to be given up."""

    def __init__(self, version_id: str, clients: Mapping[str, Client], hosts: Hosts | None) -> None:
        self.version_id, self.clients, self.hosts = version_id, clients, hosts
        self.cursors: dict[str, Cursor] = {}
        self.moved: set[str] = set()
        self.pointed = 0.0
        #: Process to client to person.
        self.away: dict[str, dict[str, str]] = {}
        self.names: dict[str, str] = {}

    @property
    def nameless(self) -> set[str]:
        """People of other processes whose names are not known here yet."""
        return {person for here in self.away.values() for person in here.values() if person not in self.names}

    def point(self, client_id: str, cursor: Cursor) -> None:
        """Notes where a client is."""
        self.cursors[client_id] = cursor
        self.moved.add(client_id)

    def leave(self, client_id: str) -> None:
        """Forgets a client's place."""
        self.cursors.pop(client_id, None)
        self.moved.discard(client_id)

    def hear(self, host: str, word: Word) -> bool:
        """Takes what another process says of its people; whether those who are here have changed."""
        for client_id, revision, anchor, head in word.places or ():
            self.point(client_id, Cursor(revision, anchor, head))
        if word.people is None:
            return False
        before, after = self.away.pop(host, {}), dict(word.people)
        if after:
            self.away[host] = after
        for client_id in before.keys() - after.keys():
            self.leave(client_id)
        return before != after

    def lose(self, host: str) -> bool:
        """A process is gone, and its people from here; whether there were any."""
        return self.hear(host, Word(self.version_id, people=[]))

    def introduce(self, *, asks: bool = False) -> None:
        """Tells the other processes who is here."""
        if self.hosts is not None:
            here = [(client.id, client.person_id) for client in self.clients.values()]
            self.hosts.tell(Word(self.version_id, people=here, asks=asks))

    def people(self) -> list[dict[str, str]]:
        """Everybody, as `people` says it."""
        here = [{"id": client.person_id, "name": client.name, "client": client.id} for client in self.clients.values()]
        return here + [
            {"id": person, "name": self.names[person], "client": client_id}
            for clients in self.away.values()
            for client_id, person in clients.items()
            if person in self.names
        ]

    def tell_people(self, but: Client | None = None) -> None:
        """Tells who is here, to everybody but one."""
        frame = write_frame("people", list=self.people())
        for client in self.clients.values():
            if client is not but:
                client.send(frame)

    def tell_cursors(self, now: float) -> None:
        """Tells the places that have moved."""
        self.pointed = now
        moved, self.moved = self.moved, set()
        known = self._known()
        places = {of: self._place(of, known) for of in moved if of in known and of in self.cursors}
        for client in self.clients.values():
            others = [place for of, place in places.items() if of != client.id]
            if others:
                client.send(write_frame("cursors", list=others), passing=True)
        own = [(of, self.cursors[of]) for of in places if of in self.clients]
        if self.hosts is not None and own:
            told = [(of, cursor.revision, cursor.anchor, cursor.head) for of, cursor in own]
            self.hosts.tell(Word(self.version_id, places=told))

    def tell_cursors_to(self, client: Client) -> None:
        """Tells one who has just come where the others are."""
        known = self._known()
        others = [self._place(of, known) for of in self.cursors if of in known and of != client.id]
        if others:
            client.send(write_frame("cursors", list=others), passing=True)

    def due(self) -> float | None:
        """When the places that have moved may be told; None when none have."""
        return self.pointed + CURSORS_EVERY - time.monotonic() if self.moved else None

    def _known(self) -> dict[str, tuple[str, str]]:
        known = {client.id: (client.person_id, client.name) for client in self.clients.values()}
        for clients in self.away.values():
            for client_id, person in clients.items():
                if person in self.names:
                    known[client_id] = (person, self.names[person])
        return known

    def _place(self, of: str, known: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
        person, name = known[of]
        cursor = self.cursors[of]
        return {
            "client": of,
            "id": person,
            "name": name,
            "revision": cursor.revision,
            "anchor": cursor.anchor,
            "head": cursor.head,
        }
