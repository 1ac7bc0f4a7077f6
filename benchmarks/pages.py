"""A published page, beside nginx serving the same bytes and beside Wagtail with its page cache.

    python -m benchmarks.pages

Targets: at most 6x the server CPU of nginx, at least 8x cheaper than Wagtail with its page cache.
"""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks.cost import Candidate, microseconds_a_request, require, running
from tests.served import free_port

ROUNDS, SECONDS = 5, 2
WORDS = "We say what we know, when we know it, and we name who answers for it. "


def main() -> None:
    """Runs every candidate in turn, round by round, and prints the medians."""
    require("nginx", "wrk", "taskset")
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        ours = stack.enter_context(charte(folder))
        page = urllib.request.urlopen(ours.url).read()
        candidates = [ours, stack.enter_context(nginx(folder, page)), stack.enter_context(wagtail(folder, page))]
        for candidate in candidates:
            microseconds_a_request(candidate, 1)
        costs: dict[str, list[float]] = {candidate.name: [] for candidate in candidates}
        rates: dict[str, list[float]] = {candidate.name: [] for candidate in candidates}
        for _ in range(ROUNDS):
            for candidate in candidates:
                cost, rate = microseconds_a_request(candidate, SECONDS)
                costs[candidate.name].append(cost)
                rates[candidate.name].append(rate)
    report({name: median(found) for name, found in costs.items()}, {n: median(f) for n, f in rates.items()}, len(page))


def report(costs: dict[str, float], rates: dict[str, float], size: int) -> None:
    """Prints the table and the line that `benchmarks.report` reads."""
    for name, cost in costs.items():
        print(f"{name:28} {cost:9.0f} us of CPU a request {rates[name]:9.0f} requests/s")
    ratios = {
        "times_nginx": round(costs["charte"] / costs["nginx"], 2),
        "cheaper_than_wagtail_with_page_cache": round(costs["wagtail with page cache"] / costs["charte"], 1),
    }
    print(json.dumps({"benchmark": "pages", "bytes": size, "us": {k: round(v, 1) for k, v in costs.items()}, **ratios}))


@contextmanager
def charte(folder: Path) -> Iterator[Candidate]:
    """Charte on SQLite with one published text, one process."""
    url = f"sqlite:///{folder}/charte.db"
    publish(url)
    port = free_port()
    environment = {**os.environ, "CHARTE_DATABASE_URL": url, "CHARTE_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    command = [sys.executable, "-m", "api.cli", "serve", "--port", str(port)]
    with running("charte", command, f"http://127.0.0.1:{port}/en/handbook/charter", env=environment) as found:
        yield found


def publish(url: str) -> None:
    """A text of ordinary length, signed by both teams and in force."""
    from api.database import make_engine, transaction
    from api.migrate import migrate
    from exports.markdown_reader import read_markdown
    from tests.workflow.house import found

    text = "\n\n".join(f"# Section {number}\n\n" + "\n\n".join([WORDS * 3] * 3) for number in range(1, 9))
    engine = make_engine(url)
    migrate(engine)
    with transaction(engine) as session:
        house = found(session)
        house.now = datetime(2026, 1, 5, 9, tzinfo=UTC)
        house.create(read_markdown(text))
        house.submit("v1")
        house.approve("v1", "mathieu", "comms")
        house.approve("v1", "julie", "legal")
        house.publish("v1")
    engine.dispose()


@contextmanager
def nginx(folder: Path, page: bytes) -> Iterator[Candidate]:
    """nginx with one worker, serving the very bytes from a file."""
    root = folder / "www"
    root.mkdir()
    (root / "page.html").write_bytes(page)
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log /dev/null;\n"
        "events { worker_connections 64; }\n"
        "http { access_log off; sendfile on; keepalive_requests 1000000;\n"
        f"server {{ listen 127.0.0.1:{port}; root {root}; }} }}\n"
    )
    with running("nginx", ["nginx", "-c", str(configuration)], f"http://127.0.0.1:{port}/page.html") as found:
        yield found


@contextmanager
def wagtail(folder: Path, page: bytes) -> Iterator[Candidate]:
    """Wagtail with Django's page cache in memory, under gunicorn with one worker."""
    body = folder / "body.html"
    body.write_text(page.decode().partition("<main")[2].partition(">")[2].partition("</main>")[0], "utf-8")
    environment = {**os.environ, "PEER_DATABASE": str(folder / "peer.db")}
    load = [sys.executable, "-W", "ignore", "-m", "benchmarks.wagtail_site.load", str(body)]
    subprocess.run(load, env=environment, check=True, stdout=subprocess.DEVNULL)
    port = free_port()
    command = [
        sys.executable, "-W", "ignore", "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "-w", "1", "--threads", "4",
        "--keep-alive", "30", "benchmarks.wagtail_site.wsgi:application",
    ]  # fmt: skip
    with running("wagtail with page cache", command, f"http://127.0.0.1:{port}/charter/", env=environment) as found:
        yield found


if __name__ == "__main__":
    main()
