"""The company's chat: signed, tried again, switched off with a reason, and never a way into the private network."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_network
from typing import Any

import pytest
from sqlmodel import select

from api.config import Proxies
from api.database import transaction
from api.hooks import address, keeping, posting
from api.hooks.address import Refused
from api.tables import Delivery, Hook
from api.visit import Work
from guidelines.people import Actor, Role
from tests.jobs.office import Office
from workflow import review

LOCAL = Proxies((ip_network("127.0.0.0/8"),))


class Chat:
    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        self.url = ""


@pytest.fixture
def chat() -> Iterator[Chat]:
    kept = Chat()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            kept.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(kept.status)
            self.send_header("location", kept.url)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}/hook?room=1"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


def add(office: Office, url: str, allowed: Proxies = LOCAL) -> str:
    office.configure(webhook_networks=allowed)
    with transaction(office.engine) as session:
        olga = Actor("olga", "Olga", "en", frozenset({(Role.ADMIN, "")}))
        return keeping.add(Work(session, office.now, olga), url, "en", allowed).id


def hook_of(office: Office, hook_id: str) -> Hook:
    with transaction(office.engine, read_only=True) as session:
        return session.get_one(Hook, hook_id)


def test_a_submitted_text_is_told_signed_without_a_word_of_it(office: Office, chat: Chat) -> None:
    hook_id = add(office, chat.url)
    office.submitted()
    office.work()
    ((headers, body),) = chat.got
    told = json.loads(body)
    assert told["text"] == "“charter” is in review"
    assert told["link"] == "https://charte.example/en/versions/v1/review"
    assert set(told) == {"id", "at", "kind", "guideline", "version", "text", "link"}
    assert b"Ask first" not in body
    seconds, digest = (part.split("=")[1] for part in headers["charte-signature"].split(","))
    secret = hook_of(office, hook_id).secret
    wanted = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(digest, wanted)
    assert int(seconds) == int(office.now.timestamp())


def test_an_objection_is_told_without_who_and_why(office: Office, chat: Chat) -> None:
    add(office, chat.url)
    office.submitted()
    with office.house() as house:
        review.request_changes(house.session, house.actor("julie"), "v1", remark="Secret reason", at=house.tick())
    office.work()
    said = b"".join(body for _, body in chat.got)
    assert b"requested" in said
    assert b"Secret" not in said
    assert b"ulie" not in said


def test_a_failure_is_tried_again_with_the_same_id_and_heard_once(office: Office, chat: Chat) -> None:
    hook_id = add(office, chat.url)
    chat.status = 503
    office.submitted()
    office.work()
    office.work(minutes=2)
    chat.status = 200
    office.work(minutes=10)
    office.work(days=1)
    assert len({headers["charte-delivery"] for headers, _ in chat.got}) == 1
    assert len(chat.got) == 3
    assert hook_of(office, hook_id).failures == 0


def test_an_address_that_fails_on_is_switched_off_with_the_reason_and_on_again(office: Office, chat: Chat) -> None:
    hook_id = add(office, chat.url)
    chat.status = 500
    office.submitted()
    for _ in range(4):
        with office.house() as house:
            review.request_changes(house.session, house.actor("julie"), "v1", remark="No.", at=house.tick())
            house.submit("v1")
        for _ in range(8):
            office.work(days=1)
    off = hook_of(office, hook_id)
    assert off.off_because == "answered 500"
    assert off.failures == posting.MOST_FAILURES
    heard = len(chat.got)
    office.work(days=5)
    assert len(chat.got) == heard
    with transaction(office.engine) as session:
        olga = Actor("olga", "Olga", "en", frozenset({(Role.ADMIN, "")}))
        keeping.switch_on(Work(session, office.now, olga), hook_id)
    chat.status = 200
    with office.house() as house:
        review.request_changes(house.session, house.actor("julie"), "v1", remark="No.", at=house.tick())
    office.work()
    assert len(chat.got) == heard + 1


def test_a_redirect_is_a_failure_and_is_not_followed(office: Office, chat: Chat) -> None:
    add(office, chat.url)
    chat.status = 302
    office.submitted()
    office.work()
    assert len(chat.got) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x", "http://localhost/x", "http://[::1]/x", "http://10.1.2.3/", "http://192.168.0.1/",
        "http://169.254.169.254/latest/meta-data", "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/", "http://2130706433/",
        "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://[fe80::1]/", "http://224.0.0.1/", "http://127.1/",
        "http://100.64.0.1/",
    ],
)  # fmt: skip
def test_no_address_of_this_machine_or_a_private_network_is_spoken_to(url: str) -> None:
    with pytest.raises(Refused):
        address.resolve(url, Proxies())


@pytest.mark.parametrize(
    "url",
    ["ftp://x.example/", "file:///etc/passwd", "http://u:p@x.example/", "//x", "http:///x", "http://x.example:0/"],
)
def test_only_plain_web_addresses_are_taken(url: str) -> None:
    with pytest.raises(Refused):
        address.check_url(url)


def test_a_name_that_changes_its_mind_is_spoken_to_at_the_address_that_was_checked(office: Office, chat: Chat) -> None:
    port = chat.url.split(":")[2].split("/")[0]
    assert address.post(f"http://rebound.invalid:{port}/", "127.0.0.1", b"{}", {}) == 200


def test_an_address_in_a_private_network_is_left_alone_when_the_setting_is_taken_back(
    office: Office, chat: Chat
) -> None:
    hook_id = add(office, chat.url)
    office.configure(webhook_networks=Proxies())
    office.submitted()
    office.work()
    assert chat.got == []
    with transaction(office.engine, read_only=True) as session:
        (row,) = session.exec(select(Delivery).where(Delivery.hook_id == hook_id)).all()
        assert row.error == "address refused: private_address"


def test_an_ended_address_hears_nothing_and_its_secret_is_gone(office: Office, chat: Chat) -> None:
    hook_id = add(office, chat.url)
    office.submitted()
    with transaction(office.engine) as session:
        keeping.end(Work(session, office.now, Actor("olga", "Olga")), hook_id)
    office.work(minutes=5)
    assert chat.got == []
    assert hook_of(office, hook_id).secret == ""
