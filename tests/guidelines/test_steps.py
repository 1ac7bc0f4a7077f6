"""Steps from strangers: each malformed one is named, nothing of it is stored, and the text still opens."""

import copy
import gc
import json
import random
import re
import weakref
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, func
from sqlmodel import Session, select

from api.database import make_engine, transaction
from guidelines import authority, batch, corrections, schema, steps, versions
from guidelines.document import Node, document_hash
from guidelines.errors import DocumentFull, GuidelineError, InvalidField, InvalidStep, StaleRevision
from guidelines.people import Actor
from guidelines.tables import Person, SectionRevision, Snapshot, StepRecord, Team
from tests.builders import b, bullet, cell, doc, h1, link, p, row, table, th

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
AICHA = Actor("aicha", "Aïcha")
DOCUMENT = doc(
    h1("Speaking", id="s1"),
    p("Ask ", b("always"), " first, ", link("here", "https://x.example"), ". 🙂", id="p1"),
    bullet("One", id="p2"),
    table(row(th("A"), th("B")), row(cell("a"), cell("b")), id="t1"),
    p("Last words.", id="p3"),
)


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with transaction(engine) as opened:
        _found(opened, DOCUMENT)
        yield opened


def _found(session: Session, document: Node) -> None:
    session.add(Person(id="aicha", email="a@x.example", name="Aïcha", language="fr", created_at=AT))
    session.add(Team(id="comms", name_fr="Communication", name_en="Communications"))
    session.flush()
    versions.create_guideline(
        session, AICHA, guideline_id="g", version_id="v", slug="charter", title="Charter", language="en",
        kind="charter", owner_team="comms", policy="standard", at=AT, document=document,
    )  # fmt: skip


def _stored(session: Session) -> tuple[Any, ...]:
    """Everything that a commit could leave behind, and the text as it opens."""
    counts = [session.exec(select(func.count()).select_from(table)).one() for table in (StepRecord, SectionRevision)]
    opened = authority.open_document(session, "v")
    opened.tree.check()
    return (*counts, opened.revision, document_hash(opened.document))


def _refused(session: Session, *made: Any, base: Any = 0) -> GuidelineError:
    """The error with which the commit is refused; nothing of it is stored."""
    before = _stored(session)
    with pytest.raises(GuidelineError) as caught, session.begin_nested():
        authority.receive(session, "v", actor=AICHA, ref="r", base_revision=base, steps_json=list(made), at=AT)
    session.expire_all()
    assert _stored(session) == before
    return caught.value


def replace(start: Any, end: Any, *content: Any, **more: Any) -> dict[str, Any]:
    return {"stepType": "replace", "from": start, "to": end, "slice": {"content": list(content), **more}}


def word(text: Any, *marks: Any) -> dict[str, Any]:
    return {"type": "text", "text": text, **({"marks": list(marks)} if marks else {})}


def mark(kind: Any, **attrs: Any) -> dict[str, Any]:
    return {"stepType": "addMark", "from": 11, "to": 13, "mark": {"type": kind, "attrs": attrs}}


def attr(position: Any, name: Any, value: Any) -> dict[str, Any]:
    return {"stepType": "attr", "pos": position, "attr": name, "value": value}


FINE = replace(2, 2, word("x"))
DEEP: Any = "x"
for _ in range(100):
    DEEP = [DEEP]

B20 = [
    replace(3, 1), replace(-1, 1), replace(1.5, 2), replace(1.0, 2), replace(True, 2), replace("1", 2),
    replace(None, 2), replace(1, 10**12), replace(2**70, 2**70), replace(float("nan"), 2), replace(float("inf"), 2),
    {"stepType": "replace", "from": 1}, replace(1, 5_000), replace(0, 8), {}, None, [], "replace", 7,
    {"stepType": "replaceAround", "from": 10, "to": 12, "gapFrom": 11, "gapTo": 10, "insert": 0},
    {"stepType": "replaceAround", "from": 0, "to": 10, "gapFrom": 1, "gapTo": 9, "insert": 99,
     "slice": {"content": [{"type": "paragraph"}]}},
    {"stepType": "replaceAround", "from": 0, "to": 10, "gapFrom": 1, "gapTo": 9, "insert": -1},
    attr(-1, "indent", 1), attr(10**9, "indent", 1), attr(2_000, "indent", 1),
    {"stepType": "replace", "from": 1, "to": 1, "structure": 1},
    {"stepType": "markSet", "steps": []}, {"stepType": "markSet", "steps": {}},
    {"stepType": "markSet", "steps": [FINE]}, {"stepType": "markSet", "steps": [{"stepType": "markSet"}]},
]  # fmt: skip
B21 = [
    {"stepType": "explode"}, {"stepType": ["replace"]}, {"stepType": None}, {**FINE, "extra": 1},
    replace(1, 1, {"type": "script"}), replace(1, 1, {"type": ["text"]}), replace(1, 1, {"type": {}}),
    replace(1, 1, word("x", {"type": "blink"})), replace(1, 1, word("x", {"type": ["link"]})),
    replace(1, 1, word("x", "strong")), replace(1, 1, {"type": "text", "text": "x", "marks": "strong"}),
    replace(1, 1, word("x", {"type": "link", "attrs": {"href": "javascript:alert(1)"}})),
    mark("link", href="javascript:alert(1)"), mark("link", href="JaVaScRiPt:alert(1)"), mark("link", href=" data:x"),
    mark("link", href="//evil.example"), mark("link", href="java\nscript:x"), mark("link"), mark("blink"),
    mark("strong", onclick="x"), mark(["strong"]), {**mark("strong"), "mark": "strong"},
    {**mark("strong"), "mark": {"type": "strong", "attrs": [1]}}, {**mark("strong"), "mark": None},
    mark("ins", s="nonsense"), mark("fmt", chg=[]), mark("fmt", chg=[{"s": "a.1"}]),
    replace(10, 10, {"type": "heading", "attrs": {"level": 99}}), replace(10, 10, {"type": "heading", "attrs": [9]}),
    replace(11, 11, {"type": "image", "attrs": {"src": "data:text/html,x"}}),
    attr(0, "level", 99), attr(0, "level", "1"), attr(0, "level", True), attr(0, "onclick", "x"), attr(0, "id", "é é"),
    attr(0, 7, 1), attr(0, ["level"], 1), attr(10, "level", 2), attr(0, "numbering", "headings"),
    {"stepType": "docAttr", "attr": "numbering", "value": "roman"}, {"stepType": "docAttr", "attr": "id", "value": "x"},
    {"stepType": "docAttr", "attr": "front_matter", "value": "x" * 20_001},
]  # fmt: skip
B22 = [
    replace(1, 1, word("a\0b")), replace(1, 1, word("\ud800")), replace(1, 1, word("a\udc00b")),
    replace(1, 1, word("\x1b[31m")), replace(1, 1, word("￾")), attr(0, "id", "\ud800"),
    mark("link", href="https://x.example", title="a\0"),
    mark("fmt", chg=[{"s": "a.1", "was": {"x": "\ud800"}}]), mark("fmt", chg=[{"s": "a.1", "was": {"\0": 1}}]),
]  # fmt: skip
B23 = [
    replace(1, 1, word("")), replace(1, 1, {"type": "text"}), replace(1, 1, word(None)), replace(1, 1, word(["x"])),
    replace(1, 1, word("x"), openStart=1), replace(0, 0, {"type": "paragraph"}, openEnd=2),
    replace(0, 0, {"type": "paragraph"}, openStart=-1), replace(0, 0, {"type": "paragraph"}, openStart=True),
    replace(2, 2, {"type": "paragraph", "content": [word("in a heading")]}),
    replace(0, 0, word("bare")), replace(0, 0, {"type": "cell"}), replace(0, 0, {"type": "doc"}),
    replace(0, 0, {"type": "table"}), replace(0, 0, {"type": "table", "content": [{"type": "row"}]}),
    replace(0, 0, {"type": "table", "content": [{"type": "row", "content": [{"type": "cell"}]}]}),
    {**FINE, "slice": "x"}, {**FINE, "slice": {"content": {}}}, {**FINE, "slice": {"content": [None]}},
    {**FINE, "slice": {"content": [], "extra": 1}}, replace(1, 1, {"type": "text", "text": "x", "content": DEEP}),
    mark("fmt", chg=[{"s": "a.1", "was": {"x": DEEP}}]), mark("fmt", chg=[{"s": "a.1", "was": {"x": float("nan")}}]),
]  # fmt: skip


def _kinds(session: Session, specimens: list[Any]) -> dict[str, str]:
    """Specimen to the kind of fault it is refused for, each beside a step that is fine."""
    found = {}
    for step in specimens:
        error = _refused(session, FINE, step)
        assert isinstance(error, InvalidStep), ascii(step)
        error.facts["reason"].encode()
        found[ascii(step)] = error.facts["kind"]
    return found


def _others(found: dict[str, str], *kinds: str) -> dict[str, str]:
    return {step: kind for step, kind in found.items() if kind not in kinds}


def test_positions_that_are_none_are_refused(session: Session) -> None:
    assert _others(_kinds(session, B20), "step_invalid") == {}


def test_what_the_schema_does_not_know_is_refused(session: Session) -> None:
    assert _others(_kinds(session, B21), "step_schema", "step_invalid") == {}


def test_text_that_cannot_be_kept_is_refused(session: Session) -> None:
    assert _others(_kinds(session, B22), "text_invalid", "step_schema") == {}


TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def test_words_that_read_otherwise_than_they_are_stored_are_refused(session: Session) -> None:
    for turn in TURNS:
        refused = _refused(session, replace(1, 1, word(f"approved {turn}ton")))
        assert isinstance(refused, InvalidStep)
        assert refused.facts["kind"] == "text_invalid"
        assert f"U+{ord(turn):04X}" in refused.facts["reason"]
    hebrew = "\u05e9\u05dc\u05d5\u05dd\u200f \u0645\u200d\u0631 a\u200e"
    authority.receive(
        session, "v", actor=AICHA, ref="r", base_revision=0, steps_json=[replace(1, 1, word(hebrew))], at=AT
    )
    assert hebrew in authority.open_document(session, "v").document.content[0].content[0].text


def test_a_door_that_lets_turned_words_in_is_caught(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "_FORBIDDEN", re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f\\ud800-\\udfff\\ufffe\\uffff]"))
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        test_words_that_read_otherwise_than_they_are_stored_are_refused(session)


def test_slices_that_fit_nowhere_are_refused(session: Session) -> None:
    assert _others(_kinds(session, B23), "step_invalid", "step_schema") == {}


def test_a_base_the_log_does_not_have_is_refused(session: Session) -> None:
    for base in (-1, 1, 10**9, True, 0.0, "0", None, [0]):
        assert isinstance(_refused(session, FINE, base=base), StaleRevision)


def test_too_many_steps_or_too_large_ones_are_refused(session: Session) -> None:
    assert isinstance(_refused(session, *[FINE] * (steps.MOST_STEPS + 1)), InvalidField)
    assert isinstance(_refused(session), InvalidField)
    assert isinstance(_refused(session, replace(1, 1, word("x" * (batch.MOST_BYTES + 1)))), InvalidField)
    assert isinstance(_refused(session, {"stepType": "markSet", "steps": [mark("strong")] * 2_001}), InvalidStep)


def test_a_document_beyond_its_limits_is_refused(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "MOST_BLOCKS", 6)
    assert isinstance(_refused(session, replace(0, 0, *[{"type": "paragraph"}] * 3)), DocumentFull)
    monkeypatch.setattr(steps, "MOST_BLOCKS", 600)
    monkeypatch.setattr(steps, "MOST_NODES", 60)
    breaks = [{"type": "hard_break"}] * 50
    assert isinstance(_refused(session, replace(1, 1, *breaks)), DocumentFull)
    monkeypatch.setattr(steps, "MOST_NODES", 6_000)
    monkeypatch.setattr(steps, "MOST_WEIGHT", 9_000)
    heavy = [{"type": "image", "attrs": {"alt": "x" * 2_000}}] * 5
    assert isinstance(_refused(session, replace(1, 1, *heavy)), DocumentFull)


PARTS: list[Any] = [
    None, True, -1, 0, 1, 2**63, 1.5, "", "x", "\0", "\ud800", [], {}, [None], {"type": "text"}, float("nan"),
    {"type": "text", "text": "x"}, {"type": "table"}, {"type": ["x"]}, "javascript:alert(1)", DEEP,
]  # fmt: skip
SEEDS: list[Any] = [
    FINE, replace(1, 3), mark("strong"), mark("link", href="https://x.example"), attr(0, "level", 2),
    replace(10, 10, {"type": "paragraph", "attrs": {"id": "q"}, "content": [word("new")]}),
    replace(5, 5, {"type": "heading"}, {"type": "heading"}, openStart=1, openEnd=1),
    {"stepType": "replaceAround", "from": 0, "to": 10, "gapFrom": 1, "gapTo": 9, "insert": 1, "structure": True,
     "slice": {"content": [{"type": "paragraph"}], "openStart": 0, "openEnd": 0}},
    {"stepType": "markSet", "steps": [mark("em"), {**mark("em"), "stepType": "removeMark"}]},
    {"stepType": "docAttr", "attr": "numbering", "value": "headings"},
    replace(0, 0, {"type": "table", "content": [{"type": "row", "content": [
        {"type": "cell", "attrs": {"colspan": 2}, "content": [{"type": "paragraph"}]}]}]}),
]  # fmt: skip


def test_two_thousand_mutations_neither_crash_nor_leave_anything_when_refused() -> None:
    """Whatever a stranger makes of a step: it is refused by name and nothing is stored, or the text stays sound."""
    rng = random.Random(20)
    engine = make_engine("sqlite://")
    from sqlmodel import SQLModel

    refused = taken = 0
    cache = authority.DocumentCache()
    with engine.connect() as connection, Session(connection) as session:
        SQLModel.metadata.create_all(connection)
        _found(session, DOCUMENT)
        for number in range(2_000):
            revision = authority.open_document(session, "v", cache).revision
            before = _stored(session) if number % 20 == 0 else None
            step = _mutated(rng, copy.deepcopy(rng.choice(SEEDS)))
            base = max(0, revision - rng.choice([0, 0, 0, 3]))
            try:
                with session.begin_nested():
                    authority.receive(
                        session,
                        "v",
                        actor=AICHA,
                        ref=f"r{number}",
                        base_revision=base,
                        steps_json=[step],
                        at=AT,
                        cache=cache,
                    )
            except GuidelineError as error:
                refused += 1
                session.expire_all()
                str(error.facts.get("reason", "")).encode()
                assert before is None or _stored(session) == before
                assert authority.open_document(session, "v", cache).revision == revision
            else:
                taken += 1
                authority.open_document(session, "v", cache).tree.check()
        found = authority.open_document(session, "v").tree
        assert found.eq(authority.open_document(session, "v", cache).tree)
        steps.check_document(found.to_json())
    engine.dispose()
    assert refused > 800
    assert taken > 100


def _mutated(rng: random.Random, step: Any) -> Any:
    for _ in range(rng.randint(1, 3)):
        places = list(_places(step))
        owner, key = rng.choice(places)
        kind = rng.random()
        if kind < 0.5:
            owner[key] = copy.deepcopy(rng.choice(PARTS))
        elif kind < 0.7 and isinstance(owner, dict):
            owner[rng.choice(["extra", "type", "from", "attrs", "marks", "text", "content"])] = rng.choice(PARTS)
        elif kind < 0.85:
            del owner[key]
        elif type(owner[key]) is int:
            owner[key] += rng.choice([-2, -1, 1, 2, 1_000])
        if not step:
            break
    return step


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    found = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in list(found):
        yield value, key
        yield from _places(part)


def test_the_steps_logged_lead_from_the_first_text_to_the_last_whatever_was_sent() -> None:
    """The log alone is enough: replaying it from revision 0 gives the document that stands."""
    rng = random.Random(4)
    engine = make_engine("sqlite://")
    from sqlmodel import SQLModel

    with engine.connect() as connection, Session(connection) as session:
        SQLModel.metadata.create_all(connection)
        _found(session, DOCUMENT)
        for number in range(300):
            opened = authority.open_document(session, "v")
            place = rng.randint(0, opened.tree.content.size)
            step = rng.choice(
                [replace(place, place, word("é🙂")), {"stepType": "replace", "from": place, "to": place + 2}]
            )
            base = max(0, opened.revision - rng.randint(0, 4))
            try:
                with session.begin_nested():
                    authority.receive(
                        session, "v", actor=AICHA, ref=f"r{number}", base_revision=base, steps_json=[step], at=AT
                    )
            except InvalidStep:
                session.expire_all()
        snapshots = session.exec(select(Snapshot).where(Snapshot.revision == 0)).all()
        assert len(snapshots) == 1
        tree = authority.document_at(session, "v", 0).tree
        for record in session.exec(select(StepRecord).order_by(StepRecord.revision)):  # type: ignore[arg-type]
            after = steps.apply(tree, steps.parse_step(json.loads(record.step)))
            assert after is not None
            tree = after
        assert steps.node_of(tree) == authority.open_document(session, "v").document
    engine.dispose()


# What `corrections` mends, each beside what the package alone would do.


def _map(step: Any, over: Any) -> Any:
    moved = steps.rebase([steps.parse_step(step)], [steps.parse_step(over)], _after(over))
    return [dict(one.to_json()) for one in moved.steps]


def _after(step: Any) -> Any:
    tree = steps.apply(steps.tree_of(DOCUMENT), steps.parse_step(step))
    assert tree is not None
    return tree


def test_an_attribute_set_where_somebody_writes_a_block_is_kept() -> None:
    new = replace(10, 10, {"type": "paragraph", "content": [word("new")]})
    assert _map(attr(10, "indent", 1), new) == [attr(15, "indent", 1)]


def test_the_browsers_undo_of_a_mark_is_understood_and_mapped() -> None:
    undo = {"stepType": "markSet", "steps": [mark("em"), {**mark("strong"), "stepType": "removeMark"}]}
    (moved,) = _map(undo, FINE)
    assert [step["from"] for step in moved["steps"]] == [12, 12]
    assert steps.apply(steps.tree_of(DOCUMENT), steps.parse_step(undo)) is not None


def test_a_mark_over_words_that_are_gone_is_dropped() -> None:
    assert _map(mark("em"), {"stepType": "replace", "from": 11, "to": 15}) == []


@pytest.mark.parametrize("broken", ["_map_through", "MarkSetStep"])
def test_without_a_correction_its_test_fails(monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    from prosemirror.transform.map import StepMap
    from prosemirror.transform.step import STEPS_BY_ID

    checks: dict[str, Callable[[], None]] = {
        "_map_through": test_an_attribute_set_where_somebody_writes_a_block_is_kept,
        "MarkSetStep": test_the_browsers_undo_of_a_mark_is_understood_and_mapped,
    }
    if broken == "_map_through":
        monkeypatch.setattr(StepMap, "_map", corrections._map_position)
    else:
        monkeypatch.delitem(STEPS_BY_ID, "markSet")
    with pytest.raises((AssertionError, InvalidStep)):
        checks[broken]()


def test_a_document_that_nobody_holds_any_more_is_forgotten() -> None:
    before = steps.tree_of(doc(h1("One", id="s1"), p("alpha", id="p1")))
    after = steps.apply(before, steps.parse_step({"stepType": "replace", "from": 6, "to": 7}))
    assert after is not None
    former = weakref.ref(before)
    del before
    gc.collect()
    assert former() is None
