"""REST: suggestions in a version's text: which there are and what each would do; making them; deciding on them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from pydantic import BaseModel, Field

from api.errors import InvalidRequest
from api.routes.nudge import nudge
from api.routes.reference import SIGNED_IN
from api.routes.seen import version_seen
from api.routes.shapes import Body, Named, Revision, SectionId, Words
from api.secrets import new_id, new_session_key
from api.suggestions import shapes
from api.visit import Access, ThisVisit
from guidelines import authority, suggestion_rows
from guidelines.suggested_slices import suggested_slices
from guidelines.suggestion_words import suggestion_hashes
from guidelines.suggestions import Piece as FoundPiece
from guidelines.suggestions import suggestions_in
from workflow import drafts, suggesting

SuggestionId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}\.[0-9]{1,9}$")]
Chosen = Annotated[list[SuggestionId], Field(max_length=1_000)]


class Piece(BaseModel):
    """One thing that a suggestion does at one place: positions are those of the text with its suggestions."""

    kind: str
    start: int
    end: int
    block: str
    section: str
    text: str
    was: dict[str, Any]
    now: dict[str, Any]
    waits: bool = Field(description="Whether a join waits until a paragraph follows.")


class Suggestion(BaseModel):
    """A suggestion: whose, since when, what became of it; while it is open, what it says."""

    id: str
    by: Named
    at: datetime
    note: str | None
    state: Literal["open", "accepted", "rejected", "withdrawn", "overtaken"]
    decided_by: Named | None
    decided_at: datetime | None
    hash: str | None = Field(None, description="Of what it says: another once it is changed.")
    inserted: str = ""
    deleted: str = ""
    slices: list[str] = Field([], description="The sections, or the outline, that it would change.")
    pieces: list[Piece] = []


class Suggestions(BaseModel):
    """The suggestions of a text at a revision, the open ones in the order of the text."""

    revision: int
    suggestions: list[Suggestion]


class Decision(Body):
    """What to accept and to reject, as it stood at a revision: by id, or all of a person, of a section, or of both."""

    revision: Revision
    accept: Chosen = Field(default_factory=list)
    reject: Chosen = Field(default_factory=list)
    all: Literal["accept", "reject"] | None = None
    of: Annotated[Words, Field(max_length=32, description="A person's id; with `all`.")] = ""
    section: SectionId = ""


class Decided(BaseModel):
    """What became of each, and of those of which the decision left nothing."""

    revision: int
    outcome: dict[str, str]


class SuggestionKey(BaseModel):
    """What the ids of one's suggestions in this version begin with: `<key>.<number>`."""

    session: str


@get("/", access=Access.MEMBER, refuses=(404,), sync_to_thread=True)
def list_suggestions(
    visit: ThisVisit,
    version_id: FromPath[str],
    decided: Annotated[bool, QueryParameter(description="With those that are no longer open.")] = False,
) -> Suggestions:
    """The open suggestions with what each would do; if asked for, those that are no longer open before them."""
    with visit.read() as work:
        version_seen(work, version_id)
        opened = authority.open_document(work.session, version_id)
        rows = suggestion_rows.rows(work.session, version_id)
        said = {shape["id"]: Suggestion.model_validate(shape) for shape in shapes(work.session, rows)}
        hashes, reach = suggestion_hashes(opened.tree), suggested_slices(opened.tree)
        found = [one for one in said.values() if decided and one.state != "open"]
        for one in suggestions_in(opened.tree):
            told = {
                "hash": hashes[one.id],
                "inserted": one.inserted,
                "deleted": one.deleted,
                "slices": sorted(reach[one.id]),
                "pieces": [_piece(piece) for piece in one.pieces],
            }
            found.append(said[one.id].model_copy(update=told))
        return Suggestions(revision=opened.revision, suggestions=found)


@post("/", access=Access.MEMBER, refuses=(404, 409, 410, 422), sync_to_thread=True, status_code=200)
def decide_suggestions(visit: ThisVisit, version_id: FromPath[str], data: JSONBody[Decision]) -> Decided:
    """Accepts and rejects, all together or nothing. Rejecting one's own takes it back."""
    if bool(data.accept or data.reject) is (data.all is not None):
        raise InvalidRequest(fields=[("accept", "missing")])
    with visit.write() as work:
        version_seen(work, version_id)
        accept, reject = data.accept, data.reject
        if data.all is not None:
            chosen = suggesting.chosen(
                work.session,
                work.actor,
                version_id,
                seen_revision=data.revision,
                accept=data.all == "accept",
                person=data.of,
                section=data.section,
            )
            accept, reject = (chosen, []) if data.all == "accept" else ([], chosen)
        decided = suggesting.decide(
            work.session,
            work.actor,
            version_id,
            accept=accept,
            reject=reject,
            seen_revision=data.revision,
            ref=f"resolve-{new_id()}",
            at=work.at,
        )
    nudge(visit, version_id)
    return Decided(revision=decided.revision, outcome={name: str(state) for name, state in decided.outcome.items()})


@post("/session", access=Access.MEMBER, refuses=(404, 409), sync_to_thread=True)
def open_suggestion_session(visit: ThisVisit, version_id: FromPath[str]) -> SuggestionKey:
    """A key for suggestions of one's own, which are sent as steps of the kind `suggest`."""
    key = new_session_key()
    with visit.write() as work:
        suggesting.demand_suggest(work.actor, drafts.context_of(work.session, version_seen(work, version_id)))
        suggestion_rows.open_session(work.session, version_id, work.actor, key=key, at=work.at)
    return SuggestionKey(session=key)


def _piece(found: FoundPiece) -> Piece:
    return Piece(
        kind=found.kind.value,
        start=found.start,
        end=found.end,
        block=found.block,
        section=found.section,
        text=found.text,
        was=dict(found.was),
        now=dict(found.now),
        waits=found.waits,
    )


router = Router(
    path="/versions/{version_id:str}/suggestions",
    tags=["Suggestions"],
    security=SIGNED_IN,
    route_handlers=[list_suggestions, decide_suggestions, open_suggestion_session],
)
