"""A real Charte for the browser tests: its own process, a fresh SQLite database, people who can sign in."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from api import accounts, people
from api.database import make_engine, transaction
from api.migrate import migrate
from guidelines.folding import fold
from guidelines.people import Role

PASSWORD = "a short sentence is enough"
Held = Sequence[tuple[Role, str]]


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: where it is and where its database lies."""

    url: str
    database_url: str
    process: "subprocess.Popen[bytes]"


@contextmanager
def charte(folder: Path, company: Mapping[str, tuple[str, Held]]) -> Iterator[Served]:
    """Serves a new database with these people: name to (language, roles). Their address is name@solenne.example."""
    database_url = f"sqlite:///{folder}/charte.db"
    engine = make_engine(database_url)
    migrate(engine)
    with transaction(engine) as session:
        people.add_team(session, "comms", name_fr="Communication", name_en="Communications")
        people.add_team(session, "legal", name_fr="Juridique", name_en="Legal")
        now = datetime.now(UTC)
        for name, (language, held) in company.items():
            person = people.add_person(session, name=name, email=address(name), language=language, at=now)
            for role, team in held:
                people.give_role(session, person.id, role, team, at=now, recorded_by=None)
            accounts.set_password(session, person.id, PASSWORD, now)
    engine.dispose()
    with serve(folder, database_url) as running:
        yield running


@contextmanager
def serve(folder: Path, database_url: str, port: int | None = None) -> Iterator[Served]:
    """Serves a database that is there already, and stops the server at the end of the block."""
    port = port or free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "CHARTE_DATABASE_URL": database_url,
        "CHARTE_PUBLIC_URL": url,
        "CHARTE_ORGANISATION": "Solenne",
    }
    with (folder / "server.log").open("ab") as log:
        command = [sys.executable, "-m", "api.cli", "serve", "--port", str(port)]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait(f"{url}/healthz", process, folder / "server.log")
        yield Served(url, database_url, process)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def address(name: str) -> str:
    """The address with which somebody of the company signs in."""
    return f"{fold(name).split(maxsplit=1)[0]}@solenne.example"


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{log.read_text(errors='replace')}")
