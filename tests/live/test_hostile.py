"""Whatever a stranger makes of a frame: it is refused by name and nothing of it is stored, or the text stays sound."""

import copy
import json
import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel

from api.database import make_engine
from api.errors import Fault
from api.live import work
from api.live.frames import Commit, MalformedFrame, Resolve, read_frame
from api.live.room import MOST_BATCH
from api.live.turn import Sent
from api.refusals import refusal
from guidelines import authority, steps
from guidelines.document_cache import DocumentCache
from guidelines.errors import InvalidStep
from tests.api.live_house import LiveHouse
from tests.guidelines.test_steps import DEEP, DOCUMENT, SEEDS, _mutated
from workflow import drafts

MUTATIONS = 200_000 if os.environ.get("CHARTE_SOAK") else 20_000
pytestmark = pytest.mark.soak


class Outcome(Counter[str]):
    """How many frames were malformed, refused, taken; faults are ours."""


def hostile_frames(house: LiveHouse, count: int, seed: int = 5) -> Outcome:
    """Sends mutated frames through the frames' reader and the rooms' work, in batches as a room makes them."""
    rng, seen = random.Random(seed), Outcome()
    services = house.app.state.services
    cache, revision = DocumentCache(most=1), 0
    batch: list[Sent] = []
    for number in range(count):
        frame = _frame(rng, number, revision)
        if frame is None:
            seen["malformed"] += 1
        else:
            batch.append(Sent(house.tokens["aicha"], frame))
        if len(batch) == MOST_BATCH or number == count - 1:
            made = work.make(services, "v1", revision, batch, cache)
            for answer in made.answers:
                seen[_named(answer)] += 1
            seen["steps"] += sum(len(commit.steps) for commit in made.commits)
            revision, batch = made.revision, []
    return seen


def _frame(rng: random.Random, number: int, revision: int) -> Commit | None:
    try:
        step = _mutated(rng, copy.deepcopy(rng.choice(SEEDS)))
    except RecursionError:  # so deep already that it cannot be mutated again
        step = DEEP
    base: Any = max(0, revision - rng.choice([0, 0, 0, 0, 3]))
    if rng.random() < 0.03:
        base = rng.choice([-1, 10**9, 2**53, "0", None, 1.5, True])
    frame: dict[str, Any] = {"t": "commit", "ref": f"r{number}", "base": base, "steps": [step]}
    if rng.random() < 0.03:
        frame[rng.choice(["by", "t", "ref", "steps", "extra", "kind", "whole"])] = rng.choice([None, "x", 1, [], {}])
    try:
        text = json.dumps(frame)
        if rng.random() < 0.01:
            text = text[: rng.randrange(len(text))]
        found = read_frame(text)
    except (MalformedFrame, ValueError, RecursionError):
        return None
    return found if isinstance(found, Commit) and not isinstance(found, Resolve) else None


def _named(answer: Any) -> str:
    """`taken`, or `refused` once its words are found in both languages; `fault` when it is ours."""
    if not isinstance(answer, Exception):
        return "taken"
    if isinstance(answer, Fault):
        return "fault"
    for language in ("en", "fr"):
        told = refusal(answer, language)
        assert told.title
        assert told.detail
    return "refused"


@pytest.fixture
def house(tmp_path: Path) -> LiveHouse:
    engine = make_engine(f"sqlite:///{tmp_path}/charte.db")
    SQLModel.metadata.create_all(engine)
    return LiveHouse(engine, DOCUMENT)


def test_twenty_thousand_hostile_frames_store_nothing_when_refused_and_leave_a_text_that_opens(
    house: LiveHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "may_edit", lambda *_: None)  # rights are asked elsewhere; here they would cost half
    seen = hostile_frames(house, MUTATIONS)
    assert seen["fault"] == 0
    assert seen["refused"] > MUTATIONS // 3
    assert seen["taken"] > MUTATIONS // 40
    assert seen["malformed"] > 100
    log = house.log()
    assert [revision for revision, _, _ in log] == list(range(1, len(log) + 1))
    assert len(log) == seen["steps"]
    assert _is_sound(house)
    house.engine.dispose()


def _is_sound(house: LiveHouse) -> bool:
    """Whether the stored text, read from the log alone, keeps the schema and its limits."""
    text = house.read(lambda session: authority.open_document(session, "v1").tree.to_json())
    try:
        steps.check_document(text)
    except InvalidStep:
        return False
    return True


def test_an_authority_that_does_not_check_what_a_commit_changed_is_caught(
    house: LiveHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken twin: the inside of a slice is trusted, as the engine trusts it."""
    monkeypatch.setattr(drafts, "may_edit", lambda *_: None)
    monkeypatch.setattr(steps, "check_change", lambda *_: None)
    seen = hostile_frames(house, 1_500)
    assert seen["fault"] > 0 or not _is_sound(house)
    house.engine.dispose()
