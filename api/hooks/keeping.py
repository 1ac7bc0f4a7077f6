"""The addresses of the company's chat: added by an administrator, tried, switched on again, ended."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from api.config import Proxies
from api.errors import InvalidRequest, NotFound
from api.hooks.address import Refused, check_literal, check_url
from api.i18n import LANGUAGES
from api.secrets import new_id, new_token
from api.tables import Delivery, Hook
from api.visit import Work


@dataclass(frozen=True, slots=True)
class Kept:
    """An address with the last message to it."""

    hook: Hook
    last: Delivery | None


def hooks(session: Session) -> Sequence[Hook]:
    """Every address that is not ended, oldest first."""
    return session.exec(select(Hook).where(col(Hook.ended_at).is_(None)).order_by(col(Hook.created_at), Hook.id)).all()


def listed(session: Session) -> list[Kept]:
    """The same with what became of the last message to each."""
    return [Kept(hook, _last(session, hook.id)) for hook in hooks(session)]


def add(work: Work, url: str, language: str, allowed: Proxies) -> Hook:
    """A new address with a secret of its own; raises `InvalidRequest` for one that may not be spoken to."""
    url = url.strip()
    if language not in LANGUAGES:
        raise InvalidRequest(fields=[("language", "unknown")])
    if len(url) > 500:
        raise InvalidRequest(fields=[("url", "too_long")])
    try:
        check_url(url)
        check_literal(url, allowed)  # a name is looked up when it is spoken to, outside of every transaction
    except Refused as error:
        raise InvalidRequest(fields=[("url", str(error))]) from None
    hook = Hook(
        id=new_id(), url=url, secret=new_token(), language=language, created_at=work.at, created_by=work.actor.id
    )
    work.session.add(hook)
    work.session.flush()
    return hook


def of(session: Session, hook_id: str) -> Hook:
    """The address; raises `NotFound` for one that is not, or is ended."""
    hook = session.get(Hook, hook_id)
    if hook is None or hook.ended_at is not None:
        raise NotFound()
    return hook


def end(work: Work, hook_id: str) -> None:
    """Tells it nothing any more. What was sent stays known; the secret is forgotten."""
    hook = of(work.session, hook_id)
    hook.ended_at, hook.secret = work.at, ""


def switch_on(work: Work, hook_id: str) -> None:
    """Tells it again what happens from now on."""
    hook = of(work.session, hook_id)
    hook.off_at, hook.off_because, hook.failures = None, "", 0


def _last(session: Session, hook_id: str) -> Delivery | None:
    query = select(Delivery).where(Delivery.hook_id == hook_id)
    return session.exec(query.order_by(col(Delivery.created_at).desc(), col(Delivery.id)).limit(1)).first()
