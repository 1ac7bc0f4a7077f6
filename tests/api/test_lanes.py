"""What one team keeps to itself: nobody else sees it, hears of it, counts it or can touch it, by whatever way."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from itertools import product
from typing import Any

import pytest
from litestar.routes import HTTPRoute
from sqlalchemy import Engine, true

from api.live import work
from guidelines import discussion
from guidelines.people import Actor, Role
from tests.api.browsing import Company
from tests.api.live_house import Editor, LiveHouse
from workflow import audience, queries

SECRET = "Zanzibar"
#: What stands in the addresses.
NAMED = {
    "language": ["en"], "slug": ["charter"], "number": ["1.0"], "format": ["md", "docx", "html", "json"],
    "version_id": ["v1", "v2"], "thread_id": ["t"], "section": ["s1"], "older": ["1.0"], "newer": ["1.0"],
}  # fmt: skip
#: Tokens, moments and what is counted by requests differ from one reading to the next.
PASSING = re.compile(r'name="csrf" value="[^"]*"|\d{4}-\d\d-\d\dT[\d:.]+Z?|\b\d\d?(:|\sh\s)\d\d\b|"last_seen[^,]*')


@pytest.fixture
def company(engine: Engine) -> Iterator[Company]:
    built = Company(engine)
    with built.acting() as house:
        house.create()
        house.submit("v1")
        house.approve("v1", "mathieu", "comms")
        house.approve("v1", "julie", "legal")
        house.publish("v1")
        house.draft("v2")
    with built.visitor("aicha").client:
        yield built


def keep_a_secret(company: Company) -> None:
    with company.acting() as house:
        discussion.open_thread(
            house.session, house.actor("julie"), "v2", thread_id="t", comment_id="c", text=f"{SECRET}? @Samuel",
            quote="Ask first", section="s1", lane="legal", assigned_to="samuel", due_on=date(2026, 12, 1),
            at=house.tick(), audience=audience.audience(house.session, "legal", house.now),
        )  # fmt: skip


def addresses(company: Company) -> list[str]:
    """Every address of the product that can be read, pages and REST alike."""
    found = []
    for route in company.app.routes:
        if isinstance(route, HTTPRoute) and "GET" in route.methods and "/static/" not in route.path:
            names = re.findall(r"{(\w+):?\w*}", route.path_format)
            for values in product(*(NAMED.get(name, ["x"]) for name in names)):
                path = route.path_format
                for name, value in zip(names, values, strict=True):
                    path = re.sub(rf"{{{name}(:\w+)?}}", value, path)
                found.append(path)
    return found


def read(company: Company, name: str) -> dict[str, tuple[int, bytes]]:
    client = company.visitor(name).client
    answers = {path: client.get(path) for path in addresses(company)}
    return {path: (one.status_code, PASSING.sub("", one.text).encode()) for path, one in answers.items()}


#: An editor of the other side who is an administrator too, and a reader.
OUTSIDERS = ("camille", "ines")


def check_that_nothing_is_seen(company: Company) -> None:
    for name in OUTSIDERS:
        read(company, name)  # the first reading of a text is remembered, and told
    before = {name: read(company, name) for name in OUTSIDERS}
    keep_a_secret(company)
    for name in OUTSIDERS:
        after = read(company, name)
        assert [path for path in after if after[path] != before[name][path]] == [], name
    for name in ("samuel", "julie"):
        seen = [path for path, (_, body) in read(company, name).items() if SECRET.encode() in body]
        assert {"/en/versions/v2/review", "/api/v1/versions/v2/threads"} <= set(seen)


def test_to_others_everything_reads_as_if_it_were_not_there(company: Company) -> None:
    check_that_nothing_is_seen(company)
    assert SECRET in company.visitor("samuel").read("/").words


def check_that_nothing_is_touched(company: Company) -> None:
    keep_a_secret(company)
    visitor = company.visitor("aicha")
    csrf = visitor.read("/preferences").forms[0].fields["csrf"]
    for verb, path, value in (
        ("POST", "t/comments", {"text": "I know."}), ("POST", "t/resolve", None), ("POST", "t/reopen", None),
        ("PATCH", "t", {"due_on": None}),
    ):  # fmt: skip
        answer = visitor.client.request(
            verb, f"/api/v1/versions/v2/threads/{path}", json=value, headers={"x-csrf-token": csrf}
        )
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_thread"), path
    for act in ("reply", "ask", "resolve", "reopen"):
        assert visitor.post(f"/versions/v2/threads/t/{act}", text="I know.").status == 404, act
    for lane, problem in (("legal", "not_yours"),):
        answer = visitor.client.post(
            "/api/v1/versions/v2/threads", json={"text": "Psst", "lane": lane}, headers={"x-csrf-token": csrf}
        )
        assert (answer.status_code, answer.json()["facts"]["problem"]) == (422, problem)


def test_others_cannot_touch_it(company: Company) -> None:
    check_that_nothing_is_touched(company)


def check_that_nobody_outside_is_called(company: Company) -> None:
    look = "/api/v1/versions/v2/threads/mentionable?lane=legal&q="
    assert company.visitor("aicha").client.get(look).json() == []
    assert [one["id"] for one in company.visitor("julie").client.get(look).json()] == ["julie", "samuel", "legal"]
    julie = company.visitor("julie")
    csrf = julie.read("/preferences").forms[0].fields["csrf"]

    def said(text: str, **more: Any) -> tuple[int, str]:
        answer = julie.client.post(
            "/api/v1/versions/v2/threads", json={"text": text, "lane": "legal", **more}, headers={"x-csrf-token": csrf}
        )
        return answer.status_code, answer.json().get("facts", {}).get("problem", "")

    assert said("@[person:aicha] psst") == (422, "mention_unknown")
    assert said("@[team:comms] psst") == (422, "mention_unknown")
    assert said("@[person:ines] psst") == (422, "mention_unknown")
    assert said("Psst", assigned_to="aicha") == (422, "cannot_read")
    assert said("Psst", blocking=True) == (422, "private")
    assert said("@[person:samuel] @[team:legal] psst", assigned_to="samuel") == (201, "")


def test_nobody_outside_is_called_into_it(company: Company) -> None:
    check_that_nobody_outside_is_called(company)


def test_it_holds_nothing_back(company: Company) -> None:
    keep_a_secret(company)
    with company.acting() as house:
        assert queries.standing(house.session, "v2", house.now).facts.blocking == frozenset()


@pytest.fixture
def live(engine: Engine) -> LiveHouse:
    return LiveHouse(engine)


def check_the_socket(house: LiveHouse) -> None:
    from litestar.testing import TestClient

    with (
        TestClient(house.app) as client, house.connect(client, "aicha") as one, house.connect(client, "samuel") as two,
    ):  # fmt: skip
        aicha, samuel = Editor(one), Editor(two)
        assert aicha.open()["threads"] == samuel.open()["threads"] == []
        house.act(lambda acting: _open(acting, "t", SECRET, "legal"))
        (thread,) = samuel.until("threads", patience=3.0)["list"]
        assert (thread["lane"], thread["comments"][0]["text"]) == ({"id": "legal", "name": "legal"}, SECRET)
        house.act(lambda acting: _open(acting, "u", "For all", ""))
        # Had she been told of the first, this would not be the first frame that she has of threads.
        assert [one["id"] for one in aicha.until("threads", patience=3.0)["list"]] == ["u"]
        with house.connect(client, "mathieu") as three:
            assert [one["id"] for one in Editor(three).open()["threads"]] == ["u"]


def _open(acting: Any, name: str, text: str, lane: str) -> None:
    discussion.open_thread(
        acting.session, acting.actor("julie"), "v1", thread_id=name, comment_id=f"{name}1", text=text, lane=lane,
        at=acting.tick(),
    )  # fmt: skip


def test_the_socket_tells_it_to_its_team_alone(live: LiveHouse) -> None:
    check_the_socket(live)


# -- the broken twins: each way without its filter


def everything(_actor: Actor) -> Any:
    return true()


def anybody(_lane: str, _actor: Actor) -> bool:
    return True


@pytest.mark.parametrize(
    ("module", "name", "broken", "check"),
    [
        (discussion, "visible_to", everything, check_that_nothing_is_seen),
        (audience, "seen_by", anybody, check_that_nobody_outside_is_called),
        (discussion, "seen_by", anybody, check_that_nothing_is_touched),
    ],
    ids=["what is listed", "whom one may name", "what is touched"],
)
def test_a_way_without_its_filter_would_be_caught(
    company: Company, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, broken: Any,
    check: Callable[[Company], None],
) -> None:  # fmt: skip
    monkeypatch.setattr(module, name, broken)
    with pytest.raises(AssertionError):
        check(company)


def test_a_socket_that_tells_all_alike_would_be_caught(live: LiveHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    told = work.threads_of
    lawyer = Actor("samuel", "Samuel", "en", frozenset({(Role.REVIEWER, "legal")}))
    monkeypatch.setattr(work, "threads_of", lambda session, version_id, _actor: told(session, version_id, lawyer))
    with pytest.raises(AssertionError):
        check_the_socket(live)


def test_only_these_modules_read_threads_and_comments() -> None:
    """Whoever reads the rows decides who may know of them: everybody else asks `discussion`."""
    from pathlib import Path

    root = Path(__file__).parents[2]
    reading = {
        str(file.relative_to(root))
        for package in ("api", "workflow", "exports", "guidelines")
        for file in (root / package).rglob("*.py")
        if re.search(r"select\([^)]*\b(Thread|Comment)\b|get(_one)?\((Thread|Comment)\b", file.read_text("utf-8"))
        or re.search(r"select_from\((Thread|Comment)\)", file.read_text("utf-8"))
    }
    # `waiting`, `standings` and the room count rows only to notice that something moved; what they then show is asked
    # for anew. Notices ask `seen_by` for each thread.
    counting = {"api/waiting.py", "api/standings.py", "api/live/work.py"}
    asking = {"api/notices/telling.py", "api/notices/reading.py"}
    assert reading == {"guidelines/discussion.py", *counting, *asking}
    assert all("seen_by(" in (root / name).read_text("utf-8") for name in asking)
