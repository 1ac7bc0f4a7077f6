"""Who may ask for what: each permission is a list of clauses, a clause a list of claims; any clause that holds grants.

Whether the action exists from the version's state is the machine's answer, and whether something is still missing that
of `outstanding`: three different refusals.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from guidelines.people import Actor
from workflow import predicates as p
from workflow.errors import NotPermitted
from workflow.predicates import Context, Predicate


class Permission(StrEnum):
    """What a person may ask for."""

    GUIDELINE_CREATE = "guideline_create"
    GUIDELINE_SEE = "guideline_see"
    DRAFT_START = "draft_start"
    DRAFT_EDIT = "draft_edit"
    #: To change the text so that nothing of it is changed before somebody decides.
    SUGGEST = "suggest"
    #: To accept and reject what others suggest.
    RESOLVE = "resolve"
    DISCUSS = "discuss"
    SUBMIT = "submit"
    SIGN = "sign"
    STATE_CLASS = "state_class"
    #: To agree to the class stated, or to contest it.
    ANSWER_CLASS = "answer_class"
    REQUEST_CHANGES = "request_changes"
    REOPEN = "reopen"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    AUDIT = "audit"
    #: To propose another text of an approval policy, and to agree to it or refuse it.
    POLICY_PROPOSE = "policy_propose"
    POLICY_DECIDE = "policy_decide"
    #: To put a version in review under the policy that is in force now.
    REPIN = "repin"


PERMISSIONS: Final[Mapping[Permission, Sequence[Sequence[Predicate]]]] = {
    Permission.GUIDELINE_CREATE: [[p.is_owner_editor]],
    Permission.GUIDELINE_SEE: [[p.works_on_texts], [p.is_admin]],
    Permission.DRAFT_START: [[p.is_owner_editor]],
    Permission.DRAFT_EDIT: [[p.version_is_draft, p.is_owner_editor], [p.version_is_draft, p.is_in_a_signing_team]],
    # Both sides suggest, in a draft if they choose to; in a review there is no other way to change words.
    Permission.SUGGEST: [
        [p.version_is_draft, p.is_owner_editor],
        [p.version_is_draft, p.is_in_a_signing_team],
        [p.version_takes_suggestions, p.is_owner_editor],
        [p.version_takes_suggestions, p.is_in_a_signing_team],
    ],
    # In a draft whoever may write the words may decide on them. In a review they are the owner team's to answer for:
    # what it accepts voids sign-offs.
    Permission.RESOLVE: [
        [p.version_is_draft, p.is_owner_editor],
        [p.version_is_draft, p.is_in_a_signing_team],
        [p.version_takes_suggestions, p.is_owner_editor],
    ],
    Permission.DISCUSS: [
        [p.version_is_moving, p.is_owner_editor],
        [p.version_is_moving, p.is_in_a_signing_team],
    ],
    Permission.SUBMIT: [[p.is_owner_editor]],
    Permission.SIGN: [[p.is_reviewer_of_a_signing_team]],
    Permission.STATE_CLASS: [[p.is_owner_editor]],
    Permission.ANSWER_CLASS: [[p.signs_for_the_other_side]],
    Permission.REQUEST_CHANGES: [[p.is_reviewer_of_a_signing_team], [p.is_owner_editor]],
    Permission.REOPEN: [[p.is_owner_editor]],
    Permission.PUBLISH: [[p.is_owner_publisher]],
    Permission.WITHDRAW: [[p.is_owner_publisher], [p.version_is_draft, p.is_owner_editor]],
    Permission.AUDIT: [[p.works_on_texts], [p.is_admin]],
    # Whose a policy is stands in the policy that it replaces.
    Permission.POLICY_PROPOSE: [[p.is_owner_editor]],
    Permission.POLICY_DECIDE: [[p.signs_for_the_other_side]],
    Permission.REPIN: [[p.is_admin]],
}


def why_not(permission: Permission, actor: Actor, context: Context) -> tuple[str, ...]:
    """Codes of the claims that fail, of the clause that comes nearest to granting; empty when it is granted."""
    failures = [
        tuple(claim.__name__ for claim in clause if not claim(actor, context)) for clause in PERMISSIONS[permission]
    ]
    return min(failures, key=len)


def may(permission: Permission, actor: Actor, context: Context) -> bool:
    """Whether the permission is granted."""
    return not why_not(permission, actor, context)


def sees_guidelines(actor: Actor) -> bool:
    """Whether the person may know of guidelines that are not in force: a question about nobody's text in particular."""
    return may(Permission.GUIDELINE_SEE, actor, Context(owner_team=""))


def demand(permission: Permission, actor: Actor, context: Context) -> None:
    """Raises `NotPermitted` with the reasons unless the permission is granted."""
    if reasons := why_not(permission, actor, context):
        raise NotPermitted(permission=permission, reasons=list(reasons), team=context.owner_team)
