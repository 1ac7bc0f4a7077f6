"""What a running server costs: the CPU time of its whole process group, read from the kernel before and after."""

import os
import re
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TICK = os.sysconf("SC_CLK_TCK")
SERVER_CORE, CLIENT_CORE = "0", "1"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A server under load: its name, the address asked for, and the process group that answers."""

    name: str
    url: str
    group: int


@contextmanager
def running(name: str, command: Sequence[str], url: str, **more: Any) -> Iterator[Candidate]:
    """Starts a server on the server core and waits until it answers 200."""
    pinned = ["taskset", "-c", SERVER_CORE, *command]
    process = subprocess.Popen(
        pinned, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more
    )
    try:
        _wait(url, process)
        yield Candidate(name, url, process.pid)
    finally:
        os.killpg(process.pid, 15)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)


def microseconds_a_request(candidate: Candidate, seconds: float, headers: Sequence[str] = ()) -> tuple[float, float]:
    """(CPU microseconds a request, requests a second) of the server under wrk's load for a while."""
    before = cpu_of_group(candidate.group)
    command = ["taskset", "-c", CLIENT_CORE, "wrk", "-t1", "-c16", f"-d{seconds}s"]
    for header in headers:
        command += ["-H", header]
    said = subprocess.run([*command, candidate.url], capture_output=True, text=True, check=True).stdout
    spent = cpu_of_group(candidate.group) - before
    found = re.search(r"(\d+) requests in", said)
    if found is None or "Non-2xx" in said:
        raise RuntimeError(f"{candidate.name} did not answer well:\n{said}")
    count = int(found[1])
    return spent / count * 1e6, count / seconds


def cpu_of_group(group: int) -> float:
    """Seconds of CPU that the group's processes have used, user and system, ended children included."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            total += sum(int(fields[place]) for place in (11, 12, 13, 14))
    return total / TICK


def require(*tools: str) -> None:
    """Ends with one line when a tool of the machine is missing."""
    if missing := [tool for tool in tools if shutil.which(tool) is None]:
        raise SystemExit(f"{', '.join(missing)}: not found. On Debian: apt-get install nginx-light wrk")


def _wait(url: str, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{url} never answered 200")
