"""`charte policy check`: what it prints, how it ends, and that it needs nothing else to be there."""

import re
import string
import subprocess
import sys
from dataclasses import fields
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from api import cli
from api.cli import main
from api.policy_words import WORDS, Teller
from tests.commands import refused
from tests.workflow.broken_rules import VARIANTS, any_words, small
from workflow.facts import Choice
from workflow.policy import shipped
from workflow.proof.explore import explore
from workflow.proof.invariants import Broken
from workflow.proof.report import Counter, Report
from workflow.proof.steps import REVIEWING
from workflow.proof.story import Told, story

POLICIES = Path(str(files("workflow").joinpath("policies")))
TAGGED_ONLY = POLICIES.joinpath("standard.toml").read_text("utf-8").replace('scope = "all"', 'scope = "tag:data"')


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["policy", "check", *arguments])
    captured = capsys.readouterr()
    assert captured.err == ""
    return code, captured.out


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_shipped_policy_is_sound_and_the_proof_is_counted(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = said(capsys, str(POLICIES / f"{name}.toml"), "--language", "en")
    assert code == cli.DONE
    assert re.search(r"[\d,]+ states, [\d,]+ transitions, \d+\.\d s; at most \d people\. Bounds: changes", out)
    proved = "by different people who wrote none" if name != "crisis" else "one at least wrote none"
    assert proved in out
    assert out.endswith(f"The policy “{name}” is sound.\n")


def test_a_broken_policy_is_refused_with_its_story_in_both_languages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(TAGGED_ONLY, "utf-8")
    code, out = said(capsys, str(file), "--language", "en")
    assert code == cli.NO
    assert "refused [owner_alone] stage: " in out
    assert re.search(
        "This can happen:\n"
        "  Claire .comms. changes “Section 1”.\n"
        r"  C\w+ submits the draft for review.\n"
        r"  C\w+ publishes.\n"
        "  Yet nobody outside the owner team ever signed off the words now published in “Section 1”.\n"
        "The policy “standard” is refused.\n$",
        out,
    )
    code, out = said(capsys, str(file))
    assert code == cli.NO
    assert re.search(
        "  Claire .comms. modifie «\u00a0Section 1\u00a0».\n  C\\w+ envoie le brouillon en relecture.\n", out
    )


def test_a_broken_rule_is_told_as_a_story_among_people_of_both_teams() -> None:
    with pytest.MonkeyPatch.context() as patch:
        any_words(patch)
        found = explore(small(), until_fault=True)
        acts = story(found, found.faults[0].at)
    lines = list(Teller("en").story(Counter(found.faults[0].broken, tuple(acts), small())))
    assert lines[0] == "  Claire (comms) changes “Section 1”."
    assert any(re.fullmatch(r"  L\w+ signs off “Section 1” for legal\.", line) for line in lines)
    assert any(re.fullmatch(r"  C\w+ signs off “Section 1” for comms\.", line) for line in lines)
    assert lines[-1].startswith("  Yet ")


def test_a_file_that_is_no_policy_is_bad_input_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(TAGGED_ONLY.replace("quorum", "quorom"), "utf-8")
    assert "stage.0.require.0.quorom" in refused(capsys, "policy", "check", str(file))
    file.write_bytes(b"\xff\xfe\x00")
    assert "is not text" in refused(capsys, "policy", "check", str(file))
    assert "nowhere.toml" in refused(capsys, "policy", "check", str(tmp_path / "nowhere.toml"))


def test_checking_a_policy_loads_neither_database_nor_web() -> None:
    script = (
        f"import sys; from api.cli import main; main(['policy', 'check', {str(POLICIES / 'light.toml')!r}]); "
        "print(sorted({'sqlalchemy', 'litestar', 'granian', 'jinja2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert done.stderr == ""


# The table of words.


def test_both_languages_say_the_same_things_with_the_same_facts() -> None:
    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert set(WORDS["fr"]) == set(WORDS["en"])
    assert {key for key in WORDS["fr"] if names(WORDS["fr"][key]) != names(WORDS["en"][key])} == set()


def test_french_typography_holds() -> None:
    for text in WORDS["fr"].values():
        assert "'" not in text
        assert not re.search("[^\u202f][;?!]", text), text
        assert not re.search(r" :|« | »", text), text


def told(**more: Any) -> Told:
    usual = {"verb": "publish", "who": 0, "teams": ("comms",), "part": 0, "team": "legal", "text": 1}
    return Told(**{**usual, **more})


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_act_and_every_end_of_a_story_has_its_words(language: str) -> None:
    verbs = {*REVIEWING, "edit", "restore", "retype", "submit", "request_changes", "reopen", "publish", "withdraw"}
    ends = {variant.code for variant in VARIANTS.values()} | {"one_side", "nobody_can"}
    acts = (
        *(told(verb=verb) for verb in sorted(verbs | {"leave", "join", "move"})),
        told(verb="approve", as_it_stands=False),
    )
    for end in ends:
        lines = list(Teller(language).story(Counter(Broken(end, 0, "legal"), acts, small())))
        assert len(lines) == len(acts) + 1
        assert all(lines)
    assert {choice.value for choice in Choice} <= verbs


def test_a_search_cut_short_says_so() -> None:
    report = Report(shipped()["standard"], [], states=10, complete=False)
    assert {field.name for field in fields(report)} >= {"states", "complete"}
    assert Teller("en").say("incomplete") in list(Teller("en").lines(report))
