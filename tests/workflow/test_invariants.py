"""What must never happen, whatever people do in whatever order; and that each guard of the product is one.

A twin breaks one guard. With it the story beside it must come to something that the ghost calls wrong; without it the
same story ends well, because the product refuses what it must.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlmodel import Session, select

import guidelines.makers
import guidelines.queries
import workflow.coverage
import workflow.eligible
import workflow.facts
import workflow.outstanding
import workflow.queries
import workflow.signing
from tests.workflow.life import Life
from workflow.facts import Choice
from workflow.machine import State
from workflow.tables import VersionState

CALM = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def test_nothing_is_published_without_both_teams_on_these_words_by_people_who_wrote_none_of_them() -> None:
    reached: Counter[str] = Counter()

    class Counted(Life):
        def teardown(self) -> None:
            reached.update(row.state for row in self.session.exec(select(VersionState)))
            super().teardown()

    run_state_machine_as_test(
        Counted, settings=settings(max_examples=35, stateful_step_count=30, deadline=None, suppress_health_check=CALM)
    )
    # A machine that never publishes, or never goes on after it, would prove nothing.
    assert all(reached[state] for state in (State.PUBLISHED, State.SUPERSEDED)), reached


def _any_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sign-off counts whatever the words have become."""

    def counting(requirement: Any, slice: Any, facts: Any) -> Any:
        return [
            decision
            for decision in workflow.coverage.latest(facts, slice.id).values()
            if decision.choice is Choice.APPROVE
            and decision.team == requirement.team
            and not workflow.coverage.wrote(decision, slice, facts, requirement)
        ]

    monkeypatch.setattr(workflow.outstanding, "counting", counting)


def _any_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow.signing, "_check_shown", lambda *_: None)


def _any_title(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's title is not held against the version's: as before the page told its revision."""
    right = workflow.signing._check_shown
    monkeypatch.setattr(
        workflow.signing, "_check_shown", lambda session, found, shown, _: right(session, found, shown, None)
    )


def _own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow.queries.writing, "contributors_of", lambda *_, **__: {})


def _this_round_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the last writer counts as one."""
    monkeypatch.setattr(
        guidelines.queries, "contributors", lambda history: list(history)[-1].authors if list(history) else frozenset()
    )


def _laundering(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words undone and brought back belong to whoever brings them back."""

    def forgetful(history: Any) -> Any:
        path: list[Any] = []
        for change in history:
            known = [place for place, former in enumerate(path) if former.hash == change.hash]
            path = path[: known[0] + 1] if known else [*path, change]
        return frozenset(author for change in path for author in change.authors)

    monkeypatch.setattr(guidelines.queries, "contributors", forgetful)
    monkeypatch.setattr(guidelines.queries, "_authors_elsewhere", lambda *_, **__: {})


def _gone_without_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that anybody wrote is thought to stand."""
    monkeypatch.setattr(guidelines.makers.Makers, "people", frozenset())


def _taking_away_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only whose words stand has written; who took some away has not."""
    people = property(lambda made: frozenset(maker for _, maker in made.runs if maker))
    monkeypatch.setattr(guidelines.makers.Makers, "people", people)


def _fresh_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """A draft of a withdrawn text is nobody's."""
    monkeypatch.setattr(guidelines.queries, "_line", lambda _session, row, _anchor: [row])
    monkeypatch.setattr(guidelines.queries, "_authors_elsewhere", lambda *_, **__: {})


def _deaf_to_retraction(monkeypatch: pytest.MonkeyPatch) -> None:
    right = workflow.coverage.latest

    def latest(facts: Any, slice_id: str) -> Any:
        kept = tuple(decision for decision in facts.decisions if decision.choice is not Choice.RETRACT)
        return right(replace(facts, decisions=kept), slice_id)

    monkeypatch.setattr(workflow.coverage, "latest", latest)


def _deaf_to_objection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow.outstanding, "objections", lambda *_: [])


def _two_slots(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person's decisions for different teams stand side by side."""

    def latest(facts: Any, slice_id: str) -> Any:
        return {
            f"{decision.principal} {decision.team}": decision
            for decision in facts.decisions
            if slice_id in decision.hashes
        }

    monkeypatch.setattr(workflow.coverage, "latest", latest)
    monkeypatch.setattr(workflow.eligible, "slots_taken", lambda *_: frozenset())
    monkeypatch.setattr(workflow.eligible, "latest", latest)


def _deaf_to_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow.queries, "_blocking", lambda *_: frozenset())


def _unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow.facts.VersionFacts, "unchanged", property(lambda _: False))


def _title_unsigned(monkeypatch: pytest.MonkeyPatch) -> None:
    right = workflow.facts.in_scope
    monkeypatch.setattr(workflow.facts, "in_scope", lambda need, part: part.id != "meta" and right(need, part))


def _anchor_is_the_former_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was once in force stays an anchor after it was withdrawn."""

    def hashes(session: Session, guideline_id: str) -> Any:
        rows = guidelines.queries.publications(session, guideline_id)
        return rows[0] if rows else None

    right = workflow.queries.facts

    def facts(
        session: Any, guideline: Any, version: Any, state: Any, opened: Any, _in_force: Any, at: Any, **_: Any
    ) -> Any:
        former = hashes(session, guideline.id)
        return right(session, guideline, version, state, opened, former, at, anchor=former)

    monkeypatch.setattr(workflow.queries, "facts", facts)


def _one_team_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    right = workflow.outstanding._requirement

    def requirement(stage: int, need: Any, part: Any, facts: Any) -> Any:
        return None if need.team == "legal" else right(stage, need, part, facts)

    monkeypatch.setattr(workflow.outstanding, "_requirement", requirement)


Twin = Callable[[pytest.MonkeyPatch], None]
Story = Callable[[Life], None]


def _first_edition(life: Life) -> None:
    life.submit("aicha")
    life.approve("mathieu", "comms", None)
    life.approve("julie", "legal", None)
    life.publish("aicha")


def _changed_after_signing(life: Life) -> None:
    life.submit("aicha")
    life.approve("mathieu", "comms", None)
    life.approve("julie", "legal", None)
    life.request_changes("julie")
    life.write("aicha", "s1")
    life.submit("aicha")
    life.publish("aicha")


def _signed_on_an_old_page(life: Life) -> None:
    life.submit("aicha")
    life.look("julie")
    life.request_changes("julie")
    life.write("aicha", "s1")
    life.submit("aicha")
    life.approve("mathieu", "comms", None)
    life.approve("julie", "legal", None)
    life.publish("aicha")


def _signed_under_an_old_title(life: Life) -> None:
    life.submit("aicha")
    life.look("julie")
    life.request_changes("julie")
    life.retitle("aicha", "Charter for all")
    life.submit("aicha")
    life.approve("mathieu", "comms", None)
    life.approve("julie", "legal", None)
    life.publish("aicha")


def _signed_by_the_writer(life: Life) -> None:
    life.submit("aicha")
    life.approve("aicha", "comms", None)
    life.approve("julie", "legal", None)
    life.publish("aicha")


def _signed_by_an_earlier_writer(life: Life) -> None:
    life.write("mathieu", "s1")
    life.write("aicha", "s1")
    _first_edition(life)


def _brought_back(life: Life) -> None:
    """Mathieu's words are undone by Aïcha and restored by her; he signs them."""
    _first_edition(life)
    life.new_draft("aicha")
    life.write("mathieu", "s1")
    life.restore("aicha", 1)
    life.restore("aicha", 1)
    _first_edition(life)


def _begun_again(life: Life) -> None:
    """Mathieu's draft is withdrawn; the next one begins with its words, and he signs them."""
    life.write("mathieu", "s1")
    life.withdraw(0)
    life.new_draft("aicha")
    _first_edition(life)


def _words_taken_away(life: Life) -> None:
    """Mathieu only takes a letter of the text in force away; he signs what is left."""
    _first_edition(life)
    life.new_draft("aicha")
    life.step("mathieu", lambda place, _: {"stepType": "replace", "from": place, "to": place + 1}, "s1")
    _first_edition(life)


def _retracted(life: Life) -> None:
    life.submit("aicha")
    life.approve("mathieu", "comms", None)
    life.approve("julie", "legal", None)
    life.retract("julie", "legal")
    life.publish("aicha")


def _objected(life: Life) -> None:
    life.submit("aicha")
    life.approve("mathieu", "comms", None)
    life.approve("julie", "legal", None)
    life.object_to("nora", "legal", "s1")
    life.publish("aicha")


def _both_by_nora(life: Life) -> None:
    life.submit("aicha")
    life.approve("nora", "legal", None)
    life.approve("nora", "comms", None)
    life.publish("aicha")


def _blocked(life: Life) -> None:
    life.block("s1", 0)
    _first_edition(life)


def _same_again(life: Life) -> None:
    _first_edition(life)
    life.new_draft("aicha")
    life.submit("aicha")
    life.publish("aicha")


def _new_title_only(life: Life) -> None:
    _first_edition(life)
    life.new_draft("aicha")
    life.retitle("aicha", "Charter for all")
    life.submit("aicha")
    life.publish("aicha")


def _withdrawn_words_return(life: Life) -> None:
    _first_edition(life)
    life.withdraw(0)
    life.new_draft("aicha")
    life.write("aicha", "s1")
    life.submit("aicha")
    life.approve("mathieu", "comms", None)
    life.approve("julie", "legal", ["s1"])
    life.publish("aicha")


def _signed_by_comms_alone(life: Life) -> None:
    life.submit("aicha")
    life.approve("mathieu", "comms", None)
    life.publish("aicha")


TWINS: dict[str, tuple[Twin, Story]] = {
    "a sign-off counts for any words": (_any_hash, _changed_after_signing),
    "any page may be signed": (_any_page, _signed_on_an_old_page),
    "any title may be signed": (_any_title, _signed_under_an_old_title),
    "writers sign": (_own_words, _signed_by_the_writer),
    "only the last writer counts as one": (_this_round_only, _signed_by_an_earlier_writer),
    "words that stand bind nobody": (_gone_without_trace, _signed_by_an_earlier_writer),
    "taking words away is not writing": (_taking_away_is_nothing, _words_taken_away),
    "a restore launders authors": (_laundering, _brought_back),
    "a new draft launders authors": (_fresh_start, _begun_again),
    "a sign-off counts after it was taken back": (_deaf_to_retraction, _retracted),
    "an objection is ignored": (_deaf_to_objection, _objected),
    "one human fills two slots": (_two_slots, _both_by_nora),
    "a blocking thread is ignored": (_deaf_to_threads, _blocked),
    "an unchanged version is published": (_unchanged, _same_again),
    "the title needs no signature": (_title_unsigned, _new_title_only),
    "a withdrawn text stays the anchor": (_anchor_is_the_former_text, _withdrawn_words_return),
    "one side is enough": (_one_team_is_enough, _signed_by_comms_alone),
}


def play(story: Story) -> None:
    life = Life()
    try:
        life.create()
        story(life)
        life.published_words_stand()
        life.at_most_one_version_is_in_force()
    finally:
        life.teardown()


@pytest.mark.parametrize("name", TWINS)
def test_a_broken_guard_is_noticed_and_the_right_one_holds(name: str) -> None:
    twin, story = TWINS[name]
    play(story)
    with pytest.MonkeyPatch.context() as monkeypatch:
        twin(monkeypatch)
        with pytest.raises(AssertionError):
            play(story)
