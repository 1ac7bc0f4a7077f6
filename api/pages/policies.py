"""Approval policies: what each asks and what was proved of it, changed by both sides."""

from typing import Any

from litestar import MediaType, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, FromQuery, MultipartBody
from sqlmodel import select

from api import policy_form, policy_views
from api.errors import InvalidRequest
from api.i18n import translations
from api.pages.forms import Form, submitted
from api.pages.seen import demand_seen
from api.policy_diagram import diagram
from api.policy_files import policy_of_file
from api.policy_sentences import said, sentences
from api.refusals import Refusal
from api.render import page
from api.visit import Access, ThisVisit, Visit, Work
from guidelines import queries as writing
from guidelines.people import Role
from guidelines.tables import Team
from workflow import policy_change, queries, repinning
from workflow.errors import UnknownPolicy
from workflow.policy import Policy
from workflow.policy_tables import PolicyEdition
from workflow.policy_text import as_toml


@get("/policies", access=Access.MEMBER, sync_to_thread=True)
def policies_page(visit: ThisVisit) -> "Response[str]":
    """Every policy, and what is proposed."""
    with visit.read() as work:
        return _list(visit, work)


@post("/policies", access=Access.MEMBER, sync_to_thread=True)
def upload_policy(visit: ThisVisit, data: MultipartBody[dict[str, Any]]) -> "Response[Any]":
    """Proposes the policy of a file, whose name stands in it."""
    file = data.get("file")
    content = file.file.read() if isinstance(file, UploadFile) else b""

    def act(work: Work) -> str:
        demand_seen(work)
        return _propose(visit, work, policy_of_file(content), str(data.get("reason", "")))

    return submitted(visit, act, lambda work, refusal: _list(visit, work, refusal, str(data.get("reason", ""))))


@get("/new-policy", access=Access.MEMBER, sync_to_thread=True)
def new_policy_page(visit: ThisVisit) -> "Response[str]":
    """The form for a policy of a new name, filled as the house's own."""
    with visit.read() as work:
        demand_seen(work)
        base = queries.newest_policy(work.session, policy_change.HOUSE)
        fields = {**policy_form.fields_of(base), "name": "", "title_fr": "", "title_en": ""}
        return _form(visit, work, fields, "")


@post("/new-policy", access=Access.MEMBER, sync_to_thread=True)
def new_policy(visit: ThisVisit, data: Form) -> "Response[Any]":
    """Proposes a policy of a new name."""
    return _submitted(visit, data, "")


@get("/policies/{name:str}", access=Access.MEMBER, sync_to_thread=True)
def policy_page(visit: ThisVisit, name: FromPath[str], done: FromQuery[str] = "") -> "Response[str]":
    """The policy in force under the name: drawn, in words, proved, with its history."""
    with visit.read() as work:
        return _policy(visit, work, name, done=done)


@get("/policies/{name:str}/file", access=Access.MEMBER, sync_to_thread=True)
def policy_file(visit: ThisVisit, name: FromPath[str], version: FromQuery[int] = 0) -> "Response[str]":
    """The policy as a TOML file: the one in force, or the version named."""
    with visit.read() as work:
        demand_seen(work)
        found = policy_views.version(work.session, name, version) if version else _known(work, name)
        # A name is a slug: it cannot end the header's string.
        headers = {"content-disposition": f'attachment; filename="{found.name}.toml"'}
        return Response(as_toml(found), media_type=MediaType.TEXT, headers=headers)


@get("/policies/{name:str}/change", access=Access.MEMBER, sync_to_thread=True)
def change_page(visit: ThisVisit, name: FromPath[str], version: FromQuery[int] = 0) -> "Response[str]":
    """The form, filled as the policy in force, or as a version that is to be mended."""
    with visit.read() as work:
        demand_seen(work)
        found = policy_views.version(work.session, name, version) if version else _known(work, name)
        return _form(visit, work, policy_form.fields_of(found), name)


@post("/policies/{name:str}/change", access=Access.MEMBER, sync_to_thread=True)
def change(visit: ThisVisit, name: FromPath[str], data: Form) -> "Response[Any]":
    """Proposes what the form says; a button that adds a line shows it again."""
    return _submitted(visit, data, name)


@get("/policies/{name:str}/{number:int}", access=Access.MEMBER, sync_to_thread=True)
def edition_page(visit: ThisVisit, name: FromPath[str], number: FromPath[int]) -> "Response[str]":
    """A version that was proposed: being checked, refused with its story, waiting, or decided."""
    with visit.read() as work:
        return _edition(visit, work, name, number)


@post("/policies/{name:str}/{number:int}/agree", access=Access.MEMBER, sync_to_thread=True)
def agree(visit: ThisVisit, name: FromPath[str], number: FromPath[int], data: Form) -> "Response[Any]":
    """The other side agrees."""

    def act(work: Work) -> str:
        demand_seen(work)
        policy_change.agree(work.session, work.actor, name, number, at=work.at, remark=data.get("reason", ""))
        return f"/{visit.language}/policies/{name}?done=agreed"

    return submitted(visit, act, lambda work, refusal: _edition(visit, work, name, number, refusal))


@post("/policies/{name:str}/{number:int}/refuse", access=Access.MEMBER, sync_to_thread=True)
def refuse(visit: ThisVisit, name: FromPath[str], number: FromPath[int], data: Form) -> "Response[Any]":
    """The other side does not agree."""

    def act(work: Work) -> str:
        demand_seen(work)
        policy_change.refuse(work.session, work.actor, name, number, reason=data.get("reason", ""), at=work.at)
        return f"/{visit.language}/policies/{name}/{number}"

    return submitted(visit, act, lambda work, refusal: _edition(visit, work, name, number, refusal))


@post("/policies/{name:str}/{number:int}/take-back", access=Access.MEMBER, sync_to_thread=True)
def take_back(visit: ThisVisit, name: FromPath[str], number: FromPath[int]) -> "Response[Any]":
    """The owner side takes its proposal back."""

    def act(work: Work) -> str:
        demand_seen(work)
        policy_change.withdraw(work.session, work.actor, name, number, at=work.at)
        return f"/{visit.language}/policies/{name}/{number}"

    return submitted(visit, act, lambda work, refusal: _edition(visit, work, name, number, refusal))


@post("/policies/{name:str}/prove", access=Access.MEMBER, sync_to_thread=True)
def prove(visit: ThisVisit, name: FromPath[str]) -> "Response[Any]":
    """Has the policy in force searched, where that was not done yet."""

    def act(work: Work) -> str:
        demand_seen(work)
        asked = work.at.strftime("%Y%m%d%H%M")
        policy_change.prove_later(work.session, _known(work, name), asked, at=work.at)
        return f"/{visit.language}/policies/{name}?done=proving"

    return submitted(visit, act, lambda work, refusal: _policy(visit, work, name, refusal))


@post("/policies/{name:str}/repin", access=Access.ADMIN, sync_to_thread=True)
def repin(visit: ThisVisit, name: FromPath[str], data: Form) -> "Response[Any]":
    """Pins a version in review to the policy of now, with a reason."""

    def act(work: Work) -> str:
        version_id, reason = data.get("version_id", ""), data.get("reason", "")
        repinning.repin(work.session, work.actor, version_id, reason=reason, at=work.at)
        return f"/{visit.language}/policies/{name}?done=repinned"

    version_id = data.get("version_id", "")
    return submitted(visit, act, lambda work, refusal: _policy(visit, work, name, refusal), version_id=version_id)


def _submitted(visit: Visit, data: dict[str, str], name: str) -> "Response[Any]":
    if data.get("add"):
        with visit.read() as work:
            demand_seen(work)
            return _form(visit, work, policy_form.with_another(data, data["add"]), name)

    def act(work: Work) -> str:
        demand_seen(work)
        base = _known(work, name or policy_change.HOUSE)
        fields = {**data, "name": name} if name else data
        policy = policy_form.policy_of(fields, base)
        if not name and policy_change.in_force(work.session, policy.name) is not None:
            raise InvalidRequest(fields=[("name", "taken")])
        return _propose(visit, work, policy, data.get("reason", ""))

    return submitted(visit, act, lambda work, refusal: _form(visit, work, data, name, refusal))


def _propose(visit: Visit, work: Work, policy: Policy, reason: str) -> str:
    row = policy_change.propose(work.session, work.actor, policy, reason=reason, at=work.at)
    return f"/{visit.language}/policies/{row.name}/{row.number}"


def _known(work: Work, name: str) -> Policy:
    policy = policy_change.in_force(work.session, name)
    if policy is None:
        raise UnknownPolicy(name=name, known=policy_change.names(work.session))
    return policy


def _list(visit: Visit, work: Work, refusal: Refusal | None = None, reason: str = "") -> "Response[str]":
    demand_seen(work)
    return page(
        visit,
        work,
        "policies.html",
        status=refusal.status if refusal else 200,
        lines=policy_views.lines(work.session, visit.language),
        states=policy_views.STATES,
        refusal=refusal,
        reason=reason,
        may_propose=policy_change.may_propose(work.session, work.actor, policy_change.HOUSE),
    )


def _form(
    visit: Visit, work: Work, fields: dict[str, str], name: str, refusal: Refusal | None = None
) -> "Response[str]":
    owner, other = _sides(visit, work, name or policy_change.HOUSE)
    return page(
        visit,
        work,
        "policy-form.html",
        status=refusal.status if refusal else 200,
        name=name,
        fields=fields,
        shape=policy_form.shape(fields),
        teams=writing.team_names(work.session, visit.language),
        roles=[(f"{team}-lead", f"{team}-lead") for team in work.session.exec(select(Team.id).order_by(Team.id))],
        may_propose=policy_change.may_propose(work.session, work.actor, name or policy_change.HOUSE),
        owner=owner,
        other=other,
        refusal=refusal,
    )


def _policy(visit: Visit, work: Work, name: str, refusal: Refusal | None = None, *, done: str = "") -> "Response[str]":
    demand_seen(work)
    policy, session = _known(work, name), work.session
    teams = writing.team_names(session, visit.language)
    followers = policy_change.following(session, name)
    lives = queries.lives(session, [row.id for row in followers])
    return page(
        visit,
        work,
        "policy.html",
        status=refusal.status if refusal else 200,
        name=name,
        title=said(policy.title, visit.language),
        policy_hash=policy.hash,
        drawing=diagram(policy, teams, visit.language),
        sentences=sentences(policy, teams, visit.language),
        file=as_toml(policy),
        proof=policy_views.proof_of(session, policy.hash, visit.language),
        warnings=policy_views.found_now(session, policy, visit.language, work.at),
        history=policy_views.history(session, name, visit.language),
        states=policy_views.STATES,
        followers=[(row.slug, lives[row.id][0].version.title) for row in followers if lives[row.id]],
        pinned=policy_change.pinned_otherwise(session, name) if work.actor.has(Role.ADMIN) else [],
        may_propose=policy_change.may_propose(session, work.actor, name),
        done=done,
        refusal=refusal,
    )


def _edition(visit: Visit, work: Work, name: str, number: int, refusal: Refusal | None = None) -> "Response[str]":
    demand_seen(work)
    session, language = work.session, visit.language
    row = policy_change.edition(session, name, number)
    policy = policy_change.policy_in(row)
    teams = writing.team_names(session, language)
    owner, other = _sides(visit, work, name)
    people = writing.people_named(session, {one for one in (row.proposed_by, row.decided_by) if one})
    return page(
        visit,
        work,
        "policy-edition.html",
        status=refusal.status if refusal else 200,
        row=row,
        title=said(policy.title, language),
        state=policy_views.STATES[row.state],
        by=people.get(row.proposed_by) or translations(language).gettext("Somebody"),
        decided_by=people.get(row.decided_by or "", ""),
        drawing=diagram(policy, teams, language),
        sentences=sentences(policy, teams, language),
        compared=list(policy_views.compared(_before(work, row), policy)),
        proof=policy_views.proof_of(session, row.hash, language) if row.state != "checking" else None,
        found=policy_views.said_findings(session, policy_change.found_in(row), language),
        waited=int((work.at - row.proposed_at).total_seconds()),
        owner=owner,
        other=other,
        may_decide=policy_change.may_decide(session, work.actor, row),
        may_take_back=row.state in policy_change.OPEN and policy_change.may_propose(session, work.actor, name),
        may_propose=policy_change.may_propose(session, work.actor, name),
        refusal=refusal,
    )


def _before(work: Work, row: PolicyEdition) -> Policy | None:
    """The policy that the version was to replace."""
    return policy_views.policy_with(work.session, row.name, row.base_hash) if row.base_hash else None


def _sides(visit: Visit, work: Work, name: str) -> tuple[str, str]:
    """The names of the teams that propose and agree."""
    policy = policy_change.in_force(work.session, name) or _known(work, policy_change.HOUSE)
    teams = writing.team_names(work.session, visit.language)
    return teams.get(policy.owner_team, policy.owner_team), teams.get(policy.other_side, policy.other_side)


handlers = [
    policies_page, upload_policy, new_policy_page, new_policy, policy_page, policy_file, change_page, change,
    edition_page, agree, refuse, take_back, prove, repin,
]  # fmt: skip
