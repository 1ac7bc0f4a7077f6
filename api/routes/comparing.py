"""REST: what changed in a version: the redline against other words, and each section's history."""

from datetime import datetime
from typing import Annotated, Literal

from litestar import Response, Router, get
from litestar.params import FromPath, QueryParameter
from pydantic import BaseModel, Field

from api.errors import InvalidRequest
from api.routes.reference import SIGNED_IN
from api.routes.seen import version_seen
from api.routes.shapes import MOST, Named, named
from api.visit import Access, ThisVisit, Work
from exports.formats import MEDIA_TYPES
from exports.redline import write_redline
from guidelines import authority, versions
from guidelines import queries as writing
from guidelines.document import Node, document_hash
from guidelines.errors import UnknownSection
from guidelines.redline import redline, to_json
from guidelines.tables import Version
from workflow import queries
from workflow.handbook import document_of

Sign = Literal["=", "-", "+"]
Against = Annotated[
    str,
    QueryParameter(
        max_length=64,
        description="`in_force` (the default), `base` or the id of another version of the guideline.",
    ),
]
OldRevision = Annotated[
    int | None,
    QueryParameter(ge=0, le=MOST, description="An earlier revision of what it is compared with."),
]
NewRevision = Annotated[int | None, QueryParameter(ge=0, le=MOST, description="The version's revision; else newest.")]


class Block(BaseModel):
    """A text block. Without `insert` and `move_to`, its `=` and `-` runs are the old text; likewise for the new."""

    op: Literal["equal", "insert", "delete", "change", "move_from", "move_to"]
    type: str
    runs: list[tuple[Sign, str]]


class Side(BaseModel):
    """One of the two texts compared; `version_id` is None for no words at all."""

    version_id: str | None
    revision: int | None
    hash: str


class Redline(BaseModel):
    """The comparison of two texts, in reading order."""

    old: Side
    new: Side
    blocks: list[Block]


class Change(BaseModel):
    """The words of a slice became others; `by` is empty for words taken over from the version before."""

    revision: int
    at: datetime
    by: list[Named]
    hash: str = Field(description="Empty when the section left the text.")
    cause: str


@get("/redline", access=Access.MEMBER, refuses=(404, 410), sync_to_thread=True)
def get_redline(
    visit: ThisVisit,
    version_id: FromPath[str],
    against: Against = "in_force",
    old_revision: OldRevision = None,
    new_revision: NewRevision = None,
) -> Redline:
    """What changed: against the version in force, the base, another version, or (`against` its own id) a revision."""
    with visit.read() as work:
        row = version_seen(work, version_id)
        old, before = _old(work, row, against, old_revision)
        new, after = _text(work, row.id, new_revision)
        return Redline(old=old, new=new, blocks=to_json(redline(before, after))["blocks"])


@get(
    "/redline/{format:str}", access=Access.MEMBER, refuses=(404, 410), sync_to_thread=True,
    media_type="application/octet-stream",
)  # fmt: skip
def download_redline(
    visit: ThisVisit,
    version_id: FromPath[str],
    format: FromPath[str],
    against: Against = "in_force",
    old_revision: OldRevision = None,
    new_revision: NewRevision = None,
) -> "Response[bytes]":
    """The same comparison as a file: `html`, `md` or `json`."""
    with visit.read() as work:
        row = version_seen(work, version_id)
        _, before = _old(work, row, against, old_revision)
        _, after = _text(work, row.id, new_revision)
        data = write_redline(redline(before, after), after, format, language=row.language, title=row.title)
    headers = {"content-disposition": f'attachment; filename="redline-{version_id}.{format}"'}
    return Response(data, media_type=MEDIA_TYPES[format], headers=headers)


@get("/sections/{section:str}/history", access=Access.MEMBER, refuses=(404,), sync_to_thread=True)
def section_history(visit: ThisVisit, version_id: FromPath[str], section: FromPath[str]) -> list[Change]:
    """Who changed the words of a section (or `outline`, `meta`) in this version, and when; oldest first."""
    with visit.read() as work:
        row = version_seen(work, version_id)
        history = writing.slice_history(work.session, row.id).get(section)
        if not history:
            raise UnknownSection(section=section)
        written = writing.authors(work.session, row.id)
        names = writing.people_named(work.session, {person for people in written.values() for person in people})
        return [
            Change(
                revision=change.revision,
                at=change.at,
                by=[named(person, names) for person in sorted(written.get((section, change.revision), ()))],
                hash=change.hash,
                cause=change.cause,
            )
            for change in history
        ]


def _old(work: Work, row: Version, against: str, revision: int | None) -> tuple[Side, Node]:
    """The words to compare with; none at all where nothing was in force."""
    other: str | None = against
    if against == "in_force":
        in_force = queries.published(work.session, row.guideline_id)
        other = in_force.version_id if in_force else None
        if in_force is not None and revision is None:
            document = document_of(in_force)
            return Side(version_id=other, revision=None, hash=in_force.document_hash), document
    elif against == "base":
        other = row.base_version_id
    if other is None:
        return Side(version_id=None, revision=None, hash=document_hash(versions.EMPTY)), versions.EMPTY
    if version_seen(work, other).guideline_id != row.guideline_id:
        raise InvalidRequest(fields=[("against", "unknown")])
    return _text(work, other, revision)


def _text(work: Work, version_id: str, revision: int | None) -> tuple[Side, Node]:
    opened = (
        authority.open_document(work.session, version_id)
        if revision is None
        else authority.document_at(work.session, version_id, revision)
    )
    side = Side(version_id=version_id, revision=opened.revision, hash=document_hash(opened.document))
    return side, opened.document


router = Router(
    path="/versions/{version_id:str}",
    tags=["Versions"],
    security=SIGNED_IN,
    route_handlers=[get_redline, download_redline, section_history],
)
