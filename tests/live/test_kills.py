"""A real server killed at any moment under typing: what anybody was told stands in the log, once and in order."""

import asyncio
import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from api.database import make_engine
from api.migrate import migrate
from tests import postgres
from tests.live.spare import Spare
from tests.live.typists import VERSIONS, WRITERS, Typist, found, judge

pytestmark = pytest.mark.soak
KILLS = 1_000 if os.environ.get("CHARTE_SOAK") else 50


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/charte.db"
    else:
        url = postgres.fresh_database(request.getfixturevalue("postgres_url"), f"kills_{os.getpid()}")
    engine = make_engine(url)
    migrate(engine)
    engine.dispose()
    return url


def typists(database_url: str, url: str, seed: int = 0) -> list[Typist]:
    """Five writers in each of three documents."""
    engine = make_engine(database_url)
    tokens = found(engine)
    engine.dispose()
    return [
        Typist(url, version_id, name, tokens[name], random.Random(f"{seed} {version_id} {name}"))
        for version_id in VERSIONS
        for name in WRITERS
    ]


async def type_through(kills: int, server: Spare, writers: list[Typist], strike: Callable[[], None]) -> None:
    """Lets them type while the server is struck at random moments; at the end all confirm what they have under way."""
    rng = random.Random(11)
    tasks = [asyncio.create_task(writer.run()) for writer in writers]
    for _ in range(kills):
        before = sum(len(writer.acknowledged) for writer in writers)
        async with asyncio.timeout(30):
            while sum(len(writer.acknowledged) for writer in writers) == before:
                await asyncio.sleep(0.005)
                _fail_early(tasks)
        await asyncio.sleep(rng.uniform(0.0, 0.3))
        await asyncio.to_thread(strike)
    for writer in writers:
        writer.stopping = True
    await asyncio.wait_for(asyncio.gather(*tasks), 60)


def _fail_early(tasks: list["asyncio.Task[None]"]) -> None:
    for task in tasks:
        if task.done():
            task.result()


def test_killed_at_any_moment_nothing_that_anybody_was_told_is_lost_doubled_or_moved(
    database_url: str, tmp_path: Path
) -> None:
    with Spare(tmp_path, database_url) as server:
        server.start()
        writers = typists(database_url, server.url)

        def strike() -> None:
            server.kill()
            server.start()

        asyncio.run(type_through(KILLS, server, writers, strike))
    told = judge(database_url, writers)
    assert (told["lost"], told["twice"], told["disordered"], told["diverged"]) == (0, 0, 0, 0)
    assert told["acknowledged"] > 5 * KILLS
    assert min(writer.opened for writer in writers) > KILLS // 5
    print(f"{KILLS} kills, {told['acknowledged']} acknowledged commits")


def test_a_server_that_tells_before_it_has_stored_is_caught(database_url: str, tmp_path: Path) -> None:
    """The broken twin of the test above, struck less often."""
    with Spare(tmp_path, database_url, hasty=True) as server:
        server.start()
        writers = typists(database_url, server.url)

        def strike() -> None:
            server.kill()
            server.start()

        with suppress(AssertionError):  # a writer may meet the gap before it is looked for
            asyncio.run(type_through(6, server, writers, strike))
    assert judge(database_url, writers)["lost"] > 0


def test_one_of_two_workers_killed_under_typing_the_others_go_on_in_one_text(postgres_url: str, tmp_path: Path) -> None:
    url = postgres.fresh_database(postgres_url, f"workers_{os.getpid()}")
    engine = make_engine(url)
    migrate(engine)
    engine.dispose()
    with Spare(tmp_path, url, workers=2) as server:
        server.start()
        writers = typists(url, server.url)
        workers = server.listeners()
        assert len(workers) == 2

        def strike() -> None:
            """Once all are there and have typed: on a busy machine the first words come before the last socket."""
            for _ in range(6_000):
                if all(len(writer.acknowledged) > 1 for writer in writers):
                    break
                time.sleep(0.01)
            os.kill(workers[0], signal.SIGKILL)

        asyncio.run(type_through(1, server, writers, strike))
        cut = [writer for writer in writers if writer.opened > 1]
        assert 0 < len(cut) < len(writers), "every socket was on one worker"
    told = judge(url, writers)
    assert (told["lost"], told["twice"], told["disordered"], told["diverged"]) == (0, 0, 0, 0)
    assert told["acknowledged"] > len(writers)
