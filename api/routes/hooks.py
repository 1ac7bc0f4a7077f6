"""REST: the addresses of the company's chat, for administrators."""

from datetime import datetime
from typing import Annotated

from litestar import Router, delete, get, post
from litestar.params import FromPath, JSONBody
from pydantic import BaseModel, Field

from api.hooks import keeping
from api.hooks.telling import tell_test
from api.jobs.kinds import Desk
from api.routes.reference import SIGNED_IN
from api.tables import Hook as HookRow
from api.visit import Access, ThisVisit


class Hook(BaseModel):
    """An address that is told what happens to guidelines."""

    id: str
    url: str
    language: str
    created_at: datetime
    failures: int
    #: Since when it is switched off because it failed too often, and how it failed last.
    off_at: datetime | None
    off_because: str


class NewHook(BaseModel):
    """An address to add: http or https, on a public network or one that the configuration allows."""

    url: Annotated[str, Field(min_length=8, max_length=500)]
    language: Annotated[str, Field(pattern="^(fr|en)$")] = "fr"


class ShownHook(Hook):
    """An address just added, with the secret that signs its messages: the only time it is shown."""

    secret: str


class Sent(BaseModel):
    """A message on its way."""

    delivery: str


@get("/", access=Access.ADMIN, sync_to_thread=True)
def list_hooks(visit: ThisVisit) -> list[Hook]:
    """Every address, oldest first."""
    with visit.read() as work:
        return [_shape(row) for row in keeping.hooks(work.session)]


@post("/", access=Access.ADMIN, sync_to_thread=True)
def add_hook(visit: ThisVisit, data: JSONBody[NewHook]) -> ShownHook:
    """Adds an address and shows its secret."""
    with visit.write() as work:
        row = keeping.add(work, data.url, data.language, visit.config.webhook_networks)
        return ShownHook(**_shape(row).model_dump(), secret=row.secret)


@post("/{hook_id:str}/test", access=Access.ADMIN, refuses=(404,), sync_to_thread=True, status_code=202)
def try_hook(visit: ThisVisit, hook_id: FromPath[str]) -> Sent:
    """Puts a message aside by which one sees whether the address hears."""
    with visit.write() as work:
        hook = keeping.of(work.session, hook_id)
        return Sent(delivery=tell_test(Desk(work.session, work.at, visit.services), hook))


@post("/{hook_id:str}/on", access=Access.ADMIN, refuses=(404,), sync_to_thread=True, status_code=200)
def switch_on(visit: ThisVisit, hook_id: FromPath[str]) -> Hook:
    """Tells an address again that was switched off."""
    with visit.write() as work:
        keeping.switch_on(work, hook_id)
        return _shape(keeping.of(work.session, hook_id))


@delete("/{hook_id:str}", access=Access.ADMIN, refuses=(404,), sync_to_thread=True)
def end_hook(visit: ThisVisit, hook_id: FromPath[str]) -> None:
    """Tells an address nothing any more."""
    with visit.write() as work:
        keeping.end(work, hook_id)


def _shape(row: HookRow) -> Hook:
    return Hook(
        id=row.id,
        url=row.url,
        language=row.language,
        created_at=row.created_at,
        failures=row.failures,
        off_at=row.off_at,
        off_because=row.off_because,
    )


router = Router(
    path="/hooks",
    tags=["Chat"],
    security=SIGNED_IN,
    route_handlers=[list_hooks, add_hook, try_hook, switch_on, end_hook],
)
