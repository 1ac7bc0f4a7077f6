"""An employee confirms having read one version: once, with its hash and the very sentence shown."""

from datetime import datetime

from sqlmodel import Session, select

from guidelines import queries as writing
from guidelines.errors import UnknownVersion
from guidelines.people import Actor
from guidelines.tables import Publication
from workflow import events
from workflow import queries as reading
from workflow.errors import OtherEdition, Superseded
from workflow.events import Kind
from workflow.evidence import fingerprint
from workflow.machine import State
from workflow.tables import Acknowledgement


def confirm(
    session: Session,
    actor: Actor,
    version_id: str,
    *,
    document_hash: str,
    statement: str,
    language: str,
    at: datetime,
) -> Acknowledgement:
    """The person's confirmation of this version; asked again, the first one comes back with its time.

    Raises `Superseded` for a version that is no longer in force and `OtherEdition` when other words were shown.
    """
    publication = session.get(Publication, version_id)
    if publication is None:
        raise UnknownVersion(version=version_id)
    writing.lock_guideline(session, publication.guideline_id)
    query = select(Acknowledgement).where(
        Acknowledgement.version_id == version_id, Acknowledgement.person_id == actor.id
    )
    if (known := session.exec(query).first()) is not None:
        return known
    if State(reading.state_of(session, version_id).state) is not State.PUBLISHED:
        newer = reading.published(session, publication.guideline_id)
        raise Superseded(number=f"{newer.major}.{newer.minor}" if newer else None)
    if document_hash != publication.document_hash:
        raise OtherEdition(shown=document_hash, now=publication.document_hash)
    row = Acknowledgement(
        version_id=version_id,
        person_id=actor.id,
        document_hash=document_hash,
        statement=statement,
        language=language,
        at=at,
    )
    session.add(row)
    session.flush()
    events.record(
        session,
        publication.guideline_id,
        Kind.ACKNOWLEDGED,
        person_id=actor.id,
        version_id=version_id,
        at=at,
        data={"acknowledgement": row.id, "document": document_hash, "evidence": fingerprint(row)},
    )
    return row
