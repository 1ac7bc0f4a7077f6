"""Comments name people and teams: by name as they are written, by id as they are kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidelines import mentions
from guidelines.errors import InvalidField
from guidelines.mentions import Audience, Mention, mentioned, resolved, said

READERS = Audience(
    {"j": "Julie Roux", "s": "Samuel N’Diaye", "z": "Zoé", "a1": "Anne Roy", "a2": "Anne Leroy", "é": "Éléonore"},
    {"legal": ("Juridique", "Legal"), "comms": ("Communication", "Communications")},
)
TEAMS = {team: names[1] for team, names in READERS.teams.items()}


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("@Julie Roux, please.", "@[person:j], please."),
        ("Ask @julie first", "Ask @[person:j] first"),
        ("(@JULIE)", "(@[person:j])"),
        ("@Samuel N'Diaye?", "@[person:s]?"),
        ("@zoe and @Legal", "@[person:z] and @[team:legal]"),
        ("@juridique", "@[team:legal]"),
        ("@Anne Leroy", "@[person:a2]"),
        ("@Communications", "@[team:comms]"),
        ("@[person:j] and @[team:legal]", "@[person:j] and @[team:legal]"),
        ("julie@example.org, @solenne_officiel, @Julien", "julie@example.org, @solenne_officiel, @Julien"),
        ("@", "@"),
    ],
)
def test_a_name_is_kept_as_whom_it_names_and_other_words_stay(written: str, kept: str) -> None:
    assert resolved(written, READERS) == kept
    assert resolved(kept, READERS) == kept


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("@[person:nobody]", "mention_unknown"),
        ("@[team:j]", "mention_unknown"),
        ("@Anne, what now?", "mention_ambiguous"),
    ],
)
def test_whoever_may_not_read_and_whoever_is_not_told_apart_are_refused(written: str, problem: str) -> None:
    with pytest.raises(InvalidField) as refused:
        resolved(written, READERS)
    assert refused.value.facts == {"field": "text", "problem": problem}


def test_a_comment_is_read_with_the_names_of_today() -> None:
    kept = resolved("@Julie and @Legal, see @julie", READERS)
    assert mentioned(kept) == [Mention("person", "j"), Mention("team", "legal")]
    assert said(kept, {"j": "Julie Martin"}, TEAMS) == "@Julie Martin and @Legal, see @Julie Martin"
    assert said(kept, {}, TEAMS) == "@… and @Legal, see @…"


def test_a_name_is_found_by_the_beginning_of_any_of_its_words() -> None:
    assert READERS.beginning("ro") == [Mention("person", "a1"), Mention("person", "j")]
    assert READERS.beginning("éleo") == READERS.beginning("eleo") == [Mention("person", "é")]
    assert READERS.beginning("jurid") == READERS.beginning("leg") == [Mention("team", "legal")]
    assert len(READERS.beginning("")) == len(READERS.people) + len(READERS.teams)
    assert READERS.beginning("x") == []


@given(st.text(alphabet="@[]person:team julieéLegal,.\n🙂ﬁ", max_size=60))
def test_what_is_kept_names_readers_only_and_is_kept_again_as_it_is(written: str) -> None:
    try:
        kept = resolved(written, READERS)
    except InvalidField:
        return
    assert all(one in READERS for one in mentioned(kept))
    assert resolved(kept, READERS) == kept


def test_naming_whoever_comes_first_would_be_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: of two of the same name, one is called."""
    monkeypatch.setattr(mentions, "_only", lambda found: min(found))
    with pytest.raises(pytest.fail.Exception):
        test_whoever_may_not_read_and_whoever_is_not_told_apart_are_refused("@Anne, what now?", "mention_ambiguous")
