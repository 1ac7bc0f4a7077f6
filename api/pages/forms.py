"""Forms: one transaction per submission, then a redirect; a refusal shows the page again with the reason."""

from collections.abc import Callable
from typing import Any

from litestar import Response
from litestar.params import URLEncodedBody
from litestar.response import Redirect

from api.errors import Forged, NotAdmin, NotFound, SignInRequired
from api.refusals import HOUSE, Refusal, refusal
from api.routes.nudge import nudge
from api.visit import Visit, Work

Form = URLEncodedBody[dict[str, str]]

#: Refusals that the page itself would also meet: they are answered by a page of their own.
ELSEWHERE = (SignInRequired, NotAdmin, NotFound, Forged)


def submitted(
    visit: Visit,
    act: Callable[[Work], str],
    show: Callable[[Work, Refusal], "Response[Any]"],
    *,
    version_id: str = "",
) -> "Response[Any]":
    """Runs `act` in one transaction and goes to the address it returns (303, so that reloading repeats nothing).

    When the house refuses, nothing is stored, and `show` draws the page again with the refusal, in a transaction that
    only reads. Whoever has the version `version_id` open is told once the change is durable.
    """
    try:
        with visit.write() as work:
            target = act(work)
    except ELSEWHERE:
        raise
    except HOUSE as error:
        with visit.read() as work:
            return show(work, refusal(error, visit.language))
    if version_id:
        nudge(visit, version_id)
    return Redirect(target, status_code=303)


def number_of(form: dict[str, str], name: str, default: int = 0) -> int:
    """A whole number from a form; the default when it is missing or not one."""
    text = form.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default
