"""What this package refuses. Each error has a stable code and the facts concerned; none knows HTTP or a language.

Three kinds of answer are kept apart: the version is in the wrong state, the person lacks the right, or something that
is required is not met yet.
"""

from typing import Any, ClassVar


class WorkflowError(Exception):
    """The root. `facts` are what a sentence about the refusal needs; `api` writes the sentence."""

    code: ClassVar[str] = "workflow_error"

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(f"{self.code}: {facts}" if facts else self.code)


class WrongState(WorkflowError):
    """The action does not exist from the version's state. Facts `state`, `action`."""

    code = "wrong_state"


class PublishedImmutable(WrongState):
    """A published text is never changed: a new draft is. Facts `state`, `action`."""

    code = "published_immutable"


class NotPermitted(WorkflowError):
    """The person lacks the right. Facts `permission`, `reasons` (codes of predicates)."""

    code = "not_permitted"


class SelfApproval(NotPermitted):
    """Nobody signs what they wrote. Fact `sections`."""

    code = "self_approval"


class OwnSuggestion(NotPermitted):
    """In a review nobody accepts what they suggested themselves. Fact `suggestions`."""

    code = "own_suggestion"


class NotYourSlot(NotPermitted):
    """The person is not among those who sign for this team here. Fact `team`."""

    code = "not_your_slot"


class Unmet(WorkflowError):
    """Something required is not met yet: the root of such refusals."""

    code = "unmet"


class SignOffsMissing(Unmet):
    """Publication with something outstanding. Fact `outstanding`: the list."""

    code = "signoffs_missing"


class StaleSignOff(Unmet):
    """The page that was signed showed other words. Facts `sections`, `shown`, `now`."""

    code = "content_changed"


class OtherEdition(Unmet):
    """A confirmation names other words than the version's. Facts `shown`, `now`."""

    code = "other_edition"


class AlreadySigned(Unmet):
    """The same decision of the same person on the same words stands already. Fact `sections`."""

    code = "already_signed"


class OwnObjection(Unmet):
    """The person objects to these words themselves: the objection is taken back first. Fact `sections`."""

    code = "own_objection"


class StageClosed(Unmet):
    """An earlier stage of the policy is not complete. Fact `stage`."""

    code = "stage_closed"


class SuggestionOpen(Unmet):
    """A section with an open suggestion is not signed. Fact `sections`."""

    code = "suggestion_open"


class BaseMoved(Unmet):
    """Another version came into force since this one was started: merge first. Fact `number`."""

    code = "base_moved"


class NothingChanged(Unmet):
    """The text is word for word the one in force."""

    code = "nothing_changed"


class DraftOpen(Unmet):
    """The guideline has a version in motion already. Fact `version_id`."""

    code = "draft_open"


class PlaceStands(Unmet):
    """Readers have the guideline: where it stands and whose it is stays. Fact `slug`."""

    code = "place_stands"


class ClassTooLow(Unmet):
    """People may agree on one step below what the rules propose, never on two. Facts `proposed`, `stated`."""

    code = "class_too_low"


class NothingStated(Unmet):
    """There is no class to agree to or to contest: none is stated of the words as they stand."""

    code = "nothing_stated"


class WroteTheChange(NotPermitted):
    """Whoever wrote in what changed does not agree to its class, nor does whoever stated it."""

    code = "wrote_the_change"


class NumberTooLow(Unmet):
    """A change of substance takes a major number. Fact `change`: the class in effect."""

    code = "number_too_low"


class RemarkMissing(Unmet):
    """The action needs a reason in words. Facts `field`, `limit`."""

    code = "remark_missing"


class Superseded(Unmet):
    """The version confirmed is no longer in force. Fact `number`: the one that is, or None."""

    code = "superseded"


class NotPublished(WorkflowError):
    """There is evidence of published versions only. Facts `version`, `reason`: `unpublished` or `unsealed`."""

    code = "no_evidence"


class InvalidPolicy(WorkflowError):
    """A policy file cannot be used. Facts `place`, `problem`, `name`."""

    code = "policy_invalid"


class UnknownPolicy(WorkflowError):
    """No policy has this name. Facts `name`, `known`."""

    code = "unknown_policy"


class UnknownEdition(WorkflowError):
    """The policy has no version of this number. Facts `name`, `number`."""

    code = "unknown_edition"


class PolicyOpen(Unmet):
    """Another change of this policy is under way. Facts `name`, `number`."""

    code = "policy_open"


class PolicyUnchanged(Unmet):
    """The policy is the one that is in force, or the one that the version is pinned to. Fact `name`."""

    code = "policy_unchanged"


class PolicyMoved(Unmet):
    """Another policy came into force since this one was proposed. Fact `name`."""

    code = "policy_moved"


class PolicyUnfit(Unmet):
    """Among the people of now the policy can never be met. Facts `name`, `findings` (codes)."""

    code = "policy_unfit"


class EditionDecided(WorkflowError):
    """The proposal does not wait for a decision. Facts `name`, `number`, `state`."""

    code = "edition_decided"


class OwnProposal(NotPermitted):
    """Nobody agrees to what they proposed themselves. Facts `name`, `number`."""

    code = "own_proposal"
