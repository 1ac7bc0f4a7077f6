"""REST: the person who asks, their sessions and tokens."""

from datetime import datetime, timedelta
from typing import Annotated

from litestar import Router, delete, get, patch, post
from litestar.params import FromPath, JSONBody
from pydantic import BaseModel, Field
from sqlmodel import col, select

from api import accounts, tokens
from api.routes.reference import SIGNED_IN
from api.tables import ApiToken
from api.visit import Access, ThisVisit
from guidelines.tables import Person


class Membership(BaseModel):
    """A role held in a team; an administrator's and a reader's team is empty."""

    role: str
    team: str


class Me(BaseModel):
    """The person who asks."""

    id: str
    name: str
    email: str
    language: str
    memberships: list[Membership]


class Preferences(BaseModel):
    """What a person may set for themselves."""

    language: Annotated[str, Field(pattern="^(fr|en)$")]


class Token(BaseModel):
    """An API token as it is listed: never its secret."""

    id: str
    name: str
    created_at: datetime
    expires_at: datetime | None


class NewToken(BaseModel):
    """A token to make; without `days` it does not expire."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    days: Annotated[int, Field(ge=1, le=3650)] | None = None


class ShownToken(BaseModel):
    """A token just made: the only time it is shown."""

    token: str


@get("/", access=Access.MEMBER, sync_to_thread=True)
def me(visit: ThisVisit) -> Me:
    """Who the token or the session belongs to, with the memberships that hold now."""
    with visit.read() as work:
        person = work.session.get_one(Person, work.actor.id)
        held = [Membership(role=role, team=team) for role, team in sorted(work.actor.memberships)]
        return Me(id=person.id, name=person.name, email=person.email, language=person.language, memberships=held)


@patch("/", access=Access.MEMBER, sync_to_thread=True)
def change_me(visit: ThisVisit, data: JSONBody[Preferences]) -> Preferences:
    """Sets the language of the interface."""
    with visit.write() as work:
        work.session.get_one(Person, work.actor.id).language = data.language
    return data


@delete("/sessions", access=Access.MEMBER, sync_to_thread=True)
def sign_out_everywhere(visit: ThisVisit) -> None:
    """Ends every session and token of the person, this one too."""
    with visit.write() as work:
        accounts.sign_out_everywhere(work.session, work.actor.id, work.at)


@get("/tokens", access=Access.MEMBER, sync_to_thread=True)
def list_tokens(visit: ThisVisit) -> list[Token]:
    """The person's living tokens, oldest first."""
    with visit.read() as work:
        mine = select(ApiToken).where(ApiToken.person_id == work.actor.id, col(ApiToken.revoked_at).is_(None))
        return [
            Token(id=row.id, name=row.name, created_at=row.created_at, expires_at=row.expires_at)
            for row in work.session.exec(mine.order_by(col(ApiToken.created_at), ApiToken.id))
        ]


@post("/tokens", access=Access.MEMBER, sync_to_thread=True)
def create_token(visit: ThisVisit, data: JSONBody[NewToken]) -> ShownToken:
    """Makes a token that acts with the person's rights."""
    life = timedelta(days=data.days) if data.days else None
    with visit.write() as work:
        return ShownToken(token=tokens.create(work.session, work.actor.id, data.name, life=life, at=work.at))


@delete("/tokens/{token_id:str}", access=Access.MEMBER, refuses=(404,), sync_to_thread=True)
def revoke_token(visit: ThisVisit, token_id: FromPath[str]) -> None:
    """Ends one of the person's own tokens."""
    with visit.write() as work:
        tokens.revoke(work.session, work.actor.id, token_id, at=work.at)


router = Router(
    path="/me",
    tags=["Me"],
    security=SIGNED_IN,
    route_handlers=[me, change_me, sign_out_everywhere, list_tokens, create_token, revoke_token],
)
