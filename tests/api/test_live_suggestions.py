"""Suggestions over the socket: made in one's own name, decided by whom it is for, told to everybody; nothing else."""

from collections.abc import Iterator
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import Engine
from sqlmodel import select

from guidelines import authority, judging, projection, queries, suggest_law
from guidelines.tables import Suggestion
from tests.api.live_house import Editor, LiveHouse, insert
from workflow import audit, review

House = tuple[LiveHouse, "TestClient[Litestar]"]


@pytest.fixture
def live(engine: Engine) -> Iterator[House]:
    house = LiveHouse(engine)
    with TestClient(house.app) as client:
        yield house, client


def added(position: int, words: str, suggestion: str) -> dict[str, Any]:
    step = insert(position, words)
    step["slice"]["content"][0]["marks"] = [{"type": "ins", "attrs": {"s": suggestion}}]
    return step


def mark(kind: str, start: int, end: int, suggestion: str) -> dict[str, Any]:
    return {"stepType": kind, "from": start, "to": end, "mark": {"type": "ins", "attrs": {"s": suggestion}}}


class Desk:
    """One person's editor: what the first frame said, and commits by name."""

    def __init__(self, socket: Any, name: str) -> None:
        self.editor, self.name, self.number = Editor(socket, name=name), name, 0
        self.first = self.editor.open()
        self.key = self.first["session"]

    def send(self, *steps: dict[str, Any], base: int | None = None, **more: Any) -> dict[str, Any]:
        """The answer to a commit: its `nack`, or what the log says of it."""
        self.number += 1
        ref = f"{self.name}-{self.number}"
        at = self.editor.revision if base is None else base
        self.editor.socket.send_json({"t": "commit", "ref": ref, "base": at, "steps": list(steps), **more})
        return self.answer(ref)

    def suggest(self, *steps: dict[str, Any], **more: Any) -> dict[str, Any]:
        return self.send(*steps, kind="suggest", **more)

    def resolve(self, accept: tuple[str, ...] = (), reject: tuple[str, ...] = (), base: int | None = None) -> Any:
        self.number += 1
        ref = f"{self.name}-{self.number}"
        at = self.editor.revision if base is None else base
        frame = {"t": "resolve", "ref": ref, "base": at, "accept": list(accept), "reject": list(reject)}
        self.editor.socket.send_json(frame)
        return self.answer(ref)

    def answer(self, ref: str) -> dict[str, Any]:
        place = len(self.editor.frames)
        while True:
            for frame in self.editor.frames[place:]:
                place += 1
                if frame["t"] == "nack" and frame["ref"] == ref:
                    return frame
                for commit in frame.get("list", ()) if frame["t"] == "commits" else ():
                    if commit["ref"] == ref:
                        return commit
            self.editor.take(self.editor.socket.receive_json(timeout=20))


def states(house: LiveHouse) -> dict[str, str]:
    return {row.id: row.state for row in house.read(lambda session: session.exec(select(Suggestion)).all())}


def is_sound(house: LiveHouse) -> None:
    """What is stored beside the log is what the log says."""
    assert house.read(lambda session: projection.differences(session, queries.version(session, "v1"))) == []
    assert house.read(lambda session: audit.audit(session, "g")) == []


def test_in_review_legal_suggests_and_the_owner_team_decides_and_everybody_sees_both(live: House) -> None:
    house, client = live
    house.act(lambda acting: (acting.submit("v1"), acting.approve("v1", "julie", "legal")))
    with house.connect(client, "julie") as one, house.connect(client, "aicha") as two:
        julie, aicha = Desk(one, "j"), Desk(two, "a")
        assert (julie.first["can"], julie.first["decide"]) == ("suggest", False)
        assert (aicha.first["can"], aicha.first["decide"]) == ("suggest", True)
        assert julie.key != aicha.key
        base = house.document()
        mine = f"{julie.key}.1"

        told = julie.suggest(added(11, "Always ", mine), note="Not only at first.")
        assert told["kind"] == "suggest"
        row = aicha.editor.until("suggestions")["list"][0]
        assert (row["id"], row["by"]["id"], row["note"], row["state"]) == (mine, "julie", "Not only at first.", "open")
        assert house.document() == base
        assert house.act(lambda acting: acting.missing("v1")) >= {("suggestion_open", "s1", "")}

        assert julie.resolve(accept=(mine,))["code"] == "not_permitted"
        assert aicha.resolve(accept=(mine,))["kind"] == "resolve"
        assert julie.editor.until("suggestions")["list"] == []
        assert "Always Ask first." in house.text()
        assert house.act(lambda acting: acting.missing("v1")) >= {("changed_since", "s1", "legal")}
        assert states(house) == {mine: "accepted"}
        is_sound(house)


def test_nobody_accepts_their_own_suggestion_in_a_review_and_everybody_may_take_it_back(live: House) -> None:
    house, client = live
    house.act(lambda acting: acting.submit("v1"))
    with house.connect(client, "aicha") as one, house.connect(client, "julie") as two:
        aicha, julie = Desk(one, "a"), Desk(two, "j")
        aicha.suggest(added(11, "Always ", f"{aicha.key}.1"))
        assert aicha.resolve(accept=(f"{aicha.key}.1",))["code"] == "own_suggestion"
        assert julie.resolve(reject=(f"{aicha.key}.1",))["code"] == "not_permitted"
        assert aicha.resolve(reject=(f"{aicha.key}.1",))["kind"] == "resolve"
        assert states(house) == {f"{aicha.key}.1": "withdrawn"}
        assert aicha.resolve(reject=(f"{aicha.key}.1",))["code"] == "suggestion_closed"
        julie.editor.until("suggestions")
        is_sound(house)


def test_a_plain_edit_in_review_is_refused_and_nothing_of_it_is_stored(live: House) -> None:
    house, client = live
    house.act(lambda acting: acting.submit("v1"))
    with house.connect(client, "aicha") as one:
        aicha = Desk(one, "a")
        assert aicha.send(insert(11, "x"))["code"] == "wrong_state"
        assert house.log() == []


def test_a_suggestion_that_grew_is_not_decided_unseen(live: House) -> None:
    house, client = live
    house.act(lambda acting: acting.submit("v1"))
    with house.connect(client, "julie") as one, house.connect(client, "aicha") as two:
        julie, aicha = Desk(one, "j"), Desk(two, "a")
        mine = f"{julie.key}.1"
        seen = julie.suggest(added(11, "Always ", mine))["revision"]
        julie.suggest(added(18, "never ", mine))
        assert aicha.resolve(accept=(mine,), base=seen)["code"] == "suggestion_changed"
        assert states(house) == {mine: "open"}


def test_who_comes_back_owns_what_they_suggested_before_under_a_key_of_its_own(live: House) -> None:
    house, client = live
    with house.connect(client, "julie") as one:
        first = Desk(one, "j")
        first.suggest(added(11, "Always ", f"{first.key}.1"))
    with house.connect(client, "julie") as one:
        again = Desk(one, "k")
        assert again.key != first.key
        assert [row["id"] for row in again.first["suggestions"]] == [f"{first.key}.1"]
        assert again.suggest(added(18, "and ever ", f"{first.key}.1"))["kind"] == "suggest"
        assert again.resolve(reject=(f"{first.key}.1",))["kind"] == "resolve"
        assert states(house) == {f"{first.key}.1": "withdrawn"}


HOSTILE: dict[str, tuple[str, str]] = {
    "in another's name": ("{theirs}.9", "suggestion_foreign"),
    "with a key that nobody has": ("nobody.1", "suggestion_foreign"),
}


@pytest.mark.parametrize("way", HOSTILE)
def test_nobody_suggests_in_another_s_name(live: House, way: str) -> None:
    house, client = live
    with house.connect(client, "julie") as one, house.connect(client, "aicha") as two:
        julie, aicha = Desk(one, "j"), Desk(two, "a")
        name, code = HOSTILE[way]
        assert julie.suggest(added(11, "x", name.format(theirs=aicha.key)))["code"] == code
        assert house.log() == []
        assert states(house) == {}


#: What a hostile editor sends beside Aïcha's insertion "Always " at 11 to 18, and what it is refused with.
AGAINST: dict[str, tuple[dict[str, Any], str]] = {
    "words of the base": (insert(1, "x"), "base_changed"),
    "words of the base away": ({"stepType": "replace", "from": 2, "to": 4}, "base_changed"),
    "another's suggestion away": ({"stepType": "replace", "from": 11, "to": 14}, "other_suggestion_changed"),
    "another's suggestion accepted": (mark("removeMark", 11, 18, "{theirs}.1"), "base_changed"),
    "words into another's suggestion": (added(12, "x", "{theirs}.1"), "other_suggestion_forged"),
    "the base into another's suggestion": (mark("addMark", 18, 20, "{theirs}.1"), "other_suggestion_forged"),
    "a numbering": ({"stepType": "docAttr", "attr": "numbering", "value": "clauses"}, "document_changed"),
    "a layer that cannot be undone": (
        {"stepType": "attr", "pos": 10, "attr": "chg", "value": [{"s": "{mine}.1", "was": {"indent": 99}}]},
        "suggestion_malformed",
    ),
}


def filled(value: Any, **keys: str) -> Any:
    if isinstance(value, dict):
        return {key: filled(inner, **keys) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, **keys) for inner in value]
    return value.format(**keys) if isinstance(value, str) else value


def beside(live: House, step: dict[str, Any], kind: str, whole: bool = False) -> tuple[dict[str, Any], dict[str, str]]:
    """What Julie's step beside Aïcha's suggestion comes to in a draft; nothing may be stored when it is refused."""
    house, client = live
    with house.connect(client, "julie") as one, house.connect(client, "aicha") as two:
        aicha, julie = Desk(two, "a"), Desk(one, "j")
        revision = aicha.suggest(added(11, "Always ", f"{aicha.key}.1"))["revision"]
        before = house.text()
        answer = julie.send(filled(step, theirs=aicha.key, mine=julie.key), base=revision, kind=kind, whole=whole)
        if answer.get("code"):
            assert house.text() == before
            assert len(house.log()) == 1
        return answer, states(house)


@pytest.mark.parametrize("what", AGAINST)
def test_what_is_no_suggestion_is_refused_by_name_and_leaves_nothing(live: House, what: str) -> None:
    step, code = AGAINST[what]
    answer, left = beside(live, step, "suggest")
    assert answer["code"] == code
    assert answer["title"]
    assert list(left.values()) == ["open"]


#: The same as plain edits in a draft: what alters a suggestion otherwise than by removing words.
PLAINLY: dict[str, tuple[dict[str, Any], str]] = {
    "another's suggestion accepted": (mark("removeMark", 11, 18, "{theirs}.1"), "other_suggestion_changed"),
    "words into another's suggestion": (added(12, "x", "{theirs}.1"), "other_suggestion_forged"),
    "the base into another's suggestion": (mark("addMark", 18, 20, "{theirs}.1"), "other_suggestion_forged"),
    "a suggestion left": (added(20, "x", "{mine}.1"), "suggestion_left"),
    "a suggestion in another's name left": (added(20, "x", "{theirs}.7"), "other_suggestion_forged"),
    "words beside it as they come": (insert(19, "x"), "other_suggestion_changed"),
}


@pytest.mark.parametrize("what", PLAINLY)
def test_a_plain_edit_that_alters_a_suggestion_is_refused_by_name(live: House, what: str) -> None:
    step, code = PLAINLY[what]
    assert beside(live, step, "edit")[0]["code"] == code


def test_a_plain_edit_where_no_suggestion_stands_goes_in_as_ever(live: House) -> None:
    assert "revision" in beside(live, insert(1, "x"), "edit")[0]


def test_a_plain_edit_among_suggestions_is_suggested_and_accepted_in_one_commit(live: House) -> None:
    house, client = live
    with house.connect(client, "julie") as one, house.connect(client, "aicha") as two:
        aicha, julie = Desk(two, "a"), Desk(one, "j")
        revision = aicha.suggest(added(11, "Always ", f"{aicha.key}.1"))["revision"]
        own = f"{julie.key}.1"
        steps = [added(21, "very ", own), mark("removeMark", 21, 26, own)]
        assert "revision" in julie.send(*steps, base=revision, whole=True)
        assert "Askvery  first." in house.text()
        assert states(house) == {f"{aicha.key}.1": "open"}
        # Undone, it is the same edit read backwards.
        back = [mark("addMark", 21, 26, own), {"stepType": "replace", "from": 21, "to": 26}]
        assert "revision" in julie.send(*back, whole=True)
        assert "Ask first." in house.text()
        is_sound(house)


def test_a_plain_edit_that_takes_a_suggestion_s_words_away_overtakes_it(live: House) -> None:
    house, client = live
    with house.connect(client, "julie") as one, house.connect(client, "aicha") as two:
        aicha, julie = Desk(two, "a"), Desk(one, "j")
        revision = aicha.suggest(added(11, "Always ", f"{aicha.key}.1"))["revision"]
        gone = {"type": "del", "attrs": {"s": f"{julie.key}.1"}}
        steps = [
            {"stepType": "addMark", "from": 11, "to": 21, "mark": gone},
            {"stepType": "replace", "from": 11, "to": 21},
        ]
        assert "revision" in julie.send(*steps, base=revision, whole=True)
        assert states(house) == {f"{aicha.key}.1": "overtaken"}
        is_sound(house)


def test_what_was_moved_behind_others_goes_in_whole_or_not_at_all(live: House) -> None:
    house, client = live
    with house.connect(client, "julie") as one, house.connect(client, "aicha") as two:
        aicha, julie = Desk(two, "a"), Desk(one, "j")
        aicha.send(insert(1, "New: "))
        told = julie.suggest(added(11, "Always ", f"{julie.key}.1"), base=0)  # written plainly elsewhere meanwhile
        assert told["steps"][0]["from"] == 16
        assert "revision" in aicha.send({"stepType": "replace", "from": 45, "to": 53}, base=told["revision"])
        lost = [added(36, "x", f"{julie.key}.2"), added(49, "y", f"{julie.key}.2")]
        assert julie.suggest(*lost, base=told["revision"])["code"] == "conflict"
        assert set(states(house)) == {f"{julie.key}.1"}


def test_a_right_lost_while_suggesting_is_told_within_a_second(live: House) -> None:
    house, client = live
    house.act(lambda acting: acting.submit("v1"))
    with house.connect(client, "julie") as one:
        julie = Desk(one, "j")
        house.act(lambda acting: review.withdraw(
            acting.session, acting.actor("aicha"), "v1", reason="Nobody needs it.", at=acting.tick()
        ))  # fmt: skip
        told = julie.editor.until("state", patience=2.0)
        assert (told["can"], told["decide"]) == ("read", False)
        assert julie.suggest(added(11, "x", f"{julie.key}.1"))["code"] == "wrong_state"


def test_without_the_law_the_base_would_move(live: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "suggest_breach", lambda *_: None)
    answer, _ = beside(live, insert(1, "x"), "suggest")
    assert "code" not in answer
    assert live[0].read(lambda session: projection.differences(session, queries.version(session, "v1")))


def test_without_the_owners_anybody_could_suggest_in_another_s_name(
    live: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = judging.Owners.of
    monkeypatch.setattr(judging.Owners, "of", lambda self, name: "julie" if name[-2:] == ".9" else real(self, name))
    answer, _ = beside(live, added(1, "x", "{theirs}.9"), "suggest")
    assert "code" not in answer


def test_without_the_plain_law_a_suggestion_could_be_accepted_unsaid(
    live: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "plain_breach", lambda *_: None)
    answer, left = beside(live, mark("removeMark", 11, 18, "{theirs}.1"), "edit")
    assert "code" not in answer
    assert list(left.values()) == ["overtaken"]


def test_a_change_that_would_land_on_half_a_paragraph_is_for_its_author_to_do_again(live: House) -> None:
    assert _split_and_indent(live)["code"] == "conflict"


def test_without_the_intent_a_change_would_land_on_half_a_paragraph(
    live: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "keeps_intent", lambda *_: True)
    assert "code" not in _split_and_indent(live)
    indents = [block.attr("indent") for block in live[0].read(_whole).content if block.id in ("p1", "n1")]
    assert indents == [4, 0]


def _whole(session: Any) -> Any:
    return authority.open_document(session, "v1").with_suggestions


def _split_and_indent(live: House) -> dict[str, Any]:
    """Aïcha splits a paragraph while Julie, who has not seen it, suggests to indent the whole of it."""
    house, client = live
    with house.connect(client, "julie") as one, house.connect(client, "aicha") as two:
        aicha, julie = Desk(two, "a"), Desk(one, "j")
        revision, s = julie.editor.revision, f"{aicha.key}.1"
        paragraph = julie.editor.tree.node_at(10)
        second = {**paragraph.attrs, "id": "n1", "chg": [{"s": s, "was": {"id": "p1"}}]}
        halves = [{"type": "paragraph", "attrs": {**paragraph.attrs, "mi": s}}, {"type": "paragraph", "attrs": second}]
        split = {
            "stepType": "replace", "from": 12, "to": 12,
            "slice": {"content": halves, "openStart": 1, "openEnd": 1},
        }  # fmt: skip
        told = aicha.suggest(split, {"stepType": "attr", "pos": 10, "attr": "mi", "value": s})
        assert "revision" in told, told
        own = [{"s": f"{julie.key}.1", "was": {"indent": 0}}]
        indent = [
            {"stepType": "attr", "pos": 10, "attr": "indent", "value": 4},
            {"stepType": "attr", "pos": 10, "attr": "chg", "value": own},
        ]
        return julie.suggest(*indent, base=revision)


def test_the_law_is_the_one_of_the_whole_text() -> None:
    """The twins above switch off what is really asked."""
    assert judging.suggest_breach is suggest_law.suggest_breach
    assert judging.keeps_intent is suggest_law.keeps_intent
