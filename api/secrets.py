"""Tokens and passwords: made here, stored only as hashes.

Passwords are argon2id at 19 MiB, two passes, one lane: OWASP's floor, 32 ms of one core. At most two are computed at
a time, so that a burst of sign-ins cannot take the machine's memory and cores from the readers.
"""

import hashlib
import secrets
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_PASSWORD = 12
MAX_PASSWORD = 200

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_two_at_a_time = BoundedSemaphore(2)


def new_id() -> str:
    """A fresh identifier of 16 hexadecimal digits."""
    return secrets.token_hex(8)


def new_session_key() -> str:
    """A fresh key of 8 hexadecimal digits for one open editor: it stands in every suggestion made there."""
    return secrets.token_hex(4)


def new_token() -> str:
    """A fresh secret of 256 bits, safe in a URL."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a token. It has 256 bits of its own, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_token(session_token: str) -> str:
    """The token that a signed-in browser's forms carry: bound to its session, useless to any other."""
    return hashlib.sha256(b"charte:csrf:" + session_token.encode()).hexdigest()


def same_token(one: str, other: str) -> bool:
    """Whether two tokens or hashes are equal, in a time that tells nothing about where they differ."""
    return secrets.compare_digest(one.encode(), other.encode())


def hash_password(password: str) -> str:
    """The argon2id hash to store."""
    with _two_at_a_time:
        return _hasher.hash(password)


def password_matches(stored: str | None, password: str) -> bool:
    """Whether the password is the stored one. An unknown account (None) costs the same work and never matches."""
    with _two_at_a_time:
        try:
            return _hasher.verify(stored or _nobody(), password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_hex(16))
