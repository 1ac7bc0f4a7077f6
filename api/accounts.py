"""Signing in and out: accounts, sessions, one-time invitations, limits on guessing.

A session is a row of our own: the cookie holds a random token, the row its hash. A new token is made at every sign-in
(no session can be fixed beforehand), and signing out everywhere revokes every row of the person at once.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, delete, func, update
from sqlmodel import Session, col, select

from api.errors import InvalidInvitation, TooManyTries, WeakPassword, WrongCredentials
from api.secrets import MAX_PASSWORD, MIN_PASSWORD, hash_password, new_token, password_matches, token_hash
from api.tables import Account, ApiToken, Invitation, SignInFailure, WebSession
from guidelines.people import Actor, Role
from guidelines.tables import Membership, Person

SESSION_LIFE = timedelta(hours=12)
INVITATION_LIFE = timedelta(days=7)
TRIES_WINDOW = timedelta(minutes=10)
TRIES_PER_ACCOUNT = 5
TRIES_PER_ADDRESS = 30
SEEN_EVERY = timedelta(minutes=5)
#: Any number, the same in every process: PostgreSQL's advisory lock around making the first administrator.
FIRST_ADMIN_LOCK = 4_843_121


def sign_in(
    session: Session, email: str, password: str, *, address: str, user_agent: str, at: datetime
) -> tuple[str, Person]:
    """A fresh session token and its person. Raises `WrongCredentials` alike for a wrong password and an unknown
    person, `TooManyTries` when account or address have failed too often; failures are counted by `count_failure`."""
    email = email.strip().lower()
    check_tries(session, email, address, at)
    person = session.exec(select(Person).where(Person.email == email)).first()
    account = session.get(Account, person.id) if person and person.left_at is None else None
    if not password_matches(account.password_hash if account else None, password) or person is None:
        raise WrongCredentials(left=max(0, TRIES_PER_ACCOUNT - 1 - _failures(session, _account_subject(email), at)))
    session.execute(delete(SignInFailure).where(col(SignInFailure.subject) == _account_subject(email)))
    return open_session(session, person.id, user_agent=user_agent, at=at), person


def open_session(session: Session, person_id: str, *, user_agent: str, at: datetime) -> str:
    """A new session for a person who has proved who they are; returns the token for the cookie."""
    token = new_token()
    session.add(
        WebSession(
            token_hash=token_hash(token),
            person_id=person_id,
            created_at=at,
            last_seen_at=at,
            expires_at=at + SESSION_LIFE,
            user_agent=user_agent[:300],
        )
    )
    return token


def check_tries(session: Session, email: str, address: str, at: datetime) -> None:
    """Raises `TooManyTries` while the account or the address has used up its tries of the last ten minutes."""
    if (
        _failures(session, _account_subject(email), at) >= TRIES_PER_ACCOUNT
        or _failures(session, _address_subject(address), at) >= TRIES_PER_ADDRESS
    ):
        raise TooManyTries(minutes=int(TRIES_WINDOW.total_seconds() // 60))


def count_failure(session: Session, email: str, address: str, at: datetime) -> None:
    """Remembers a failed sign-in, in a transaction of its own since the failed one is rolled back."""
    session.execute(delete(SignInFailure).where(col(SignInFailure.at) < at - TRIES_WINDOW))
    session.add(SignInFailure(subject=_account_subject(email.strip().lower()), at=at))
    session.add(SignInFailure(subject=_address_subject(address), at=at))


def session_of(session: Session, token: str, at: datetime) -> WebSession | None:
    """The living session of a cookie's token; None when unknown, revoked or expired."""
    row = session.get(WebSession, token_hash(token))
    if row is None or row.revoked_at is not None or row.expires_at <= at:
        return None
    return row


def sign_out(session: Session, token: str, at: datetime) -> None:
    """Ends one session."""
    if row := session.get(WebSession, token_hash(token)):
        row.revoked_at = at


def sign_out_everywhere(session: Session, person_id: str, at: datetime) -> None:
    """Ends every session and API token of a person."""
    for table in (WebSession, ApiToken):
        session.execute(
            update(table)
            .where(col(table.person_id) == person_id, col(table.revoked_at).is_(None))
            .values(revoked_at=at)
        )


def actor_of(session: Session, person_id: str, at: datetime) -> Actor | None:
    """The person as an actor, with the memberships that hold at this moment; None once the person has left."""
    person = session.get(Person, person_id)
    if person is None or person.left_at is not None:
        return None
    rows = session.exec(select(Membership).where(Membership.person_id == person_id)).all()
    held = frozenset(
        (Role(row.role), row.team_id)
        for row in rows
        if row.from_at <= at and (row.until_at is None or row.until_at > at)
    )
    return Actor(person.id, person.name, person.language, held)


def actors_of(session: Session, web_tokens: Collection[str], at: datetime) -> dict[str, Actor | None]:
    """Whoever holds each session now, all asked for at once: the same as `session_of` and `actor_of` one by one."""
    by_hash = {token_hash(token): token for token in web_tokens}
    found: dict[str, Actor | None] = dict.fromkeys(web_tokens)
    held: dict[str, set[tuple[Role, str]]] = {}
    for row in session.connection().execute(_HOLDERS, {"hashes": sorted(by_hash)}):
        if row.revoked_at is not None or row.expires_at <= at or row.left_at is not None:
            continue
        roles = held.setdefault(row.token_hash, set())
        if row.role is not None and row.from_at <= at and (row.until_at is None or row.until_at > at):
            roles.add((Role(row.role), row.team_id))
        found[by_hash[row.token_hash]] = Actor(row.id, row.name, row.language)
    for hash_, roles in held.items():
        token = by_hash[hash_]
        actor = found[token]
        found[token] = replace(actor, memberships=frozenset(roles)) if actor is not None else None
    return found


_HOLDERS: Final = (
    select(  # type: ignore[call-overload]
        WebSession.token_hash, WebSession.revoked_at, WebSession.expires_at, Person.id, Person.name, Person.language,
        Person.left_at, Membership.role, Membership.team_id, Membership.from_at, Membership.until_at,
    )
    .join(Person, col(Person.id) == col(WebSession.person_id))
    .outerjoin(Membership, col(Membership.person_id) == col(Person.id))
    .where(col(WebSession.token_hash).in_(bindparam("hashes", expanding=True)))
)  # fmt: skip


def invite(session: Session, person_id: str | None, at: datetime) -> str:
    """A one-time token to set a password; None invites the first administrator, while there is none."""
    token = new_token()
    session.add(
        Invitation(token_hash=token_hash(token), person_id=person_id, created_at=at, expires_at=at + INVITATION_LIFE)
    )
    return token


def invitation(session: Session, token: str, at: datetime, *, accepting: bool = False) -> Invitation:
    """The invitation of a token; raises `InvalidInvitation` when unknown, used or too old, when its person has left,
    or when it is the first administrator's and there is one.

    Who accepts it waits for others who do, so that of two at once the second sees what the first has done.
    """
    query = select(Invitation).where(Invitation.token_hash == token_hash(token))
    row = session.exec(query.with_for_update() if accepting else query).first()
    if row is None or row.used_at is not None or row.expires_at <= at:
        raise InvalidInvitation()
    if row.person_id is None:
        if accepting and session.get_bind().dialect.name == "postgresql":  # a transaction that writes SQLite is alone
            session.execute(select(func.pg_advisory_xact_lock(FIRST_ADMIN_LOCK)))
        refused = has_administrator(session, at)
    else:
        person = session.get(Person, row.person_id)
        refused = person is None or person.left_at is not None
    if refused:
        raise InvalidInvitation()
    return row


def has_administrator(session: Session, at: datetime) -> bool:
    """Whether anybody holds the administrator's role, with a password or without."""
    query = select(Membership.id).where(
        Membership.role == Role.ADMIN, col(Membership.until_at).is_(None) | (col(Membership.until_at) > at)
    )
    return session.exec(query.limit(1)).first() is not None


def set_password(session: Session, person_id: str, password: str, at: datetime) -> None:
    """Stores a new password and ends every session that the old one opened."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise WeakPassword(least=MIN_PASSWORD, most=MAX_PASSWORD)
    account = session.get(Account, person_id)
    if account is None:
        session.add(Account(person_id=person_id, password_hash=hash_password(password), changed_at=at))
    else:
        account.password_hash, account.changed_at = hash_password(password), at
    sign_out_everywhere(session, person_id, at)


def _failures(session: Session, subject: str, at: datetime) -> int:
    query = select(func.count()).where(SignInFailure.subject == subject, SignInFailure.at > at - TRIES_WINDOW)
    return session.exec(query).one()


def _account_subject(email: str) -> str:
    return f"account:{token_hash(email)}"


def _address_subject(address: str) -> str:
    return f"address:{address}"
