"""Live editing: the laws of `docs/live-protocol.md`, on both databases."""

import random
import time
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any

import pytest
from litestar import Litestar
from litestar.exceptions import WebSocketDisconnect
from litestar.testing import TestClient
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from api import accounts
from api.database import transaction
from api.live import room, work
from api.live.client import MOST_WAITING, Client
from api.live.frames import Commit
from api.live.socket import SCHEMA_HASH
from api.live.turn import Sent, Turn
from guidelines import discussion
from guidelines.batch import Batch
from guidelines.document import document_hash
from guidelines.document_cache import DocumentCache
from guidelines.errors import InvalidStep, StaleRevision
from tests.api.live_house import Editor, LiveHouse, closing_code, delete, insert
from workflow import drafts

House = tuple[LiveHouse, "TestClient[Litestar]"]


@pytest.fixture
def live(engine: Engine) -> Iterator[House]:
    house = LiveHouse(engine)
    with TestClient(house.app) as client:
        yield house, client


def test_two_writers_see_each_others_words(live: House) -> None:
    house, client = live
    with house.connect(client, "aicha") as one, house.connect(client, "julie") as two:
        aicha, julie = Editor(one, name="a"), Editor(two, name="j")
        first, second = aicha.open(), julie.open()
        assert (first["can"], second["can"], first["state"]) == ("edit", "edit", "draft")
        assert first["hash"] == document_hash(house.document())
        assert first["you"] == {"id": "aicha", "name": "Aicha", "client": first["people"][0]["client"]}
        aicha.type(insert(1, "On "))
        julie.type(insert(21, "!"))
        aicha.flush()
        julie.flush()
        aicha.settle()
        julie.settle()
        aicha.drain(0.3)
        julie.drain(0.3)
        assert aicha.hash == julie.hash == document_hash(house.document())
        assert house.text().startswith("On Speaking")
        told = [commit for frame in julie.frames if frame["t"] == "commits" for commit in frame["list"]]
        assert {commit["by"]["name"] for commit in told} == {"Aicha", "Julie"}
        assert all("kept" not in commit for commit in told)


def test_people_and_cursors_are_told_to_the_others_and_never_stored(live: House) -> None:
    house, client = live
    with house.connect(client, "aicha") as one:
        aicha = Editor(one)
        aicha.open()
        with house.connect(client, "julie") as two:
            julie = Editor(two)
            me = julie.open()["you"]["client"]
            assert [person["name"] for person in aicha.until("people")["list"]] == ["Aicha", "Julie"]
            for _ in range(12):
                two.send_json({"t": "cursor", "revision": 0, "anchor": 3, "head": 5})
            place = aicha.until("cursors")["list"]
            assert place == [{"client": me, "id": "julie", "name": "Julie", "revision": 0, "anchor": 3, "head": 5}]
        assert [person["name"] for person in aicha.until("people")["list"]] == ["Aicha"]
        assert house.log() == []


def test_a_commit_is_on_disk_before_anybody_is_told(live: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a broken twin, which answers from inside a transaction that is not committed, is seen."""
    house, client = live
    assert _told_too_early(house, client) is False

    def hasty(services: Any, version_id: str, told: int, batch: Any, cache: Any) -> work.Made:
        with transaction(services.engine) as session:
            turn = Turn(session, services, version_id, batch, cache)
            answers = [turn.take(sent) for sent in batch]
            turn.write()
            made = work.Made(answers, turn.revision, turn.commits(told), {})
            session.rollback()
        return made

    monkeypatch.setattr("api.live.room.work.make", hasty)
    assert _told_too_early(house, client) is True


def _told_too_early(house: LiveHouse, client: "TestClient[Litestar]") -> bool:
    """Whether an editor hears of a commit that another connection to the database does not find."""
    with house.connect(client, "aicha") as one:
        aicha = Editor(one, name=f"t{time.monotonic_ns()}")
        aicha.open()
        aicha.type(insert(1, "x"))
        aicha.flush()
        told = aicha.until("commits")["list"][0]
        return (told["revision"], told["ref"], "aicha") not in house.log()


def test_the_same_commit_sent_twice_counts_once_and_is_answered_alike(live: House) -> None:
    house, client = live
    with house.connect(client, "aicha") as one:
        aicha = Editor(one)
        aicha.open()
        aicha.type(insert(1, "x"))
        aicha.flush()
        sent = aicha.sent
        first = aicha.until("commits")["list"][0]
        one.send_json(sent)
        again = aicha.until("commits")["list"][0]
        assert (again["ref"], again["revision"], again["steps"]) == (first["ref"], first["revision"], first["steps"])
        assert len(house.log()) == 1


def test_what_survived_of_a_commit_is_told_the_same_the_second_time(live: House) -> None:
    house, client = live
    with house.connect(client, "aicha") as one, house.connect(client, "julie") as two:
        aicha, julie = Editor(one, name="a"), Editor(two, name="j")
        aicha.open()
        julie.open()
        aicha.type(delete(10, 22))
        aicha.settle()
        sent = {"t": "commit", "ref": "j-1", "base": 0, "steps": [insert(13, "lost"), insert(3, "kept")]}
        two.send_json(sent)
        first = next(c for c in _own(julie, "j-1"))
        assert first["kept"] == [1]
        two.send_json(sent)
        assert next(c for c in _own(julie, "j-1")) == first


def _own(editor: Editor, ref: str) -> Iterator[dict[str, Any]]:
    while True:
        yield from (commit for commit in editor.until("commits")["list"] if commit["ref"] == ref)


def test_a_commit_of_which_nothing_is_left_is_told_to_its_writer_alone(live: House) -> None:
    house, client = live
    with house.connect(client, "aicha") as one, house.connect(client, "julie") as two:
        aicha, julie = Editor(one, name="a"), Editor(two, name="j")
        aicha.open()
        julie.open()
        aicha.type(delete(10, 22))
        aicha.settle()
        two.send_json({"t": "commit", "ref": "j-1", "base": 0, "steps": [insert(13, "lost")]})
        answer = next(_own(julie, "j-1"))
        assert (answer["steps"], answer["kept"], answer["revision"]) == ([], [], 1)
        aicha.drain(0.3)
        assert all(commit["ref"] != "j-1" for f in aicha.frames if f["t"] == "commits" for commit in f["list"])


def test_after_a_cut_the_commits_missed_lead_to_the_same_document(live: House) -> None:
    house, client = live
    with house.connect(client, "julie") as two:
        julie = Editor(two, name="j")
        julie.open()
        with house.connect(client, "aicha") as one:
            aicha = Editor(one, name="a")
            aicha.open()
            aicha.type(insert(1, "x"))
            aicha.settle()
        for _ in range(3):
            julie.type(insert(13, "y"))
            julie.settle()
        with house.connect(client, "aicha") as one:
            aicha.socket = one
            frame = aicha.open(have=aicha.revision)
            assert [commit["kept"] for commit in frame["commits"]] == [[0], [0], [0]]
            assert aicha.hash == document_hash(house.document())


@pytest.mark.parametrize("limit", ["MOST_CATCHUP", "MOST_CATCHUP_BYTES"])
def test_who_is_too_far_behind_or_ahead_gets_the_whole_text(
    live: House, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    house, client = live
    _make(house, 0, ("julie", "r1", [insert(1, "x")]), ("julie", "r2", [insert(1, "y")]))
    for have, kind in ((0, "catchup"), (2, "catchup"), (3, "init"), (2**53, "init")):
        assert _first_frame(house, client, have) == kind
    monkeypatch.setattr(work, limit, 2)
    assert _first_frame(house, client, 0) == "init"


def _first_frame(house: LiveHouse, client: "TestClient[Litestar]", have: int) -> str:
    with house.connect(client, "aicha") as one:
        one.send_json({"t": "open", "schema": SCHEMA_HASH, "have": have})
        return str(one.receive_json(timeout=20)["t"])


def test_a_commit_cut_off_in_flight_is_sent_again_and_counts_once(live: House) -> None:
    house, client = live
    with house.connect(client, "aicha") as one:
        aicha = Editor(one, name="a")
        aicha.open()
        aicha.type(insert(1, "x"))
        aicha.flush()
        time.sleep(0.3)  # the answer is never read
    with house.connect(client, "aicha") as one:
        aicha.socket = one
        aicha.open(have=aicha.revision)
        if aicha.sent is not None:
            one.send_json(aicha.sent)
            aicha.until("commits")
        assert aicha.sent is None
        assert [ref for _, ref, _ in house.log()] == ["a-1"]
        assert aicha.hash == document_hash(house.document())


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (delete(0, 7), "step_invalid"),
        ({"stepType": "replace", "from": 3, "to": 1}, "step_invalid"),
        ({"stepType": "attr", "pos": 0, "attr": "level", "value": 99}, "step_schema"),
        (insert(1, "a\0"), "text_invalid"),
    ],
)
def test_a_refused_commit_stores_nothing_and_the_others_of_its_batch_stand(
    live: House, step: dict[str, Any], code: str
) -> None:
    house, client = live
    with house.connect(client, "aicha") as one:
        aicha = Editor(one, name="a")
        aicha.open()
        one.send_json({"t": "commit", "ref": "bad", "base": 0, "steps": [insert(1, "lost"), step]})
        nack = aicha.until("nack")
        assert (nack["ref"], nack["code"]) == ("bad", code)
        assert nack["title"]
        assert nack["detail"]
    assert house.log() == []
    made = _make(house, 0, ("aicha", "b1", [insert(1, "lost"), step]), ("julie", "b2", [insert(1, "fine ")]))
    assert isinstance(made.answers[0], InvalidStep)
    assert [commit.ref for commit in made.commits] == ["b2"]
    assert [ref for _, ref, _ in house.log()] == ["b2"]
    assert house.text().startswith("fine Speaking")


def _make(house: LiveHouse, base: int, *commits: tuple[str, str, list[Any]]) -> work.Made:
    """One batch, as a room makes it."""
    batch = [Sent(house.tokens[who], Commit(ref=ref, base=base, steps=made)) for who, ref, made in commits]
    return work.make(house.app.state.services, "v1", base, batch, DocumentCache(most=1))


def test_half_a_surrogate_pair_is_refused_by_name_and_the_socket_kept(live: House) -> None:
    house, client = live
    with house.connect(client, "aicha") as one:
        aicha = Editor(one)
        aicha.open()
        one.send_text(
            '{"t":"commit","ref":"r","base":0,"steps":[{"stepType":"replace","from":1,"to":1,'
            '"slice":{"content":[{"type":"text","text":"\\ud83d"}]}}]}'
        )
        assert aicha.until("nack")["code"] == "text_invalid"
        one.send_json({"t": "ping"})
        aicha.until("pong")


MALFORMED = [
    "",
    "hello",
    "[]",
    "{}",
    '{"t":"explode"}',
    '{"t":"commit","ref":"r","base":0,"steps":[]}',
    '{"t":"commit","ref":"","base":0,"steps":[{}]}',
    '{"t":"commit","ref":"r","base":0,"base":1,"steps":[{}]}',
    '{"t":"commit","ref":"r","base":"0","steps":[{}]}',
    '{"t":"commit","ref":"r","base":0,"steps":[{}],"by":"somebody else"}',
    '{"t":"commit","ref":"r","base":0,"steps":[NaN]}',
    '{"t":"commit","ref":"r","base":0,"steps":[' + ",".join(["{}"] * 65) + "]}",
    '{"t":"commit","ref":"r","base":0,"steps":' + "[" * 100_000 + "]" * 100_000 + "}",
    '{"t":"cursor","revision":0,"anchor":true,"head":1}',
    '{"t":"commit","ref":"r","base":' + str(10**40) + ',"steps":[{}]}',
    '{"t":"commit","ref":"r","base":-1,"steps":[{}]}',
    '{"t":"cursor","revision":0,"anchor":0,"head":' + str(2**53 + 1) + "}",
    '{"t":"open","schema":"x"}',
    '{"t":"ping","text":"' + "x" * 1_048_576 + '"}',
]


def test_a_malformed_frame_closes_the_socket_with_4009(live: House) -> None:
    house, client = live
    codes = {}
    for frame in MALFORMED:
        with house.connect(client, "aicha") as one:
            aicha = Editor(one)
            aicha.open()
            one.send_text(frame)
            codes[frame] = closing_code(aicha)
    assert codes == dict.fromkeys(MALFORMED, 4009)
    assert house.log() == []


def test_ten_malformed_steps_in_a_minute_close_the_socket(live: House) -> None:
    house, client = live
    with house.connect(client, "aicha") as one:
        aicha = Editor(one)
        aicha.open()
        for number in range(10):
            one.send_json({"t": "commit", "ref": f"r{number}", "base": 0, "steps": [{"stepType": "explode"}]})
            aicha.until("nack")
        assert closing_code(aicha) == 4009


def test_a_second_commit_in_flight_closes_the_socket(live: House) -> None:
    house, client = live
    with house.connect(client, "aicha") as one:
        aicha = Editor(one)
        aicha.open()
        for number in range(8):
            one.send_json({"t": "commit", "ref": f"r{number}", "base": 0, "steps": [insert(1, "x")]})
        assert closing_code(aicha) == 4009


def test_another_schema_is_told_to_reload(live: House) -> None:
    house, client = live
    with house.connect(client, "aicha") as one:
        aicha = Editor(one)
        one.send_json({"t": "open", "schema": "0" * 64})
        assert closing_code(aicha) == 4010
        assert aicha.frames[-1]["code"] == "schema_changed"


@pytest.mark.parametrize(
    ("who", "version_id", "code"),
    [("nobody", "v1", 4001), ("nobody", "v9", 4001), ("ines", "v1", 4003), ("aicha", "v9", 4004)],
)
def test_who_may_not_see_the_text_gets_none_of_it(live: House, who: str, version_id: str, code: int) -> None:
    house, client = live
    with house.connect(client, who, version_id) as one:
        editor = Editor(one)
        one.send_json({"t": "open", "schema": SCHEMA_HASH})
        assert closing_code(editor) == code
        assert all(frame["t"] == "reload" for frame in editor.frames)


ORIGINS = [
    "", "null", "http://evil.example", "http://testserver.local.evil.example", "https://testserver.local",
    "http://testserver.local:8080", "HTTP://TESTSERVER.LOCAL",
]  # fmt: skip


def test_another_sites_page_is_refused_before_anything_is_said(live: House) -> None:
    house, client = live
    for origin in ORIGINS:
        with pytest.raises(WebSocketDisconnect), house.connect(client, "aicha", origin=origin):
            pass


def test_submitting_leaves_every_open_editor_suggestions_alone_within_a_second(live: House) -> None:
    house, client = live
    with house.connect(client, "aicha") as one:
        aicha = Editor(one, name="a")
        aicha.open()
        aicha.type(insert(1, "New: "))
        aicha.settle()
        house.act(lambda acting: acting.submit("v1"))
        told = aicha.until("state", patience=2.0)
        assert (told["can"], told["decide"], told["state"]) == ("suggest", True, "in_review")
        assert told["why"]
        aicha.type(insert(1, "x"))
        aicha.flush()
        assert aicha.until("nack")["code"] == "wrong_state"
        assert aicha.sent is None
        assert len(house.log()) == 1


def test_what_is_written_by_another_path_reaches_the_editors(live: House) -> None:
    house, client = live
    with house.connect(client, "aicha") as one:
        aicha = Editor(one, name="a")
        aicha.open()
        aicha.type(insert(1, "mine "))
        house.act(lambda acting: acting.write("v1", "julie", 1, "theirs "))
        aicha.flush()
        aicha.settle()
        aicha.drain(1.5)
        assert aicha.hash == document_hash(house.document())
        assert "theirs" in house.text()
        assert "mine" in house.text()


def test_a_nudge_is_instant(live: House) -> None:
    house, client = live
    with house.connect(client, "aicha") as one:
        aicha = Editor(one)
        aicha.open()
        aicha.drain(0.2)
        waits = []
        for number in range(3):
            house.act(lambda acting: acting.write("v1", "julie", 1, "x"))
            started = time.monotonic()
            house.app.state.services.extras["notify"]("v1")
            aicha.until("commits")
            waits.append(time.monotonic() - started)
            assert aicha.revision == number + 1
        assert min(waits) < 0.5


def test_threads_are_told_when_they_move(live: House) -> None:
    house, client = live
    with house.connect(client, "aicha") as one:
        aicha = Editor(one)
        assert aicha.open()["threads"] == []
        house.act(_open_thread)
        (thread,) = aicha.until("threads", patience=3.0)["list"]
        assert (thread["quote"], thread["open"], thread["removed"]) == ("first", True, False)
        assert thread["comments"][0]["by"] == {"id": "julie", "name": "Julie"}
        house.act(_resolve_thread)
        assert aicha.until("threads", patience=3.0)["list"][0]["open"] is False


def _resolve_thread(acting: Any) -> None:
    actor = acting.actor("aicha")
    thread = discussion.thread_of(acting.session, "v1", "t", actor)
    discussion.resolve(acting.session, actor, thread, at=acting.tick())


def _open_thread(acting: Any) -> None:
    discussion.open_thread(
        acting.session, acting.actor("julie"), "v1", thread_id="t", comment_id="c", text="Who?", at=acting.tick(),
        quote="first", section="s1",
    )  # fmt: skip


def test_signing_out_closes_the_socket_and_its_next_commit_is_refused(live: House) -> None:
    house, client = live
    with house.connect(client, "aicha") as one:
        aicha = Editor(one)
        aicha.open()
        with transaction(house.engine) as session:
            accounts.sign_out(session, house.tokens["aicha"], datetime.now(UTC))
        one.send_json({"t": "commit", "ref": "late", "base": 0, "steps": [insert(1, "x")]})
        assert closing_code(aicha) == 4001
        assert aicha.frames[-1]["code"] == "sign_in_required"
    assert house.log() == []


def test_a_right_lost_while_typing_holds_for_the_very_next_commit(live: House, monkeypatch: pytest.MonkeyPatch) -> None:
    _late_commit_is_refused(live, monkeypatch)
    assert live[0].log() == []


def _late_commit_is_refused(live: House, monkeypatch: pytest.MonkeyPatch, patience: float = 20.0) -> None:
    """Mathieu types on after his role was taken away; nobody looks, so that his commit is all there is to notice it."""
    house, client = live
    monkeypatch.setattr("api.live.room.LOOK_EVERY", 60.0)
    monkeypatch.setattr(room.Room, "meet", lambda _: None)
    with house.connect(client, "mathieu") as one:
        mathieu = Editor(one)
        mathieu.open()
        with transaction(house.engine) as session:
            session.connection().exec_driver_sql("UPDATE membership SET until_at = from_at WHERE person_id = 'mathieu'")
        one.send_json({"t": "commit", "ref": "late", "base": 0, "steps": [insert(1, "x")]})
        assert mathieu.until("nack", patience)["code"] == "not_permitted"
        house.app.state.services.extras["notify"]("v1")
        assert closing_code(mathieu) == 4003


def test_a_room_that_asks_for_rights_at_the_door_only_is_caught(live: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin of the test above."""
    monkeypatch.setattr(drafts, "may_edit", lambda *_: None)
    with pytest.raises(AssertionError, match="no nack came"):
        _late_commit_is_refused(live, monkeypatch, patience=1.0)


def test_losing_a_right_or_the_text_standing_still_is_told_within_a_second(live: House) -> None:
    """Without a word from the page that did it: the room looks for itself."""
    house, client = live
    waits = []
    for _ in range(3):
        with house.connect(client, "mathieu") as one:
            mathieu = Editor(one)
            mathieu.open()
            with transaction(house.engine) as session:
                session.connection().exec_driver_sql(
                    "UPDATE membership SET until_at = from_at WHERE person_id = 'mathieu'"
                )
            started = time.monotonic()
            assert closing_code(mathieu) == 4003
            waits.append(time.monotonic() - started)
        with transaction(house.engine) as session:
            session.connection().exec_driver_sql("UPDATE membership SET until_at = NULL WHERE person_id = 'mathieu'")
    assert sorted(waits)[1] < 1.0, waits


def test_when_the_database_fails_nobody_is_told_and_the_editors_come_back(
    live: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, client = live
    real = work.make

    def failing(*arguments: Any) -> work.Made:
        with transaction(house.engine) as session:
            turn = Turn(session, arguments[0], "v1", arguments[3], arguments[4])
            turn.take(arguments[3][0])
            turn.write()
            session.rollback()
        raise OSError("the disk is full")

    with house.connect(client, "aicha") as one:
        aicha = Editor(one, name="a")
        aicha.open()
        monkeypatch.setattr("api.live.room.work.make", failing)
        aicha.type(insert(1, "x"))
        aicha.flush()
        assert closing_code(aicha) == 1011
        assert house.log() == []
        monkeypatch.setattr("api.live.room.work.make", real)
    with house.connect(client, "aicha") as one:
        aicha.socket = one
        aicha.open(have=aicha.revision)
        one.send_json(aicha.sent)
        aicha.until("commits")
        assert aicha.hash == document_hash(house.document())
        assert len(house.log()) == 1


def test_a_failed_transaction_leaves_no_document_behind_in_memory(live: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tree of a commit that was never stored must not be taken for the revision that another commit then gets."""
    house, _ = live
    services = house.app.state.services
    cache = DocumentCache(most=1)
    first = Sent(house.tokens["aicha"], Commit(ref="a", base=0, steps=[insert(1, "never")]))
    with monkeypatch.context() as patched:
        patched.setattr(work, "_names", _raise)
        with pytest.raises(OSError, match="full"):
            work.make(services, "v1", 0, [first], cache)
    second = Sent(house.tokens["aicha"], Commit(ref="b", base=0, steps=[insert(1, "stored")]))
    work.make(services, "v1", 0, [second], cache)
    cached = work.hash_at(services, "v1", 1, cache)
    assert cached == document_hash(house.document())


def _raise(*_: Any) -> Any:
    raise OSError("the disk is full")


def test_a_fault_in_one_commit_does_not_close_the_text_to_the_others(
    live: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, client = live
    real = drafts.may_edit

    def faulty(session: Any, actor: Any, *more: Any) -> None:
        if actor.id == "aicha":
            raise RuntimeError("a fault of ours")
        real(session, actor, *more)

    monkeypatch.setattr(drafts, "may_edit", faulty)
    with house.connect(client, "aicha") as one, house.connect(client, "julie") as two:
        aicha, julie = Editor(one, name="a"), Editor(two, name="j")
        aicha.open()
        julie.open()
        aicha.type(insert(1, "x"))
        julie.type(insert(1, "y"))
        aicha.flush()
        julie.flush()
        assert aicha.until("nack")["code"] == "fault"
        julie.settle()
        assert [ref for _, ref, _ in house.log()] == ["j-1"]


def test_where_the_database_refuses_one_of_a_batch_the_others_are_taken_all_the_same(
    live: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, _ = live
    right = Batch.write

    def write(self: Batch) -> None:
        if any(record.ref == "bad" for record in self.records):
            raise IntegrityError("insert", {}, Exception("refused"))
        right(self)

    monkeypatch.setattr(Batch, "write", write)
    sent = [
        Sent(house.tokens[name], Commit(ref=ref, base=0, steps=[insert(1, ref)]))
        for name, ref in (("aicha", "one"), ("julie", "bad"), ("mathieu", "two"))
    ]
    cache = DocumentCache(most=1)
    made = work.make(house.app.state.services, "v1", 0, sent, cache)
    assert [getattr(answer, "ref", type(answer).__name__) for answer in made.answers] == ["one", "Fault", "two"]
    assert [ref for _, ref, _ in house.log()] == [commit.ref for commit in made.commits] == ["one", "two"]
    assert work.hash_at(house.app.state.services, "v1", made.revision, cache) == document_hash(house.document())


def _refused_beside_another(house: LiveHouse, client: "TestClient[Litestar]", sent: dict[str, Any]) -> str:
    """What a writer is answered for a commit, once another in the same room is found to write on."""
    with house.connect(client, "aicha") as one, house.connect(client, "julie") as two:
        aicha, julie = Editor(one, name="a"), Editor(two, name=f"j{time.monotonic_ns()}")
        aicha.open()
        julie.open()
        one.send_json(sent)
        answer = str(closing_code(aicha)) if sent["base"] > 2**53 else str(aicha.until("nack")["code"])
        julie.type(insert(1, "y"))
        julie.settle()
    return answer


FAR = {"t": "commit", "ref": "far", "base": 10**40, "steps": [insert(1, "x")]}


def test_a_number_beyond_all_bounds_ends_its_sender_alone(live: House) -> None:
    house, client = live
    assert _refused_beside_another(house, client, FAR) == "4009"


@pytest.mark.parametrize("broken", [False, True])
def test_a_refusal_without_words_never_ends_the_room(
    live: House, monkeypatch: pytest.MonkeyPatch, broken: bool
) -> None:
    """And a broken twin, a room that does not guard its answers, is seen."""
    house, client = live
    real = room.refusal

    def wordless(error: Exception, language: str) -> Any:
        if isinstance(error, StaleRevision):
            raise ArithmeticError("more digits than fit")
        return real(error, language)

    monkeypatch.setattr(room, "refusal", wordless)
    stale = FAR | {"base": 99}
    if not broken:
        assert _refused_beside_another(house, client, stale) == "fault"
        return
    monkeypatch.setattr(room, "_refusal", wordless)
    monkeypatch.setattr(room.Room, "_alone", lambda *_: nullcontext())
    with pytest.raises((AssertionError, WebSocketDisconnect)):
        _refused_beside_another(house, client, stale)


def test_a_client_that_cannot_be_answered_is_closed_and_the_others_write_on(
    live: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, client = live
    real = room.Room._first_frame

    def faulty(room: Any, joining: Any, found: Any) -> str:
        if joining.person_id == "aicha":
            raise RuntimeError("a fault of ours")
        return real(room, joining, found)

    monkeypatch.setattr(room.Room, "_first_frame", faulty)
    with house.connect(client, "julie") as two:
        julie = Editor(two, name="j")
        julie.open()
        with house.connect(client, "aicha") as one:
            one.send_json({"t": "open", "schema": SCHEMA_HASH, "have": None})
            assert closing_code(Editor(one)) == 1011
        julie.type(insert(1, "y"))
        julie.settle()


def test_writers_who_name_their_commits_alike_both_keep_their_words(live: House) -> None:
    house, client = live
    with house.connect(client, "aicha") as one, house.connect(client, "julie") as two:
        aicha, julie = Editor(one, name="1"), Editor(two, name="1")
        aicha.open()
        julie.open()
        one.send_json({"t": "commit", "ref": "1", "base": 0, "steps": [insert(1, "On ")]})
        aicha.until("commits")
        julie.until("commits")
        two.send_json({"t": "commit", "ref": "1", "base": 1, "steps": [insert(1, "Oh! ")]})
        told = julie.until("commits")["list"]
        assert [(commit["ref"], commit["by"]["id"], commit["revision"]) for commit in told] == [("1", "julie", 2)]
        two.send_json({"t": "commit", "ref": "1", "base": 2, "steps": [insert(1, "lost ")]})
        assert julie.until("nack")["code"] == "ref_taken"
    assert house.text().startswith("Oh! On Speaking")


def test_commits_named_alike_in_one_batch_are_told_apart(live: House) -> None:
    house, _ = live
    made = _make(house, 0, ("aicha", "1", [insert(1, "a")]), ("julie", "1", [insert(1, "b")]))
    assert [(commit.revision, commit.person_id) for commit in made.commits] == [(1, "aicha"), (2, "julie")]


def test_the_hash_is_told_after_changes(live: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house, client = live
    monkeypatch.setattr("api.live.room.HASH_EVERY", 0.2)
    with house.connect(client, "aicha") as one:
        aicha = Editor(one, name="a")
        aicha.open()
        aicha.type(insert(1, "x"))
        aicha.settle()
        told = aicha.until("hash", patience=5.0)
        assert (told["revision"], told["hash"]) == (1, aicha.hash)


def test_a_room_goes_with_its_last_client(live: House) -> None:
    house, client = live
    rooms = house.app.state.services.extras["rooms"]
    with house.connect(client, "aicha") as one:
        Editor(one).open()
        assert set(rooms.rooms) == {"v1"}
    end = time.monotonic() + 5
    while (rooms.rooms or rooms.tasks) and time.monotonic() < end:
        time.sleep(0.02)
    assert not rooms.rooms
    assert not rooms.tasks


def test_at_shutdown_open_sockets_are_told_to_come_back(engine: Engine) -> None:
    house = LiveHouse(engine)
    client = TestClient(house.app)
    client.__enter__()
    with house.connect(client, "aicha") as one:
        aicha = Editor(one)
        aicha.open()
        client.__exit__()
        assert closing_code(aicha) == 1012
    assert not house.app.state.services.extras["rooms"].tasks


def test_who_does_not_keep_up_is_closed_and_cursors_go_first() -> None:
    """On the queue itself: a socket in the same process never stops taking."""
    client = Client(id="c", token="", language="en")
    client.send("x" * 5_000_000, opening=True)
    for _ in range(100):
        client.send("cursor", passing=True)
    for _ in range(MOST_WAITING - 1):
        client.send("commit")
    assert client.close_code is None
    assert not any(item.passing for item in client.waiting)
    client.send("commit")
    assert client.close_code == 4008
    assert len(client.waiting) == 0


def test_a_megabyte_that_waits_closes_too() -> None:
    client = Client(id="c", token="", language="en")
    for _ in range(8):
        client.send("x" * 200_000)
    assert client.close_code == 4008


@pytest.mark.parametrize("seed", range(4))
def test_writers_at_once_end_with_the_servers_document(live: House, seed: int) -> None:
    """Three editors type, delete and split at random places, at random moments, each seeing the others late."""
    house, client = live
    rng = random.Random(seed)
    with (
        house.connect(client, "aicha") as one,
        house.connect(client, "julie") as two,
        house.connect(client, "mathieu") as three,
    ):
        editors = [Editor(socket, name=name) for socket, name in ((one, "a"), (two, "j"), (three, "m"))]
        for editor in editors:
            editor.open()
        for _ in range(60):
            editor = rng.choice(editors)
            for _ in range(rng.randint(1, 3)):
                editor.type(_random_step(rng, editor.tree.content.size))
            if rng.random() < 0.7:
                editor.flush()
            if rng.random() < 0.5:
                rng.choice(editors).drain()
        for editor in editors:
            editor.settle()
        head = house.log()[-1][0]
        for editor in editors:
            while editor.revision < head:
                editor.until("commits")
        assert {editor.hash for editor in editors} == {document_hash(house.document())}
        assert [revision for revision, _, _ in house.log()] == list(range(1, head + 1))


def _random_step(rng: random.Random, size: int) -> dict[str, Any]:
    place = rng.randint(0, size)
    kind = rng.random()
    if kind < 0.6:
        return insert(place, rng.choice(["a", "bé", "🙂", "mot "]))
    if kind < 0.85:
        return delete(place, min(size, place + rng.randint(1, 4)))
    split = [{"type": "paragraph"}, {"type": "paragraph"}]
    return {
        "stepType": "replace", "from": place, "to": place, "structure": False,
        "slice": {"content": split, "openStart": 1, "openEnd": 1},
    }  # fmt: skip
