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
