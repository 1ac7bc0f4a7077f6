"""Does the jobs that are due: one thread beside the server, or once by command. Stops between two jobs."""

import logging
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from litestar import Litestar

from api.database import transaction
from api.i18n import company_day
from api.jobs import desk
from api.jobs.desk import Taken
from api.jobs.kinds import Desk, Inside, Kind, Outside
from api.visit import Services
from guidelines import jobs

log = logging.getLogger("charte.jobs")

#: Seconds between two looks when nothing is due.
PAUSE: Final = 2.0
#: Seconds to wait after a fault of the database.
LONG_PAUSE: Final = 15.0
#: Seconds that the end of the application waits for the job at hand.
ENDING: Final = 15.0
#: Jobs taken in one go: fewer commits, and less than a lease of work.
AT_ONCE: Final = 10


class Runner:
    """Does jobs in its own thread while the application runs."""

    def __init__(self, services: Services, kinds: Mapping[str, Kind], *, pause: float = PAUSE) -> None:
        self.services = services
        self.kinds = kinds
        self.pause = pause
        self.stopping = threading.Event()
        self.day = ""

    @asynccontextmanager
    async def lifespan(self, _app: Litestar) -> AsyncIterator[None]:
        """The thread while the application runs; at its end the job at hand is finished and nothing new begun."""
        thread = threading.Thread(target=self._run, name="charte-jobs", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.stopping.set()
            thread.join(ENDING)

    def run_due(self) -> int:
        """Does everything that is due now, and what becomes due by it; how many were done or failed."""
        self._put_day()
        count = 0
        while not self.stopping.is_set():
            with transaction(self.services.engine) as session:
                taken = desk.take(session, self.services.clock(), most=AT_ONCE)
            if not taken:
                break
            for one in taken:
                if self.stopping.is_set():
                    break  # its lease runs out
                count += self._do(one)
        return count

    def _run(self) -> None:
        while not self.stopping.is_set():
            pause = self.pause
            try:
                self.run_due()
            except Exception:
                log.exception("jobs: cannot be taken now")
                pause = LONG_PAUSE
            self.stopping.wait(pause)

    def _do(self, taken: Taken) -> bool:
        """Does one job; whether it was still this process's to do."""
        kind = self.kinds.get(taken.kind)
        try:
            if kind is None:
                raise LookupError(f"no kind of job is called {taken.kind}: an older release runs on this database")
            return self._inside(kind, taken) if isinstance(kind, Inside) else self._outside(kind, taken)
        except Exception as error:
            log.exception("job %s (%s) failed", taken.id, taken.kind)
            return self._failed(taken, f"{type(error).__name__}: {error}")

    def _inside(self, kind: Inside, taken: Taken) -> bool:
        with transaction(self.services.engine) as session:
            job = desk.held(session, taken)
            if job is None:
                return False
            at = self.services.clock()
            desk.finish(job, at, kind.run(Desk(session, at, self.services), taken.payload))
        return True

    def _outside(self, kind: Outside, taken: Taken) -> bool:
        with transaction(self.services.engine) as session:
            job = desk.held(session, taken)
            if job is None:
                return False
            at = self.services.clock()
            sent = kind.begin(Desk(session, at, self.services), taken.payload)
            if sent is None:
                desk.finish(job, at)
                return True
        outcome = kind.send(self.services, sent)
        with transaction(self.services.engine) as session:
            job = desk.held(session, taken)
            at = self.services.clock()
            again_at = kind.end(Desk(session, at, self.services), sent, outcome)
            if job is not None:
                desk.finish(job, at, again_at)
        return True

    def _failed(self, taken: Taken, why: str) -> bool:
        with transaction(self.services.engine) as session:
            job = desk.held(session, taken)
            if job is None:
                return False
            desk.fail(job, self.services.clock(), why)
        return True

    def _put_day(self) -> None:
        """What is looked at once a day, by whichever process comes first."""
        at = self.services.clock()
        if (day := company_day(at).isoformat()) != self.day:
            with transaction(self.services.engine) as session:
                jobs.put(session, "day", f"day:{day}", run_at=at)
            self.day = day
