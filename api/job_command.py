"""Doing what was put aside by command, beside or instead of the servers' threads; and what nobody tries any more."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from api import clock
from api.config import read_config
from api.database import make_engine, transaction
from api.i18n import set_company_zone
from api.job_kinds import KINDS
from api.jobs import desk
from api.jobs.runner import PAUSE, Runner
from api.lock import alone
from api.operation import check_database
from api.visit import Services


def run_jobs(*, once: bool) -> str:
    """Does what is due; then ends, or waits for more until interrupted. What was done, in one line."""
    with _runner("jobs run") as runner:
        count = runner.run_due()
        while not once:
            time.sleep(PAUSE)
            count += runner.run_due()
        with transaction(runner.services.engine, read_only=True) as session:
            left = len(desk.given_up(session))
    return f"{count} jobs done" + (f", {left} given up: see charte jobs failed" if left else "")


def failed_jobs() -> list[str]:
    """The jobs that nobody tries any more, one line each."""
    with _runner() as runner, transaction(runner.services.engine, read_only=True) as session:
        return [f"{job.key}: {job.error}" for job in desk.given_up(session)]


def retry_jobs() -> int:
    """Lets them be tried again; how many."""
    with _runner("jobs retry") as runner, transaction(runner.services.engine) as session:
        return desk.try_again(session, clock.now())


@contextmanager
def _runner(writer: str = "") -> Iterator[Runner]:
    config = read_config()
    set_company_zone(config.time_zone)
    engine = make_engine(config.database_url)
    try:
        check_database(config, engine)
        if not writer:
            yield Runner(Services(config, engine, clock.now), KINDS)
            return
        with alone(config.database_url, writer):
            yield Runner(Services(config, engine, clock.now), KINDS)
    finally:
        engine.dispose()
