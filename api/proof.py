"""What the edge can say for a decision: how the person signed in and when, and what their page showed."""

import hashlib

from api.visit import Work
from exports.html import render_document
from guidelines import authority
from guidelines import queries as writing
from workflow.evidence import Proof


def proof_of(work: Work, shown: str = "") -> Proof:
    """A token proves itself with each request; whoever has a session gave their password when it began.

    `shown` is the version whose text the page showed: the use case has checked that these are its words. A program is
    shown no rendering of ours.
    """
    if work.web_session is None:
        return Proof("token", work.at)
    return Proof(work.web_session.auth_method, work.web_session.created_at, _view(work, shown) if shown else None)


def _view(work: Work, version_id: str) -> str:
    """The hash of the text as Charte renders it, without what a page puts around it."""
    document = authority.open_document(work.session, version_id).document
    language = writing.version(work.session, version_id).language
    return hashlib.sha256(render_document(document, language=language).encode()).hexdigest()
