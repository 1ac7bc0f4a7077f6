"""Every operation of the REST interface, in the order of the reference."""

from collections.abc import Sequence
from typing import Final

from litestar import Router
from litestar.types import ControllerRouterHandler

from api.routes import (
    classing,
    comparing,
    evidence,
    guidelines,
    handbook,
    health,
    history,
    hooks,
    me,
    notices,
    people,
    policies,
    review,
    suggestions,
    threads,
    versions,
)

_ROUTERS: Final = [
    handbook.router,
    guidelines.router,
    versions.router,
    comparing.router,
    history.router,
    review.router,
    classing.router,
    evidence.router,
    threads.router,
    suggestions.router,
    me.router,
    notices.router,
    people.router,
    policies.router,
    hooks.router,
]

#: The interface under its version, and the health check outside of it.
REST: Final[Sequence[ControllerRouterHandler]] = [Router(path="/api/v1", route_handlers=_ROUTERS), health.health]
