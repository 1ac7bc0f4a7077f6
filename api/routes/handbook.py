"""REST: the staff handbook for programs: what is in force, to find, read, compare, take away and confirm."""

from datetime import date, datetime
from typing import Annotated, Any

from litestar import Response, Router, get, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from pydantic import BaseModel, Field

from api.errors import NotFound
from api.publications import approvals_of, publication_of, section_names
from api.routes.comparing import Block
from api.routes.paging import Cursor, Limit, Page, after, paged, read_cursor
from api.routes.reference import EVERYBODY
from api.routes.shapes import Body, Hash
from api.visit import Access, ThisVisit, Visit, Work
from api.words import confirmation, say_changes
from exports.formats import MEDIA_TYPES, export
from exports.redline import write_redline
from guidelines.changes import changes_of
from guidelines.document import serialise
from guidelines.redline import redline, to_json
from workflow import acknowledgement, handbook, queries
from workflow.handbook import Entry, document_of
from workflow.handbook import Hit as FoundHit
from workflow.permissions import sees_guidelines
from workflow.tables import Acknowledgement as AcknowledgementRow

Language = Annotated[str, QueryParameter(pattern="^(|fr|en)$", description="Both when left out.")]


class Edition(BaseModel):
    """A published version."""

    guideline_id: str
    version_id: str
    slug: str
    number: str
    title: str
    language: str
    kind: str
    audience: str
    summary: str
    shelf: str
    in_force: bool
    published_at: datetime
    effective_on: date
    change_note: str
    hash: str


class Approval(BaseModel):
    """A line of the approval record: who signed for which team, and which sections."""

    team: str
    person: str
    at: datetime
    sections: list[str]
    hash: str


class Text(Edition):
    """A published version with its words and who approved them."""

    document: dict[str, Any]
    approvals: list[Approval]
    statement: str = Field(description="What an acknowledgement confirms, in the language of the request.")


class Piece(BaseModel):
    """Some words of a passage: those that were found, or those that stand around them."""

    text: str
    found: bool


class Hit(BaseModel):
    """A section in force that holds words looked for, with the passage that shows most of them."""

    slug: str
    number: str
    title: str
    language: str
    section: str
    section_title: str
    passage: list[Piece]


class Results(BaseModel):
    """What a search found, best first, and the words that stand nowhere in what is in force."""

    hits: list[Hit]
    unmatched: list[str]


class Comparison(BaseModel):
    """What changed between two published versions, as words and as a redline."""

    old: str
    new: str
    changes: list[str]
    blocks: list[Block]


class Shown(Body):
    """The hash of the words that were read."""

    hash: Hash


class Acknowledgement(BaseModel):
    """A person's confirmation of having read one version: the first one stays, with its time."""

    version_id: str
    hash: str
    statement: str
    language: str
    at: datetime


class Count(BaseModel):
    """How many people have confirmed the version."""

    count: int


@get("/", access=Access.PUBLIC, sync_to_thread=True)
def list_handbook(visit: ThisVisit, limit: Limit = 50, cursor: Cursor = "", language: Language = "") -> Page[Edition]:
    """What is in force, by address."""
    place = read_cursor(cursor, str)
    with visit.read() as work:
        shelf = sorted(handbook.shelf(work.session, language or None), key=_key)
        rows, following = paged(after(shelf, place, _key)[: limit + 1], limit, _key)
        return Page(items=[_edition(entry) for entry in rows], next=following)


@get("/search", access=Access.PUBLIC, sync_to_thread=True)
def search_handbook(
    visit: ThisVisit, q: Annotated[str, QueryParameter(min_length=1, max_length=200)], language: Language = ""
) -> Results:
    """The sections in force that hold most of the words, at most fifty: in their title first, then heading, then text.

    Accents, case, plurals and common endings do not count, nor do words as common as “the”.
    """
    with visit.read() as work:
        results = handbook.search(work.session, q, language or None)
        return Results(hits=[_hit(found) for found in results.hits], unmatched=list(results.unmatched))


@get("/{slug:str}", access=Access.PUBLIC, refuses=(404,), sync_to_thread=True)
def read_in_force(visit: ThisVisit, slug: FromPath[str]) -> Text:
    """The version in force."""
    with visit.read() as work:
        return _text(visit, work, handbook.edition(work.session, slug))


@get("/{slug:str}/editions", access=Access.PUBLIC, refuses=(404,), sync_to_thread=True)
def list_editions(visit: ThisVisit, slug: FromPath[str]) -> list[Edition]:
    """Every published version, newest first."""
    with visit.read() as work:
        return [_edition(entry) for entry in handbook.editions(work.session, slug)]


@get("/{slug:str}/editions/{number:str}", access=Access.PUBLIC, refuses=(404,), sync_to_thread=True)
def read_edition(visit: ThisVisit, slug: FromPath[str], number: FromPath[str]) -> Text:
    """One published version by its number."""
    with visit.read() as work:
        return _text(visit, work, handbook.edition(work.session, slug, number))


@get("/{slug:str}/redline", access=Access.PUBLIC, refuses=(404,), sync_to_thread=True)
def compare_editions(visit: ThisVisit, slug: FromPath[str], old: FromQuery[str], new: FromQuery[str]) -> Comparison:
    """What changed between two published versions, by their numbers."""
    with visit.read() as work:
        before = document_of(handbook.edition(work.session, slug, old).publication)
        after_ = document_of(handbook.edition(work.session, slug, new).publication)
        found = redline(before, after_)
        said = say_changes(changes_of(found), section_names(after_), visit.language)
        return Comparison(old=old, new=new, changes=[line.words for line in said], blocks=to_json(found)["blocks"])


@get(
    "/{slug:str}/redline/{format:str}", access=Access.PUBLIC, refuses=(404,), sync_to_thread=True,
    media_type="application/octet-stream",
)  # fmt: skip
def download_comparison(
    visit: ThisVisit, slug: FromPath[str], format: FromPath[str], old: FromQuery[str], new: FromQuery[str]
) -> "Response[bytes]":
    """The same comparison as a file: `html`, `md` or `json`."""
    with visit.read() as work:
        before = handbook.edition(work.session, slug, old).publication
        newer = handbook.edition(work.session, slug, new).publication
    after_ = document_of(newer)
    found = redline(document_of(before), after_)
    data = write_redline(found, after_, format, language=newer.language, title=newer.title)
    return _file(data, format, f"{slug}-{before.major}.{before.minor}-{newer.major}.{newer.minor}")


@get(
    "/{slug:str}/editions/{number:str}/export/{format:str}", access=Access.PUBLIC, refuses=(404,),
    sync_to_thread=True, media_type="application/octet-stream",
)  # fmt: skip
def export_edition(
    visit: ThisVisit, slug: FromPath[str], number: FromPath[str], format: FromPath[str]
) -> "Response[bytes]":
    """A published version as a file with its approval record; the same bytes whoever asks, whenever."""
    with visit.read() as work:
        value = publication_of(
            work.session,
            handbook.edition(work.session, slug, number),
            visit.config.organisation,
            visit.config.time_zone,
        )
    return _file(export(value, format), format, f"{slug}-{number}")


@put("/{slug:str}/editions/{number:str}/acknowledgement", access=Access.MEMBER, refuses=(404, 409), sync_to_thread=True)
def acknowledge(visit: ThisVisit, slug: FromPath[str], number: FromPath[str], data: JSONBody[Shown]) -> Acknowledgement:
    """Confirms having read the version: once; asked again, the first confirmation comes back."""
    with visit.write() as work:
        entry = handbook.edition(work.session, slug, number)
        row = acknowledgement.confirm(
            work.session,
            work.actor,
            entry.publication.version_id,
            document_hash=data.hash,
            statement=confirmation(entry.publication.title, number, visit.language),
            language=visit.language,
            at=work.at,
        )
        return _acknowledgement(row)


@get("/{slug:str}/editions/{number:str}/acknowledgement", access=Access.MEMBER, refuses=(404,), sync_to_thread=True)
def get_acknowledgement(visit: ThisVisit, slug: FromPath[str], number: FromPath[str]) -> Acknowledgement:
    """The person's own confirmation; 404 when there is none."""
    with visit.read() as work:
        entry = handbook.edition(work.session, slug, number)
        row = handbook.acknowledgement(work.session, work.actor.id, entry.publication.version_id)
        if row is None:
            raise NotFound()
        return _acknowledgement(row)


@get(
    "/{slug:str}/editions/{number:str}/acknowledgements/count", access=Access.MEMBER, refuses=(404,),
    sync_to_thread=True,
)  # fmt: skip
def count_acknowledgements(visit: ThisVisit, slug: FromPath[str], number: FromPath[str]) -> Count:
    """How many people have confirmed the version, for those who work on texts."""
    with visit.read() as work:
        if not sees_guidelines(work.actor):
            raise NotFound()
        entry = handbook.edition(work.session, slug, number)
        return Count(count=queries.acknowledgements(work.session, entry.publication.version_id))


def _key(entry: Entry) -> tuple[str]:
    return (entry.guideline.slug,)


def _about(entry: Entry) -> dict[str, Any]:
    row = entry.publication
    return {
        "guideline_id": row.guideline_id,
        "version_id": row.version_id,
        "slug": entry.guideline.slug,
        "number": entry.number,
        "title": row.title,
        "language": row.language,
        "kind": row.guideline_kind,
        "audience": row.audience,
        "summary": row.summary,
        "shelf": entry.guideline.shelf,
        "in_force": entry.in_force,
        "published_at": row.published_at,
        "effective_on": row.effective_on,
        "change_note": row.change_note,
        "hash": row.document_hash,
    }


def _edition(entry: Entry) -> Edition:
    return Edition(**_about(entry))


def _text(visit: Visit, work: Work, entry: Entry) -> Text:
    record = approvals_of(work.session, entry, visit.language)
    return Text(
        **_about(entry),
        document=serialise(document_of(entry.publication)),
        approvals=[
            Approval(team=line.team, person=line.person, at=line.at, sections=list(line.sections), hash=line.hash)
            for line in record
        ],
        statement=confirmation(entry.publication.title, entry.number, visit.language),
    )


def _hit(found: FoundHit) -> Hit:
    return Hit(
        slug=found.entry.guideline.slug,
        number=found.entry.number,
        title=found.entry.publication.title,
        language=found.entry.publication.language,
        section=found.section.id,
        section_title=found.section.title,
        passage=[Piece(text=piece.text, found=piece.found) for piece in found.passage],
    )


def _acknowledgement(row: AcknowledgementRow) -> Acknowledgement:
    return Acknowledgement(
        version_id=row.version_id, hash=row.document_hash, statement=row.statement, language=row.language, at=row.at
    )


def _file(data: bytes, format: str, name: str) -> "Response[bytes]":
    headers = {"content-disposition": f'attachment; filename="{name}.{format}"'}
    return Response(data, media_type=MEDIA_TYPES[format], headers=headers)


router = Router(
    path="/handbook",
    tags=["Handbook"],
    security=EVERYBODY,
    route_handlers=[
        list_handbook, search_handbook, read_in_force, list_editions, read_edition, compare_editions,
        download_comparison, export_edition, acknowledge, get_acknowledgement, count_acknowledgements,
    ],
)  # fmt: skip
