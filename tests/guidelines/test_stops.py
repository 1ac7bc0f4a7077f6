"""Stops of a draft's life: sittings by person and pause, joined where people write among each other, cut by events."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from guidelines.stops import PAUSE, Logged, Moment, stops

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
BEGUN = Moment(START, "guideline_created", "aicha")


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def log(*said: tuple[str, float] | tuple[str, float, str]) -> list[Logged]:
    return [
        Logged(revision, person, at(minutes), *cause or ("edit",))
        for revision, (person, minutes, *cause) in enumerate(said, start=1)
    ]


def told(steps: list[Logged], *moments: Moment) -> list[tuple[int, str, str]]:
    return [(stop.revision, stop.kind, "+".join(stop.people)) for stop in stops(BEGUN, steps, moments)[1:]]


def test_somebodys_writing_is_one_stop_until_they_pause_for_ten_minutes() -> None:
    assert told(log(("aicha", 0), ("aicha", 9), ("aicha", 18), ("aicha", 29))) == [
        (3, "edit", "aicha"), (4, "edit", "aicha"),
    ]  # fmt: skip


def test_who_writes_after_another_has_a_stop_and_who_write_among_each_other_share_one() -> None:
    one_by_one = log(("aicha", 0), ("aicha", 1), ("julie", 2), ("julie", 3))
    assert told(one_by_one) == [(2, "edit", "aicha"), (4, "edit", "julie")]
    together = log(("aicha", 0), ("julie", 1), ("aicha", 2), ("julie", 3))
    assert told(together) == [(4, "edit", "aicha+julie")]


def test_what_happens_to_the_version_parts_the_writing_around_it() -> None:
    writing = log(("aicha", 0), ("aicha", 1), ("aicha", 4))
    happened = [Moment(at(2), "version_submitted", "aicha"), Moment(at(3), "version_reopened", "aicha")]
    assert told(writing, *happened) == [
        (2, "edit", "aicha"), (2, "version_submitted", "aicha"), (2, "version_reopened", "aicha"), (3, "edit", "aicha"),
    ]  # fmt: skip


def test_an_import_and_a_restoring_are_stops_of_their_own() -> None:
    writing = log(("aicha", 0), ("aicha", 1, "import"), ("aicha", 2, "restore"), ("aicha", 3, "suggest"))
    assert told(writing) == [
        (1, "edit", "aicha"),
        (2, "import", "aicha"),
        (3, "restore", "aicha"),
        (4, "edit", "aicha"),
    ]


people = st.sampled_from(["aicha", "julie", "camille"])
causes = st.sampled_from(["edit", "edit", "edit", "suggest", "import", "restore"])
written = st.lists(st.tuples(people, st.floats(0.1, 25), causes), max_size=30)
happenings = st.lists(st.tuples(st.floats(0, 400), st.sampled_from(["submitted", "reopened"])), max_size=4)


@settings(deadline=None)
@given(written, happenings)
def test_stops_cover_every_step_once_in_order_and_name_everybody(
    drawn: list[tuple[str, float, str]], happened: list[tuple[float, str]]
) -> None:
    passed, said = 0.0, []
    for person, pause, cause in drawn:
        passed += pause
        said.append((person, passed, cause))
    steps = log(*said)
    found = stops(BEGUN, steps, [Moment(at(minutes), kind, "aicha") for minutes, kind in happened])
    assert (found[0].revision, found[-1].revision) == (0, len(steps))
    for former, stop in pairwise(found):
        assert stop.after == former.revision
        within = [step for step in steps if stop.after < step.revision <= stop.revision]
        assert {step.person_id for step in within} <= set(stop.people)
        if within:
            assert (stop.begun_at, stop.ended_at) == (within[0].at, within[-1].at)
        assert len(within) == stop.steps
        if len(stop.people) == 1 and within:
            assert all(later.at - earlier.at <= PAUSE for earlier, later in pairwise(within))
