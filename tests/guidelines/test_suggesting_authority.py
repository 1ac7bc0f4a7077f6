"""Suggestions through the authority: three authors suggest, collide, decide and write plainly; the log holds it all.

The play of the pure laws, with a database behind it: what the authority lets in is lawful, what it stores beside the
log is what the log says, and of what it refuses nothing is stored.
"""

import os
import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from prosemirror.model import Node as Tree
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, select

from api.database import make_engine, transaction
from guidelines import accepting, authority, batch, deciding, judging, projection, queries, suggestion_rows, versions
from guidelines.document_cache import DocumentCache
from guidelines.errors import GuidelineError, SuggestionConflict
from guidelines.people import Actor
from guidelines.steps import node_of
from guidelines.suggested_slices import suggested_slices
from guidelines.suggestion_formula import base, result
from guidelines.suggestion_layers import suggestion_ids
from guidelines.suggestion_rows import State
from guidelines.tables import Person, StepRecord, Suggestion, Team
from tests.guidelines.suggesting import Client, Refused, fresh_ids
from tests.guidelines.suggestion_laws import a_cheat, check_sound
from tests.guidelines.suggestion_play import AUTHORS, a_text, an_edit

pytestmark = pytest.mark.soak
SOAK = bool(os.environ.get("CHARTE_SOAK"))
ACTS = 6_000 if SOAK else 240
AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
ACTORS = {name: Actor(name, name.title()) for name in AUTHORS}


class Table:
    """Three authors at one text on a database. Session keys are their names."""

    def __init__(self, session: Session, seed: int) -> None:
        self.session, self.rng = session, random.Random(seed)
        self.fresh, self.numbers = fresh_ids(), Counter[str]()
        self.version, self.cache = f"v{seed}", DocumentCache()
        self.tally = Counter[str]()
        self.number = 0
        versions.create_guideline(
            session, ACTORS["aicha"], guideline_id=f"g{seed}", version_id=self.version, slug=f"text-{seed}",
            title="Text", language="en", kind="charter", owner_team="comms", policy="standard", at=AT,
            document=node_of(a_text(self.rng)),
        )  # fmt: skip
        for name, actor in ACTORS.items():
            suggestion_rows.open_session(session, self.version, actor, key=name, at=AT)

    @property
    def tree(self) -> Tree:
        return authority.open_document(self.session, self.version).tree

    @property
    def revision(self) -> int:
        return queries.version(self.session, self.version).revision

    def run(self, acts: int) -> Counter[str]:
        for _ in range(acts):
            self.rng.choices([self.suggest, self.collide, self.decide, self.plainly, self.cheat], [50, 18, 12, 12, 8])[
                0
            ]()
            self.check()
        self.check_log()
        return self.tally

    def client(self, name: str, tree: Tree) -> Client | None:
        """An author's commit on a text; None when the edit is refused or changes nothing."""
        self.numbers[name] += self.rng.random() < 0.5
        client = Client(tree, name, self.numbers[name], self.fresh)
        try:
            an_edit(self.rng, tree).suggest(client)
        except Refused:
            return None
        return client if client.steps and not client.tree.eq(tree) else None

    def send(self, name: str, steps: Any, at: int, **more: Any) -> authority.Accepted:
        self.number += 1
        with self.session.begin_nested():
            return authority.receive(
                self.session, self.version, actor=ACTORS[name], ref=f"r{self.number}", base_revision=at,
                steps_json=[step.to_json() for step in steps], at=AT, cache=self.cache, **more,
            )  # fmt: skip

    def suggest(self) -> None:
        name, before = self.rng.choice(AUTHORS), self.tree
        if (client := self.client(name, before)) is None:
            return
        if self.is_final(suggestion_ids(client.tree) - suggestion_ids(before)):
            return
        self.send(name, client.steps, self.revision, cause="suggest")
        self.tally["suggested"] += 1
        assert base(self.tree).eq(base(before)), "L1"

    def is_final(self, names: frozenset[str]) -> bool:
        """Whether one of these numbers was decided on: no client of ours uses it again."""
        return any(
            row.state in suggestion_rows.FINAL for row in suggestion_rows.rows(self.session, self.version, names)
        )

    def collide(self) -> None:
        """Two authors on one text; the second one's commit is moved behind the first one's, or refused whole."""
        first, second = self.rng.sample(AUTHORS, 2)
        seen, revision = self.tree, self.revision
        one, two = self.client(first, seen), self.client(second, seen)
        if one is None or two is None:
            return
        if self.is_final(suggestion_ids(one.tree) | suggestion_ids(two.tree) - suggestion_ids(seen)):
            return
        self.send(first, one.steps, revision, cause="suggest")
        before, log = self.tree, self.revision
        try:
            self.send(second, two.steps, revision, cause="suggest")
        except SuggestionConflict:
            self.tally["conflicts"] += 1
            assert self.revision == log
            assert self.tree.eq(before)
        else:
            self.tally["merged"] += 1
            assert base(self.tree).eq(base(seen)), "L1 after a merge"

    def decide(self) -> None:
        before = self.tree
        ids = sorted(suggestion_ids(before))
        if not ids:
            return
        chosen = self.rng.sample(ids, self.rng.randint(1, min(3, len(ids))))
        accept = [name for name in chosen if self.rng.random() < 0.5]
        reject = [name for name in chosen if name not in accept]
        decider = self.rng.choice(AUTHORS)
        self.number += 1
        hashes = queries.slice_hashes(queries.version(self.session, self.version), node_of(base(before)))
        reach = suggested_slices(before)
        done = deciding.decide(
            self.session, self.version, actor=ACTORS[decider], ref=f"r{self.number}", accept=accept, reject=reject,
            seen_revision=self.revision, at=AT, cache=self.cache,
        )  # fmt: skip
        self.tally["decided"] += 1
        assert not set(chosen) & suggestion_ids(self.tree)
        assert {name for name, state in done.outcome.items() if state is State.ACCEPTED} == set(accept)
        now = queries.slice_hashes(queries.version(self.session, self.version), node_of(base(self.tree)))
        moved = {part for part in hashes if hashes[part] != now.get(part)}
        assert moved <= {part for name in accept for part in reach[name]}

    def plainly(self) -> None:
        """A plain edit as the editor makes it: suggested and accepted in one commit."""
        name, before = self.rng.choice(AUTHORS), self.tree
        self.numbers[name] += 1
        client = self.client(name, before)
        if client is None:
            return
        own = suggestion_ids(client.tree) - suggestion_ids(before)
        steps = [*client.steps, *accepting.resolution(client.tree, own, ())]
        self.send(name, steps, self.revision, whole=True)
        self.tally["plain edits"] += 1
        assert suggestion_ids(self.tree) <= suggestion_ids(before)

    def cheat(self) -> None:
        """One step from a stranger's client, as a suggestion or as a plain edit."""
        name, before, log = self.rng.choice(AUTHORS), self.tree, self.revision
        step = a_cheat(self.rng, before, name)
        cause = self.rng.choice(["suggest", "edit"])
        rows = self.states()
        try:
            self.send(name, [step], log, cause=cause)
        except GuidelineError as error:
            self.tally["cheats refused"] += 1
            self.tally[f"refused {error.code}"] += 1
            assert self.revision == log
            assert self.states() == rows
            assert self.tree.eq(before)
            return
        self.tally["cheats that are lawful"] += 1
        others = {one for one, state in rows.items() if state == State.OPEN and not one.startswith(f"{name}.")}
        if cause == "suggest":
            assert base(self.tree).eq(base(before)), "L1 under a cheat"
            if others == suggestion_ids(before):  # nothing of one's own on which others' could hang
                assert others <= suggestion_ids(self.tree), "another's suggestion is gone"
        else:
            assert suggestion_ids(self.tree) <= suggestion_ids(before)

    def states(self) -> dict[str, str]:
        found = self.session.exec(select(Suggestion).where(Suggestion.version_id == self.version))
        return {row.id: row.state for row in found}

    def check(self) -> None:
        """L6, and: exactly what stands in the text is open."""
        tree = self.tree
        check_sound(tree)
        assert {name for name, state in self.states().items() if state == State.OPEN} == suggestion_ids(tree)
        assert not suggestion_ids(base(tree)) | suggestion_ids(result(tree))

    def check_log(self) -> None:
        found = projection.differences(self.session, queries.version(self.session, self.version))
        assert not found, [str(one) for one in found]


def play(engine: Engine, acts: int, first_seed: int = 0) -> Counter[str]:
    tally, seed = Counter[str](), first_seed
    with transaction(engine) as session:
        for name in AUTHORS:
            session.add(Person(id=name, email=f"{name}@x.example", name=name, language="en", created_at=AT))
        session.add(Team(id="comms", name_fr="Communication", name_en="Communications"))
        session.flush()
        while sum(tally[kind] for kind in ("suggested", "merged", "decided", "plain edits")) < acts:
            try:
                tally += Table(session, seed).run(12)
            except AssertionError as error:
                error.add_note(f"Table(session, {seed})")
                raise
            seed += 1
    return tally


def test_what_three_authors_do_through_the_authority_holds_every_law_and_is_all_in_the_log(engine: Engine) -> None:
    acts = ACTS if engine.dialect.name == "sqlite" else ACTS // 4
    tally = play(engine, acts)

    assert (
        min(tally[kind] for kind in ("suggested", "merged", "decided", "plain edits", "cheats refused")) > acts // 60
    ), tally


#: A guard of the authority, and what stands in its place.
TWINS: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "the law is off": (judging, "suggest_breach", lambda *_: None),
    "anybody's key is one's own": (
        judging, "judge_suggestion", lambda session, row, actor, before, after, moved=False: None
    ),
    "plain edits are believed": (judging, "plain_breach", lambda *_: None),
    "what vanished stays open": (suggestion_rows, "follow", lambda *_, **__: None),
    "a decision's words are the decider's": (
        deciding, "writers", lambda tree, accepted, owner, decider: authority.Writers({}, frozenset({decider}))
    ),
    "what is signed holds the suggestions": (batch, "base", lambda tree: tree),
}  # fmt: skip


@pytest.mark.parametrize("twin", TWINS)
def test_a_missing_guard_is_noticed(twin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    built = make_engine("sqlite://")
    SQLModel.metadata.create_all(built)
    monkeypatch.setattr(*TWINS[twin])

    with pytest.raises((AssertionError, GuidelineError)):
        play(built, 2_000)
    built.dispose()


def test_a_commit_sent_twice_counts_once_and_a_decision_too(engine: Engine) -> None:
    with transaction(engine) as session:
        for name in AUTHORS:
            session.add(Person(id=name, email=f"{name}@x.example", name=name, language="en", created_at=AT))
        session.add(Team(id="comms", name_fr="Communication", name_en="Communications"))
        session.flush()
        table = Table(session, 1)
        while not suggestion_ids(table.tree):
            table.suggest()
        last = session.exec(select(StepRecord).where(StepRecord.version_id == table.version)).all()
        names = suggestion_ids(table.tree)
        more = {"accept": sorted(names), "reject": [], "seen_revision": table.revision, "at": AT}
        one = deciding.decide(session, table.version, actor=ACTORS["julie"], ref="d", **more)
        two = deciding.decide(session, table.version, actor=ACTORS["julie"], ref="d", **more)
        assert (two.revision, two.outcome, two.already) == (one.revision, one.outcome, True)
        assert table.revision == len(last) + len(one.steps)
