"""The list of guidelines: each with what is in force, what is in motion and whose turn it is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from litestar import Response, get
from litestar.params import FromQuery
from sqlmodel import select

from api.i18n import N_, translations
from api.pages.seen import demand_seen
from api.render import page
from api.views import moving
from api.visit import Access, ThisVisit, Visit, Work
from guidelines import queries as writing
from guidelines.people import Role
from guidelines.tables import Guideline, Publication
from workflow import queries, signing
from workflow.predicates import signs_for
from workflow.queries import Standing


@dataclass(frozen=True, slots=True)
class Row:
    """A guideline in the list."""

    slug: str
    title: str
    language: str
    in_force: str = ""
    moving: str = ""
    court: str = ""
    court_words: str = ""
    since: str = ""
    pips: list[str] = field(default_factory=list)
    review_due: date | None = None
    mine: bool = False


_FILTERS: Final[list[tuple[str, str, Callable[[Row], bool]]]] = [
    ("", N_("All"), lambda _row: True),
    ("mine", N_("Waiting for you"), lambda row: row.mine),
    ("moving", N_("In motion"), lambda row: bool(row.moving)),
    ("in-force", N_("In force"), lambda row: bool(row.in_force)),
    ("none", N_("Not in force"), lambda row: not row.in_force),
]


@get("/guidelines", access=Access.MEMBER, sync_to_thread=True)
def library_page(visit: ThisVisit, show: FromQuery[str] = "") -> "Response[Any]":
    """Every guideline, or those of one filter."""
    say = translations(visit.language).gettext
    with visit.read() as work:
        demand_seen(work)
        rows = [_row(visit, work, guideline) for guideline in work.session.exec(select(Guideline))]
        rows.sort(key=lambda row: (not row.mine, not row.moving, row.title.casefold()))
        chosen = next((entry for entry in _FILTERS if entry[0] == show), _FILTERS[0])
        mine = sum(row.mine for row in rows)
        return page(
            visit,
            work,
            "library.html",
            rows=[row for row in rows if chosen[2](row)],
            total=len(rows),
            filters=[(key, say(name), sum(map(holds, rows))) for key, name, holds in _FILTERS],
            filter=chosen[0],
            mine=mine,
            may_create=work.actor.has(Role.EDITOR),
        )


def mine(found: Standing, work: Work) -> bool:
    """Whether the version waits for this very person: to sign, to write on, or to publish."""
    actor = work.actor
    if any(
        signing.waiting(found, actor, need.team) for _, need in found.facts.requirements if signs_for(actor, need.team)
    ):
        return True
    owner = found.guideline.owner_team
    if queries.is_approved(found):
        return actor.has(Role.PUBLISHER, owner)
    return found.state.value == "draft" and actor.has(Role.EDITOR, owner)


def _row(visit: Visit, work: Work, guideline: Guideline) -> Row:
    in_force = queries.published(work.session, guideline.id)
    state = queries.moving(work.session, guideline.id)
    number = f"{in_force.major}.{in_force.minor}" if in_force else ""
    if state is None:
        named = in_force or writing.versions(work.session, guideline.id)[0]
        policy = queries.newest_policy(work.session, guideline.policy)
        return Row(
            guideline.slug,
            named.title,
            named.language,
            number,
            review_due=review_due(in_force, policy.review_every_months),
        )
    found = queries.standing(work.session, state.version_id, work.at)
    moved = moving(work, found, visit.language)
    return Row(
        guideline.slug,
        moved.title,
        moved.lang,
        number,
        moved.chip,
        moved.court,
        moved.court_words,
        moved.since,
        moved.pips,
        review_due(in_force, found.facts.policy.review_every_months),
        mine(found, work),
    )


def review_due(in_force: Publication | None, months: int | None) -> date | None:
    """The day by which the text in force should be read again."""
    if in_force is None or months is None:
        return None
    day = in_force.effective_on
    year, month = divmod(day.month - 1 + months, 12)
    return date(day.year + year, month + 1, min(day.day, 28))


handlers = [library_page]
