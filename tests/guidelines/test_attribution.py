"""Who wrote this sentence: every character of a text has the step that put it there, whatever came after.

The model is independent of step maps: each step writes a letter that no other step writes, so that the text itself
says which step each letter is of; what a step copies is marked by the model in a list beside the text.
"""

import random
from array import array
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prosemirror.model import Fragment, Slice
from prosemirror.model import Node as Tree
from prosemirror.transform import AddMarkStep, RemoveMarkStep, ReplaceAroundStep, ReplaceStep, Step
from prosemirror.transform.transform import Transform
from sqlalchemy import Engine

from api.database import transaction
from guidelines import authority, history, queries, steps, versions
from guidelines.attribution import Attribution, begun, followed, lines
from guidelines.document import plain_text
from tests.builders import b, br, bullet, cell, doc, h1, p, row, rule, table
from tests.workflow.house import House, found

TEXT = doc(
    h1("abc", id="b1"), p("def ", b("gh"), br(), "i", id="b2"), bullet("jk😀l", id="b3"), rule(id="b4"),
    table(row(cell("m", "n"), cell("op")), id="b5"), p(id="b6"),
)  # fmt: skip
FIRST = 0x4E00


def letter(revision: int) -> str:
    """A letter that only the step to this revision writes."""
    return chr(FIRST + revision)


def written_by(character: str) -> int:
    return max(0, ord(character) - FIRST) if 0x4E00 <= ord(character) < 0xA000 else 0


def fold(tree: Tree, log: list[Step]) -> Attribution:
    attribution = begun(tree)
    for revision, step in enumerate(log, start=1):
        attribution = followed(attribution, revision, step)
    return attribution


def told(tree: Tree, attribution: Attribution) -> list[tuple[str, int]]:
    """Every character with the revision said to have written it; 0 for the first text's."""
    runs = [run for line in lines(tree, lambda place: max(0, attribution.marks[place])) for run in line.runs]
    return [(character, revision) for words, revision in runs for character in words]  # type: ignore[misc]


def places_in_text(tree: Tree) -> list[int]:
    found: list[int] = []

    def visit(node: Tree, position: int, _parent: object, _index: int) -> bool:
        if node.is_textblock:
            found.extend(range(position + 1, position + node.node_size))
        return True

    tree.descendants(visit)
    return found


def some_step(rng: random.Random, tree: Tree, revision: int) -> Step | None:
    """A step as editors make them: typing, removing, replacing, splitting, joining, lifting, marks and attributes."""
    places = places_in_text(tree)
    start = rng.choice(places)
    end = min(start + rng.randrange(1, 5), tree.content.size)
    fresh = Slice(Fragment.from_(steps.ENGINE.text(letter(revision) * rng.randrange(1, 4))), 0, 0)
    change = Transform(tree)
    kind = rng.choice(["type", "type", "delete", "replace", "split", "join", "mark", "unmark", "attribute", "block"])
    try:
        if kind == "type":
            return ReplaceStep(start, start, fresh)
        if kind == "delete":
            change.delete(start, end)
        elif kind == "replace":
            return ReplaceStep(start, end, fresh)
        elif kind == "split":
            change.split(start)
        elif kind == "join":
            change.join(rng.randrange(1, tree.content.size))
        elif kind == "block":
            change.set_block_type(start, start, steps.ENGINE.nodes["heading"], {"level": 2, "id": ""})
        elif kind == "mark":
            return AddMarkStep(start, end, steps.ENGINE.marks["em"].create())
        elif kind == "unmark":
            return RemoveMarkStep(start, end, steps.ENGINE.marks["strong"].create())
        else:
            return steps.attribute_step(0, "level", rng.randrange(1, 5))
    except Exception:  # noqa: BLE001 - a change that cannot be made here is none
        return None
    return change.steps[0] if len(change.steps) == 1 else None


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 2**32), st.integers(1, 60))
def test_every_character_is_of_the_step_that_wrote_it_and_the_runs_are_the_text(seed: int, length: int) -> None:
    rng = random.Random(seed)
    tree, log = start = steps.tree_of(TEXT), list[Step]()
    first = start[0]
    while len(log) < length:
        step = some_step(rng, tree, len(log) + 1)
        applied = steps.apply(tree, step) if step is not None else None
        if step is None or applied is None:
            length -= 1
            continue
        tree = applied
        log.append(step)
    attribution = fold(first, log)
    assert len(attribution.marks) == tree.content.size
    for character, revision in told(tree, attribution):
        assert revision == written_by(character)
    blocks = ["".join(words for words, _ in line.runs) for line in lines(tree, lambda place: place)]
    assert "\n".join(blocks) == plain_text(steps.node_of(tree))


def test_a_cut_and_pasted_word_is_of_who_pasted_it_and_its_neighbours_stay() -> None:
    tree = steps.tree_of(doc(p("one two three", id="b1")))
    piece = tree.slice(5, 9)
    log: list[Step] = [ReplaceStep(5, 9, Slice.empty), ReplaceStep(1, 1, piece)]
    attribution = fold(tree, log)
    for step in log:
        tree = steps.apply(tree, step) or tree
    assert [run for line in lines(tree, lambda place: max(0, attribution.marks[place])) for run in line.runs] == [
        ("two ", 2), ("one three", 0),
    ]  # fmt: skip


def _without_shift(attribution: Attribution, revision: int, step: Step) -> Attribution:
    marks = attribution.marks[:]
    ranges = step.get_map().ranges
    for place in range(0, len(ranges), 3):
        start, old, new = ranges[place : place + 3]
        marks[start : start + old] = array("q", [revision]) * new
    return Attribution(revision, marks)


def _whole_block(attribution: Attribution, revision: int, step: Step) -> Attribution:
    found = followed(attribution, revision, step)
    return Attribution(revision, array("q", [revision]) * len(found.marks)) if len(step.get_map().ranges) else found


TWINS = {"earlier ranges of a step move nothing": _without_shift, "a step writes the whole text": _whole_block}


@pytest.mark.parametrize("name", TWINS)
def test_a_broken_twin_is_caught(name: str) -> None:
    first = tree = steps.tree_of(TEXT)
    paragraph = steps.ENGINE.nodes["paragraph"]
    around = [paragraph.create({"id": "new"}, steps.ENGINE.text(letter(1))), paragraph.create({"id": "b2"})]
    fresh = Slice(Fragment.from_(steps.ENGINE.text(letter(2))), 0, 0)
    log: list[Step] = [
        ReplaceAroundStep(5, 15, 6, 14, Slice(Fragment.from_array(around), 0, 0), 4), ReplaceStep(12, 12, fresh),
    ]  # fmt: skip
    for step in log:
        tree = steps.apply(tree, step) or tree
    assert all(revision == written_by(character) for character, revision in told(tree, fold(first, log)))
    broken = begun(first)
    for revision, step in enumerate(log, start=1):
        broken = TWINS[name](broken, revision, step)
    assert any(revision != written_by(character) for character, revision in told(tree, broken))


START = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.fixture
def house(engine: Engine) -> Iterator[House]:
    with transaction(engine) as session:
        built = found(session)
        built.create(TEXT)
        yield built


def commit(house: House, by: str, base: int, ref: str, *changes: dict) -> authority.Accepted:
    return authority.receive(
        house.session, "v1", actor=house.actor(by), ref=ref, base_revision=base, steps_json=list(changes),
        at=house.tick(),
    )  # fmt: skip


def typing(at: int, words: str) -> dict:
    return {"stepType": "replace", "from": at, "to": at, "slice": {"content": [{"type": "text", "text": words}]}}


def runs_of(house: House, version_id: str = "v1", revision: int | None = None) -> list[tuple[str, str, int]]:
    written = history.written(house.session, version_id, revision)
    return [
        (run.text, credit.person_id, credit.revision)
        for line in written.lines
        for run in line.runs
        for credit in [written.credits[run.source]]
    ]


def test_writers_behind_each_other_are_told_apart_after_their_steps_were_rebased(house: House) -> None:
    commit(house, "aicha", 0, "a", typing(1, "A"), typing(2, "A"))
    commit(house, "julie", 0, "j", typing(1, "J"), typing(3, "JJ"))
    commit(house, "camille", 1, "c", typing(4, "C"))
    by = {letter: person for text, person, _ in runs_of(house) for letter in text}
    assert (by["A"], by["J"], by["C"], by["b"]) == ("aicha", "julie", "camille", "aicha")
    document = authority.open_document(house.session, "v1").document
    written = history.written(house.session, "v1")
    assert "\n".join("".join(run.text for run in line.runs) for line in written.lines) == plain_text(document)


def test_what_a_draft_began_with_is_of_who_wrote_it_in_the_version_before(house: House) -> None:
    commit(house, "mathieu", 0, "m", typing(1, "M"))
    house.submit("v1")
    house.approve("v1", "camille", "comms")
    house.approve("v1", "julie", "legal")
    house.publish("v1")
    house.draft("v2")
    house.write("v2", "camille", 2, "C")
    found_ = history.written(house.session, "v2")
    told_ = [(run.text, found_.credits[run.source]) for run in found_.lines[0].runs]
    assert [(text, credit.person_id, credit.version_id) for text, credit in told_] == [
        ("M", "mathieu", "v1"), ("C", "camille", "v2"), ("abc", "aicha", "v1"),
    ]  # fmt: skip


def test_any_revision_can_be_asked_for_and_the_cache_changes_nothing(house: House) -> None:
    rng = random.Random(5)
    cache = history.AttributionCache()
    for number in range(40):
        revision = queries.version(house.session, "v1").revision
        who = rng.choice(["aicha", "julie", "mathieu"])
        commit(house, who, max(0, revision - rng.randrange(4)), f"{who}-{number}", typing(1, letter(number)))
        asked = rng.randrange(queries.version(house.session, "v1").revision + 1)
        cached = history.written(house.session, "v1", asked, cache=cache)
        assert cached == history.written(house.session, "v1", asked)
    log = {record.revision: record for record in queries.steps_between(house.session, "v1", 0, 10_000)}
    last = history.written(house.session, "v1")
    for line in last.lines:
        for run in line.runs:
            credit = last.credits[run.source]
            for character in run.text:
                if written_by(character):
                    assert log[credit.revision].ref.endswith(f"-{written_by(character)}")
                    assert log[credit.revision].person_id == credit.person_id


def test_restoring_leaves_the_words_that_are_the_same_with_who_wrote_them(house: House) -> None:
    commit(house, "mathieu", 0, "m", typing(1, "M"))
    before = history.written(house.session, "v1")
    commit(house, "julie", 1, "j", typing(3, "J"))
    versions.restore(house.session, house.actor("camille"), "v1", 1, ref="back", at=house.now + timedelta(minutes=1))
    after = history.written(house.session, "v1")
    assert after.lines == before.lines
    assert {credit.person_id for credit in after.credits.values()} == {"aicha", "mathieu"}
