"""Threads come along when their words are cut and pasted, moved or replaced as a whole: surely there, or nowhere."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from api.database import transaction
from guidelines import anchors, authority, deciding, discussion, suggestion_rows, versions
from guidelines.anchors import spread
from guidelines.document import Node
from guidelines.people import Actor, Role
from guidelines.tables import SUGGEST, Person, Team
from tests.builders import b, doc, h1, p

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
AICHA, JULIE = (Actor(name, name.title(), "en", frozenset({(Role.EDITOR, "comms")})) for name in ("aicha", "julie"))
CLAUSE = "Written consent is needed from everyone"
DOCUMENT = doc(
    h1("Speaking", id="s1"), p("Always ask the press office 🙂 first.", id="p1"), p("Then speak.", id="p2"),
    h1("Pictures", id="s2"), p(f"{CLAUSE} who can be known again.", id="p3"), p("The end.", id="p4"),
)  # fmt: skip


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


def step(start: int, end: int, *content: dict[str, Any], open_: int = 0) -> dict[str, Any]:
    return {
        "stepType": "replace", "from": start, "to": end,
        "slice": {"content": list(content), "openStart": open_, "openEnd": open_},
    }  # fmt: skip


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def paragraph(words: str) -> dict[str, Any]:
    return {"type": "paragraph", "content": [text(words)]}


def write(session: Session, *made: dict[str, Any], by: Actor = AICHA) -> None:
    revision = authority.open_document(session, "v").revision
    authority.receive(session, "v", actor=by, ref=f"r{revision}", base_revision=revision, steps_json=list(made), at=AT)


def place(session: Session, words: str) -> tuple[int, int]:
    whole = spread(authority.open_document(session, "v").tree.content)
    (found,) = whole.places(words)
    anchor = whole.anchor(found, len(words))
    return anchor.start, anchor.end


def open_on(session: Session, words: str, name: str = "t") -> None:
    start, end = place(session, words)
    discussion.open_thread(
        session, JULIE, "v", thread_id=name, comment_id=f"{name}-1", text="Why?", at=AT, from_position=start,
        to_position=end,
    )  # fmt: skip


def found(session: Session) -> discussion.Discussed:
    (thread,) = discussion.threads(session, "v", JULIE)
    return thread


def words_of(session: Session) -> str | None:
    thread = found(session)
    assert thread.anchor is not None
    if thread.removed:
        return None
    tree = authority.open_document(session, "v").tree
    return spread(tree.content).between(thread.anchor.start, thread.anchor.end)


def cut(session: Session, words: str, by: Actor = AICHA) -> None:
    write(session, step(*place(session, words)), by=by)


@pytest.mark.parametrize("settled", [False, True])
def test_words_cut_and_pasted_elsewhere_bring_their_thread(session: Session, settled: bool) -> None:
    open_on(session, CLAUSE)
    cut(session, f"{CLAUSE} who can be known again.")
    if settled:
        discussion.settle(session, "v")
    assert words_of(session) is None
    write(session, step(1, 1, text("x")))
    if settled:
        discussion.settle(session, "v")
    at = place(session, "Then speak.")[1]
    write(session, step(at, at, text(f" {CLAUSE}, always.")))
    assert words_of(session) == CLAUSE
    tree = authority.open_document(session, "v").tree
    assert (found(session).section_in(tree), found(session).thread.section) == ("s1", "s2")
    write(session, step(1, 2))
    assert words_of(session) == CLAUSE


def test_words_changed_since_the_thread_began_are_known_by_what_they_were_when_cut(session: Session) -> None:
    open_on(session, CLAUSE)
    at = place(session, "consent is")[0]
    write(session, step(at, at, text("and dated ")))
    cut(session, "Written and dated consent is needed from everyone who can be known again.")
    at = place(session, "The end.")[0]
    write(session, step(at, at, text("Written and dated consent is needed from everyone. ")))
    assert words_of(session) == "Written and dated consent is needed from everyone"


def test_words_over_two_paragraphs_come_along(session: Session) -> None:
    both = "press office 🙂 first.\nThen speak."
    open_on(session, both)
    start, end = place(session, "Always ask the press office 🙂 first.\nThen speak.")
    write(session, step(start - 1, end + 1))
    at = place(session, "The end.")[0] - 1
    write(session, step(at, at, paragraph("Always ask the press office 🙂 first."), paragraph("Then speak.")))
    assert words_of(session) == both


def test_a_move_in_one_commit_brings_it_along_whichever_comes_first(session: Session) -> None:
    open_on(session, CLAUSE)
    start, end = place(session, f"{CLAUSE} who can be known again.")
    first = {"type": "paragraph", "content": [text(f"{CLAUSE} who can be known again.")]}
    size = end - start + 2
    write(session, step(0, 0, first), step(start - 1 + size, end + 1 + size))
    assert words_of(session) == CLAUSE
    start, end = place(session, f"{CLAUSE} who can be known again.")
    last = authority.open_document(session, "v").tree.content.size - size
    write(session, step(start - 1, end + 1), step(last, last, first))
    assert words_of(session) == CLAUSE


def test_one_step_that_exchanges_two_paragraphs_brings_it_along(session: Session) -> None:
    open_on(session, "ask the press office")
    start = place(session, "Always ask")[0] - 1
    end = place(session, "Then speak.")[1] + 1
    write(session, step(start, end, paragraph("Then speak."), paragraph("Always ask the press office 🙂 first.")))
    assert words_of(session) == "ask the press office"


def test_undoing_a_cut_brings_it_back_where_it_was(session: Session) -> None:
    open_on(session, CLAUSE)
    start, _ = place(session, CLAUSE)
    cut(session, CLAUSE)
    write(session, step(start, start, text(CLAUSE)), by=JULIE)
    assert words_of(session) == CLAUSE


@pytest.mark.parametrize(
    ("quote", "pasted", "by", "why"),
    [
        ("ask", "ask", AICHA, "too short to be known again"),
        (CLAUSE, CLAUSE, JULIE, "another's words, though they read alike"),
        (CLAUSE, f"{CLAUSE} and {CLAUSE}", AICHA, "twice"),
        (CLAUSE, "Written consent from everyone is needed", AICHA, "other words"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value and len(value) > 30 else "",
)
def test_what_is_not_certain_is_an_orphan(session: Session, quote: str, pasted: str, by: Actor, why: str) -> None:
    open_on(session, quote)
    start, end = place(session, quote)
    write(session, step(start, end))
    at = place(session, "The end.")[0]
    write(session, step(at, at, text(f"Before. {pasted} ")), by=by)
    assert words_of(session) is None, why


def test_words_that_stand_twice_are_not_followed_to_either(session: Session) -> None:
    at = place(session, "The end.")[0]
    write(session, step(at, at, text(f"{CLAUSE}. ")))
    whole = spread(authority.open_document(session, "v").tree.content)
    anchor = whole.anchor(whole.places(CLAUSE)[0], len(CLAUSE))
    discussion.open_thread(
        session, JULIE, "v", thread_id="t", comment_id="t-1", text="Why?", at=AT, from_position=anchor.start,
        to_position=anchor.end,
    )  # fmt: skip
    write(session, step(anchor.start, anchor.end))
    write(session, step(1, 1, text(f"{CLAUSE} ")))
    assert words_of(session) is None


def replaced(session: Session, document: Node) -> None:
    versions.replace_document(session, AICHA, "v", document, ref=f"i{random.random()}", at=AT)


def test_a_whole_new_text_keeps_threads_on_words_that_it_keeps(session: Session) -> None:
    open_on(session, CLAUSE)
    replaced(session, doc(
        h1("Pictures"), p("Preface."), p(f"{CLAUSE} who is seen, and who can be known again."),
        h1("Speaking"), p("Say nothing."),
    ))  # fmt: skip
    assert words_of(session) == CLAUSE
    write(session, step(1, 1, text("New ")))
    assert words_of(session) == CLAUSE


def test_a_whole_new_text_without_the_words_leaves_an_orphan_and_says_whose_it_was(session: Session) -> None:
    open_on(session, CLAUSE)
    replaced(session, doc(h1("Pictures"), p("Consent in writing."), h1("Speaking"), p("Say nothing.")))
    revision = authority.open_document(session, "v").revision
    assert (found(session).removed_revision, found(session).removed_by) == (revision, "aicha")
    assert found(session).thread.quote == CLAUSE
    replaced(session, DOCUMENT)
    assert words_of(session) == CLAUSE


def test_a_form_that_changes_leaves_the_thread(session: Session) -> None:
    open_on(session, CLAUSE)
    blocks = list(DOCUMENT.content)
    blocks[4] = p(b(CLAUSE), " who can be known again.")
    replaced(session, doc(*blocks))
    assert words_of(session) == CLAUSE


def test_following_words_that_are_not_unique_would_be_caught(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: the first place where the words stand."""

    def first(self: anchors.Spread, words: str) -> list[int]:
        place = self.text.find(words)
        return [place] if place >= 0 else []

    open_on(session, CLAUSE)
    cut(session, CLAUSE)
    at = place(session, "The end.")[0]
    write(session, step(at, at, text(f"Before. {CLAUSE} and {CLAUSE}")))
    assert words_of(session) is None
    monkeypatch.setattr(anchors.Spread, "places", first)
    assert words_of(session) is not None


def suggested(session: Session, words: str, after: str, *, by: Actor = JULIE) -> None:
    """Suggests to move words behind others: the copy is put in, what stands is struck."""
    suggestion_rows.open_session(session, "v", by, key=by.id, at=AT)
    name, (start, end) = f"{by.id}.1", place(session, words)
    there = place(session, after)[1]
    struck = {"stepType": "addMark", "mark": {"type": "del", "attrs": {"s": name}}, "from": start, "to": end}
    copy = step(there, there, {**text(words), "marks": [{"type": "ins", "attrs": {"s": name}}]})
    revision = authority.open_document(session, "v").revision
    authority.receive(
        session, "v", actor=by, ref="move", base_revision=revision, steps_json=[struck, copy], at=AT, cause=SUGGEST
    )


def decided(session: Session, *, accept: bool) -> None:
    revision = authority.open_document(session, "v").revision
    names = ["julie.1"]
    deciding.decide(
        session, "v", actor=AICHA, ref="d", accept=names if accept else [], reject=[] if accept else names,
        seen_revision=revision, at=AT,
    )  # fmt: skip


@pytest.mark.parametrize("accept", [True, False])
@pytest.mark.parametrize("after", ["Then speak.", "The end."])
def test_words_whose_suggested_move_is_decided_keep_their_thread(session: Session, accept: bool, after: str) -> None:
    """Before the original and behind it: the decision's steps go from the end of the text to its start."""
    open_on(session, CLAUSE)
    suggested(session, f"{CLAUSE} who can be known again.", after)
    assert words_of(session) == CLAUSE
    decided(session, accept=accept)
    assert words_of(session) == CLAUSE
    assert discussion.threads(session, "v", JULIE)[0].removed_revision is None
    start, _ = place(session, CLAUSE)
    anchor = found(session).anchor
    assert anchor is not None
    assert anchor.start == start


def test_words_that_a_decision_takes_away_without_a_suggested_copy_are_gone(session: Session) -> None:
    write(session, step(*place(session, "The end."), text(f"{CLAUSE} who can be known again, twice.")))
    open_on_first = place_first(session, CLAUSE)
    discussion.open_thread(
        session, JULIE, "v", thread_id="t", comment_id="t-1", text="Why?", at=AT, from_position=open_on_first[0],
        to_position=open_on_first[1],
    )  # fmt: skip
    suggestion_rows.open_session(session, "v", JULIE, key="julie", at=AT)
    struck = {
        "stepType": "addMark", "mark": {"type": "del", "attrs": {"s": "julie.1"}}, "from": open_on_first[0],
        "to": open_on_first[1],
    }  # fmt: skip
    revision = authority.open_document(session, "v").revision
    authority.receive(
        session, "v", actor=JULIE, ref="strike", base_revision=revision, steps_json=[struck], at=AT, cause=SUGGEST
    )
    decided(session, accept=True)
    assert words_of(session) is None


def place_first(session: Session, words: str) -> tuple[int, int]:
    whole = spread(authority.open_document(session, "v").tree.content)
    anchor = whole.anchor(whole.places(words)[0], len(words))
    return anchor.start, anchor.end
