"""The page cache: the same page without asking again, never a stale one, never somebody else's."""

import asyncio
import gzip
from datetime import timedelta
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient
from sqlalchemy import Engine

from api.front import LONGEST, with_page_cache
from api.page_cache import FRESH, MOST, PageCache
from tests.api.browsing import ORIGIN, Company
from workflow import review


class House:
    """An application that counts how often it is asked, behind a cache with a hand-moved clock."""

    def __init__(self) -> None:
        self.asked = 0
        self.published = 1
        self.now = 0.0
        self.status = 200
        self.cache = PageCache(self.app, lambda: self.published, cookie="session", elapsed=lambda: self.now)

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked += 1
        body = f"<p>{scope['path']} {self.published}</p>".encode()
        await send({"type": "http.response.start", "status": self.status, "headers": [(b"content-type", b"text/html")]})
        await send({"type": "http.response.body", "body": body[:5], "more_body": True})
        await send({"type": "http.response.body", "body": body[5:], "more_body": False})

    def get(self, path: str = "/fr/handbook/charter", query: bytes = b"", **headers: str) -> tuple[int, bytes, dict]:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "query_string": query,
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        }
        asyncio.run(self.cache(scope, None, send))  # type: ignore[arg-type]
        found = dict(sent[0]["headers"])
        return sent[0]["status"], b"".join(part["body"] for part in sent[1:]), found


def test_a_page_is_made_once_and_served_many_times() -> None:
    house = House()
    answers = {house.get()[1] for _ in range(5)}
    assert answers == {b"<p>/fr/handbook/charter 1</p>"}
    assert house.asked == 1


def test_a_publication_is_seen_within_a_second() -> None:
    house = House()
    house.get()
    house.published = 2
    house.now += FRESH + 0.01
    assert house.get()[1] == b"<p>/fr/handbook/charter 2</p>"


def test_who_is_signed_in_gets_a_page_of_their_own() -> None:
    house = House()
    house.get()
    house.get(cookie="theme=dark; session=secret")
    house.get(authorization="Bearer charte_1_2")
    assert house.asked == 3


def test_a_page_not_found_is_not_kept() -> None:
    house = House()
    house.status = 404
    assert [house.get()[0], house.get()[0]] == [404, 404]
    assert house.asked == 2


def test_searches_and_other_places_pass_by() -> None:
    house = House()
    for path, query in (("/fr/handbook/search", b""), ("/fr/handbook", b"q=1"), ("/fr/guidelines", b"")):
        house.get(path, query)
        house.get(path, query)
    assert house.asked == 6


def test_a_browser_that_has_the_page_is_told_so() -> None:
    house = House()
    _, _, headers = house.get()
    status, body, _ = house.get(if_none_match=headers[b"etag"].decode())
    assert (status, body) == (304, b"")


def test_the_compressed_page_is_the_same_page() -> None:
    house = House()
    _, plain, _ = house.get()
    _, packed, headers = house.get(accept_encoding="br, gzip")
    assert headers[b"content-encoding"] == b"gzip"
    assert gzip.decompress(packed) == plain


def test_memory_is_bounded() -> None:
    house = House()
    for number in range(MOST + 40):
        house.get(f"/fr/handbook/g{number}")
    assert len(house.cache.pages) == MOST


class Served:
    """The real application behind the cache, as a server process runs it, with a hand-moved clock before the cache."""

    def __init__(self, engine: Engine) -> None:
        self.company = Company(engine)
        self.elapsed = 0.0
        self.cache = with_page_cache(self.company.app)
        self.cache.elapsed = lambda: self.elapsed
        self.client: TestClient[Any] = TestClient(self.cache, base_url=ORIGIN)  # type: ignore[arg-type]

    def get(self, path: str, by: str = "", **headers: str) -> httpx.Response:
        cookie = {"cookie": f"charte_session={self.company.tokens[by]}"} if by else {}
        self.client.cookies.clear()
        return self.client.get(path, headers={**cookie, **headers})


@pytest.fixture
def served(engine: Engine) -> Served:
    built = Served(engine)
    with built.company.acting() as house:
        house.first_edition()
    return built


@pytest.mark.parametrize("path", ["/en/handbook", "/fr/handbook/charter", "/en/handbook/charter/1.0"])
def test_a_published_page_is_kept_and_a_browser_that_has_it_is_told_so(served: Served, path: str) -> None:
    first = served.get(path)
    assert (first.status_code, list(served.cache.pages)) == (200, [path])
    again = served.get(path, **{"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_what_is_kept_is_the_page_of_nobody(served: Served) -> None:
    mine = served.get("/en/handbook/charter", by="ines")
    assert not served.cache.pages
    assert "Ines" in mine.text
    assert mine.headers["cache-control"] == "no-store"
    theirs = served.get("/en/handbook/charter")
    assert "Ines" not in theirs.text
    assert served.get("/en/handbook/charter", by="ines").text.count("Confirm that I have read it") == 1


def test_a_second_edition_and_a_withdrawal_are_seen_within_a_second(served: Served) -> None:
    assert "Version 1.0" in served.get("/en/handbook/charter").text
    with served.company.acting() as house:
        house.draft("v2")
        house.write("v2", "mathieu", 14, " us")
        house.submit("v2")
        house.approve("v2", "aicha", "comms")
        house.approve("v2", "julie", "legal")
        house.agree("v2")
        house.publish("v2")
    assert "Version 1.0" in served.get("/en/handbook/charter").text
    served.elapsed += FRESH + 0.01
    assert "Version 1.1" in served.get("/en/handbook/charter").text
    with served.company.acting() as house:
        review.withdraw(house.session, house.actor("aicha"), "v2", reason="Sold.", at=house.tick())
    served.elapsed += FRESH + 0.01
    assert served.get("/en/handbook/charter").status_code == 404


def test_a_draft_does_not_renew_what_readers_have(served: Served) -> None:
    generation = served.cache.generation
    before = generation()
    with served.company.acting() as house:
        house.draft("v2")
    assert generation() == before


def test_no_page_is_kept_for_longer_than_five_minutes(served: Served) -> None:
    before = served.cache.generation()
    served.company.now += timedelta(seconds=LONGEST)
    assert served.cache.generation() != before


def test_forms_and_sign_in_pass_through(served: Served) -> None:
    assert served.get("/en/sign-in").status_code == 200
    assert served.client.post("/en/sign-in", data={"email": "x@x.example", "password": "x"}).status_code == 401
    assert not served.cache.pages
