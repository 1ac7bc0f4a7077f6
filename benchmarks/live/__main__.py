"""Live editing beside Hocuspocus 4, which stores two seconds after a change: ours has stored before anybody is told.

    python -m benchmarks.live [--seconds 8] [--rounds 3] [--soak MINUTES] [--write]

Targets: key to other screens at 20 writers x 8 keys/s p50 at most 12 ms and p99 at most 60 ms; server CPU a key at
most 0.9x Hocuspocus at 20x8 and 50x8; at 50x40 every key arrives and p99 is lower than Hocuspocus'; bytes a key at most
1.5x; 200 documents with two writers each under one core and 400 MB; a step in 1,000 blocks at most 3x one in 100.
"""

import argparse
import json
import os
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.live import engine
from benchmarks.live.peers import Peer, charte, hocuspocus, megabytes, type_for

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
HEADING = "## Writing together, live"


@dataclass(frozen=True, slots=True)
class Load:
    """How many write how fast, in how many documents of how many blocks."""

    writers: int
    rate: float
    documents: int = 1
    blocks: int = 100

    @property
    def name(self) -> str:
        together = f"{self.writers}x{self.rate:g}"
        return together if self.documents == 1 else f"{self.documents} documents x {self.writers}"


LOADS = (Load(20, 8), Load(50, 8), Load(50, 40))
MANY = Load(2, 1, documents=200, blocks=20)


def main() -> None:
    """Measures, prints, and with `--write` puts the section into docs/benchmarks.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.live")
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--soak", type=float, default=0, help="minutes of 20x8 in which memory is watched")
    parser.add_argument("--write", action="store_true", help="write the section of docs/benchmarks.md")
    parser.add_argument("--only", default="", help="one load by its name, such as 20x8")
    options = parser.parse_args()
    found: dict[str, Any] = {
        "load_average_at_start": round(os.getloadavg()[0], 1),
        "seconds": options.seconds,
        "rounds": options.rounds,
    }
    for load in (*LOADS, MANY):
        if options.only in ("", load.name):
            found[load.name] = beside(load, options.seconds, options.rounds if load is not MANY else 1)
    if not options.only:
        found["engine"] = engine.figures()
    if options.soak:
        found["soak"] = soak(options.soak)
    print(json.dumps(found, indent=1))
    if options.write:
        write(found)


def beside(load: Load, seconds: float, rounds: int) -> dict[str, Any]:
    """The medians of both servers under one load, taken in turn."""
    peers: dict[str, Callable[[Path, Load], Any]] = {"charte": charte, "hocuspocus": hocuspocus}
    taken: dict[str, list[dict[str, float]]] = {name: [] for name in peers}
    for number in range(rounds):
        for name, start in peers.items():
            with TemporaryDirectory() as folder, start(Path(folder), load) as peer:
                taken[name].append(one_run(peer, seconds))
            print(f"{load.name} {name} {number + 1}: {taken[name][-1]}", flush=True)
    return {name: {key: round(median(run[key] for run in runs), 2) for key in runs[0]} for name, runs in taken.items()}


def one_run(peer: Peer, seconds: float) -> dict[str, float]:
    """What one load costs one server, and when its letters arrive."""
    clients, before, after = type_for(peer, seconds)
    keys = clients["keys"]
    return {
        "keys_per_second": keys / seconds,
        "arrived_percent": 100 * clients["arrived"] / max(1, clients["wanted"]),
        "p50_ms": clients["p50"],
        "p99_ms": clients["p99"],
        "cpu_us_per_key": 1e6 * (after - before) / max(1, keys),
        "cpu_percent": 100 * (after - before) / seconds,
        "bytes_per_key": clients["bytes"] / max(1, keys),
        "frames_per_key": clients["frames"] / max(1, keys),
        "megabytes": megabytes(peer),
    }


def soak(minutes: float) -> dict[str, Any]:
    """Memory of the server under 20x8, a minute at a time."""
    with TemporaryDirectory() as folder, charte(Path(folder), LOADS[0]) as peer:
        marks: list[float] = []
        end = time.monotonic() + minutes * 60
        while time.monotonic() < end:
            type_for(peer, min(60.0, max(5.0, end - time.monotonic())), fresh=False)
            marks.append(round(megabytes(peer), 1))
            print(f"soak: {marks[-1]} MB", flush=True)
    return {"minutes": minutes, "megabytes": marks, "growth_percent": round(100 * (marks[-1] / marks[0] - 1), 1)}


def section(found: Mapping[str, Any]) -> str:
    """The section of the page, with ratios where both were measured."""
    rows = []
    for load in (*LOADS, MANY):
        if load.name not in found:
            continue
        ours, theirs = found[load.name]["charte"], found[load.name]["hocuspocus"]
        for name, one in (("Charte", ours), ("Hocuspocus", theirs)):
            watched = f"{one['arrived_percent']:.1f} % | {one['p50_ms']:.1f} | {one['p99_ms']:.1f}"
            rows.append(
                f"| {load.name} | {name} | {one['keys_per_second']:.0f} | "
                f"{watched if load.documents == 1 else '| |'} | {one['cpu_us_per_key']:.0f} | "
                f"{one['bytes_per_key']:.0f} | {one['megabytes']:.0f} |"
            )
        cpu, size = (ours[key] / theirs[key] for key in ("cpu_us_per_key", "bytes_per_key"))
        rows.append(f"| {load.name} | ratio | | | | | {cpu:.2f}x | {size:.2f}x | |")
    busy = found["load_average_at_start"] > (os.cpu_count() or 1)
    rest = {key: value for key, value in found.items() if isinstance(value, int | float) or key in ("engine", "soak")}
    return "\n".join(
        [
            HEADING,
            "",
            "`make bench-live`. Beside Hocuspocus 4 with its default debounce: it stores two seconds after a change, "
            "Charte before anybody is told.",
            f"Measured on {date.today():%d %B %Y}: {os.cpu_count()} cores, {platform.system()}. Seconds on a shared "
            "machine say little; both rows of a load were taken in turn."
            + (" The machine was busy with other work: these figures are provisional." if busy else ""),
            "",
            "| writers x keys/s | server | keys/s | arrived | p50 ms | p99 ms | CPU us a key | bytes a key | MB |",
            "|---|---|---|---|---|---|---|---|---|",
            *rows,
            "",
            "```json",
            json.dumps(rest, indent=1),
            "```",
            "",
        ]
    )


def write(found: Mapping[str, Any]) -> None:
    """Puts the section in its place, or at the end."""
    text = PAGE.read_text("utf-8") if PAGE.exists() else "# Benchmarks\n"
    before, _, after = text.partition(HEADING)
    rest = "\n## " + after.split("\n## ", 1)[1] if "\n## " in after else ""
    PAGE.write_text(before.rstrip("\n") + "\n\n" + section(found) + rest, "utf-8")
    print(f"{PAGE.name} written")


if __name__ == "__main__":
    main()
