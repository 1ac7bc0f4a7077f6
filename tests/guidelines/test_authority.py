"""The authority: one past per revision, nothing accepted twice, nothing stored for what is refused."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session, select

from api.database import transaction
from guidelines import authority, queries, versions
from guidelines.document import Node, document_hash, plain_text
from guidelines.errors import FrozenVersion, InvalidField, InvalidStep, RefTaken, StaleRevision
from guidelines.people import Actor
from guidelines.tables import Person, Snapshot, StepRecord, Team
from tests.builders import doc, h1, p

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
AICHA, JULIE = Actor("aicha", "Aïcha"), Actor("julie", "Julie")


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with transaction(engine) as opened:
        for actor in (AICHA, JULIE):
            opened.add(
                Person(id=actor.id, email=f"{actor.id}@x.example", name=actor.name, language="fr", created_at=AT)
            )
        opened.add(Team(id="comms", name_fr="Communication", name_en="Communications"))
        opened.flush()
        yield opened


def start(session: Session, document: Node) -> str:
    row = versions.create_guideline(
        session, AICHA, guideline_id="g", version_id="v", slug="charter", title="Charter", language="en",
        kind="charter", owner_team="comms", policy="standard", at=AT, document=document,
    )  # fmt: skip
    return row.id


def insert(position: int, words: str) -> dict[str, Any]:
    return {
        "stepType": "replace", "from": position, "to": position,
        "slice": {"content": [{"type": "text", "text": words}]},
    }  # fmt: skip


def delete(start: int, end: int) -> dict[str, Any]:
    return {"stepType": "replace", "from": start, "to": end}


def receive(session: Session, actor: Actor, ref: str, base: int, *steps: Any, **more: Any) -> authority.Accepted:
    return authority.receive(
        session, "v", actor=actor, ref=ref, base_revision=base, steps_json=list(steps), at=AT, **more
    )


def words(session: Session) -> str:
    return plain_text(authority.open_document(session, "v").document)


def test_a_step_is_logged_and_the_next_reader_sees_it(session: Session) -> None:
    start(session, doc(p("Hello")))
    answer = receive(session, AICHA, "a", 0, insert(6, " world"))
    assert (answer.revision, answer.kept, answer.dropped) == (1, (0,), ())
    assert words(session) == "Hello world"


def test_two_writers_at_once_both_keep_their_words(session: Session) -> None:
    start(session, doc(p("Hello")))
    receive(session, AICHA, "a", 0, insert(1, "Oh, "))
    answer = receive(session, JULIE, "b", 0, insert(6, "!"))
    assert words(session) == "Oh, Hello!"
    assert answer.steps[0]["from"] == 10


def test_the_same_commit_never_counts_twice(session: Session) -> None:
    start(session, doc(p("Hello")))
    first = receive(session, AICHA, "a", 0, insert(6, "!"))
    again = receive(session, AICHA, "a", 0, insert(6, "!"))
    assert (again.already, again.revision, again.steps) == (True, first.revision, first.steps)
    assert words(session) == "Hello!"


def test_anothers_name_for_a_commit_never_matters(session: Session) -> None:
    start(session, doc(p("Hello")))
    receive(session, AICHA, "1", 0, insert(6, "!"))
    theirs = receive(session, JULIE, "1", 1, insert(1, "Oh, "))
    assert (theirs.already, theirs.revision, theirs.kept) == (False, 2, (0,))
    assert words(session) == "Oh, Hello!"
    again = [receive(session, AICHA, "1", 0, insert(6, "!")), receive(session, JULIE, "1", 1, insert(1, "Oh, "))]
    assert [(answer.already, answer.revision) for answer in again] == [(True, 1), (True, 2)]


def test_an_authority_that_looks_for_the_name_alone_is_caught(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def by_name_alone(session: Session, version_id: str, person_id: str, ref: str) -> Any:
        return session.exec(select(StepRecord).where(StepRecord.version_id == version_id, StepRecord.ref == ref)).all()

    monkeypatch.setattr(queries, "commit_of", by_name_alone)
    with pytest.raises((AssertionError, RefTaken)):
        test_anothers_name_for_a_commit_never_matters(session)


@pytest.mark.parametrize(("base", "said"), [(0, "?"), (1, "!")])
def test_other_steps_under_ones_own_name_are_refused_and_nothing_is_stored(
    session: Session, base: int, said: str
) -> None:
    start(session, doc(p("Hello")))
    receive(session, AICHA, "1", 0, insert(6, "!"))
    with pytest.raises(RefTaken) as refused:
        receive(session, AICHA, "1", base, insert(6, said))
    assert refused.value.facts == {"ref": "1"}
    assert words(session) == "Hello!"


def test_meta_data_that_reads_otherwise_than_it_is_stored_is_refused(session: Session) -> None:
    start(session, doc(p("Hello")))
    meta = {"title": "Charter", "kind": "charter", "audience": "All", "summary": "What holds."}
    for field in ("title", "audience", "summary"):
        with pytest.raises(InvalidField) as refused:
            versions.set_meta(session, AICHA, "v", at=AT, **(meta | {field: "Not \u202efor all"}))
        assert refused.value.facts == {"field": field, "problem": "turning"}


def test_a_writer_never_names_a_commit_as_the_changes_of_meta_data_are(session: Session) -> None:
    start(session, doc(p("Hello")))
    with pytest.raises(InvalidField) as refused:
        receive(session, AICHA, "meta-v-1", 0, insert(6, "!"))
    assert refused.value.facts["problem"] == "reserved"
    row = versions.set_meta(session, AICHA, "v", at=AT, title="Charter", kind="charter", audience="All", summary="")
    assert row.revision == 1


def test_the_same_commit_again_is_told_the_same_of_what_survived(session: Session) -> None:
    start(session, doc(p("One", id="x"), p("Two", id="y")))
    receive(session, AICHA, "a", 0, delete(0, 5))
    copied = {"type": "paragraph", "attrs": {"id": "y"}, "content": [{"type": "text", "text": "Three"}]}
    pasted = {"stepType": "replace", "from": 14, "to": 14, "slice": {"content": [copied]}}
    sent = (insert(2, "lost"), pasted, insert(17, "kept"))
    first = receive(session, JULIE, "b", 0, *sent)
    assert len(first.steps) == len(first.kept) + 1
    receive(session, AICHA, "c", first.revision, insert(1, "later "))
    again = receive(session, JULIE, "b", 0, *sent)
    assert (again.revision, again.steps, again.kept, again.dropped) == (
        first.revision, first.steps, first.kept, first.dropped,
    )  # fmt: skip
    assert again.already


def test_a_commit_of_which_nothing_is_left_logs_nothing_and_may_be_sent_again(session: Session) -> None:
    start(session, doc(p("One"), p("Two")))
    receive(session, AICHA, "a", 0, delete(0, 5))
    for _ in range(2):
        answer = receive(session, JULIE, "b", 0, insert(2, "lost"))
        assert (answer.steps, answer.kept, answer.dropped, answer.revision) == ([], (), (0,), 1)
    assert len(session.exec(select(StepRecord)).all()) == 1


def test_a_step_made_impossible_by_another_is_dropped_and_told(session: Session) -> None:
    start(session, doc(p("One"), p("Two")))
    receive(session, AICHA, "a", 0, delete(0, 5))
    answer = receive(session, JULIE, "b", 0, insert(2, "x"), insert(8, "y"))
    assert (answer.kept, answer.dropped) == ((1,), (0,))
    assert words(session) == "Ty" + "wo"


def test_typing_over_a_word_that_somebody_deletes_is_kept(session: Session) -> None:
    """The package drops it, every browser keeps it: `corrections`."""
    start(session, doc(p("alpha beta gamma")))
    receive(session, AICHA, "a", 0, delete(7, 12))
    replaced = {**insert(7, "BETA"), "to": 11}
    assert receive(session, JULIE, "b", 0, replaced).kept == (0,)
    assert "BETA" in words(session)


def test_a_frozen_version_takes_no_step_and_a_thawed_one_does(session: Session) -> None:
    start(session, doc(p("Hello")))
    versions.freeze(session, "v")
    with pytest.raises(FrozenVersion):
        receive(session, AICHA, "a", 0, insert(1, "x"))
    versions.thaw(session, "v")
    assert receive(session, AICHA, "a", 0, insert(1, "x")).revision == 1


@pytest.mark.parametrize("base", [-1, 1, True, 2.0, "0"])
def test_a_revision_the_log_does_not_have_is_refused(session: Session, base: Any) -> None:
    start(session, doc(p("Hello")))
    with pytest.raises(StaleRevision):
        receive(session, AICHA, "a", base, insert(1, "x"))


HOSTILE = [
    {"stepType": "replace", "from": 3, "to": 1},
    {"stepType": "replace", "from": -1, "to": 1},
    {"stepType": "replace", "from": True, "to": 1},
    {"stepType": "replace", "from": 1.0, "to": 1},
    {"stepType": "replace", "from": "1", "to": 1},
    {"stepType": "replace", "from": 1, "to": 10**9},
    {"stepType": "replace", "from": 1, "to": 900},
    {"stepType": "replace", "from": 1},
    {"stepType": "explode"},
    {"stepType": ["replace"]},
    {"stepType": "replace", "from": 1, "to": 1, "slice": {"content": [{"type": "script"}]}},
    {"stepType": "replace", "from": 1, "to": 1, "slice": {"content": [{"type": "text", "text": ""}]}},
    {"stepType": "replace", "from": 1, "to": 1, "slice": {"content": [{"type": "text", "text": "a\0"}]}},
    {"stepType": "replace", "from": 1, "to": 1, "slice": {"content": [{"type": "text", "text": "\ud800"}]}},
    {"stepType": "replace", "from": 1, "to": 1, "slice": {"content": [], "openStart": 3}},
    {"stepType": "addMark", "from": 1, "to": 3, "mark": {"type": "link", "attrs": {"href": "javascript:alert(1)"}}},
    {"stepType": "addMark", "from": 1, "to": 3, "mark": {"type": "link"}},
    {"stepType": "addMark", "from": 1, "to": 3, "mark": {"type": "blink"}},
    {"stepType": "attr", "pos": 0, "attr": "level", "value": 99},
    {"stepType": "attr", "pos": 0, "attr": "onclick", "value": "x"},
    {"stepType": "attr", "pos": 0, "attr": "indent", "value": True},
    {"stepType": "docAttr", "attr": "numbering", "value": "roman"},
    {"stepType": "replace", "from": 1, "to": 1, "extra": 1},
    None,
    [],
    "replace",
]


@pytest.mark.parametrize("step", HOSTILE, ids=lambda step: str(step)[:60])
def test_a_malformed_step_is_named_and_nothing_is_stored(session: Session, step: Any) -> None:
    start(session, doc(p("Hello")))
    before = document_hash(authority.open_document(session, "v").document)
    with pytest.raises((InvalidStep, InvalidField)):
        receive(session, AICHA, "a", 0, insert(1, "x"), step)
    assert document_hash(authority.open_document(session, "v").document) == before
    assert session.exec(select(StepRecord)).all() == []


def test_a_step_that_cannot_apply_is_refused_to_a_writer_who_is_up_to_date(session: Session) -> None:
    start(session, doc(p("Hello")))
    with pytest.raises(InvalidStep):
        receive(session, AICHA, "a", 0, delete(0, 7))


def test_every_block_has_an_id_of_its_own_after_any_commit(session: Session) -> None:
    start(session, doc(p("One", id="x")))
    copied = {"type": "paragraph", "attrs": {"id": "x"}, "content": [{"type": "text", "text": "Two"}]}
    answer = receive(
        session, AICHA, "a", 0, {"stepType": "replace", "from": 5, "to": 5, "slice": {"content": [copied]}}
    )
    ids = [block.id for block in authority.open_document(session, "v").document.content]
    assert len(set(ids)) == 2
    assert ids[0] == "x"
    assert answer.steps[-1]["stepType"] == "attr"


def test_opening_reads_a_snapshot_and_a_short_tail(session: Session) -> None:
    start(session, doc(p("Hello")))
    for number in range(authority.SNAPSHOT_STEPS + 10):
        receive(session, AICHA, f"r{number}", number, insert(1, "x"))
    revisions = sorted(row.revision for row in session.exec(select(Snapshot)))
    assert revisions == [0, authority.SNAPSHOT_STEPS]
    assert words(session) == "x" * (authority.SNAPSHOT_STEPS + 10) + "Hello"


def test_contributors_are_those_whose_words_stand(session: Session) -> None:
    start(session, doc(h1("One", id="s1"), p("alpha"), h1("Two", id="s2"), p("beta")))
    receive(session, JULIE, "a", 0, insert(6, "x"))
    row = queries.version(session, "v")
    document = authority.open_document(session, "v").document
    found = queries.contributors_of(session, row, queries.slice_hashes(row, document))
    assert found["s1"] == {"aicha", "julie"}
    assert found["s2"] == {"aicha"}


def test_undoing_ones_own_typo_leaves_no_trace(session: Session) -> None:
    start(session, doc(h1("One", id="s1"), p("alpha")))
    receive(session, JULIE, "a", 0, insert(6, "x"))
    receive(session, JULIE, "b", 1, delete(6, 7))
    row = queries.version(session, "v")
    document = authority.open_document(session, "v").document
    assert queries.contributors_of(session, row, queries.slice_hashes(row, document))["s1"] == {"aicha"}


def test_the_projected_hashes_are_those_of_the_document(session: Session) -> None:
    start(session, doc(h1("One", id="s1"), p("alpha"), h1("Two", id="s2"), p("beta")))
    receive(session, JULIE, "a", 0, insert(6, "x"), delete(14, 17))
    row = queries.version(session, "v")
    hashes = queries.slice_hashes(row, authority.open_document(session, "v").document)
    newest = {key: rows[-1].hash for key, rows in queries.slice_history(session, "v").items()}
    assert {key: found for key, found in newest.items() if found} == hashes


EDITS = st.lists(st.tuples(st.integers(1, 11), st.sampled_from("xyz"), st.booleans()), min_size=1, max_size=4)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EDITS, EDITS)
def test_writers_who_type_at_once_lose_nothing_they_typed(tmp_path_factory: Any, one: Any, two: Any) -> None:
    """Insertions only: whatever the order, every letter typed stands in the text."""
    from sqlmodel import SQLModel

    from api.database import make_engine

    engine = make_engine(f"sqlite:///{tmp_path_factory.mktemp('db')}/x.db")
    SQLModel.metadata.create_all(engine)
    with transaction(engine) as session:
        session.add(Person(id="aicha", email="a@x.example", name="A", language="fr", created_at=AT))
        session.add(Team(id="comms", name_fr="C", name_en="C"))
        session.flush()
        start(session, doc(p("alpha beta")))
        for ref, actor, edits in (("a", AICHA, one), ("b", JULIE, two)):
            typed = [insert(place, letter) for place, letter, _ in edits]
            assert receive(session, actor, ref, 0, *typed).dropped == ()
        typed_letters = sorted([letter for _, letter, _ in (*one, *two)] + list("alpha beta"))
        assert sorted(words(session)) == typed_letters
    engine.dispose()


def test_a_text_kept_in_memory_takes_anothers_steps_and_is_not_read_anew(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two servers on one database write in turn: each finds its tree a few steps behind."""
    start(session, doc(p("Hello")))
    cache = authority.DocumentCache()
    receive(session, AICHA, "a1", 0, insert(1, "x"), cache=cache)
    receive(session, JULIE, "j1", 1, insert(1, "y"))
    with monkeypatch.context() as patched:
        patched.setattr(queries, "newest_snapshot", lambda *_: pytest.fail("the snapshot was read again"))
        receive(session, AICHA, "a2", 2, insert(1, "z"), cache=cache)
        kept = authority.open_document(session, "v", cache).tree
    assert kept.eq(authority.open_document(session, "v").tree)
