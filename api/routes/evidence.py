"""REST: the evidence of a published version as one file, and the keys that have sealed publications."""

from datetime import datetime

from litestar import Response, Router, get
from litestar.params import FromPath
from pydantic import BaseModel, Field

from api.evidence import evidence_of
from api.keys import keys
from api.routes.reference import EVERYBODY
from api.routes.seen import version_seen
from api.visit import Access, ThisVisit


class SealKey(BaseModel):
    """A public key, and for how long publications were sealed with it."""

    id: str = Field(description="The beginning of the public key's SHA-256.")
    public_key: str = Field(description="Ed25519, raw, in hexadecimal digits.")
    from_at: datetime
    until_at: datetime | None = Field(description="None while it is in use.")


@get(
    "/versions/{version_id:str}/evidence", access=Access.MEMBER, refuses=(404, 409), sync_to_thread=True,
    media_type="application/zip",
)  # fmt: skip
def download_evidence(visit: ThisVisit, version_id: FromPath[str]) -> "Response[bytes]":
    """Everything that proves a published version, sealed: a zip that can be checked offline by the script inside it."""
    with visit.read() as work:
        version_seen(work, version_id)
        name, data = evidence_of(work.session, visit.config, version_id)
    return bundle_file(name, data)


@get("/seal-keys", access=Access.PUBLIC, sync_to_thread=True)
def list_seal_keys(visit: ThisVisit) -> list[SealKey]:
    """The public keys that have sealed publications, oldest first: what evidence is checked against."""
    with visit.read() as work:
        return [
            SealKey(id=row.id, public_key=row.public_key, from_at=row.from_at, until_at=row.until_at)
            for row in keys(work.session)
        ]


def bundle_file(name: str, data: bytes) -> "Response[bytes]":
    """The answer that browsers save under this name."""
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type="application/zip", headers=headers)


router = Router(path="/", tags=["Evidence"], security=EVERYBODY, route_handlers=[download_evidence, list_seal_keys])
