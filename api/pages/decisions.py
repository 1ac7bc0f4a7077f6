"""The decisions of a review, each a form: submit, sign off, object, take back, lift, send back, publish, withdraw."""

from collections.abc import Callable
from typing import Any

from litestar import Response, post
from litestar.params import FromPath

from api.days import beginning_of, day_named
from api.i18n import company_day
from api.keys import seal_published
from api.pages.forms import Form, submitted
from api.pages.guidelines import show_guideline
from api.pages.review import show
from api.pages.seen import demand_seen
from api.proof import proof_of
from api.refusals import Refusal
from api.views import name_written
from api.visit import Access, ThisVisit, Visit, Work
from api.words import agreement
from guidelines import authority
from guidelines import queries as writing
from guidelines.tables import Guideline
from workflow import classing, queries, review, scheduling, signing
from workflow.errors import SelfApproval
from workflow.machine import State
from workflow.policy import change_named


@post("/versions/{version_id:str}/submit", access=Access.MEMBER, sync_to_thread=True)
def submit(visit: ThisVisit, version_id: FromPath[str], data: Form) -> "Response[Any]":
    """Opens the review."""

    def act(work: Work) -> str:
        review.submit(work.session, work.actor, version_id, at=work.at)
        return f"{_address(visit, version_id)}?done=submitted"

    return _decided(visit, version_id, data, "submit", act)


@post("/versions/{version_id:str}/approve", access=Access.MEMBER, sync_to_thread=True)
def approve(visit: ThisVisit, version_id: FromPath[str], data: Form) -> "Response[Any]":
    """Signs the named section, or all that the person may, on the words that the page showed; undo is offered."""

    def act(work: Work) -> str:
        team = data.get("team", "")
        names = writing.team_names(work.session, visit.language)
        title = writing.version(work.session, version_id).title
        row = signing.approve(
            work.session,
            work.actor,
            version_id,
            team=team,
            shown_hash=data.get("shown_hash", ""),
            shown_revision=_revision(data),
            statement=agreement(title, names.get(team, team), visit.language),
            language=visit.language,
            at=work.at,
            sections=_sections(data),
            proof=proof_of(work, version_id),
        )
        return f"{_address(visit, version_id)}?done=signed&sign_off={row.seq}{_next(work, version_id, team)}"

    return _decided(visit, version_id, data, "approve", act)


@post("/versions/{version_id:str}/object", access=Access.MEMBER, sync_to_thread=True)
def object_to(visit: ThisVisit, version_id: FromPath[str], data: Form) -> "Response[Any]":
    """Objects to one section or to all, with a reason."""

    def act(work: Work) -> str:
        signing.object_to(
            work.session,
            work.actor,
            version_id,
            team=data.get("team", ""),
            shown_hash=data.get("shown_hash", ""),
            shown_revision=_revision(data),
            remark=data.get("remark", ""),
            language=visit.language,
            at=work.at,
            sections=_sections(data),
            proof=proof_of(work, version_id),
        )
        return f"{_address(visit, version_id)}?done=objected"

    return _decided(visit, version_id, data, "object", act)


@post("/versions/{version_id:str}/retract", access=Access.MEMBER, sync_to_thread=True)
def retract(visit: ThisVisit, version_id: FromPath[str], data: Form) -> "Response[Any]":
    """Takes one's own sign-off or objection back."""
    return _taken_back(visit, version_id, data, "retract", signing.retract)


@post("/versions/{version_id:str}/lift", access=Access.MEMBER, sync_to_thread=True)
def lift(visit: ThisVisit, version_id: FromPath[str], data: Form) -> "Response[Any]":
    """Ends a team-mate's objection."""
    return _taken_back(visit, version_id, data, "lift", signing.lift)


@post("/versions/{version_id:str}/class", access=Access.MEMBER, sync_to_thread=True)
def state_class(visit: ThisVisit, version_id: FromPath[str], data: Form) -> "Response[Any]":
    """The owner team states of which class the change is."""

    def act(work: Work) -> str:
        classing.state_class(
            work.session,
            work.actor,
            version_id,
            change=change_named(data.get("change", "")),
            shown_hash=data.get("shown_hash", ""),
            at=work.at,
        )
        return f"{_address(visit, version_id)}?done=class_stated#class"

    return _decided(visit, version_id, data, "class", act)


@post("/versions/{version_id:str}/class/agree", access=Access.MEMBER, sync_to_thread=True)
def agree_class(visit: ThisVisit, version_id: FromPath[str], data: Form) -> "Response[Any]":
    """The other side agrees to the class."""

    def act(work: Work) -> str:
        shown = data.get("shown_hash", "")
        classing.agree_class(work.session, work.actor, version_id, shown_hash=shown, at=work.at)
        return f"{_address(visit, version_id)}?done=class_agreed#class"

    return _decided(visit, version_id, data, "agree-class", act)


@post("/versions/{version_id:str}/class/contest", access=Access.MEMBER, sync_to_thread=True)
def contest_class(visit: ThisVisit, version_id: FromPath[str], data: Form) -> "Response[Any]":
    """The other side contests the class, with a reason."""

    def act(work: Work) -> str:
        classing.contest_class(work.session, work.actor, version_id, reason=data.get("remark", ""), at=work.at)
        return f"{_address(visit, version_id)}?done=class_contested#class"

    return _decided(visit, version_id, data, "contest", act)


@post("/versions/{version_id:str}/request-changes", access=Access.MEMBER, sync_to_thread=True)
def request_changes(visit: ThisVisit, version_id: FromPath[str], data: Form) -> "Response[Any]":
    """Sends the version back to the draft with a remark."""

    def act(work: Work) -> str:
        review.request_changes(work.session, work.actor, version_id, remark=data.get("remark", ""), at=work.at)
        return f"{_address(visit, version_id)}?done=changes_requested"

    return _decided(visit, version_id, data, "request-changes", act)


@post("/versions/{version_id:str}/reopen", access=Access.MEMBER, sync_to_thread=True)
def reopen(visit: ThisVisit, version_id: FromPath[str], data: Form) -> "Response[Any]":
    """The owner team takes the version back to write on it."""

    def act(work: Work) -> str:
        review.reopen(work.session, work.actor, version_id, at=work.at, remark=data.get("remark", ""))
        return f"/{visit.language}/versions/{version_id}/edit"

    return _decided(visit, version_id, data, "reopen", act)


@post("/versions/{version_id:str}/publish", access=Access.MEMBER, sync_to_thread=True)
def publish(visit: ThisVisit, version_id: FromPath[str], data: Form) -> "Response[Any]":
    """Puts the version in force, or promises it for a day; refused with the list of what is missing."""

    def act(work: Work) -> str:
        wanted: dict[str, Any] = {
            "number": data.get("number", ""),
            "ask_again": data.get("ask_again") == "yes" if "ask_again_shown" in data else None,
            "change_note": data.get("change_note", ""),
        }
        if data.get("day"):
            day = day_named(data["day"])
            scheduling.schedule(
                work.session, work.actor, version_id, day=day, due_at=beginning_of(day), at=work.at, **wanted
            )
            return f"{_address(visit, version_id)}?done=scheduled"
        publication = review.publish(
            work.session, work.actor, version_id, at=work.at, today=company_day(work.at), **wanted
        )
        seal_published(work.session, visit.config, version_id, at=work.at, person_id=work.actor.id)
        slug = work.session.get_one(Guideline, publication.guideline_id).slug
        return f"/{visit.language}/guidelines/{slug}?done=published"

    return _decided(visit, version_id, data, "publish", act)


@post("/versions/{version_id:str}/withdraw", access=Access.MEMBER, sync_to_thread=True)
def withdraw(visit: ThisVisit, version_id: FromPath[str], data: Form) -> "Response[Any]":
    """Ends a version for good, with a reason."""

    def act(work: Work) -> str:
        demand_seen(work)
        found = review.withdraw(work.session, work.actor, version_id, reason=data.get("remark", ""), at=work.at)
        return f"/{visit.language}/guidelines/{found.guideline.slug}?done=withdrawn"

    def again(work: Work, refusal: Refusal) -> "Response[Any]":
        demand_seen(work)
        version = writing.version(work.session, version_id)
        if queries.state_of(work.session, version_id).state != State.PUBLISHED:
            return show(visit, work, version_id, refusal=refusal, form=data, sent="withdraw")
        slug = work.session.get_one(Guideline, version.guideline_id).slug
        return show_guideline(visit, work, slug, refusal=refusal, form=data, sent="withdraw")

    return submitted(visit, act, again, version_id=version_id)


def _taken_back(
    visit: Visit, version_id: str, data: dict[str, str], form: str, take: Callable[..., Any]
) -> "Response[Any]":
    def act(work: Work) -> str:
        take(
            work.session,
            work.actor,
            version_id,
            team=data.get("team", ""),
            language=visit.language,
            at=work.at,
            sections=_sections(data),
            remark=data.get("remark", ""),
            proof=proof_of(work),
        )
        return f"{_address(visit, version_id)}?done={'taken_back' if form == 'retract' else 'lifted'}"

    return _decided(visit, version_id, data, form, act)


def _decided(
    visit: Visit, version_id: str, data: dict[str, str], form: str, act: Callable[[Work], str]
) -> "Response[Any]":
    """One decision, one transaction; refused, the review page says why and keeps what was typed."""

    def seen(work: Work) -> str:
        demand_seen(work)
        try:
            return act(work)
        except SelfApproval as error:
            name_written(error, authority.open_document(work.session, version_id).document, visit.language)
            raise

    return submitted(
        visit,
        seen,
        lambda work, refusal: show(visit, work, version_id, refusal=refusal, form=data, sent=form),
        version_id=version_id,
    )


def _sections(data: dict[str, str]) -> list[str] | None:
    """The sections named by the form, separated by spaces; None for all that there is to decide."""
    return data.get("sections", "").split() or None


def _revision(data: dict[str, str]) -> int | None:
    """The revision that the page showed: its title is signed too, and stands in no hash of the text."""
    said = data.get("shown_revision", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None


def _next(work: Work, version_id: str, team: str) -> str:
    """The place of the next section to sign, so that reading goes on there."""
    work.session.flush()
    left = signing.waiting(queries.standing(work.session, version_id, work.at), work.actor, team)
    return f"#{left[0].id}" if left else "#decide"


def _address(visit: Visit, version_id: str) -> str:
    return f"/{visit.language}/versions/{version_id}/review"


handlers = [
    submit,
    approve,
    object_to,
    retract,
    lift,
    state_class,
    agree_class,
    contest_class,
    request_changes,
    reopen,
    publish,
    withdraw,
]
