"""API tokens: opaque, `charte_<id>_<secret>`, shown once and stored as a hash; they act with their person's rights."""

from datetime import datetime, timedelta

from sqlmodel import Session, select

from api.errors import InvalidRequest, NotFound
from api.secrets import new_id, new_token, same_token, token_hash
from api.tables import ApiToken
from guidelines.free_text import turns

MOST = 20


def create(session: Session, person_id: str, name: str, *, life: timedelta | None, at: datetime) -> str:
    """A new token for the person, as the string to give to the program; `life` None never expires."""
    name = name.strip()
    if not 1 <= len(name) <= 100:
        raise InvalidRequest(fields=[("name", "length")])
    if turns(name):
        raise InvalidRequest(fields=[("name", "turning")])
    secret = new_token()
    row = ApiToken(
        id=new_id(),
        person_id=person_id,
        name=name,
        secret_hash=token_hash(secret),
        created_at=at,
        expires_at=at + life if life else None,
    )
    session.add(row)
    session.flush()
    return f"charte_{row.id}_{secret}"


def holder(session: Session, token: str, at: datetime) -> str | None:
    """The id of the person whose living token this is; None when unknown, revoked or expired."""
    parts = token.split("_", 2)
    if len(parts) != 3 or parts[0] != "charte":
        return None
    row = session.exec(select(ApiToken).where(ApiToken.id == parts[1])).first()
    if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= at):
        return None
    return row.person_id if same_token(row.secret_hash, token_hash(parts[2])) else None


def revoke(session: Session, person_id: str, token_id: str, *, at: datetime) -> None:
    """Ends one of the person's own tokens."""
    row = session.get(ApiToken, token_id)
    if row is None or row.person_id != person_id:
        raise NotFound()
    row.revoked_at = row.revoked_at or at
