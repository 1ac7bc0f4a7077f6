"""A batch: the commits of one transaction leave the very rows that each of them leaves alone."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel

from guidelines import authority, queries
from guidelines.authority import Accepted
from guidelines.batch import Batch
from guidelines.document_cache import DocumentCache
from guidelines.errors import GuidelineError, InvalidStep, RefTaken
from guidelines.projecting import Projecting
from tests.guidelines.test_projection import AT, PEOPLE, Written, memory

TABLES = ("step", "section_revision", "authorship", "outline_revision", "snapshot", "version")
SIZE = 44
#: Who, what, where (of 100): made by several on the same text, so that each is moved behind those before it.
KEYS = st.tuples(st.integers(0, 2), st.sampled_from(["x", "yes ", "", "", "split", "heading"]), st.integers(0, 99))
BATCHES = st.lists(st.lists(KEYS, min_size=1, max_size=5), min_size=1, max_size=5)


def step(words: str, where: int, size: int) -> dict[str, Any]:
    place = 1 + where * (size - 2) // 100
    if words == "split":
        block = {"type": "paragraph"}
        return {"stepType": "replace", "from": place, "to": place, "slice": {
            "content": [block, block], "openStart": 1, "openEnd": 1,
        }}  # fmt: skip
    if words == "heading":
        return {"stepType": "replace", "from": 0, "to": 0, "slice": {
            "content": [{"type": "heading", "attrs": {"level": 1}, "content": [{"type": "text", "text": "New"}]}],
        }}  # fmt: skip
    if not words:
        return {"stepType": "replace", "from": place, "to": place + 1}
    return {"stepType": "replace", "from": place, "to": place, "slice": {"content": [{"type": "text", "text": words}]}}


def play(session: Session, batches: list[list[tuple[int, str, int]]], *, together: bool) -> list[Any]:
    """What each commit was answered: all of a batch in one, or each by itself."""
    cache, answers, number = DocumentCache(), [], 0
    for keys in batches:
        row = queries.lock_version(session, "v")
        start, size = row.revision, authority.open_document(session, "v", cache).tree.content.size
        batch = Batch(session, row, cache) if together else None
        if batch is not None:
            batch.look_up({(PEOPLE[who].id, f"r{number + place}") for place, (who, _, _) in enumerate(keys)})
        for who, words, where in keys:
            try:
                answer: Any = authority.receive(
                    session, "v", actor=PEOPLE[who], ref=f"r{number}", base_revision=start,
                    steps_json=[step(words, where, size)], at=AT + timedelta(seconds=number), cache=cache, batch=batch,
                )  # fmt: skip
            except GuidelineError as error:
                answer = str(error)
            answers.append(answer)
            number += 1
        if batch is not None:
            batch.write()
    return answers


def rows(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    session.flush()
    return {
        name: sorted((tuple(row) for row in session.execute(SQLModel.metadata.tables[name].select())), key=str)
        for name in TABLES
    }


def both(batches: list[list[tuple[int, str, int]]]) -> tuple[Any, Any]:
    """Answers, rows and what the log says otherwise: of the batches in one, and of each commit by itself."""
    found = []
    for together in (True, False):
        engine = memory()
        written = Written(engine)
        answers = play(written.session, batches, together=together)
        found.append((answers, rows(written.session), written.differences()))
        written.session.close()
        engine.dispose()
    return found[0], found[1]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(BATCHES)
def test_commits_together_leave_what_each_leaves_alone(batches: list[list[tuple[int, str, int]]]) -> None:
    together, alone = both(batches)
    assert together == alone
    assert together[2] == []


@pytest.fixture
def written(engine: Engine) -> Iterator[Written]:
    found = Written(engine)
    yield found
    found.session.rollback()
    found.session.close()


FIXED = [[(0, "x", 40), (1, "yes ", 45), (2, "x", 50), (0, "", 40)], [(1, "", 65), (2, "yes ", 50), (1, "split", 45)]]


def test_together_and_alone_agree_on_both_databases(written: Written) -> None:
    taken = [answer for answer in play(written.session, FIXED, together=True) if isinstance(answer, Accepted)]
    assert len(taken) >= 5
    assert written.differences() == []
    assert taken[-1].revision == written.row.revision
    assert len(queries.steps_between(written.session, "v", 0, 99)) == sum(len(answer.steps) for answer in taken)


def test_a_batch_that_passes_over_what_waits_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Batch.since
    monkeypatch.setattr(Batch, "since", lambda self, revision: right(self, revision) if self.known is None else [])
    together, alone = both(FIXED)
    assert together != alone


def test_a_batch_that_forgets_whose_words_stand_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    _, alone = both(FIXED)
    right = Projecting._origin

    def forgetful(self: Projecting, turn: Any, then: Any) -> Any:
        kept = dict(self.standing)
        found = right(self, turn, then)
        self.standing.update(kept)
        return found

    monkeypatch.setattr(Projecting, "_origin", forgetful)
    together, _ = both(FIXED)
    assert together[1]["section_revision"] != alone[1]["section_revision"]


def test_a_commit_twice_in_a_batch_counts_once_and_another_under_its_name_is_refused(written: Written) -> None:
    batch = Batch(written.session, queries.lock_version(written.session, "v"), DocumentCache())
    batch.look_up({("aicha", "a")})
    sent: dict[str, Any] = {"actor": PEOPLE[0], "ref": "a", "base_revision": 0, "at": AT, "batch": batch}
    one = authority.receive(written.session, "v", steps_json=[step("x", 30, SIZE)], **sent)
    two = authority.receive(written.session, "v", steps_json=[step("x", 30, SIZE)], **sent)
    assert (two.revision, two.steps, two.kept, two.already) == (one.revision, one.steps, one.kept, True)
    with pytest.raises(RefTaken):
        authority.receive(written.session, "v", steps_json=[step("y", 30, SIZE)], **sent)
    batch.write()
    assert len(rows(written.session)["step"]) == 1
    assert written.differences() == []


def test_a_refused_commit_leaves_nothing_in_its_batch(written: Written) -> None:
    batch = Batch(written.session, queries.lock_version(written.session, "v"), DocumentCache())
    sent: dict[str, Any] = {"actor": PEOPLE[0], "base_revision": 0, "at": AT, "batch": batch}
    authority.receive(written.session, "v", ref="a", steps_json=[step("x", 30, SIZE)], **sent)
    with pytest.raises(InvalidStep):
        authority.receive(written.session, "v", ref="b", steps_json=[{"stepType": "replace", "from": 0}], **sent)
    authority.receive(written.session, "v", ref="c", steps_json=[step("y", 65, SIZE)], **sent)
    batch.write()
    assert [record.ref for record in queries.steps_between(written.session, "v", 0, 9)] == ["a", "c"]
    assert written.differences() == []
