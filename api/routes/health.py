"""Whether the service can answer: for load balancers and for those who keep watch, without an account."""

import logging
from typing import Literal

from litestar import Response, get
from litestar.openapi.datastructures import ResponseSpec
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError

from api.migrate import outdated
from api.routes.reference import EVERYBODY, MEANINGS
from api.visit import Access, ThisVisit

log = logging.getLogger("charte")


class Health(BaseModel):
    """`database` is `outdated` before `charte migrate`, and `read_only` while its disk is full or may not be written.

    Nothing of the configuration is told here.
    """

    status: Literal["ok", "failing"]
    database: Literal["ok", "outdated", "read_only", "unreachable"]


@get(
    "/healthz", access=Access.PUBLIC, tags=["Health"], security=EVERYBODY, sync_to_thread=True,
    responses={503: ResponseSpec(Health, False, MEANINGS[503])},
)  # fmt: skip
def health(visit: ThisVisit) -> Response[Health]:
    """Whether the database is reachable, in this release's form, and takes what is written."""
    try:
        lacking = outdated(visit.services.engine)
        refused = visit.services.extras["probe"].why_not() if lacking is None else None
    except SQLAlchemyError as error:
        log.error("the database cannot be reached", exc_info=error)
        return Response(Health(status="failing", database="unreachable"), status_code=503)
    if lacking is not None:
        return Response(Health(status="failing", database="outdated"), status_code=503)
    if refused is not None:
        log.error("the database cannot be written: %s", refused)
        return Response(Health(status="failing", database="read_only"), status_code=503)
    return Response(Health(status="ok", database="ok"))
