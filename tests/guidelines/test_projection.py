"""Projections: who wrote which words when, as the log alone tells it; what is stored beside it says the same."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, update
from sqlalchemy.pool import StaticPool
from sqlmodel import Session, SQLModel, col, select

from api import triggers
from guidelines import authority, projecting, projection, queries, steps, versions
from guidelines.document import Node
from guidelines.people import Actor
from guidelines.provenance import Origin
from guidelines.tables import Authorship, OutlineRevision, Person, SectionRevision, Snapshot, StepRecord, Team
from tests.builders import doc, h1, h2, p

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
TEXT = doc(p("Before."), h1("One", id="s1"), p("alpha beta"), h2("Two", id="s2"), p("gamma"), p("delta"))
PEOPLE = tuple(Actor(name, name.title()) for name in ("aicha", "julie", "samuel"))

#: What somebody does: the kind, who, where (of 100) and with which words.
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["type", "type", "delete", "twice", "level", "remove", "add", "import", "restore", "title"]),
        st.integers(0, 2), st.integers(0, 99), st.sampled_from(["x", "yes ", "no "]),
    ),
    min_size=1, max_size=14,
)  # fmt: skip


class Written:
    """A version on an empty database, and those who write in it."""

    def __init__(self, engine: Engine) -> None:
        SQLModel.metadata.create_all(engine)
        self.session = Session(engine, expire_on_commit=False)
        self.at = AT
        for actor in PEOPLE:
            self.session.add(
                Person(id=actor.id, email=f"{actor.id}@x.example", name=actor.name, language="fr", created_at=AT)
            )
        self.session.add(Team(id="comms", name_fr="C", name_en="C"))
        self.session.flush()
        self.row = versions.create_guideline(
            self.session, PEOPLE[0], guideline_id="g", version_id="v", slug="charter", title="Charter", language="en",
            kind="charter", owner_team="comms", policy="standard", at=AT, document=TEXT,
        )  # fmt: skip

    @property
    def document(self) -> Node:
        return authority.open_document(self.session, "v").document

    def act(self, kind: str, who: int, where: int, words: str) -> None:
        self.at += timedelta(seconds=1)
        actor, blocks = PEOPLE[who], list(self.document.content)
        place = where * len(blocks) // 100
        if kind in ("type", "twice", "delete", "level"):
            self.receive(actor, _steps(self.document, kind, place, words))
        elif kind == "restore":
            versions.restore(self.session, actor, "v", where * self.row.revision // 100, ref=str(self.at), at=self.at)
        elif kind == "title":
            versions.set_meta(
                self.session, actor, "v", at=self.at, title=f"Charter {words}", kind="charter", audience="", summary=""
            )
        else:
            if kind == "remove" and len(blocks) > 1:
                del blocks[place]
            elif kind == "add":
                blocks.insert(place, h1(words) if where % 2 else p(words))
            else:
                blocks[place] = p(f"{words} imported")
            cause = "import" if kind == "import" else "edit"
            changed = Node("doc", self.document.attrs, tuple(blocks))
            versions.replace_document(self.session, actor, "v", changed, ref=str(self.at), at=self.at, cause=cause)

    def receive(self, actor: Actor, changes: list[dict[str, Any]]) -> None:
        if changes:
            authority.receive(
                self.session, "v", actor=actor, ref=str(self.at), base_revision=self.row.revision, steps_json=changes,
                at=self.at,
            )  # fmt: skip

    def differences(self) -> list[str]:
        self.session.flush()
        return [str(found) for found in projection.differences(self.session, self.row)]


def _steps(document: Node, kind: str, place: int, words: str) -> list[dict[str, Any]]:
    """Steps in the block at a place of the text."""
    tree = steps.tree_of(document)
    children = tree.content.content
    start = sum(child.node_size for child in children[:place]) + 1
    size = children[place].content.size
    typed = {
        "stepType": "replace", "from": start, "to": start,
        "slice": {"content": [{"type": "text", "text": words}]},
    }  # fmt: skip
    if kind == "delete":
        return [{"stepType": "replace", "from": start, "to": start + min(2, size)}] if size else []
    if kind == "level":
        if children[place].type.name != "heading":
            return []
        return [{"stepType": "attr", "pos": start - 1, "attr": "level", "value": 1 + len(words) % 3}]
    return [typed, typed] if kind == "twice" else [typed]


def memory() -> Engine:
    return create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ACTS)
def test_what_is_stored_is_what_the_log_says(acts: list[tuple[str, int, int, str]]) -> None:
    engine = memory()
    written = Written(engine)
    for act in acts:
        written.act(*act)
    assert written.differences() == []
    written.session.close()
    engine.dispose()


@pytest.fixture
def written(engine: Engine) -> Iterator[Written]:
    found = Written(engine)
    for act in (("type", 1, 40, "yes "), ("add", 2, 51, "no "), ("title", 0, 0, "x"), ("remove", 1, 0, "")):
        found.act(*act)
    yield found
    found.session.rollback()
    found.session.close()


def test_a_history_with_all_kinds_of_acts_agrees(written: Written) -> None:
    versions.freeze(written.session, "v")
    assert written.differences() == []


CHANGES = {
    "section": (SectionRevision, {"hash": "0" * 64}),
    "cause": (SectionRevision, {"cause": "import"}),
    "section moment": (SectionRevision, {"at": AT + timedelta(days=1)}),
    "author": (Authorship, {"person_id": "ines"}),
    "outline": (OutlineRevision, {"outline": "[]"}),
    "outline hash": (OutlineRevision, {"hash": "0" * 64}),
    "outline person": (OutlineRevision, {"person_id": "ines"}),
    "snapshot": (Snapshot, {"document_hash": "0" * 64}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_stored_fact_that_was_changed_is_found_at_its_revision(written: Written, name: str) -> None:
    table, values = CHANGES[name]
    connection = written.session.connection()
    triggers.drop(connection)
    rows = select(col(table.revision)).where(table.version_id == "v")
    if name == "section":
        rows = rows.where(SectionRevision.section != "meta")
    for revision in sorted(set(written.session.exec(rows))):
        nested = connection.begin_nested()
        change = update(table).where(col(table.revision) == revision).values(**values)
        if name == "section":
            change = change.where(col(SectionRevision.section) != "meta")
        connection.execute(change)
        written.session.expire_all()
        assert {found.split(":")[0] for found in written.differences()} == {f"revision {revision}"}
        nested.rollback()
        written.session.expire_all()
    assert written.differences() == []


def test_a_step_told_as_another_persons_is_found(written: Written) -> None:
    triggers.drop(written.session.connection())
    written.session.execute(update(StepRecord).where(col(StepRecord.revision) == 1).values(person_id="samuel"))
    written.session.expire_all()
    assert any("author s1" in found for found in written.differences())


def test_the_digest_of_the_log_sees_every_field_and_goes_on_from_an_earlier_one(written: Written) -> None:
    session = written.session
    head = queries.version(session, "v").revision
    whole = projection.log_digest(session, "v", after=0, upto=head)
    first = projection.log_digest(session, "v", after=0, upto=2)
    rest = projection.log_digest(session, "v", after=2, upto=head, start=first)
    assert len({whole, first, rest}) == 3
    connection = session.connection()
    triggers.drop(connection)
    changes = {
        "ref": "other", "ord": 7, "own": 7, "person_id": "ines", "at": AT, "cause": "merge", "step": "{}", "sent": "x",
        "revision": 99,
    }  # fmt: skip
    assert set(changes) | {"version_id"} == {column.name for column in SQLModel.metadata.tables["step"].columns}
    for name, value in changes.items():
        nested = connection.begin_nested()
        connection.execute(update(StepRecord).where(col(StepRecord.revision) == 2).values({name: value}))
        assert projection.log_digest(session, "v", after=0, upto=head) != whole
        nested.rollback()
    assert projection.log_digest(session, "v", after=0, upto=head) == whole


@pytest.mark.parametrize(
    "broken",
    [
        "nobody wrote it",
        "one section is forgotten",
        "the first author keeps all",
        "words come from elsewhere",
        "nothing that was written stands",
        "nothing was taken away",
    ],
)
def test_an_authority_that_projects_otherwise_is_caught(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    right = projecting.put

    def put(rows: Any, version_id: str, revision: int, slice_id: str, found: str, origin: Origin, *more: Any) -> None:
        if broken == "one section is forgotten" and slice_id == "s2":
            return
        told: dict[str, Any] = {
            "nobody wrote it": {"authors": []},
            "the first author keeps all": {"authors": ["aicha"]},
            "words come from elsewhere": {"carried_from": '["s1"]'},
            "nothing that was written stands": {"makers": '{"runs":[],"bound":[]}'},
            "nothing was taken away": {"lost": ""},
        }
        right(rows, version_id, revision, slice_id, found, replace(origin, **told.get(broken, {})), *more)

    monkeypatch.setattr(projecting, "put", put)
    written = Written(engine)
    written.act("type", 1, 40, "x")
    written.act("type", 1, 80, "x")
    written.act("delete", 2, 40, "")
    assert written.differences() != []
    written.session.rollback()
    written.session.close()


def as_before_it_was_kept(written: Written) -> None:
    """The rows as they were when nobody's makers were kept: whoever made a commit wrote in all that it changed."""
    triggers.drop(written.session.connection())
    written.session.execute(update(SectionRevision).values(makers="", lost=""))
    written.session.expire_all()


def test_rows_from_before_the_makers_were_kept_are_sound(written: Written) -> None:
    as_before_it_was_kept(written)
    assert written.differences() == []
    written.act("delete", 2, 40, "")
    written.act("add", 1, 0, "no ")
    assert written.differences() == []


def test_a_row_from_before_names_no_more_than_its_commits_maker(written: Written) -> None:
    as_before_it_was_kept(written)
    written.session.add(Authorship(version_id="v", revision=1, section="s1", person_id="samuel"))
    assert any("author s1" in found for found in written.differences())
