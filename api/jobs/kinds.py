"""What a kind of job is: work inside one transaction, or work that leaves the house.

To add a kind: write its `Inside` or `Outside` beside those that are there and name it in `api.job_kinds.KINDS`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from api.visit import Services


@dataclass(frozen=True, slots=True)
class Desk:
    """What a job works with: the open transaction, this moment, and the application."""

    session: Session
    at: datetime
    services: Services


@dataclass(frozen=True, slots=True)
class Inside:
    """Work on the database alone: done exactly once, in the commit that marks it as done.

    `run` returns when the job is to come again, or None when it is done; whatever it raises is tried again.
    """

    run: Callable[[Desk, dict[str, Any]], datetime | None]


@dataclass(frozen=True, slots=True)
class Outside:
    """Work that leaves the house, in three steps: two transactions and what lies between them.

    `begin` writes down that it begins and returns what to send, or None when there is nothing (any more); `send` runs
    in no transaction and returns an outcome, whatever happens; `end` writes that down and returns when to come again,
    or None. A process that dies in between leaves what `begin` wrote: the next one's `begin` reads it.
    """

    begin: Callable[[Desk, dict[str, Any]], Any]
    send: Callable[[Services, Any], Any]
    end: Callable[[Desk, Any, Any], datetime | None]


Kind = Inside | Outside
