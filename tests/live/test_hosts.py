"""Several servers on one PostgreSQL: one text, one order, and everybody sees everybody."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import Engine, text
from sqlmodel import SQLModel

from api.live import hosts, room
from guidelines.document import document_hash
from tests.api.live_house import Editor, LiveHouse, delete, insert

Pair = tuple[tuple[LiveHouse, "TestClient[Litestar]"], tuple[LiveHouse, "TestClient[Litestar]"]]


@pytest.fixture
def pair(postgres_engine: Engine) -> Iterator[Pair]:
    """Two servers on one database; each has its rooms to itself."""
    tables = ", ".join(table.name for table in SQLModel.metadata.sorted_tables)
    with postgres_engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
    houses = (LiveHouse(postgres_engine), LiveHouse(postgres_engine, None))
    with TestClient(houses[0].app) as one, TestClient(houses[1].app) as two:
        yield (houses[0], one), (houses[1], two)


@pytest.fixture
def deaf_to_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """No room looks for itself: what arrives came by a word of the other server."""
    monkeypatch.setattr(room, "LOOK_EVERY", 600.0)


@pytest.fixture
def opened(pair: Pair) -> Iterator[tuple[Editor, Editor]]:
    """Aïcha on the first server and Julie on the second, each knowing of the other."""
    (here, one), (there, two) = pair
    with ExitStack() as stack:
        aicha = Editor(stack.enter_context(here.connect(one, "aicha")), name="a")
        julie = Editor(stack.enter_context(there.connect(two, "julie")), name="j")
        aicha.open()
        julie.open()
        for editor in (aicha, julie):
            _until(editor, lambda editor=editor: _people(editor) == ["Aicha", "Julie"])
        yield aicha, julie


def _people(editor: Editor) -> list[str]:
    told = [frame for frame in editor.frames if frame["t"] in ("init", "people")]
    return sorted(person["name"] for person in told[-1].get("people", told[-1].get("list")))


def _until(editor: Editor, holds: Any, patience: float = 10.0) -> float:
    """Takes frames until something holds; how long it took."""
    started = time.monotonic()
    while not holds():
        assert time.monotonic() - started < patience, editor.frames[-3:]
        editor.drain(0.02)
    return time.monotonic() - started


@pytest.mark.usefixtures("deaf_to_the_clock")
def test_what_is_typed_on_one_server_is_read_on_the_other_at_once(pair: Pair, opened: tuple[Editor, Editor]) -> None:
    aicha, julie = opened
    waits = []
    for number in range(1, 11):
        aicha.type(insert(1, "x"))
        aicha.flush()
        waits.append(_until(julie, lambda number=number: julie.revision == number))
        aicha.settle()
    assert sorted(waits)[5] < 0.5
    assert aicha.hash == julie.hash == document_hash(pair[0][0].document())


@pytest.mark.usefixtures("deaf_to_the_clock")
def test_writers_on_two_servers_end_with_one_text(pair: Pair, opened: tuple[Editor, Editor]) -> None:
    aicha, julie = opened
    for number in range(60):
        editor = (aicha, julie)[number % 2]
        editor.type(insert(1 + 11 * (number % 2), f"{number} "))
        if number % 7 == 6:
            editor.type(delete(1, 3))
        editor.flush()
        editor.drain(0.001)
    for editor in (aicha, julie):
        editor.settle()
    log = pair[0][0].log()
    for editor in (aicha, julie):
        _until(editor, lambda editor=editor: editor.revision == log[-1][0])
    assert [revision for revision, _, _ in log] == list(range(1, len(log) + 1))
    assert {who for _, _, who in log} == {"aicha", "julie"}
    assert aicha.hash == julie.hash == document_hash(pair[0][0].document())


@pytest.mark.usefixtures("deaf_to_the_clock")
def test_places_are_told_to_the_other_server_and_stored_nowhere(pair: Pair, opened: tuple[Editor, Editor]) -> None:
    aicha, julie = opened
    me = julie.frames[0]["you"]["client"]
    place = {"client": me, "id": "julie", "name": "Julie", "revision": 0, "anchor": 3, "head": 5}

    def seen() -> bool:
        julie.socket.send_json({"t": "cursor", "revision": 0, "anchor": 3, "head": 5})
        return any(place in frame["list"] for frame in aicha.frames if frame["t"] == "cursors")

    _until(aicha, seen)
    assert pair[0][0].log() == []


@pytest.mark.usefixtures("deaf_to_the_clock")
def test_who_leaves_the_other_server_is_gone_here(pair: Pair) -> None:
    (here, one), (there, two) = pair
    with here.connect(one, "aicha") as socket:
        aicha = Editor(socket)
        aicha.open()
        with there.connect(two, "julie") as other:
            Editor(other).open()
            _until(aicha, lambda: _people(aicha) == ["Aicha", "Julie"])
        _until(aicha, lambda: _people(aicha) == ["Aicha"])


@pytest.mark.usefixtures("deaf_to_the_clock")
def test_a_change_of_state_by_the_other_server_ends_editing_within_a_second(
    pair: Pair, opened: tuple[Editor, Editor]
) -> None:
    aicha, julie = opened
    aicha.type(insert(1, "New: "))
    aicha.settle()
    _until(julie, lambda: julie.revision == 1)
    pair[0][0].act(lambda acting: acting.submit("v1"))
    pair[0][0].app.state.services.extras["notify"]("v1")  # as the page that submits does
    for editor in opened:
        assert _until(editor, lambda editor=editor: editor.can != "edit") < 1.0
    assert [frame["state"] for frame in julie.frames if frame["t"] == "state"] == ["in_review"]


def test_without_a_word_the_other_server_looks_for_itself(
    pair: Pair, opened: tuple[Editor, Editor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The net: no NOTIFY arrives at all."""
    aicha, julie = opened

    async def mute(*_: Any) -> None: ...

    monkeypatch.setattr(hosts.Hosts, "_notify", mute)
    aicha.type(insert(1, "x"))
    aicha.settle()
    assert _until(julie, lambda: julie.revision == 1) < 2.0
    pair[0][0].act(lambda acting: acting.submit("v1"))
    assert _until(julie, lambda: julie.can != "edit") < 1.5


def test_the_channel_comes_back_after_its_connections_are_cut(pair: Pair, opened: tuple[Editor, Editor]) -> None:
    aicha, julie = opened
    ids = {house.app.state.services.extras["rooms"].hosts.id for house, _ in pair}
    with pair[0][0].engine.connect() as connection:
        cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query ILIKE 'listen charte%'"
        assert connection.execute(text(cut)).scalar() == len(ids) == 2
    started = time.monotonic()
    while time.monotonic() - started < 15:
        aicha.type(insert(1, "x"))
        aicha.settle()
        if _until(julie, lambda: julie.revision == aicha.revision) < 0.2 and time.monotonic() - started > 2:
            break
    assert aicha.hash == julie.hash
    rooms = pair[1][0].app.state.services.extras["rooms"]
    assert rooms.hosts.connected


def test_a_server_that_falls_silent_is_forgotten_with_its_people(
    pair: Pair, opened: tuple[Editor, Editor], monkeypatch: pytest.MonkeyPatch
) -> None:
    aicha, _ = opened
    silent = pair[1][0].app.state.services.extras["rooms"].hosts
    monkeypatch.setattr(hosts, "GONE", 1.0)
    monkeypatch.setattr(hosts, "BEAT", 0.2)
    real = hosts.Hosts._notify

    async def mute(self: Any, mouth: Any, said: Any) -> None:
        if self is not silent:
            await real(self, mouth, said)

    monkeypatch.setattr(hosts.Hosts, "_notify", mute)
    _until(aicha, lambda: _people(aicha) == ["Aicha"])


def test_nothing_but_ids_and_places_is_said_between_servers(pair: Pair, opened: tuple[Editor, Editor]) -> None:
    aicha, julie = opened
    import psycopg

    url = pair[0][0].engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as ear:
        ear.execute(f"LISTEN {hosts.CHANNEL}")
        aicha.type(insert(1, "SECRET"))
        aicha.settle()
        aicha.socket.send_json({"t": "cursor", "revision": 1, "anchor": 3, "head": 5})
        _until(julie, lambda: any(frame["t"] == "cursors" for frame in julie.frames))
        heard = [notice.payload for notice in ear.notifies(timeout=0.5)]
    assert any('"revision":1' in payload for payload in heard)
    assert not any("SECRET" in payload or "Aicha" in payload for payload in heard)
    assert max(len(payload) for payload in heard) < 8_000


def test_many_people_and_places_fit_in_notices_that_postgresql_takes() -> None:
    told = hosts.Hosts(None, lambda *_: None, lambda: None, lambda _: None)  # type: ignore[arg-type]
    told.connected = True
    for number in range(40):
        people = [(f"{client:016x}", f"{client:032x}") for client in range(200)]
        places = [(f"{client:016x}", 10**9, 10**9, 10**9) for client in range(200)]
        told.tell(hosts.Word(f"{number:032x}", revision=number, people=people, places=places))
    import msgspec

    parcels = list(told._parcels(list(told.waiting.values())))
    assert sum(len(parcel.words) for parcel in parcels) == 40
    assert max(len(msgspec.json.encode(parcel)) for parcel in parcels) <= hosts.MOST_PAYLOAD
