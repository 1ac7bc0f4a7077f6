"""Work put aside: done once by however many, finished after a death, in spite of clocks."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, func, select

from api.config import Config
from api.database import make_engine, transaction
from api.jobs import desk
from api.jobs.kinds import Desk, Inside, Outside
from api.jobs.runner import Runner
from api.visit import Services
from guidelines import jobs
from guidelines.tables import Job, Team

START = datetime(2026, 11, 24, 9, tzinfo=UTC)


class Clock:
    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def services(engine: Engine, clock: Callable[[], datetime]) -> Services:
    return Services(Config(database_url=str(engine.url)), engine, clock)


def put(engine: Engine, *keys: str, at: datetime = START) -> None:
    with transaction(engine) as session:
        for key in keys:
            jobs.put(session, "count", key, run_at=at, name=key)


def count_in(done: Counter[str]) -> Inside:
    def run(_desk: Desk, payload: dict[str, Any]) -> None:
        done[payload["name"]] += 1

    return Inside(run)


def add_team(at_desk: Desk, payload: dict[str, Any]) -> None:
    """An effect that a second doing would show: the row's key is taken."""
    at_desk.session.add(Team(id=payload["name"], name_fr="x", name_en="x"))


def runner(engine: Engine, clock: Callable[[], datetime], kinds: dict[str, Any]) -> Runner:
    nothing = Inside(lambda _desk, _payload: None)
    return Runner(services(engine, clock), {"day": nothing, **kinds})


def left(session: Session) -> int:
    query = select(func.count()).where(Job.kind == "count", col(Job.done_at).is_(None))
    return session.exec(query).one()


def test_six_hundred_jobs_are_each_done_once_by_three_workers(engine: Engine) -> None:
    put(engine, *(f"t{number}" for number in range(600)))
    engines = [engine] * 3 if engine.dialect.name == "sqlite" else [make_engine(_url(engine)) for _ in range(3)]
    workers = [runner(own, Clock(), {"count": Inside(add_team)}) for own in engines]
    shares: list[int] = []
    threads = [threading.Thread(target=lambda one=one: shares.append(one.run_due())) for one in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with transaction(engine, read_only=True) as session:
        assert session.exec(select(func.count()).select_from(Team)).one() == 600
        assert left(session) == 0
        assert session.exec(select(func.max(Job.tries))).one() == 0
    assert sum(shares) == 601  # and the day
    for own in {id(one): one for one in engines if one is not engine}.values():
        own.dispose()


def test_what_is_rolled_back_puts_nothing_aside(engine: Engine) -> None:
    def fail() -> None:
        with transaction(engine) as session:
            jobs.put(session, "count", "t1", run_at=START)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with transaction(engine, read_only=True) as session:
        assert left(session) == 0


def test_the_same_key_is_one_job_even_after_it_was_done(engine: Engine) -> None:
    done: Counter[str] = Counter()
    one = runner(engine, Clock(), {"count": count_in(done)})
    put(engine, "a", "a")
    one.run_due()
    put(engine, "a")
    one.run_due()
    assert done == {"a": 1}


def test_what_is_due_later_waits_for_the_clock(engine: Engine) -> None:
    clock, done = Clock(), Counter[str]()
    one = runner(engine, clock, {"count": count_in(done)})
    put(engine, "a", at=START + timedelta(hours=1))
    one.run_due()
    assert not done
    clock.now += timedelta(hours=1)
    one.run_due()
    assert done == {"a": 1}


def test_the_job_of_a_dead_worker_is_done_by_another_once_its_lease_is_over(engine: Engine) -> None:
    clock, done = Clock(), Counter[str]()
    put(engine, "a")
    with transaction(engine) as session:
        (dead,) = [one for one in desk.take(session, clock()) if one.kind == "count"]
    other = runner(engine, clock, {"count": count_in(done)})
    other.run_due()
    assert not done
    clock.now += desk.LEASE
    other.run_due()
    assert done == {"a": 1}
    with transaction(engine) as session:
        assert desk.held(session, dead) is None


def test_who_lost_the_lease_cannot_finish_what_another_has_taken(engine: Engine) -> None:
    clock = Clock()
    put(engine, "a")
    with transaction(engine) as session:
        (slow,) = desk.take(session, clock())
    clock.now += desk.LEASE
    with transaction(engine) as session:
        (quick,) = desk.take(session, clock())
    with transaction(engine) as session:
        assert desk.held(session, slow) is None
        assert desk.held(session, quick) is not None


def test_a_clock_that_runs_ahead_takes_a_lease_early_and_the_work_is_still_done_once(engine: Engine) -> None:
    """The host ahead takes the job away from one that is at work on it: the first one's work is undone."""
    ahead, done = Clock(START + timedelta(hours=1)), Counter[str]()
    put(engine, "a")
    with transaction(engine) as session:
        (behind,) = desk.take(session, START)
    runner(engine, ahead, {"count": count_in(done)}).run_due()
    late = runner(engine, Clock(), {"count": count_in(done)})
    assert late._do(behind) is False
    assert done == {"a": 1}


def test_a_clock_set_back_delays_and_loses_nothing(engine: Engine) -> None:
    clock, done = Clock(), Counter[str]()
    one = runner(engine, clock, {"count": count_in(done)})
    put(engine, "a")
    clock.now = START - timedelta(days=1)
    one.run_due()
    assert not done
    clock.now = START
    one.run_due()
    assert done == {"a": 1}


def test_a_failure_undoes_its_work_and_is_tried_again_ever_later(engine: Engine) -> None:
    clock, calls = Clock(), []

    def fail(at_desk: Desk, payload: dict[str, Any]) -> None:
        calls.append(clock.now)
        add_team(at_desk, payload)
        at_desk.session.flush()
        raise OSError("no")

    one = runner(engine, clock, {"count": Inside(fail)})
    put(engine, "a")
    for _ in range(len(desk.PAUSES) + 3):
        one.run_due()
        clock.now += timedelta(days=1)
    assert len(calls) == len(desk.PAUSES) + 1
    with transaction(engine) as session:
        assert session.exec(select(Team)).all() == []
        (dead,) = desk.given_up(session)
        assert dead.error == "OSError: no"
        assert desk.try_again(session, clock.now) == 1
    one.kinds = {**one.kinds, "count": Inside(add_team)}
    one.run_due()
    with transaction(engine, read_only=True) as session:
        assert left(session) == 0


def test_a_job_that_kills_its_worker_is_given_up_at_last(engine: Engine) -> None:
    clock = Clock()
    put(engine, "a")
    for _ in range(len(desk.PAUSES) + 2):
        with transaction(engine) as session:
            desk.take(session, clock())
        clock.now += desk.LEASE
    with transaction(engine) as session:
        assert desk.take(session, clock()) == []
        assert [job.key for job in desk.given_up(session)] == ["a"]


def test_what_leaves_the_house_is_begun_in_one_commit_and_ended_in_another(engine: Engine) -> None:
    seen: list[str] = []

    def begin(at_desk: Desk, payload: dict[str, Any]) -> str:
        add_team(at_desk, payload)
        return str(payload["name"])

    def send(_services: Services, name: str) -> str:
        with transaction(engine, read_only=True) as session:
            seen.append(f"{name} {session.get(Team, name) is not None}")
        return "sent"

    def end(_desk: Desk, name: str, outcome: str) -> None:
        seen.append(f"{name} {outcome}")

    put(engine, "a")
    runner(engine, Clock(), {"count": Outside(begin, send, end)}).run_due()
    assert seen == ["a True", "a sent"]


def test_the_day_is_looked_at_once_by_whoever_comes_first(engine: Engine) -> None:
    clock, done = Clock(), Counter[str]()

    def day(_desk: Desk, _payload: dict[str, Any]) -> None:
        done[clock.now.date().isoformat()] += 1

    workers = [Runner(services(engine, clock), {"day": Inside(day)}) for _ in range(3)]
    for _ in range(3):
        for one in workers:
            one.run_due()
        clock.now += timedelta(hours=12)
    assert done == {"2026-11-24": 1, "2026-11-25": 1}


def test_the_thread_stops_between_two_jobs(tmp_path: Path) -> None:
    from sqlmodel import SQLModel

    engine = make_engine(f"sqlite:///{tmp_path}/charte.db")
    SQLModel.metadata.create_all(engine)
    started, go = threading.Event(), threading.Event()

    def wait(_desk: Desk, _payload: dict[str, Any]) -> None:
        started.set()
        go.wait(10)

    put(engine, "a", "b")
    one = runner(engine, Clock(), {"count": Inside(wait)})
    thread = threading.Thread(target=one._run)
    thread.start()
    assert started.wait(10)
    one.stopping.set()
    go.set()
    thread.join(10)
    assert not thread.is_alive()
    with transaction(engine, read_only=True) as session:
        assert left(session) == 1
    engine.dispose()


def _url(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)
