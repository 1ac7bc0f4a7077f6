"""Threads follow the words that they were opened on, through any edit, and say who took them away."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prosemirror.transform import Mapping
from sqlalchemy import Engine
from sqlmodel import Session, select

from api.database import transaction
from guidelines import anchors, authority, discussion, steps, versions
from guidelines.anchors import Anchor
from guidelines.errors import InvalidField, StaleRevision, UnknownThread
from guidelines.people import Actor
from guidelines.tables import Person, Team, Thread
from tests.builders import b, cell, doc, h1, p, row, table

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
AICHA, JULIE = Actor("aicha", "Aïcha"), Actor("julie", "Julie")
#: "always ask" stands from 11 to 21.
DOCUMENT = doc(h1("Speaking", id="s1"), p("always ask 🙂 first", id="p1"), p("Then speak.", id="p2"))
WORDS = (11, 21)


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with transaction(engine) as opened:
        for actor in (AICHA, JULIE):
            opened.add(
                Person(id=actor.id, email=f"{actor.id}@x.example", name=actor.name, language="fr", created_at=AT)
            )
        opened.add(Team(id="comms", name_fr="Communication", name_en="Communications"))
        opened.flush()
        versions.create_guideline(
            opened, AICHA, guideline_id="g", version_id="v", slug="charter", title="Charter", language="en",
            kind="charter", owner_team="comms", policy="standard", at=AT, document=DOCUMENT,
        )  # fmt: skip
        yield opened


def replace(start: int, end: int, words: str = "") -> dict[str, Any]:
    content = [{"type": "text", "text": words}] if words else []
    return {"stepType": "replace", "from": start, "to": end, "slice": {"content": content}}


def write(session: Session, *made: dict[str, Any], by: Actor = AICHA) -> None:
    revision = authority.open_document(session, "v").revision
    authority.receive(session, "v", actor=by, ref=f"r{revision}", base_revision=revision, steps_json=list(made), at=AT)


def open_thread(session: Session, name: str = "t", words: tuple[int, int] | None = WORDS, **more: Any) -> Thread:
    positions = {"from_position": words[0], "to_position": words[1]} if words else {}
    return discussion.open_thread(
        session, JULIE, "v", thread_id=name, comment_id=f"{name}-1", text="Why?", at=AT, **positions, **more
    )


def found(session: Session) -> discussion.Discussed:
    (thread,) = discussion.threads(session, "v", JULIE)
    return thread


def words_of(session: Session) -> str:
    anchor = found(session).anchor
    assert anchor is not None
    tree = authority.open_document(session, "v").tree
    return str(tree.text_between(anchor.start, anchor.end, "\n", " "))


def test_a_thread_keeps_the_words_the_section_and_what_stood_around(session: Session) -> None:
    thread = open_thread(session)
    assert (thread.quote, thread.section, thread.suffix[:4]) == ("always ask", "s1", " 🙂 f")
    assert (words_of(session), found(session).removed) == ("always ask", False)


def test_edits_around_and_inside_leave_it_on_its_words(session: Session) -> None:
    open_thread(session)
    write(session, replace(1, 1, "Before: "))
    assert words_of(session) == "always ask"
    write(session, replace(26, 26, "kindly "))
    assert words_of(session) == "always kindly ask"
    write(session, replace(19, 19, "we "))
    assert words_of(session) == "always kindly ask"
    write(session, replace(22, 25))
    assert words_of(session) == "ays kindly ask"


def test_removed_words_leave_the_thread_with_its_quote_and_the_name_of_who_removed_them(session: Session) -> None:
    open_thread(session)
    write(session, replace(1, 1, "x"))
    write(session, replace(10, 25), by=JULIE)
    write(session, replace(10, 10, "other words"))
    thread = found(session)
    assert (thread.removed, thread.removed_revision, thread.removed_by) == (True, 2, "julie")
    assert thread.thread.quote == "always ask"
    assert thread.anchor is not None
    assert thread.anchor.start == thread.anchor.end


@pytest.mark.parametrize("settled", [False, True])
def test_undoing_the_deletion_brings_the_thread_back(session: Session, settled: bool) -> None:
    open_thread(session)
    write(session, replace(9, 30))
    if settled:
        discussion.settle(session, "v")
    assert found(session).removed
    write(session, replace(1, 1, "xy"))
    if settled:
        discussion.settle(session, "v")
    back = {"content": [
        {"type": "heading", "content": [{"type": "text", "text": "g"}]},
        {"type": "paragraph", "content": [{"type": "text", "text": "always ask 🙂 first"}]},
    ], "openStart": 1, "openEnd": 1}  # fmt: skip
    write(session, {"stepType": "replace", "from": 11, "to": 11, "slice": back})
    assert not found(session).removed
    assert words_of(session) == "always ask"
    assert found(session).removed_by is None


def test_other_words_at_that_place_do_not_bring_it_back(session: Session) -> None:
    open_thread(session)
    write(session, replace(11, 21))
    write(session, replace(11, 11, "always as"))
    assert found(session).removed


def test_a_thread_on_two_blocks_loses_one_and_stays_on_the_other(session: Session) -> None:
    open_thread(session, words=(18, 40))
    write(session, replace(18, 30))
    assert words_of(session).strip() == "Then spe"


def test_writing_down_where_the_threads_are_changes_nothing_that_is_read(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_thread(session)
    open_thread(session, "gone", (32, 36))
    write(session, replace(1, 1, "x"))
    write(session, replace(33, 37), by=JULIE)
    before = [(one.anchor, one.removed_by) for one in discussion.threads(session, "v", JULIE)]
    discussion.settle(session, "v")
    assert [(one.anchor, one.removed_by) for one in discussion.threads(session, "v", JULIE)] == before
    rows = session.exec(select(Thread).order_by(Thread.id)).all()  # type: ignore[arg-type]
    # Words that went lately are still looked for, so their thread stays where it was written down.
    assert {row.id: row.at_revision for row in rows} == {"gone": 0, "t": 2}
    monkeypatch.setattr(discussion, "LOOKED_FOR", 0)
    discussion.settle(session, "v")
    assert [(one.anchor, one.removed_by) for one in discussion.threads(session, "v", JULIE)] == before
    assert {row.id: row.at_revision for row in rows} == {"gone": 2, "t": 2}
    assert [row.removed_by for row in rows] == ["julie", None]


def test_replies_resolving_and_reopening_keep_their_order(session: Session) -> None:
    thread = open_thread(session)
    discussion.reply(session, AICHA, thread, comment_id="c2", text="Because.", at=AT + timedelta(minutes=1))
    discussion.resolve(session, AICHA, thread, at=AT)
    assert not found(session).is_open
    discussion.reopen(session, thread)
    assert found(session).is_open
    assert [comment.text for comment in found(session).comments] == ["Why?", "Because."]


def test_a_thread_may_stand_on_a_quote_on_a_section_or_on_the_whole(session: Session) -> None:
    quoted = open_thread(session, "q", None, quote="🙂 first", section="s1")
    assert (quoted.from_position, quoted.to_position) == (22, 30)
    assert open_thread(session, "s", None, section="s1").from_position is None
    assert open_thread(session, "w", None).section == ""
    assert not any(thread.removed for thread in discussion.threads(session, "v", JULIE))


@pytest.mark.parametrize(
    ("words", "error"),
    [((5, 5), StaleRevision), ((9, 3), StaleRevision), ((-1, 3), StaleRevision), ((1, 10**6), StaleRevision),
     ((True, 3), StaleRevision), ((9, 11), InvalidField)],
)  # fmt: skip
def test_a_selection_that_holds_no_words_is_refused(session: Session, words: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        open_thread(session, words=words)


@pytest.mark.parametrize("text", ["", "  ", "x" * 10_001, "a\0"])
def test_an_empty_or_endless_comment_is_refused(session: Session, text: str) -> None:
    with pytest.raises(InvalidField):
        discussion.open_thread(session, JULIE, "v", thread_id="t", comment_id="c", text=text, at=AT)


def test_a_thread_of_another_version_is_unknown(session: Session) -> None:
    open_thread(session)
    with pytest.raises(UnknownThread):
        discussion.thread_of(session, "w", "t", JULIE)


# The anchor beside the browser's own mapping: `from` with bias 1 and `to` with bias -1, through the same steps.

TREE = steps.tree_of(doc(p("alpha beta gamma", id="a"), p("delta ", b("eps"), " 🙂 zeta", id="b"),
                         table(row(cell("x"), cell("y")), id="t"), p("eta theta", id="c")))  # fmt: skip


def _edit(rng: random.Random, tree: Any) -> Any:
    size = tree.content.size
    start = rng.randint(0, size)
    kind = rng.random()
    if kind < 0.4:
        value = replace(start, start, rng.choice(["x", "yy ", "🙂"]))
    elif kind < 0.75:
        value = replace(start, min(size, start + rng.randint(1, 12)))
    elif kind < 0.85:
        value = replace(start, min(size, start + rng.randint(1, 5)), "new")
    elif kind < 0.95:
        split = {"content": [{"type": "paragraph"}, {"type": "paragraph"}], "openStart": 1, "openEnd": 1}
        value = {"stepType": "replace", "from": start, "to": start, "slice": split}
    else:
        value = {"stepType": "addMark", "from": start, "to": min(size, start + 4), "mark": {"type": "em"}}
    return steps.parse_step(value)


def _history(rng: random.Random) -> Iterator[Any]:
    tree = TREE
    while True:
        step = _edit(rng, tree)
        after = steps.apply(tree, step)
        if after is not None and after.child_count:
            tree = after
            yield step


def logged(made: list[Any]) -> list[anchors.Logged]:
    return [anchors.Logged(revision, step) for revision, step in enumerate(made, 1)]


def _browser(start: int, end: int, made: list[Any]) -> tuple[int, int, int | None]:
    """What the editor does with its own copy of an anchor, step by step until nothing of it is left."""
    for place, step in enumerate(made):
        mapping = Mapping([step.get_map()])
        start, end = mapping.map(start, 1), mapping.map(end, -1)
        if start >= end:
            return start, end, place + 1
    return start, end, None


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10**9), start=st.integers(1, 30), length=st.integers(1, 15))
def test_the_words_are_followed_as_the_browser_follows_them(seed: int, start: int, length: int) -> None:
    _compare(seed, start, length)


def _compare(seed: int, start: int, length: int) -> None:
    history = _history(random.Random(seed))
    made = [next(history) for _ in range(12)]
    end = min(TREE.content.size, start + length)
    anchor = anchors.follow(Anchor(start, end), logged(made))
    first, last, gone = _browser(start, end, made)
    assert anchor.removed_at == gone
    if gone is None:
        assert (anchor.start, anchor.end) == (first, last)


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 10**9), cut=st.integers(0, 12))
def test_following_in_two_goes_is_following_in_one(seed: int, cut: int) -> None:
    history = _history(random.Random(seed))
    made = logged([next(history) for _ in range(12)])
    anchor = Anchor(3, 12)
    once = anchors.follow(anchor, made, "pha beta ")
    assert anchors.follow(anchors.follow(anchor, made[:cut], "pha beta "), made[cut:], "pha beta ") == once


def test_an_anchor_that_takes_in_what_is_written_at_its_edges_would_be_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def greedy(anchor: Anchor, one: anchors.Logged) -> Anchor:
        mapping = one.step.get_map()
        return Anchor(mapping.map(anchor.start, -1), mapping.map(anchor.end, 1))

    monkeypatch.setattr(anchors, "_after", greedy)
    with pytest.raises(AssertionError):
        _compare_many()


def _compare_many() -> None:
    for seed in range(50):
        _compare(seed, 3, 9)
