"""The editor's connection: one table says what leads where; what has ended stays ended, what was cut comes back."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture(scope="module")
def phases(run_lines: Callable[..., list[Any]]) -> Any:
    return run_lines("phases.ts")[0]


def test_nothing_leads_out_of_the_end(phases: Any) -> None:
    assert set(phases["table"]["gone"].values()) == {"gone"}


def test_every_phase_but_the_end_survives_a_cut_and_comes_back(phases: Any) -> None:
    for phase in ("opening", "live", "read-only", "offline"):
        assert phases["table"][phase]["closed"] == "offline"
    assert phases["table"]["offline"]["retry"] == "opening"
    assert phases["table"]["opening"]["opened-to-edit"] == "live"


def test_no_frame_of_a_socket_that_was_cut_makes_the_page_live(phases: Any) -> None:
    assert phases["table"]["offline"]["opened-to-edit"] == "offline"


def test_a_right_that_is_taken_away_is_gone_at_once_and_can_come_back(phases: Any) -> None:
    assert phases["table"]["live"]["opened-to-read"] == "read-only"
    assert phases["table"]["read-only"]["opened-to-edit"] == "live"


def test_the_close_codes_that_end_are_those_of_the_protocol(phases: Any) -> None:
    assert set(phases["ends"]) == {4001, 4003, 4004, 4010, 4403}


def test_attempts_come_slower_each_time_up_to_fifteen_seconds(phases: Any) -> None:
    waits = [most for _, most in phases["patience"]]
    assert waits == sorted(waits)
    assert waits[0] < 1000
    assert waits[-1] == 15_000
    assert all(least < most for least, most in phases["patience"])
