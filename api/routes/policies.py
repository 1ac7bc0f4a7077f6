"""REST: approval policies, their versions and proofs; proposed by one side, decided by the other."""

from datetime import datetime
from threading import Lock
from typing import Annotated, Any, Final, Literal

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody, MultipartBody
from pydantic import BaseModel, Field

from api import policy_views
from api.errors import InvalidRequest, NotFound
from api.policy_files import policy_of_file
from api.policy_reports import report_apart
from api.routes.reference import SIGNED_IN
from api.routes.shapes import Body, Named, Remark, named
from api.routes.texts import Upload
from api.visit import Access, ThisVisit, Work
from guidelines import queries as writing
from workflow import policy_change, repinning
from workflow.errors import UnknownPolicy
from workflow.permissions import sees_guidelines
from workflow.policy import Policy as PolicyValue
from workflow.policy import check_policy, read_policy
from workflow.policy_tables import PolicyEdition, PolicyProof
from workflow.policy_text import as_toml
from workflow.proof.static import findings

#: A search computes for seconds: one at a time for everybody who asks by program.
_SEARCHING: Final = Lock()


class PolicyInForce(BaseModel):
    """The policy that bears a name now."""

    name: str
    hash: str
    number: int = Field(description="Its version; 1 is the one that came with Charte, where one did.")
    policy: dict[str, Any]
    toml: str = Field(description="The same as a file.")
    used_by: int = Field(description="How many guidelines follow it.")
    proof: dict[str, Any] | None = Field(description="What the search showed; null before it was done.")


class Edition(BaseModel):
    """A version of a policy that was proposed."""

    name: str
    number: int
    hash: str
    state: Literal["checking", "proposed", "unsound", "in_force", "superseded", "refused", "withdrawn"]
    reason: str
    proposed_by: Named
    proposed_at: datetime
    checked_at: datetime | None
    decided_by: Named | None
    decided_at: datetime | None
    decided_reason: str
    toml: str
    findings: list[dict[str, Any]] = Field(description="What was found among the company's people.")
    proof: dict[str, Any] | None


class Text(Body):
    """A policy: as a file's text, or as JSON with the same keys. One of both."""

    toml: Annotated[str, Field(max_length=200_000)] | None = None
    policy: dict[str, Any] | None = None


class Proposal(Text):
    """A text to replace the policy of its name, or to begin one with."""

    reason: Remark


class Decision(Body):
    """What somebody decides on a proposal. A refusal needs a reason."""

    decision: Literal["agree", "refuse", "take_back"]
    reason: Remark = ""


class Why(Body):
    """A reason in words."""

    reason: Remark


class Pinned(BaseModel):
    """Under which policy a version in review stands."""

    version_id: str
    policy_hash: str


@get("/policies", access=Access.MEMBER, refuses=(404,), sync_to_thread=True)
def list_policies(visit: ThisVisit) -> list[PolicyInForce]:
    """Every policy in force, by name."""
    with visit.read() as work:
        _demand_seen(work)
        return [_policy(work, name) for name in policy_change.names(work.session)]


@get("/policies/{name:str}", access=Access.MEMBER, refuses=(404,), sync_to_thread=True)
def read_one_policy(visit: ThisVisit, name: FromPath[str]) -> PolicyInForce:
    """The policy in force under the name, with its proof."""
    with visit.read() as work:
        _demand_seen(work)
        return _policy(work, name)


@get("/policies/{name:str}/versions", access=Access.MEMBER, refuses=(404,), sync_to_thread=True)
def list_policy_versions(visit: ThisVisit, name: FromPath[str]) -> list[Edition]:
    """Everything that was proposed under the name, newest first."""
    with visit.read() as work:
        _demand_seen(work)
        rows = policy_change.editions(work.session, name)
        if not rows:
            _known(work, name)
        return [_edition(work, row) for row in rows]


@get("/policies/{name:str}/versions/{number:int}", access=Access.MEMBER, refuses=(404,), sync_to_thread=True)
def read_policy_version(visit: ThisVisit, name: FromPath[str], number: FromPath[int]) -> Edition:
    """One proposal: ask again while its state is `checking`."""
    with visit.read() as work:
        _demand_seen(work)
        return _edition(work, policy_change.edition(work.session, name, number))


@post("/policies/check", access=Access.MEMBER, refuses=(404, 422), status_code=200, sync_to_thread=True)
def check_policy_text(visit: ThisVisit, data: JSONBody[Text]) -> dict[str, Any]:
    """Proves a policy without proposing it, which takes seconds. Findings are those among the company's people."""
    with visit.read() as work:
        _demand_seen(work)
        policy = _given(data)
        found = findings(policy, policy_change.organisation(work.session, work.at))
    with _SEARCHING:
        report = report_apart(policy.canonical())
    here = policy_views.plain(found)
    refused = any(one["severity"] == "refuse" for one in here)
    return {**report, "sound": report["sound"] and not refused, "findings": here}


@post("/policies", access=Access.MEMBER, refuses=(404, 409, 422), sync_to_thread=True)
def propose_policy(visit: ThisVisit, data: JSONBody[Proposal]) -> Edition:
    """Proposes a policy. It is checked first, then the other side of the policy in force agrees or refuses."""
    with visit.write() as work:
        _demand_seen(work)
        row = policy_change.propose(work.session, work.actor, _given(data), reason=data.reason, at=work.at)
        return _edition(work, row)


@post("/policies/upload", access=Access.MEMBER, refuses=(404, 409, 413, 422), sync_to_thread=True)
def upload_policy_file(visit: ThisVisit, data: MultipartBody[Upload]) -> dict[str, Any]:
    """Reads a TOML or JSON file and answers its policy as JSON, to be looked at and proposed."""
    content = data.file.file.read()
    with visit.read() as work:
        _demand_seen(work)
        policy = policy_of_file(content)
        return {"policy": policy.model_dump(mode="json"), "hash": policy.hash}


@post(
    "/policies/{name:str}/versions/{number:int}/decision",
    access=Access.MEMBER,
    refuses=(404, 409, 422),
    status_code=200,
    sync_to_thread=True,
)
def decide_on_policy(visit: ThisVisit, name: FromPath[str], number: FromPath[int], data: JSONBody[Decision]) -> Edition:
    """Agrees to a proposal, refuses it, or takes it back."""
    with visit.write() as work:
        _demand_seen(work)
        session, actor, at = work.session, work.actor, work.at
        if data.decision == "agree":
            row = policy_change.agree(session, actor, name, number, at=at, remark=data.reason)
        elif data.decision == "refuse":
            row = policy_change.refuse(session, actor, name, number, reason=data.reason, at=at)
        else:
            row = policy_change.withdraw(session, actor, name, number, at=at)
        return _edition(work, row)


@post(
    "/versions/{version_id:str}/repin", access=Access.ADMIN, refuses=(404, 409, 422), status_code=200,
    sync_to_thread=True,
)  # fmt: skip
def repin_version(visit: ThisVisit, version_id: FromPath[str], data: JSONBody[Why]) -> Pinned:
    """Puts a version in review under the policy that is in force now; what it asks is worked out again."""
    with visit.write() as work:
        found = repinning.repin(work.session, work.actor, version_id, reason=data.reason, at=work.at)
        return Pinned(version_id=version_id, policy_hash=found.state_row.policy_hash or "")


def _demand_seen(work: Work) -> None:
    """Policies are for those who work on texts, and for administrators."""
    if not sees_guidelines(work.actor):
        raise NotFound()


def _given(data: Text) -> PolicyValue:
    if (data.toml is None) is (data.policy is None):
        raise InvalidRequest(fields=[("policy", "malformed")])
    return read_policy(data.toml) if data.toml is not None else check_policy(data.policy or {})


def _known(work: Work, name: str) -> PolicyValue:
    policy = policy_change.in_force(work.session, name)
    if policy is None:
        raise UnknownPolicy(name=name, known=policy_change.names(work.session))
    return policy


def _policy(work: Work, name: str) -> PolicyInForce:
    policy = _known(work, name)
    now = next((row for row in policy_change.editions(work.session, name) if row.state == "in_force"), None)
    return PolicyInForce(
        name=name,
        hash=policy.hash,
        number=now.number if now else 1,
        policy=policy.model_dump(mode="json"),
        toml=as_toml(policy),
        used_by=policy_change.used_by(work.session).get(name, 0),
        proof=_proof(work, policy.hash),
    )


def _edition(work: Work, row: PolicyEdition) -> Edition:
    names = writing.people_named(work.session, {one for one in (row.proposed_by, row.decided_by) if one})
    return Edition(
        name=row.name,
        number=row.number,
        hash=row.hash,
        state=row.state,
        reason=row.reason,
        proposed_by=named(row.proposed_by, names),
        proposed_at=row.proposed_at,
        checked_at=row.checked_at,
        decided_by=named(row.decided_by, names) if row.decided_by else None,
        decided_at=row.decided_at,
        decided_reason=row.decided_reason,
        toml=as_toml(policy_change.policy_in(row)),
        findings=policy_views.plain(policy_change.found_in(row)),
        proof=_proof(work, row.hash) if row.state != "checking" else None,
    )


def _proof(work: Work, policy_hash: str) -> dict[str, Any] | None:
    row = work.session.get(PolicyProof, policy_hash)
    return {**policy_views.report(row), "at": row.at} if row else None


router = Router(
    path="",
    tags=["Policies"],
    security=SIGNED_IN,
    route_handlers=[
        list_policies, read_one_policy, list_policy_versions, read_policy_version, check_policy_text, propose_policy,
        upload_policy_file, decide_on_policy, repin_version,
    ],
)  # fmt: skip
