"""What a room does with the database, each in one transaction, synchronous, in a thread.

What these functions return is on disk when they return: only then is anybody told.
"""

import json
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlmodel import Session, col, func, select

from api import accounts
from api.database import transaction
from api.live.frames import Logged, Resolve
from api.live.turn import Sent, Turn, logged
from api.refusals import HOUSE
from api.secrets import new_session_key
from api.suggestions import open_suggestions
from api.threads import threads_of
from api.visit import Services
from guidelines import authority, discussion, queries, suggestion_rows
from guidelines.authority import Accepted
from guidelines.deciding import Decided
from guidelines.document import document_hash, serialise
from guidelines.document_cache import SNAPSHOT_STEPS, DocumentCache
from guidelines.people import Actor
from guidelines.tables import Comment, StepRecord, Suggestion, Thread, Version
from workflow import drafts
from workflow.permissions import Permission, may
from workflow.predicates import Context

log = logging.getLogger("charte")

#: A catch-up longer than this costs more than the text.
MOST_CATCHUP: Final = 1_000
MOST_CATCHUP_BYTES: Final = 8_388_608


@dataclass(frozen=True, slots=True)
class Sight:
    """What one person may do in the version now. `actor` is None once the session has ended."""

    actor: Actor | None
    sees: bool = False
    can: str = "read"
    decides: bool = False
    #: Code of the sentence that says why not to write; "" when one may.
    why: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """The version as a look finds it: what moves when anything moved, and what each client may do."""

    revision: int
    state: str
    #: Changes whenever a thread or a comment does.
    threads: tuple[Any, ...]
    #: Changes whenever a suggestion is made or decided.
    suggestions: tuple[Any, ...]
    sights: Mapping[str, Sight]


@dataclass(frozen=True, slots=True)
class Opening:
    """What a client is told first: the whole text, or the commits that it lacks."""

    look: Look
    threads: Sequence[Mapping[str, Any]]
    names: Mapping[str, str]
    commits: Sequence[Logged] | None
    document: Mapping[str, Any] | None = None
    hash: str = ""
    suggestions: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a batch: for each commit what was accepted or why not, and all that the log has gained."""

    answers: Sequence[Accepted | Decided | Exception]
    revision: int
    commits: Sequence[Logged]
    names: Mapping[str, str]
    #: Every open suggestion, if any was made or decided.
    suggestions: Sequence[Mapping[str, Any]] | None = None


def make(services: Services, version_id: str, told: int, batch: Sequence[Sent], cache: DocumentCache) -> Made:
    """Takes every commit of the batch in one transaction; a refused one leaves nothing and the others stand.

    Returns all that was logged after `told`, whoever wrote it. Raises whatever keeps the transaction from being
    committed; then nothing of the batch is stored. Where one commit spoils what the others have in common, each is
    tried by itself.
    """
    try:
        with _forgotten_on_failure(cache, version_id):
            return _make(services, version_id, told, batch, cache)
    except (OperationalError, *HOUSE):
        raise
    except Exception as error:
        log.error("a batch on %s is taken commit by commit", version_id, exc_info=error)
    with _forgotten_on_failure(cache, version_id):
        return _make(services, version_id, told, batch, cache, apart=True)


@contextmanager
def _forgotten_on_failure(cache: DocumentCache, version_id: str) -> Iterator[None]:
    """A text that a transaction has put into the cache and not stored must not be found there."""
    try:
        yield
    except BaseException:
        cache.forget(version_id)
        raise


def _make(
    services: Services,
    version_id: str,
    told: int,
    batch: Sequence[Sent],
    cache: DocumentCache,
    *,
    apart: bool = False,
) -> Made:
    with transaction(services.engine) as session:
        if any(isinstance(sent.commit, Resolve) for sent in batch):  # the log's lock comes before the text's
            queries.lock_guideline(session, queries.version(session, version_id).guideline_id)
        turn = Turn(session, services, version_id, batch, cache, apart=apart)
        answers = [turn.take(sent) for sent in batch]
        turn.write()
        if turn.revision // SNAPSHOT_STEPS > turn.begun // SNAPSHOT_STEPS:
            discussion.settle(session, version_id)
        commits = _exact(turn.commits(told), answers)
        suggestions = open_suggestions(session, version_id) if turn.suggestions_moved else None
        names = _names(session, commits, turn.people.values())
        return Made(answers, turn.revision, commits, names, suggestions)


def opening(services: Services, version_id: str, token: str, have: int | None, cache: DocumentCache) -> Opening | None:
    """What a client that opens the version is told; None without a session. Raises `UnknownVersion`."""
    with transaction(services.engine, read_only=True) as session:
        people = accounts.actors_of(session, [token], services.clock())
        actor = people[token]
        if actor is None:
            return None
        found = _look(session, version_id, people)
        if not found.sights[token].sees:
            return Opening(found, [], {}, None)
        threads = threads_of(session, version_id, actor)
        suggestions = open_suggestions(session, version_id)
        if have is not None and _can_catch_up(session, version_id, have, found.revision):
            commits = logged(session, version_id, have, found.revision)
            return Opening(found, threads, _names(session, commits), commits, suggestions=suggestions)
        document = authority.document_at(session, version_id, found.revision, cache).with_suggestions
        return Opening(found, threads, {}, None, serialise(document), document_hash(document), suggestions)


def session_key(services: Services, version_id: str, sight: Sight) -> str:
    """A key of their own for whoever may suggest; "" for others, and where nothing can be written now."""
    if sight.actor is None or sight.can == "read":
        return ""
    key = new_session_key()
    try:
        with transaction(services.engine) as session:
            suggestion_rows.open_session(session, version_id, sight.actor, key=key, at=services.clock())
    except OperationalError as error:
        log.error("nobody can suggest in %s", version_id, exc_info=error)
        return ""
    return key


def _can_catch_up(session: Session, version_id: str, have: int, revision: int) -> bool:
    if not 0 <= have <= revision < have + MOST_CATCHUP:
        return False
    size = select(func.sum(func.length(StepRecord.step))).where(
        StepRecord.version_id == version_id, col(StepRecord.revision) > have
    )
    return (session.exec(size).one() or 0) <= MOST_CATCHUP_BYTES


def trouble(error: SQLAlchemyError) -> str:
    """Whose words tell the writers why nothing can be stored: the disk is full, or the database is not there."""
    cause = getattr(error, "orig", None)
    full = "SQLITE_FULL" in (getattr(cause, "sqlite_errorname", "") or "") or getattr(cause, "sqlstate", "") == "53100"
    return "storage_full" if full else "storage_away"


def look(services: Services, version_id: str, tokens: Collection[str]) -> Look:
    """The version as it stands, and what the sessions' people may do in it."""
    with transaction(services.engine, read_only=True) as session:
        return _look(session, version_id, accounts.actors_of(session, tokens, services.clock()))


def missed(services: Services, version_id: str, told: int, upto: int) -> tuple[Sequence[Logged], Mapping[str, str]]:
    """What was logged by another path."""
    with transaction(services.engine, read_only=True) as session:
        commits = logged(session, version_id, told, upto)
        return commits, _names(session, commits)


def suggestions(services: Services, version_id: str) -> list[dict[str, Any]]:
    """The version's open suggestions in the shape of the protocol."""
    with transaction(services.engine, read_only=True) as session:
        return open_suggestions(session, version_id)


def threads(services: Services, version_id: str, readers: Mapping[str, Actor]) -> dict[str, list[dict[str, Any]]]:
    """What each reader may know of the version's threads, in the shape of the protocol."""
    with transaction(services.engine, read_only=True) as session:
        alike = {(actor.teams, actor.language): actor for actor in readers.values()}
        listed = {key: threads_of(session, version_id, actor) for key, actor in alike.items()}
    return {name: listed[actor.teams, actor.language] for name, actor in readers.items()}


def names(services: Services, _version_id: str, people: Collection[str]) -> dict[str, str]:
    """Names of the people that another process speaks of; "" for one who is not known."""
    with transaction(services.engine, read_only=True) as session:
        return {**dict.fromkeys(people, ""), **queries.people_named(session, set(people))}


def hash_at(services: Services, version_id: str, revision: int, cache: DocumentCache) -> str:
    """The document's hash at a revision."""
    with transaction(services.engine, read_only=True) as session:
        return document_hash(authority.document_at(session, version_id, revision, cache).with_suggestions)


def _exact(commits: Sequence[Logged], answers: Sequence[Accepted | Decided | Exception]) -> list[Logged]:
    """The commits with `kept` left out where it is known that every step stands as it was sent."""
    whole = {
        answer.revision
        for answer in answers
        if isinstance(answer, Accepted)
        and answer.steps
        and not answer.dropped
        and len(answer.kept) == len(answer.steps)
    }
    return [replace(commit, kept=None) if commit.revision in whole else commit for commit in commits]


def again(accepted: Accepted | Decided, person_id: str) -> Logged:
    """An answer to the writer alone: of a commit that was taken before, or of one of which nothing was left."""
    texts = [json.dumps(step, ensure_ascii=False, separators=(",", ":")) for step in accepted.steps]
    return Logged(accepted.revision, accepted.ref, person_id, texts, accepted.kept)


def _look(session: Session, version_id: str, people: Mapping[str, Actor | None]) -> Look:
    version = queries.version(session, version_id)
    context = drafts.context_of(session, version)
    sights = {token: _sight(actor, version, context) for token, actor in people.items()}
    marks = _thread_marks(session, version_id), _suggestion_marks(session, version_id)
    return Look(version.revision, context.state.value, *marks, sights)


def _sight(actor: Actor | None, version: Version, context: Context) -> Sight:
    if actor is None:
        return Sight(None)
    decides = may(Permission.RESOLVE, actor, context)
    if not version.frozen and may(Permission.DRAFT_EDIT, actor, context):
        return Sight(actor, sees=True, can="edit", decides=decides)
    if may(Permission.SUGGEST, actor, context):
        return Sight(actor, sees=True, can="suggest", decides=decides, why="suggest_only")
    sees = may(Permission.GUIDELINE_SEE, actor, context)
    standing_still = version.frozen or context.state.value != "draft"
    return Sight(actor, sees=sees, why="version_frozen" if standing_still else "not_permitted")


def _thread_marks(session: Session, version_id: str) -> tuple[Any, ...]:
    of_threads = select(func.count(), func.sum(Thread.changes)).where(Thread.version_id == version_id)
    of_comments = (
        select(func.count())
        .select_from(Comment)
        .join(Thread, col(Thread.id) == col(Comment.thread_id))
        .where(Thread.version_id == version_id)
    )
    return (*session.exec(of_threads).one(), session.exec(of_comments).one())


def _suggestion_marks(session: Session, version_id: str) -> tuple[Any, ...]:
    marks = select(func.count(), func.count(col(Suggestion.decided_at)), func.max(Suggestion.decided_revision))
    return tuple(session.exec(marks.where(Suggestion.version_id == version_id)).one())


def _names(session: Session, commits: Sequence[Logged], known: Iterable[Actor | None] = ()) -> dict[str, str]:
    names = {actor.id: actor.name for actor in known if actor is not None}
    return names | queries.people_named(session, {commit.person_id for commit in commits} - names.keys())
