"""What a server process runs: the application behind the cache of published pages."""

from collections.abc import Callable

from litestar import Litestar
from sqlmodel import col, func, select

from api.database import transaction
from api.page_cache import PageCache
from api.visit import Services, cookie_name
from guidelines.tables import Publication
from workflow.tables import VersionState

#: No page is kept for longer, whatever else it shows (names of signers, the shelf of a guideline) has changed.
LONGEST = 300


def with_page_cache(app: Litestar) -> PageCache:
    """The application in front of which published pages are kept for visitors without an account."""
    services: Services = app.state.services
    return PageCache(app, generation_of(services), cookie=cookie_name(services.config))


def generation_of(services: Services) -> Callable[[], object]:
    """A function whose value differs as soon as what readers find differs: published, superseded or withdrawn."""
    published = select(func.count(), func.max(Publication.published_at)).select_from(Publication)
    states = (
        select(VersionState.state, func.count(), func.max(VersionState.since))
        .join(Publication, col(Publication.version_id) == col(VersionState.version_id))
        .group_by(VersionState.state)
        .order_by(VersionState.state)
    )

    def generation() -> object:
        with transaction(services.engine, read_only=True) as session:
            facts = (session.exec(published).one(), *session.exec(states).all())
        return (*map(tuple, facts), int(services.clock().timestamp()) // LONGEST)

    return generation
