"""After a write that concerns an open text: the rooms that have it open look at once instead of within a second."""

from api.visit import Visit

#: Under this key of `Services.extras` live editing leaves a function that takes a version's id, safe from any thread.
NOTIFY = "notify"


def nudge(visit: Visit, version_id: str) -> None:
    """Tells the rooms, once the transaction is committed. Without live editing nobody is there to tell."""
    notify = visit.services.extras.get(NOTIFY)
    if notify is not None:
        notify(version_id)
