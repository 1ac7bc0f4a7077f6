"""What a step costs the engine in a text of 100 blocks and in one of 1,000: parsing, applying and checking it."""

import random
import time
from statistics import median
from typing import Any

from guidelines import steps
from tests.builders import doc, p

WORDS = "Staff speak for the company only when they were asked to, and say so when they speak for themselves. "
STEPS, ROUNDS = 400, 7


def figures() -> dict[str, Any]:
    """Microseconds of CPU a step, and the ratio."""
    found = {blocks: _microseconds(blocks) for blocks in (100, 1_000)}
    return {
        "us_a_step": {str(blocks): round(cost, 1) for blocks, cost in found.items()},
        "times_1000_blocks": round(found[1_000] / found[100], 2),
    }


def _microseconds(blocks: int) -> float:
    rng = random.Random(1)
    start = steps.tree_of(doc(*(p(WORDS * 3, id=f"p{number}") for number in range(blocks))))
    size = start.content.content[0].node_size
    runs = []
    for _ in range(ROUNDS):
        tree = start
        begun = time.process_time()
        for _ in range(STEPS):
            place = size * rng.randrange(blocks) + 5
            slice_ = {"content": [{"type": "text", "text": "x"}]}
            step = steps.parse_step({"stepType": "replace", "from": place, "to": place, "slice": slice_})
            after = steps.apply(tree, step)
            assert after is not None
            steps.check_change(tree, after)
        runs.append((time.process_time() - begun) / STEPS * 1e6)
    return median(runs)
