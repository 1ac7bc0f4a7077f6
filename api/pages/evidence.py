"""The evidence of a guideline: who agreed to which words of a version, and the log, checked as the page is drawn."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from api.evidence import evidence_of
from api.i18n import N_, translations
from api.pages.seen import demand_seen
from api.publications import approvals_of
from api.render import page
from api.routes.evidence import bundle_file
from api.visit import Access, ThisVisit, Work
from api.words import say_event, say_slices
from guidelines import queries as writing
from workflow import events, handbook, queries
from workflow.tables import Event, Seal, TimeStamp


@dataclass(frozen=True, slots=True)
class Told:
    """An entry of the log as a line of the page."""

    at: datetime
    icon: str
    tone: str
    words: str
    more: str


@get("/guidelines/{slug:str}/evidence", access=Access.MEMBER, sync_to_thread=True)
def evidence_page(visit: ThisVisit, slug: FromPath[str], version: FromQuery[str] = "") -> "Response[Any]":
    """The version in force, or the published version that the address names."""
    with visit.read() as work:
        demand_seen(work)
        guideline = writing.guideline_by_slug(work.session, slug)
        published = writing.publications(work.session, guideline.id)
        history = events.history(work.session, guideline.id)
        entry = handbook.edition(work.session, slug, version or _newest(work, guideline.id)) if published else None
        named = entry.publication if entry else writing.versions(work.session, guideline.id)[0]
        state = queries.state_of(work.session, named.version_id if entry else named.id)  # type: ignore[union-attr]
        policy = queries.policy_of(work.session, guideline, state)
        return page(
            visit,
            work,
            "evidence.html",
            guideline=guideline,
            title=named.title,
            text_language=named.language,
            entry=entry,
            numbers=[f"{row.major}.{row.minor}" for row in published],
            faults=[str(fault) for fault in events.verify(history)],
            timeline=_told(work, history, visit.language),
            approvals=approvals_of(work.session, entry, visit.language) if entry else [],
            authors_excluded=all(need.authors == "excluded" for need in policy.requirements()),
            policy_title=policy.title.fr if visit.language == "fr" else policy.title.en,
            seal=work.session.get(Seal, entry.publication.version_id) if entry else None,
            stamp=work.session.get(TimeStamp, entry.publication.version_id) if entry else None,
            stamping=bool(visit.config.timestamp_url),
        )


@get("/guidelines/{slug:str}/evidence/{number:str}/bundle", access=Access.MEMBER, sync_to_thread=True)
def download_bundle(visit: ThisVisit, slug: FromPath[str], number: FromPath[str]) -> "Response[bytes]":
    """The evidence of a published version as one file."""
    with visit.read() as work:
        demand_seen(work)
        entry = handbook.edition(work.session, slug, number)
        name, data = evidence_of(work.session, visit.config, entry.publication.version_id)
    return bundle_file(name, data)


def _newest(work: Work, guideline_id: str) -> str:
    """The number in force, else the last one that was."""
    row = queries.published(work.session, guideline_id) or writing.publications(work.session, guideline_id)[0]
    return f"{row.major}.{row.minor}"


def _told(work: Work, history: Any, language: str) -> list[Told]:
    """The log, newest first, in sentences."""
    people = writing.people_named(work.session, {event.person_id for event in history if event.person_id})
    teams = writing.team_names(work.session, language)
    return [_line(event, people, teams, language) for event in reversed(history)]


def _line(event: Event, people: dict[str, str], teams: dict[str, str], language: str) -> Told:
    facts = json.loads(event.data)
    icon, tone, words = say_event(event, facts, teams=teams, people=people, language=language)
    return Told(event.at, icon, tone, words, _more(facts, language))


def _more(facts: dict[str, Any], language: str) -> str:
    """A remark or reason as it was written, else over how many sections a decision goes."""
    catalogue = translations(language)
    if said := facts.get("remark") or facts.get("reason"):
        return catalogue.gettext(N_("“%(words)s”")) % {"words": said}
    if slices := facts.get("slices"):
        return say_slices(slices, language)
    return ""


handlers = [evidence_page, download_bundle]
