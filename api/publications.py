"""A published version as the value that exporters take, with the names that were sealed with it."""

import json
from collections.abc import Mapping, Sequence
from typing import Final

from sqlmodel import Session

from api.i18n import COMPANY_ZONE
from api.words import slice_name
from exports.html import contents
from exports.publication import Approval, Publication
from guidelines import queries as writing
from guidelines.document import Node
from guidelines.sections import META, OUTLINE, sections
from workflow import queries, sealing
from workflow.handbook import Entry, document_of
from workflow.queries import Signed
from workflow.tables import Seal

#: What stands where a name was erased.
REMOVED: Final = {"fr": "personne retirée", "en": "person removed"}


def publication_of(
    session: Session,
    entry: Entry,
    organisation: str,
    time_zone: str = COMPANY_ZONE,
) -> Publication:
    """Everything an export says about a published version, in the version's own language and on the company's clock.

    How the organisation, its clock and its teams were called when the version was sealed stands: the same version is
    the same bytes after a change of settings. The arguments are for a version without a seal.
    """
    row = entry.publication
    document = document_of(row)
    state = queries.state_of(session, row.version_id)
    policy = queries.policy_of(session, entry.guideline, state)
    seal = session.get(Seal, row.version_id)
    printed = json.loads(seal.printed) if seal else {}
    organisation, time_zone = printed.get("organisation", organisation), printed.get("time_zone", time_zone)
    teams = printed.get("teams") or writing.team_names(session, row.language)
    return Publication(
        guideline_id=row.guideline_id,
        slug=entry.guideline.slug,
        title=row.title,
        language=row.language,
        kind=row.guideline_kind,
        audience=row.audience,
        organisation=organisation,
        owner_team=teams.get(entry.guideline.owner_team, entry.guideline.owner_team),
        number=entry.number,
        document=document,
        document_hash=row.document_hash,
        published_at=row.published_at,
        effective_on=row.effective_on,
        summary=row.summary,
        change_note=row.change_note,
        policy_title=printed.get("policy_title") or (policy.title.fr if row.language == "fr" else policy.title.en),
        policy_hash=state.policy_hash or policy.hash,
        approvals=tuple(approvals_of(session, entry, row.language, teams)),
        seal_key=seal.key_id if seal else "",
        seal_hash=seal.manifest_hash if seal else "",
        time_zone=time_zone,
    )


def approvals_of(
    session: Session, entry: Entry, language: str, teams: Mapping[str, str] | None = None
) -> list[Approval]:
    """Who signed for which team: the sign-offs that count for the version's words, oldest first.

    Signers have the name under which they signed, unless it was erased since.
    """
    row = entry.publication
    record = queries.approval_record(session, row.version_id, row.published_at)
    people = writing.people_named(session, {line.person_id for line in record} | {line.principal_id for line in record})
    teams = teams or writing.team_names(session, language)
    names = section_names(document_of(row))
    printed = {line.sign_off_seq: line.name for line in sealing.printed_names(session, row.version_id)}
    return [_approval(line, people, teams, names, language, printed.get(line.seq)) for line in record]


def section_names(document: Node) -> dict[str, tuple[str, str]]:
    """Section to its number and its title."""
    numbered = {line.id: line.number for line in contents(document)}
    return {part.id: (numbered.get(part.id, ""), part.title) for part in sections(document)}


def signed_names(signed: Sequence[str], names: Mapping[str, tuple[str, str]], language: str) -> tuple[str, ...]:
    """What was signed, by name: the whole text only where every one of several sections was."""
    beside = [part for part in signed if part in (OUTLINE, META)]
    text = [part for part in signed if part not in beside]
    whole = len(names) > 1 and set(text) == set(names)
    return tuple(slice_name(part, names, language) for part in ([""] if whole else text) + beside)


def _approval(
    line: Signed,
    people: Mapping[str, str],
    teams: Mapping[str, str],
    names: Mapping[str, tuple[str, str]],
    language: str,
    printed: str | None,
) -> Approval:
    behalf = people.get(line.principal_id) if line.principal_id != line.person_id else None
    signed = signed_names(line.slices, names, language)
    return Approval(
        team=teams.get(line.team, line.team),
        person=people.get(line.person_id, "…") if printed is None else printed or REMOVED[language],
        at=line.at,
        sections=signed,
        hash=line.shown_hash,
        statement=line.statement,
        on_behalf_of=behalf,
        statement_language=line.language,
    )
