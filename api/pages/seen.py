"""Drafts and reviews are for those who work on texts: to everybody else their pages do not exist."""

from api.errors import NotFound
from api.visit import Work
from workflow.permissions import sees_guidelines


def demand_seen(work: Work) -> None:
    """Raises `NotFound` for a person who belongs to no team that writes or signs, whatever the address names."""
    if not sees_guidelines(work.actor):
        raise NotFound()
