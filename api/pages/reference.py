"""The reference of the REST interface for those who write programs, drawn from the server's own OpenAPI text."""

from litestar import Response, get

from api.render import page
from api.visit import Access, ThisVisit


@get("/api", access=Access.PUBLIC, sync_to_thread=True, include_in_schema=False)
def reference_page(visit: ThisVisit) -> "Response[str]":
    """The page, with nothing from elsewhere; without scripts it leads to the text itself."""
    with visit.read() as work:
        return page(visit, work, "reference.html")
