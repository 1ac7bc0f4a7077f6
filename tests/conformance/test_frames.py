"""What travels short arrives whole: the authority's frames, read by the editor, hold the steps of the log."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.live import frames
from api.live.frames import Logged, commit_value, write_frame
from guidelines import steps
from tests.conformance.conftest import Peer


@pytest.fixture(scope="module")
def spread() -> Iterator[Callable[[Any], Any]]:
    """Asks the editor to read a frame."""
    peer = Peer("frames.ts")
    yield peer.ask
    peer.end()


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20) | st.sampled_from(
    ['"', "\\", '\\"', '"}]}}', "\U0001f600é", "\u2028"]
)


def plain(at: int, words: str) -> dict[str, Any]:
    return {
        "stepType": "replace", "from": at, "to": at, "slice": {"content": [{"type": "text", "text": words}]},
    }  # fmt: skip


STEPS = st.one_of(
    st.builds(plain, st.integers(0, 10**6), WORDS),
    st.builds(lambda at, words: plain(at, words) | {"to": at + 1}, st.integers(0, 10**6), WORDS),
    st.builds(lambda at, words: plain(at, words) | {"structure": True}, st.integers(0, 10**6), WORDS),
    st.builds(
        lambda at, words: {
            "stepType": "replace", "from": at, "to": at,
            "slice": {"content": [{"type": "text", "marks": [{"type": "strong"}], "text": words}]},
        },
        st.integers(0, 10**6), WORDS,
    ),
    st.builds(lambda start: {"stepType": "replace", "from": start, "to": start + 3}, st.integers(0, 10**6)),
)  # fmt: skip


def as_logged(step: dict[str, Any]) -> str:
    return json.dumps(steps.parse_step(step).to_json(), ensure_ascii=False, separators=(",", ":"))


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEPS, min_size=1, max_size=4))
def test_the_editor_reads_the_steps_that_the_log_has(spread: Callable[[Any], Any], made: list[dict[str, Any]]) -> None:
    logged = [as_logged(step) for step in made]
    commit = commit_value(Logged(9, "r", "aicha", logged), {"aicha": "Aïcha"})
    sent = json.loads(write_frame("commits", list=[commit]))
    told = spread(sent)
    assert told["list"][0]["steps"] == [json.loads(step) for step in logged]
    assert {**told["list"][0], "steps": 0} == {**sent["list"][0], "steps": 0}
    short = [step for step in sent["list"][0]["steps"] if isinstance(step, list)]
    assert len(short) == sum(step.keys() == {"stepType", "from", "to", "slice"} and _is_plain(step) for step in made)
    sent = json.loads(write_frame("catchup", commits=[commit], revision=9))
    assert spread(sent)["commits"] == told["list"]


def _is_plain(step: dict[str, Any]) -> bool:
    return step["from"] == step["to"] and "marks" not in step["slice"]["content"][0]


def test_a_key_press_travels_in_a_tenth_of_its_step() -> None:
    logged = as_logged(plain(1234, "x"))
    assert frames.short(logged) == '[1234,"x"]'
    assert len(frames.short(logged)) * 9 < len(logged)
