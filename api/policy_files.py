"""An approval policy as a file that somebody sends."""

from typing import Final

from api.errors import FileTooLarge, InvalidRequest
from workflow.policy import Policy, read_policy

#: Bytes of a policy's file.
MOST_FILE: Final = 200_000


def policy_of_file(content: bytes) -> Policy:
    """The policy of an uploaded file, TOML or JSON; raises `InvalidPolicy`, `FileTooLarge` or `InvalidRequest`."""
    if len(content) > MOST_FILE:
        raise FileTooLarge(size=len(content), limit=MOST_FILE)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidRequest(fields=[("file", "malformed")]) from None
    if not text.strip():
        raise InvalidRequest(fields=[("file", "missing")])
    return read_policy(text)
