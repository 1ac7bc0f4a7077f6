"""Databases that have lived: every kind of act has left its rows in them. Tests roll back what they do to them."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel

from api.database import make_engine, transaction
from exports.evidence_format import key_id
from guidelines import discussion
from guidelines.tables import Suggestion, SuggestionSession
from tests import postgres
from tests.builders import doc, h1, p
from tests.workflow.house import START, House, found
from workflow import acknowledgement, drafts, policy_change, review, scheduling, signing
from workflow.policy import shipped
from workflow.sealing import House as Printed
from workflow.sealing import Signer, seal
from workflow.tables import SealKey, TimeStamp


@pytest.fixture(scope="module")
def lived_on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    yield from _live(make_engine(f"sqlite:///{tmp_path_factory.mktemp('lived')}/charte.db"))


@pytest.fixture(scope="module")
def lived_on_postgresql(postgres_url: str) -> Iterator[Engine]:
    yield from _live(make_engine(postgres.fresh_database(postgres_url, f"charte_lived_{os.getpid()}")))


@pytest.fixture(params=["sqlite", "postgresql"])
def lived(request: pytest.FixtureRequest) -> Engine:
    """Of one guideline a published version `v1` and one in review `v2`; a draft `w1` and a withdrawn `x1` of others."""
    built: Engine = request.getfixturevalue(f"lived_on_{request.param}")
    return built


def _live(built: Engine) -> Iterator[Engine]:
    SQLModel.metadata.create_all(built)
    with transaction(built) as session:
        house = found(session)
        _first_edition(house)
        house.draft("v2")
        house.write("v2", "mathieu", 11, "Always ")
        discussion.open_thread(
            session, house.actor("julie"), "v2", thread_id="t1", comment_id="c1", text="Always?", at=house.tick(),
            section="s1", quote="Always",
        )  # fmt: skip
        house.submit("v2")
        house.agree("v2")
        house.approve("v2", "julie", "legal")
        signing.retract(session, house.actor("julie"), "v2", team="legal", language="en", at=house.tick())
        house.approve("v2", "julie", "legal")
        _promised(house, session)
        _another(house, session, "g2", "w1", "crisis")
        house.write("w1", "aicha", 1, "Right ")
        session.add(SuggestionSession(version_id="w1", key="k1", person_id="julie", at=house.tick()))
        session.add(Suggestion(version_id="w1", id="k1.1", person_id="julie", revision=1, at=house.tick()))
        session.flush()
        _another(house, session, "g3", "x1", "never")
        review.withdraw(session, house.actor("aicha"), "x1", reason="Nobody needs it.", at=house.tick())
        _another_policy(house, session)
    yield built
    built.dispose()


def _first_edition(house: House) -> None:
    session = house.session
    house.create()
    house.submit("v1")
    house.approve("v1", "julie", "legal")
    review.request_changes(session, house.actor("julie"), "v1", remark="Say it plainly.", at=house.tick())
    house.write("v1", "aicha", 11, "Do ")
    drafts.set_meta(
        session, house.actor("aicha"), "v1", title="Charter for all", kind="charter", audience="Everybody", summary="",
        at=house.tick(),
    )  # fmt: skip
    house.submit("v1")
    review.reopen(session, house.actor("aicha"), "v1", at=house.tick())
    text = doc(h1("Speaking", id="s1"), p("Do ask first."), h1("Pictures", id="s2"), p("Consent in writing."))
    drafts.import_text(session, house.actor("aicha"), "v1", text, ref="import", at=house.tick())
    house.submit("v1")
    signing.object_to(
        session, house.actor("samuel"), "v1", team="legal", shown_hash=house.shown("v1"), remark="Which law?",
        language="en", at=house.tick(), sections=["s1"],
    )  # fmt: skip
    signing.lift(session, house.actor("julie"), "v1", team="legal", language="en", at=house.tick())
    house.approve("v1", "julie", "legal")
    house.approve("v1", "camille", "comms")
    house.publish("v1")
    _seal(session, house)
    acknowledgement.confirm(
        session, house.actor("ines"), "v1", document_hash=house.shown("v1"), statement="I have read it.",
        language="en", at=house.tick(),
    )  # fmt: skip


def _promised(house: House, session: Session) -> None:
    """Of a guideline of its own a version that had a day, until a sign-off was taken back."""
    _another(house, session, "g5", "y1", "press")
    house.submit("y1")
    house.approve("y1", "mathieu", "comms")
    house.approve("y1", "julie", "legal")
    day = house.now.date() + timedelta(days=9)
    scheduling.schedule(
        session, house.actor("aicha"), "y1", day=day, due_at=house.now + timedelta(days=9), at=house.tick()
    )
    signing.retract(session, house.actor("julie"), "y1", team="legal", language="en", at=house.tick())


def _another(house: House, session: Session, guideline_id: str, version_id: str, slug: str) -> None:
    drafts.create_guideline(
        session, house.actor("aicha"), guideline_id=guideline_id, version_id=version_id, slug=slug, title=slug.title(),
        language="en", kind="guide", owner_team="comms", document=doc(h1("Now"), p("Call.")), at=house.tick(),
    )  # fmt: skip


def _another_policy(house: House, session: Session) -> None:
    """One of the light policy agreed to, one that waits for it, and one of another that waits for its proof."""
    unproved = shipped()["crisis"].model_copy(update={"interim": None})
    policy_change.propose(session, house.actor("aicha"), unproved, reason="No fast path.", at=house.tick())
    for months in (6, 12):
        policy = shipped()["light"].model_copy(update={"review_every_months": months, "interim": None})
        row = policy_change.propose(session, house.actor("aicha"), policy, reason="Look again.", at=house.tick())
        policy_change.keep_proof(session, policy.hash, {"sound": True}, at=house.tick())
        if months == 6:
            policy_change.agree(session, house.actor("julie"), "light", row.number, at=house.tick())


def _seal(session: Session, house: House) -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public = private.public_key().public_bytes_raw()
    session.add(SealKey(id=key_id(public), public_key=public.hex(), from_at=START))
    session.flush()
    signer = Signer(key_id(public), public.hex(), private.sign)
    row = seal(session, "v1", signer, Printed("Solenne", "Europe/Paris"), at=house.tick(), person_id="aicha")
    session.add(
        TimeStamp(version_id="v1", manifest_hash=row.manifest_hash, authority="https://x", token=b"t", at=house.tick())
    )
    session.flush()
