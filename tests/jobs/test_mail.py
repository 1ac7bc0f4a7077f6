"""Mail: who gets what, when, once; and never what they may not know of."""

import re
from datetime import timedelta
from email.message import EmailMessage

from sqlmodel import select

from api.database import transaction
from api.jobs import desk
from api.mail import links
from api.notices.kinds import NoticeKind
from api.tables import Delivery
from guidelines import discussion
from guidelines.tables import Membership, Person
from tests.jobs.office import Office, html_of, text_of, to
from workflow import review, signing
from workflow.audience import audience


def test_those_who_can_sign_are_asked_after_five_quiet_minutes(office: Office) -> None:
    office.submitted()
    assert office.work() == []
    assert office.work(minutes=4) == []
    arrived = office.work(minutes=2)
    assert to(arrived) == ["camille", "julie", "lea", "mathieu", "samuel"]  # not Aïcha, who wrote it
    julie = next(message for message in arrived if message["To"].addresses[0].username == "julie")
    assert julie["Subject"] == "“Charter” waits for your sign-off for legal"
    assert "Ask first." in html_of(julie)
    assert "https://charte.example/en/go/" in text_of(julie)


def test_a_mail_waits_for_what_follows_closely_and_never_longer_than_half_an_hour(office: Office) -> None:
    office.submitted()
    office.work()
    began = office.now
    arrived: list[EmailMessage] = []
    while not arrived:
        with office.house() as house:
            review.request_changes(house.session, house.actor("julie"), "v1", remark="No.", at=house.tick())
            house.submit("v1")
        arrived = office.work(minutes=1)
    assert timedelta(minutes=29) <= office.now - began <= timedelta(minutes=31)
    assert to(arrived) == ["camille", "julie", "lea", "mathieu", "samuel"]  # each one mail


def test_a_mention_is_mailed_at_once_and_leaves_the_rest_waiting(office: Office) -> None:
    office.submitted()
    with office.house() as house:
        said = audience(house.session, "", house.now)
        discussion.open_thread(
            house.session, house.actor("julie"), "v1", thread_id="t", comment_id="c", text="@Mathieu, why?",
            section="s1", at=house.tick(), audience=said,
        )  # fmt: skip
    (mail,) = office.work()
    assert to([mail]) == ["mathieu"]
    assert mail["Subject"] == "Julie names you in “Charter”"
    assert "“@Mathieu, why?”" in text_of(mail)
    assert "mathieu" in to(office.work(minutes=6))


def test_who_left_a_team_between_the_comment_and_the_mail_is_told_nothing(office: Office) -> None:
    office.submitted()
    with office.house() as house:
        said = audience(house.session, "legal", house.now)
        discussion.open_thread(
            house.session, house.actor("julie"), "v1", thread_id="t", comment_id="c", text="@Samuel, between us",
            at=house.tick(), audience=said, lane="legal",
        )  # fmt: skip
    with transaction(office.engine) as session:
        taken = [one for one in desk.take(session, office.now, most=10) if one.kind in ("comment", "event", "day")]
    for one in taken:
        office.runner._do(one)
    assert ("samuel", "mentioned") in office.notices()
    with transaction(office.engine) as session:
        for row in session.exec(select(Membership).where(Membership.person_id == "samuel")):
            row.until_at = office.now
    arrived = office.work(minutes=10)
    assert "samuel" not in to(arrived)
    assert "between us" not in "".join(text_of(message) + html_of(message) for message in arrived)


def test_who_signed_meanwhile_is_asked_for_nothing(office: Office) -> None:
    office.submitted()
    office.work()
    with office.house() as house:
        house.approve("v1", "julie", "legal")
    assert to(office.work(minutes=10)) == ["camille", "mathieu"]


def test_whose_signed_words_changed_is_told_which_words(office: Office) -> None:
    office.submitted()
    with office.house() as house:
        house.approve("v1", "julie", "legal")
    office.work(minutes=10)
    with office.house() as house:
        review.request_changes(house.session, house.actor("samuel"), "v1", remark="More.", at=house.tick())
        house.write("v1", "aicha", 12, "always ")
        house.submit("v1")
    office.work()
    arrived = office.work(minutes=10)
    julie = next(message for message in arrived if to([message]) == ["julie"])
    assert julie["Subject"] == "Words changed in “Charter” that you had signed for legal"
    assert "always" in text_of(julie)
    assert "<ins" in html_of(julie)
    assert "Written consent" not in html_of(julie)


def test_the_owners_hear_why_changes_are_requested_and_of_an_objection(office: Office) -> None:
    office.submitted()
    office.work(minutes=10)
    with office.house() as house:
        signing.object_to(
            house.session, house.actor("julie"), "v1", team="legal", shown_hash=house.shown("v1"),
            remark="Not lawful.", language="en", at=house.tick(),
        )  # fmt: skip
        review.request_changes(house.session, house.actor("samuel"), "v1", remark="Please cut.", at=house.tick())
    office.work()
    arrived = [one for one in office.work(minutes=10) if to([one]) == ["mathieu"]]
    assert len(arrived) == 1
    assert "Not lawful." in text_of(arrived[0])
    assert "Please cut." in text_of(arrived[0])
    assert "and 1 more" in arrived[0]["Subject"]


def test_everybody_is_told_of_a_text_to_confirm_and_the_reader_in_their_language(office: Office) -> None:
    with office.house() as house:
        house.session.get_one(Person, "ines").language = "fr"
        house.first_edition()
    office.work()
    arrived = office.work(minutes=10)
    assert {"ines", "julie", "aicha"} <= set(to(arrived))
    ines = next(message for message in arrived if to([message]) == ["ines"])
    assert " ".join(ines["Subject"].split()) == "« Charter » 1.0 est en vigueur : à lire, puis à confirmer"
    assert ines["Content-Language"] == "fr"


def test_a_server_that_refuses_for_now_is_asked_again_and_gets_one_mail(office: Office) -> None:
    office.submitted()
    office.post.answer = "451 later"
    office.work()
    assert office.work(minutes=6) == []
    office.post.answer = "250 OK"
    assert to(office.work(minutes=6)) == ["camille", "julie", "lea", "mathieu", "samuel"]
    assert office.work(minutes=600) == []


def test_a_server_that_is_away_does_not_lose_the_mail(office: Office) -> None:
    office.submitted()
    url = office.services.config.smtp_url
    office.configure(smtp_url="smtp://127.0.0.1:1")
    office.work()
    assert office.work(minutes=6) == []
    office.configure(smtp_url=url)
    assert len(office.work(minutes=6)) == 5


def test_an_address_that_is_refused_for_good_is_not_tried_again(office: Office) -> None:
    office.submitted()
    office.post.at_rcpt = "550 no such mailbox"
    office.work()
    office.work(minutes=6)
    office.post.at_rcpt = "250 OK"
    assert office.work(minutes=600) == []
    assert states(office) == {"failed"}


def test_a_mail_whose_answer_never_came_is_not_sent_twice(office: Office) -> None:
    office.submitted()
    office.post.hang_up = True
    office.work()
    office.work(minutes=6)
    office.post.hang_up = False
    assert office.work(minutes=600) == []
    assert states(office) == {"unknown"}


def test_a_sender_that_dies_while_sending_leaves_a_mark_and_no_second_mail(office: Office) -> None:
    office.submitted()
    office.work()
    office.now += timedelta(minutes=6)

    class Killed(BaseException):
        pass

    kind = office.runner.kinds["post"]

    def die(_services: object, _sending: object) -> None:
        raise Killed

    office.runner.kinds = {**office.runner.kinds, "post": type(kind)(kind.begin, die, kind.end)}  # type: ignore
    for _ in range(20):
        try:
            office.runner.run_due()
        except Killed:
            office.now += desk.LEASE
        else:
            break
    office.runner.kinds = {**office.runner.kinds, "post": kind}
    assert office.work(minutes=60) == []
    assert states(office) == {"unknown"}


def test_what_somebody_does_not_want_by_mail_stands_in_the_bell_alone(office: Office) -> None:
    office.submitted()
    with transaction(office.engine) as session:
        links.unmail(session, "julie", {NoticeKind.ASKED})
    office.work()
    assert "julie" not in to(office.work(minutes=6))
    assert ("julie", "asked") in office.notices()


def test_the_header_ends_mails_of_the_kind_by_one_click(office: Office) -> None:
    office.submitted()
    office.work()
    julie = next(one for one in office.work(minutes=6) if to([one]) == ["julie"])
    assert julie["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    token = re.fullmatch(r"<https://charte\.example/en/unsubscribe/([\w-]+)>", julie["List-Unsubscribe"])
    assert token is not None
    with transaction(office.engine) as session:
        assert links.unsubscribing(session, token[1], office.now) == ("julie", [NoticeKind.ASKED])


def test_a_link_leads_its_own_person_once(office: Office) -> None:
    with transaction(office.engine) as session:
        token = links.to_place(session, "julie", "versions/v1/review", office.now)
    with transaction(office.engine) as session:
        assert links.place_of(session, token, "samuel", office.now) is None
        assert links.place_of(session, token, "julie", office.now) == "versions/v1/review"
    with transaction(office.engine) as session:
        assert links.place_of(session, token, "julie", office.now) is None
        late = links.to_place(session, "julie", "versions/v1/review", office.now)
        assert links.place_of(session, late, "julie", office.now + links.PLACE_LIFE) is None


def test_a_name_with_a_line_break_brings_no_header_of_its_own(office: Office) -> None:
    with office.house() as house:
        house.session.get_one(Person, "julie").name = "Julie\r\nBcc: all@x.example"
    office.submitted()
    office.work()
    julie = next(one for one in office.work(minutes=6) if to([one]) == ["julie"])
    assert julie["Bcc"] is None


def states(office: Office) -> set[str]:
    with transaction(office.engine, read_only=True) as session:
        return {row.state for row in session.exec(select(Delivery)).all()}
