"""REST: a version, its text at any revision, and writing on it: by steps, by a whole text, by its meta data."""

import json
from typing import Annotated, Any, Literal

from litestar import Response, Router, get, patch, post, put
from litestar.params import FromPath, JSONBody, MultipartBody, QueryParameter
from pydantic import BaseModel, Field

from api.errors import InvalidRequest
from api.routes.nudge import nudge
from api.routes.reference import SIGNED_IN
from api.routes.seen import version_seen
from api.routes.shapes import MOST, Body, Named, Revision, Words, named
from api.routes.standing import Version, version_shape
from api.routes.texts import Upload, given_text, text_of_file
from api.secrets import new_id
from api.visit import Access, ThisVisit, Visit, Work
from exports.formats import MEDIA_TYPES, write
from guidelines import authority
from guidelines import queries as writing
from guidelines.authority import Accepted, Opened
from guidelines.document import Node, document_hash, serialise
from guidelines.tables import StepRecord
from workflow import drafts, queries, suggesting

AtRevision = Annotated[int | None, QueryParameter(ge=0, le=MOST, description="The newest when left out.")]


class Document(BaseModel):
    """A version's text at a revision: a ProseMirror document in the schema of `guidelines/schema.json`."""

    version_id: str
    revision: int
    hash: str
    document: dict[str, Any]


class Hashes(BaseModel):
    """The hash of the whole text and of each slice that is signed by itself."""

    version_id: str
    revision: int
    hash: str
    slices: dict[str, str]


class ChangedMeta(Body):
    """What is signed besides the text; what is left out stays."""

    title: Words | None = None
    kind: str | None = None
    audience: str | None = None
    summary: str | None = None


class NewText(Body):
    """A whole text, as Markdown or as a document's JSON."""

    markdown: str | None = None
    document: dict[str, Any] | None = None


class Written(BaseModel):
    """What became of a commit. `kept` and `dropped` are places in the list of steps that was sent."""

    revision: int
    hash: str
    ref: str
    steps: list[dict[str, Any]] = Field(description="As logged; the last ones may be the authority's own.")
    kept: list[int]
    dropped: list[int] = Field(description="Steps that others' changes have made impossible.")
    already: bool = Field(description="Whether the commit was known: sent again by the same person, it counts once.")


class Commit(Body):
    """Steps made on a revision, under a name of the writer's own that makes sending them twice harmless.

    Another person's names never matter; other steps under a name of one's own are refused with `ref_taken`.
    """

    revision: Revision
    ref: Annotated[str, Field(pattern=r"^[\x20-\x7e]{1,64}$")]
    steps: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=64)]
    kind: Annotated[Literal["edit", "suggest"], Field(description="A suggestion goes in whole or not at all.")] = "edit"
    whole: Annotated[bool, Field(description="Whether an edit goes in whole or not at all.")] = False
    note: Annotated[Words, Field(max_length=2_000, description="The reason for what is suggested.")] = ""


class Step(BaseModel):
    """A step of the log; `revision` is the one it leads to."""

    revision: int
    ref: str
    by: Named
    cause: str
    step: dict[str, Any]


class Steps(BaseModel):
    """The steps after a revision, and how far the text has come."""

    revision: int
    steps: list[Step]


@get("/", access=Access.MEMBER, refuses=(404,), sync_to_thread=True)
def get_version(visit: ThisVisit, version_id: FromPath[str]) -> Version:
    """One version: where it stands, what is outstanding and why, who signed what, what the person may do now."""
    with visit.read() as work:
        version_seen(work, version_id)
        return version_shape(work, queries.standing(work.session, version_id, work.at), visit.language)


@patch("/", access=Access.MEMBER, refuses=(404, 409, 422), sync_to_thread=True)
def change_meta(visit: ThisVisit, version_id: FromPath[str], data: JSONBody[ChangedMeta]) -> Version:
    """Changes the title, kind, audience or summary of a draft."""
    with visit.write() as work:
        writing.lock_guideline(work.session, version_seen(work, version_id).guideline_id)
        row = writing.lock_version(work.session, version_id)
        drafts.set_meta(
            work.session,
            work.actor,
            version_id,
            title=row.title if data.title is None else data.title,
            kind=row.kind if data.kind is None else data.kind,
            audience=row.audience if data.audience is None else data.audience,
            summary=row.summary if data.summary is None else data.summary,
            at=work.at,
        )
        shape = version_shape(work, queries.standing(work.session, version_id, work.at), visit.language)
    nudge(visit, version_id)
    return shape


@get("/document", access=Access.MEMBER, refuses=(404, 410), sync_to_thread=True)
def get_document(
    visit: ThisVisit,
    version_id: FromPath[str],
    revision: AtRevision = None,
    suggestions: Annotated[bool, QueryParameter(description="With the open suggestions in it.")] = False,
) -> Document:
    """The text as JSON, now or at an earlier revision: every open suggestion rejected, unless they are asked for."""
    with visit.read() as work:
        version_seen(work, version_id)
        opened = _opened(work, version_id, revision)
        text = opened.with_suggestions if suggestions else opened.document
        return Document(
            version_id=version_id, revision=opened.revision, hash=document_hash(text), document=serialise(text)
        )


@get(
    "/document/{format:str}", access=Access.MEMBER, refuses=(404, 410), sync_to_thread=True,
    media_type="application/octet-stream",
)  # fmt: skip
def download_document(
    visit: ThisVisit, version_id: FromPath[str], format: FromPath[str], revision: AtRevision = None
) -> "Response[bytes]":
    """The text as a file: `md`, `docx`, `html` or `json`."""
    with visit.read() as work:
        row = version_seen(work, version_id)
        opened = _opened(work, version_id, revision)
        data = write(opened.document, format, language=row.language)
    headers = {"content-disposition": f'attachment; filename="{version_id}.{format}"'}
    return Response(data, media_type=MEDIA_TYPES[format], headers=headers)


@get("/hash", access=Access.MEMBER, refuses=(404,), sync_to_thread=True)
def get_hashes(visit: ThisVisit, version_id: FromPath[str]) -> Hashes:
    """The hashes that sign-offs name: of the whole text as it stands, and of each slice."""
    with visit.read() as work:
        row = version_seen(work, version_id)
        opened = authority.open_document(work.session, version_id)
        return Hashes(
            version_id=version_id,
            revision=opened.revision,
            hash=document_hash(opened.document),
            slices=writing.slice_hashes(row, opened.document),
        )


@put("/document", access=Access.MEMBER, refuses=(404, 409, 413, 415, 422), sync_to_thread=True)
def replace_document(visit: ThisVisit, version_id: FromPath[str], data: JSONBody[NewText]) -> Written:
    """Makes the draft say exactly this, as one commit; blocks that stay keep their ids, threads and marks."""
    text = given_text(data.markdown, data.document)
    if text is None:
        raise InvalidRequest(fields=[("markdown", "missing")])
    return _bring_in(visit, version_id, text)


@post("/import", access=Access.MEMBER, refuses=(404, 409, 413, 415, 422), sync_to_thread=True)
def import_file(visit: ThisVisit, version_id: FromPath[str], data: MultipartBody[Upload]) -> Written:
    """As replacing the text, from a file: `.md` or `.json`, known by its ending and checked by its bytes."""
    return _bring_in(visit, version_id, text_of_file(data.file.filename, data.file.file.read()))


@get("/steps", access=Access.MEMBER, refuses=(404, 410), sync_to_thread=True)
def list_steps(
    visit: ThisVisit, version_id: FromPath[str], since: Annotated[int, QueryParameter(ge=0, le=MOST)] = 0
) -> Steps:
    """The steps after a revision, at most the last 5,000; 410 beyond: read the document again."""
    with visit.read() as work:
        row = version_seen(work, version_id)
        found = authority.steps_since(work.session, version_id, since)
        names = writing.people_named(work.session, {record.person_id for record in found})
        return Steps(revision=row.revision, steps=[_step(record, names) for record in found])


@post("/steps", access=Access.MEMBER, refuses=(404, 409, 410, 422), sync_to_thread=True, status_code=200)
def send_steps(visit: ThisVisit, version_id: FromPath[str], data: JSONBody[Commit]) -> Written:
    """Writes on the draft, or suggests, by ProseMirror steps judged by the same authority as live editing.

    Positions are those of the text with its open suggestions.
    """
    with visit.write() as work:
        row = version_seen(work, version_id)
        if data.kind == "suggest":
            suggesting.demand_suggest(work.actor, drafts.context_of(work.session, row))
        else:
            drafts.demand_edit(work.session, work.actor, row)
        accepted = authority.receive(
            work.session,
            version_id,
            actor=work.actor,
            ref=data.ref,
            base_revision=data.revision,
            steps_json=data.steps,
            at=work.at,
            cause=data.kind,
            whole=data.whole,
            note=data.note,
        )
        answer = written(work, version_id, accepted)
    nudge(visit, version_id)
    return answer


def _opened(work: Work, version_id: str, revision: int | None) -> Opened:
    if revision is None:
        return authority.open_document(work.session, version_id)
    return authority.document_at(work.session, version_id, revision)


def _bring_in(visit: Visit, version_id: str, text: Node) -> Written:
    with visit.write() as work:
        version_seen(work, version_id)
        accepted = drafts.import_text(work.session, work.actor, version_id, text, ref=f"import-{new_id()}", at=work.at)
        answer = written(work, version_id, accepted)
    nudge(visit, version_id)
    return answer


def written(work: Work, version_id: str, accepted: Accepted) -> Written:
    """What is told of a commit."""
    return Written(
        revision=accepted.revision,
        hash=document_hash(authority.document_at(work.session, version_id, accepted.revision).document),
        ref=accepted.ref,
        steps=accepted.steps,
        kept=list(accepted.kept),
        dropped=list(accepted.dropped),
        already=accepted.already,
    )


def _step(record: StepRecord, names: dict[str, str]) -> Step:
    return Step(
        revision=record.revision,
        ref=record.ref,
        by=named(record.person_id, names),
        cause=record.cause,
        step=json.loads(record.step),
    )


router = Router(
    path="/versions/{version_id:str}",
    tags=["Versions"],
    security=SIGNED_IN,
    route_handlers=[
        get_version, change_meta, get_document, download_document, get_hashes, replace_document, import_file,
        list_steps, send_steps,
    ],
)  # fmt: skip
