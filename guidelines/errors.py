"""What this package refuses. Each error has a stable code and the facts concerned; none knows HTTP or a language."""

from typing import Any, ClassVar


class GuidelineError(Exception):
    """The root. `facts` are what a sentence about the refusal needs; `api` writes the sentence."""

    code: ClassVar[str] = "guideline_error"

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(f"{self.code}: {facts}" if facts else self.code)


class UnknownGuideline(GuidelineError):
    """No guideline has this id or slug."""

    code = "unknown_guideline"


class UnknownVersion(GuidelineError):
    """No version has this id."""

    code = "unknown_version"


class UnknownSection(GuidelineError):
    """The version has never had a section with this id."""

    code = "unknown_section"


class UnknownThread(GuidelineError):
    """No thread has this id in this version."""

    code = "unknown_thread"


class UnknownPerson(GuidelineError):
    """No person has this id."""

    code = "unknown_person"


class DuplicateSlug(GuidelineError):
    """Another guideline has this address."""

    code = "duplicate_slug"


class InvalidField(GuidelineError):
    """A value breaks its rule: facts `field`, `problem`, and `limit` where there is one."""

    code = "invalid_field"


class InvalidStep(GuidelineError):
    """A step is malformed, breaks the schema or does not apply: facts `reason`, and `kind` of fault (B20 to B23)."""

    code = "step_invalid"


class StaleRevision(GuidelineError):
    """The revision named is not one that steps can be rebased from: facts `revision`, `head`."""

    code = "version_gone"


class RefTaken(GuidelineError):
    """The writer has sent other steps under this name before: fact `ref`."""

    code = "ref_taken"


class DocumentFull(GuidelineError):
    """The document would grow beyond its limit: facts `size`, `limit`."""

    code = "document_full"


class FrozenVersion(GuidelineError):
    """The version's text stands still: it is in review or has left the draft."""

    code = "version_frozen"


class NotASuggestion(GuidelineError):
    """A commit is against the law of suggestions: each way has a class of its own."""

    code = "not_a_suggestion"


class DocumentChanged(NotASuggestion):
    """An attribute of the whole document cannot be suggested."""

    code = "document_changed"


class BaseChanged(NotASuggestion):
    """With the author's suggestions rejected, the text would not be the one it was."""

    code = "base_changed"


class OtherSuggestionChanged(NotASuggestion):
    """The commit alters or drops a suggestion of somebody else."""

    code = "other_suggestion_changed"


class OtherSuggestionForged(NotASuggestion):
    """The commit makes somebody else's suggestion carry what it did not."""

    code = "other_suggestion_forged"


class SuggestionMalformed(NotASuggestion):
    """A suggestion that could not be undone, or a mark that only a decision may take away."""

    code = "suggestion_malformed"


class RowSpanned(NotASuggestion):
    """A single row of a table in which a cell reaches over several rows."""

    code = "row_spanned"


class SuggestionLeft(NotASuggestion):
    """A plain edit leaves a suggestion of its author's in the text."""

    code = "suggestion_left"


class SuggestionForeign(GuidelineError):
    """A new suggestion bears a session key that is not its author's. Fact `suggestions`."""

    code = "suggestion_foreign"


class SuggestionConflict(GuidelineError):
    """A commit that goes in whole or not at all has no place any more, or would say something else there."""

    code = "conflict"


class SuggestionClosed(GuidelineError):
    """Somebody has decided on the suggestion, or nothing of it is left. Fact `suggestions`."""

    code = "suggestion_closed"


class SuggestionChanged(GuidelineError):
    """The suggestion says something else than what was decided on. Fact `suggestions`."""

    code = "suggestion_changed"


class SuggestionsOpen(GuidelineError):
    """This cannot be done to a text with open suggestions. Fact `count`."""

    code = "suggestions_open"
