"""A room's turn at the database: the commits of one transaction, each judged by rights and state as they are now.

Rights and state are read once for all of them, under the version's lock: whoever changes a state wants that lock too.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import groupby

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from api import accounts
from api.errors import Fault, SignInRequired
from api.live.frames import Commit, Logged, Resolve
from api.refusals import HOUSE
from api.visit import Services
from guidelines import authority, queries
from guidelines.authority import Accepted
from guidelines.batch import Batch, Record
from guidelines.deciding import Decided
from guidelines.document_cache import DocumentCache
from guidelines.people import Actor
from guidelines.tables import RESOLVE, SUGGEST, StepRecord
from workflow import drafts, suggesting
from workflow.predicates import Context

log = logging.getLogger("charte")


@dataclass(frozen=True, slots=True)
class Sent:
    """A commit that waits, with whose session it came in."""

    token: str
    commit: Commit | Resolve


class Turn:
    """The version under its lock, who writes, and what they may. `apart` gives each commit a savepoint of its own."""

    def __init__(
        self,
        session: Session,
        services: Services,
        version_id: str,
        sent: Sequence[Sent],
        cache: DocumentCache,
        *,
        apart: bool = False,
    ) -> None:
        self.session, self.services, self.version_id, self.cache = session, services, version_id, cache
        self.apart = apart
        self.batch = self._begin()
        self.people = accounts.actors_of(session, {one.token for one in sent}, services.clock())
        self.begun = self.batch.revision
        self.is_whole, self.suggestions_moved = True, False
        if not apart:
            refs = {(actor.id, one.commit.ref) for one in sent if (actor := self.people[one.token]) is not None}
            self.batch.look_up(refs)

    @property
    def revision(self) -> int:
        """How far the log has come."""
        return self.batch.revision

    @cached_property
    def context(self) -> Context:
        """What rights look at."""
        return drafts.context_of(self.session, self.batch.row)

    def take(self, sent: Sent) -> Accepted | Decided | Exception:
        """What became of a commit. Raises where what was taken before it may no longer be whole."""
        actor, before = self.people[sent.token], len(self.batch.records)
        if actor is None:
            return SignInRequired()
        try:
            if self.apart or isinstance(sent.commit, Resolve):
                return self._take_alone(actor, sent.commit)
            return self._receive(actor, sent.commit, self.batch)
        except HOUSE as error:
            return error
        except Exception as error:  # one writer's commit must never close the text to all the others
            if not self.apart and (isinstance(error, SQLAlchemyError) or len(self.batch.records) > before):
                raise
            fault = f"{id(error):x}"[-8:]
            log.error("fault %s in a commit on %s", fault, self.version_id, exc_info=error)
            return Fault(fault=fault)

    def write(self) -> None:
        """Writes what was taken."""
        self.batch.write()
        self.suggestions_moved = self.suggestions_moved or self.batch.suggestions_moved

    def commits(self, told: int) -> list[Logged]:
        """What the log has gained since a revision, whoever wrote it."""
        if self.is_whole and told == self.begun:
            return _commits(self.batch.records)
        return logged(self.session, self.version_id, told, self.revision)

    def _begin(self) -> Batch:
        return Batch(self.session, queries.lock_version(self.session, self.version_id), self.cache)

    def _take_alone(self, actor: Actor, commit: Commit | Resolve) -> Accepted | Decided:
        self.write()
        self.is_whole = False
        try:
            with self.session.begin_nested():
                if isinstance(commit, Resolve):
                    return self._decide(actor, commit, self.services.clock())
                return self._receive(actor, commit, None)
        except HOUSE:
            raise
        except Exception:
            self.cache.forget(self.version_id)
            raise
        finally:
            self.suggestions_moved = True
            if self.session.is_active:
                known, self.batch = self.batch.known, self._begin()
                self.batch.known = known

    def _decide(self, actor: Actor, frame: Resolve, at: datetime) -> Decided:
        return suggesting.decide(
            self.session,
            actor,
            self.version_id,
            accept=frame.accept,
            reject=frame.reject,
            seen_revision=frame.base,
            ref=frame.ref,
            at=at,
            cache=self.cache,
        )

    def _receive(self, actor: Actor, frame: Commit, batch: Batch | None) -> Accepted:
        ask = suggesting.may_suggest if frame.kind == SUGGEST else drafts.may_edit
        ask(self.session, actor, self.version_id, self.context)
        return authority.receive(
            self.session,
            self.version_id,
            actor=actor,
            ref=frame.ref,
            base_revision=frame.base,
            steps_json=frame.steps,
            at=self.services.clock(),
            cause=frame.kind,
            whole=frame.whole,
            note=frame.note,
            cache=self.cache,
            batch=batch,
        )


def logged(session: Session, version_id: str, after: int, upto: int) -> list[Logged]:
    """The log between two revisions, commit by commit."""
    return _commits(queries.steps_between(session, version_id, after, upto))


def _commits(rows: Sequence[StepRecord | Record]) -> list[Logged]:
    return [_commit(list(steps)) for _, steps in groupby(rows, key=lambda row: (row.person_id, row.ref))]


def _commit(rows: Sequence[StepRecord | Record]) -> Logged:
    kept = [row.own for row in rows if row.own is not None]
    kind = rows[0].cause if rows[0].cause in (SUGGEST, RESOLVE) else ""
    return Logged(rows[-1].revision, rows[0].ref, rows[0].person_id, [row.step for row in rows], kept, kind)
