"""Links in mails. None of them signs anybody in: a mail is forwarded, archived and opened by scanners.

The link to a place works once, for its own person, signed in as always; without a session it leads to the sign-in page
first. The link that ends mails needs no sign-in (RFC 8058) and can do nothing else.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete
from sqlmodel import Session, col, select

from api.notices.kinds import NoticeKind
from api.secrets import new_token, token_hash
from api.tables import MailLink, Unmailed

PLACE_LIFE: Final = timedelta(days=14)
UNSUBSCRIBE_LIFE: Final = timedelta(days=365)


def to_place(session: Session, person_id: str, place: str, at: datetime) -> str:
    """The token of a link that leads the person to a place once."""
    return _make(session, person_id, "place", place, at, PLACE_LIFE)


def to_unsubscribe(session: Session, person_id: str, kinds: list[NoticeKind], at: datetime) -> str:
    """The token of a link that ends mails of these kinds."""
    return _make(session, person_id, "unsubscribe", ",".join(sorted(set(kinds))), at, UNSUBSCRIBE_LIFE)


def place_of(session: Session, token: str, person_id: str, at: datetime) -> str | None:
    """Where the link leads its person, this once; None for another's, a used, an old or an unknown one."""
    query = select(MailLink).where(MailLink.token_hash == token_hash(token), MailLink.purpose == "place")
    row = session.exec(query.with_for_update()).first()
    if row is None or row.person_id != person_id or row.used_at is not None or row.expires_at <= at:
        return None
    row.used_at = at
    return row.target


def unsubscribing(session: Session, token: str, at: datetime) -> tuple[str, list[NoticeKind]] | None:
    """Whose mails of which kinds the link ends; None for an unknown or old one."""
    row = session.get(MailLink, token_hash(token))
    if row is None or row.purpose != "unsubscribe" or row.expires_at <= at:
        return None
    return row.person_id, [NoticeKind(kind) for kind in row.target.split(",")]


def unmail(session: Session, person_id: str, kinds: set[NoticeKind]) -> None:
    """Makes these the kinds that the person does not want by mail."""
    session.execute(delete(Unmailed).where(col(Unmailed.person_id) == person_id))
    for kind in sorted(kinds):
        session.add(Unmailed(person_id=person_id, kind=kind.value))
    session.flush()


def unmailed(session: Session, person_id: str) -> set[NoticeKind]:
    """The kinds that the person does not want by mail."""
    return {NoticeKind(kind) for kind in session.exec(select(Unmailed.kind).where(Unmailed.person_id == person_id))}


def _make(session: Session, person_id: str, purpose: str, target: str, at: datetime, life: timedelta) -> str:
    token = new_token()
    session.add(
        MailLink(
            token_hash=token_hash(token),
            person_id=person_id,
            purpose=purpose,
            target=target,
            created_at=at,
            expires_at=at + life,
        )
    )
    session.flush()
    return token
