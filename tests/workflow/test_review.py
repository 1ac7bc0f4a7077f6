"""Review and sign-off: exact words, nobody's own, and nothing published with something outstanding."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from api.database import transaction
from guidelines import discussion, versions
from guidelines import queries as writing
from guidelines.errors import FrozenVersion, InvalidField
from tests.workflow.house import House, found
from workflow import acknowledgement, drafts, events, queries, review, signing
from workflow.errors import (
    AlreadySigned,
    BaseMoved,
    DraftOpen,
    NothingChanged,
    NotPermitted,
    NotYourSlot,
    OwnObjection,
    PublishedImmutable,
    RemarkMissing,
    SelfApproval,
    SignOffsMissing,
    StaleSignOff,
    Superseded,
    WrongState,
)
from workflow.machine import State


@pytest.fixture
def house(engine: Engine) -> Iterator[House]:
    with transaction(engine) as session:
        yield found(session)


def state(house: House, version_id: str) -> str:
    return queries.state_of(house.session, version_id).state


def test_a_first_edition_goes_from_draft_to_the_handbook(house: House) -> None:
    house.first_edition()
    published = queries.published(house.session, "g")
    assert published is not None
    assert (published.major, published.minor, state(house, "v1")) == (1, 0, "published")


def test_everything_is_outstanding_until_both_teams_have_signed(house: House) -> None:
    house.create()
    house.submit("v1")
    everything = {("not_yet", part, team) for part in ("s1", "s2", "outline", "meta") for team in ("comms", "legal")}
    assert house.missing("v1") == everything
    house.approve("v1", "julie", "legal")
    assert {team for _, _, team in house.missing("v1")} == {"comms"}
    with pytest.raises(SignOffsMissing) as refusal:
        house.publish("v1")
    assert len(refusal.value.facts["outstanding"]) == 4
    house.approve("v1", "mathieu", "comms")
    assert house.missing("v1") == set()


def test_nobody_signs_what_they_wrote(house: House) -> None:
    house.create()
    house.submit("v1")
    with pytest.raises(SelfApproval):
        house.approve("v1", "aicha", "comms")


def test_who_wrote_one_section_may_sign_another(house: House) -> None:
    house.first_edition()
    house.draft("v2")
    house.write("v2", "mathieu", 11, "Always ")
    house.write("v2", "aicha", 45, " signed")
    house.submit("v2")
    house.approve("v2", "mathieu", "comms", ["s2"])
    with pytest.raises(SelfApproval):
        house.approve("v2", "mathieu", "comms", ["s1"])


def test_only_changed_sections_are_signed_again(house: House) -> None:
    house.first_edition()
    house.draft("v2")
    house.write("v2", "mathieu", 11, "Always ")
    house.submit("v2")
    assert {part for _, part, _ in house.missing("v2")} == {"s1"}


def test_a_sign_off_falls_with_its_words_and_only_there(house: House) -> None:
    house.create()
    house.submit("v1")
    house.approve("v1", "julie", "legal")
    review.request_changes(house.session, house.actor("julie"), "v1", remark="Say it plainly.", at=house.tick())
    house.write("v1", "aicha", 11, "Do ")
    house.submit("v1")
    legal = {(reason, part) for reason, part, team in house.missing("v1") if team == "legal"}
    assert legal == {("changed_since", "s1")}


def test_words_that_come_back_bring_the_sign_off_back(house: House) -> None:
    house.create()
    house.submit("v1")
    house.approve("v1", "julie", "legal")
    review.reopen(house.session, house.actor("aicha"), "v1", at=house.tick())
    house.write("v1", "aicha", 11, "Do ")
    from guidelines import authority

    revision = authority.open_document(house.session, "v1").revision
    back = {"stepType": "replace", "from": 11, "to": 14}
    authority.receive(
        house.session, "v1", actor=house.actor("aicha"), ref="undo", base_revision=revision, steps_json=[back],
        at=house.tick(),
    )  # fmt: skip
    house.submit("v1")
    assert {team for _, _, team in house.missing("v1")} == {"comms"}


def test_a_page_that_showed_other_words_cannot_be_signed(house: House) -> None:
    house.create()
    house.submit("v1")
    with pytest.raises(StaleSignOff):
        house.approve("v1", "julie", "legal", shown_hash="0" * 64)


def test_a_sign_off_taken_back_no_longer_counts(house: House) -> None:
    house.create()
    house.submit("v1")
    house.approve("v1", "julie", "legal")
    signing.retract(house.session, house.actor("julie"), "v1", team="legal", language="en", at=house.tick())
    assert ("latest_decision_is", "s1", "legal") in house.missing("v1")


def test_the_same_decision_twice_is_told(house: House) -> None:
    house.create()
    house.submit("v1")
    house.approve("v1", "julie", "legal")
    with pytest.raises(AlreadySigned):
        house.approve("v1", "julie", "legal")


def test_nobody_signs_over_their_own_objection(house: House) -> None:
    house.create()
    house.submit("v1")
    signing.object_to(
        house.session, house.actor("julie"), "v1", team="legal", shown_hash=house.shown("v1"), remark="No.",
        language="en", at=house.tick(), sections=["s1"],
    )  # fmt: skip
    with pytest.raises(OwnObjection):
        house.approve("v1", "julie", "legal", ["s1"])


def test_one_objection_holds_back_a_signed_text_until_it_is_lifted(house: House) -> None:
    house.create()
    house.submit("v1")
    house.approve("v1", "mathieu", "comms")
    house.approve("v1", "julie", "legal")
    signing.object_to(
        house.session, house.actor("samuel"), "v1", team="legal", shown_hash=house.shown("v1"), remark="Not lawful.",
        language="en", at=house.tick(), sections=["s1"],
    )  # fmt: skip
    assert house.missing("v1") == {("objection", "s1", "legal")}
    signing.lift(house.session, house.actor("julie"), "v1", team="legal", language="en", at=house.tick())
    assert house.missing("v1") == set()


def test_an_objection_needs_a_reason(house: House) -> None:
    house.create()
    house.submit("v1")
    with pytest.raises(RemarkMissing):
        signing.object_to(
            house.session, house.actor("samuel"), "v1", team="legal", shown_hash=house.shown("v1"), remark="  ",
            language="en", at=house.tick(),
        )  # fmt: skip


def test_one_person_fills_one_slot_of_a_section(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from guidelines.people import Role
    from tests.workflow import house as company

    house.create()
    house.submit("v1")
    monkeypatch.setitem(company.PEOPLE, "julie", {(Role.REVIEWER, "legal"), (Role.REVIEWER, "comms")})
    house.approve("v1", "julie", "legal")
    with pytest.raises(NotYourSlot):
        house.approve("v1", "julie", "comms")


def test_a_lawyer_does_not_sign_for_communications(house: House) -> None:
    house.create()
    house.submit("v1")
    with pytest.raises(NotYourSlot):
        house.approve("v1", "julie", "comms")


def test_an_employee_can_do_nothing_to_a_version(house: House) -> None:
    house.create()
    for act in (
        lambda: house.submit("v1", by="ines"),
        lambda: house.write("v1", "ines", 11, "x"),
        lambda: house.draft("v2", by="ines"),
        lambda: review.withdraw(house.session, house.actor("ines"), "v1", reason="no", at=house.tick()),
    ):
        with pytest.raises((NotPermitted, WrongState)):
            act()


def test_in_review_the_text_stands_still(house: House) -> None:
    house.create()
    house.submit("v1")
    with pytest.raises((WrongState, FrozenVersion)):
        house.write("v1", "aicha", 11, "x")


def test_a_published_text_cannot_be_edited_and_says_so(house: House) -> None:
    house.first_edition()
    with pytest.raises(PublishedImmutable):
        house.write("v1", "aicha", 11, "x")


def test_an_unchanged_version_cannot_be_submitted(house: House) -> None:
    house.first_edition()
    house.draft("v2")
    with pytest.raises(NothingChanged):
        house.submit("v2")


def test_one_version_is_in_motion_at_a_time(house: House) -> None:
    house.create()
    with pytest.raises(DraftOpen):
        house.draft("v2")


def test_publishing_supersedes_the_version_before(house: House) -> None:
    house.first_edition()
    house.draft("v2")
    house.write("v2", "mathieu", 11, "Always ")
    house.submit("v2")
    house.approve("v2", "camille", "comms")
    house.approve("v2", "julie", "legal")
    house.agree("v2")
    publication = house.publish("v2")
    assert (publication.major, publication.minor) == (1, 1)
    assert (state(house, "v1"), state(house, "v2")) == ("superseded", "published")


def test_a_withdrawn_text_leaves_nothing_in_force(house: House) -> None:
    house.first_edition()
    review.withdraw(house.session, house.actor("aicha"), "v1", reason="Unlawful.", at=house.tick())
    assert queries.published(house.session, "g") is None
    house.draft("v2")
    house.submit("v2")
    assert {part for _, part, _ in house.missing("v2")} == {"s1", "s2", "outline", "meta"}


def test_a_blocking_thread_holds_back_publication_until_resolved(house: House) -> None:
    house.create()
    thread = discussion.open_thread(
        house.session, house.actor("julie"), "v1", thread_id="t", comment_id="c", text="Which law?", at=house.tick(),
        quote="Ask first", section="s1", blocking=True,
    )  # fmt: skip
    house.submit("v1")
    house.approve("v1", "mathieu", "comms")
    house.approve("v1", "julie", "legal")
    assert house.missing("v1") == {("thread_blocking", "s1", "")}
    discussion.resolve(house.session, house.actor("julie"), thread, at=house.tick())
    assert house.missing("v1") == set()


def test_a_blocking_thread_still_holds_back_when_its_words_are_taken_away(house: House) -> None:
    house.create()
    discussion.open_thread(
        house.session, house.actor("julie"), "v1", thread_id="t", comment_id="c", text="Which law?", at=house.tick(),
        quote="Ask first.", section="s1", blocking=True,
    )  # fmt: skip
    house.step("v1", "aicha", {"stepType": "replace", "from": 11, "to": 21})
    house.submit("v1")
    house.approve("v1", "mathieu", "comms")
    house.approve("v1", "julie", "legal")
    assert house.missing("v1") == {("thread_blocking", "s1", "")}
    with pytest.raises(SignOffsMissing):
        house.publish("v1")


def test_a_version_whose_base_is_no_longer_in_force_is_not_published(house: House) -> None:
    house.first_edition()
    house.draft("v2")
    house.write("v2", "mathieu", 11, "Always ")
    version = queries.writing.version(house.session, "v2")  # type: ignore[attr-defined]
    version.base_version_id = None
    house.session.flush()
    house.submit("v2")
    house.approve("v2", "camille", "comms")
    house.approve("v2", "julie", "legal")
    with pytest.raises(BaseMoved):
        house.publish("v2")


def test_confirming_twice_keeps_the_first_time(house: House) -> None:
    house.first_edition()
    shown = queries.published(house.session, "g").document_hash  # type: ignore[union-attr]
    options = {"document_hash": shown, "statement": "I have read it.", "language": "en"}
    first = acknowledgement.confirm(house.session, house.actor("ines"), "v1", at=house.tick(), **options)
    again = acknowledgement.confirm(house.session, house.actor("ines"), "v1", at=house.tick(), **options)
    assert (again.id, again.at) == (first.id, first.at)


def test_a_superseded_version_is_not_confirmed(house: House) -> None:
    house.first_edition()
    review.withdraw(house.session, house.actor("aicha"), "v1", reason="Unlawful.", at=house.tick())
    with pytest.raises(Superseded):
        acknowledgement.confirm(
            house.session, house.actor("ines"), "v1", document_hash="x", statement="s", language="en", at=house.tick()
        )


def test_the_approval_record_names_who_signed_for_whom_on_which_words(house: House) -> None:
    house.first_edition()
    record = queries.approval_record(house.session, "v1", house.now)
    assert [(line.person_id, line.team, line.slices) for line in record] == [
        ("mathieu", "comms", ("s1", "s2", "outline", "meta")),
        ("julie", "legal", ("s1", "s2", "outline", "meta")),
    ]
    assert {line.shown_hash for line in record} == {house.shown("v1")}


def test_who_wrote_what_was_in_force_before_may_sign_what_is_new_and_stays_on_record(house: House) -> None:
    house.first_edition()
    house.draft("v2")
    house.write("v2", "mathieu", 11, "Always ")
    house.submit("v2")
    house.approve("v2", "aicha", "comms")
    house.approve("v2", "julie", "legal")
    house.publish("v2")
    record = {(line.person_id, line.slices) for line in queries.approval_record(house.session, "v2", house.now)}
    assert record == {("aicha", ("s1",)), ("julie", ("s1",))}
    house.draft("v3")
    house.write("v3", "camille", 11, "Do ")
    house.submit("v3")
    house.approve("v3", "mathieu", "comms")
    house.approve("v3", "julie", "legal")
    house.publish("v3")
    assert {line.person_id for line in queries.approval_record(house.session, "v2", house.now)} == {"aicha", "julie"}


def test_the_author_of_a_withdrawn_text_does_not_sign_it_in_the_next_draft(house: House) -> None:
    house.create()
    review.withdraw(house.session, house.actor("aicha"), "v1", reason="Not now.", at=house.tick())
    house.draft("v2", by="mathieu")
    house.submit("v2")
    with pytest.raises(SelfApproval):
        house.approve("v2", "aicha", "comms")


def test_words_undone_and_restored_are_still_their_authors(house: House) -> None:
    house.create(by="mathieu")
    house.write("v1", "camille", 11, "Always ")
    versions.restore(house.session, house.actor("aicha"), "v1", 0, ref="back", at=house.tick())
    versions.restore(house.session, house.actor("aicha"), "v1", 1, ref="forth", at=house.tick())
    house.submit("v1")
    with pytest.raises(SelfApproval):
        house.approve("v1", "camille", "comms", ["s1"])
    house.approve("v1", "aicha", "comms", ["s1"])


def test_a_page_that_showed_another_title_cannot_be_signed(house: House) -> None:
    house.create()
    house.submit("v1")
    shown = writing.version(house.session, "v1").revision
    review.request_changes(house.session, house.actor("julie"), "v1", remark="The title.", at=house.tick())
    drafts.set_meta(
        house.session, house.actor("aicha"), "v1", title="Another", kind="charter", audience="", summary="",
        at=house.tick(),
    )  # fmt: skip
    house.submit("v1")
    with pytest.raises(StaleSignOff) as refusal:
        house.approve("v1", "julie", "legal", shown_revision=shown)
    assert refusal.value.facts["sections"] == ["meta"]
    house.approve("v1", "julie", "legal", shown_revision=writing.version(house.session, "v1").revision)


def test_every_act_is_an_event_and_the_chain_holds(house: House) -> None:
    house.first_edition()
    log = events.history(house.session, "g")
    assert [event.kind for event in log] == [
        "guideline_created", "version_submitted", "signed_off", "signed_off", "version_published",
    ]  # fmt: skip
    assert events.verify(log) == []


@pytest.mark.parametrize("damage", ["change", "remove", "swap", "rehash"])
def test_any_damage_to_the_log_is_found(house: House, damage: str) -> None:
    house.first_edition()
    log = list(events.history(house.session, "g"))
    house.session.expunge_all()
    if damage == "change":
        log[2].data = log[2].data.replace("legal", "comms").replace("comms", "other")
    elif damage == "remove":
        del log[2]
    elif damage == "swap":
        log[2].seq, log[3].seq = log[3].seq, log[2].seq
    else:
        log[2].person_id = "samuel"
        log[2].hash = events.entry_hash(log[2])
    assert events.verify(log)


def test_a_log_cut_short_is_told_by_its_kept_head(house: House) -> None:
    house.first_edition()
    log = list(events.history(house.session, "g"))
    assert events.verify(log[:-1]) == []
    assert events.verify(log[:-1], head=log[-1].hash)


def test_the_state_is_a_word_of_the_machine(house: House) -> None:
    house.first_edition()
    assert State(state(house, "v1")) is State.PUBLISHED


def test_meta_data_is_signed_like_words(house: House) -> None:
    house.first_edition()
    house.draft("v2")
    drafts.set_meta(
        house.session, house.actor("mathieu"), "v2", title="Charter for all", kind="charter", audience="All",
        summary="", at=house.tick(),
    )  # fmt: skip
    house.submit("v2")
    assert {part for _, part, _ in house.missing("v2")} == {"meta"}


def test_numbering_the_clauses_is_a_change_of_the_outline_that_both_teams_sign(house: House) -> None:
    house.first_edition()
    house.draft("v2")
    house.step("v2", "mathieu", {"stepType": "docAttr", "attr": "numbering", "value": "clauses"})
    house.submit("v2")
    assert house.missing("v2") == {("not_yet", "outline", "comms"), ("not_yet", "outline", "legal")}


@pytest.mark.parametrize("title", ["", "   ", "\t"])
def test_a_title_of_spaces_is_told_as_the_titles_fault(house: House, title: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        drafts.create_guideline(
            house.session, house.actor("aicha"), guideline_id="g", version_id="v1", slug="", title=title,
            language="en", kind="charter", owner_team="comms", at=house.tick(),
        )  # fmt: skip
    assert refusal.value.facts["field"] == "title"
