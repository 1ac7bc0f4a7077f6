"""One guideline: begun from a form or a file, what is in force and in preparation, its details, its evidence."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, FromQuery, MultipartBody
from litestar.response import Redirect

from api.i18n import N_, say_list, translations
from api.pages.forms import Form, submitted
from api.pages.seen import demand_seen
from api.refusals import Refusal
from api.render import page
from api.routes.nudge import nudge
from api.secrets import new_id
from api.views import moving
from api.visit import Access, ThisVisit, Visit, Work
from api.words import done_words, kind_name, kinds
from exports.errors import UnknownFormat
from exports.formats import READS, read
from guidelines import queries as writing
from guidelines import versions
from guidelines.document import Node
from guidelines.errors import UnknownGuideline
from guidelines.people import Role
from guidelines.tables import Guideline, Publication, Version
from workflow import drafts, events, handbook, queries
from workflow.errors import NotPermitted
from workflow.machine import Action, State, possible
from workflow.permissions import Permission, may
from workflow.policy import Policy
from workflow.predicates import Context

#: What a guideline keeps from its first publication on.
PLACE = ("slug", "language", "owner_team", "shelf")
FIELDS = ("title", "slug", "language", "kind", "owner_team", "audience", "summary", "shelf")


@dataclass(frozen=True, slots=True)
class Edition:
    """A version in a guideline's history."""

    href: str
    number: str
    state: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Mays:
    """What the person may do with the guideline."""

    draft: bool
    edit: bool
    move: bool
    give_up: bool
    withdraw: bool


@get("/guidelines/new", access=Access.MEMBER, sync_to_thread=True)
def new_page(visit: ThisVisit) -> "Response[Any]":
    """The form of a new guideline."""
    with visit.read() as work:
        demand_seen(work)
        if not work.actor.has(Role.EDITOR):
            raise NotPermitted(permission=Permission.GUIDELINE_CREATE, reasons=["is_owner_editor"], team="")
        return _new(visit, work, {"language": visit.language})


@post("/guidelines/new", access=Access.MEMBER, sync_to_thread=True)
def create(visit: ThisVisit, data: MultipartBody[dict[str, Any]]) -> "Response[Any]":
    """Begins the guideline, from a file if one is given; refused, the form keeps everything but the file."""
    form = {name: str(data.get(name) or "") for name in FIELDS}

    def act(work: Work) -> str:
        demand_seen(work)
        document = _document(data.get("file"))
        row = drafts.create_guideline(
            work.session,
            work.actor,
            guideline_id=new_id(),
            version_id=new_id(),
            at=work.at,
            document=document if document is not None else versions.EMPTY,
            **form,
        )
        return f"/{visit.language}/versions/{row.id}/edit"

    return submitted(visit, act, lambda work, refusal: _new(visit, work, form, refusal))


@get("/guidelines/{slug:str}", access=Access.MEMBER, sync_to_thread=True)
def guideline_page(visit: ThisVisit, slug: FromPath[str], done: FromQuery[str] = "") -> "Response[Any]":
    """The guideline."""
    with visit.read() as work:
        demand_seen(work)
        try:
            return show_guideline(visit, work, slug, done=done)
        except UnknownGuideline:
            moved = drafts.moved_to(work.session, slug)
            if moved is None:
                raise
            return Redirect(f"/{visit.language}/guidelines/{moved}", status_code=302)


@post("/guidelines/{slug:str}/draft", access=Access.MEMBER, sync_to_thread=True)
def start_draft(visit: ThisVisit, slug: FromPath[str]) -> "Response[Any]":
    """Starts a draft that begins as the words in force."""

    def act(work: Work) -> str:
        demand_seen(work)
        guideline = writing.guideline_by_slug(work.session, slug)
        row = drafts.new_draft(work.session, work.actor, guideline.id, version_id=new_id(), at=work.at)
        return f"/{visit.language}/versions/{row.id}/edit"

    return submitted(visit, act, lambda work, refusal: show_guideline(visit, work, slug, refusal=refusal))


@post("/guidelines/{slug:str}/import", access=Access.MEMBER, sync_to_thread=True)
def import_text(visit: ThisVisit, slug: FromPath[str], data: MultipartBody[dict[str, Any]]) -> "Response[Any]":
    """Makes the open draft say what a file says; blocks that stay keep their discussion."""

    changed: list[str] = []

    def act(work: Work) -> str:
        demand_seen(work)
        version_id = _open_draft(work, slug)
        changed.append(version_id)
        document = _document(data.get("file"))
        if document is None:
            raise UnknownFormat(format="", known=list(READS))
        drafts.import_text(work.session, work.actor, version_id, document, ref=new_id(), at=work.at)
        return f"/{visit.language}/guidelines/{slug}?done=imported"

    answer = submitted(
        visit, act, lambda work, refusal: show_guideline(visit, work, slug, refusal=refusal, sent="import")
    )
    for version_id in changed:
        nudge(visit, version_id)
    return answer


@post("/guidelines/{slug:str}/details", access=Access.MEMBER, sync_to_thread=True)
def change_details(visit: ThisVisit, slug: FromPath[str], data: Form) -> "Response[Any]":
    """Changes what goes with the draft's text; before the first publication also where the guideline stands."""
    changed: list[str] = []

    def act(work: Work) -> str:
        demand_seen(work)
        version_id = _open_draft(work, slug)
        changed.append(version_id)
        wanted = {name: data.get(name, "") for name in ("title", "kind", "audience", "summary")}
        drafts.set_meta(work.session, work.actor, version_id, at=work.at, **wanted)
        guideline = writing.guideline_by_slug(work.session, slug)
        if place := {name: data[name] for name in PLACE if name in data}:
            drafts.move_guideline(work.session, work.actor, guideline.id, at=work.at, **place)
        return f"/{visit.language}/guidelines/{guideline.slug}?done=saved"

    answer = submitted(
        visit, act, lambda work, refusal: show_guideline(visit, work, slug, refusal=refusal, form=data, sent="details")
    )
    for version_id in changed:
        nudge(visit, version_id)
    return answer


def _new(visit: Visit, work: Work, form: dict[str, str], refusal: Refusal | None = None) -> "Response[Any]":
    demand_seen(work)
    return page(
        visit,
        work,
        "new-guideline.html",
        status=refusal.status if refusal else 200,
        form={**dict.fromkeys(FIELDS, ""), **form},
        kinds=kinds(visit.language),
        teams=_teams_of(work, writing.team_names(work.session, visit.language)),
        refusal=refusal,
    )


def _teams_of(work: Work, names: dict[str, str]) -> list[tuple[str, str]]:
    """The teams whose texts the person writes, with their names: those that may own a guideline of theirs."""
    held = sorted(team for role, team in work.actor.memberships if role is Role.EDITOR)
    return [(team, names.get(team, team)) for team in held]


def _document(file: Any) -> Node | None:
    """The document in an uploaded file, by the ending of its name; None when no file was chosen."""
    if not isinstance(file, UploadFile) or not file.filename:
        return None
    return read(file.file.read(), file.filename.rpartition(".")[2].lower())


def _open_draft(work: Work, slug: str) -> str:
    """The version in motion; its state is judged by the use case."""
    guideline = writing.guideline_by_slug(work.session, slug)
    state = queries.moving(work.session, guideline.id)
    if state is not None:
        return state.version_id
    return writing.versions(work.session, guideline.id)[0].id


def show_guideline(
    visit: Visit,
    work: Work,
    slug: str,
    *,
    done: str = "",
    refusal: Refusal | None = None,
    form: dict[str, str] | None = None,
    sent: str = "",
) -> "Response[Any]":
    """The page; with a refusal, what was typed into the form `sent` stands in it again."""
    demand_seen(work)
    guideline = writing.guideline_by_slug(work.session, slug)
    teams = writing.team_names(work.session, visit.language)
    in_force = queries.published(work.session, guideline.id)
    state = queries.moving(work.session, guideline.id)
    found = queries.standing(work.session, state.version_id, work.at) if state else None
    moved = moving(work, found, visit.language) if found else None
    history = writing.versions(work.session, guideline.id)
    named: Version | Publication = in_force or history[0]
    policy = found.facts.policy if found else queries.newest_policy(work.session, guideline.policy)
    published = writing.publications(work.session, guideline.id)
    return page(
        visit,
        work,
        "guideline.html",
        status=refusal.status if refusal else 200,
        guideline=guideline,
        title=moved.title if moved and not in_force else named.title,
        text_language=named.language,
        kind=kind_name(history[0].kind, visit.language),
        team=teams.get(guideline.owner_team, guideline.owner_team),
        moving=moved,
        kinds=kinds(visit.language),
        may=_mays(work, guideline, found, published=bool(published)),
        teams=_teams_of(work, teams),
        in_force=_in_force(work, slug, in_force),
        confirmations=queries.acknowledgements(work.session, in_force.version_id) if in_force else 0,
        versions=_history(visit, work, slug, history, published),
        published=[f"{row.major}.{row.minor}" for row in published],
        policy={"title": _title(policy, visit.language), "lines": policy_words(policy, teams, visit.language)},
        events=len(events.history(work.session, guideline.id)),
        done=done_words(done, visit.language),
        refusal=refusal,
        form=form or {},
        sent=sent,
    )


def _in_force(work: Work, slug: str, row: Publication | None) -> handbook.Entry | None:
    return handbook.edition(work.session, slug, f"{row.major}.{row.minor}") if row else None


def _mays(work: Work, guideline: Guideline, found: queries.Standing | None, *, published: bool) -> Mays:
    owner = Context(owner_team=guideline.owner_team, state=State.PUBLISHED)
    return Mays(
        draft=found is None and may(Permission.DRAFT_START, work.actor, owner),
        edit=found is not None and may(Permission.DRAFT_EDIT, work.actor, found.context),
        move=not published and may(Permission.GUIDELINE_CREATE, work.actor, owner),
        give_up=found is not None
        and possible(found.state, Action.WITHDRAW)
        and may(Permission.WITHDRAW, work.actor, found.context),
        withdraw=may(Permission.WITHDRAW, work.actor, owner),
    )


def _history(visit: Visit, work: Work, slug: str, history: Any, published: Any) -> list[Edition]:
    numbers = {row.version_id: row for row in published}
    reasons = _reasons(work, history[0].guideline_id)
    rows = []
    for version in history:
        state = queries.state_of(work.session, version.id)
        row = numbers.get(version.id)
        number = f"{row.major}.{row.minor}" if row else ""
        href = (
            f"/{visit.language}/handbook/{slug}/{number}" if row else f"/{visit.language}/versions/{version.id}/review"
        )
        note = row.change_note if row else reasons.get(version.id, "")
        rows.append(Edition(href, number, state.state, note, row.published_at if row else state.since))
    return rows


def _reasons(work: Work, guideline_id: str) -> dict[str, str]:
    """Version to why it was withdrawn."""
    return {
        str(event.version_id): str(json.loads(event.data).get("reason", ""))
        for event in events.history(work.session, guideline_id)
        if event.kind == events.Kind.WITHDRAWN
    }


def _title(policy: Policy, language: str) -> str:
    return policy.title.fr if language == "fr" else policy.title.en


def policy_words(policy: Policy, teams: dict[str, str], language: str) -> list[str]:
    """The approval policy in sentences: each stage, then what holds for all."""
    catalogue = translations(language)
    say = catalogue.gettext
    lines = []
    for stage in policy.stage:
        names = say_list([teams.get(need.team, need.team) for need in stage.require], language)
        name = stage.name.fr if language == "fr" else stage.name.en
        sentence = catalogue.ngettext(
            "%(stage)s: %(teams)s signs every section that changed.",
            "%(stage)s: %(teams)s each sign every section that changed.",
            len(stage.require),
        )
        lines.append(sentence % {"stage": name, "teams": names})
    if all(need.authors == "excluded" for need in policy.requirements()):
        lines.append(say(N_("Nobody signs what they wrote.")))
    if policy.objection == "blocks":
        lines.append(say(N_("An objection holds back publication until it is lifted.")))
    return lines


handlers = [new_page, create, guideline_page, start_draft, import_text, change_details]
