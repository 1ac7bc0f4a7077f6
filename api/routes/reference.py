"""The reference of the REST interface: every operation named, summarised and with the refusals it can answer.

A handler says what it refuses by `refuses=(404, 409)`; what every operation can answer follows from its access and
its parameters. Summary and description are the handler's docstring.
"""

from typing import Any, Final

from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme, Tag
from litestar.plugins import ReceiveRoutePlugin
from litestar.routes import BaseRoute
from litestar.utils.helpers import unwrap_partial
from pydantic import BaseModel, Field

from api.visit import SAFE, Access

MEANINGS: Final = {
    400: "The request is malformed: a field is missing or of the wrong type.",
    401: "Nobody is signed in: send `Authorization: Bearer <token>`.",
    403: "The person lacks the right, or a cookie came without its `X-CSRF-Token`.",
    404: "There is no such thing, or the person may not know of it.",
    409: "The state, the words or what is required stand against it; `code` and `facts` say which.",
    410: "The revision named is too far behind, or not reached yet: read the text again.",
    413: "A file or text is larger than its limit.",
    415: "The file is not what its name says.",
    422: "A value breaks a rule; `facts` name it.",
    503: "The database cannot be reached or is not at this release's form.",
}

TAGS: Final = [
    Tag("Handbook", "What is in force, for everybody: find, read, compare, take away, confirm."),
    Tag("Guidelines", "The lasting things: their versions, policies and logs."),
    Tag("Versions", "A version's text: read, write, compare."),
    Tag("Evidence", "What proves a published version, as one sealed file, and the keys that sealed it."),
    Tag("Review", "From submission to publication: sign-offs and every other action."),
    Tag("Suggestions", "Changes in the text that are not decided yet: read, make, accept, reject."),
    Tag("Threads", "Discussions on a selection, a section or the whole text."),
    Tag("Me", "The person who asks, their sessions and tokens."),
    Tag("Notices", "What one was told, and which of it one gets by mail."),
    Tag("Chat", "The addresses that are told, signed, what happens to guidelines."),
    Tag("Policies", "Approval policies: read, prove, propose, decide."),
    Tag("People", "Accounts, roles and teams."),
    Tag("Health", "Whether the service can answer."),
]


class Problem(BaseModel):
    """A refusal (RFC 9457): a stable code, and words in the person's language."""

    type: str = Field(description="`urn:charte:error:` and the code.")
    title: str = Field(description="What happened.")
    status: int
    code: str = Field(description="Stable: programs decide by it.")
    detail: str = Field(description="The limit, and what to do.")
    facts: dict[str, Any] = Field(description="The things concerned.")


class Described(ReceiveRoutePlugin):
    """Completes each REST handler's entry in the OpenAPI text as it is registered."""

    def receive_route(self, route: BaseRoute) -> None:
        """Litestar's hook."""
        for handler in getattr(route, "route_handlers", []):
            if isinstance(handler, HTTPRouteHandler) and handler.resolve_include_in_schema():
                self._describe(handler)

    def _describe(self, handler: HTTPRouteHandler) -> None:
        if "access" not in handler.opt:
            return  # the composition root refuses such a route by its name
        access = Access(handler.opt["access"])
        refuses = set(handler.opt.get("refuses", ()))
        if handler.parsed_fn_signature.parameters.keys() - {"visit"}:
            refuses.add(400)
        if access is not Access.PUBLIC:
            refuses |= {401}
        if access is Access.ADMIN or not handler.http_methods <= SAFE:
            refuses |= {403}
        words = " ".join((unwrap_partial(handler.fn).__doc__ or "").split())
        handler.summary = words.split(". ")[0].rstrip(".")
        handler.description = words
        handler.responses = dict(handler.responses or {}) | {
            status: ResponseSpec(Problem, False, MEANINGS[status], "application/problem+json")
            for status in sorted(refuses)
        }


def operation_id(handler: HTTPRouteHandler, _method: object, _path: object) -> str:
    """The operation's name: that of its handler, which a test keeps unique."""
    return handler.handler_name


OPENAPI: Final = OpenAPIConfig(
    title="Charte",
    version="1",
    path="/api/schema",
    description=(
        "Everything the pages do, in JSON. Every refusal is `application/problem+json` with a stable `code`. "
        "Lists are paged by cursor: `next` of a page is the `cursor` of the following one."
    ),
    create_examples=False,
    operation_id_creator=operation_id,
    tags=TAGS,
    components=Components(
        security_schemes={
            "token": SecurityScheme("http", scheme="bearer", description="An API token: `POST /api/v1/me/tokens`."),
            "session": SecurityScheme(
                "apiKey",
                name="charte_session",
                security_scheme_in="cookie",
                description="A signed-in browser; unsafe requests also need `X-CSRF-Token`.",
            ),
        }
    ),
    render_plugins=[JsonRenderPlugin(path="openapi.json")],
)

#: For routers whose operations need a person, and for those that answer everybody.
SIGNED_IN: Final[list[dict[str, list[str]]]] = [{"token": []}, {"session": []}]
EVERYBODY: Final[list[dict[str, list[str]]]] = [{}, {"token": []}, {"session": []}]
