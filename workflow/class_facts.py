"""What the rules of the change class read: what was said of it, the words on both sides, the names that count."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlmodel import Session, col, func, select

from guidelines import queries as writing
from guidelines.document import Node, digest, parse
from guidelines.tables import Publication, SectionRevision, Version
from workflow import policy as policy_rules
from workflow.change_class.agreement import Changed, Said, Statement, stated
from workflow.change_class.whole import Text, proposed
from workflow.tables import ClassStatement


def text_of(version: Version, document: Node) -> Text:
    """A version as the rules of the change class read it."""
    return Text(document, version.title, version.summary, version.kind, version.audience, version.language)


def text_of_publication(row: Publication) -> Text:
    """The same for a published version."""
    document = parse(json.loads(row.document))
    return Text(document, row.title, row.summary, row.guideline_kind, row.audience, row.language)


def company_names(session: Session) -> frozenset[str]:
    """The company's teams in both languages, in lower case: who is meant is never a small thing."""
    names = [name for language in ("fr", "en") for name in writing.team_names(session, language).values()]
    return frozenset(word.casefold() for name in names for word in (name, *name.split()))


def statements(session: Session, version_id: str) -> tuple[Statement, ...]:
    """What was said of the change's class, in the order in which it was said."""
    rows = session.exec(
        select(ClassStatement).where(ClassStatement.version_id == version_id).order_by(col(ClassStatement.seq))
    )
    return tuple(
        Statement(
            row.seq or 0,
            row.person_id,
            Said(row.said),
            policy_rules.change_named(row.change),
            row.anchor_hash,
            row.words_hash,
            row.revision,
        )
        for row in rows
    )


def changed_of(
    session: Session,
    version: Version,
    document: Node,
    anchor: Publication,
    anchored: Mapping[str, str],
    hashes: Mapping[str, str],
    contributors: Mapping[str, frozenset[str]],
    said: Sequence[Statement],
) -> Changed:
    """What a class would be about. The rules read the words only where a lower class than substantive is stated."""
    differing = [part for part, found in hashes.items() if anchored.get(part) != found]
    writers = frozenset(person for part in differing for person in contributors.get(part, frozenset()))
    query = select(func.max(SectionRevision.revision)).where(SectionRevision.version_id == version.id)
    since = session.exec(query).one() or 0
    found = Changed(words_hash(anchored), words_hash(hashes), since, writers, "substantive")
    claim = stated(said, found)
    if claim is None or claim.change == "substantive":
        return found
    names = company_names(session)
    return replace(found, proposed=proposed(text_of_publication(anchor), text_of(version, document), names))


def words_hash(hashes: Mapping[str, str]) -> str:
    """One hash over every slice's: what an agreement on the class names."""
    return digest("slices", dict(sorted(hashes.items())))
