"""“For you”: server CPU of the page for one person among 5,000 people and 500 guidelines.

    python -m benchmarks.for_you

Target: under 50 ms of CPU. Three moments are measured, for a lawyer, an editor and an employee: the page again, the
page after somebody has written in a text, and the first page of a process, which reads every version in motion.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from litestar.testing import TestClient
from sqlmodel import Session, SQLModel

import api.triggers  # noqa: F401 - the triggers are part of the cost
from api import accounts
from api.app import create_app
from api.config import Config
from api.database import make_engine, transaction
from guidelines import authority
from guidelines.document import Node, document_hash
from guidelines.people import Actor, Role
from guidelines.tables import Membership, Person, Team
from tests.builders import doc, h1, p
from workflow import drafts, review, signing

PEOPLE, GUIDELINES, IN_REVIEW, DRAFTS, SECTIONS, ROUNDS = 5_000, 500, 60, 40, 8, 9
START = datetime(2026, 11, 2, 9, tzinfo=UTC)
AICHA = Actor("aicha", "Aïcha", "en", frozenset({(Role.EDITOR, "comms"), (Role.PUBLISHER, "comms")}))
MATHIEU = Actor("mathieu", "Mathieu", "en", frozenset({(Role.EDITOR, "comms")}))
JULIE = Actor("julie", "Julie", "en", frozenset({(Role.REVIEWER, "legal")}))


def main() -> None:
    """Builds the company, then prints the medians in milliseconds of CPU."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/charte.db"
        engine = make_engine(url)
        SQLModel.metadata.create_all(engine)
        with transaction(engine) as session:
            found(session)
        for number in range(GUIDELINES):
            with transaction(engine) as session:
                guideline(session, number)
        config = Config(database_url=url, public_url="http://testserver.local")
        now = START + timedelta(days=40)
        print(
            f"{PEOPLE} people, {GUIDELINES} guidelines in force, {IN_REVIEW} in review and {DRAFTS} drafts beside them"
        )
        for person in ("julie", "mathieu", "p00042"):
            app = create_app(config, engine=engine, now=lambda: now)
            with transaction(engine) as session:
                token = accounts.open_session(session, person, user_agent="benchmark", at=now)
            client = TestClient(app, base_url="http://testserver.local")
            client.cookies["charte_session"] = token
            first = cpu(lambda client=client: client.get("/en/"))  # type: ignore[misc]
            again = median(cpu(lambda client=client: client.get("/en/")) for _ in range(ROUNDS))  # type: ignore[misc]
            after = median(after_a_change(engine, client, turn) for turn in range(ROUNDS))
            told = f"again {again:6.1f} ms, after a change {after:6.1f} ms, first of all {first:7.1f} ms"
            print(f"{person:8} {told}", flush=True)
        engine.dispose()


def cpu(act: Callable[[], Any]) -> float:
    """Milliseconds of this process's CPU; the answer must be the page."""
    before = time.process_time()
    answer = act()
    spent = (time.process_time() - before) * 1000
    assert answer.status_code == 200, answer.status_code
    return spent


def after_a_change(engine: Any, client: Any, turn: int) -> float:
    with transaction(engine) as session:
        write(session, f"g{GUIDELINES - 1 - turn % DRAFTS}-2", AICHA)
    return cpu(lambda: client.get("/en/"))


def found(session: Session) -> None:
    """Two teams of the usual size among many employees."""
    for team in ("comms", "legal"):
        session.add(Team(id=team, name_fr=team, name_en=team))
    names = ["aicha", "mathieu", "julie", *(f"p{number:05}" for number in range(PEOPLE - 3))]
    session.add_all(
        Person(id=name, email=f"{name}@x.example", name=name.title(), language="en", created_at=START) for name in names
    )
    session.flush()
    held = [(actor.id, role, team) for actor in (AICHA, MATHIEU, JULIE) for role, team in actor.memberships]
    held += [(f"p{number:05}", Role.REVIEWER, "legal") for number in range(10)]
    held += [(f"p{number:05}", Role.EDITOR, "comms") for number in range(10, 20)]
    session.add_all(Membership(person_id=who, role=role, team_id=team, from_at=START) for who, role, team in held)
    session.flush()


def guideline(session: Session, number: int) -> None:
    """One in force, and beside the last of them a draft or a review."""
    at = START + timedelta(minutes=10 * number)
    name = f"g{number}"
    drafts.create_guideline(
        session, AICHA, guideline_id=name, version_id=f"{name}-1", slug=f"text-{number}", title=f"Text {number}",
        language="en", kind="charter", owner_team="comms", document=text(number), at=at,
    )  # fmt: skip
    review.submit(session, AICHA, f"{name}-1", at=at)
    sign(session, f"{name}-1", MATHIEU, "comms", at)
    sign(session, f"{name}-1", JULIE, "legal", at)
    review.publish(session, AICHA, f"{name}-1", number="major", at=at, today=at.date())
    if number < GUIDELINES - IN_REVIEW - DRAFTS:
        return
    drafts.new_draft(session, AICHA, name, version_id=f"{name}-2", at=at + timedelta(days=1))
    write(session, f"{name}-2", AICHA)
    if number < GUIDELINES - DRAFTS:
        review.submit(session, AICHA, f"{name}-2", at=at + timedelta(days=1))


def text(number: int) -> Node:
    parts = [
        part
        for section in range(SECTIONS)
        for part in (
            h1(f"Part {section}", id=f"s{section}"),
            p(f"We ask first, and say so in writing ({number}). " * 6),
        )
    ]
    return doc(*parts)


def sign(session: Session, version_id: str, actor: Actor, team: str, at: datetime) -> None:
    shown = document_hash(authority.open_document(session, version_id).document)
    signing.approve(
        session, actor, version_id, team=team, shown_hash=shown, statement="I agree.", language="en", at=at
    )  # fmt: skip


def write(session: Session, version_id: str, actor: Actor) -> None:
    revision = authority.open_document(session, version_id).revision
    step = {
        "stepType": "replace", "from": 10, "to": 10, "slice": {"content": [{"type": "text", "text": "now "}]},
    }  # fmt: skip
    authority.receive(
        session, version_id, actor=actor, ref=f"{actor.id}-{revision}", base_revision=revision, steps_json=[step],
        at=START + timedelta(days=30),
    )  # fmt: skip


if __name__ == "__main__":
    main()
