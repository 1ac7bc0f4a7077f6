"""A process that has Charte imported already and becomes a server on demand: a start costs a fork, not two seconds.

Run as `python -m tests.live.spare PORT WORKERS [hasty]`; each line on its input starts a server, whose process it
answers. What is forked runs `api.server.run`, as `charte serve` does, in a process group of its own. The hasty one is
broken: it tells of a commit a moment before it makes it durable.
"""

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session

from api.config import read_config
from api.database import transaction
from api.live import work
from api.server import application, run
from tests.served import free_port


def main() -> None:
    """Forks a server for each line read."""
    port, workers = map(int, sys.argv[1:3])
    if sys.argv[3:] == ["hasty"]:
        work.transaction = _hasty
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        process_id = os.fork()
        if process_id == 0:
            os.setsid()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            run(partial(application, read_config()), host="127.0.0.1", port=port, workers=workers)
            os._exit(0)
        print(process_id, flush=True)


@contextmanager
def _hasty(engine: Engine, *, read_only: bool = False) -> Iterator[Session]:
    if read_only:
        with transaction(engine, read_only=True) as session:
            yield session
        return
    late = transaction(engine)
    yield late.__enter__()
    threading.Timer(0.1, late.__exit__, (None, None, None)).start()


@dataclass
class Spare:
    """A server that is started, killed and started again on one port."""

    folder: Path
    database_url: str
    workers: int = 1
    hasty: bool = False
    group: int = 0

    def __post_init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        environment = {**os.environ, "CHARTE_DATABASE_URL": self.database_url, "CHARTE_PUBLIC_URL": self.url}
        command = [sys.executable, "-m", "tests.live.spare", str(self.port), str(self.workers)]
        command += ["hasty"] * self.hasty
        self.log = (self.folder / "server.log").open("ab")
        self.process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True
        )

    def __enter__(self) -> "Spare":
        return self

    def __exit__(self, *_: Any) -> None:
        self.kill()
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()
        self.log.close()

    def start(self) -> None:
        """Starts a server and waits until it answers."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        self.group = int(self.process.stdout.readline())
        for _ in range(500):
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=2):
                    return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError(f"the server did not start:\n{(self.folder / 'server.log').read_text(errors='replace')}")

    def listeners(self) -> list[int]:
        """The worker processes, once each of them listens: it does so with the threads of its event loop."""
        for _ in range(500):
            workers = self.children()
            if len(workers) == self.workers and all(len(os.listdir(f"/proc/{one}/task")) > 1 for one in workers):
                return workers
            time.sleep(0.02)
        raise RuntimeError("a worker does not listen")

    def kill(self) -> None:
        """Kills the server and all that it began, as `kill -9` does."""
        if self.group:
            with suppress(ProcessLookupError):
                os.killpg(self.group, signal.SIGKILL)
            self.group = 0

    def children(self) -> list[int]:
        """The worker processes."""
        found = Path(f"/proc/{self.group}/task/{self.group}/children").read_text()
        return [int(number) for number in found.split()]


if __name__ == "__main__":
    main()
