"""Drafts and reviews are for those who work on texts: to everybody else the answer is that there is no such thing."""

from api.visit import Work
from guidelines import queries
from guidelines.errors import UnknownGuideline, UnknownVersion
from guidelines.tables import Guideline, Version
from workflow.permissions import sees_guidelines


def version_seen(work: Work, version_id: str) -> Version:
    """The version; raises `UnknownVersion`, also for a person who may not know of it."""
    if not sees_guidelines(work.actor):
        raise UnknownVersion(version=version_id)
    return queries.version(work.session, version_id)


def guideline_seen(work: Work, slug: str) -> Guideline:
    """The guideline at an address; raises `UnknownGuideline`, also for a person who may not know of it."""
    if not sees_guidelines(work.actor):
        raise UnknownGuideline(slug=slug)
    return queries.guideline_by_slug(work.session, slug)
