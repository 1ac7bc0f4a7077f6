"""Time-stamps of an outside authority (RFC 3161) over seals: asked for by HTTP, checked by openssl, then kept.

Publishing never waits for an authority: the stamp is taken afterwards, and again until it is had.
"""

import subprocess
import tempfile
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlmodel import Session

from exports.evidence_record import stamp_fault
from workflow import sealing
from workflow.tables import Seal, TimeStamp

#: Seconds that an authority may take, and the most that it may answer.
PATIENCE: Final = 15
MOST_BYTES: Final = 100_000


class NoStamp(Exception):
    """The authority gave no token that fits; the message says why."""


@dataclass(frozen=True, slots=True)
class Stamping:
    """What came of a round: how many seals were stamped, and why the next one was not."""

    stamped: int
    waiting: int
    why: str = ""


def stamp_seals(session: Session, authority: str, at: datetime) -> Stamping:
    """Takes a stamp for every seal without one, oldest first, and stops at the first that is refused."""
    waiting = sealing.unstamped(session)
    for done, row in enumerate(waiting):
        try:
            token = ask(authority, row)
        except NoStamp as error:
            return Stamping(done, len(waiting) - done, str(error))
        session.add(
            TimeStamp(
                version_id=row.version_id, manifest_hash=row.manifest_hash, authority=authority, token=token, at=at
            )
        )
        session.flush()
    return Stamping(len(waiting), 0)


def ask(authority: str, row: Seal) -> bytes:
    """The authority's answer over a seal's manifest, which fits it; raises `NoStamp`."""
    request = urllib.request.Request(
        authority, data=_query(row.manifest_hash), headers={"Content-Type": "application/timestamp-query"}
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            token: bytes = answer.read(MOST_BYTES + 1)
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise NoStamp(f"{authority}: {getattr(error, 'reason', error)}") from None
    if len(token) > MOST_BYTES or (why := stamp_fault(token, row.manifest_hash, None)):
        raise NoStamp(f"{authority}: {'the answer is too long' if len(token) > MOST_BYTES else why}")
    return token


def _query(digest: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "query.tsq"
        command = ["openssl", "ts", "-query", "-digest", digest, "-sha256", "-cert", "-out", str(place)]
        try:
            done = subprocess.run(command, capture_output=True, check=False)
        except OSError as error:
            raise NoStamp(f"openssl: {error.strerror}") from None
        if done.returncode != 0:
            raise NoStamp("openssl made no query")
        return place.read_bytes()
