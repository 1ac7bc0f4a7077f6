"""What the edge itself refuses, and the one table from every refusal of the house to its HTTP status.

Unknown is 404 (and so is what one may not know of), a missing right 403, a wrong state or stale words 409, malformed
input 400 or 422. A test asserts that every error class of the house stands in the table and has a sentence.
"""

from typing import Any, ClassVar


class BadInput(Exception):
    """What a command was given cannot be used. The message is the one line to print: what, where, how to mend."""


class ApiError(Exception):
    """The root of the edge's own refusals; like the lower packages' a stable code and facts."""

    code: ClassVar[str] = "api_error"

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(f"{self.code}: {facts}" if facts else self.code)


class SignInRequired(ApiError):
    """Nobody is signed in, and the place is not public."""

    code = "sign_in_required"


class WrongCredentials(ApiError):
    """The address and the password do not go together; the same for an unknown address. Fact `left`: tries."""

    code = "wrong_credentials"


class TooManyTries(ApiError):
    """Sign-in waits after too many failures. Fact `minutes`."""

    code = "too_many_tries"


class Forged(ApiError):
    """An unsafe request without this session's token, or from another site."""

    code = "csrf_failed"


class InvalidInvitation(ApiError):
    """The one-time link is unknown, used or too old."""

    code = "invitation_invalid"


class WeakPassword(ApiError):
    """The password is too short or too long. Facts `least`, `most`."""

    code = "password_weak"


class NotFound(ApiError):
    """No such page or thing; also the answer for what one may not know of."""

    code = "not_found"


class UnknownAddress(ApiError):
    """The interface for programs has no such address."""

    code = "unknown_address"


class NotAdmin(ApiError):
    """The place is an administrator's."""

    code = "not_admin"


class InvalidRequest(ApiError):
    """The request is malformed. Fact `fields`: list of (field, problem)."""

    code = "invalid_request"


class FileTooLarge(ApiError):
    """An upload beyond its limit. Facts `size`, `limit` in bytes."""

    code = "file_too_large"


class InvalidPeopleFile(ApiError):
    """A CSV of people has faulty rows; nothing was stored. Fact `rows`: list of `Fault`."""

    code = "people_file_invalid"


class DuplicateEmail(ApiError):
    """Another person has this address."""

    code = "duplicate_email"


class LastAdmin(ApiError):
    """The change would leave no administrator."""

    code = "last_admin"


class SealKeyMissing(ApiError):
    """Nothing can be published or given as evidence. Facts `reason` (unset, lost, unreadable, retired), `place`."""

    code = "seal_key_missing"


class Fault(ApiError):
    """A fault of ours. Fact `fault`: the number under which the log has it."""

    code = "fault"
