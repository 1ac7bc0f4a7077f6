"""A small company for tests: two comms editors, two lawyers, a publisher, a reader, and one guideline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session

from guidelines import authority
from guidelines.document import Node, document_hash
from guidelines.people import Actor, Role
from guidelines.tables import Membership, Person, Publication, Team
from tests.builders import doc, h1, p
from workflow import classing, drafts, queries, review, signing
from workflow.policy import Change

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
TEXT = doc(h1("Speaking", id="s1"), p("Ask first."), h1("Pictures", id="s2"), p("Written consent."))

PEOPLE = {
    "aicha": {(Role.EDITOR, "comms"), (Role.PUBLISHER, "comms")},
    "mathieu": {(Role.EDITOR, "comms")},
    "camille": {(Role.EDITOR, "comms")},
    "julie": {(Role.REVIEWER, "legal")},
    "samuel": {(Role.REVIEWER, "legal")},
    "ines": set(),
}


@dataclass
class House:
    """Acts as somebody, at a clock that moves a minute with each act."""

    session: Session
    now: datetime = START

    def actor(self, name: str) -> Actor:
        return Actor(name, name.title(), "en", frozenset(PEOPLE[name]))

    def tick(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    def create(self, document: Node = TEXT, by: str = "aicha", version_id: str = "v1") -> str:
        drafts.create_guideline(
            self.session, self.actor(by), guideline_id="g", version_id=version_id, slug="charter", title="Charter",
            language="en", kind="charter", owner_team="comms", document=document, at=self.tick(),
        )  # fmt: skip
        return version_id

    def draft(self, version_id: str, by: str = "aicha") -> str:
        drafts.new_draft(self.session, self.actor(by), "g", version_id=version_id, at=self.tick())
        return version_id

    def write(self, version_id: str, by: str, position: int, words: str) -> None:
        step = {
            "stepType": "replace", "from": position, "to": position,
            "slice": {"content": [{"type": "text", "text": words}]},
        }  # fmt: skip
        self.step(version_id, by, step)

    def step(self, version_id: str, by: str, step: dict[str, Any]) -> None:
        drafts.may_edit(self.session, self.actor(by), version_id)
        revision = authority.open_document(self.session, version_id).revision
        authority.receive(
            self.session, version_id, actor=self.actor(by), ref=f"{by}-{revision}", base_revision=revision,
            steps_json=[step], at=self.tick(),
        )  # fmt: skip

    def shown(self, version_id: str) -> str:
        return document_hash(authority.open_document(self.session, version_id).document)

    def submit(self, version_id: str, by: str = "aicha") -> None:
        review.submit(self.session, self.actor(by), version_id, at=self.tick())

    def approve(self, version_id: str, by: str, team: str, sections: Sequence[str] | None = None, **more: Any) -> Any:
        options = {"shown_hash": self.shown(version_id), "statement": "I agree.", "language": "en", **more}
        return signing.approve(
            self.session, self.actor(by), version_id, team=team, sections=sections, at=self.tick(), **options
        )

    def agree(self, version_id: str, change: Change = "clarifying", by: str = "aicha", other: str = "samuel") -> None:
        """Both sides agree on the class of the change."""
        classing.state_class(self.session, self.actor(by), version_id, change=change, at=self.tick())
        classing.agree_class(self.session, self.actor(other), version_id, at=self.tick())

    def publish(self, version_id: str, by: str = "aicha", number: str = "") -> Publication:
        at = self.tick()
        return review.publish(self.session, self.actor(by), version_id, number=number, at=at, today=at.date())

    def missing(self, version_id: str) -> set[tuple[str, str, str]]:
        found = queries.standing(self.session, version_id, self.now)
        from workflow.outstanding import outstanding

        return {(line.reason.value, line.slice_id, line.team) for line in outstanding(found.facts)}

    def first_edition(self) -> None:
        """Version v1, written by Aïcha, signed by Mathieu and Julie, published as 1.0."""
        self.create()
        self.submit("v1")
        self.approve("v1", "mathieu", "comms")
        self.approve("v1", "julie", "legal")
        self.publish("v1")


def found(session: Session) -> House:
    """The company with its people and teams, on an empty database."""
    for team in ("comms", "legal"):
        session.add(Team(id=team, name_fr=team, name_en=team))
    for name, held in PEOPLE.items():
        session.add(Person(id=name, email=f"{name}@x.example", name=name.title(), language="en", created_at=START))
        session.flush()
        for role, team in held:
            session.add(Membership(person_id=name, team_id=team, role=role, from_at=START))
    session.flush()
    return House(session)
