"""A machine that acts in a small company as its people might, while a ghost watches.

Each rule tries one act of one person, right or wrong, in time or too late; the product may refuse it. Whatever it lets
through, the ghost must find right.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from sqlmodel import Session, SQLModel

import guidelines.queries
from api.database import make_engine
from guidelines import authority, discussion, versions
from guidelines.document import document_hash
from guidelines.errors import GuidelineError
from guidelines.lanes import ANYBODY
from guidelines.people import Actor, Role
from guidelines.tables import Guideline, Membership, Person
from tests.workflow.ghost import LETTERS, Ghost, Words, words_of
from tests.workflow.house import PEOPLE, START, TEXT, found
from workflow import drafts, queries, review, signing
from workflow.errors import WorkflowError

#: Nora may sign for both teams: the one by whom a single human could fill two slots.
COMPANY = {**PEOPLE, "nora": {(Role.REVIEWER, "comms"), (Role.REVIEWER, "legal")}}
WRITERS = st.sampled_from(["aicha", "mathieu", "julie"])
SIGNERS = st.sampled_from(["aicha", "mathieu", "julie", "nora"])
TEAMS = st.sampled_from(["comms", "legal"])
PARTS = st.sampled_from([None, None, ["s1"], ["s2"], ["meta"]])
SECTIONS = st.sampled_from(["s1", "s2"])


class Life(RuleBasedStateMachine):
    """One guideline in a small company."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = make_engine("sqlite://")
        SQLModel.metadata.create_all(self.engine)
        self.connection = self.engine.connect()
        self.session = Session(self.connection, expire_on_commit=False)
        found(self.session)
        self.session.add(Person(id="nora", email="nora@x.example", name="Nora", language="en", created_at=START))
        self.session.flush()
        for role, team in COMPANY["nora"]:
            self.session.add(Membership(person_id="nora", team_id=team, role=role, from_at=START))
        self.ghost = Ghost()
        self.numbers = count(1)
        self.now = START
        self.version = ""
        self.pages: dict[str, tuple[str, str, int, Words]] = {}

    def teardown(self) -> None:
        self.session.close()
        self.connection.close()
        self.engine.dispose()

    # What the rules are made of.

    def actor(self, name: str) -> Actor:
        return Actor(name, name.title(), "en", frozenset(COMPANY[name]))

    def tick(self) -> Any:
        self.now += timedelta(minutes=1)
        return self.now

    def attempt(self, act: Callable[[], Any]) -> Any:
        """What the act gives; None when it was refused, with nothing of it left."""
        nested = self.session.begin_nested()
        try:
            answer = act()
            self.session.flush()
            nested.commit()
            return answer if answer is not None else True
        except (WorkflowError, GuidelineError):
            nested.rollback()
            self.session.expire_all()
            return None

    def words(self) -> Words:
        row = guidelines.queries.version(self.session, self.version)
        return words_of(row.title, authority.open_document(self.session, self.version).document)

    def state(self) -> str:
        return queries.state_of(self.session, self.version).state

    def wrote(self, who: str) -> None:
        self.ghost.written(self.version, self.words(), who)

    def step(self, who: str, make: Callable[[int, str], dict[str, Any] | None], section: str) -> None:
        """One step at the beginning of the first paragraph of a section."""
        opened = authority.open_document(self.session, self.version)
        place, current = 0, ""
        for child in opened.tree.content.content:
            if child.type.name == "paragraph" and current == section:
                break
            current = child.attrs["id"] if child.type.name == "heading" else current
            place += child.node_size
        else:
            return
        change = make(place + 1, child.text_content)
        if change is None:
            return

        def receive() -> Any:
            drafts.may_edit(self.session, self.actor(who), self.version)
            return authority.receive(
                self.session, self.version, actor=self.actor(who), ref=f"c{next(self.numbers)}",
                base_revision=opened.revision, steps_json=[change], at=self.tick(),
            )  # fmt: skip

        if self.attempt(receive):
            self.wrote(who)

    def sees(self, who: str) -> tuple[str, str, int, Words]:
        opened = authority.open_document(self.session, self.version)
        return self.version, document_hash(opened.document), opened.revision, self.words()

    def page(self, who: str) -> tuple[str, str, int, Words]:
        """What the person looked at last, however long ago; else the text of now."""
        kept = self.pages.get(who)
        return kept if kept and kept[0] == self.version else self.sees(who)

    def sign(self, who: str, team: str, parts: list[str] | None, page: tuple[str, str, int, Words]) -> None:
        _, shown, revision, words = page
        row = self.attempt(
            lambda: signing.approve(
                self.session, self.actor(who), self.version, team=team, shown_hash=shown, shown_revision=revision,
                statement="I agree.", language="en", at=self.tick(), sections=parts,
            )
        )  # fmt: skip
        if row:
            self.ghost.decides(self.version, who, team, "approve", words, list(json.loads(row.hashes)))

    def takes_back(self, who: str, team: str, how: str) -> None:
        act = signing.retract if how == "retract" else signing.lift
        row = self.attempt(
            lambda: act(self.session, self.actor(who), self.version, team=team, language="en", at=self.tick())
        )
        if row:
            self.ghost.decides(self.version, who, team, how, {}, list(json.loads(row.hashes)))

    # What people do.

    @initialize()
    def create(self) -> None:
        self.version = f"v{next(self.numbers)}"
        drafts.create_guideline(
            self.session, self.actor("aicha"), guideline_id="g", version_id=self.version, slug="charter",
            title="Charter", language="en", kind="charter", owner_team="comms", document=TEXT, at=self.tick(),
        )  # fmt: skip
        self.ghost.begin(self.version, self.words(), "aicha")

    def write(self, who: str, section: str) -> None:
        def typed(place: int, text: str) -> dict[str, Any] | None:
            content = [{"type": "text", "text": LETTERS[who]}]
            return {"stepType": "replace", "from": place, "to": place, "slice": {"content": content}}

        self.step(who, typed, section)

    def unwrite(self, who: str, section: str) -> None:
        def removed(place: int, text: str) -> dict[str, Any] | None:
            return {"stepType": "replace", "from": place, "to": place + 1} if text[:1] in LETTERS.values() else None

        self.step(who, removed, section)

    def retitle(self, who: str, title: str) -> None:
        done = self.attempt(
            lambda: drafts.set_meta(
                self.session, self.actor(who), self.version, title=title, kind="charter", audience="", summary="",
                at=self.tick(),
            )
        )  # fmt: skip
        if done:
            self.wrote(who)

    def restore(self, who: str, back: int) -> None:
        def bring_back() -> Any:
            drafts.may_edit(self.session, self.actor(who), self.version)
            head = guidelines.queries.version(self.session, self.version).revision
            versions.restore(
                self.session, self.actor(who), self.version, max(0, head - back), ref=f"c{next(self.numbers)}",
                at=self.tick(),
            )  # fmt: skip

        if self.attempt(bring_back):
            self.wrote(who)

    @precondition(lambda self: self.state() == "draft")
    @rule(kind=st.sampled_from(["write", "write", "unwrite", "retitle", "restore"]), who=WRITERS, section=SECTIONS,
          letter=st.sampled_from("ab"), back=st.integers(1, 4))  # fmt: skip
    def change(self, kind: str, who: str, section: str, letter: str, back: int) -> None:
        match kind:
            case "write":
                self.write(who, section)
            case "unwrite":
                self.unwrite(who, section)
            case "retitle":
                self.retitle(who, "Charter" if letter == "a" else "Charter for all")
            case _:
                self.restore(who, back)

    @precondition(lambda self: self.state() not in ("draft", "in_review"))
    @rule(who=WRITERS, section=SECTIONS)
    def change_too_late(self, who: str, section: str) -> None:
        self.write(who, section)

    @precondition(lambda self: self.state() == "in_review")
    @rule(kind=st.sampled_from(["approve", "approve", "object", "retract", "lift"]), who=SIGNERS, team=TEAMS,
          parts=PARTS)  # fmt: skip
    def decide(self, kind: str, who: str, team: str, parts: list[str] | None) -> None:
        match kind:
            case "approve":
                self.approve(who, team, parts)
            case "object":
                self.object_to(who, team, (parts or ["s1"])[0])
            case "retract":
                self.retract(who, team)
            case _:
                self.lift(who, team)

    @rule(part=st.sampled_from(["s1", ""]), sure=st.integers(0, 3))
    def discuss(self, part: str, sure: int) -> None:
        if self.ghost.versions[self.version].blocking:
            self.resolve()
        elif self.state() in ("draft", "in_review"):
            self.block(part, sure)

    @precondition(lambda self: self.state() == "draft")
    @rule(who=st.sampled_from(["aicha", "mathieu", "julie"]))
    def submit(self, who: str) -> None:
        self.attempt(lambda: review.submit(self.session, self.actor(who), self.version, at=self.tick()))

    @rule(who=SIGNERS)
    def look(self, who: str) -> None:
        self.pages[who] = self.sees(who)

    def approve(self, who: str, team: str, parts: list[str] | None) -> None:
        self.sign(who, team, parts, self.page(who))

    @precondition(lambda self: self.state() in ("draft", "in_review"))
    @rule(people=st.permutations(["aicha", "mathieu", "julie", "samuel", "nora"]), old=st.booleans())
    def all_sign(self, people: list[str], old: bool) -> None:
        """The ordinary day: submitted, signed by whoever may, on pages just opened or kept open."""
        if self.state() == "draft":
            self.submit("aicha")
        for who in people:
            for team in sorted(team for role, team in COMPANY[who] if role is not Role.PUBLISHER):
                self.sign(who, team, None, self.page(who) if old else self.sees(who))

    @precondition(lambda self: self.state() in ("draft", "in_review"))
    @rule(people=st.permutations(["aicha", "mathieu", "julie", "samuel", "nora"]), old=st.booleans(), writer=WRITERS)
    def all_sign_and_publish(self, people: list[str], old: bool, writer: str) -> None:
        """From a change to the handbook in one go."""
        self.write(writer, "s1")
        self.all_sign(people, old)
        self.publish("aicha")

    @precondition(lambda self: self.state() == "published")
    @rule(people=st.permutations(["aicha", "mathieu", "julie", "samuel", "nora"]), writer=WRITERS)
    def next_edition(self, people: list[str], writer: str) -> None:
        self.new_draft("mathieu")
        self.all_sign_and_publish(people, False, writer)

    def object_to(self, who: str, team: str, part: str) -> None:
        _, shown, revision, words = self.sees(who)
        row = self.attempt(
            lambda: signing.object_to(
                self.session, self.actor(who), self.version, team=team, shown_hash=shown, shown_revision=revision,
                remark="No.", language="en", at=self.tick(), sections=[part],
            )
        )  # fmt: skip
        if row:
            self.ghost.decides(self.version, who, team, "object", words, [part])

    def retract(self, who: str, team: str) -> None:
        self.takes_back(who, team, "retract")

    def lift(self, who: str, team: str) -> None:
        self.takes_back(who, team, "lift")

    def block(self, part: str, sure: int) -> None:
        if sure:
            return
        key = f"t{next(self.numbers)}"
        thread = self.attempt(
            lambda: discussion.open_thread(
                self.session, self.actor("julie"), self.version, thread_id=key, comment_id=f"{key}c", text="Why?",
                at=self.tick(), section=part, blocking=True,
            )
        )  # fmt: skip
        if thread:
            self.ghost.versions[self.version].blocking.add(key)

    def resolve(self) -> None:
        key = self.ghost.versions[self.version].blocking.pop()
        thread = discussion.thread_of(self.session, self.version, key, ANYBODY)
        discussion.resolve(self.session, self.actor("julie"), thread, at=self.tick())

    @precondition(lambda self: self.state() == "in_review")
    @rule(who=SIGNERS)
    def request_changes(self, who: str) -> None:
        self.attempt(
            lambda: review.request_changes(self.session, self.actor(who), self.version, remark="No.", at=self.tick())
        )

    @rule(who=st.sampled_from(["aicha", "mathieu"]))
    def publish(self, who: str) -> None:
        done = self.attempt(
            lambda: review.publish(self.session, self.actor(who), self.version, at=self.tick(), today=self.now.date())
        )
        if done:
            self.ghost.publishes(self.version)

    @rule(sure=st.integers(0, 3))
    def withdraw(self, sure: int) -> None:
        if sure:
            return
        done = self.attempt(
            lambda: review.withdraw(self.session, self.actor("aicha"), self.version, reason="Wrong.", at=self.tick())
        )
        if done and self.ghost.in_force == self.version:
            self.ghost.in_force = None

    @precondition(lambda self: self.state() not in ("draft", "in_review"))
    @rule(who=st.sampled_from(["aicha", "mathieu", "julie"]))
    def new_draft(self, who: str) -> None:
        fresh = f"v{next(self.numbers)}"
        row = self.attempt(
            lambda: drafts.new_draft(self.session, self.actor(who), "g", version_id=fresh, at=self.tick())
        )
        if row:
            self.version = fresh
            self.ghost.begin(fresh, self.words(), None)

    # What always holds.

    @invariant()
    def published_words_stand(self) -> None:
        for version, words in self.ghost.published.items():
            row = guidelines.queries.version(self.session, version)
            now = words_of(row.title, authority.open_document(self.session, version).document)
            assert now == words, f"the published words of {version} moved"

    @invariant()
    def at_most_one_version_is_in_force(self) -> None:
        if self.session.get(Guideline, "g") is None:
            return
        in_force = queries.published(self.session, "g")
        assert (in_force.version_id if in_force else None) == self.ghost.in_force
