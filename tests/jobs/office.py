"""A small company whose mail goes to a real server of this machine, with a clock that the test moves."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from api.config import Config
from api.database import transaction
from api.job_kinds import KINDS
from api.jobs.runner import Runner
from api.tables import Notice
from api.visit import Services
from guidelines.people import Role
from guidelines.tables import Membership, Person
from tests.workflow.house import House, found


class Post:
    """What the server does with a mail: keeps it, or answers as the test says."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []
        self.answer = "250 OK"
        self.at_rcpt = "250 OK"
        self.hang_up = False

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if self.at_rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.at_rcpt

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        if self.hang_up:
            server.transport.close()
            await asyncio.sleep(0)
            return "421 gone"
        if self.answer.startswith("250"):
            message = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.got.append(message)
        return self.answer


@contextmanager
def mail_server() -> Iterator[tuple[Post, str]]:
    """A server on a free port, and its address."""
    post = Post()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(post, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield post, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


class Office:
    """Acts as somebody in a transaction, lets time pass, and reads what arrived."""

    def __init__(self, engine: Engine, post: Post, smtp_url: str) -> None:
        self.engine, self.post = engine, post
        with transaction(engine) as session:
            self.now = found(session).now
            session.add(Person(id="olga", email="olga@x.example", name="Olga", language="en", created_at=self.now))
            session.add(Person(id="lea", email="lea@x.example", name="Lea", language="en", created_at=self.now))
            session.flush()
            session.add(Membership(person_id="olga", role=Role.ADMIN, from_at=self.now))
            session.add(Membership(person_id="lea", role=Role.LEAD, team_id="legal", from_at=self.now))
            session.add(Membership(person_id="lea", role=Role.REVIEWER, team_id="legal", from_at=self.now))
        config = Config(
            database_url=str(engine.url), public_url="https://charte.example", organisation="Solenne",
            smtp_url=smtp_url, mail_from="charte@x.example",
        )  # fmt: skip
        self.services = Services(config, engine, lambda: self.now)
        self.runner = Runner(self.services, KINDS)

    @contextmanager
    def house(self) -> Iterator[House]:
        with transaction(self.engine) as session:
            house = House(session, self.now)
            yield house
            self.now = house.now

    def work(self, minutes: float = 0, days: float = 0) -> list[EmailMessage]:
        """Lets time pass, does what is due, and returns what arrived by it."""
        self.now += timedelta(minutes=minutes, days=days)
        before = len(self.post.got)
        self.runner.run_due()
        return self.post.got[before:]

    def until(self, moment: datetime) -> list[EmailMessage]:
        self.now = moment
        return self.work()

    def configure(self, **settings: Any) -> None:
        self.services = replace(self.services, config=replace(self.services.config, **settings))
        self.runner = Runner(self.services, KINDS)

    def notices(self, **wanted: str) -> list[tuple[str, str]]:
        with transaction(self.engine, read_only=True) as session:
            return [(row.person_id, row.kind) for row in _notices(session, wanted)]

    def submitted(self) -> None:
        with self.house() as house:
            house.create()
            house.submit("v1")


def _notices(session: Session, wanted: dict[str, str]) -> list[Notice]:
    query = select(Notice).order_by(col(Notice.id))
    for name, value in wanted.items():
        query = query.where(getattr(Notice, name) == value)
    return list(session.exec(query).all())


def to(messages: list[EmailMessage]) -> list[str]:
    return sorted(message["To"].addresses[0].username for message in messages)


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def html_of(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content())
