"""What one key costs the server's work with the database: a commit of one letter, from its frame to the log on disk.

    python -m benchmarks.live.commits [--profile]

On SQLite as it is configured (WAL, synchronous FULL), in process: no socket, no frame. One writer's commits come alone
and four writers' together, as the ticks of a busy room bring them.
"""

import argparse
import cProfile
import json
import pstats
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Engine

from api.database import make_engine, transaction
from api.live import work
from api.live.frames import Commit
from api.live.turn import Sent
from benchmarks.live.peers import found
from guidelines import authority
from guidelines.document_cache import DocumentCache

BATCHES, ROUNDS = 60, 3


@dataclass(frozen=True, slots=True)
class Text:
    """A draft of so many blocks: those of `peers` have a heading for each ten."""

    blocks: int
    writers: int = 4
    documents: int = 1


TEXTS = (Text(100), Text(1_000), Text(2_000))


def figures(*, profile: bool = False) -> dict[str, Any]:
    """Microseconds of CPU a commit, by the text's blocks and the commits of a batch."""
    told: dict[str, Any] = {}
    for text in TEXTS:
        with TemporaryDirectory() as folder:
            url = f"sqlite:///{Path(folder)}/charte.db"
            tokens = found(url, text)
            engine = make_engine(url)
            try:
                run = _Run(engine, text, [tokens[f"w{number}"] for number in range(text.writers)])
                told[f"{text.blocks} blocks"] = {
                    f"{size} at once": round(run.cost(size, profile=profile)) for size in (1, text.writers)
                }
            finally:
                engine.dispose()
    return told


class _Run:
    def __init__(self, engine: Engine, text: Text, tokens: list[str]) -> None:
        self.services: Any = SimpleNamespace(engine=engine, clock=lambda: datetime.now(UTC))
        self.text, self.tokens, self.cache = text, tokens, DocumentCache(most=1)
        self.revision = self.number = 0
        with transaction(engine, read_only=True) as session:
            tree = authority.open_document(session, "v0").tree
        # Each writer at the beginning of a paragraph of their own, the last first, so that no place moves.
        places = []
        place = 0
        for number, block in enumerate(tree.content.content):
            if number % 10 != 9:
                places.append(place + 1)
            place += block.node_size
        self.places = [places[number * len(places) // len(tokens)] for number in range(len(tokens))]
        self.typed = [0] * len(tokens)

    def cost(self, size: int, *, profile: bool) -> float:
        self.batch(size)
        watch = cProfile.Profile()
        rounds = []
        for _ in range(ROUNDS):
            batches = BATCHES // size
            begun = time.process_time()
            if profile:
                watch.enable()
            for _ in range(batches):
                self.batch(size)
            watch.disable()
            rounds.append((time.process_time() - begun) / batches / size * 1e6)
        if profile:
            pstats.Stats(watch).sort_stats("tottime").print_stats(45)
        return median(rounds)

    def batch(self, size: int) -> None:
        sent = []
        for _ in range(size):
            writer = self.number % len(self.tokens)
            self.number += 1
            shift = sum(
                self.typed[other] for other in range(len(self.tokens)) if self.places[other] < self.places[writer]
            )
            place = self.places[writer] + shift + self.typed[writer]
            step = {
                "stepType": "replace", "from": place, "to": place,
                "slice": {"content": [{"type": "text", "text": "ab cde fg "[self.typed[writer] % 10]}]},
            }  # fmt: skip
            sent.append(Sent(self.tokens[writer], Commit(f"r{self.number}", self.revision, [step])))
        for writer in {sent_place % len(self.tokens) for sent_place in range(self.number - size, self.number)}:
            self.typed[writer] += 1
        made = work.make(self.services, "v0", self.revision, sent, self.cache)
        for answer in made.answers:
            if isinstance(answer, Exception):
                raise answer
        self.revision = made.revision


def main() -> None:
    """Measures and prints; with `--profile` also where the time goes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.live.commits")
    parser.add_argument("--profile", action="store_true")
    print(json.dumps(figures(profile=parser.parse_args().profile), indent=1))


if __name__ == "__main__":
    main()
