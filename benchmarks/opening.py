"""Opening a draft with 100,000 logged steps beside one with 1,000: the cost must be that of the tail, not the log's.

python -m benchmarks.opening

Each log is written with the authority's own rule for snapshots, from steps that were applied one after the other.
Both end the same number of steps after their last snapshot. CPU time of the process, medians, the two interleaved.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, insert
from sqlmodel import Session, SQLModel

import workflow.tables  # noqa: F401 - every table, for create_all
from api.database import make_engine, transaction
from guidelines import authority, queries, steps, versions
from guidelines.document import Node, document_hash, serialise
from guidelines.people import Actor
from guidelines.tables import Person, StepRecord, Team

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
WRITER = Actor("writer", "Writer")
BLOCKS = 100
SHORT = 1_000
#: Not below 100,000, and as many steps after its last snapshot as `SHORT` has.
LONG = 100_000 + (SHORT - 100_000) % authority.SNAPSHOT_STEPS
ROUNDS = 15


@dataclass(frozen=True, slots=True)
class Figures:
    """What one log costs to open, in milliseconds of CPU time, and how many steps were read for it."""

    steps: int
    tail: int
    open_ms: float
    first_frame_ms: float


def main() -> None:
    """Prints one line of JSON and a table."""
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/charte.db")
        SQLModel.metadata.create_all(engine)
        with transaction(engine) as session:
            session.add(Person(id=WRITER.id, email="w@x.example", name="Writer", language="en", created_at=AT))
            session.add(Team(id="comms", name_fr="Communication", name_en="Communications"))
        for name, length in (("short", SHORT), ("long", LONG)):
            write_log(engine, name, length)
        short, long = measure(engine)
        engine.dispose()
    figures = {
        "benchmark": "opening",
        "times_1000_steps": round(long.open_ms / short.open_ms, 2),
        "times_1000_steps_first_frame": round(long.first_frame_ms / short.first_frame_ms, 2),
        "short_ms": round(short.open_ms, 1),
        "long_ms": round(long.open_ms, 1),
        "blocks": BLOCKS,
        "tail_steps": long.tail,
    }
    print(json.dumps(figures))
    print(f"{'steps':>8} {'tail':>6} {'open, ms':>10} {'with first frame, ms':>22}")
    for found in (short, long):
        print(f"{found.steps:>8} {found.tail:>6} {found.open_ms:>10.1f} {found.first_frame_ms:>22.1f}")
    print(f"ratio {figures['times_1000_steps']} (target: at most 2)")


def write_log(engine: Engine, version_id: str, length: int) -> None:
    """A draft of 100 blocks with a log of this length: words written and taken back all over the text."""
    with transaction(engine) as session:
        versions.create_guideline(
            session, WRITER, guideline_id=version_id, version_id=version_id, slug=version_id, title="Charter",
            language="en", kind="charter", owner_team="comms", policy="standard", at=AT, document=document(),
        )  # fmt: skip
    tree, done = steps.tree_of(document()), 0
    while done < length:
        upto = min(length, done - done % authority.SNAPSHOT_STEPS + authority.SNAPSHOT_STEPS)
        rows = []
        for number in range(done, upto):
            step = steps.parse_step(edit(number))
            after = steps.apply(tree, step)
            if after is None:
                raise RuntimeError(f"step {number} does not apply")
            tree = after
            rows.append(record(version_id, number, step.to_json()))
        with transaction(engine) as session:
            keep(session, version_id, rows, upto, steps.node_of(tree))
        done = upto


def keep(session: Session, version_id: str, rows: list[dict[str, Any]], revision: int, document: Node) -> None:
    """Logs the steps, and takes a snapshot when the authority would."""
    session.execute(insert(StepRecord), rows)
    row = queries.version(session, version_id)
    row.revision = revision
    session.flush()
    if revision % authority.SNAPSHOT_STEPS == 0:
        authority.take_snapshot(session, row, document)


def edit(number: int) -> dict[str, Any]:
    """A word written into a block at even numbers, and taken out of it again at odd ones."""
    place = 1 + (number // 2 * 37) % BLOCKS * BLOCK_SIZE
    if number % 2:
        return {"stepType": "replace", "from": place, "to": place + 5}
    content = [{"type": "text", "text": f"w{number % 1000:03d} "}]
    return {"stepType": "replace", "from": place, "to": place, "slice": {"content": content}}


def record(version_id: str, number: int, step: Any) -> dict[str, Any]:
    """A row of the log."""
    text = json.dumps(step, ensure_ascii=False, separators=(",", ":"))
    return {
        "version_id": version_id, "revision": number + 1, "ref": f"r{number}", "ord": 0, "own": 0,
        "person_id": WRITER.id, "at": AT, "cause": "edit", "step": text,
    }  # fmt: skip


def document() -> Node:
    """A hundred blocks of about 300 characters, every tenth a heading of the same size."""
    words = ("We always ask before we speak for the company. " * 7)[:300]
    blocks = [
        Node("heading" if place % 10 == 0 else "paragraph", {"id": f"b{place}"}, (Node("text", text=words),))
        for place in range(BLOCKS)
    ]
    return Node("doc", {}, tuple(blocks))


BLOCK_SIZE = 302


def measure(engine: Engine) -> tuple[Figures, Figures]:
    """Both logs opened in turn, so that whatever else the machine does concerns both."""
    opened: dict[str, list[float]] = {"short": [], "long": []}
    framed: dict[str, list[float]] = {"short": [], "long": []}
    for _ in range(ROUNDS):
        for name in ("short", "long"):
            opened[name].append(cpu_ms(engine, name, lambda session, name: authority.open_document(session, name)))
            framed[name].append(cpu_ms(engine, name, first_frame))
    with transaction(engine, read_only=True) as session:
        found = []
        for name in ("short", "long"):
            head = queries.version(session, name).revision
            tail = head - queries.newest_snapshot(session, name, head).revision
            times = (statistics.median(opened[name]), statistics.median(framed[name]))
            found.append(Figures(head, tail, *times))
    return found[0], found[1]


def first_frame(session: Session, name: str) -> str:
    """All that the first frame needs of the text: its JSON and its hash."""
    found = authority.open_document(session, name).document
    return json.dumps({"doc": serialise(found), "hash": document_hash(found)}, ensure_ascii=False)


def cpu_ms(engine: Engine, name: str, act: Callable[[Session, str], object]) -> float:
    """CPU time of one opening in a fresh session, without any cache."""
    with transaction(engine, read_only=True) as session:
        started = time.process_time()
        act(session, name)
        return (time.process_time() - started) * 1000


if __name__ == "__main__":
    main()
