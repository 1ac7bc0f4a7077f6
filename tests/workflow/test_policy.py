"""Policies: what a file may say, and how a mistake in it is named."""

import json
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.errors import InvalidPolicy, UnknownPolicy
from workflow.policy import Policy, check_policy, policies, policy_named, read_policy, shipped

STANDARD = files("workflow").joinpath("policies/standard.toml").read_text("utf-8")
SMALL: dict[str, Any] = {
    "format": 1,
    "name": "small",
    "title": {"fr": "Petit", "en": "Small"},
    "owner_team": "comms",
    "other_side": "legal",
    "stage": [{"name": {"fr": "A", "en": "A"}, "require": [{"id": "legal", "team": "legal"}]}],
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The small policy with one value replaced (or added, or taken away: None) at a dotted path."""
    whole = json.loads(json.dumps(SMALL))
    here = whole
    *way, last = path.split(".")
    for part in way:
        here = here[int(part)] if part.isdigit() else here[part]
    if value is None:
        del here[last]
    else:
        here[last] = value
    return whole


def test_the_standard_policy_asks_one_of_each_side_for_everything() -> None:
    policy = read_policy(STANDARD)
    assert [(need.team, need.quorum, need.scope, need.authors) for need in policy.requirements()] == [
        ("comms", 1, "all", "excluded"),
        ("legal", 1, "all", "excluded"),
    ]
    assert policy_named("standard") == policy == shipped()["standard"]


def test_the_shipped_policies_are_four_files_named_as_they_are() -> None:
    assert set(shipped()) == {"standard", "social-media-charter", "crisis", "light"}
    folder = files("workflow").joinpath("policies")
    assert {file.name for file in folder.iterdir()} == {f"{name}.toml" for name in shipped()}


def test_the_shipped_policies_ask_for_what_they_say() -> None:
    charter = shipped()["social-media-charter"]
    asked = [(stage, need.id, need.scope) for stage, need in charter.active(kind="charter", language="fr")]
    assert asked == [
        (0, "dpo", "tag:personal-data"), (0, "hr", "owned"), (1, "comms", "all"), (1, "legal-substance", "all"),
    ]  # fmt: skip
    milder = [need.id for _, need in charter.active(kind="charter", language="fr", change="clarifying")]
    assert milder == ["dpo", "hr", "comms", "legal"]
    light = shipped()["light"]
    assert [need.id for _, need in light.active(kind="guide", language="en", change="editorial")] == ["comms"]
    interim = shipped()["crisis"].interim
    assert interim is not None
    assert (interim.quorum, interim.authors, interim.alone, interim.clock_hours) == (2, "excluded", "with_reason", 72)


MISTAKES = {
    "an unknown key": (changed("colour", "red"), "colour"),
    "an unknown key of a requirement": (changed("stage.0.require.0.quorom", 2), "stage.0.require.0.quorom"),
    "a missing team": (changed("stage.0.require.0.team", None), "stage.0.require.0.team"),
    "a word for a number": (changed("stage.0.require.0.quorum", "two"), "stage.0.require.0.quorum"),
    "nobody": (changed("stage.0.require.0.quorum", 0), "stage.0.require.0.quorum"),
    "a scope of no kind": (changed("stage.0.require.0.scope", "some"), "stage.0.require.0.scope"),
    "authors of no kind": (changed("stage.0.require.0.authors", "allowed"), "stage.0.require.0.authors"),
    "no stage": (changed("stage", []), "stage"),
    "an empty stage": (changed("stage.0.require", []), "stage.0.require"),
    "another format": (changed("format", 2), "format"),
    "one language only": (changed("title.fr", None), "title.fr"),
    "a name with spaces": (changed("name", "Small one"), "name"),
    "a review never": (changed("review_every_months", 0), "review_every_months"),
    "a class of no kind": (changed("stage.0.require.0.when", {"classes": ["huge"]}), "stage.0.require.0.when"),
    "a clock of a year": (changed("interim", {"team": "x", "quorum": 1, "clock_hours": 9000}), "interim.clock_hours"),
    "nobody named": (changed("stage.0.require.0.people", []), "stage.0.require.0.people"),
    "a condition that never holds": (changed("stage.0.require.0.when", {"classes": []}), "stage.0.require.0.when"),
    "a role with spaces": (changed("stage.0.require.0.escalate_to", "The Boss"), "stage.0.require.0.escalate_to"),
    "two requirements of one id": (
        changed("stage.0.require", [{"id": "a", "team": "legal"}, {"id": "a", "team": "comms"}]), "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_with_its_place(name: str) -> None:
    value, place = MISTAKES[name]
    with pytest.raises(InvalidPolicy) as refusal:
        read_policy(json.dumps(value), name="mine.toml")
    assert refusal.value.facts["place"].startswith(place)
    assert refusal.value.facts["name"] == "mine.toml"
    assert refusal.value.facts["problem"]


@pytest.mark.parametrize("text", ["", "format = ", "{", "[]", "format = 1\nformat = 1", "\0", "{" * 3000], ids=repr)
def test_a_file_that_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(InvalidPolicy):
        read_policy(text)


def test_toml_and_json_of_the_same_policy_are_the_same_value() -> None:
    policy = read_policy(STANDARD)
    assert read_policy(json.dumps(policy.model_dump(mode="json"))) == policy
    assert read_policy(policy.canonical()).hash == policy.hash


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_policy_read_back_from_what_is_stored_is_the_same_policy(name: str) -> None:
    policy = shipped()[name]
    assert read_policy(policy.canonical()) == policy
    assert read_policy(policy.canonical()).canonical() == policy.canonical()


def test_the_order_of_keys_does_not_move_the_hash_and_every_value_does() -> None:
    policy = check_policy(SMALL)
    assert check_policy(dict(reversed(SMALL.items()))).hash == policy.hash
    hashes = {policy.hash}
    for path, value in (
        ("title.en", "Other"), ("other_side", "hr"), ("stage.0.require.0.quorum", 2), ("objection", "counts"),
        ("gate", "section"), ("stage.0.require.0.scope", "owned"), ("stage.0.require.0.authors", "second_pair"),
        ("stage.0.require.0.due_days", 3), ("review_every_months", 6),
    ):  # fmt: skip
        hashes.add(check_policy(changed(path, value)).hash)
    assert len(hashes) == 10


def test_requirements_exist_for_their_kinds_languages_and_classes() -> None:
    when = {"kinds": ["charter"], "languages": ["fr"], "classes": ["substantive"]}
    policy = check_policy(changed("stage.0.require.0.when", when))
    assert len(policy.active(kind="charter", language="fr")) == 1
    assert policy.active(kind="guide", language="fr") == []
    assert policy.active(kind="charter", language="en") == []
    assert policy.active(kind="charter", language="fr", change="editorial") == []


def test_a_policy_of_the_installation_wins_over_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "standard.toml").write_text(STANDARD.replace("quorum = 1", "quorum = 2"), "utf-8")
    assert {need.quorum for need in policies(tmp_path)["standard"].requirements()} == {2}
    with pytest.raises(UnknownPolicy) as refusal:
        policy_named("unheard-of", tmp_path)
    assert "standard" in refusal.value.facts["known"]


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=9), st.lists, max_leaves=6), st.data())
def test_whatever_stands_in_a_file_is_a_policy_or_a_named_mistake(value: Any, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(sorted([*SMALL, "objection", "gate", "interim", "applies"])))
    with suppress(InvalidPolicy):
        assert isinstance(check_policy({**SMALL, place: value}), Policy)
