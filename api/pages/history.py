"""The history of a draft: any state of its text, what changed, who wrote what, what is new to one, and the way back."""

from dataclasses import dataclass
from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from markupsafe import Markup

from api.history_views import StopLine, hands, shown_written, stop_lines
from api.last_read import note_reading, reading
from api.pages.forms import Form, number_of, submitted
from api.pages.seen import demand_seen
from api.publications import section_names
from api.refusals import Refusal
from api.render import page
from api.secrets import new_id
from api.visit import Access, ThisVisit, Visit, Work
from api.words import say_changes
from exports.html import render_document
from exports.redline import render_redline
from guidelines import authority, queries, steps
from guidelines import history as writing
from guidelines.changes import changes_of
from guidelines.document import Node
from guidelines.redline import redline
from guidelines.stops import Stop
from guidelines.suggestion_formula import base
from guidelines.tables import Version
from workflow import history
from workflow import queries as standing
from workflow.permissions import Permission, may

VIEWS: Final = ("former", "now", "clean", "writers", "unread")


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows of the text: its HTML, and the changes in words, if it compares."""

    body: Markup
    changes: list[Any]


@get("/versions/{version_id:str}/history", access=Access.MEMBER, sync_to_thread=True)
def history_page(
    visit: ThisVisit,
    version_id: FromPath[str],
    stop: FromQuery[str] = "",
    revision: FromQuery[str] = "",
    view: FromQuery[str] = "former",
    done: FromQuery[str] = "",
) -> "Response[Any]":
    """The draft at a stop of its life (or at any revision), compared with the stop before or with the present."""
    with visit.read() as work:
        demand_seen(work)
        asked = {"stop": stop, "revision": revision}
        answer = _page(visit, work, version_id, asked, view if view in VIEWS else "former", done=done)
        head = queries.version(work.session, version_id).revision
    note_reading(visit, version_id, head)
    return answer


@post("/versions/{version_id:str}/restore", access=Access.MEMBER, sync_to_thread=True)
def restore(visit: ThisVisit, version_id: FromPath[str], data: Form) -> "Response[Any]":
    """Brings the text back to what it was at a revision."""

    def act(work: Work) -> str:
        demand_seen(work)
        wanted = number_of(data, "revision", -1)
        ref = f"restore-{new_id()}"
        former = queries.version(work.session, version_id).revision
        history.restore(work.session, work.actor, version_id, wanted, ref=ref, at=work.at)
        return f"/{visit.language}/versions/{version_id}/history?done={former}"

    def show(work: Work, refusal: Refusal) -> "Response[Any]":
        demand_seen(work)
        return _page(visit, work, version_id, {"revision": data.get("revision", "")}, "former", refusal=refusal)

    return submitted(visit, act, show, version_id=version_id)


def _page(
    visit: Visit,
    work: Work,
    version_id: str,
    asked: dict[str, str],
    view: str,
    *,
    refusal: Refusal | None = None,
    done: str = "",
) -> "Response[Any]":
    found = standing.standing(work.session, version_id, work.at)
    row = found.version
    all_stops = history.stops_of(work.session, version_id)
    place, revision = _place(asked, all_stops, row.revision)
    read = reading(work.session, version_id, work.actor.id, work.at)
    since = read.before if read is not None else None
    former = all_stops[place - 1].revision if place else 0
    people = {person for stop in all_stops for person in stop.people}
    names = queries.people_named(work.session, people)
    shown, written = _shown(visit, work, row, view, revision=revision, former=former, since=since)
    lines = stop_lines(all_stops, names, visit.language)
    return page(
        visit,
        work,
        "history.html",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        guideline=found.guideline,
        version=row,
        state=found.state.value,
        view=view,
        revision=revision,
        stops=lines,
        here=lines[place],
        shown=shown,
        written=written,
        since=since,
        to_read=_unread(all_stops, since, names, visit.language) if since is not None else [],
        may_restore=may(Permission.DRAFT_EDIT, work.actor, found.context) and revision != row.revision,
        done=int(done) if done.isascii() and done.isdigit() and int(done) < row.revision else None,
        may_undo=may(Permission.DRAFT_EDIT, work.actor, found.context),
    )


def _place(asked: dict[str, str], all_stops: list[Stop], head: int) -> tuple[int, int]:
    """The stop shown and the revision: of a revision within a sitting, that sitting. The newest if nothing fits."""
    last = len(all_stops) - 1
    revision = _number(asked.get("revision", ""), head)
    if revision is not None:
        return next(place for place, stop in enumerate(all_stops) if stop.revision >= revision), revision
    stop = _number(asked.get("stop", ""), last)
    place = last if stop is None else stop
    return place, all_stops[place].revision


def _number(text: str, most: int) -> int | None:
    fits = text.isascii() and text.isdigit() and len(text) < 10 and int(text) <= most
    return int(text) if fits else None


def _shown(
    visit: Visit, work: Work, row: Version, view: str, *, revision: int, former: int, since: int | None
) -> tuple[Shown, Any]:
    """The text as the view wants it, and whose words stand in it where that is asked."""
    if view == "writers":
        found = writing.written(work.session, row.id, revision, cache=visit.services.extras["attribution"])
        names = queries.people_named(work.session, {credit.person_id for credit in found.credits.values()})
        document = authority.document_at(work.session, row.id, revision).document
        whose = hands(found, names, visit.language)
        marked = shown_written(document, found, whose, visit.language)
        return Shown(Markup(render_document(marked, language=row.language)), []), whose
    if view == "clean":
        document = _text(work, row.id, revision)
        return Shown(Markup(render_document(document, language=row.language)), []), []
    sides = {"former": (former, revision), "now": (revision, row.revision), "unread": (since or 0, row.revision)}
    before, after = (_text(work, row.id, side) for side in sides[view])
    compared = redline(before, after)
    body = render_redline(compared, after, language=row.language, labels=visit.language)
    said = say_changes(changes_of(compared), section_names(after), visit.language)
    return Shown(Markup(body), said), []


def _text(work: Work, version_id: str, revision: int) -> Node:
    """The text at a revision, without what was only suggested then."""
    return steps.node_of(base(authority.document_at(work.session, version_id, revision).tree))


def _unread(found: list[Stop], since: int, names: dict[str, str], language: str) -> list[StopLine]:
    """The stops that brought something new."""
    return [line for line in stop_lines(found, names, language) if line.stop.revision > since and line.stop.steps]


handlers = [history_page, restore]
